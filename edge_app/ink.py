"""Ink to model input: the only pre-processing in the project.

Training, calibration, evaluation and the pad all come through here, so a model never meets
ink that was prepared in another way than the ink it learned from.

Both roads end alike. Strokes are drawn, and images are cut out and thresholded, into one
*bitmap* of ink (1) on paper (0) that is `SUPERSAMPLE` times larger than the model's input;
averaging it down gives the anti-aliased frame. Because of the threshold it does not matter
whether ink came as 0/1 pixels, as a soft scan or as a photograph.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Frame = npt.NDArray[np.uint8]
"""Model input before quantisation: (size, size) uint8, paper 0, ink 255."""

Stroke = npt.ArrayLike
"""One stroke: (n, 2) numbers, x to the right and y down, in any unit."""

SUPERSAMPLE = 4
"""Side of the working bitmap over the side of the frame."""

_SHIFT = 4
"""Fractional bits of the coordinates given to OpenCV's line drawing."""

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

_INK_LEVEL = 0.4
"""Threshold between paper (0) and full ink (1) when an enlarged image becomes a bitmap."""


@dataclass(frozen=True)
class InkSettings:
    """How ink is framed for one model. Belongs to the model directory (``model.json``, "ink")."""

    size: int = 32
    """Side of the square model input, px."""
    margin: int = 2
    """Empty border on each side of the ink, px of the model input."""
    pen: float = 0.09
    """Diameter of the pen that draws strokes, as a share of the longer side of the ink."""
    min_pen: float = 0.06
    """Thinner strokes of an image are thickened to this share of the longer side of the ink."""
    max_pen: float = 0.30
    """Ink whose strokes would be thicker than this share of the box (a dot) is drawn smaller."""

    def __post_init__(self) -> None:
        if not 8 <= self.size <= 256:
            raise ValueError(f"ink size must be 8 to 256 px, not {self.size}")
        if not 0 <= self.margin < self.size / 2 - 2:
            raise ValueError(f"ink margin {self.margin} px leaves no room in {self.size} px")
        if not 0 < self.min_pen <= self.pen <= self.max_pen <= 0.5:
            raise ValueError("ink needs 0 < min_pen <= pen <= max_pen <= 0.5")

    @property
    def box(self) -> int:
        """Side of the square that the ink fills, px of the model input."""
        return self.size - 2 * self.margin

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> InkSettings:
        """Settings from parsed JSON. Raises ValueError for unknown keys or wrong values."""
        unknown = sorted(set(data) - {f.name for f in fields(cls)})
        if unknown:
            raise ValueError(f"unknown ink settings: {', '.join(unknown)}")
        for field in fields(cls):
            value = data.get(field.name, field.default)
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise ValueError(f"ink setting {field.name} must be a number, not {value!r}")
            if field.name in ("size", "margin") and not isinstance(value, int):
                raise ValueError(f"ink setting {field.name} must be a whole number, not {value!r}")
        return cls(**data)

    def to_dict(self) -> dict[str, Any]:
        """The settings as plain numbers, for JSON."""
        return asdict(self)


def frame(ink: Sequence[Stroke] | npt.NDArray[np.uint8], settings: InkSettings) -> Frame | None:
    """Frames strokes, or one 2-D uint8 image, for the model; None where there is no ink.

    A 2-D uint8 array is an image; anything else is taken as a sequence of strokes.
    Raises ValueError for input that is neither.
    """
    if isinstance(ink, np.ndarray):
        return frame_image(ink, settings)
    return frame_strokes(ink, settings)


def check_strokes(strokes: Sequence[Stroke]) -> list[npt.NDArray[np.float64]]:
    """Strokes as float64 (n, 2) arrays, empty ones left out. Raises ValueError on bad input."""
    if isinstance(strokes, (str, bytes)) or not hasattr(strokes, "__iter__"):
        raise ValueError("ink must be a list of (n, 2) strokes or a 2-D uint8 image")
    checked = []
    for number, stroke in enumerate(strokes):
        try:
            points = np.asarray(stroke, dtype=np.float64)
        except (TypeError, ValueError):
            raise ValueError(f"stroke {number} is not an array of (x, y) numbers") from None
        if points.size == 0:
            continue
        if points.ndim != 2 or points.shape[1] != 2:
            raise ValueError(f"stroke {number} has shape {points.shape}, expected (n, 2)")
        checked.append(points)
    return checked


def frame_strokes(
    strokes: Sequence[Stroke], settings: InkSettings, pen: float | None = None
) -> Frame | None:
    """Draws strokes with a round pen and frames them.

    strokes: (n, 2) arrays, x right, y down, any unit. pen: diameter as a share of the longer
    side of the ink; the model's own unless augmentation varies it. Returns (size, size) uint8,
    paper 0, ink 255, or None where there is no point at all.
    Raises ValueError for coordinates that are not finite numbers or strokes of another shape.
    """
    checked = check_strokes(strokes)
    if not checked:
        return None
    points = checked[0] if len(checked) == 1 else np.concatenate(checked)
    low, high = points.min(axis=0), points.max(axis=0)
    # min and max carry NaN and infinity along, so four numbers tell for all of the points.
    with np.errstate(over="ignore", invalid="ignore"):
        extent = float((high - low).max())
    if not math.isfinite(extent):
        raise ValueError("stroke coordinates must be finite numbers within half the float range")
    pen = settings.pen if pen is None else pen
    side = settings.size * SUPERSAMPLE
    box = settings.box * SUPERSAMPLE
    # The pen's outline, not its centre line, fills the box, as it would in an image of the ink.
    width = box * pen / (1 + pen)
    if extent <= 1e-9 * float(np.abs(points).max()) or extent < 1e-300:
        scale = 0.0  # a dot: no direction to stretch it in
    else:
        scale = (box - width) / extent
    centre = low + (high - low) / 2
    # OpenCV's pixel centres are whole numbers, hence the half.
    middle = side / 2 - 0.5
    bitmap = np.zeros((side, side), np.uint8)
    thickness = max(1, round(width))
    lines = []
    for stroke in checked:
        line = np.rint(((stroke - centre) * scale + middle) * (1 << _SHIFT)).astype(np.int32)
        if len(line) > 1:
            moved = (line[1:] != line[:-1]).any(axis=1)
            line = np.concatenate((line[:1], line[1:][moved]))
        if len(line) == 1:
            line = np.concatenate((line, line))  # a line from a point to itself is a round dot
        lines.append(line)
    cv2.polylines(bitmap, lines, False, 255, thickness, cv2.LINE_8, _SHIFT)
    return _average_down(bitmap, settings)


def frame_image(image: npt.NDArray[Any], settings: InkSettings) -> Frame | None:
    """Finds the ink of an image and frames it.

    image: (height, width) uint8, any size; dark ink on light paper, or light on dark, which is
    detected and turned round. Uneven light and paper grain are removed. Returns (size, size)
    uint8, paper 0, ink 255, or None for an image without ink.
    Raises ValueError for another shape or type.
    """
    if image.ndim != 2 or image.dtype != np.uint8:
        raise ValueError(f"an image must be a 2-D uint8 array, not {image.ndim}-D {image.dtype}")
    if image.size == 0:
        return None
    coverage = _lift_ink(_limit_size(image))
    return None if coverage is None else _frame_coverage(coverage, settings)


def _average_down(bitmap: npt.NDArray[Any], settings: InkSettings) -> Frame:
    size = (settings.size, settings.size)
    return np.asarray(cv2.resize(bitmap, size, interpolation=cv2.INTER_AREA), np.uint8)


def _limit_size(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    if image.size <= _MOST_PIXELS:
        return image
    height, width = image.shape
    scale = math.sqrt(_MOST_PIXELS / image.size)
    target = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(image, target, interpolation=cv2.INTER_AREA), np.uint8)


def _lift_ink(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8] | None:
    """Ink coverage of an image: 0 paper to 255 full ink, or None where nothing stands out.

    A border of one even grey (a screen, a clean scan, MNIST) settles paper and polarity at
    once. A larger image without one is a photograph, whose light is evened out first.
    """
    border = np.concatenate((image[0], image[-1], image[:, 0], image[:, -1]))
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
    table = np.clip((np.arange(256) - ground) * (sign * 255 / contrast), 0, 255)
    return np.asarray(cv2.LUT(image, table.astype(np.uint8)), np.uint8)


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
    pen = _stroke_width(np.isin(parts, 1 + np.flatnonzero(keep)).astype(np.uint8))
    keep &= stats[1:, cv2.CC_STAT_AREA] >= 0.3 * pen * pen
    return np.asarray(np.isin(parts, 1 + np.flatnonzero(keep)) * 255, np.uint8)


def _stroke_width(mask: npt.NDArray[Any]) -> float:
    """Mean stroke width of a mask, px.

    Across a bar w pixels wide the distances to the nearest paper pixel run 1, 2 .. 2, 1 and
    have the mean (w + 2) / 4.
    """
    distance = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
    return max(1.0, 4 * float(cv2.mean(distance, mask=mask)[0]) - 2)


def _frame_coverage(coverage: npt.NDArray[Any], settings: InkSettings) -> Frame | None:
    """Crops coverage (0 to 255) to its ink, makes it a bitmap, sets its pen and frames it."""
    threshold = round(255 * _INK_LEVEL)
    mask: npt.NDArray[Any] = cv2.threshold(coverage, threshold, 1, cv2.THRESH_BINARY)[1]
    left, top, width, height = cv2.boundingRect(mask)
    if width == 0:
        return None
    side, box = settings.size * SUPERSAMPLE, settings.box * SUPERSAMPLE
    crop: npt.NDArray[Any] = coverage[top : top + height, left : left + width]
    longer = max(width, height)
    if longer < box:
        # Enlarging comes before the threshold: half-covered pixels say where the outline runs.
        enlarge = box / longer
        target = (max(1, round(width * enlarge)), max(1, round(height * enlarge)))
        crop = cv2.resize(crop, target, interpolation=cv2.INTER_LINEAR)
        longer = max(target)
    # Room for a thicker pen.
    border = math.ceil(longer * settings.min_pen / 2) + 1
    crop = cv2.copyMakeBorder(crop, border, border, border, border, cv2.BORDER_CONSTANT, value=0)
    mask = cv2.threshold(crop, threshold, 1, cv2.THRESH_BINARY)[1]
    pen = _stroke_width(mask)
    if pen < settings.min_pen * longer:
        distance = cv2.distanceTransform(1 - mask, cv2.DIST_L2, 3)
        grow = (settings.min_pen * longer - pen) / 2
        mask = (distance <= grow).astype(np.uint8)
        pen = settings.min_pen * longer
    left, top, width, height = cv2.boundingRect(mask)
    mask = mask[top : top + height, left : left + width] * np.uint8(255)
    longer = max(width, height)
    scale = min(box / longer, settings.max_pen * box / pen)
    target = (max(1, round(width * scale)), max(1, round(height * scale)))
    mask = cv2.resize(mask, target, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    bitmap = np.zeros((side, side), np.uint8)
    x, y = (side - target[0]) // 2, (side - target[1]) // 2
    bitmap[y : y + target[1], x : x + target[0]] = mask
    return _average_down(bitmap, settings)
