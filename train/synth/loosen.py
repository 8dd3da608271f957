"""Type made to look written: its parts moved, its proportions bent, its strokes drawn by a pen.

A font repeats every stroke to the pixel and keeps to its line. Here the pieces of a character are
moved and scaled against each other, the whole is stretched unevenly, slanted and let rise to the
right, as lines of fast writers do, and its strokes are thinned and drawn again by one pen.
"""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from edge_app.ink import Frame, InkSettings
from train.augment import Augmentation, Rng, cut_out, scan, vary
from train.data import Sample
from train.synth.thin import thin

_SIDE, _LONGER = 128, 84
"""Sides of the sheet and of the ink on it before it is varied, px."""

_MOST_PIECES = 8
"""Characters of more pieces than this have crumbled: theirs are not moved."""

_FULL = 96
"""Coverage, of 255, from which pixels hang together as one piece."""


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
    left, top, width, height = cv2.boundingRect((cut > _FULL).astype(np.uint8))
    if not width:
        return None
    size = max(width, height)
    across, down = _warp(haste, rng)
    across = across * np.float32(size) + np.float32(left + (width - 1) / 2)
    down = down * np.float32(size) + np.float32(top + (height - 1) / 2)
    sheet = np.asarray(cv2.remap(cut, across, down, cv2.INTER_LINEAR), np.uint8)
    sheet = _change_pen(sheet, rng, setting)
    return scan(sheet, _LONGER, rng, ink)


def _move_pieces(cut: npt.NDArray[np.uint8], haste: float, rng: Rng) -> npt.NDArray[np.uint8]:
    """Moves and scales the connected pieces of ink against each other, on a larger sheet."""
    count, found, boxes, _ = cv2.connectedComponentsWithStats((cut > _FULL).astype(np.uint8))
    if not 2 < count <= _MOST_PIECES + 1:
        return cut
    # Soft edges belong to the piece beside them.
    pieces = cv2.dilate(found.astype(np.uint16), np.ones((3, 3), np.uint8))
    size = max(cut.shape)
    room = math.ceil(0.15 * size)
    sheet: npt.NDArray[Any] = np.zeros((cut.shape[0] + 2 * room, cut.shape[1] + 2 * room), np.uint8)
    for number in range(1, count):
        x, y, width, height = boxes[number, :4].tolist()
        rows, columns = slice(max(0, y - 1), y + height + 1), slice(max(0, x - 1), x + width + 1)
        piece = np.where(pieces[rows, columns] == number, cut[rows, columns], 0).astype(np.uint8)
        grow = np.exp(rng.normal(0.0, 0.05 + 0.07 * haste, 2))
        shift = rng.normal(0.0, 0.015 + 0.025 * haste, 2) * size
        middle = np.array(piece.shape[::-1]) / 2
        place = np.array([columns.start, rows.start]) + room + middle * (1 - grow) + shift
        matrix = np.array([[grow[0], 0.0, place[0]], [0.0, grow[1], place[1]]])
        moved = cv2.warpAffine(piece, matrix, (sheet.shape[1], sheet.shape[0]))
        sheet = cv2.max(sheet, moved)
    return np.asarray(sheet, np.uint8)


def _warp(haste: float, rng: Rng) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Where each pixel of the sheet comes from, x and y; the longer side of the ink is 1."""
    rise = 0.35 * haste * rng.random() + rng.normal(0.0, 0.05 + 0.06 * haste)
    slant = 0.20 * haste * rng.random() + rng.normal(0.0, 0.08 + 0.08 * haste)
    angle = rng.normal(0.0, math.radians(3))
    stretch = math.exp(rng.normal(0.0, 0.09))
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    matrix = turn @ np.array([[1.0, -slant], [-rise, 1.0]]) @ np.diag([stretch, 1 / stretch])
    back = np.linalg.inv(matrix).astype(np.float32)
    reach = _SIDE / _LONGER / 2
    line = np.linspace(-reach, reach, _SIDE, dtype=np.float32)
    x = back[0, 0] * line[None, :] + back[0, 1] * line[:, None]
    y = back[1, 0] * line[None, :] + back[1, 1] * line[:, None]
    unevenness = 0.10 + 0.15 * haste
    bend = 0.02 + 0.025 * haste
    shifts = _shifts(bend, 4, rng) + _shifts(0.35 * bend, 9, rng)
    return (
        _reproportion(x, unevenness, rng) + shifts[..., 0],
        _reproportion(y, unevenness, rng) + shifts[..., 1],
    )


def _reproportion(
    along: npt.NDArray[np.float32], unevenness: float, rng: Rng
) -> npt.NDArray[np.float32]:
    """Stretches and squeezes quarters of an axis, so that parts gain or lose room."""
    widths = np.exp(rng.normal(0.0, unevenness, 4))
    ends = np.concatenate(
        ([-1.0], np.concatenate(([0.0], np.cumsum(widths))) / widths.sum() - 0.5, [1.0])
    )
    ticks = np.linspace(-0.8, 0.8, _SIDE)
    curve = np.interp(ticks, ends, (-1.0, -0.5, -0.25, 0.0, 0.25, 0.5, 1.0)).astype(np.float32)
    # Without corners, or straight strokes would show where the quarters meet.
    curve = cv2.GaussianBlur(curve[None], (0, 0), 0.06 * _SIDE, borderType=cv2.BORDER_REPLICATE)[0]
    place = np.clip((along + 0.8) / 1.6 * (_SIDE - 1), 0, _SIDE - 1.01)
    below = place.astype(np.int32)
    return np.asarray(
        curve[below] + (curve[below + 1] - curve[below]) * (place - below), np.float32
    )


def _shifts(deviation: float, grid: int, rng: Rng) -> npt.NDArray[np.float32]:
    """A smooth field of random shifts, (side, side, 2)."""
    coarse = rng.normal(0.0, deviation, (grid, grid, 2)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (_SIDE, _SIDE), interpolation=cv2.INTER_CUBIC), np.float32)


def _change_pen(
    sheet: npt.NDArray[np.uint8], rng: Rng, setting: Augmentation
) -> npt.NDArray[np.uint8]:
    """Draws most ink again with one pen, and leaves the rest its thick and thin strokes."""
    if rng.random() < 0.3:
        return sheet
    mask = (sheet > _FULL).astype(np.uint8)
    pen = _LONGER * math.exp(rng.uniform(math.log(setting.min_pen), math.log(setting.max_pen)))
    distance = cv2.distanceTransform(1 - thin(mask), cv2.DIST_L2, cv2.DIST_MASK_5)
    # One px of the edge is half covered, as a drawn line's is.
    return np.asarray(np.clip((pen / 2 + 0.5 - distance) * 255, 0, 255), np.uint8)
