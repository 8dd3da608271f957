"""How much of the line of text is in sight, and where: pure geometry.

Wide characters take one em each and narrow ones less, whatever the font, so that a finger finds
its character in a row as even as squared paper.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from edge_app.pad.line import NEWLINE, Line, text_of

_NARROW = 0.62
"""Of an em: digits in the pad's font are 0.60 wide, all marks less."""

_SPACE = 0.4

_EDGE = 0.2
"""Share of a character's width, on either side, where a tap means the gap beside it."""

_BEHIND = 0.75
"""Share of the width that is kept for what stands before the cursor, where both sides have more."""


@dataclass(frozen=True)
class Ribbon:
    """The part of a line that is in sight."""

    first: int
    """The index of its first character."""
    edges: tuple[float, ...]
    """Where its characters begin, and the last one ends; px from the ribbon's left end."""

    def edge(self, index: int) -> float:
        """Where the character of that index begins."""
        return self.edges[index - self.first]

    @property
    def last(self) -> int:
        """The index behind its last character."""
        return self.first + len(self.edges) - 1

    def gap_at(self, x: float) -> int:
        """The index of the place between two characters that is nearest to x."""
        return self.first + min(range(len(self.edges)), key=lambda i: abs(self.edges[i] - x))

    def is_on(self, x: float) -> bool:
        """Whether x is well inside a character, and not at the edge of one."""
        nearest = min(abs(edge - x) for edge in self.edges)
        index = self.character_at(x)
        return index is not None and nearest > _EDGE * (self.edge(index + 1) - self.edge(index))

    def character_at(self, x: float) -> int | None:
        """The index of the character at x."""
        for index, (left, right) in enumerate(pairwise(self.edges)):
            if left <= x < right:
                return self.first + index
        return None


def advance(text: str) -> float:
    """The width of a character, em."""
    if text == " ":
        return _SPACE
    if text == NEWLINE:
        return 1.0
    return sum(1.0 if unicodedata.east_asian_width(c) in "WF" else _NARROW for c in text)


def arrange(line: Line, em: float, width: float) -> Ribbon:
    """What of a line is in sight in that width, px; the cursor always is."""

    def reach(start: int, step: int, room: float) -> tuple[int, float]:
        """How far one gets from a gap in a direction, and the room that is left then."""
        place = start
        while 0 <= (index := place if step > 0 else place - 1) < len(line):
            wide = advance(text_of(line[index])) * em
            if wide > room:
                break
            room -= wide
            place += step
        return place, room

    first, left = reach(line.cursor, -1, _BEHIND * width)
    last, left = reach(line.cursor, 1, (1 - _BEHIND) * width + left)
    first, _ = reach(first, -1, left)
    edges = [0.0]
    for index in range(first, last):
        edges.append(edges[-1] + advance(text_of(line[index])) * em)
    return Ribbon(first, tuple(edges))
