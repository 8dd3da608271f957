"""Golden frames, the seam between ink and model input: python tests/golden/make.py

Run it only when the pre-processing is meant to change; every model then has to be trained anew.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from edge_app import samples
from edge_app.ink import InkSettings, frame

GOLDEN = Path(__file__).with_name("frames.npz")


def scan(sheet: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """A sheet as data sets of digits hold it: light ink on black, 28 by 28 px, soft."""
    return np.asarray(cv2.resize(255 - sheet, (28, 28), interpolation=cv2.INTER_AREA), np.uint8)


def frames() -> dict[str, npt.NDArray[np.uint8]]:
    """Ten frames, (10, 32, 32) uint8, of the sample ink as strokes, sheets and 28 px scans."""
    written = [sample.strokes for sample in samples.load()]
    sheets = [samples.draw(strokes) for strokes in written]
    return {
        "strokes": np.stack([_frame(strokes) for strokes in written]),
        "sheets": np.stack([_frame(sheet) for sheet in sheets]),
        "scans": np.stack([_frame(scan(sheet)) for sheet in sheets]),
    }


def _frame(ink: list[npt.NDArray[np.float64]] | npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    framed = frame(ink, InkSettings())
    if framed is None:
        raise ValueError("a sample holds no ink")
    return framed


if __name__ == "__main__":
    made = frames()
    np.savez_compressed(GOLDEN, strokes=made["strokes"], sheets=made["sheets"], scans=made["scans"])
