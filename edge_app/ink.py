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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from edge_app.lift import INK_LEVEL, lift_ink, stroke_width

Frame = npt.NDArray[np.uint8]
"""Model input before quantisation: (size, size) uint8, paper 0, ink 255."""

Stroke = npt.ArrayLike
"""One stroke: (n, 2) numbers, x to the right and y down, in any unit."""

SUPERSAMPLE = 4
"""Side of the working bitmap over the side of the frame."""

_SHIFT = 4
"""Fractional bits of the coordinates given to OpenCV's line drawing."""

_NEXT_PIXEL = 0.95
"""OpenCV's distance to the next pixel (0.955 for this mask): less growth changes no bitmap."""

_LARGEST_STAMP = 8
"""Radius, px, from which on a stamp costs more than measuring every distance."""

_LARGEST_SLANTED = 1024
"""Longer side, px, above which ink is averaged down before it is slanted. `lift_ink` gives larger
ink only of long strips, which would take up any amount of memory lying askew."""

_FROM_MIDDLE: npt.NDArray[Any] = cv2.distanceTransform(
    np.pad(np.zeros((1, 1), np.uint8), _LARGEST_STAMP, constant_values=1), cv2.DIST_L2, 3
)
"""Distances to the pixel in the middle."""


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


def frame(
    ink: Sequence[Stroke] | npt.NDArray[np.uint8], settings: InkSettings, slant: float = 0.0
) -> Frame | None:
    """Frames strokes, or one 2-D uint8 image, for the model; None where there is no ink.

    A 2-D uint8 array is an image; anything else is taken as a sequence of strokes. An image may
    have any size and be dark ink on light paper, or light on dark, which is detected and turned
    round; uneven light and paper grain are removed. slant: degrees by which all that is upright is
    made to lean to the right first, or to the left below 0. Returns (size, size) uint8, paper 0,
    ink 255. Raises ValueError for input that is neither.
    """
    return next(frames(ink, settings, [slant]))


def frames(
    ink: Sequence[Stroke] | npt.NDArray[np.uint8], settings: InkSettings, slants: Iterable[float]
) -> Iterator[Frame | None]:
    """Frames the same ink leaning by each of the slants, each when it is asked for.

    What `frame` gives for one, but an image, whose lifting may take longer than all the rest, is
    lifted once. Raises what `frame` does, when the first one is asked for.
    """
    if not isinstance(ink, np.ndarray):
        yield from (frame_strokes(ink, settings, slant=slant) for slant in slants)
        return
    if ink.ndim != 2 or ink.dtype != np.uint8:
        raise ValueError(f"an image must be a 2-D uint8 array, not {ink.ndim}-D {ink.dtype}")
    coverage = lift_ink(ink) if ink.size else None
    for slant in slants:
        yield None if coverage is None else frame_coverage(coverage, settings, slant)


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
    strokes: Sequence[Stroke],
    settings: InkSettings,
    pen: float | None = None,
    slant: float = 0.0,
) -> Frame | None:
    """Draws strokes with a round pen and frames them.

    strokes: (n, 2) arrays, x right, y down, any unit. pen: diameter as a share of the longer
    side of the ink; the model's own unless augmentation varies it. slant: as for `frame`; the pen
    stays round. Returns (size, size) uint8, paper 0, ink 255, or None where there is no point.
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
    centre = low + (high - low) / 2
    is_dot = extent <= 1e-9 * float(np.abs(points).max()) or extent < 1e-300
    if slant and not is_dot:
        # In units of the ink's size: the largest numbers that may come in must not overflow.
        shear = np.array([[1.0, 0.0], [-math.tan(math.radians(slant)), 1.0]])
        leaning = [(stroke - centre) / extent @ shear for stroke in checked]
        return frame_strokes(leaning, settings, pen)
    pen = settings.pen if pen is None else pen
    side = settings.size * SUPERSAMPLE
    box = settings.box * SUPERSAMPLE
    # The pen's outline, not its centre line, fills the box, as it would in an image of the ink.
    width = box * pen / (1 + pen)
    # A dot has no direction to stretch it in.
    scale = 0.0 if is_dot else (box - width) / extent
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


def frame_coverage(
    coverage: npt.NDArray[Any], settings: InkSettings, slant: float = 0.0
) -> Frame | None:
    """Frames ink that is lifted off its paper already, as `frame` does once it has lifted it.

    coverage: (height, width) uint8, 0 paper to 255 full ink. slant: as for `frame`. Returns what
    `frame` does, and the same wherever some ink is full and the border is paper. Training comes in
    here with ink that it has lifted before and changed.
    """
    threshold = round(255 * INK_LEVEL)
    mask: npt.NDArray[Any] = cv2.threshold(coverage, threshold, 1, cv2.THRESH_BINARY)[1]
    left, top, width, height = cv2.boundingRect(mask)
    if width == 0:
        return None
    side, box = settings.size * SUPERSAMPLE, settings.box * SUPERSAMPLE
    crop: npt.NDArray[Any] = coverage[top : top + height, left : left + width]
    longer = max(width, height)
    if slant:
        return frame_coverage(_slanted(crop, slant, box), settings)
    if longer < 2 * box:
        # Zooming comes before the threshold: half-covered pixels say where the outline runs.
        # Larger ink waits until its pen is known, or hairlines would be averaged away.
        zoom = box / longer
        target = (max(1, round(width * zoom)), max(1, round(height * zoom)))
        crop = cv2.resize(crop, target, interpolation=cv2.INTER_LINEAR)
        longer = max(target)
    # Room for a thicker pen.
    border = math.ceil(longer * settings.min_pen / 2) + 1
    crop = cv2.copyMakeBorder(crop, border, border, border, border, cv2.BORDER_CONSTANT, value=0)
    mask = cv2.threshold(crop, threshold, 255, cv2.THRESH_BINARY)[1]
    pen = stroke_width(mask)
    grow = (settings.min_pen * longer - pen) / 2
    if grow > 0:
        mask = _grown(mask, grow)
        pen = settings.min_pen * longer
    left, top, width, height = cv2.boundingRect(mask)
    mask = mask[top : top + height, left : left + width]
    longer = max(width, height)
    scale = min(box / longer, settings.max_pen * box / pen)
    target = (max(1, round(width * scale)), max(1, round(height * scale)))
    if scale != 1:
        shrinking = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        mask = cv2.resize(mask, target, interpolation=shrinking)
    bitmap = np.zeros((side, side), np.uint8)
    x, y = (side - target[0]) // 2, (side - target[1]) // 2
    bitmap[y : y + target[1], x : x + target[0]] = mask
    return _average_down(bitmap, settings)


def _slanted(coverage: npt.NDArray[Any], slant: float, least: int) -> npt.NDArray[Any]:
    """Coverage made to lean to the right by degrees, on a sheet that holds all of it.

    least: px, to which the longer side of smaller ink is enlarged on the way; its outline would be
    blurred twice otherwise.
    """
    longer = max(coverage.shape)
    if longer > _LARGEST_SLANTED:
        height, width = (max(1, round(side * _LARGEST_SLANTED / longer)) for side in coverage.shape)
        coverage = cv2.resize(coverage, (width, height), interpolation=cv2.INTER_AREA)
    zoom = max(1.0, least / longer)
    height, width = coverage.shape
    lean = math.tan(math.radians(slant))
    size = math.ceil(zoom * (width + abs(lean) * height)) + 2, math.ceil(zoom * height) + 2
    # From the middle of the ink to the middle of the sheet; pixels' centres are whole numbers.
    x, y = (width - 1) / 2, (height - 1) / 2
    matrix = zoom * np.array([[1.0, -lean, lean * y - x], [0.0, 1.0, -y]])
    matrix[:, 2] += (size[0] - 1) / 2, (size[1] - 1) / 2
    return np.asarray(cv2.warpAffine(coverage, matrix, size, flags=cv2.INTER_LINEAR), np.uint8)


def _grown(mask: npt.NDArray[Any], by: float) -> npt.NDArray[Any]:
    """A mask (0 or 255) and all that is up to so many px away from its ink.

    The distance is OpenCV's, from pixel to pixel in steps straight and diagonal. Nothing is in its
    way, so what is near to a pixel has the same form everywhere, and stamping a small one is ten
    times faster than measuring how far every pixel is.
    """
    if by < _NEXT_PIXEL:
        return mask
    if by < _LARGEST_STAMP:
        reach = math.ceil(by)
        middle = slice(_LARGEST_STAMP - reach, _LARGEST_STAMP + reach + 1)
        return cv2.dilate(mask, _within(_FROM_MIDDLE[middle, middle], by))
    return _within(cv2.distanceTransform(cv2.bitwise_not(mask), cv2.DIST_L2, 3), by)


def _within(distance: npt.NDArray[Any], by: float) -> npt.NDArray[np.uint8]:
    near = cv2.threshold(distance, by, 255, cv2.THRESH_BINARY_INV)[1]
    return np.asarray(near, np.uint8)


def _average_down(bitmap: npt.NDArray[Any], settings: InkSettings) -> Frame:
    size = (settings.size, settings.size)
    return np.asarray(cv2.resize(bitmap, size, interpolation=cv2.INTER_AREA), np.uint8)
