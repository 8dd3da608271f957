"""Learning from other networks besides the labels: knowledge distillation.

G. Hinton, O. Vinyals, J. Dean, "Distilling the knowledge in a neural network", 2015,
arXiv:1503.02531, at temperature 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt

from edge_app.logits import sigmoid, softmax
from edge_app.syllables import HEADS, Floats
from train import earlier
from train.feed import to_input


class Teachers:
    """Finished networks that say together, by the mean of their logits, what they see in ink."""

    def __init__(
        self, runs: Sequence[Path], share: float, size: int, *, believed: bool = False
    ) -> None:
        """share: what their answer counts, 0 to 1, in that of `taught`. size: of the frames, px.

        believed: whether they are heard of common syllables even where they are wrong.
        Raises ValueError naming a path that is neither a finished run nor a model directory, or
        whose network reads no frames of that size.
        """
        self._share, self._believed = share, believed
        self._networks = [_load(run, size) for run in runs]

    def taught(
        self, frames: npt.NDArray[np.uint8], targets: Mapping[str, Floats]
    ) -> dict[str, Floats]:
        """What a network is to put out for frames (n, size, size), by head, (n, classes) each.

        targets: what the labels alone ask for. In it the teachers' probabilities have their share:
        unlike a label they say what else the ink resembles. A head in which they are wrong says
        nothing, unless they are believed of common syllables: rare ones they may never have met,
        and would unteach them.
        """
        seen = to_input(frames)
        said = [network.predict_on_batch(seen) for network in self._networks]
        rare = targets["syllable"].argmax(axis=1) == HEADS["syllable"] - 1  # nor is a scrap common
        found = {}
        for head, right in targets.items():
            told = _probabilities(np.mean([one[head] for one in said], axis=0))
            heard = _agree(told, right)
            if self._believed:
                heard[~rare] = 1
            share = self._share * heard
            found[head] = share * told + (1 - share) * right
        return found


def _load(path: Path, size: int) -> keras.Model:
    try:
        network = earlier.load(path)
    except (OSError, ValueError) as error:
        raise ValueError(
            f"{path}: cannot teach ({error}); name a finished run or a model directory"
        ) from None
    outputs = network.output if isinstance(network.output, dict) else {}
    if network.input_shape[1:] != (size, size, 1) or not set(HEADS) <= set(outputs):
        raise ValueError(
            f"{path}: cannot teach, as it does not read syllables from frames of {size} px; "
            "name a run of a network and ink like this one's"
        )
    return network


def _agree(told: Floats, right: Floats) -> Floats:
    """(n, 1): 1 where the likeliest class is the right one, or a yes or no is; 0 elsewhere."""
    if right.shape[1] == 1:
        return np.asarray((told > 0.5) == (right > 0.5), np.float32)
    same = told.argmax(axis=1) == right.argmax(axis=1)
    return np.asarray(same[:, np.newaxis], np.float32)


def _probabilities(logits: Floats) -> Floats:
    return sigmoid(logits) if logits.shape[1] == 1 else softmax(logits)
