"""Golden vectors: some ink, and the logits the shipped file gives for it."""

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

_MOST = 60_000
"""Outputs stored at most, about 200 KiB of them; but each sample is written at least once."""


@dataclass(frozen=True)
class Golden:
    """The content of golden.npz."""

    frames: npt.NDArray[np.uint8]
    """(n, size, size) framed ink."""
    logits: npt.NDArray[np.float32]
    """(n, m) the file's raw outputs at its export, as `Recognizer.logits` has them."""
    labels: npt.NDArray[np.int64]
    """(n,) what the ink says, as an index into the model's labels."""
    read_right: int
    """How many of the n the model reads right; not in the file."""

    def save(self, path: Path) -> None:
        """Writes golden.npz. Raises OSError."""
        np.savez_compressed(path, frames=self.frames, logits=self.logits, labels=self.labels)


def make(recognizer: Recognizer) -> Golden:
    """Golden vectors of an opened model, from the bundled sample ink, which is the project's own.

    Raises ConversionError where none of that says anything the model reads.
    """
    fitting = samples.fitting(recognizer.labels)
    if not fitting:
        raise ConversionError(
            f"{recognizer.directory}: no ink in edge_app/samples says any of the model's labels; "
            "add some there"
        )
    outputs = sum(recognizer.bundle.answers.outputs.values())
    writings = _WRITINGS[: max(1, _MOST // (outputs * len(fitting)))]
    ink = recognizer.bundle.ink
    frames = [_write(one.strokes, ink, *how) for one in fitting for how in writings]
    labels = [recognizer.labels.index(one.label) for one in fitting for _ in writings]
    logits = np.stack([recognizer.logits(framed) for framed in frames])
    right = int((recognizer.log_scores(logits).argmax(axis=1) == labels).sum())
    return Golden(np.stack(frames), logits, np.array(labels, np.int64), right)


def _write(
    strokes: list[npt.NDArray[np.float64]], settings: InkSettings, pen: float, slant: float
) -> npt.NDArray[np.uint8]:
    shear = np.array([[1.0, 0.0], [-slant, 1.0]])  # y points down: the top leans to the right
    framed = frame_strokes([stroke @ shear for stroke in strokes], settings, settings.pen * pen)
    if framed is None:
        raise ConversionError("a bundled sample holds no ink; repair edge_app/samples")
    return framed
