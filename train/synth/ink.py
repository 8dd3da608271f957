"""Synthetic writers as a source of training samples."""

from __future__ import annotations

import math
from collections.abc import Sequence

from edge_app.ink import Frame, InkSettings, frame_strokes
from train.augment import Augmentation, Rng
from train.synth.forms import FORMS, Table
from train.synth.writers import Writer

WRITERS = 1 << 32
"""People to draw from; each is made when needed."""

_OWN_PEN = 0.4
"""Share of the samples that are drawn with the pad's own pen."""


def draw_pen(rng: Rng, setting: Augmentation, ink: InkSettings) -> float:
    """Diameter of a pen, as a share of the longer side of the ink: often the pad's own."""
    if rng.random() < _OWN_PEN:
        return ink.pen
    return math.exp(rng.uniform(math.log(setting.min_pen), math.log(setting.max_pen)))


class SynthInk:
    """Syllables or jamo by writers who do not exist, drawn as strokes by a pen as the pad does."""

    def __init__(
        self,
        labels: Sequence[str],
        augmentation: Augmentation,
        ink: InkSettings,
        seed: int = 0,
        table: Table = FORMS,
    ) -> None:
        """labels: what is written. Only the pens of the augmentation are used. seed: of people."""
        self._labels, self._augmentation, self._ink = labels, augmentation, ink
        self._seed, self._table = seed, table

    def draw(self, rng: Rng) -> tuple[Frame, int]:
        """One sample: its frame and the index of its label."""
        label = int(rng.integers(len(self._labels)))
        writer = Writer(self._seed, int(rng.integers(WRITERS)), self._table)
        pen = draw_pen(rng, self._augmentation, self._ink)
        framed = frame_strokes(writer.write(self._labels[label], rng), self._ink, pen)
        if framed is None:
            raise RuntimeError(f"{self._labels[label]}: written without a point")
        return framed, label
