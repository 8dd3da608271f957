"""Whether the ink of late is by the hand that is remembered.

Somebody else's habits are wrong for this ink, and one character says little about who wrote it;
the last twenty say much. What jamo a character has explains most of its features: a regression
on the remembered characters takes that away, and what is left, r, is the hand. With the mean m of
the last k, and the variances v of r among the remembered characters,

    t = k * sum(m^2 / v) / n                      n numbers of features

is 1 on average for the same hand, with a variance of 2 * sum(C^2) / n^2 for their correlations C
(that of a quadratic form of normal numbers). Strangers are several deviations above.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from edge_app import syllables
from edge_app.memory.habits import Experience
from edge_app.syllables import Floats

WINDOW = 20
"""Characters of late that are looked at."""

SAME, OTHER = 2.0, 6.0
"""Deviations above average up to which the hand is the same, and from which it is another."""

_LEAST_KNOWN = 100
"""Remembered characters below which nothing is known about the hand's variation."""

_STEADY = 3.0
"""Ridge of the regression: characters' worth of trust in the mean over all jamo."""

_SHAPE = tuple(map(len, syllables.JAMO.values()))
_STARTS = np.cumsum((0, *_SHAPE[:2]))
_ROWS = sum(_SHAPE) + 1


class Likeness:
    """The remembered hand, and the ink of late. Not thread-safe."""

    def __init__(self) -> None:
        self._late: deque[tuple[Floats, npt.NDArray[np.intp]]] = deque(maxlen=WINDOW)
        self._hand: _Hand | None = None

    def know(self, kept: Sequence[Experience]) -> None:
        """Takes the remembered characters as the hand."""
        self._hand = _Hand(kept) if len(kept) >= _LEAST_KNOWN else None

    def see(self, direction: Floats, answer: int) -> None:
        """Takes note of ink that was read.

        direction: (n,) its features, of length 1. answer: what the model took it for, as an index
        into `hangul.SYLLABLES`.
        """
        self._late.append((direction, _rows(answer)))

    def share(self) -> float:
        """How much the ink of late is by the remembered hand, 0 to 1; 1 where nothing is known."""
        if self._hand is None or not self._late:
            return 1.0
        above = self._hand.deviations([*self._late])
        return float(np.clip((OTHER - above) / (OTHER - SAME), 0, 1))


class _Hand:
    """What is usual for a hand, beyond what its jamo explain."""

    def __init__(self, kept: Sequence[Experience]) -> None:
        x = np.stack([one.features for one in kept]).astype(np.float64)
        design = np.zeros((len(kept), _ROWS))
        for row, one in zip(design, kept, strict=True):
            row[_rows(one.label)] = 1
        square = design.T @ design
        inverse = np.linalg.inv(square + _STEADY * np.eye(_ROWS))
        self._means = inverse @ (design.T @ x)
        left = x - design @ self._means
        free = len(kept) - float(np.trace(square @ inverse))
        covariance = left.T @ left / free
        self._variance = np.maximum(np.diag(covariance), 1e-6)
        scale = np.sqrt(self._variance)
        correlations = covariance / np.outer(scale, scale)
        self._deviation = float(np.sqrt(2 * (correlations**2).sum())) / x.shape[1]
        self._count = len(kept)

    def deviations(self, late: Sequence[tuple[Floats, npt.NDArray[np.intp]]]) -> float:
        """How many standard deviations the ink of late is above what is usual."""
        left = np.mean([x - self._means[rows].sum(axis=0) for x, rows in late], axis=0)
        # The remembered mean is itself one of so many characters.
        spread = self._variance * (1 / len(late) + 1 / self._count)
        return float(((left**2 / spread).mean() - 1) / self._deviation)


def _rows(answer: int) -> npt.NDArray[np.intp]:
    """The columns of the regression for a syllable: its jamo, and that of the mean."""
    return np.array([*(np.array(np.unravel_index(answer, _SHAPE)) + _STARTS), _ROWS - 1])
