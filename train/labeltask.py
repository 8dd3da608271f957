"""Learning a set of labels with one output: digits, single jamo."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import keras
import numpy as np
import numpy.typing as npt

from train import report, rundir
from train.calibrate import cross_entropy, fit_temperature
from train.config import DigitConfig, JamoConfig
from train.model import digit_net
from train.split import Part
from train.stream import Frames, Ink
from train.task import Labels, predict, shares


class LabelInk(Ink, Protocol):
    """What such a task draws from and is judged by."""

    def part(self, part: Part) -> Frames:
        """The "val" or "test" part as it is, unvaried, in groups by where it comes from."""
        ...

    def sources(self) -> list[dict[str, Any]]:
        """What the model learned from, for the model card."""
        ...


class LabelTask:
    """One output, a logit for each label."""

    loss_weights = None
    weights = None

    def __init__(self, config: DigitConfig | JamoConfig, ink: LabelInk) -> None:
        """ink: of the configuration. Raises DataError for data that cannot be read."""
        self._config, self.ink = config, ink
        self._val = ink.part("val")
        count = len(config.labels)
        # The last row is for `train.scraps.NONE`: ink that has no label could be any of them.
        self._targets = np.vstack([np.eye(count), np.full((1, count), 1 / count)]).astype(
            np.float32
        )
        self.losses = keras.losses.CategoricalCrossentropy(
            from_logits=True, label_smoothing=config.label_smoothing
        )
        self.metrics = ["accuracy"]

    def network(self) -> keras.Model:
        """A new network, not compiled."""
        config = self._config
        return digit_net(config.ink.size, len(config.labels), config.name)

    def targets(self, labels: Labels) -> npt.NDArray[np.float32]:
        """The labels, one-hot, (n, their number); ink that has none is as likely each of them.

        So networks learn to doubt what they were never meant to read: D. Hendrycks, M. Mazeika,
        T. Dietterich, "Deep anomaly detection with outlier exposure", ICLR 2019.
        """
        return self._targets[labels]

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
