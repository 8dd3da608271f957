"""Logits to probabilities."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def log_sum_exp(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Logarithm of the sum of exp(logits) over the last axis, which stays, with length 1."""
    most = logits.max(axis=-1, keepdims=True)
    return np.asarray(most + np.log(np.exp(logits - most).sum(axis=-1, keepdims=True)), np.float32)


def softmax(
    logits: npt.NDArray[np.float32],
    temperature: float = 1.0,
    total: npt.NDArray[np.float32] | float = 1.0,
) -> npt.NDArray[np.float32]:
    """Probabilities over the last axis of logits divided by temperature.

    total: what they sum to, if not to 1: (..., 1).
    """
    scaled = logits / np.float32(temperature)
    scaled -= scaled.max(axis=-1, keepdims=True)
    powers = np.exp(scaled, out=scaled)
    powers *= np.asarray(total, np.float32) / powers.sum(axis=-1, keepdims=True)
    return np.asarray(powers, np.float32)


def sigmoid(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The probability that belongs to each logit of a yes or no; bears any finite logit."""
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * logits), np.float32)
