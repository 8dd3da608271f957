"""The samples of a person's hand, in a journal.

Its records are objects: a sample {"id", "label", "mode", "strokes"}, strokes [[x, y, x, y, ...],
...] in the window's pixels, y down; and {"taken back": id}, after which the sample of that id does
not count. Ids rise.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from edge_app import hangul
from edge_app.ink import check_strokes
from edge_app.memory import journal
from edge_app.memory.journal import Journal, StoreError

FILE = "samples.journal"
"""The journal's name in its folder."""

MOST_SAMPLES, MOST_BYTES = 5000, 20_000_000
"""What is kept at most, the newest."""

_VOID = 100
"""Records more than twice the samples that count, from which the journal is written anew."""

_DECIMALS = 2
"""Of a pixel: finer than any digitiser."""

Strokes = list[npt.NDArray[np.float64]]


@dataclass(frozen=True)
class Kept:
    """One accepted character."""

    number: int
    """Its id."""
    label: str
    """What it says: one of `edge_app.hangul`'s labels."""
    mode: str
    """The mode that it was read in."""
    strokes: Strokes
    """(n, 2) arrays, x right, y down, px, rounded to what is written."""

    @classmethod
    def of(cls, number: int, ink: Sequence[Any], label: str, mode: str) -> Kept:
        """A sample, rounded. Raises ValueError for ink that is none."""
        strokes = [np.round(stroke, _DECIMALS) for stroke in check_strokes(ink)]
        if not strokes or not all(np.isfinite(stroke).all() for stroke in strokes):
            raise ValueError("ink to learn from must have points, all of them finite numbers")
        return cls(number, label, mode, strokes)

    def to_dict(self) -> dict[str, Any]:
        """The record."""
        strokes = [stroke.ravel().tolist() for stroke in self.strokes]
        return {"id": self.number, "label": self.label, "mode": self.mode, "strokes": strokes}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Kept:
        """The sample of a record. Raises ValueError, KeyError or TypeError for no such record."""
        number, label, mode = data["id"], data["label"], data["mode"]
        if not (type(number) is int and isinstance(mode, str) and hangul.as_label(label) == label):
            raise ValueError("no sample")
        return cls.of(number, [np.reshape(one, (-1, 2)) for one in data["strokes"]], label, mode)


@dataclass(frozen=True)
class Contents:
    """What a folder holds."""

    samples: dict[int, Kept]
    """Those that count, by their ids, first accepted first."""
    records: int
    """Lines of the journal."""
    damaged: int
    """Lines that are no records; they are left out."""
    following: int
    """The id after the highest. One that was taken back must not come back with another ink."""


def read(folder: Path) -> Contents:
    """Reads a folder's samples, also while a window adds to them. Raises StoreError."""
    samples: dict[int, Kept] = {}
    records = damaged = following = 0
    for record in journal.read(folder / FILE):
        records += 1
        try:
            if "taken back" in record:
                samples.pop(record["taken back"], None)
                continue
            one = Kept.from_dict(record)
        except (ValueError, KeyError, TypeError):
            damaged += 1
            continue
        samples[one.number] = one
        following = max(following, one.number + 1)
    return Contents(samples, records, damaged, following)


class Store:
    """The samples in a folder. Not thread-safe."""

    def __init__(self, folder: Path) -> None:
        """Opens the folder, or makes it. Raises StoreError."""
        self._folder = folder
        self._journal = Journal(folder / FILE)
        contents = read(folder)
        self._numbers = list(contents.samples)
        self._records, self._next = contents.records, contents.following
        self.lost = self._lost(contents.damaged)
        """What could not be read, in a sentence."""
        self._limit()

    def __len__(self) -> int:
        return len(self._numbers)

    def samples(self) -> list[Kept]:
        """Those that count, first accepted first. Raises StoreError."""
        return list(read(self._folder).samples.values())

    def add(self, ink: Sequence[Any], label: str, mode: str) -> Kept:
        """Keeps a sample. Raises ValueError for ink that is none, and StoreError."""
        one = Kept.of(self._next, ink, label, mode)
        self._journal.append(one.to_dict())
        self._next += 1
        self._records += 1
        self._numbers.append(one.number)
        with suppress(StoreError):  # too long a journal does no harm, and this one is kept
            self._limit()
        return one

    def take_back(self, number: int) -> None:
        """Has a sample not count, if it is there. Raises StoreError."""
        if number in self._numbers:
            self._journal.append({"taken back": number})
            self._records += 1
            self._numbers.remove(number)

    def erase(self) -> None:
        """Removes all samples from the disk. Raises StoreError."""
        self._journal.erase()
        self._numbers.clear()
        self._records = 0

    def close(self) -> None:
        """Ends with everything on the disk."""
        self._journal.close()

    def _lost(self, damaged: int) -> str | None:
        parts = []
        if self._journal.cut:
            parts.append(f"its last {self._journal.cut} bytes were no whole record and are dropped")
        if damaged:
            parts.append(f"{damaged} damaged records are left out")
        return f"{self._journal.path}: {'; '.join(parts)}" if parts else None

    def _limit(self) -> None:
        """Writes the journal anew where it has grown too long: without the oldest, or the void."""
        count = keep = len(self._numbers)
        # A tenth at a time, so that this comes seldom.
        if count > MOST_SAMPLES:
            keep = MOST_SAMPLES * 9 // 10
        elif self._journal.size > MOST_BYTES:
            keep = int(count * 0.9 * MOST_BYTES / self._journal.size)
        elif self._records <= 2 * count + _VOID:
            return
        newest = self._numbers[count - keep :]
        kept = set(newest)
        self._journal.keep(lambda one: isinstance(one, dict) and one.get("id") in kept)
        self._numbers, self._records = newest, keep
