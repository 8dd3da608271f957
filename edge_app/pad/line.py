"""The line of text that is composed, with its cursor; what was written keeps its ink for a while.

A day's writing must fit into a small memory: text costs a pointer a character, because equal
texts are one object, and only the latest characters keep their ink.
"""

from __future__ import annotations

import sys
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
        self._cells: list[Cell] = []
        self._steps: deque[Step] = deque(maxlen=STEPS)
        self._inked: deque[Accepted] = deque()
        self._points = 0

    def __len__(self) -> int:
        """How many characters there are."""
        return len(self._cells)

    def __getitem__(self, index: int) -> Cell:
        """The character at an index from 0 on."""
        return self._cells[index]

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(map(text_of, self._cells))

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
        removed = self._cells[self.cursor - 1]
        self._edit(Step(self.cursor - 1, removed, None))
        return removed

    def replace(self, index: int, cell: Cell) -> Cell:
        """Puts another character in one's place and returns the former. The cursor stays."""
        former, cursor = self._cells[index], self.cursor
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
        self.cursor = min(max(0, self.cursor + by), len(self._cells))

    def _edit(self, step: Step) -> None:
        self._do(step)
        self._steps.append(step)

    def _do(self, step: Step) -> None:
        """Makes an edit; the cursor goes behind what came, or to where something went."""
        if step.removed is not None:
            del self._cells[step.index]
        self.cursor = step.index
        if step.inserted is None:
            return
        if isinstance(step.inserted, str):
            self._cells.insert(step.index, sys.intern(step.inserted))
        else:
            self._cells.insert(step.index, step.inserted)
            self._inked.append(step.inserted)
            self._points += _points(step.inserted)
            if len(self._inked) > INKED or self._points > POINTS:
                self._forget()
        self.cursor += 1

    def _forget(self) -> None:
        """Leaves only the text of the oldest characters, until half of the ink is gone.

        That much at once, because finding them in a long line takes a while.
        """
        forgotten = set()
        while len(self._inked) > INKED // 2 or self._points > POINTS // 2:
            oldest = self._inked.popleft()
            self._points -= _points(oldest)
            forgotten.add(oldest)
        forgotten -= set(self._inked)  # taken back and put in again
        self._cells = [
            sys.intern(cell.label) if isinstance(cell, Accepted) and cell in forgotten else cell
            for cell in self._cells
        ]


def _points(accepted: Accepted) -> int:
    return sum(map(len, accepted.ink))
