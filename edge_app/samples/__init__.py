"""Sample ink for where nobody writes: the fallback without a screen, `bench` and the tests.

The strokes come from no data set and no person. Those of the digits were laid out by hand for this
project; those of syllables and single jamo were written by its synthetic writers
(`train/synth/writers.py`) at moderate haste, and picked for being legible.
"""

from __future__ import annotations

import json
from collections.abc import Container, Sequence
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


NAMES = ("digits", "hangul", "jamo")
"""The sets there are: the ten digits, 20 syllables and the 40 jamo that start syllables or follow
in them, each written once."""


def load(name: str = "digits") -> list[Sample]:
    """The samples of one of `NAMES`."""
    path = Path(__file__).with_name(f"{name}.json")
    ink = json.loads(path.read_text(encoding="utf-8"))["ink"]
    return [Sample(one["label"], [np.array(s, np.float64) for s in one["strokes"]]) for one in ink]


def fitting(labels: Container[str]) -> list[Sample]:
    """All the samples that say one of a model's labels."""
    return [sample for name in NAMES for sample in load(name) if sample.label in labels]


def draw(strokes: Sequence[npt.NDArray[np.float64]], pen: int = 7) -> npt.NDArray[np.uint8]:
    """A picture of a sample: black ink, pen px wide, on a white sheet of 200 by 200 px."""
    sheet = np.full((200, 200), 255, np.uint8)
    fraction_bits = 4
    moved = [np.add(stroke, (50, 20)) * (1 << fraction_bits) for stroke in strokes]
    lines = [np.rint(line).astype(np.int32) for line in moved]
    cv2.polylines(sheet, lines, False, 0, pen, cv2.LINE_AA, fraction_bits)
    return sheet
