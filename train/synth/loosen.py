"""Type made to look written: its parts moved, its proportions bent, its strokes drawn by a pen.

A font repeats every stroke to the pixel and keeps to its line. Here the pieces of a character are
moved and scaled against each other, the whole is stretched unevenly, slanted and let rise to the
right, as lines of fast writers do, and its strokes are thinned and drawn again by one pen.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from edge_app.ink import Frame, InkSettings
from train.augment import Augmentation, Rng, cut_out, scan, vary
from train.data import Sample
from train.thin import thin

_SIDE, _LONGER = 128, 84
"""Sides of the sheet and of the ink on it before it is varied, px."""

_MOST_PIECES = 8
"""Characters of more pieces than this have crumbled: theirs are not moved."""

_FULL = 96
"""Coverage, of 255, from which pixels hang together as one piece."""


_BESIDE = np.ones((3, 3), np.uint8)

_COARSE = 32
"""Side of the map that says where the sheet's pixels come from, before it is made finer."""

_LINE = ((np.arange(_COARSE) + 0.5) / _COARSE - 0.5) * _SIDE / _LONGER
_PLACES = np.stack(np.meshgrid(_LINE, _LINE), axis=2)
"""The middles of the map's squares, (coarse, coarse, 2), x and y; the ink's longer side is 1."""

_TICKS = np.linspace(-0.8, 0.8, 65)
_QUARTERS = (-1.0, -0.5, -0.25, 0.0, 0.25, 0.5, 1.0)


def _smooth(deviation: float) -> npt.NDArray[np.float64]:
    """The matrix that smooths a curve over the ticks."""
    weights = np.exp(-0.5 * ((_TICKS[:, None] - _TICKS[None, :]) / deviation) ** 2)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


_SMOOTH = _smooth(0.097)


def loosen(sample: Sample, rng: Rng, setting: Augmentation, ink: InkSettings) -> Frame | None:
    """Writes a character of type anew, loosely, and frames it.

    sample: one with an image of type, of any size and polarity; strokes are varied as they are
    elsewhere. Of the setting only the pens are used. Returns (size, size) uint8 or None if nothing
    is left of the ink.
    """
    if not isinstance(sample.ink, np.ndarray):
        return vary(sample, rng, setting, ink)
    cut = cut_out(sample.ink, 2 * _LONGER)
    if cut is None:
        return None
    haste = rng.beta(1.1, 1.0)
    if rng.random() < 0.8:
        cut = _move_pieces(cut, haste, rng)
    left, top, width, height = cv2.boundingRect(_full(cut))
    if not width:
        return None
    size = max(width, height)
    middle = np.array([left + (width - 1) / 2, top + (height - 1) / 2])
    places = (_warp(haste, rng) * size + middle).astype(np.float32)
    x, y = cv2.split(cv2.resize(places, (_SIDE, _SIDE), interpolation=cv2.INTER_CUBIC))
    sheet = np.asarray(cv2.remap(cut, x, y, cv2.INTER_LINEAR), np.uint8)
    sheet = _change_pen(sheet, rng, setting)
    return scan(sheet, _LONGER, rng, ink)


def _full(cut: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    return np.asarray(cv2.threshold(cut, _FULL, 1, cv2.THRESH_BINARY)[1], np.uint8)


def _move_pieces(cut: npt.NDArray[np.uint8], haste: float, rng: Rng) -> npt.NDArray[np.uint8]:
    """Moves and scales the connected pieces of ink against each other, on a larger sheet."""
    count, found, boxes, _ = cv2.connectedComponentsWithStats(_full(cut), ltype=cv2.CV_16U)
    if not 2 < count <= _MOST_PIECES + 1:
        return cut
    # Soft edges belong to the piece beside them.
    pieces = cv2.dilate(found, _BESIDE)
    size = max(cut.shape)
    room = math.ceil(0.15 * size)
    sheet = np.zeros((cut.shape[0] + 2 * room, cut.shape[1] + 2 * room), np.uint8)
    grows = np.exp(rng.normal(0.0, 0.05 + 0.07 * haste, (count, 2))).tolist()
    shifts = rng.normal(0.0, (0.015 + 0.025 * haste) * size, (count, 2)).tolist()
    for number, (x, y, width, height, _) in enumerate(boxes.tolist()):
        if number == 0:  # the paper
            continue
        left, top = max(0, x - 1), max(0, y - 1)
        part = slice(top, y + height + 1), slice(left, x + width + 1)
        piece = cut[part] * (pieces[part] == number)
        (across, down), (aside, below) = grows[number], shifts[number]
        tall, wide = piece.shape
        place_x = left + room + wide / 2 * (1 - across) + aside
        place_y = top + room + tall / 2 * (1 - down) + below
        # Only the part of the sheet that the piece comes to.
        begin_x, begin_y = max(0, math.floor(place_x)), max(0, math.floor(place_y))
        target = sheet[
            begin_y : math.ceil(place_y + down * tall), begin_x : math.ceil(place_x + across * wide)
        ]
        if target.size:
            matrix = np.array([[across, 0, place_x - begin_x], [0, down, place_y - begin_y]])
            np.maximum(target, cv2.warpAffine(piece, matrix, target.shape[::-1]), out=target)
    return sheet


def _warp(haste: float, rng: Rng) -> npt.NDArray[np.float64]:
    """Where points of the sheet come from, (coarse, coarse, 2); the longer side of the ink is 1.

    The points are the middles of squares of the sheet, between which the way is even enough.
    """
    rise = 0.35 * haste * rng.random() + rng.normal(0.0, 0.05 + 0.06 * haste)
    slant = 0.20 * haste * rng.random() + rng.normal(0.0, 0.08 + 0.08 * haste)
    angle = rng.normal(0.0, math.radians(3))
    stretch = math.exp(rng.normal(0.0, 0.09))
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    matrix = turn @ np.array([[1.0, -slant], [-rise, 1.0]]) @ np.diag([stretch, 1 / stretch])
    places = _PLACES @ np.linalg.inv(matrix).T
    bend = 0.02 + 0.025 * haste
    shifts = _shifts(bend, 4, rng) + _shifts(0.35 * bend, 9, rng)
    return _reproportion(places, 0.10 + 0.15 * haste, rng) + shifts


def _reproportion(
    places: npt.NDArray[np.float64], unevenness: float, rng: Rng
) -> npt.NDArray[np.float64]:
    """Stretches and squeezes quarters of both axes, so that parts gain or lose room."""
    moved = np.empty_like(places)
    for axis, widths in enumerate(np.exp(rng.normal(0.0, unevenness, (2, 4))).tolist()):
        whole, end = sum(widths), -0.5
        ends = [-1.0, end, *(end := end + width / whole for width in widths), 1.0]
        # Without corners, or straight strokes would show where the quarters meet.
        curve = _SMOOTH @ np.interp(_TICKS, ends, _QUARTERS)
        moved[..., axis] = np.interp(places[..., axis], _TICKS, curve)
    return moved


def _shifts(deviation: float, grid: int, rng: Rng) -> npt.NDArray[np.float64]:
    """A smooth field of random shifts, (coarse, coarse, 2)."""
    shifts = rng.normal(0.0, deviation, (grid, grid, 2))
    return np.asarray(cv2.resize(shifts, (_COARSE, _COARSE), interpolation=cv2.INTER_CUBIC))


def _change_pen(
    sheet: npt.NDArray[np.uint8], rng: Rng, setting: Augmentation
) -> npt.NDArray[np.uint8]:
    """Draws most ink again with one pen, and leaves the rest its thick and thin strokes."""
    if rng.random() < 0.3:
        return sheet
    pen = _LONGER * math.exp(rng.uniform(math.log(setting.min_pen), math.log(setting.max_pen)))
    mask = _full(sheet)
    left, top, width, height = cv2.boundingRect(mask)
    room = math.ceil(pen / 2) + 1
    part = (
        slice(max(0, top - room), top + height + room),
        slice(max(0, left - room), left + width + room),
    )
    distance = cv2.distanceTransform(1 - thin(mask[part]), cv2.DIST_L2, cv2.DIST_MASK_5)
    drawn = np.zeros_like(sheet)
    # One px of the edge is half covered, as a drawn line's is.
    drawn[part] = np.clip((pen / 2 + 0.5 - distance) * 255, 0, 255)
    return drawn
