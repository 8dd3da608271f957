"""One reader for each source of ink, all yielding the same `Sample`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from train.split import Part, part_of


class DataError(ValueError):
    """A data file that cannot be used; the message names file, place and remedy."""


Report = Callable[[DataError], None]
"""Called with what is wrong with one sample or file; returns to leave it out and go on."""


def give_up(error: DataError) -> NoReturn:
    """The `Report` that goes on with nothing."""
    raise error


class BadSamples:
    """The `Report` of `prepare.py`: counts what is left out, or ends at the first of it."""

    def __init__(self, skip: bool) -> None:
        """skip: whether what cannot be used is left out."""
        self._skip = skip
        self._first = ""
        self.count = 0

    def __call__(self, error: DataError) -> None:
        """Raises the error, with a remedy, unless bad samples are skipped."""
        if not self._skip:
            raise DataError(f"{error}; --skip-bad leaves such samples out")
        self._first = self._first or str(error)
        self.count += 1

    def said(self) -> str:
        """What was left out, to follow a sentence; empty for nothing."""
        return f"; {self.count:,} left out, the first: {self._first}" if self.count else ""


def must_exist(path: Path) -> None:
    """Raises DataError for a path where there is nothing, which is a slip of whoever named it."""
    if not path.exists():
        raise DataError(f"{path}: no such file or folder")


def find(paths: Sequence[Path], *endings: str, bad: Report = give_up) -> Iterator[Path]:
    """The files with one of the endings among paths and in folders among them, in order.

    Every path is looked at before this returns: what is wrong with the last of them must not come
    out when the others have been read for an hour. endings: in small letters, with the dot. Only
    one folder's names are in memory at a time. Raises DataError for a path that does not exist
    and, unless bad takes it, for one without such a file; OSError for a folder that cannot be
    listed.
    """
    for path in paths:
        must_exist(path)
    kept = []
    for path in paths:
        if next(_walk(path, endings), None) is not None:
            kept.append(path)
        else:
            fault = "holds no" if path.is_dir() else "is no"
            bad(DataError(f"{path}: {fault} {' or '.join(endings)} file; name another path"))
    return chain.from_iterable(_walk(path, endings) for path in kept)


def _walk(path: Path, endings: tuple[str, ...]) -> Iterator[Path]:
    if not path.is_dir():
        if path.name.lower().endswith(endings):
            yield path
        return
    for folder, folders, names in os.walk(path, onerror=_raise):
        folders.sort()
        for name in sorted(names):
            if name.lower().endswith(endings):
                yield Path(folder, name)


def _raise(error: OSError) -> NoReturn:
    raise error


@dataclass(frozen=True)
class Sample:
    """One labelled character, whatever it came from."""

    ink: Sequence[npt.NDArray[np.float64]] | npt.NDArray[np.uint8]
    """Strokes, (n, 2) arrays, x right, y down, any unit; or one 2-D uint8 image."""
    label: str
    """The character."""
    writer: str
    """Who wrote it, or the font it was drawn with; unique within the source."""
    source: str
    """Name of the collection."""
    assigned: Part | None = None
    """The part that the collection itself puts the sample in, where it does."""

    @property
    def part(self) -> Part:
        """The part that the sample belongs to: the collection's choice, else its writer's."""
        return self.assigned or part_of(self.writer)


@dataclass(frozen=True)
class Source:
    """A collection of ink, as the model card lists it."""

    name: str
    """Short name, as in `Sample.source`."""
    licence: str
    """Licence, as the source states it."""
    url: str
    """Where it comes from, with a DOI where it has one."""

    def to_dict(self, samples: int) -> dict[str, Any]:
        """The entry of a run's "sources" for so many samples."""
        return {"name": self.name, "licence": self.licence, "url": self.url, "samples": samples}
