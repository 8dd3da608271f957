"""Golden vectors: some ink, and the logits the shipped file gives for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from convert import ConversionError
from convert.runs import Heldout
from edge_app import samples
from edge_app.ink import InkSettings, frame_strokes
from edge_app.recognizer import Recognizer

_WRITINGS = ((1.0, 0.0), (0.75, -0.2), (1.4, 0.15), (1.0, 0.3))
"""How each sample is written: pen over the settings' pen, and slant (x shift over height)."""

_HELDOUT = 24
"""Held-out inks taken, at equal steps, where no sample will do: some 200 KiB of a syllable model's
outputs."""


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


def make(recognizer: Recognizer, heldout: Heldout) -> Golden:
    """Golden vectors of an opened model, from the bundled sample ink.

    Where none of that says anything the model reads, some of its run's held-out ink serves.
    """
    frames, labels = _samples(recognizer)
    if not frames:
        chosen = np.unique(np.linspace(0, len(heldout.frames) - 1, _HELDOUT, dtype=int))
        frames, labels = list(heldout.frames[chosen]), list(heldout.labels[chosen])
    logits = np.stack([recognizer.logits(framed) for framed in frames])
    right = int((recognizer.log_scores(logits).argmax(axis=1) == labels).sum())
    return Golden(np.stack(frames), logits, np.array(labels, np.int64), right)


def _samples(recognizer: Recognizer) -> tuple[list[npt.NDArray[np.uint8]], list[int]]:
    """The bundled ink that the model reads, framed, and the indices of its labels."""
    frames, labels = [], []
    for sample in samples.load():
        if sample.label not in recognizer.labels:
            continue
        for pen, slant in _WRITINGS:
            frames.append(_write(sample.strokes, recognizer.bundle.ink, pen, slant))
            labels.append(recognizer.labels.index(sample.label))
    return frames, labels


def _write(
    strokes: list[npt.NDArray[np.float64]], settings: InkSettings, pen: float, slant: float
) -> npt.NDArray[np.uint8]:
    shear = np.array([[1.0, 0.0], [-slant, 1.0]])  # y points down: the top leans to the right
    framed = frame_strokes([stroke @ shear for stroke in strokes], settings, settings.pen * pen)
    if framed is None:
        raise ConversionError("a bundled sample holds no ink; repair edge_app/samples")
    return framed
