"""Training on the weights while keeping their moving average."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from train.feed import seed_dropout, to_input


# Keras has no types, so to mypy its optimisers are of any type.
@keras.saving.register_keras_serializable("hangul-pad")
class AveragingAdamW(keras.optimizers.AdamW):  # type: ignore[misc]
    """AdamW with Keras's moving average of the weights, which is saved with the optimiser.

    Keras itself puts the average in the place of the weights whenever `Model.fit` ends. A run
    calls that for each epoch, and is to go on with the weights.
    """

    def finalize_variable_values(self, var_list: Any) -> None:
        """Leaves the weights as they are."""

    def write_average(self, variables: Sequence[Any]) -> None:
        """Writes the average to the trainable variables of another network of the same shape."""
        super().finalize_variable_values(variables)
        for variable in variables:  # a copy, for the average may be spread over several devices
            variable.assign(keras.ops.convert_to_numpy(variable))


def averaged(
    model: keras.Model,
    into: keras.Model,
    batches: Sequence[npt.NDArray[np.uint8]],
    before: Sequence[npt.NDArray[np.float32]] = (),
    blend: float = 1.0,
) -> keras.Model:
    """A network with the average of a compiled model's weights, for which `into` is overwritten.

    before: trainable weights that make up what blend, the average's share, leaves of 1.

    batches: frames (n, size, size) as in training. Their statistics replace those of the
    normalisation, which belong to weights that have gone on since (as in P. Izmailov et al.,
    "Averaging weights leads to wider optima and better generalization", UAI 2018).
    """
    model.optimizer.write_average(into.trainable_variables)
    for variable, earlier in zip(into.trainable_variables, before, strict=bool(before)):
        variable.assign(blend * variable + (1 - blend) * earlier)
    seed_dropout(into, len(batches))  # the same each time
    norms = [layer for layer in into.layers if isinstance(layer, keras.layers.BatchNormalization)]
    usual = [norm.momentum for norm in norms]
    for number, frames in enumerate(batches):
        for norm in norms:
            norm.momentum = number / (number + 1)  # the plain mean of the batches
        into(to_input(frames), training=True)
    for norm, momentum in zip(norms, usual, strict=True):
        norm.momentum = momentum
    return into
