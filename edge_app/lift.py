"""Lifts ink off its paper: any grey image to ink coverage, for `edge_app.ink` to frame.

Polarity is found out, paper, light, grain, specks and the table beside the sheet are removed.
"""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

INK_LEVEL = 0.4
"""Threshold between paper (0) and full ink (1) when coverage becomes a bitmap."""

_MOST_PIXELS = 1 << 20
"""Images of more pixels are averaged down first; a character needs far less."""

_PHOTO_SIDE = 64
"""Images with a longer side (px) than this may be photographs, whose light is uneven."""

_EVEN_BORDER = 2
"""Median deviation, in grey levels, up to which an image's border counts as one even grey."""

_MIN_CONTRAST = 20
"""Grey levels (of 255) by which ink must differ from its paper to count as ink."""

_SHEET_SIDE = 160
"""Longer side (px) of the reduced photograph in which a sheet on a table is looked for."""

_SHEET_SHARE, _SHEET_FILL = 0.2, 0.8
"""A sheet on a table fills at least these shares of the photograph and of its own hull."""

_SHEET_EDGE = 0.72
"""Along most of its edge the table is at most this share as light as the sheet beside it."""


def _limit_size(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    if image.size <= _MOST_PIXELS:
        return image
    height, width = image.shape
    scale = math.sqrt(_MOST_PIXELS / image.size)
    target = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(image, target, interpolation=cv2.INTER_AREA), np.uint8)


def lift_ink(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8] | None:
    """Ink coverage of an image: 0 paper to 255 full ink, or None where nothing stands out.

    A border of one even grey (a screen, a clean scan, MNIST) settles paper and polarity at
    once. A larger image without one is a photograph, whose light is evened out first. The
    coverage may be cropped to the ink. image: (height, width) uint8, neither of them 0.
    """
    image = _limit_size(image)
    border = np.concatenate((image[0], image[-1], image[:, 0], image[:, -1]))
    ground = float(border[0])
    if (border != border[0]).any():
        ground = float(np.median(border))
        unevenness = float(np.median(np.abs(border - ground)))
        if max(image.shape) > _PHOTO_SIDE and unevenness > _EVEN_BORDER:
            return _lift_from_photo(image)
    low, high, _, _ = cv2.minMaxLoc(image)
    darker, lighter = ground - low, high - ground
    contrast = max(darker, lighter)
    if contrast < _MIN_CONTRAST:
        return None
    sign = -1 if darker >= lighter else 1
    # Crop first, with some room below the final threshold: the ink is a small part of a sheet.
    level, kind = ground + sign * 0.8 * INK_LEVEL * contrast, cv2.THRESH_BINARY
    if sign < 0:
        # OpenCV compares uint8 images with the level rounded down.
        level, kind = math.ceil(level), cv2.THRESH_BINARY_INV
    left, top, width, height = cv2.boundingRect(cv2.threshold(image, level, 1, kind)[1])
    crop = image[top : top + height, left : left + width]
    # What is on the other side of the paper's grey than the ink is paper as well.
    inkward = (np.minimum if sign < 0 else np.maximum)(crop, np.uint8(round(ground)))
    scale = 255 / contrast
    return np.asarray(cv2.convertScaleAbs(inkward, alpha=scale, beta=-ground * scale), np.uint8)


def _lift_from_photo(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8] | None:
    """Ink coverage of a photograph or scan with shadows, grain and specks."""
    if (sheet := _lift_sheet(image)) is not None:
        image = sheet
    # The median of a wide neighbourhood follows the light but not the thin ink in it. Grain is
    # blurred away before, by about the width of a hairline.
    soft = cv2.GaussianBlur(image, (0, 0), max(0.6, max(image.shape) / 800))
    height, width = image.shape
    shrink = 96 / max(image.shape)
    small_size = (max(3, round(width * shrink)), max(3, round(height * shrink)))
    small = cv2.resize(soft, small_size, interpolation=cv2.INTER_AREA)
    light = cv2.medianBlur(cv2.copyMakeBorder(small, 24, 24, 24, 24, cv2.BORDER_REFLECT), 49)
    light = light[24:-24, 24:-24]
    light = cv2.resize(light, (width, height), interpolation=cv2.INTER_LINEAR)
    # Reflectance rather than difference: ink in shadow is as dark, relative to its paper, as
    # ink in the light.
    even = soft.astype(np.float32) * (128 / np.maximum(light, 8).astype(np.float32))
    level = np.clip(even, 0, 255).astype(np.uint8)
    _, mask = cv2.threshold(level, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    border = np.concatenate((mask[0], mask[-1], mask[:, 0], mask[:, -1]))
    if np.count_nonzero(border) * 2 >= border.size:
        mask = cv2.bitwise_not(mask)
    inked = mask > 0
    share = np.count_nonzero(inked) / inked.size
    if not 0 < share < 1:
        return None
    paper_mean, paper_deviation = (float(v[0, 0]) for v in cv2.meanStdDev(level, mask=255 - mask))
    ink_mean = float(level[inked].mean())
    # Grain alone, cut in two by Otsu, leaves its halves 2.7 deviations apart; ink stands out more.
    if abs(ink_mean - paper_mean) < max(_MIN_CONTRAST / 2, 5 * paper_deviation):
        return None
    mask = _drop_specks_and_edges(mask)
    # Soft edges are kept, so that enlarging places the outline between pixels.
    coverage = np.clip((level - paper_mean) * (255 / (ink_mean - paper_mean)), 0, 255)
    near = cv2.dilate(mask, np.ones((3, 3), np.uint8))
    return np.asarray(np.where(near > 0, coverage, 0), np.uint8)


def _lift_sheet(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8] | None:
    """A picture of a light sheet on a darker table, with the sheet's tone carried on over it.

    None where no table shows. Of all levels that part the picture into table and sheet the one
    with the sharpest outline counts: the edge of a shadow or of a pool of light is soft.
    """
    height, width = image.shape
    shrink = _SHEET_SIDE / max(image.shape)
    target = (max(3, round(width * shrink)), max(3, round(height * shrink)))
    small = cv2.resize(image, target, interpolation=cv2.INTER_AREA)
    low, high, _, _ = cv2.minMaxLoc(small)
    window = np.ones((5, 5), np.uint8)
    darkest = cv2.erode(small, window).astype(np.float32)
    step = darkest / np.maximum(cv2.dilate(small, window), 1)
    found: npt.NDArray[Any] | None = None
    softest = _SHEET_EDGE
    for level in np.linspace(low, high, 14)[1:-1]:
        sheet = _whole_sheet((small > level).astype(np.uint8))
        if sheet is None:
            continue
        outline = step[cv2.morphologyEx(sheet, cv2.MORPH_GRADIENT, window) > 0]
        softness = float(np.percentile(outline, 80)) if outline.size else 1.0
        if softness < softest:
            found, softest = sheet, softness
    if found is None:
        return None
    # The edge itself is half table, half paper; beyond the picture's own edge goes more sheet.
    found = cv2.erode(found, window, borderValue=1)
    within, blur = found.astype(np.float32), _SHEET_SIDE / 20
    weight = cv2.GaussianBlur(within, (0, 0), blur)
    seen = cv2.GaussianBlur(small * within, (0, 0), blur)
    mean = float(cv2.mean(small, mask=found)[0])
    # A touch of the mean everywhere: it alone counts where the sheet is far away.
    carried = cv2.resize((seen + 1e-3 * mean) / (weight + 1e-3), (width, height))
    inside = cv2.resize(found, (width, height), interpolation=cv2.INTER_NEAREST) > 0
    return np.asarray(np.where(inside, image, np.rint(carried)), np.uint8)


def _whole_sheet(light: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8] | None:
    """The sheet (1) that a mask of what is light (1) shows, its ink filled in, or None.

    Ink, even a bold letter, is thin beside the hull around it; a sheet fills its hull but for
    the ink, and a good part of the picture. A table shows along the picture's border.
    """
    border = np.concatenate((light[0], light[-1], light[:, 0], light[:, -1]))
    if np.count_nonzero(border) > 0.75 * border.size:
        return None
    _, parts, stats, _ = cv2.connectedComponentsWithStats(light, connectivity=8)
    areas = stats[1:, cv2.CC_STAT_AREA]
    if areas.size == 0 or areas.max() < _SHEET_SHARE * light.size:
        return None
    largest = (parts == 1 + int(areas.argmax())).astype(np.uint8)
    hull = cv2.convexHull(cv2.findNonZero(largest))
    sheet = cv2.fillConvexPoly(np.zeros_like(light), hull, 1)
    if areas.max() < _SHEET_FILL * np.count_nonzero(sheet):
        return None
    return np.asarray(sheet, np.uint8)


def _drop_specks_and_edges(mask: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Keeps of a photographed mask (0 or 255) what a pen can have drawn.

    Goes: specks smaller than a touch of the same pen; and what runs into the picture's edge
    (the table beside the sheet, a shadow), provided that something inside stands by itself.
    """
    count, parts, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    height, width = mask.shape
    left, top = stats[1:, cv2.CC_STAT_LEFT], stats[1:, cv2.CC_STAT_TOP]
    wide, tall = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT]
    inside = (left > 0) & (top > 0) & (left + wide < width) & (top + tall < height)
    keep = np.ones(count - 1, bool)
    if (inside & (np.maximum(wide, tall) * 12 >= max(height, width))).any():
        keep = inside
    pen = stroke_width(np.isin(parts, 1 + np.flatnonzero(keep)).astype(np.uint8))
    keep &= stats[1:, cv2.CC_STAT_AREA] >= 0.3 * pen * pen
    return np.asarray(np.isin(parts, 1 + np.flatnonzero(keep)) * 255, np.uint8)


def stroke_width(mask: npt.NDArray[Any]) -> float:
    """Mean stroke width of a mask, px.

    Across a bar w pixels wide the distances to the nearest paper pixel run 1, 2 .. 2, 1 and
    have the mean (w + 2) / 4.
    """
    distance = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
    # Paper has the distance 0, so the sum over everything is the sum over the ink.
    mean = cv2.sumElems(distance)[0] / max(1, cv2.countNonZero(mask))
    return max(1.0, 4 * mean - 2)
