"""Learning syllables: five heads, and their combination."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from edge_app import hangul
from edge_app.logits import sigmoid
from edge_app.syllables import HEADS, JAMO, SETS, Floats
from train import rundir
from train.calibrate import PLAIN, best, fit_combination, syllable_loss
from train.config import HangulConfig, read
from train.hangul import HangulInk
from train.model import syllable_net
from train.stream import Frames
from train.task import Labels, predict, shares

_VALID_WEIGHT = 0.5
"""What the head "valid" counts in the loss; each of the others counts 1."""


class HangulTask:
    """Heads for the jamo of each place, for common syllables, and for whether it is one at all."""

    metrics = None

    def __init__(self, config: HangulConfig) -> None:
        """Raises DataError for data that cannot be read."""
        self._config = config
        self.ink = HangulInk(config)
        self._val, self._scraps = self.ink.part("val"), self.ink.scraps()
        self._right = right_answers(SETS[config.labels])
        self._one_hot = {
            head: np.eye(count, dtype=np.float32) for head, count in HEADS.items() if count > 1
        }
        self.losses = {
            head: keras.losses.CategoricalCrossentropy(
                from_logits=True, label_smoothing=config.label_smoothing
            )
            for head in self._one_hot
        }
        self.losses["valid"] = keras.losses.BinaryCrossentropy(from_logits=True)
        self.loss_weights = dict.fromkeys(HEADS, 1.0) | {"valid": _VALID_WEIGHT}

    def network(self) -> keras.Model:
        """A new network, not compiled."""
        return syllable_net(self._config.ink.size, self._config.net)

    def targets(self, labels: Labels) -> dict[str, npt.NDArray[np.float32]]:
        """The right answer of each head, one-hot; for what is no syllable, any but "valid"'s."""
        found = {head: eye[self._right[head][labels]] for head, eye in self._one_hot.items()}
        found["valid"] = (labels >= 0).astype(np.float32)[:, np.newaxis]
        return found

    def weights(self, labels: Labels) -> dict[str, npt.NDArray[np.float32]]:
        """1 for each sample and head, but 0 where a head cannot be right: ink without syllables."""
        known = (labels >= 0).astype(np.float32)
        return {head: np.ones_like(known) if head == "valid" else known for head in HEADS}

    def validate(self, model: keras.Model) -> dict[str, float]:
        """-log p of the right syllable, every group alike, and the accuracy on each group.

        Of "scraps", which are no syllables, the share that "valid" refuses.
        """
        val = self._val
        heads = predict(model, val.frames)
        labels = self._config.labels
        losses = [
            syllable_loss(_some(heads, val.group == group), PLAIN, labels, mine)
            for group in np.unique(val.group)
            if len(mine := val.labels[val.group == group])
        ]
        right = best(heads, PLAIN, labels)[:, 0] == val.labels
        refused = predict(model, self._scraps.frames)["valid"] < 0
        return {
            "val_loss": float(np.mean(losses)),
            **shares(right, val.group),
            "scraps": float(refused.mean()),
        }

    def finish(self, model: keras.Model, folder: Path) -> dict[str, Any]:
        """Fits the combination, by people if any, and writes the held-out ink."""
        test, labels = self.ink.part("test"), self._config.labels
        rundir.write_arrays(
            folder / rundir.HELDOUT, frames=test.frames, labels=test.labels, group=test.group
        )
        scraps = predict(model, self._scraps.frames)["valid"]
        if self._config.folds:
            known, truth = _folded(self._config.folds, labels)
        else:
            people = judges(self._val)
            known, truth = predict(model, people.frames), people.labels
        combination = fit_combination(known, labels, truth, scraps)
        heads = predict(model, test.frames)
        right = best(heads, combination, labels)[:, 0] == test.labels
        low = sigmoid(scraps / np.float32(combination.valid_temperature)) < 0.5
        return {
            "metrics": {**shares(right, test.group), "scraps": float(low.mean())},
            "sources": self.ink.sources(),
            "combination": combination.to_dict(),
        }


def right_answers(labels: tuple[str, ...]) -> dict[str, Labels]:
    """For each head but "valid" the class of every label, (labels + 1,).

    The last is for `train.scraps.NONE`, which as an index is the last one: it must be some class,
    though nothing is learned from it.
    """
    common = {syllable: number for number, syllable in enumerate(hangul.KS_X_1001)}
    jamo = np.array([hangul.decompose(label) for label in labels])
    columns = {
        **{place: jamo[:, number] for number, place in enumerate(JAMO)},
        "syllable": np.array([common.get(label, len(common)) for label in labels]),
    }
    return {head: np.append(column, 0).astype(np.int64) for head, column in columns.items()}


def _folded(folds: Sequence[str], labels: str) -> tuple[dict[str, Floats], Labels]:
    """What several runs say of the people left out of each, and what these wrote.

    Raises ValueError naming a folder that is no such run.
    """
    said, truth = [], []
    for folder in map(Path, folds):
        config = read(rundir.read_json(folder / rundir.CONFIG))
        if not isinstance(config, HangulConfig) or config.labels != labels:
            raise ValueError(f"{folder}: is no run of hangul with the labels {labels}")
        others = HangulInk(config).left_out()
        model = keras.models.load_model(folder / rundir.MODEL, compile=False)
        said.append(predict(model, others.frames))
        truth.append(others.labels)
    heads = {head: np.concatenate([one[head] for one in said]) for head in HEADS}
    return heads, np.concatenate(truth)


def judges(val: Frames) -> Frames:
    """The people of a validation part; all of it where there are none."""
    chosen = np.char.startswith(val.group, "people")
    if not chosen.any():
        return val
    return Frames(val.frames[chosen], val.labels[chosen], val.group[chosen])


def _some(heads: dict[str, Floats], chosen: npt.NDArray[np.bool_]) -> dict[str, Floats]:
    return {head: logits[chosen] for head, logits in heads.items()}
