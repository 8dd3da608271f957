"""Learning digits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from train import report, rundir
from train.calibrate import cross_entropy, fit_temperature
from train.config import DigitConfig
from train.digits import DigitInk
from train.model import digit_net
from train.task import Labels, predict, shares


class DigitTask:
    """One output, a logit for each digit."""

    loss_weights = None
    weights = None

    def __init__(self, config: DigitConfig) -> None:
        """Raises DataError for data that cannot be read."""
        self._config = config
        self.ink = DigitInk(config)
        self._val = self.ink.part("val")
        self._one_hot = np.eye(len(config.labels), dtype=np.float32)
        self.losses = keras.losses.CategoricalCrossentropy(
            from_logits=True, label_smoothing=config.label_smoothing
        )
        self.metrics = ["accuracy"]

    def network(self) -> keras.Model:
        """A new network, not compiled."""
        config = self._config
        return digit_net(config.ink.size, len(config.labels), config.name)

    def targets(self, labels: Labels) -> npt.NDArray[np.float32]:
        """The digits, one-hot, (n, 10)."""
        return self._one_hot[labels]

    def validate(self, model: keras.Model) -> dict[str, float]:
        """Cross-entropy, and the accuracy on each group of the validation part."""
        val = self._val
        logits = predict(model, val.frames)
        right = logits.argmax(axis=1) == val.labels
        return {"val_loss": cross_entropy(logits, val.labels), **shares(right, val.group)}

    def finish(self, model: keras.Model, folder: Path) -> dict[str, Any]:
        """Writes the held-out ink and its confusions; returns metrics, sources, temperature."""
        test = self.ink.part("test")
        rundir.write_arrays(
            folder / rundir.HELDOUT, frames=test.frames, labels=test.labels, group=test.group
        )
        answers = predict(model, test.frames).argmax(axis=1)
        report.confusion(answers, test, self._config.labels, folder / "confusion.png")
        val = self._val
        return {
            "metrics": shares(answers == test.labels, test.group),
            "sources": self.ink.sources(),
            "temperature": fit_temperature(predict(model, val.frames), val.labels),
        }
