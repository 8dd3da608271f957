"""The line of text that is composed, with its cursor; what was written keeps its ink for a while.

A day's writing must fit into a small memory: text costs four bytes a character, and only the latest
characters keep their ink.
"""

from __future__ import annotations

import sys
from array import array
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from edge_app.modes import Reading
from edge_app.recognizer import Prediction
from edge_app.syllables import Floats

INKED = 200
"""Most characters of a line that keep their ink."""

POINTS = 40_000
"""Most points that the ink of all of them has together; a syllable has about a hundred."""

STEPS = 100
"""How many edits can be taken back."""

NEWLINE = "\n"

_LONG, _WRITTEN = sys.maxunicode + 1, 1 << 24
"""Codes of characters (see `Line`): from here on those of several code points, which only models
of other people's answer, and those that keep their ink."""

Packed = tuple[npt.NDArray[np.float32], ...]
"""Strokes to keep, each (n, 2), in units of the page (`edge_app.pad.sheet`)."""


def pack(ink: Sequence[npt.NDArray[np.floating]]) -> Packed:
    """A copy of strokes in half the space."""
    return tuple(stroke.astype(np.float32) for stroke in ink)


@dataclass(frozen=True, eq=False)
class Accepted:
    """An answer that was chosen for some ink; no two are equal."""

    ink: Packed
    label: str
    """What it was said to be."""
    mode: str
    """What it was read as."""
    predictions: Sequence[Prediction]
    """What was offered, best first; the label need not be among it."""
    jamo: Mapping[str, Floats] = field(default_factory=dict)
    """As in `edge_app.modes.Reading`."""

    @property
    def reading(self) -> Reading:
        """What was made of the ink before anyone chose."""
        return Reading(tuple(self.predictions), self.jamo)


Cell = str | Accepted
"""One character of the line: typed, or written not long ago."""


@dataclass(frozen=True)
class Step:
    """One edit: what stood at a place, and what has come instead."""

    index: int
    removed: Cell | None
    inserted: Cell | None


def text_of(cell: Cell) -> str:
    """What a cell says."""
    return cell if isinstance(cell, str) else cell.label


class Line:
    """Characters in a row, and a cursor between two of them."""

    def __init__(self) -> None:
        self.cursor = 0
        """How many characters stand before it."""
        self._codes = array("I")
        """Of each character: its code point, `_LONG` and a place in `_long`, or a key of `_inked`.
        """
        self._long: list[str] = []
        self._inked: dict[int, Accepted] = {}
        """What keeps its ink, oldest first, those included that were deleted not long ago."""
        self._next = _WRITTEN
        self._points = 0
        self._steps: deque[Step] = deque(maxlen=STEPS)

    def __len__(self) -> int:
        """How many characters there are."""
        return len(self._codes)

    def __getitem__(self, index: int) -> Cell:
        """The character at an index from 0 on."""
        return self._cell(self._codes[index])

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(text_of(self._cell(code)) for code in self._codes)

    @property
    def last(self) -> Step | None:
        """The newest edit that can be taken back."""
        return self._steps[-1] if self._steps else None

    def insert(self, cell: Cell) -> None:
        """Puts a character before the cursor."""
        self._edit(Step(self.cursor, None, cell))

    def delete(self) -> Cell | None:
        """Removes the character before the cursor and returns it."""
        if not self.cursor:
            return None
        removed = self[self.cursor - 1]
        self._edit(Step(self.cursor - 1, removed, None))
        return removed

    def replace(self, index: int, cell: Cell) -> Cell:
        """Puts another character in one's place and returns the former. The cursor stays."""
        former, cursor = self[index], self.cursor
        self._edit(Step(index, former, cell))
        self.cursor = cursor
        return former

    def take_back(self) -> Step | None:
        """Undoes the newest edit and returns it; None if none is known any more."""
        if not self._steps:
            return None
        step = self._steps.pop()
        self._do(Step(step.index, step.inserted, step.removed))
        return step

    def move(self, by: int) -> None:
        """Moves the cursor by that many characters, as far as there are any."""
        self.cursor = min(max(0, self.cursor + by), len(self))

    def _edit(self, step: Step) -> None:
        self._do(step)
        self._steps.append(step)

    def _do(self, step: Step) -> None:
        """Makes an edit; the cursor goes behind what came, or to where something went."""
        if step.removed is not None:
            del self._codes[step.index]
        self.cursor = step.index
        if step.inserted is not None:
            self._codes.insert(step.index, self._code(step.inserted))
            self.cursor += 1
            if len(self._inked) > INKED or self._points > POINTS:
                self._forget()

    def _cell(self, code: int) -> Cell:
        """The character of a code."""
        if code >= _WRITTEN:
            return self._inked[code]
        return chr(code) if code < _LONG else self._long[code - _LONG]

    def _code(self, cell: Cell) -> int:
        """A code for a character."""
        if isinstance(cell, Accepted):
            code, self._next = self._next, self._next + 1
            self._inked[code] = cell
            self._points += _points(cell)
            return code
        if len(cell) == 1:
            return ord(cell)
        if cell not in self._long:
            self._long.append(cell)
        return _LONG + self._long.index(cell)

    def _forget(self) -> None:
        """Leaves only the text of the oldest characters, until half of the ink is gone.

        That much at once, because they may stand anywhere in a long line.
        """
        texts = {}
        while len(self._inked) > INKED // 2 or self._points > POINTS // 2:
            code = next(iter(self._inked))
            oldest = self._inked.pop(code)
            self._points -= _points(oldest)
            texts[code] = self._code(oldest.label)
        codes = np.frombuffer(self._codes, np.uintc)
        for index in np.flatnonzero(codes >= _WRITTEN).tolist():
            code = self._codes[index]
            self._codes[index] = texts.get(code, code)


def _points(accepted: Accepted) -> int:
    return sum(map(len, accepted.ink))
