"""The ink that sets the ranges of the quantised tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from convert.runs import Frames


def as_input(frames: Frames) -> npt.NDArray[np.float32]:
    """Frames as a batch for the network: (n, size, size, 1) float32, paper 0.0, ink 1.0."""
    return np.asarray(frames[..., np.newaxis] / np.float32(255), np.float32)


def representative(frames: Frames) -> Callable[[], Iterator[list[npt.NDArray[np.float32]]]]:
    """The frames in TFLiteConverter's form: a function that starts one pass over them.

    The run chose the frames once, by its seed, and every pass takes all of them in their order,
    so that converting a run again gives the same file.
    """
    batch = as_input(frames)

    def one_pass() -> Iterator[list[npt.NDArray[np.float32]]]:
        for number in range(len(batch)):
            yield [batch[number : number + 1]]

    return one_pass
