"""Digits as a pad sees them: anywhere on a large sheet, of any size, pen and polarity.

For measuring only. But for the thinning, which has its own tests, it shares no code with the
augmentation that training uses, so that a slip there cannot hide here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np
import numpy.typing as npt

from train.thin import thin

SHEET = 200
"""Side of the sheet, px."""

SIZES = (24, 140)
"""Smallest and largest longer side of a digit before its pen is changed, px."""

_THICKENING = (0.03, 0.08)
"""By how much a thick pen is wider than the scan's, as a share of the digit's longer side."""

Pen = Literal["thin", "thick"]
Polarity = Literal["dark on light", "light on dark"]


@dataclass(frozen=True)
class Sheet:
    """One digit on a sheet, and how it was put there."""

    image: npt.NDArray[np.uint8]
    """(SHEET, SHEET) uint8."""
    size: int
    """Longer side of the digit, px; a thin pen takes some of it away, a thick one adds some."""
    pen: Pen
    """Lines of 1 or 2 px, or thicker than in the scan."""
    polarity: Polarity
    """Of the ink to its ground."""


def place(digit: npt.NDArray[np.uint8], seed: int, index: int) -> Sheet:
    """Puts a digit (2-D uint8, paper 0, ink 255) on a sheet.

    The same seed and index always give the same sheet. Raises ValueError where there is no ink.
    """
    chance = np.random.default_rng((seed, index))
    size = int(chance.integers(SIZES[0], SIZES[1] + 1))
    pen: Pen = "thin" if chance.random() < 0.5 else "thick"
    mask = _enlarge(digit, size)
    if pen == "thin":
        mask = thin(mask)
        if chance.random() < 0.5:
            mask = cv2.dilate(mask, np.ones((2, 2), np.uint8))
    else:
        width = max(2, round(size * chance.uniform(*_THICKENING)))
        mask = cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width)))
    left, top, width, height = cv2.boundingRect(mask)
    x = int(chance.integers(0, SHEET - width + 1))
    y = int(chance.integers(0, SHEET - height + 1))
    coverage = np.zeros((SHEET, SHEET), np.float32)
    coverage[y : y + height, x : x + width] = mask[top : top + height, left : left + width]
    if chance.random() < 0.5:  # soft edges; otherwise 0/1 ink
        coverage = np.asarray(cv2.GaussianBlur(coverage, (0, 0), 0.6), np.float32)
    dark, light = chance.integers(0, 80), chance.integers(176, 256)
    polarity: Polarity = "dark on light" if chance.random() < 0.5 else "light on dark"
    ink, ground = (dark, light) if polarity == "dark on light" else (light, dark)
    image = np.rint(ground + coverage * (float(ink) - float(ground))).astype(np.uint8)
    return Sheet(image, size, pen, polarity)


def _enlarge(digit: npt.NDArray[np.uint8], size: int) -> npt.NDArray[Any]:
    """The digit's ink as a 0/1 mask whose longer side is about size px, in an empty border."""
    left, top, width, height = cv2.boundingRect((digit >= 128).astype(np.uint8))
    if width == 0:
        raise ValueError("the digit has no ink")
    # Soft edges lie outside the box; they and the border keep the enlarged outline round.
    padded = cv2.copyMakeBorder(digit, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=0)
    crop = padded[top : top + height + 4, left : left + width + 4]
    scale = size / max(width, height)
    enlarged = cv2.resize(crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    mask = (enlarged >= 128).astype(np.uint8)
    border = int(SIZES[1] * _THICKENING[1])
    return cv2.copyMakeBorder(mask, border, border, border, border, cv2.BORDER_CONSTANT, value=0)
