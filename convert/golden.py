"""Golden vectors: ink that everybody has, and the logits the shipped file gives for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from convert import ConversionError
from edge_app import samples
from edge_app.ink import InkSettings, frame_strokes
from edge_app.recognizer import Recognizer

_WRITINGS = ((1.0, 0.0), (0.75, -0.2), (1.4, 0.15), (1.0, 0.3))
"""How each sample is written: pen over the settings' pen, and slant (x shift over height)."""


@dataclass(frozen=True)
class Golden:
    """The content of golden.npz."""

    frames: npt.NDArray[np.uint8]
    """(n, size, size) framed ink."""
    logits: npt.NDArray[np.float32]
    """(n, labels) what the file answered at its export."""
    labels: npt.NDArray[np.int64]
    """(n,) what the ink says, as an index into the model's labels."""

    @property
    def read_right(self) -> int:
        """How many of the n the model reads right."""
        return int((self.logits.argmax(axis=1) == self.labels).sum())

    def save(self, path: Path) -> None:
        """Writes golden.npz. Raises OSError."""
        np.savez_compressed(path, frames=self.frames, logits=self.logits, labels=self.labels)


def make(recognizer: Recognizer) -> Golden:
    """Golden vectors of an opened model, from the bundled sample ink.

    Raises ConversionError where no bundled ink says anything that the model reads.
    """
    frames, labels = [], []
    for sample in samples.load():
        if sample.label not in recognizer.labels:
            continue
        for pen, slant in _WRITINGS:
            frames.append(_write(sample.strokes, recognizer.bundle.ink, pen, slant))
            labels.append(recognizer.labels.index(sample.label))
    if not frames:
        raise ConversionError(
            f"no bundled sample ink says any label of {recognizer.bundle.name}; "
            f"add some to edge_app/samples"
        )
    logits = np.stack([recognizer.logits(framed) for framed in frames])
    return Golden(np.stack(frames), logits, np.array(labels, np.int64))


def _write(
    strokes: list[npt.NDArray[np.float64]], settings: InkSettings, pen: float, slant: float
) -> npt.NDArray[np.uint8]:
    shear = np.array([[1.0, 0.0], [-slant, 1.0]])  # y points down: the top leans to the right
    framed = frame_strokes([stroke @ shear for stroke in strokes], settings, settings.pen * pen)
    if framed is None:
        raise ConversionError("a bundled sample holds no ink; repair edge_app/samples")
    return framed
