"""What a person's accepted characters teach: a correction of the model's scores.

The model's heads are linear in its features x, so what is peculiar about a hand can be too. With
the model's score p(s) of a syllable s, and its three jamo j in s,

    p'(s)  ~  p(s) * exp(g * (sum over j in s of W[j] . u  +  e(s)))      u = x / |x|

W, one row for each jamo of each place, is the maximum a posteriori of a logistic regression on
what was accepted, with a normal prior of precision `PRECISION` around 0: W makes the accepted
syllables likely, a habit learned in one carries over to every syllable with that jamo, and with
nothing remembered nothing changes. The problem is convex: in whatever order characters are
learned, W ends in the same place but for the last steps towards it.

e(s) remembers single syllables: each accepted one that the model was not sure of pulls ink like
it towards what it was and away from what it was taken for, as the neighbours in a kernel smoother
do. g is how much the ink of late is by the same hand: see `edge_app.memory.likeness`.

The sum of the scores, which is the chance that the ink is a syllable at all, stays as it was.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from edge_app import hangul, syllables
from edge_app.logits import softmax
from edge_app.syllables import Floats

CAPACITY = 2000
"""Characters that are remembered at once, the newest; about 3 MB of them."""

PRECISION = 0.3
"""Of the normal prior of every number in W: higher values change less."""

CANDIDATES = 12
"""Answers of each character that fitting looks at, the likeliest and the accepted one."""

STEPS_AT_ONCE, STEPS_EACH = 60, 5
"""Steps of fitting after many changes, and after one more character."""

_NEAR, _FEW, _PULL = 25.0, 0.3, 6.0
"""e(s): how fast likeness falls with the angle between features, how many neighbours' worth of
doubt there is, and how far, in nats, a corrected syllable is pulled at most."""

_STEPS_BETWEEN, _DOUBTFUL = 20, 0.002
"""Steps after which it is found out anew which characters are doubtful, and from which error."""

_LEAST = 1e-9
"""Scores below it count as this."""

_SHAPE = tuple(map(len, syllables.JAMO.values()))
_STARTS = np.cumsum((0, *_SHAPE[:2]))
_ROWS, _PLACES = sum(_SHAPE), len(_SHAPE)


@dataclass(frozen=True)
class Experience:
    """One accepted character, as the model saw it."""

    features: Floats
    """(n,) of length 1."""
    answers: npt.NDArray[np.int16]
    """(CANDIDATES,) the model's likeliest answers, as indices into `hangul.SYLLABLES`, best first;
    the accepted one is among them."""
    log_scores: Floats
    """(CANDIDATES,) natural logarithms of the model's scores."""
    label: int
    """The accepted syllable, as such an index."""

    @classmethod
    def of(
        cls, features: Floats, scores: Floats, codes: npt.NDArray[Any], label: str
    ) -> Experience:
        """What is remembered of a character.

        features: (n,) of the model. scores: (m,) of its labels. codes: (m,) those labels as
        indices into `hangul.SYLLABLES`. label: a syllable, which need not be among them.
        """
        number = hangul.SYLLABLES.index(label)
        best = np.argpartition(-scores, CANDIDATES)[:CANDIDATES]
        best = best[np.argsort(-scores[best], kind="stable")]
        answers, values = codes[best].astype(np.int16), scores[best]
        if number not in answers:
            answers[-1] = number
            values[-1] = scores[codes == number].sum()
        return cls(unit(features), answers, np.log(np.maximum(values, _LEAST)), number)


def unit(features: Floats) -> Floats:
    """Features (n,) scaled to length 1; zeros stay zeros."""
    length = np.linalg.norm(features)
    return np.asarray(features / length if length else features, np.float32)


class Habits:
    """What was learned, ready to correct what is read. Not thread-safe."""

    def __init__(self, capacity: int = CAPACITY, precision: float = PRECISION) -> None:
        self._capacity, self._precision = capacity, np.float32(precision)
        self._kept: dict[int, Experience] = {}
        self._changes = 0
        self._arrays: _Arrays | None = None
        self._weights: Floats | None = None

    def __len__(self) -> int:
        return len(self._kept)

    def learn(self, key: int, experience: Experience) -> None:
        """Remembers a character under a key; beyond the capacity the first learned goes.

        Raises ValueError for features of another length than before.
        """
        first = next(iter(self._kept.values()), experience)
        if first.features.shape != experience.features.shape:
            raise ValueError(
                f"features have the length {experience.features.size}, before {first.features.size}"
            )
        self._kept[key] = experience
        if len(self._kept) > self._capacity:
            del self._kept[next(iter(self._kept))]
        self._changes += 1

    def forget(self, key: int) -> None:
        """Unlearns what was learned under a key, if anything was."""
        if self._kept.pop(key, None) is not None:
            self._changes += STEPS_AT_ONCE  # what it taught must go altogether

    def clear(self) -> None:
        """Unlearns all."""
        self._kept.clear()
        self._changes, self._arrays, self._weights = 0, None, None

    def numbers(self) -> list[int]:
        """The keys of what is remembered, in the order of `experiences`."""
        return list(self._kept)

    def experiences(self) -> list[Experience]:
        """What is remembered, first learned first."""
        return list(self._kept.values())

    def jamo(self, features: Floats) -> Floats:
        """What W says of features (n,): in nats for each jamo, those of the places end to end."""
        self._fit()
        if self._weights is None:
            return np.zeros(_ROWS, np.float32)
        return unit(features) @ self._weights

    def rerank(
        self, features: Floats, scores: Floats, codes: npt.NDArray[Any], share: float = 1.0
    ) -> Floats:
        """Scores (m,) of the labels codes (m,), corrected; their sum stays.

        share: g, 0 to 1, how much of the correction is applied. The rest is as for
        `Experience.of`.
        """
        if not self._kept or not share:
            return scores
        initial, medial, final = np.split(self.jamo(features), _STARTS[1:])
        pairs = initial[:, np.newaxis] + medial
        gain = (pairs[:, :, np.newaxis] + final).ravel()
        numbers, pulls = self._pulls(unit(features))
        np.add.at(gain, numbers, pulls)
        gain = np.float32(share) * gain[codes]
        raised = scores * np.exp(gain - gain.max())
        total = raised.sum()
        return np.asarray(raised * (scores.sum() / total), np.float32) if total > 0 else scores

    def rejudge(
        self, features: Floats, jamo: dict[str, Floats], share: float = 1.0
    ) -> dict[str, Floats]:
        """The probabilities of each place's jamo, by `syllables.JAMO`, corrected by W alone."""
        gains = np.split(np.float32(share) * self.jamo(features), _STARTS[1:])
        return {
            place: softmax(np.log(np.maximum(jamo[place], _LEAST)) + gain)
            for place, gain in zip(syllables.JAMO, gains, strict=True)
        }

    def _pulls(self, direction: Floats) -> tuple[npt.NDArray[Any], Floats]:
        """e(s), as indices into `hangul.SYLLABLES` and what each gains; indices may repeat."""
        arrays = self._fit()
        near = np.exp(np.float32(_NEAR) * (arrays.features @ direction - 1))
        pull = np.float32(_PULL) * near * arrays.doubt / (np.float32(_FEW) + near.sum())
        mistaken = arrays.answers[:, 0] != arrays.labels
        numbers = np.concatenate((arrays.labels, arrays.answers[mistaken, 0]))
        return numbers, np.concatenate((pull, -pull[mistaken]))

    def _fit(self) -> _Arrays:
        """Brings W up to what is remembered, as far as the steps allow."""
        if self._arrays is None or self._changes:
            self._arrays = _Arrays.of(self.experiences())
            steps = min(STEPS_AT_ONCE, STEPS_EACH * self._changes)
            self._weights = _climb(self._arrays, self._weights, self._precision, steps)
            self._changes = 0
        return self._arrays


@dataclass(frozen=True)
class _Arrays:
    """All experiences, k of them, end to end."""

    features: Floats
    """(k, n)"""
    answers: npt.NDArray[np.int64]
    """(k, CANDIDATES)"""
    log_scores: Floats
    """(k, CANDIDATES)"""
    labels: npt.NDArray[np.int64]
    """(k,)"""
    right: Floats
    """(k, CANDIDATES) 1 for the accepted answer, else 0."""
    cells: npt.NDArray[np.int64]
    """(k, CANDIDATES, 3) where in an array (k, rows of W), end to end, each answer's jamo are."""
    doubt: Floats
    """(k,) how unlikely the model thought what was accepted, 0 to 1."""

    @classmethod
    def of(cls, kept: list[Experience]) -> _Arrays:
        if not kept:
            empty = np.zeros((0, CANDIDATES), np.int64)
            cells, floats = np.zeros((0, CANDIDATES, _PLACES), np.int64), empty.astype(np.float32)
            return cls(floats[:, :0], empty, floats, empty[:, 0], floats, cells, floats[:, 0])
        answers = np.stack([one.answers for one in kept]).astype(np.int64)
        cells = np.stack(np.unravel_index(answers, _SHAPE), axis=-1) + _STARTS
        cells += (_ROWS * np.arange(len(kept)))[:, np.newaxis, np.newaxis]
        log_scores = np.stack([one.log_scores for one in kept])
        labels = np.array([one.label for one in kept])
        right = np.asarray(answers == labels[:, np.newaxis], np.float32)
        doubt = 1 - (softmax(log_scores) * right).sum(axis=1)
        features = np.stack([one.features for one in kept])
        return cls(features, answers, log_scores, labels, right, cells, doubt)

    def where(self, chosen: npt.NDArray[np.bool_]) -> _Arrays:
        """Some of the experiences."""
        moved = _ROWS * (np.flatnonzero(chosen) - np.arange(np.count_nonzero(chosen)))
        some = {field.name: getattr(self, field.name)[chosen] for field in fields(self)}
        some["cells"] = some["cells"] - moved[:, np.newaxis, np.newaxis]
        return _Arrays(**some)


def _climb(
    arrays: _Arrays, start: Floats | None, precision: np.float32, steps: int
) -> Floats | None:
    """W (n, rows) after some steps of accelerated gradient ascent from where it was.

    Source: Y. Nesterov, "A method of solving a convex programming problem with convergence rate
    O(1/k^2)", Soviet Math. Dokl. 27 (1983), 372-376.
    """
    count = len(arrays.features)
    if not count:
        return None
    weights = start
    if weights is None:
        weights = np.zeros((arrays.features.shape[1], _ROWS), np.float32)
    # Features have the length 1, so the curvature is at most in the order of half their number.
    length = np.float32(1 / (precision + 0.5 * count))
    for first in range(0, steps, _STEPS_BETWEEN):
        # What is answered right beyond doubt pulls nowhere: most of what a person writes.
        doubtful = _missing(arrays, weights).max(axis=1) > _DOUBTFUL
        some, ahead = arrays.where(doubtful), weights
        for step in range(min(_STEPS_BETWEEN, steps - first)):
            cells = some.cells
            parts = np.repeat(_missing(some, ahead).ravel(), _PLACES)
            pull = np.bincount(cells.ravel(), parts, len(cells) * _ROWS).astype(np.float32)
            pulled = some.features.T @ pull.reshape(-1, _ROWS)
            climbed = np.asarray(ahead + length * (pulled - precision * ahead), np.float32)
            ahead = np.asarray(climbed + step / (step + 3) * (climbed - weights), np.float32)
            weights = climbed
    return weights


def _missing(arrays: _Arrays, weights: Floats) -> Floats:
    """What each answer's probability, (k, CANDIDATES), misses to what was accepted."""
    gains = (arrays.features @ weights).ravel()[arrays.cells].sum(axis=-1)
    return np.asarray(arrays.right - softmax(arrays.log_scores + gains), np.float32)
