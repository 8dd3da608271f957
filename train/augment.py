"""Variation of ink before it is framed: what hands, pens, screens and scanners do to it.

Everything here changes ink (images or strokes) and then calls the shared framing of
`edge_app.ink`; nothing is done to a frame afterwards, so training sees only what a pad can send.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from edge_app.ink import Frame, InkSettings, frame, frame_coverage, frame_strokes
from edge_app.lift import INK_LEVEL, lift_ink, stroke_width
from train.data import Sample

Strokes = list[npt.NDArray[np.float64]]
Rng = np.random.Generator

_GRID = 4
"""Side of the coarse grid of random shifts that an elastic distortion is interpolated from."""

_FINEST = 2.25
"""Longest side of the ink on a sheet over that of the frame; finer changes nothing but the time."""

_ROOM = 7
"""Paper beside the ink of a sheet, both sides together, px: for softness and rounding."""


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
    """Thinnest pen that draws strokes or that an image's ink is changed to."""
    max_pen: float = 0.17
    """Thickest pen that draws strokes or that an image's ink is changed to."""
    thin: float = 0.24
    """Largest share of its stroke width that an image's ink may lose; more breaks thin strokes."""
    thicken: float = 0.36
    """Largest share of its stroke width that an image's ink may gain; more closes loops."""
    variants: float = 0.25
    """Share of the zeros, ones, fives and sevens rewritten in another country's form."""


def affine(rng: Rng, setting: Augmentation) -> npt.NDArray[np.float64]:
    """A random 2x2 matrix of rotation, slant and stretch around 1."""
    turned, slanted, stretched = rng.uniform(-1, 1, 3).tolist()
    angle = math.radians(turned * setting.rotation)
    slant = slanted * setting.slant
    stretch = math.exp(stretched * setting.aspect / 2)
    cos, sin = math.cos(angle), math.sin(angle)
    # Stretch along the axes, then slant, then turn.
    return np.array(
        [
            [cos * stretch, (cos * slant - sin) / stretch],
            [sin * stretch, (sin * slant + cos) / stretch],
        ]
    )


def vary(sample: Sample, rng: Rng, setting: Augmentation, ink: InkSettings) -> Frame | None:
    """Varies and frames a sample, strokes or image: (size, size) uint8, or None if empty."""
    if isinstance(sample.ink, np.ndarray):
        return vary_image(sample.ink, rng, setting, ink)
    return vary_strokes(list(sample.ink), sample.label, rng, setting, ink)


def vary_image(
    image: npt.NDArray[np.uint8], rng: Rng, setting: Augmentation, ink: InkSettings
) -> Frame | None:
    """Writes an image's ink anew on a sheet, varied, and frames it.

    image: (height, width) uint8, any size and polarity, as the pad takes them. Scale, place
    between pixels, rotation, slant, elastic distortion, stroke width, softness, tone and polarity
    vary. Returns (size, size) uint8 or None if nothing is left of the ink.
    """
    longer = draw_size(rng, setting, ink)
    cut = cut_out(image, 2 * longer)
    if cut is None:
        return None
    zoom = longer / (max(cut.shape) - 2)
    style = rng.random()
    change = zoom * _change_of_pen(cut, rng, setting) if style < 0.45 else 0.0
    maps = draw_maps(cut.shape, zoom, max(change, 0.0), rng, setting)
    sheet: npt.NDArray[Any] = cv2.remap(cut, *maps, cv2.INTER_LINEAR)
    if style < 0.75:
        sheet = cv2.threshold(sheet, rng.uniform(70, 130), 255, cv2.THRESH_BINARY)[1]
    if width := round(abs(change)):
        brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width + 1, width + 1))
        sheet = (cv2.dilate if change > 0 else cv2.erode)(sheet, brush)
    return scan(np.asarray(sheet, np.uint8), longer, rng, ink)


def scan(sheet: npt.NDArray[np.uint8], longer: float, rng: Rng, ink: InkSettings) -> Frame | None:
    """Frames a sheet of ink, 0 to 255, as a camera or scanner may show it: soft, in other tones.

    longer: longer side of the ink on the sheet, px. Half of the sheets whose ink is full are
    framed as they are. Returns (size, size) uint8 or None if there is no ink.
    """
    if rng.random() < 0.25:
        side = 1 + 2 * int(rng.integers(1, 1 + max(1, round(longer / 32))))
        sheet = np.asarray(cv2.blur(sheet, (side, side)), np.uint8)
    if rng.random() < 0.5 and sheet.max() == 255:
        return frame_coverage(sheet, ink)
    paper, full = rng.uniform(0, 100), rng.uniform(155, 255)
    if rng.random() < 0.5:
        paper, full = full, paper
    toned = cv2.convertScaleAbs(sheet, alpha=(full - paper) / 255, beta=paper)
    return frame(np.asarray(toned, np.uint8), ink)


def draw_size(rng: Rng, setting: Augmentation, ink: InkSettings) -> float:
    """Longer side of an image's ink on its sheet, px."""
    scale = math.exp(rng.uniform(math.log(setting.min_scale), 0.0))
    return min(setting.sheet * scale, _FINEST * ink.size)


def cut_out(image: npt.NDArray[np.uint8], largest: float) -> npt.NDArray[np.uint8] | None:
    """Coverage of an image's ink, 0 to 255, with one px of paper around; None without ink.

    largest: longer side of the ink, px, above which it is shrunk: what samples it later, linearly,
    would miss pixels of larger ink.
    """
    lifted = lift_ink(image)
    if lifted is None:
        return None
    left, top, width, height = cv2.boundingRect(_mask(lifted))
    if width == 0:
        return None
    cut: npt.NDArray[Any] = lifted[top : top + height, left : left + width]
    if (shrink := largest / max(width, height)) < 1:
        target = (max(1, round(width * shrink)), max(1, round(height * shrink)))
        cut = cv2.resize(cut, target, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.copyMakeBorder(cut, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0), np.uint8)


def _mask(coverage: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    level = round(255 * INK_LEVEL)
    return np.asarray(cv2.threshold(coverage, level, 1, cv2.THRESH_BINARY)[1], np.uint8)


def _change_of_pen(cut: npt.NDArray[np.uint8], rng: Rng, setting: Augmentation) -> float:
    """By how many px of cut-out ink its strokes are to become wider, towards one of the pens."""
    pen, longer = stroke_width(_mask(cut)), max(cut.shape) - 2
    thinnest, thickest = pen * (1 - setting.thin), pen * (1 + setting.thicken)
    low = min(max(thinnest, setting.min_pen * longer), thickest)
    high = max(min(thickest, setting.max_pen * longer), low)
    return math.exp(rng.uniform(math.log(low), math.log(high))) - pen


def draw_maps(
    shape: tuple[int, ...], zoom: float, room: float, rng: Rng, setting: Augmentation
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Where each pixel of a sheet comes from: x and y in cut-out ink, each (rows, columns).

    The sheet just holds the ink of that shape, zoomed, turned, slanted, stretched and bent.
    room: more paper beside the ink, both sides together, px.
    """
    height, width = shape
    (right_x, down_x), (right_y, down_y) = (zoom * affine(rng, setting)).tolist()
    bend = rng.normal(0.0, setting.elastic * (max(shape) - 2), (2, _GRID, _GRID))
    farthest_x, farthest_y = np.abs(bend).max(axis=(1, 2)).tolist()
    reach_x, reach_y = width / 2 + farthest_x, height / 2 + farthest_y
    columns = int(2 * (abs(right_x) * reach_x + abs(down_x) * reach_y) + room) + _ROOM
    rows = int(2 * (abs(right_y) * reach_x + abs(down_y) * reach_y) + room) + _ROOM
    back = right_x * down_y - down_x * right_y
    # The middle of the sheet comes from the middle of the ink, but for a part of a pixel.
    off_x, off_y = rng.uniform(-0.5, 0.5, 2).tolist()
    places = np.zeros((2, _GRID + 2, _GRID + 2), np.float32)
    places[:, :_GRID, :_GRID] = bend
    places[:, _GRID:, _GRID:] = (
        (((width - 1) / 2 + off_x, down_y / back), (-down_x / back, 0)),
        (((height - 1) / 2 + off_y, -right_y / back), (right_x / back, 0)),
    )
    x, y = _basis(rows)[0] @ places @ _basis(columns)[1]
    return x, y


@lru_cache(maxsize=1024)
def _basis(length: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """What a row of so many pixels is interpolated from, (length, _GRID + 2), and it transposed.

    The weights of the elastic grid, which are cubic, then 1, then the distance from the middle,
    so that one product holds the elastic and the affine part of a map.
    """
    weights = cv2.resize(np.eye(_GRID), (_GRID, length), interpolation=cv2.INTER_CUBIC)
    along = np.arange(length) - (length - 1) / 2
    basis = np.column_stack((weights, np.ones(length), along)).astype(np.float32)
    return basis, np.ascontiguousarray(basis.T)


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
