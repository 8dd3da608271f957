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

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from edge_app import hangul, syllables
from edge_app.logits import softmax
from edge_app.syllables import Floats

CAPACITY = 2000
"""Characters that are remembered at once, the newest; 0.7 kB each, with 128 features."""

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

_BLOCK = 256
"""Characters that fitting looks at together: its arrays stay small however many there are."""

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
        self._kept, self._precision = _Table(capacity), np.float32(precision)
        self._changes = 0
        self._weights: Floats | None = None

    def __len__(self) -> int:
        return len(self._kept)

    def learn(self, key: int, experience: Experience) -> None:
        """Remembers a character under a key; beyond the capacity the first learned goes.

        Raises ValueError for features of another length than before.
        """
        self._kept.put(key, experience)
        self._changes += 1

    def forget(self, key: int) -> None:
        """Unlearns what was learned under a key, if anything was."""
        if self._kept.drop(key):
            self._changes += STEPS_AT_ONCE  # what it taught must go altogether

    def clear(self) -> None:
        """Unlearns all."""
        self._kept.clear()
        self._changes, self._weights = 0, None

    def numbers(self) -> list[int]:
        """The keys of what is remembered, in the order of `experiences`."""
        return list(self._kept)

    def experiences(self) -> Collection[Experience]:
        """What is remembered, first learned first, as it is when it is looked at."""
        return self._kept.values()

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
        if not len(self._kept) or not share:
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
        kept, some = self._kept, slice(len(self._kept))
        near = np.exp(np.float32(_NEAR) * (kept.features[some] @ direction - 1))
        pull = np.float32(_PULL) * near * kept.doubt[some] / (np.float32(_FEW) + near.sum())
        labels, taken_for = kept.labels[some], kept.answers[some, 0]
        mistaken = taken_for != labels
        numbers = np.concatenate((labels, taken_for[mistaken]))
        return numbers, np.concatenate((pull, -pull[mistaken]))

    def _fit(self) -> None:
        """Brings W up to what is remembered, as far as the steps allow."""
        if self._changes:
            steps = min(STEPS_AT_ONCE, STEPS_EACH * self._changes)
            self._weights = _climb(self._kept, self._weights, self._precision, steps)
            self._changes = 0


class _Table(Mapping[int, Experience]):
    """Experiences under their keys, end to end in room for so many and no more.

    Once that is full nothing grows any more, nor is memory left in pieces: a new one takes the
    place of the first. The rows in use come first, in no order; the keys are, first put first.
    """

    def __init__(self, capacity: int) -> None:
        self._rows: dict[int, int] = {}
        self._allocate(capacity, 0)

    def _allocate(self, capacity: int, size: int) -> None:
        """size: numbers of features, n."""
        self.features = np.empty((capacity, size), np.float32)
        """(capacity, n) and the others alike: fields of `Experience`, and what follows of them."""
        self.answers = np.empty((capacity, CANDIDATES), np.int16)
        self.log_scores = np.empty((capacity, CANDIDATES), np.float32)
        self.labels = np.empty(capacity, np.int16)
        self.jamo = np.empty((capacity, _PLACES, CANDIDATES), np.uint8)
        """The rows of W that are each answer's jamo."""
        self.doubt = np.empty(capacity, np.float32)
        """How unlikely the model thought what was accepted, 0 to 1."""

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[int]:
        return iter(self._rows)

    def __getitem__(self, key: int) -> Experience:
        """A copy."""
        row = self._rows[key]
        return Experience(
            self.features[row].copy(),
            self.answers[row].copy(),
            self.log_scores[row].copy(),
            int(self.labels[row]),
        )

    def put(self, key: int, one: Experience) -> None:
        """Keeps one, if need be in the place of the first. Raises ValueError for other features."""
        if not self._rows:
            self._allocate(len(self.labels), len(one.features))
        if one.features.shape != self.features.shape[1:]:
            raise ValueError(
                f"features have the length {one.features.size}, before {self.features.shape[1]}"
            )
        row = self._rows.get(key, len(self._rows))
        if row == len(self.labels):
            row = self._rows.pop(next(iter(self._rows)))
        self._rows[key] = row
        self.features[row], self.answers[row] = one.features, one.answers
        self.log_scores[row], self.labels[row] = one.log_scores, one.label
        self.jamo[row] = np.stack(np.unravel_index(one.answers, _SHAPE)) + _STARTS[:, np.newaxis]
        self.doubt[row] = 1 - softmax(one.log_scores)[one.answers == one.label].sum()

    def drop(self, key: int) -> bool:
        """Removes what is kept under a key; whether there was anything."""
        row, last = self._rows.pop(key, None), len(self._rows)
        if row is None:
            return False
        if row != last:  # the last one moves into the gap
            mover = next(other for other, place in self._rows.items() if place == last)
            self._rows[mover] = row
            for column in (self.features, self.answers, self.log_scores, self.jamo):
                column[row] = column[last]
            for numbers in (self.labels, self.doubt):
                numbers[row] = numbers[last]
        return True

    def clear(self) -> None:
        """Removes all."""
        self._rows.clear()

    def block(self, rows: npt.NDArray[np.intp]) -> _Block:
        """Some of them, for fitting."""
        right = np.asarray(self.answers[rows] == self.labels[rows, np.newaxis], np.float32)
        cells = self.jamo[rows] + (_ROWS * np.arange(len(rows)))[:, np.newaxis, np.newaxis]
        return _Block(self.features[rows], self.log_scores[rows], right, cells)


@dataclass(frozen=True)
class _Block:
    """Some experiences, k of them."""

    features: Floats
    """(k, n)"""
    log_scores: Floats
    """(k, CANDIDATES)"""
    right: Floats
    """(k, CANDIDATES) 1 for the accepted answer, else 0."""
    cells: npt.NDArray[np.int64]
    """(k, 3, CANDIDATES) where in an array (k, rows of W), end to end, each answer's jamo are."""

    def missing(self, weights: Floats) -> Floats:
        """What each answer's probability, (k, CANDIDATES), misses to what was accepted."""
        gains = (self.features @ weights).ravel()[self.cells].sum(axis=1)
        return np.asarray(self.right - softmax(self.log_scores + gains), np.float32)

    def pull(self, weights: Floats) -> Floats:
        """Where they pull W, (n, rows)."""
        parts = np.repeat(self.missing(weights), _PLACES, axis=0).ravel()
        pull = np.bincount(self.cells.ravel(), parts, len(self.cells) * _ROWS).astype(np.float32)
        return self.features.T @ pull.reshape(-1, _ROWS)


def _climb(kept: _Table, start: Floats | None, precision: np.float32, steps: int) -> Floats | None:
    """W (n, rows) after some steps of accelerated gradient ascent from where it was.

    Source: Y. Nesterov, "A method of solving a convex programming problem with convergence rate
    O(1/k^2)", Soviet Math. Dokl. 27 (1983), 372-376.
    """
    if not len(kept):
        return None
    weights = start
    if weights is None:
        weights = np.zeros((kept.features.shape[1], _ROWS), np.float32)
    # Features have the length 1, so the curvature is at most in the order of half their number.
    length = np.float32(1 / (precision + 0.5 * len(kept)))
    for first in range(0, steps, _STEPS_BETWEEN):
        # What is answered right beyond doubt pulls nowhere: most of what a person writes.
        doubtful = np.concatenate(
            [
                rows[kept.block(rows).missing(weights).max(axis=1) > _DOUBTFUL]
                for rows in _blocks(np.arange(len(kept)))
            ]
        )
        ahead = weights
        for step in range(min(_STEPS_BETWEEN, steps - first)):
            pulled = -precision * ahead
            for rows in _blocks(doubtful):
                pulled += kept.block(rows).pull(ahead)
            climbed = np.asarray(ahead + length * pulled, np.float32)
            ahead = np.asarray(climbed + step / (step + 3) * (climbed - weights), np.float32)
            weights = climbed
    return weights


def _blocks(rows: npt.NDArray[np.intp]) -> Iterator[npt.NDArray[np.intp]]:
    return (rows[first : first + _BLOCK] for first in range(0, len(rows), _BLOCK))
