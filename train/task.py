"""What tells one task from another; `train.fit` does what they share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import keras
import numpy as np
import numpy.typing as npt

from train.feed import to_input
from train.stream import Ink

Labels = npt.NDArray[np.int64]


class Task(Protocol):
    """A task of one run: its ink, its network, and how the network is judged."""

    @property
    def ink(self) -> Ink:
        """What training draws from."""
        ...

    @property
    def losses(self) -> Any:
        """The loss of each output, as `keras.Model.compile` takes them."""
        ...

    @property
    def loss_weights(self) -> Any:
        """What each counts, or None where there is one."""
        ...

    @property
    def metrics(self) -> Any:
        """What is measured while training, as `keras.Model.compile` takes it."""
        ...

    @property
    def weights(self) -> Callable[[Labels], Any] | None:
        """Makes of labels' indices what each sample counts in each loss; None: all alike."""
        ...

    def network(self) -> keras.Model:
        """A new network, not compiled."""
        ...

    def targets(self, labels: Labels) -> Any:
        """What the network is to put out for labels' indices (n,)."""
        ...

    def validate(self, model: keras.Model) -> dict[str, float]:
        """How a network does on the validation part: "val_loss", and an accuracy for each group."""
        ...

    def finish(self, model: keras.Model, folder: Path) -> dict[str, Any]:
        """Writes the held-out ink, and pictures if any; returns this task's part of result.json.

        That has "metrics", the accuracy on each group of held-out ink, and "sources", what the
        model learned from.
        """
        ...


def predict(model: keras.Model, frames: npt.NDArray[np.uint8]) -> Any:
    """What a network puts out for frames (n, size, size): float32 arrays, structured as it does."""
    found = model.predict(to_input(frames), batch_size=256, verbose=0)
    return keras.tree.map_structure(lambda one: np.asarray(one, np.float32), found)


def shares(right: npt.NDArray[np.bool_], group: npt.NDArray[np.str_]) -> dict[str, float]:
    """Which share of each group is right."""
    return {str(name): float(right[group == name].mean()) for name in np.unique(group)}
