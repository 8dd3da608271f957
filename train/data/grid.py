"""Finds a ruled grid on a scanned page, takes its lines away and cuts out what is in its cells."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from train.data import paper

_MOST_SIDE = 3600
"""Longer side (px) to which pages are averaged down: A4 at 300 dpi has 3508."""

_MOST_SKEW = 10.0
"""Degrees by which a page may be turned."""

_POINTS = 100_000
"""Dark pixels of which the skew is estimated, at most."""

_SMALLEST_CELL = 28
"""px; smaller cells are no cells."""

_COVERED = 0.6
"""Share of a line's length that must show for the line to be there."""

_CERTAIN = 0.85
"""Share from which on it is one where none should be; strokes side by side are not."""

_STRAY = 0.06
"""Share of a cell by which a line may stray from where a regular grid has it."""

_CORE = 0.3
"""Places across a line that are dark along at least this share of it are the line's own."""

_PALE = 0.6
"""A line not darker than this share of the ink lets the ink on it be seen."""

_SHARED = 1 / 3
"""A part of ink with more than this share in other cells is ink of several, cut at the line."""

_SLANTS = (-1.0, -0.6, -0.3, 0.0, 0.3, 0.6, 1.0)
"""Steps along a line for one across it of the strokes that are joined over the line."""

_THICKEST = 10
"""px from the middle of a line to its edge, at most."""

_Pixels = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
"""Rows and columns of pixels, as indices."""


class GridError(ValueError):
    """A page without the grid that it should have; the message says what it has."""


@dataclass(frozen=True)
class _Line:
    """A ruling line, which lies; one that stands is one of the page's transpose."""

    middle: npt.NDArray[np.float64]
    """Row of its middle at each column of the page."""
    seen: npt.NDArray[np.bool_]
    """The columns at which it shows."""


def cut(page: npt.NDArray[np.uint8], rows: int, columns: int) -> list[npt.NDArray[np.uint8] | None]:
    """The ink in each cell of a page, row by row, as grey pictures; None for a blank cell.

    page: (height, width), paper light. Raises GridError where the page has no such grid.
    """
    dark, faint = paper.darkness(_limit(page))
    dark = _level(dark, _skew(dark > faint))
    printed = np.asarray(dark > faint, np.uint8)
    lying = _lines(printed, rows, "rows", dark.shape[1] // (2 * max(2, columns)))
    standing = _lines(printed.T, columns, "columns", dark.shape[0] // (2 * max(2, rows)))
    ink, lines, tone = _without_lines(dark, faint, lying, standing)
    cells: list[npt.NDArray[np.uint8] | None] = [None] * (rows * columns)
    side = min(np.diff([line.middle.mean() for line in lines]).min() for lines in (lying, standing))
    for cell, y, x in _by_cell(ink, lines, side, lying, standing):
        top, left = int(y.min()), int(x.min())
        shape = int(y.max()) - top + 1, int(x.max()) - left + 1
        if not paper.is_blank(*shape, side):
            inked = np.zeros(shape, np.uint8)
            inked[y - top, x - left] = 1
            place = dark[top : top + shape[0], left : left + shape[1]]
            cells[cell] = paper.picture(place, inked, tone)
    return cells


def _limit(page: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """A page of no more px than its ink needs."""
    shrink = _MOST_SIDE / max(page.shape)
    if shrink >= 1:
        return page
    size = [max(1, round(side * shrink)) for side in reversed(page.shape)]
    return np.asarray(cv2.resize(page, size, interpolation=cv2.INTER_AREA), np.uint8)


def _skew(marked: npt.NDArray[np.bool_]) -> float:
    """Degrees by which the lines of a page fall from left to right.

    Turned level, the page's dark pixels gather in few rows and columns.
    """
    y, x = np.nonzero(marked)
    every = 1 + len(x) // _POINTS
    points = x[::every].astype(np.float64), y[::every].astype(np.float64)
    best, reach, side = 0.0, _MOST_SKEW, max(marked.shape)
    for bin_size in (max(1.0, side / 600), 0.25):
        # A step moves the ends of a line as long as the page by as much as a bin is wide.
        step = math.degrees(2 * bin_size / side)
        tried = best + np.arange(-reach, reach + step / 2, step)
        best = float(max(tried, key=lambda angle: _order(points, float(angle), max(1.0, bin_size))))
        reach = step
    return best


def _order(
    points: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]], angle: float, bin_size: float
) -> float:
    """How unevenly points, x and y, fall into rows and columns that are turned by an angle."""
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    x, y = points
    order = 0.0
    for place in (cosine * y - sine * x, cosine * x + sine * y):
        bins = np.floor(place / bin_size).astype(np.int64)
        counts = np.bincount(bins - bins.min(initial=0)).astype(np.float64)
        order += float(counts @ counts)
    return order


def _level(dark: npt.NDArray[np.uint8], angle: float) -> npt.NDArray[np.uint8]:
    """A page turned back by an angle, in degrees, all of it kept."""
    height, width = dark.shape
    turn = cv2.getRotationMatrix2D((0, 0), angle, 1)
    corners = turn[:, :2] @ np.array([[0, width, 0, width], [0, 0, height, height]])
    turn[:, 2] = -corners.min(1)
    size = np.ceil(np.ptp(corners, axis=1)).astype(int)
    turned = cv2.warpAffine(dark, turn, (int(size[0]), int(size[1])), flags=cv2.INTER_CUBIC)
    return np.asarray(turned, np.uint8)


def _lines(printed: npt.NDArray[np.uint8], count: int, name: str, shortest: int) -> list[_Line]:
    """The count + 1 lying lines of a page that is nearly level.

    printed: 1 where it is dark; name: of what lies between them, for messages; shortest: a
    length, px, that lines exceed. Raises GridError where the page shows fewer or more.
    """
    whole = cv2.morphologyEx(printed, cv2.MORPH_CLOSE, np.ones((1, 5), np.uint8))
    window = np.ones((1, max(5, shortest)), np.uint8)
    runs = np.asarray(cv2.morphologyEx(whole, cv2.MORPH_OPEN, window), np.uint8)
    first, pitch = _comb(runs.sum(1, dtype=np.float64), count)
    if not pitch:
        raise GridError(f"shows no grid with {count} {name}")
    lines = [_follow(runs, first + number * pitch, pitch) for number in range(count + 1)]
    # Columns at which most of the lines show are the grid's.
    across = np.flatnonzero(2 * np.sum([line.seen for line in lines], axis=0) > count + 1)
    grid = slice(across[0], across[-1] + 1) if across.size else slice(0)
    there = [bool(grid.stop) and line.seen[grid].mean() >= _COVERED for line in lines]
    if not all(there):
        raise GridError(f"shows {sum(there)} of the {count + 1} lines that {count} {name} have")
    between = [first + (number - 0.5) * pitch for number in range(1, count + 1)]
    for place in (first - pitch, *between, first + (count + 1) * pitch):
        # At the very edge the scanner's lid shows.
        if pitch / 4 < place < len(runs) - pitch / 4:
            other = _follow(runs, place, pitch)
            if other.seen[grid].mean() >= _CERTAIN:
                raise GridError(f"shows more than {count} {name}, a line at {place:.0f} px")
    return lines


def _comb(ruled: npt.NDArray[np.float64], count: int) -> tuple[float, float]:
    """Where the first of count + 1 regular lines is and how far they are apart; 0, 0 for none.

    ruled: how much of each row is line.
    """
    # A line may be some px thick and not quite level; twice as thick, it is no better a line.
    thick = np.convolve(ruled, np.ones(5), "same")
    strength = np.minimum(thick / max(1.0, thick.max()), 0.5)
    blur = max(2, len(ruled) // (50 * count))
    strength = np.convolve(strength, 1 - np.abs(np.arange(-blur, blur + 1)) / (blur + 1), "same")
    best, found = 0.0, (0.0, 0.0)
    for pitch in np.arange(_SMALLEST_CELL, (len(ruled) - 1) / count, 2 / count):
        steps = np.rint(np.arange(count + 1) * pitch).astype(int)
        places = len(ruled) - int(steps[-1])
        total = np.sum([strength[step : step + places] for step in steps], axis=0)
        if total.max() > best:
            best, found = float(total.max()), (float(total.argmax()), float(pitch))
    return found


def _follow(runs: npt.NDArray[np.uint8], place: float, pitch: float) -> _Line:
    """The line near a row, which may be bent a little."""
    height, width = runs.shape
    room = max(2, round(_STRAY * pitch))
    top = min(max(0, round(place) - room), height - 1)
    strip = runs[top : round(place) + room + 1]
    count = strip.sum(0, dtype=np.int64)
    x = np.flatnonzero(count)
    middle = np.full(width, float(place))
    if len(x):
        y = top + (np.arange(len(strip)) @ strip[:, x]) / count[x]
        # A stroke beside the line is not the line.
        kept = np.abs(y - np.median(y)) <= max(2.0, room / 2)
        scale = (x[kept] - x[0]) / max(1, x[-1] - x[0])
        bend = np.polynomial.Polynomial.fit(
            scale, y[kept], min(2, len(np.unique(scale)) - 1), [0, 1]
        )
        middle = bend((np.arange(width) - x[0]) / max(1, x[-1] - x[0]))
    rows = np.rint(middle).astype(int)
    seen = np.zeros(width, bool)
    near = min(2, math.ceil(pitch / 40))
    for step in range(-near, near + 1):
        at = rows + step
        inside = (at >= 0) & (at < height)
        seen[inside] |= runs[at[inside], np.flatnonzero(inside)] > 0
    return _Line(middle, seen)


def _without_lines(
    dark: npt.NDArray[np.uint8], faint: int, lying: list[_Line], standing: list[_Line]
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8], float]:
    """A page's ink (1), where its lines were (1), and the darkness of full ink.

    Of ink on a line that is as dark as ink is, what continues on both sides is kept.
    """
    bands = [
        (kind, *_band(np.asarray(view > faint), line))
        for kind, view, lines in ((0, dark, lying), (1, dark.T, standing))
        for line in lines
    ]
    lines = np.zeros(dark.shape, np.uint8)
    for kind, rows, columns in bands:
        (lines.T if kind else lines)[rows, columns] = 1
    seen = (dark > faint) & (lines == 0)
    tone = paper.ink_tone(dark, seen)
    level = paper.ink_level(tone, faint)
    bare = np.asarray((dark > level) & (lines == 0), np.uint8)
    ink = bare.copy()
    for kind, rows, columns in bands:
        views = (dark.T, bare.T, ink.T) if kind else (dark, bare, ink)
        _rejoin(*views, (rows, columns), level, tone)
    return ink, lines, tone


def _band(printed: npt.NDArray[np.bool_], line: _Line) -> _Pixels:
    """The pixels of a lying line with its soft edges, straightened: a row for each px across."""
    shown = np.flatnonzero(line.seen)
    columns = np.arange(shown[0], shown[-1] + 1)
    steps = np.arange(-_THICKEST, _THICKEST + 1)
    rows = np.rint(line.middle[columns]).astype(np.int64) + steps[:, None]
    inside = (rows >= 0) & (rows < len(printed))
    share = (printed[rows.clip(0, len(printed) - 1), columns] & inside).mean(1)
    before = after = _THICKEST + int(share[_THICKEST - 2 : _THICKEST + 3].argmax()) - 2
    while before > 0 and share[before - 1] > _CORE:
        before -= 1
    while after < 2 * _THICKEST and share[after + 1] > _CORE:
        after += 1
    rows = rows[max(0, before - 1) : after + 2].clip(0, len(printed) - 1)
    return rows, np.broadcast_to(columns, rows.shape)


def _rejoin(
    dark: npt.NDArray[np.uint8],
    bare: npt.NDArray[np.uint8],
    ink: npt.NDArray[np.uint8],
    band: _Pixels,
    level: int,
    tone: float,
) -> None:
    """Adds to the ink what lies on a line.

    bare: 1 where there is ink beside lines; level: darkness at the outline of strokes; tone: of
    full ink.
    """
    rows, columns = band
    on_line = dark[rows, columns]
    line_tone = float(np.median(on_line.max(0)))
    if line_tone < _PALE * tone:
        ink[rows, columns] |= np.asarray(on_line > max(level, (line_tone + tone) / 2), np.uint8)
        return
    side = (len(rows) + 2) | 1
    reach = np.arange(-side, len(rows) + side)[:, None]
    strip = bare[(rows[:1] + reach).clip(0, len(bare) - 1), columns[:1]]
    half = side // 2
    across = np.arange(-half, half + 1)
    for slant in _SLANTS:
        window = np.zeros((side, side), np.uint8)
        window[half + across, half + np.rint(slant * across).astype(int)] = 1
        joined = cv2.morphologyEx(strip, cv2.MORPH_CLOSE, window)[side:-side]
        ink[rows, columns] |= np.where(on_line > level, joined, 0).astype(np.uint8)


def _by_cell(
    ink: npt.NDArray[np.uint8],
    lines: npt.NDArray[np.uint8],
    side: float,
    lying: list[_Line],
    standing: list[_Line],
) -> Iterator[tuple[int, npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """For every cell with ink its number, row by row, and the rows and columns of its ink.

    A part of ink belongs to the cell with the most of it. Specks and what is left of lines go.
    """
    parts, part, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    y, x = np.nonzero(ink)
    of = part[y, x].astype(np.int64)
    beside = cv2.dilate(lines, np.ones((5, 5), np.uint8))[y, x]
    rests = np.bincount(of, beside, parts) >= stats[:, cv2.CC_STAT_AREA]
    real = ((paper.longer_side(stats) >= paper.SPECK * side) & ~rests)[of]
    y, x, of = y[real], x[real], of[real]
    row = np.sum([y > line.middle[x] for line in lying], axis=0)
    column = np.sum([x > line.middle[y] for line in standing], axis=0)
    wide = len(standing) + 1
    cell = row * wide + column
    # How much of each part lies in each cell, that with the most of it last.
    places = (len(lying) + 1) * wide
    pairs, counts = np.unique(of * places + cell, return_counts=True)
    order = np.lexsort((counts, pairs // places))
    its, where = np.divmod(pairs[order], places)
    owner, most = np.zeros((2, parts), np.int64)
    owner[its], most[its] = where, counts[order]
    whole = most >= (1 - _SHARED) * np.bincount(of, minlength=parts)
    cell = np.where(whole[of], owner[of], cell)
    row, column = cell // wide, cell % wide
    inside = (row >= 1) & (row < len(lying)) & (column >= 1) & (column < len(standing))
    number = ((row - 1) * (len(standing) - 1) + column - 1)[inside]
    y, x = y[inside], x[inside]
    order = np.argsort(number, kind="stable")
    cells, starts = np.unique(number[order], return_index=True)
    ends = np.append(starts, len(order))[1:]
    for cell_number, start, end in zip(cells, starts, ends, strict=True):
        chosen = order[start:end]
        yield int(cell_number), y[chosen], x[chosen]
