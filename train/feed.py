"""What `Model.fit` is fed, under any Keras backend."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from train.loader import Batch


def to_input(frames: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Frames (n, size, size) uint8 as a network takes them: (n, size, size, 1), 0 to 1."""
    return np.asarray(frames[..., None] / np.float32(255), np.float32)


def compiled() -> bool | str:
    """Whether `Model.compile` is to compile with XLA: where that pays, as Keras thinks.

    On processors TensorFlow's own kernels train these networks about twice as fast.
    """
    if keras.backend.backend() != "tensorflow":
        return "auto"
    import tensorflow as tf

    return "auto" if tf.config.list_physical_devices("GPU") else False


def build_training(
    model: keras.Model, size: int, targets: Callable[[npt.NDArray[np.int64]], Any]
) -> None:
    """Makes what a compiled model's first step would make: its optimiser's and its losses' state.

    TensorFlow traces a step that makes variables a second time, which for networks like these
    takes longer than many steps. To be called when the model has the weights that it begins with.

    size: side of its frames, px. targets: as for `fit_epoch`.
    """
    model.optimizer.build(model.trainable_variables)
    blank = to_input(np.zeros((1, size, size), np.uint8))
    model.compute_loss(blank, targets(np.zeros(1, np.int64)), model(blank))


def seed_dropout(model: keras.Model, *key: int) -> None:
    """Makes what is dropped follow from a key, such as seed and epoch.

    A saved model does not hold its place in the sequence, so a resumed run would drop otherwise.
    """
    for number, layer in enumerate(model.layers):
        if isinstance(layer, keras.layers.Dropout):
            start = np.random.default_rng((*key, number)).integers(1 << 31)
            layer.seed_generator.state.assign(np.array([start, 0]))


def fit_epoch(
    model: keras.Model,
    batches: Iterable[Batch],
    steps: int,
    targets: Callable[[npt.NDArray[np.int64]], Any],
    verbose: int,
    weights: Callable[[npt.NDArray[np.int64]], Any] | None = None,
    taught: Callable[[npt.NDArray[np.uint8], Any], Any] | None = None,
) -> dict[str, float]:
    """Trains a model on one epoch of batches and returns its logs.

    targets: makes what the model is to put out of the labels' indices. weights: makes of them what
    each sample counts in the loss of each output; without it all count alike. taught: makes of the
    frames and those targets what they are to be instead. Raises what drawing the batches raises,
    and not what a backend makes of it.
    """
    raised: list[Exception] = []

    def feed() -> Iterator[tuple[Any, ...]]:
        try:
            for frames, labels in batches:
                right = targets(labels)
                fed = to_input(frames), taught(frames, right) if taught else right
                yield fed if weights is None else (*fed, weights(labels))
        except Exception as error:
            # It ends here: raised through TensorFlow, it would come out while a thread still asks
            # for the batch after, and at times that thread keeps the process from ever ending.
            raised.append(error)

    try:
        with warnings.catch_warnings():  # what is raised below says why they ran out
            warnings.filterwarnings("ignore", "Your input ran out of data")
            fitted = model.fit(
                feed(), epochs=1, steps_per_epoch=steps, verbose=verbose, shuffle=False
            )
    except Exception:
        if raised:
            raise raised[0] from None
        raise
    if raised:
        raise raised[0]
    return {name: float(values[-1]) for name, values in fitted.history.items()}
