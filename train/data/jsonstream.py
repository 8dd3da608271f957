"""JSON files larger than memory, one member or array element at a time.

Annotations come as one object whose arrays hold a million small objects. Only one of those, and
one chunk of the file, is in memory. Format: RFC 8259.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, NoReturn

from train.data import DataError

MOST_CHARACTERS = 1 << 20
"""Longest member or element that is read, characters."""

_CHUNK = 1 << 16
"""Bytes that are read at a time."""

_SPACE = re.compile(r"[ \t\n\r]*")


class Member(NamedTuple):
    """A member of the object that a file holds, or an element of a member that is an array."""

    name: str
    """The member's name."""
    value: Any
    """Its value; of an array one element."""
    byte: int
    """Where the value starts in the file."""


def members(path: Path) -> Iterator[Member]:
    """The members of the one object that a file holds, arrays element by element.

    Raises DataError, naming file and byte, at what is no valid JSON or longer than
    MOST_CHARACTERS; what came before it has been yielded by then.
    """
    try:
        with path.open("rb") as file:
            yield from _Stream(file, path).members()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


class _Stream:
    """The text of a file from where reading has come to."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file, self._path = file, path
        self._decode = codecs.getincrementaldecoder("utf-8")()
        self._values = json.JSONDecoder(parse_constant=_refuse)
        self._text = ""
        self._place = 0
        """Index into text of what comes next."""
        self._known = (0, 0)
        """An index into text, not beyond place, and the byte of the file that it stands for."""
        self._ended = False

    def members(self) -> Iterator[Member]:
        if self._next() == "\ufeff":  # the mark that Windows puts before UTF-8
            self._place += 1
        self._expect("{")
        if self._next() == "}":
            self._place += 1
        else:
            yield from self._member()
            while self._comma_or("}"):
                yield from self._member()
        if self._next():
            self._fail("text after the end")

    def _member(self) -> Iterator[Member]:
        self._next()
        name = self._value()
        if not isinstance(name, str):
            self._fail("the name of a member is no string")
        self._expect(":")
        if self._next() != "[":
            yield Member(name, byte=self._byte(), value=self._value())
            return
        self._place += 1
        if self._next() == "]":
            self._place += 1
            return
        yield Member(name, byte=self._byte(), value=self._value())
        while self._comma_or("]"):
            self._next()
            yield Member(name, byte=self._byte(), value=self._value())

    def _comma_or(self, end: str) -> bool:
        """Steps over a comma, True, or the end of an object or array, False."""
        found = self._next()
        if found not in (",", end):
            self._fail(f"neither a comma nor {end}")
        self._place += 1
        return found == ","

    def _expect(self, mark: str) -> None:
        if self._next() != mark:
            self._fail(f"no {mark} here")
        self._place += 1

    def _next(self) -> str:
        """The next character that is no space, not stepped over; empty at the end."""
        while True:
            found = _SPACE.match(self._text, self._place)
            self._place = found.end() if found else self._place
            if self._place < len(self._text):
                return self._text[self._place]
            if self._ended:
                return ""
            self._read()

    def _value(self) -> Any:
        """Steps over a whole value, reading on where the text may end within it."""
        while True:
            try:
                value, end = self._values.raw_decode(self._text, self._place)
                # A number at the very end may go on in the next chunk.
                if end < len(self._text) or self._ended:
                    self._place = end
                    return value
                problem, place = "the file is cut off", end
            except json.JSONDecodeError as error:
                problem, place = error.msg, error.pos
            except RecursionError:
                self._fail("nested too deep")
            except ValueError as error:  # a number of thousands of digits, or NaN
                self._fail(str(error))
            if self._ended:
                self._place = place
                self._fail(problem)
            if len(self._text) - self._place > MOST_CHARACTERS:
                self._place = place
                self._fail(f"{problem}, or a value of more than {MOST_CHARACTERS} characters")
            # Twice as much each time, so that a long value is not tried a thousand times.
            self._read(len(self._text) - self._place)

    def _read(self, more: int = 0) -> None:
        """Drops what was stepped over and reads on, so many bytes or a chunk."""
        byte = self._byte()
        self._text, self._place = self._text[self._place :], 0
        self._known = 0, byte
        waiting = len(self._decode.getstate()[0])
        place = self._file.tell() - waiting
        data = self._file.read(max(more, _CHUNK))
        self._ended = not data
        try:
            self._text += self._decode.decode(data, final=self._ended)
        except UnicodeDecodeError as error:
            byte = place + error.start
            raise DataError(f"{self._path}: byte {byte}: not UTF-8; is this the JSON?") from None

    def _byte(self) -> int:
        index, byte = self._known
        byte += len(self._text[index : self._place].encode())
        self._known = self._place, byte
        return byte

    def _fail(self, problem: str) -> NoReturn:
        raise DataError(f"{self._path}: byte {self._byte()}: no valid JSON ({problem})") from None
