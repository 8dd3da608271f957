"""Batches for `Model.fit` under any Keras backend, the same whatever the number of workers."""

from __future__ import annotations

import cv2
import keras
import numpy as np
import numpy.typing as npt

from train.config import RunConfig
from train.digits import DigitInk


class EpochBatches(keras.utils.PyDataset):  # type: ignore[misc]  # Keras ships no types
    """The batches of one epoch.

    Each batch has its own generator, seeded by (seed, epoch, batch), so neither the number of
    workers nor a resumed run changes what is drawn.
    """

    def __init__(self, ink: DigitInk, config: RunConfig, epoch: int) -> None:
        super().__init__(workers=config.workers, use_multiprocessing=config.workers > 1)
        self._ink, self._config, self._epoch = ink, config, epoch

    def __len__(self) -> int:
        return self._config.epoch_samples // self._config.batch

    def __getitem__(self, index: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Ink (batch, size, size, 1) float32 0 to 1, and labels (batch, classes) one-hot."""
        cv2.setNumThreads(1)  # the workers are the parallelism
        config = self._config
        rng = np.random.default_rng((config.seed, self._epoch, index))
        drawn = [self._ink.draw(rng) for _ in range(config.batch)]
        labels = np.eye(len(config.labels), dtype=np.float32)[[label for _, label in drawn]]
        return to_input(np.stack([framed for framed, _ in drawn])), labels


def to_input(frames: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Frames (n, size, size) uint8 as a network takes them: (n, size, size, 1), 0 to 1."""
    return np.asarray(frames[..., None] / np.float32(255), np.float32)
