"""Type written anew by hand: its strokes, followed by writers who do not exist.

`train.data.traced` finds the strokes of a character of type. Each face has letters of its own, and
a writer adds what haste does to them: rounded corners, hooks, joined strokes, slant.
"""

from __future__ import annotations

import numpy as np

from edge_app.ink import Frame, InkSettings, frame_strokes
from train.augment import Augmentation, Rng, vary
from train.data import Sample
from train.synth.ink import WRITERS, draw_pen
from train.synth.writers import Writer

_SEED = 7
"""Of the writers: others than those who write by themselves."""


def retrace(sample: Sample, rng: Rng, setting: Augmentation, ink: InkSettings) -> Frame | None:
    """Has a writer, another one every time, write the strokes of a character, and frames them.

    sample: one with strokes as `train.data.traced` makes them; an image is varied as images are.
    Of the setting only the pens are used. Returns (size, size) uint8 or None if there is no ink.
    """
    if isinstance(sample.ink, np.ndarray):
        return vary(sample, rng, setting, ink)
    writer = Writer(_SEED, int(rng.integers(WRITERS)))
    pen = draw_pen(rng, setting, ink)
    return frame_strokes(writer.rewrite(list(sample.ink), rng), ink, pen)
