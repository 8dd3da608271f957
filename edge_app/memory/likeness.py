"""Whether the ink of late is by the hand that is remembered.

Somebody else's habits are wrong for this ink, and one character says little about who wrote it;
the last thirty say much. What jamo a character has explains most of its features: a regression
on the remembered characters takes that away, and what is left, r, is the hand. With the mean m of
the last k, and the variances v of r among the remembered characters,

    t = k * sum(m^2 / v) / n                      n numbers of features

is 1 on average for the same hand, with a variance of 2 * sum(C^2) / n^2 for their correlations C
(that of a quadratic form of normal numbers). Strangers are several deviations above.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from itertools import islice

import numpy as np
import numpy.typing as npt

from edge_app import syllables
from edge_app.memory.habits import Experience
from edge_app.syllables import Floats

WINDOW = 30
"""Characters of late that are looked at."""

SAME, OTHER = 2.0, 4.0
"""Deviations above average up to which the hand is the same, and from which it is another."""

_LEAST_KNOWN = 100
"""Remembered characters below which nothing is known about the hand's variation."""

_STEADY = 3.0
"""Ridge of the regression: characters' worth of trust in the mean over all jamo."""

_BLOCK = 256
"""Characters that are looked at together: the arrays stay small however many there are."""

_SHAPE = tuple(map(len, syllables.JAMO.values()))
_STARTS = np.cumsum((0, *_SHAPE[:2]))
_ROWS = sum(_SHAPE) + 1


class Likeness:
    """The remembered hand, and the ink of late. Not thread-safe."""

    def __init__(self) -> None:
        self._late: deque[tuple[Floats, int]] = deque(maxlen=WINDOW)
        self._hand: _Hand | None = None
        self._known = 0

    def know(self, kept: Collection[Experience]) -> None:
        """Takes the remembered characters as the hand, once they are a twentieth more or fewer."""
        if abs(len(kept) - self._known) * 20 >= self._known:
            self._hand = _Hand(kept) if len(kept) >= _LEAST_KNOWN else None
            self._known = len(kept)

    def see(self, direction: Floats, answer: int) -> None:
        """Takes note of ink that was read.

        direction: (n,) its features, of length 1. answer: what the model took it for, as an index
        into `hangul.SYLLABLES`.
        """
        self._late.append((direction, answer))

    def share(self) -> float:
        """How much the ink of late is by the remembered hand, 0 to 1; 1 where nothing is known."""
        if self._hand is None or not self._late:
            return 1.0
        features, answers = zip(*self._late, strict=True)
        above = self._hand.deviations(np.stack(features), np.array(answers))
        return float(np.clip((OTHER - above) / (OTHER - SAME), 0, 1))


class _Hand:
    """What is usual for a hand, beyond what its jamo explain."""

    def __init__(self, kept: Collection[Experience]) -> None:
        # Sums of products over all characters: of the features x, the design D, and both.
        size = len(next(iter(kept)).features)
        xx, dx, dd = (np.zeros(shape) for shape in ((size, size), (_ROWS, size), (_ROWS, _ROWS)))
        rest = iter(kept)
        while some := list(islice(rest, _BLOCK)):
            x = np.stack([one.features for one in some]).astype(np.float64)
            design = np.zeros((len(some), _ROWS))
            np.put_along_axis(design, _columns(np.array([one.label for one in some])), 1, axis=1)
            xx += x.T @ x
            dx += design.T @ x
            dd += design.T @ design
        inverse = np.linalg.inv(dd + _STEADY * np.eye(_ROWS))
        self._means = inverse @ dx
        shared = dx.T @ self._means
        left = xx - shared - shared.T + self._means.T @ dd @ self._means
        free = len(kept) - float(np.trace(dd @ inverse))
        covariance = left / free
        self._variance = np.maximum(np.diag(covariance), 1e-6)
        scale = np.sqrt(self._variance)
        correlations = covariance / np.outer(scale, scale)
        self._deviation = float(np.sqrt(2 * (correlations**2).sum())) / x.shape[1]
        self._count = len(kept)

    def deviations(self, late: Floats, answers: npt.NDArray[np.int64]) -> float:
        """How many standard deviations ink is above what is usual.

        late: (k, n) its features. answers: (k,) what it says, as indices of syllables.
        """
        left = (late - self._means[_columns(answers)].sum(axis=1)).mean(axis=0)
        # The remembered mean is itself one of so many characters.
        spread = self._variance * (1 / len(late) + 1 / self._count)
        return float(((left**2 / spread).mean() - 1) / self._deviation)


def _columns(answers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Those of the regression for syllables (k,): (k, 4), their jamo, and that of the mean."""
    jamo = np.stack(np.unravel_index(answers, _SHAPE), axis=-1) + _STARTS
    return np.concatenate((jamo, np.full((len(jamo), 1), _ROWS - 1)), axis=-1)
