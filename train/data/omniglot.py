"""Single Korean jamo of Omniglot as strokes, from its original files.

Source: B. M. Lake, R. Salakhutdinov, J. B. Tenenbaum, "Human-level concept learning through
probabilistic program induction", Science 350 (2015), 1332-1338; github.com/brendenlake/omniglot,
python/strokes_background.zip. Its folder Korean/ holds character01 to character40, the 21 medials
and then the 19 initials in Unicode's order, each drawn by 20 people: NUMBER_PERSON.txt. A file is

    START
    x,y,milliseconds     for each point, in a box of 105 units, y from 0 down to -105
    BREAK                after each stroke
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from edge_app import hangul
from train.data import DataError, Report, Sample, Source, give_up, must_exist
from train.data.tree import holds, read_files

SOURCE = Source("Omniglot, Korean", "MIT", "https://github.com/brendenlake/omniglot")

LETTERS = (*hangul.MEDIALS, *hangul.INITIALS)
"""The jamo of character01 to character40."""

_FILE = re.compile(r"(?:^|/)Korean/character([0-9]{2})/[0-9]+_([0-9]+)\.txt$")


def read(paths: Sequence[Path], bad: Report = give_up) -> Iterator[Sample]:
    """The jamo of strokes_background, from its .zip or a folder of its files.

    Strokes have y pointing down. Raises DataError for a path that does not exist and, naming file
    and line, for what cannot be read, unless bad takes it.
    """
    # All of them before the first is read, as `train.data.find` does.
    found = [path for path in paths if _is_release(path, bad)]
    for path in found:
        try:
            files = read_files(path, _wanted)
        except DataError as error:
            bad(error)
            continue
        for name in sorted(files):
            try:
                yield _letter(files[name], name, path)
            except DataError as error:
                bad(error)


def _is_release(path: Path, bad: Report) -> bool:
    """Whether the path holds letters; bad is told why not."""
    must_exist(path)
    try:
        if not holds(path, _wanted):
            raise DataError(
                f"{path}: holds no Korean/characterNN/*.txt; give Omniglot's strokes_background.zip"
            )
    except DataError as error:
        bad(error)
        return False
    return True


def _wanted(name: str) -> str | None:
    return name if _FILE.search(name) else None


def _letter(content: bytes, name: str, path: Path) -> Sample:
    found = _FILE.search(name)
    number = int(found[1]) if found else 0
    if not (found and 1 <= number <= len(LETTERS)):
        raise DataError(f"{path}: {name}: there are characters 01 to {len(LETTERS)} only")
    lines = content.decode("latin-1").split()
    if lines[:1] != ["START"] or lines[-1] != "BREAK":
        raise DataError(f"{path}: {name}: line 1: does not run from START to BREAK; it may be cut")
    strokes: list[npt.NDArray[np.float64]] = []
    points: list[list[float]] = []
    for line, text in enumerate(lines[1:], 2):
        if text != "BREAK":
            points.append(_point(text, f"{path}: {name}: line {line}"))
        elif points:
            strokes.append(np.array(points))
            points = []
    if not strokes:
        raise DataError(f"{path}: {name}: line 1: holds no point")
    return Sample(strokes, LETTERS[number - 1], f"omniglot-{found[2]}", SOURCE.name)


def _point(text: str, place: str) -> list[float]:
    try:
        x, y, _ = (float(value) for value in text.split(","))
    except ValueError:
        raise DataError(f"{place}: {text[:30]!r} is not x,y,milliseconds") from None
    if not (np.isfinite(x) and np.isfinite(y)):
        raise DataError(f"{place}: a coordinate that is no finite number")
    return [x, -y]
