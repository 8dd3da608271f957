"""PHD08, printed Hangul, from its original text files: one for each of 2,350 syllables.

The database is of 2008 (Journal of the Korea Contents Association 8, number 11); the format is as
its published samples have it. A file is named by its syllable. Each of its 2,187 samples is, over
lines that end with CR LF or LF,

    FO_FS_N_R_B_SL   face, then size, noise, resolution, threshold and slant, each 0 to 2
    HEIGHT WIDTH     in pixels
    0010...          HEIGHT lines of WIDTH digits, 1 for ink
                     an empty line

The bitmaps are cut to their ink.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from edge_app import hangul
from train.data import DataError, Report, Sample, Source, find, give_up

SOURCE = Source("PHD08", "not stated", "https://github.com/sungjunyoung/phd08-conversion")

FACES = ("B", "D", "G", "H1", "H2", "M", "N", "S", "Y")
"""The nine faces, as the files name them."""

LEVELS = ("0", "1", "2")
"""The three levels of every other property."""

BORDER = 2
"""Paper put around each bitmap, px: framing learns the paper's tone from an image's border."""

_MOST_SIDE = 255
"""Longest side of a bitmap that is read, px; the data set's own end at about 60."""

_NAME = re.compile(rb"(B|D|G|H1|H2|M|N|S|Y)_([012])_([012])_([012])_([012])_([012])")
_SIZE = re.compile(rb"([0-9]{1,3}) ([0-9]{1,3})")


@dataclass(frozen=True)
class Selection:
    """Which samples are read: those whose every property is among the given ones.

    All of them are 2,187 a syllable; one level each of noise, resolution and threshold, say,
    leaves 9 faces x 3 sizes x 3 slants = 81.
    """

    face: tuple[str, ...] = FACES
    """Faces."""
    size: tuple[str, ...] = LEVELS
    """Levels of the type's size."""
    noise: tuple[str, ...] = LEVELS
    """Levels of noise."""
    resolution: tuple[str, ...] = LEVELS
    """Levels of the scan's resolution."""
    threshold: tuple[str, ...] = LEVELS
    """Levels of the threshold that made the scan a bitmap."""
    slant: tuple[str, ...] = LEVELS
    """Levels of slant."""

    def takes(self, properties: Sequence[str]) -> bool:
        """Whether a sample with these six properties, in the file's order, is selected."""
        return all(
            value in getattr(self, field.name)
            for field, value in zip(fields(self), properties, strict=True)
        )


ALL = Selection()


def read(
    paths: Sequence[Path], selection: Selection = ALL, bad: Report = give_up
) -> Iterator[Sample]:
    """The selected samples of text files, or of folders of them, in one pass.

    Images have paper 255 and ink 0; the face is the writer. One sample is in memory at a time.
    Raises DataError, naming file and line, for what breaks the format, unless bad takes it; then
    reading goes on after the next empty line.
    """
    for path in find(paths, ".txt", bad=bad):
        label = hangul.as_label(path.stem)
        if label is None or not hangul.is_syllable(label):
            bad(DataError(f"{path}: is not named by a syllable, as PHD08's files are"))
            continue
        try:
            with path.open("rb") as file:
                yield from _Lines(file, path).samples(label, selection, bad)
        except OSError as error:
            bad(DataError(f"{path}: cannot be read ({error.strerror})"))


class _Lines:
    """The lines of one file, counted."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file, self._path, self._number = file, path, 0
        self._last: bytes | None = None

    def samples(self, label: str, selection: Selection, bad: Report) -> Iterator[Sample]:
        found = False
        while True:
            try:
                name = self._next()
                if name is None:
                    break
                if not name:
                    continue  # one empty line more
                found = True
                sample = self._sample(name, label, selection)
            except DataError as error:
                bad(error)
                self._skip()
                continue
            if sample is not None:
                yield sample
        if not found:
            bad(DataError(f"{self._path}: the file is empty"))

    def _sample(self, name: bytes, label: str, selection: Selection) -> Sample | None:
        """The sample under a name line; None for one that is not selected."""
        properties = _NAME.fullmatch(name)
        if properties is None:
            raise self._error(f"{_shown(name)} is not FACE_SIZE_NOISE_RESOLUTION_THRESHOLD_SLANT")
        size = _SIZE.fullmatch(self._next() or b"")
        height, width = (int(side) for side in size.groups()) if size else (0, 0)
        if not (0 < height <= _MOST_SIDE and 0 < width <= _MOST_SIDE):
            raise self._error(f"is not HEIGHT WIDTH, each 1 to {_MOST_SIDE}")
        rows = []
        for _ in range(height):
            row = self._next()
            if row is None or len(row) != width:
                raise self._error(f"a row of {width} digits is missing or has another length")
            rows.append(row)
        if self._next():
            raise self._error("an empty line is missing after the last row")
        groups = [group.decode() for group in properties.groups()]
        if not selection.takes(groups):
            return None
        bits = np.frombuffer(b"".join(rows), np.uint8).reshape(height, width) - ord("0")
        if bits.max() > 1:
            row_number = self._number - height + int(bits.max(axis=1).argmax())
            raise DataError(f"{self._path}: line {row_number}: a digit other than 0 and 1")
        return Sample(_image(bits), label, f"phd08-{groups[0]}", SOURCE.name)

    def _next(self) -> bytes | None:
        """The next line without its end; None at the end of the file."""
        line = self._file.readline(_MOST_SIDE + 3)
        self._last = line.rstrip(b"\r\n") if line else None
        self._number += bool(line)
        if len(line) > _MOST_SIDE + 2 and not line.endswith(b"\n"):
            # What is left of the line goes, in pieces, so that the next one is counted right.
            while (rest := self._file.readline(1 << 16)) and not rest.endswith(b"\n"):
                pass
            raise self._error(f"is longer than {_MOST_SIDE} characters")
        return self._last

    def _skip(self) -> None:
        """Goes on to the next empty line, unless the last one was empty, or to the end."""
        while self._last:
            # A line that is too long was reported, or belongs to what was.
            with suppress(DataError):
                self._next()

    def _error(self, problem: str) -> DataError:
        return DataError(f"{self._path}: line {max(1, self._number)}: {problem}")


def _shown(line: bytes) -> str:
    return repr(line[:20].decode("latin-1"))


def _image(bits: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    height, width = bits.shape
    image = np.full((height + 2 * BORDER, width + 2 * BORDER), 255, np.uint8)
    image[BORDER:-BORDER, BORDER:-BORDER] -= bits * np.uint8(255)
    return image
