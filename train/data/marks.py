"""Finds the form's corner marks in a photograph or scan, however it lies."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import cv2
import numpy as np
import numpy.typing as npt

from train.data import formlayout

_SIDE = 2400
"""Longer side (px) to which a photograph is reduced to find the marks."""

_WINDOWS = (12, 40)
"""The longer side over the window whose mean parts dark from light; shadows want small ones."""

_DARKER = 8
"""Grey levels by which a mark is darker than that mean."""

_MOST = 10
"""Figures like a mark, at most, among which four are looked for: the largest."""

_SHARE = formlayout.MARK**2 / float(np.prod(np.subtract(formlayout.MARKS[2], formlayout.MARKS[0])))
"""Area of a mark over that of the frame between their middles."""

_ODDS = 3.0
"""Factor by which this share may differ for one mark, as the sheet is seen from aside."""

Points = npt.NDArray[np.float32]
"""(n, 2), x and y."""


def find(page: npt.NDArray[np.uint8]) -> tuple[int, list[Points]]:
    """How many marks a page shows, and the four corners that they may be, likeliest first.

    Corners are the marks' middles, px, clockwise, beginning with any of them.
    """
    shrink = min(1.0, _SIDE / max(page.shape))
    size = [max(1, round(side * shrink)) for side in reversed(page.shape)]
    small = cv2.medianBlur(cv2.resize(page, size, interpolation=cv2.INTER_AREA), 3)
    grey = np.asarray(small, np.uint8)
    most = 0
    for share in _WINDOWS:
        window = max(3, max(size) // share | 1)
        kinds = cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV
        dark = np.asarray(cv2.adaptiveThreshold(grey, 1, *kinds, window, _DARKER), np.uint8)
        marks = sorted(_marks(dark), reverse=True)[:_MOST]
        most = max(most, len(marks))
        found = sorted(_corners(marks), key=cv2.contourArea, reverse=True)
        if found:
            # A pixel's middle is half a pixel inside of it, at either size.
            return most, [(four + np.float32(0.5)) / np.float32(shrink) - 0.5 for four in found]
    return most, []


def _marks(dark: npt.NDArray[np.uint8]) -> Iterator[tuple[float, float, float]]:
    """Area and middle of every square in a ring of a mask (1 where dark)."""
    contours, tree = cv2.findContours(dark, cv2.RETR_TREE, cv2.CHAIN_APPROX_NONE)
    if tree is None:
        return
    parent = tree[0, :, 3]
    inner = np.flatnonzero(parent >= 0)
    inner = inner[parent[parent[inner]] >= 0]
    for index in inner:
        square, hole = contours[index], contours[parent[index]]
        ring = contours[parent[parent[index]]]
        area = cv2.contourArea(ring)
        if not 25 <= area <= dark.size / 50:
            continue
        # 49, 25 and 9 modules, with room for blur.
        if not 1.2 < area / max(1.0, cv2.contourArea(hole)) < 3.5:
            continue
        if not 2.5 < area / max(1.0, cv2.contourArea(square)) < 15:
            continue
        box = cv2.minAreaRect(ring)
        if area < 0.7 * box[1][0] * box[1][1] or max(box[1]) > 2.5 * min(box[1]):
            continue
        middles = [_middle(contour) for contour in (ring, hole, square)]
        if np.ptp(middles, axis=0).max() <= 0.15 * np.sqrt(area):
            x, y = np.mean(middles, axis=0)
            yield area, float(x), float(y)


def _middle(contour: cv2.typing.MatLike) -> tuple[float, float]:
    moments = cv2.moments(contour)
    area = max(moments["m00"], 1e-9)
    return moments["m10"] / area, moments["m01"] / area


def _corners(marks: list[tuple[float, float, float]]) -> Iterator[Points]:
    """Every four of the marks that may be a sheet's corners, clockwise."""
    for four in combinations(marks, 4):
        points = np.array([(x, y) for _, x, y in four], np.float32)
        hull = cv2.convexHull(points)  # clockwise, as y points down
        if len(hull) < 4:
            continue
        shares = np.array([area for area, _, _ in four]) / max(1.0, cv2.contourArea(hull))
        if shares.min() > _SHARE / _ODDS and shares.max() < _SHARE * _ODDS:
            yield np.asarray(hull[:, 0], np.float32)
