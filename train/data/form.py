"""Reads the form that `prepare.py blank` makes, filled and photographed or scanned.

The four corner marks say how the sheet lies, upside down or seen from aside as well; the row of
squares at its foot says which page it is and of which labels. Cells are cut inside their boxes.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from edge_app import hangul
from train.data import DataError, Report, Sample, formlayout, give_up, marks, paper

_DENSITIES = (3.0, 8.0)
"""px to the mm that a picture must have, about 75 dpi, and with which the ink is kept at most."""

_ROOM = 2.0
"""mm around a box's place in which its lines are looked for: paper is never quite flat."""

_INSET = 0.2
"""mm from a box's line to what is cut out."""

_COVERED = 0.5
"""Share of a side that must be dark to be a box's line."""

_THICK = 0.6
"""mm that a box's line takes, its bend included."""

_REST = 0.08
"""Share of a side down to which what is beside a line is still the line."""


class _Sheet(NamedTuple):
    """A page, found on its picture."""

    version: int
    identity: formlayout.Identity
    place: npt.NDArray[np.float64]
    """Homography from mm on the frame to px on the picture."""


def read(
    paths: Sequence[Path],
    labels: Sequence[str] = (),
    writer: str | None = None,
    source: str = "form",
    counts: MutableMapping[str, int] | None = None,
    bad: Report = give_up,
) -> Iterator[Sample]:
    """The cells of filled pages as grey pictures.

    labels: of the form where it was made for others than one of `hangul.LABEL_SETS`; writer: who
    filled all pages, where the names do not say it (see `train.data.paper`); counts["blank"]
    grows by the cells that are blank. Raises DataError, naming the file, for a page that lacks a
    corner mark, is of other labels or was read already, unless bad takes it.
    """
    counts = {} if counts is None else counts
    orders = {formlayout.order_of(known): known for known in (*hangul.LABEL_SETS.values(), labels)}
    seen: dict[tuple[str, formlayout.Identity], Path] = {}
    for page in paper.pages(paths, writer, bad):
        try:
            picture = paper.decode(page.path)
            sheet = _find(picture, page.path)
            shown = _labels(sheet, orders, page.path)
            cells = _cells(picture, sheet.place, len(shown), page.path)
            first = seen.setdefault((page.writer, sheet.identity), page.path)
            if first != page.path:
                raise DataError(
                    f"{page.path}: is page {sheet.identity.page} of {page.writer} once more, after "
                    f"{first.name}; remove one, or give each writer a folder"
                )
        except DataError as error:
            bad(error)
            continue
        for label, cell in zip(shown, cells, strict=True):
            if cell is None:
                counts["blank"] = counts.get("blank", 0) + 1
            else:
                yield Sample(cell, label, page.writer, source)


def _find(picture: npt.NDArray[np.uint8], path: Path) -> _Sheet:
    """The page on a picture. Raises DataError where it lacks marks or its squares."""
    count, found = marks.find(picture)
    if not found:
        raise DataError(
            f"{path}: shows {min(count, 3)} of the form's 4 corner marks; take the whole sheet, "
            "flat and sharp, with nothing on its corners"
        )
    dark, _ = paper.darkness(picture)
    for corners in found:
        for turn in range(4):
            seen = np.roll(corners, -turn, axis=0)
            place = np.asarray(
                cv2.getPerspectiveTransform(np.array(formlayout.MARKS, np.float32), seen),
                np.float64,
            )
            told = formlayout.decode(_squares(dark, place))
            if told:
                return _Sheet(*told, place)
    raise DataError(
        f"{path}: the row of squares at the form's foot cannot be read; take the whole sheet, flat "
        "and sharp, with nothing written on the squares"
    )


def _squares(dark: npt.NDArray[np.uint8], place: npt.NDArray[np.float64]) -> list[int]:
    """The page's code as it lies on a picture with this homography, 1 for black."""
    steps = np.linspace(0.3, 0.7, 5)
    x = formlayout.CODE_LEFT + formlayout.SQUARE * (np.arange(formlayout.BITS)[:, None] + steps)
    y = formlayout.CODE_TOP + formlayout.CODE_HEIGHT * steps
    points = np.stack(np.broadcast_arrays(x[:, :, None], y), axis=-1).reshape(-1, 1, 2)
    at = cv2.perspectiveTransform(points, place).astype(np.float32)
    x_at, y_at = cv2.split(at)
    tones = cv2.remap(dark, x_at, y_at, cv2.INTER_LINEAR).reshape(formlayout.BITS, -1).mean(1)
    return [int(tone) for tone in tones > (tones.min() + tones.max()) / 2]


def _labels(sheet: _Sheet, orders: dict[int, Sequence[str]], path: Path) -> Sequence[str]:
    """The labels of a page. Raises DataError for a form that is not known."""
    if sheet.version != formlayout.VERSION:
        raise DataError(
            f"{path}: is a form of version {sheet.version}, not {formlayout.VERSION}; read it with "
            "the release that made it"
        )
    if sheet.identity.order not in orders:
        raise DataError(
            f"{path}: is a form of other labels; name their file with --labels, as for blank"
        )
    start = (sheet.identity.page - 1) * formlayout.CELLS
    shown = orders[sheet.identity.order][max(0, start) : start + formlayout.CELLS]
    if not shown:
        raise DataError(f"{path}: says it is page {sheet.identity.page}, which has no labels")
    return shown


def _cells(
    picture: npt.NDArray[np.uint8], place: npt.NDArray[np.float64], count: int, path: Path
) -> list[npt.NDArray[np.uint8] | None]:
    """The ink in the first count boxes as grey pictures; None for a blank one."""
    flat, density = _flat(picture, place, path)
    dark, faint = paper.darkness(flat)
    boxes = [_inside(dark, faint, cell, density) for cell in range(count)]
    ink = np.concatenate([box.ravel() for box in boxes])
    tone = paper.ink_tone(ink, ink > faint)
    level = paper.ink_level(tone, faint)
    side = formlayout.BOX * density
    cells: list[npt.NDArray[np.uint8] | None] = []
    for box in boxes:
        inked = paper.without_specks(np.asarray(box > level, np.uint8), side)
        _, _, width, height = cv2.boundingRect(inked)
        blank = paper.is_blank(height, width, side)
        cells.append(None if blank else paper.picture(box, inked, tone))
    return cells


def _flat(
    picture: npt.NDArray[np.uint8], place: npt.NDArray[np.float64], path: Path
) -> tuple[npt.NDArray[np.uint8], float]:
    """The frame as if seen from above, and its px to the mm. Raises DataError for too few."""
    edges = np.array([[(0, 0), (formlayout.WIDTH, 0), (0, formlayout.HEIGHT)]], np.float64)
    corner, right, below = cv2.perspectiveTransform(edges, place)[0]
    seen = min(
        float(np.linalg.norm(right - corner)) / formlayout.WIDTH,
        float(np.linalg.norm(below - corner)) / formlayout.HEIGHT,
    )
    least, most = _DENSITIES
    if seen < least:
        raise DataError(
            f"{path}: has {seen:.1f} px to a mm of the form; scan it with 150 dpi or more, or "
            "go nearer"
        )
    density = min(most, seen)
    if seen > 1.5 * density:
        # Finer pictures are averaged down first: warping takes four pixels for each, not more.
        shrink = density / seen
        size = (round(picture.shape[1] * shrink), round(picture.shape[0] * shrink))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
        place = np.diag([shrink, shrink, 1]) @ place
    size = (round(formlayout.WIDTH * density), round(formlayout.HEIGHT * density))
    flat = cv2.warpPerspective(
        picture,
        place @ np.diag([1 / density, 1 / density, 1]),
        size,
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(flat, np.uint8), density


def _inside(
    dark: npt.NDArray[np.uint8], faint: int, cell: int, density: float
) -> npt.NDArray[np.uint8]:
    """What is in a box, without its lines."""
    left, top = (round(edge * density) for edge in formlayout.box(cell))
    side, room = round(formlayout.BOX * density), round(_ROOM * density)
    x0, y0 = max(0, left - room), max(0, top - room)
    around = dark[y0 : top + side + room, x0 : left + side + room]
    printed = around > faint
    rows = printed[:, left - x0 : left - x0 + side].mean(1)
    columns = printed[top - y0 : top - y0 + side].mean(0)
    return around[
        _between_lines(rows, top - y0, side, density),
        _between_lines(columns, left - x0, side, density),
    ]


def _between_lines(share: npt.NDArray[np.float64], first: int, side: int, density: float) -> slice:
    """What lies inside of two lines, side px apart, of which one is near a place.

    share: how much of each row or column is dark; density: px to the mm.
    """
    # A line that is not quite straight shares itself out among some rows.
    half = max(1, round(_THICK / 2 * density))
    spread = np.convolve(share, 1 - np.abs(np.arange(-half, half + 1)) / (half + 1), "same")
    room = round(_ROOM * density)
    # Both at once: one alone may be a neighbour's.
    places = np.arange(max(0, first - room), min(len(share) - side, first + room + 1))
    both = spread[places] + spread[places + side]
    start = int(places[both.argmax()]) if both.max() >= 2 * _COVERED else first
    # Paper that is bent makes a box seem larger or smaller.
    start, end = (
        max(0, place - half) + int(spread[max(0, place - half) : place + half + 1].argmax())
        for place in (start, start + side)
    )
    third = side // 3
    while start < first + third and share[start] > _REST:
        start += 1
    while end > first + 2 * third and share[end] > _REST:
        end -= 1
    inset = max(1, round(_INSET * density))
    return slice(start + inset, end - inset + 1)
