"""A TOML text statement by statement, each with its line, past those that are no TOML.

A parser of the whole gives up at the first mistake and keeps no line of what it read. TOML ends a
statement at a line's end (TOML 1.0.0, "Key/Value Pair"), unless its value goes on; so a line is
parsed by itself, and where that fails, with those after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import tomlkit
from tomlkit.exceptions import TOMLKitError

UNREADABLE = (TOMLKitError, ValueError, RecursionError)
"""What tomlkit raises for a text that is no TOML: the second for some dates and numbers, the third,
before its version 0.14, for arrays nested without end."""

_LONGEST = 50
"""Lines that one value may take. What goes on for longer lacks its closing quotes or bracket."""

_SHOWN = 40
"""Characters of a statement that are worth repeating in a complaint."""


class Statement(NamedTuple):
    """One key with its value, a table's header, or a line that is neither."""

    line: int
    """Where it begins, from 1."""
    source: str
    """As it is written, of a key the value alone; cut short and on one line."""
    key: str | None = None
    """The key, of a dotted one the first part; None for a header and for what is no TOML."""
    value: Any = None
    """The key's value, as Python has it."""
    damaged: bool = False
    """Whether this is no TOML."""


def statements(text: str) -> Iterator[Statement]:
    """The statements of a text in order. Keys of tables come after their header, like others."""
    lines = [f"{line}\n" for line in text.split("\n")]
    start = 0
    while start < len(lines):
        found, taken = _statement(start + 1, lines[start : start + _LONGEST])
        if found is not None:
            yield found
        start += taken


def shown(text: str) -> str:
    """A text for a complaint: short, in one line, and without what a terminal would obey."""
    line = " ".join(text.split())
    line = line if len(line) <= _SHOWN else f"{line[: _SHOWN - 3]}..."
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in line
    )


def _statement(number: int, lines: list[str]) -> tuple[Statement | None, int]:
    """What the first of some lines begins, None if nothing, and how many lines that takes.

    number: of the first line.
    """
    for count in range(1, len(lines) + 1):
        source = "".join(lines[:count])
        try:
            body = tomlkit.parse(source).body
        except UNREADABLE:
            continue
        if source.lstrip(" \t").startswith("["):
            return Statement(number, shown(source)), count
        for key, item in body:
            if key is not None:
                return Statement(number, shown(item.as_string()), key.key, item.unwrap()), count
        return None, count
    return Statement(number, shown(lines[0]), damaged=True), 1
