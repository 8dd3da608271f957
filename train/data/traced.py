"""Type traced: the strokes that a pen would have drawn it with.

A character of type is thinned to lines one pixel wide. They are followed from end to end and from
crossing to crossing, and what runs straight on through a crossing is one stroke. Strokes that do
not give the character back when they are drawn again - those of serifs, patterns and letters so
bold that nothing is left between - are left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from edge_app.lift import INK_LEVEL, stroke_width
from train.augment import cut_out
from train.data import DataError, Sample, Source
from train.shards import Manifest, Shards
from train.thin import thin

SOURCE = Source("traced type", "each font's own, listed under options, licences", "")

Points = npt.NDArray[np.float64]

_SIDE = 120
"""Longer side of a character while it is traced, px."""

_BOLDEST = 0.11
"""Strokes thicker than this share of the character hide how it was drawn."""

_FOUND, _TRUE = 0.90, 0.85
"""Least shares of the ink that is drawn again, and of what is drawn that is ink."""

_STRAIGHT_ON = -0.75
"""Cosine between two ways out of a crossing, up to which they are one stroke."""

_DETAIL = 0.014
"""Bends smaller than this share of the character are not kept."""

_BRIDGE = 0.8
"""A way between two knots shorter than so many widths of the ink is none."""

_LEAVING = 3
"""Pixels of a way that may lie beside the knot that it leaves."""

_AROUND = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
"""Rows and columns to the eight neighbours of a pixel, clockwise from the one above."""

_NEAREST_FIRST = (0, 2, 4, 6, 1, 3, 5, 7)
"""The neighbours, those beside the pixel before those at its corners."""


def read(
    folders: Iterable[Path],
    most: int | None = None,
    licences: MutableMapping[str, str] | None = None,
) -> Iterator[Sample]:
    """The training part of prepared folders of type, as strokes of about 1 wide and high.

    most: samples that are looked at in each folder, chosen by chance, but the same every time;
    all of them by default. licences is filled with what each face says of its own. Characters
    that cannot be traced are left out, as they are no fault of the folder's.
    Raises DataError for a damaged folder and for one without type.
    """
    for folder in folders:
        shards = Shards(folder, "train")
        of_faces = Manifest.load(folder).options.get("licences")
        if not len(shards) or not isinstance(of_faces, dict):
            raise DataError(f"{folder}: has no type to train with; name a folder of prepared fonts")
        if licences is not None:
            licences.update(of_faces)
        numbers = np.arange(len(shards))
        if most is not None and most < len(numbers):
            numbers = np.random.default_rng(0).choice(numbers, most, replace=False)
        for number in numbers.tolist():
            sample = shards[number]
            if isinstance(sample.ink, np.ndarray) and (found := strokes(sample.ink)):
                yield Sample(found, sample.label, sample.writer, SOURCE.name, assigned="train")


def strokes(image: npt.NDArray[np.uint8]) -> list[Points]:
    """The strokes of a character of type, in about the order of writing.

    image: (height, width) uint8, any size and polarity. Returns (n, 2) corners and bends of each,
    n at least 2, x right, y down, the character 1 wide or high; loops end where they begin.
    Empty where there is no ink, or where the strokes would not give the character back.
    """
    cut = cut_out(image, 4 * _SIDE)
    if cut is None:
        return []
    zoom = _SIDE / max(cut.shape)
    how = cv2.INTER_LINEAR if zoom > 1 else cv2.INTER_AREA
    sized = cv2.resize(cut, None, fx=zoom, fy=zoom, interpolation=how)
    inked = (sized > round(255 * INK_LEVEL)).astype(np.uint8)
    mask = np.asarray(cv2.copyMakeBorder(inked, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=0), np.uint8)
    pen = max(2.0, stroke_width(mask))
    if pen > _BOLDEST * _SIDE:
        return []
    found = [_simple(_directed(line, pen)) for line in _Skeleton(mask).lines(pen)]
    if not _faithful(found, mask, pen):
        return []
    # From the upper left to the lower right, as a syllable is written.
    found.sort(key=lambda line: line[:, 1].min() + 0.55 * line[:, 0].min())
    points = np.concatenate(found)
    low, high = points.min(axis=0), points.max(axis=0)
    size = max(1.0, float((high - low).max()))
    return [(line - (low + high) / 2) / size + 0.5 for line in found]


@dataclass(frozen=True)
class _Way:
    """A line of a skeleton between two of its knots, or from one to where it just ends."""

    points: Points
    """(n, 2), x and y, px."""
    knots: tuple[int, int | None]
    """Numbers of the knots at both ends."""

    def from_end(self, end: int) -> Points:
        """The points, beginning at the first (0) or the second end (1)."""
        return self.points if end == 0 else self.points[::-1]


_End = tuple[int, int]
"""A way's number and which of its ends: 0 or 1."""


class _Skeleton:
    """The pixels of thinned ink, and how they hang together."""

    def __init__(self, mask: npt.NDArray[np.uint8]) -> None:
        """mask: (height, width), 1 where there is ink, with paper all around."""
        self._width = mask.shape[1]
        pixels = set(np.flatnonzero(thin(mask)).tolist())
        steps = [down * self._width + right for down, right in _AROUND]
        self._beside: dict[int, list[int]] = {}
        self._knot_of: dict[int, int] = {}
        # A pixel of a line has two branches; the other ones are its ends and its crossings.
        special = set()
        for pixel in pixels:
            inked = [pixel + step in pixels for step in steps]
            self._beside[pixel] = [pixel + steps[place] for place in _NEAREST_FIRST if inked[place]]
            if sum(inked[place] > inked[place - 1] for place in range(8)) != 2:
                special.add(pixel)
        self._knots: list[list[int]] = []
        for pixel in special:
            if self._is_new(pixel):
                self._knots.append(self._gather(pixel, len(self._knots), special))
        self._middles = [np.mean(self._places(knot), axis=0) for knot in self._knots]

    def lines(self, pen: float) -> list[Points]:
        """The strokes, (n, 2) points px each, in no order. pen: width of the ink, px."""
        ways, left = self._ways()
        degree = self._degree(ways)
        dots = [self._dot(number) for number in np.flatnonzero(degree == 0).tolist()]
        ways = self._without_bridges(ways, degree, pen)
        degree = self._degree(ways)
        # Thinning leaves spurs, no longer than the ink is wide, at corners and ends.
        kept = [way for way in ways if not (_is_spur(way, degree) and _length(way) < 0.9 * pen)]
        return [*_joined(kept, pen), *dots, *self._loops(left)]

    def _degree(self, ways: Sequence[_Way]) -> npt.NDArray[np.int64]:
        """How many ways lead to each knot."""
        ends = [knot for way in ways for knot in way.knots if knot is not None]
        return np.bincount(np.array(ends, np.int64), minlength=len(self._knots))

    def _is_new(self, pixel: int) -> bool:
        return pixel not in self._knot_of

    def _gather(self, pixel: int, number: int, special: set[int]) -> list[int]:
        """The pixels of the knot of that number, which lie side by side; notes whose they are."""
        found, waiting = [], [pixel]
        self._knot_of[pixel] = number
        while waiting:
            found.append(waiting.pop())
            for near in self._beside[found[-1]]:
                if near in special and self._is_new(near):
                    self._knot_of[near] = number
                    waiting.append(near)
        return found

    def _places(self, pixels: Sequence[int]) -> Points:
        return np.array([(pixel % self._width, pixel // self._width) for pixel in pixels], float)

    def _ways(self) -> tuple[list[_Way], set[int]]:
        """All ways from knot to knot, and the pixels that none of them has."""
        left = {pixel for pixel in self._beside if self._is_new(pixel)}
        ways = [
            self._follow(first, knot, left)
            for start, knot in self._knot_of.items()
            for first in self._beside[start]
            if first in left
        ]
        return ways, left

    def _follow(self, first: int, knot: int, left: set[int]) -> _Way:
        """The way out of a knot by its first pixel; its pixels are taken out of `left`."""
        path, end = [first], None
        left.remove(first)
        while True:
            near = self._beside[path[-1]]
            knots = [self._knot_of[pixel] for pixel in near if pixel in self._knot_of]
            # The first pixels still lie beside the knot that they leave.
            other = [found for found in knots if len(path) > _LEAVING or found != knot]
            if other:
                end = other[0]
                break
            onward = next((pixel for pixel in near if pixel in left), None)
            if onward is None:
                break
            path.append(onward)
            left.remove(onward)
        points = [self._middles[knot], *self._places(path)]
        if end is not None:
            points.append(self._middles[end])
        return _Way(np.array(points), (knot, end))

    def _without_bridges(
        self, ways: Sequence[_Way], degree: npt.NDArray[np.int64], pen: float
    ) -> list[_Way]:
        """The ways but for short ones between two crossings, which are one in what is left.

        Where two strokes cross aslant, thinning parts the crossing in two.
        """
        same = list(range(len(self._knots)))
        bridges = set()
        for number, way in enumerate(ways):
            first, second = way.knots
            if second is None or first == second or _length(way) >= _BRIDGE * pen:
                continue
            if min(degree[first], degree[second]) > 2:
                bridges.add(number)
                old, new = same[second], same[first]
                same = [new if knot == old else knot for knot in same]
        middles = [
            np.mean([self._middles[one] for one, now in enumerate(same) if now == knot], axis=0)
            for knot in same
        ]
        kept = []
        for number, way in enumerate(ways):
            if number not in bridges:
                first, second = way.knots
                points = way.points.copy()
                points[0] = middles[first]
                if second is not None:
                    points[-1] = middles[second]
                knots = (same[first], None if second is None else same[second])
                kept.append(_Way(points, knots))
        return kept

    def _dot(self, number: int) -> Points:
        """A knot that nothing leads to: across it, or a little down."""
        places = self._places(self._knots[number])
        away = np.hypot(*(places - self._middles[number]).T)
        first = places[away.argmax()]
        second = places[np.hypot(*(places - first).T).argmax()]
        return np.array([first, second + np.array([0.5, 1.0])])

    def _loops(self, left: set[int]) -> list[Points]:
        """The lines without a knot, which end where they begin."""
        found = []
        while left:
            path = [left.pop()]
            while onward := next((near for near in self._beside[path[-1]] if near in left), None):
                path.append(onward)
                left.remove(onward)
            if len(path) > 6:
                found.append(self._places([*path, path[0]]))
        return found


def _is_spur(way: _Way, degree: npt.NDArray[np.int64]) -> bool:
    """Whether one end of a way, and only one, leads nowhere else."""
    first, second = (knot is None or degree[knot] == 1 for knot in way.knots)
    return bool(first != second)


def _length(way: _Way) -> float:
    return float(np.hypot(*np.diff(way.points, axis=0).T).sum())


def _joined(ways: Sequence[_Way], pen: float) -> list[Points]:
    """The lines that ways make where they run on through their knots."""
    follows = _followers(ways, pen)
    done: set[int] = set()
    lines = []

    def run(number: int, end: int) -> Points:
        pieces: list[Points] = []
        while number not in done:
            done.add(number)
            points = ways[number].from_end(end)
            pieces.append(points[1:] if pieces else points)
            number, end = follows.get((number, 1 - end), (number, end))
        return np.concatenate(pieces)

    ends = [(number, end) for number in range(len(ways)) for end in (0, 1)]
    # First what has an end, then what is left: rings of several ways.
    for number, end in (*(one for one in ends if one not in follows), *ends):
        if number not in done:
            lines.append(run(number, end))
    return lines


def _followers(ways: Sequence[_Way], pen: float) -> dict[_End, _End]:
    """By the end of a way, the end that a stroke goes on with beyond the knot."""
    meeting: dict[int, list[_End]] = defaultdict(list)
    for number, way in enumerate(ways):
        for end, knot in enumerate(way.knots):
            if knot is not None:
                meeting[knot].append((number, end))
    follows: dict[_End, _End] = {}
    for ends in meeting.values():
        out = []
        for number, end in ends:
            points = ways[number].from_end(end)
            way = points[min(len(points) - 1, max(3, int(1.2 * pen)))] - points[0]
            out.append(way / (np.hypot(*way) + 1e-9))
        pairs = sorted(
            (float(out[one] @ out[two]), one, two) for one in range(len(ends)) for two in range(one)
        )
        for cosine, one, two in pairs:
            # Where only two meet, the knot is no crossing.
            if ends[one] in follows or ends[two] in follows:
                continue
            if cosine < _STRAIGHT_ON or len(ends) == 2:
                follows[ends[one]], follows[ends[two]] = ends[two], ends[one]
    return follows


def _directed(line: Points, pen: float) -> Points:
    """A line in the direction of writing: down and to the right, loops against the clock."""
    around = np.hypot(*np.diff(line, axis=0).T).sum()
    if len(line) > 8 and around > 12 and np.hypot(*(line[0] - line[-1])) < 1.5 * max(2, pen / 2):
        top = int(line[:-1, 1].argmin())
        ring = np.concatenate([line[top:-1], line[: top + 1]])
        x, y = ring[:-1].T
        clockwise = (x * np.roll(y, -1) - y * np.roll(x, -1)).sum() > 0
        return ring[::-1] if clockwise else ring
    right, down = line[-1] - line[0]
    return line[::-1] if right + 1.3 * down < 0 else line


def _simple(line: Points) -> Points:
    """The corners and bends of a line, at least two points; a loop still ends where it begins."""
    points = np.ascontiguousarray(line, np.float32)[:, np.newaxis]
    kept = cv2.approxPolyDP(points, _DETAIL * _SIDE, False)[:, 0].astype(np.float64)
    if len(kept) > 2 and (line[0] == line[-1]).all():
        # OpenCV takes it for a polygon: it begins anywhere and leaves the last point out.
        top = int(kept[:, 1].argmin())
        return np.concatenate([kept[top:], kept[: top + 1]])
    return np.repeat(kept, 2, axis=0) if len(kept) == 1 else kept


def _faithful(lines: Sequence[Points], mask: npt.NDArray[np.uint8], pen: float) -> bool:
    """Whether lines, drawn with that pen, px, give a mask back."""
    if not lines:
        return False
    canvas = np.zeros_like(mask)
    drawn = [np.rint(16 * line).astype(np.int32) for line in lines]
    cv2.polylines(canvas, drawn, False, 1, max(1, round(pen)), cv2.LINE_8, 4)
    both = cv2.countNonZero(canvas & mask)
    return bool(
        both >= _FOUND * cv2.countNonZero(mask) and both >= _TRUE * cv2.countNonZero(canvas)
    )
