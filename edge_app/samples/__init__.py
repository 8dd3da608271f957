"""Sample ink for where nobody writes: the fallback without a screen, `bench` and the tests.

The strokes were laid out by hand for this project; they come from no data set and no person.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt


class Sample(NamedTuple):
    """One written character."""

    label: str
    """What it says."""
    strokes: list[npt.NDArray[np.float64]]
    """Its strokes, (n, 2) each: x right, y down, in a box of about 100 by 160."""


def load() -> list[Sample]:
    """The ten digits, "0" to "9", each written once."""
    path = Path(__file__).with_name("digits.json")
    ink = json.loads(path.read_text(encoding="utf-8"))["ink"]
    return [Sample(one["label"], [np.array(s, np.float64) for s in one["strokes"]]) for one in ink]


def draw(strokes: Sequence[npt.NDArray[np.float64]], pen: int = 7) -> npt.NDArray[np.uint8]:
    """A picture of a sample: black ink, pen px wide, on a white sheet of 200 by 200 px."""
    sheet = np.full((200, 200), 255, np.uint8)
    fraction_bits = 4
    moved = [np.add(stroke, (50, 20)) * (1 << fraction_bits) for stroke in strokes]
    lines = [np.rint(line).astype(np.int32) for line in moved]
    cv2.polylines(sheet, lines, False, 0, pen, cv2.LINE_AA, fraction_bits)
    return sheet
