"""Thinning: ink to the line that a pen's middle would have followed.

T. Y. Zhang and C. Y. Suen, A fast parallel algorithm for thinning digital patterns,
Communications of the ACM 27(3), 1984, doi:10.1145/357994.358023.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

_NEIGHBOURS = np.array([[128, 1, 2], [64, 0, 4], [32, 16, 8]], np.uint8)
"""The bit of each neighbour in a pixel's code, clockwise from the one above."""


def _removable() -> npt.NDArray[np.uint8]:
    """Whether an ink pixel goes in the first and the second half of a pass, by code: (2, 256)."""
    table = np.zeros((2, 256), np.uint8)
    for code in range(256):
        around = [code >> bit & 1 for bit in range(8)]
        rises = sum(around[bit] < around[(bit + 1) % 8] for bit in range(8))
        if 2 <= sum(around) <= 6 and rises == 1:
            north, east, south, west = around[::2]
            table[0, code] = not (east and south and (north or west))
            table[1, code] = not (north and west and (east or south))
    return table


_REMOVABLE = _removable()


def thin(ink: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The skeleton of a bitmap, lines one pixel wide: (height, width) uint8, 0 and 1, as given."""
    left: npt.NDArray[Any] = cv2.copyMakeBorder(ink, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    before = -1
    while (count := cv2.countNonZero(left)) != before:
        before = count
        for table in _REMOVABLE:
            codes = cv2.filter2D(left, cv2.CV_8U, _NEIGHBOURS, borderType=cv2.BORDER_CONSTANT)
            left = cv2.subtract(left, cv2.LUT(codes, table))
    return np.asarray(left[1:-1, 1:-1], np.uint8)
