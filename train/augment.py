"""Variation of ink before it is framed: what hands, pens, screens and scanners do to it.

Everything here changes ink (images or strokes) and then calls the shared framing of
`edge_app.ink`; nothing is done to a frame afterwards, so training sees only what a pad can send.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from edge_app.ink import Frame, InkSettings, frame_image, frame_strokes

Strokes = list[npt.NDArray[np.float64]]
Rng = np.random.Generator

_GRID = 4
"""Side of the coarse grid of random shifts that an elastic distortion is interpolated from."""


@dataclass(frozen=True)
class Augmentation:
    """How far ink may vary. Angles in degrees, the rest as shares of the ink's longer side."""

    rotation: float = 10.0
    """Largest rotation, either way, degrees."""
    slant: float = 0.22
    """Largest horizontal shear."""
    aspect: float = 0.2
    """Largest change of the proportion of width to height."""
    elastic: float = 0.035
    """Standard deviation of the shifts on the elastic grid."""
    sheet: int = 140
    """Longer side of an image's ink at scale 1, px."""
    min_scale: float = 0.2
    """Smallest scale at which an image's ink is written on its sheet."""
    min_pen: float = 0.05
    """Thinnest pen that draws strokes."""
    max_pen: float = 0.17
    """Thickest pen that draws strokes."""
    variants: float = 0.25
    """Share of the zeros, ones, fives and sevens rewritten in another country's form."""


def affine(rng: Rng, setting: Augmentation) -> npt.NDArray[np.float64]:
    """A random 2x2 matrix of rotation, slant and stretch around 1."""
    angle = np.deg2rad(rng.uniform(-setting.rotation, setting.rotation))
    slant = rng.uniform(-setting.slant, setting.slant)
    stretch = np.exp(rng.uniform(-setting.aspect, setting.aspect) / 2)
    cos, sin = np.cos(angle), np.sin(angle)
    rotate = np.array([[cos, -sin], [sin, cos]])
    shear = np.array([[1.0, slant], [0.0, 1.0]])
    return np.asarray(rotate @ shear @ np.diag([stretch, 1 / stretch]))


def vary_image(
    image: npt.NDArray[np.uint8], rng: Rng, setting: Augmentation, ink: InkSettings
) -> Frame | None:
    """Writes an image's ink (uint8, light on dark) anew on a sheet, varied, and frames it.

    Scale, place between pixels, rotation, slant, elastic distortion, stroke width, softness
    and polarity vary. Returns (size, size) uint8 or None if nothing is left of the ink.
    """
    height, width = image.shape
    scale = np.exp(rng.uniform(np.log(setting.min_scale), 0.0))
    # Past the size of the working bitmap more pixels change nothing but the time.
    longer = min(setting.sheet * scale, 72.0)
    zoom = longer / 20  # MNIST's ink fills 20 px
    side = int(longer * 1.35) + 4
    inverse = np.linalg.inv(affine(rng, setting) * zoom)
    centre = np.array([width, height]) / 2 - 0.5
    middle = (side - 1) / 2 + rng.uniform(-0.5, 0.5, 2)
    shifts = rng.normal(0.0, setting.elastic * 20, (_GRID, _GRID, 2)).astype(np.float32)
    offsets = cv2.resize(shifts, (side, side), interpolation=cv2.INTER_CUBIC)
    across = np.arange(side, dtype=np.float64)
    matrix = inverse.astype(np.float32)
    x = ((across - middle[0])[None, :]).astype(np.float32)
    y = ((across - middle[1])[:, None]).astype(np.float32)
    from_x = offsets[..., 0] + (matrix[0, 0] * x + matrix[0, 1] * y + np.float32(centre[0]))
    from_y = offsets[..., 1] + (matrix[1, 0] * x + matrix[1, 1] * y + np.float32(centre[1]))
    sheet: npt.NDArray[Any] = cv2.remap(image, from_x, from_y, cv2.INTER_LINEAR)
    sheet = _vary_pen(sheet, zoom, rng)
    if rng.random() < 0.25:
        sheet = cv2.GaussianBlur(sheet, (0, 0), rng.uniform(0.3, 0.02 * longer + 0.4))
    if rng.random() < 0.5:
        sheet = cv2.bitwise_not(sheet)
    return frame_image(np.asarray(sheet, np.uint8), ink)


def _vary_pen(sheet: npt.NDArray[Any], zoom: float, rng: Rng) -> npt.NDArray[Any]:
    """Binarises ink after zooming, three times in four, and varies its stroke width."""
    draw = rng.random()
    if draw < 0.25:
        return sheet
    _, sheet = cv2.threshold(sheet, rng.uniform(70, 170), 255, cv2.THRESH_BINARY)
    if draw < 0.55:
        return sheet
    # MNIST's strokes are about 2.5 px wide: up to 0.9 px more, or 0.6 px less, of them.
    change = rng.uniform(-0.6, 0.9) * zoom
    width = round(abs(change))
    if width == 0:
        return sheet
    pen = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width + 1, width + 1))
    return cv2.dilate(sheet, pen) if change > 0 else cv2.erode(sheet, pen)


def vary_strokes(
    strokes: Strokes, label: str, rng: Rng, setting: Augmentation, ink: InkSettings
) -> Frame | None:
    """Writes strokes anew, varied, and frames them: (size, size) uint8, or None if empty.

    Rotation, slant, proportion, elastic distortion, tremor and the pen vary; a label of "0", "1",
    "5" or "7" is at times given the slash, flag, loose bar or crossbar of other countries.
    """
    moved = _normalise(strokes)
    if rng.random() < setting.variants:
        moved = rewrite(moved, label, rng)
    matrix = affine(rng, setting)
    grid = rng.normal(0.0, setting.elastic, (_GRID, _GRID, 2))
    tremor = 0.008 * rng.random() ** 2
    varied = []
    for stroke in moved:
        points = _densify(stroke)
        points = points + _elastic(points, grid)
        if len(points) > 2:
            points = points + rng.normal(0.0, tremor, points.shape)
        varied.append(points @ matrix.T)
    low, high = np.log(setting.min_pen), np.log(setting.max_pen)
    pen = ink.pen if rng.random() < 0.4 else float(np.exp(rng.uniform(low, high)))
    return frame_strokes(varied, ink, pen)


def _normalise(strokes: Sequence[npt.NDArray[np.float64]]) -> Strokes:
    """Strokes centred, longer side 1."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    extent = max(float((high - low).max()), 1e-6)
    return [(stroke - (low + high) / 2) / extent for stroke in strokes]


def _densify(stroke: npt.NDArray[np.float64], step: float = 0.08) -> npt.NDArray[np.float64]:
    """Points added so that a long straight piece can bend; step in the ink's longer side."""
    if len(stroke) < 2:
        return stroke
    lengths = np.hypot(*np.diff(stroke, axis=0).T)
    if lengths.max() <= step:
        return stroke
    along = np.concatenate(([0.0], np.cumsum(lengths)))
    extra = np.arange(0.0, along[-1], step)
    at = np.unique(np.concatenate((along, extra)))
    return np.stack([np.interp(at, along, stroke[:, axis]) for axis in (0, 1)], axis=1)


def _elastic(
    points: npt.NDArray[np.float64], grid: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Shifts of points in -0.5 to 0.5, (n, 2), interpolated from a square grid of shifts."""
    last = len(grid) - 1
    place = np.clip((points + 0.5) * last, 0, last - 1e-6)
    cell = place.astype(int)
    part = place - cell
    # Smoothstep instead of straight weights: no kinks where the cells meet.
    part = part * part * (3 - 2 * part)
    x, y = cell.T
    right, down = part[:, :1], part[:, 1:]
    top = grid[y, x] * (1 - right) + grid[y, x + 1] * right
    bottom = grid[y + 1, x] * (1 - right) + grid[y + 1, x + 1] * right
    return np.asarray(top * (1 - down) + bottom * down)


def rewrite(strokes: Strokes, label: str, rng: Rng) -> Strokes:
    """Gives a zero a slash, a one its flag, a seven a crossbar, moves a five's bar away.

    strokes: centred, longer side 1, as those returned nearly are.
    """
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    if label == "0":
        return [*strokes, _slash(low, high, rng)]
    if label == "1" and len(strokes) == 1 and high[0] - low[0] < 0.3:
        return _flag(strokes[0], rng)
    if label == "7" and len(strokes) == 1:
        return [*strokes, _crossbar(points, rng)]
    if label == "5" and len(strokes) == 2:
        return _bar_apart(strokes, rng)
    return strokes


def _slash(
    low: npt.NDArray[np.float64], high: npt.NDArray[np.float64], rng: Rng
) -> npt.NDArray[np.float64]:
    reach = rng.uniform(-0.12, 0.2, 4)
    size = high - low
    start = np.array([high[0] + reach[0] * size[0], low[1] - reach[1] * size[1]])
    end = np.array([low[0] - reach[2] * size[0], high[1] + reach[3] * size[1]])
    return np.stack((start, end) if rng.random() < 0.8 else (end, start))


def _flag(stem: npt.NDArray[np.float64], rng: Rng) -> Strokes:
    """A plain stem with the upstroke, and at times the foot, that ones have in much of Europe.

    The upstroke climbs at 35 degrees or more: flatter, it would be a seven's bar.
    """
    if stem[0, 1] > stem[-1, 1]:
        stem = stem[::-1]
    length = rng.uniform(0.2, 0.6)
    climb = np.deg2rad(rng.uniform(35, 70))
    start = stem[0] + length * np.array([-np.cos(climb), np.sin(climb)])
    flagged = np.concatenate((start[None, :], stem))
    if rng.random() < 0.7:
        return [flagged]
    left, right = rng.uniform(0.1, 0.3, 2)
    foot = stem[-1] + np.array([[-left, 0.0], [right, rng.uniform(-0.04, 0.04)]])
    return [flagged, foot]


def _crossbar(points: npt.NDArray[np.float64], rng: Rng) -> npt.NDArray[np.float64]:
    """A short bar across the stem: where the ink, followed from its end, is at mid-height."""
    low, high = points[:, 1].min(), points[:, 1].max()
    height = low + (high - low) * rng.uniform(0.4, 0.65)
    stem = points[np.argmin(np.abs(points[:, 1] - height) - 1e-3 * np.arange(len(points)))]
    half = rng.uniform(0.12, 0.26)
    tilt = rng.uniform(-0.08, 0.08)
    shift = rng.uniform(-0.05, 0.05)
    return np.array([[stem[0] - half + shift, stem[1] + tilt], [stem[0] + half, stem[1] - tilt]])


def _bar_apart(strokes: Strokes, rng: Rng) -> Strokes:
    """Moves the higher, flatter stroke of a five away from its body."""
    tops = [float(stroke[:, 1].mean()) for stroke in strokes]
    bar = int(np.argmin(tops))
    shift = np.array([rng.uniform(-0.03, 0.15), rng.uniform(-0.14, 0.04)])
    return [stroke + shift if i == bar else stroke for i, stroke in enumerate(strokes)]
