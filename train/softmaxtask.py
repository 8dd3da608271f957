"""Learning syllables with one output: the networks of other people that are made so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from edge_app.syllables import SETS
from train import rundir
from train.baselines import network
from train.calibrate import cross_entropy, fit_temperature
from train.config import HangulConfig
from train.hangul import HangulInk
from train.hangultask import judges
from train.task import Labels, predict, shares

_TEMPERATURES = 60
"""Temperatures that are tried: thousands of logits an ink take their time."""


class SoftmaxTask:
    """One output, a logit for each syllable of the run's set; of ink that is none it learns
    nothing."""

    loss_weights = None
    metrics = None

    def __init__(self, config: HangulConfig) -> None:
        """Raises DataError for data that cannot be read."""
        self._config = config
        self.ink = HangulInk(config)
        self._val = self.ink.part("val")
        self._one_hot = np.eye(len(SETS[config.labels]), dtype=np.float32)
        self.losses = keras.losses.CategoricalCrossentropy(
            from_logits=True, label_smoothing=config.label_smoothing
        )

    def network(self) -> keras.Model:
        """A new network, not compiled."""
        return network(self._config.ink.size, self._config.net)

    def targets(self, labels: Labels) -> npt.NDArray[np.float32]:
        """The syllables, one-hot, (n, their number); any one for what is no syllable."""
        return self._one_hot[labels]

    def weights(self, labels: Labels) -> npt.NDArray[np.float32]:
        """1 for each sample (n,), but 0 for ink that is no syllable."""
        return (labels >= 0).astype(np.float32)

    def validate(self, model: keras.Model) -> dict[str, float]:
        """-log p of the right syllable, every group alike, and the accuracy on each group."""
        val = self._val
        logits = predict(model, val.frames)
        losses = [
            cross_entropy(logits[val.group == group], val.labels[val.group == group])
            for group in np.unique(val.group)
        ]
        right = logits.argmax(axis=1) == val.labels
        return {"val_loss": float(np.mean(losses)), **shares(right, val.group)}

    def finish(self, model: keras.Model, folder: Path) -> dict[str, Any]:
        """Writes the held-out ink; returns metrics, sources, and the temperature, fitted by people
        if any."""
        test = self.ink.part("test")
        rundir.write_arrays(
            folder / rundir.HELDOUT, frames=test.frames, labels=test.labels, group=test.group
        )
        right = predict(model, test.frames).argmax(axis=1) == test.labels
        people = judges(self._val)
        logits = predict(model, people.frames)
        return {
            "metrics": shares(right, test.group),
            "sources": self.ink.sources(),
            "temperature": fit_temperature(logits, people.labels, _TEMPERATURES),
        }
