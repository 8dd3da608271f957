"""What runs that were trained without somebody say of what these people wrote.

Each run of a set leaves other people out, so together they speak of everybody's ink as of ink that
is new to them. What weighs the heads is fitted on that: for a run of everyone on all of it, and
for one of the set, when it is measured on its own people, on that of the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from edge_app.syllables import HEADS, Combination, Floats
from train import rundir
from train.calibrate import fit_combination
from train.config import HangulConfig, read
from train.hangul import HangulInk
from train.task import Labels, predict


@dataclass(frozen=True)
class Fold:
    """One run's outputs."""

    heads: dict[str, Floats]
    """Logits of all ink of the people left out, (n, its number) by head."""
    truth: Labels
    """(n,) what they wrote, indices into the run's labels."""
    scraps: Floats
    """(m, 1) logits of the head "valid" for ink that is no syllable."""


def load(folder: Path, labels: str) -> Fold:
    """Asks a finished run, made for the set `labels`.

    Raises ValueError, naming the folder, for one that is no such run or that left nobody out.
    """
    config = read(rundir.read_json(folder / rundir.CONFIG))
    if not isinstance(config, HangulConfig) or config.labels != labels:
        raise ValueError(f"{folder}: is no run of hangul with the labels {labels}")
    ink = HangulInk(config)
    others = ink.left_out()
    path = folder / rundir.MODEL
    if not path.is_file():
        raise ValueError(f"{path}: is missing; finish the run first: train.py --resume {folder}")
    model = keras.models.load_model(path, compile=False)
    scraps = predict(model, ink.scraps().frames)["valid"]
    return Fold(predict(model, others.frames), others.labels, scraps)


def combination(folds: Sequence[Fold], labels: str) -> Combination:
    """The combination under which what was written is likeliest, for all folds together."""
    heads = {head: np.concatenate([fold.heads[head] for fold in folds]) for head in HEADS}
    truth = np.concatenate([fold.truth for fold in folds])
    scraps = np.concatenate([fold.scraps for fold in folds])
    return fit_combination(heads, labels, truth, scraps)
