"""The same ink on another sheet: another size, place, pen or polarity.

For measuring only. But for lifting ink off its paper, which is the pad's own, and the thinning, it
shares no code with the augmentation that training uses, so that a slip there cannot hide here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from edge_app.lift import INK_LEVEL, lift_ink
from train.thin import thin

SHEET = 400
"""Side of the sheet, px."""

_EDGE = 4
"""Paper between ink in a corner and the sheet's edges, px."""

_FINE = 256
"""Longer side of ink whose pen is changed, px, while it is."""

_DARK, _LIGHT = 30, 225
"""Grey of the ink and of the paper, and the other way round."""


@dataclass(frozen=True)
class Drawing:
    """How ink is drawn anew."""

    size: int = 140
    """Longer side of the ink, px."""
    across: float = 0.5
    """Where it is on the sheet: 0 at the left, 1 at the right."""
    down: float = 0.5
    """The same: 0 at the top, 1 at the bottom."""
    pen: float | None = None
    """Width of a round pen as a share of the ink's longer side; None: the writer's own."""
    dark_on_light: bool = True
    """Polarity."""


ASPECTS: dict[str, dict[str, Drawing]] = {
    "size": {f"{size} px": Drawing(size=size) for size in (20, 32, 48, 80, 140, 240)},
    "position": {
        "middle": Drawing(),
        "top left": Drawing(across=0, down=0),
        "top right": Drawing(across=1, down=0),
        "bottom left": Drawing(across=0, down=1),
        "bottom right": Drawing(across=1, down=1),
    },
    "pen": {
        "as written": Drawing(),
        **{f"{pen:.1%}": Drawing(pen=pen) for pen in (0.01, 0.02, 0.035, 0.05, 0.07, 0.1, 0.13)},
    },
    "polarity": {
        "dark on light": Drawing(),
        "light on dark": Drawing(dark_on_light=False),
    },
}
"""What is varied and to which values, each from a plain `Drawing`."""


def redraw(image: npt.NDArray[np.uint8], drawing: Drawing) -> npt.NDArray[np.uint8] | None:
    """The ink of an image on a sheet of its own, (SHEET, SHEET) uint8; None where there is no ink.

    image: (height, width) uint8, any size and polarity, as the pad takes them.
    """
    coverage = lift_ink(image)
    if coverage is None or (cut := _cut(coverage)) is None:
        return None
    if drawing.pen is not None and (cut := _with_pen(cut, drawing.pen)) is None:
        return None
    ink = _resized(cut, drawing.size)
    height, width = ink.shape
    left = _EDGE + round(drawing.across * (SHEET - 2 * _EDGE - width))
    top = _EDGE + round(drawing.down * (SHEET - 2 * _EDGE - height))
    sheet = np.zeros((SHEET, SHEET), np.float32)
    sheet[top : top + height, left : left + width] = ink / np.float32(255)
    full, paper = (_DARK, _LIGHT) if drawing.dark_on_light else (_LIGHT, _DARK)
    return np.rint(paper + sheet * (full - paper)).astype(np.uint8)


def _cut(coverage: npt.NDArray[Any]) -> npt.NDArray[Any] | None:
    """Coverage within the box of its ink."""
    mask = (coverage > 255 * INK_LEVEL).astype(np.uint8)
    left, top, width, height = cv2.boundingRect(mask)
    return coverage[top : top + height, left : left + width] if width else None


def _resized(coverage: npt.NDArray[Any], longer: int) -> npt.NDArray[Any]:
    scale = longer / max(coverage.shape)
    height, width = (max(1, round(scale * side)) for side in coverage.shape)
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(coverage, (width, height), interpolation=way)


def _with_pen(coverage: npt.NDArray[Any], pen: float) -> npt.NDArray[Any] | None:
    """Fine coverage of the line that the pen's middle followed, drawn with another pen."""
    width = max(1, round(pen * _FINE))
    fine = _resized(coverage, _FINE - width)
    line: npt.NDArray[Any] = thin((fine >= 128).astype(np.uint8))
    line = cv2.copyMakeBorder(line, width, width, width, width, cv2.BORDER_CONSTANT, value=0)
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    return _cut(cv2.dilate(line, brush) * np.uint8(255))
