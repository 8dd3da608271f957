"""Isolated digits of UNIPEN train_r01_v07, from its original files.

Format: I. Guyon, "UNIPEN 1.0 format definition" (unipen.def, 1994); I. Guyon, L. Schomaker,
R. Plamondon, M. Liberman, S. Janet, "UNIPEN project of on-line data exchange and recognizer
benchmarks", ICPR 1994, 29-33. What matters of it here:

- A keyword is a dot and capitals at the start of a line; what follows, over any number of
  lines, belongs to it.
- Points follow .PEN_DOWN and .PEN_UP, as many numbers each as .COORD names. A block that holds
  points is a component; components are counted from 0 over the file and what it includes. A
  block without points (.PEN_UP between two strokes, or before .DT) is none.
- .SEGMENT names a level, components ("3", "0-3", "2:10-2:40,3" with points after the colon), a
  quality and a quoted label.
- The y axis points up; no keyword says otherwise.

The release has the segments in data/1a/SRC/ and the ink, by .INCLUDE, in include/SRC/. Ink that
NIST held back is replaced by the single point 0 0.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from train.data import DataError, Report, Sample, Source, give_up
from train.data.tree import read_files

SOURCE = Source(
    "UNIPEN train_r01_v07, digits",
    "CC BY 4.0 (its notice of 1999 asks to cite Guyon et al., ICPR 1994)",
    "https://doi.org/10.5281/zenodo.1195803",
)

DIGITS = frozenset("0123456789")

_MOST_INCLUDES = 8
"""Depth of .INCLUDE, which is 2 in the release; a file that includes itself ends here."""

_DONORS = {"apa": "apple", "apb": "apple", "app": "apple"}
"""Collections of one donor, whose people wrote in several of them."""

_DIGIT_FILE = re.compile(r"(?:^|/)(data/1a/[^/]+/.+\.dat)$")
_INCLUDE_FILE = re.compile(r"(?:^|/)(include/.+)$")
_KEYWORD = re.compile(r"\.([A-Z][A-Z_0-9]*)(?=\s|$)")
_INCLUDE = re.compile(rb"^\.INCLUDE\s+(\S+)", re.MULTILINE)
_SEGMENT = re.compile(
    r'(?P<level>\S+)\s+(?P<parts>[\d:,\s-]*\d)\s*(?P<quality>[A-Z]+|\?)?\s*"(?P<label>.*)"',
    re.DOTALL,
)
_RANGE = re.compile(r"(\d+)(?::(\d+))?(?:-(\d+)(?::(\d+))?)?")


def read(path: Path, bad: Report = give_up) -> Iterator[Sample]:
    """The digits of the release, from its folder or a .tar, .tar.gz, .tgz or .zip of it.

    Strokes have y pointing down and the same unit along x and y. Writers are named by a hash, as
    the files hold people's names. Raises DataError, naming file and line, for what cannot be
    read, unless bad takes it.
    """
    files = read_files(path, _digit_key)
    names = sorted(files)
    if not names:
        raise DataError(
            f"{path}: holds no data/1a/*/*.dat; give the top folder or the archive of "
            "UNIPEN train_r01_v07"
        )
    missing = _included(files)
    while missing:
        # An archive is read once more for each depth of includes rather than kept in memory.
        found = read_files(path, partial(_include_key, missing))
        files |= found
        missing = _included(found) - set(files)
    for name in names:
        yield from _read_digits(files, name, path, bad)


def _digit_key(name: str) -> str | None:
    """ "data/1a/SRC/...dat" of a file of digits, in small letters, as CD-ROMs vary in case."""
    found = _DIGIT_FILE.search(name.lower())
    return found[1] if found else None


def _include_key(wanted: set[str], name: str) -> str | None:
    found = _INCLUDE_FILE.search(name.lower())
    return found[1] if found and found[1] in wanted else None


def _included(files: Mapping[str, bytes]) -> set[str]:
    return {
        _include_name(found.decode("latin-1"))
        for content in files.values()
        for found in _INCLUDE.findall(content)
    }


def _include_name(named: str) -> str:
    return f"include/{named.strip('/')}".lower()


@dataclass(frozen=True)
class _Statement:
    """A keyword with everything up to the next one."""

    keyword: str
    text: str
    place: str
    """File and line, for messages."""


@dataclass(frozen=True)
class _Component:
    """One .PEN_DOWN or .PEN_UP block that holds points."""

    down: bool
    points: npt.NDArray[np.float64]
    """(n, 2), x and y as in the file."""
    unit: tuple[float, float]
    """Points per unit of length along x and y."""
    writer: str


@dataclass
class _Ink:
    """What a file and its includes have said so far."""

    coordinates: list[str] = field(default_factory=lambda: ["X", "Y"])
    unit: dict[str, float] = field(default_factory=dict)
    writer: str = ""
    components: list[_Component] = field(default_factory=list)
    segments: list[_Statement] = field(default_factory=list)


def _read_digits(
    files: Mapping[str, bytes], name: str, path: Path, bad: Report
) -> Iterator[Sample]:
    ink = _Ink()
    try:
        for statement in _statements(files, name, path, 0):
            _take(ink, statement)
    except DataError as error:
        bad(error)
        return
    _, _, collection, *_, last = name.split("/")
    for segment in ink.segments:
        try:
            sample = _digit(ink, segment, collection, last.removesuffix(".dat"))
        except DataError as error:
            bad(error)
            continue
        if sample is not None:
            yield sample


def _statements(
    files: Mapping[str, bytes], name: str, path: Path, depth: int
) -> Iterator[_Statement]:
    """The statements of a file in order, those of its includes in their place."""
    keyword, lines, start = "", [""], 0
    # Every donor had another system: any line ending, and bytes beyond ASCII in names.
    content = files[name].decode("latin-1").replace("\r\n", "\n").replace("\r", "\n")
    for number, line in enumerate([*content.split("\n"), ".END"], 1):
        found = _KEYWORD.match(line)
        if found is None:
            lines.append(line)
            continue
        statement = _Statement(keyword, "\n".join(lines), f"{path}: {name}: line {start}")
        if keyword == "INCLUDE":
            named = _include_name((statement.text.split() or [""])[0])
            if named not in files:
                raise DataError(f"{statement.place}: {named} is missing")
            if depth == _MOST_INCLUDES:
                raise DataError(f"{statement.place}: .INCLUDE goes deeper than {_MOST_INCLUDES}")
            yield from _statements(files, named, path, depth + 1)
        elif keyword:
            yield statement
        keyword, lines, start = found[1], [line[found.end() :]], number


def _take(ink: _Ink, statement: _Statement) -> None:
    """Adds a statement to the ink. Raises DataError where it breaks the format."""
    keyword, words = statement.keyword, statement.text.split()
    if keyword in ("PEN_DOWN", "PEN_UP"):
        if words:
            points = _points(words, ink.coordinates, statement.place)
            unit = _unit(ink.unit)
            ink.components.append(_Component(keyword == "PEN_DOWN", points, unit, ink.writer))
    elif keyword == "SEGMENT":
        ink.segments.append(statement)
    elif keyword == "COORD":
        if "X" not in words or "Y" not in words:
            raise DataError(f"{statement.place}: .COORD names no X and Y")
        ink.coordinates = words
    elif keyword == "WRITER_ID":
        ink.writer = " ".join(words).casefold()
    elif re.fullmatch(r"[XY]_POINTS_PER_(INCH|MM)", keyword):
        try:
            value = float(words[0])
        except (IndexError, ValueError):
            value = 0.0
        if not 0 < value < float("inf"):
            raise DataError(f"{statement.place}: .{keyword} is no positive number")
        ink.unit[keyword] = value


def _points(words: list[str], coordinates: list[str], place: str) -> npt.NDArray[np.float64]:
    try:
        numbers = np.array(words, np.float64)
    except ValueError:
        raise DataError(f"{place}: the points are not all numbers") from None
    if len(numbers) % len(coordinates) or not np.isfinite(numbers).all():
        raise DataError(
            f"{place}: {len(numbers)} numbers are not points of {' '.join(coordinates)}"
        )
    rows = numbers.reshape(-1, len(coordinates))
    return rows[:, [coordinates.index("X"), coordinates.index("Y")]]


def _unit(given: Mapping[str, float]) -> tuple[float, float]:
    for length in ("INCH", "MM"):
        x, y = (given.get(f"{axis}_POINTS_PER_{length}") for axis in "XY")
        if x is not None and y is not None:
            return x, y
    return 1.0, 1.0


def _digit(ink: _Ink, segment: _Statement, collection: str, file: str) -> Sample | None:
    """The digit that a segment names; None for another label, level or bad quality."""
    found = _SEGMENT.fullmatch(segment.text.strip())
    if found is None:
        raise DataError(f'{segment.place}: .SEGMENT is not LEVEL COMPONENTS QUALITY "LABEL"')
    if found["level"] != "CHARACTER" or found["quality"] == "BAD" or found["label"] not in DIGITS:
        return None
    picked = _pick(ink.components, found["parts"], segment.place)
    drawn = [(part, points) for part, points in picked if part.down]
    if not drawn or not all(part.points.any() for part, _ in drawn):
        raise DataError(f"{segment.place}: its components hold no ink, or ink was held back")
    strokes = [
        part.points[points] * (1 / part.unit[0], -1 / part.unit[1]) for part, points in drawn
    ]
    # The collections without .WRITER_ID have one writer a file.
    writer = drawn[0][0].writer or file
    code = hashlib.sha1(writer.encode(), usedforsecurity=False).hexdigest()[:8]
    donor = _DONORS.get(collection, collection)
    return Sample(strokes, found["label"], f"{donor}-{code}", collection)


def _pick(components: list[_Component], parts: str, place: str) -> list[tuple[_Component, slice]]:
    """The components of a list like "0-3" or "2:10-2:40,3", each with the points it takes."""
    picked = []
    for part in re.sub(r"\s", "", parts).split(","):
        found = _RANGE.fullmatch(part)
        if found is None:
            raise DataError(f"{place}: {part!r} is no component, nor a range of them")
        first = int(found[1])
        last = first if found[3] is None else int(found[3])
        if not first <= last < len(components):
            raise DataError(
                f"{place}: components {part} are not among the {len(components)} there are"
            )
        for index in range(first, last + 1):
            start = int(found[2] or 0) if index == first else 0
            end = int(found[4]) + 1 if found[4] and index == last else None
            if found[2] and found[3] is None:
                end = start + 1
            if not components[index].points[start:end].size:
                raise DataError(f"{place}: components {part} go beyond the points of {index}")
            picked.append((components[index], slice(start, end)))
    return picked
