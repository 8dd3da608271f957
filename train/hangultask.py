"""Learning syllables: five heads, and their combination."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from edge_app import hangul
from edge_app.logits import sigmoid
from edge_app.syllables import HEADS, JAMO, SETS, Combination, Floats
from train import earlier, folds, prior, rundir
from train.baselines import network
from train.calibrate import PLAIN, best, fit_combination, syllable_loss
from train.config import HangulConfig
from train.hangul import HangulInk
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
        return network(self._config.ink.size, self._config.net)

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
        """Fits the combination, by people if any, and writes the held-out ink and the prior.

        Without people that of the model directory stays that the run began with, if it did.
        """
        test, labels = self.ink.part("test"), self._config.labels
        rundir.write_arrays(
            folder / rundir.HELDOUT, frames=test.frames, labels=test.labels, group=test.group
        )
        scraps = predict(model, self._scraps.frames)["valid"]
        judging, start = judges(self._val), self._config.start
        stated = earlier.combination(Path(start)) if start else None
        if self._config.folds:
            left_out = [folds.load(Path(run), labels) for run in self._config.folds]
            combination = folds.combination(left_out, labels)
        elif stated and not by_people(judging).any():
            # People judged what ships; type says nothing of how sure one may be of their hands.
            combination = stated
        else:
            known = predict(model, judging.frames)
            combination = fit_combination(known, labels, judging.labels, scraps)
        heads = predict(model, test.frames)
        right = best(heads, combination, labels)[:, 0] == test.labels
        low = sigmoid(scraps / np.float32(combination.valid_temperature)) < 0.5
        return {
            "metrics": {**shares(right, test.group), "scraps": float(low.mean())},
            "sources": self.ink.sources(),
            **weighed(combination, self._config.prior_weight, folder),
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


def weighed(combination: Combination, weight: float, folder: Path) -> dict[str, Any]:
    """The combination with the prior, or without one where there is no list of words."""
    try:
        return prior.weigh(combination, weight, folder)
    except ImportError as error:
        print(f"{error}; then: python train/prior.py {folder}", flush=True)
        return prior.weigh(combination, 0, folder)


def by_people(val: Frames) -> npt.NDArray[np.bool_]:
    """(n,) which samples of a validation part people wrote."""
    return np.char.startswith(val.group, "people")


def judges(val: Frames) -> Frames:
    """The people of a validation part; all of it where there are none."""
    chosen = by_people(val)
    if not chosen.any():
        return val
    return Frames(val.frames[chosen], val.labels[chosen], val.group[chosen])


def _some(heads: dict[str, Floats], chosen: npt.NDArray[np.bool_]) -> dict[str, Floats]:
    return {head: logits[chosen] for head, logits in heads.items()}
