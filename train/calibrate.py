"""Numbers that make honest scores of a trained network's logits; fitted on validation ink."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from edge_app import syllables
from edge_app.syllables import Combination

Floats = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]

PLAIN = Combination(jamo=0.5, syllable=0.5, prior=0.0, temperature=1.0, valid_temperature=1.0)
"""What weighs the heads before anything is fitted."""

_ROWS = 256
"""Inks ranked at a time: 11,172 log-scores each would fill the memory."""

_MOST_FITTED = 1000
"""Inks that a combination is fitted on at most."""

_SHARES = np.linspace(0.0, 1.0, 11)
"""Weights of the jamo heads that are tried; the syllable head has the rest."""


def losses(logits: Floats, labels: Labels, temperature: float = 1.0) -> Floats:
    """-log p of each of the true labels (n,) under the softmax of logits (n, m): (n,)."""
    scaled = logits / temperature
    top = scaled.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(scaled - top).sum(axis=1)) + top[:, 0]
    return np.asarray(log_sum - scaled[np.arange(len(labels)), labels])


def cross_entropy(logits: Floats, labels: Labels, temperature: float = 1.0) -> float:
    """Mean of -log p of the true labels (n,) under the softmax of logits (n, m)."""
    return float(losses(logits, labels, temperature).mean())


def fit_temperature(logits: Floats, labels: Labels, steps: int = 200) -> float:
    """The temperature under which logits give the likeliest probabilities (Guo et al. 2017).

    steps: how many are tried, from 1/4 to 4.
    """
    candidates = np.exp(np.linspace(np.log(0.25), np.log(4.0), steps))
    losses = [cross_entropy(logits, labels, float(t)) for t in candidates]
    return float(candidates[int(np.argmin(losses))])


def best(heads: Mapping[str, Floats], combination: Combination, labels: str, k: int = 1) -> Labels:
    """The k best syllables of the set `labels`, best first, (n, k) indices into it."""
    found = [np.zeros((0, k), np.int64)]
    for start in range(0, len(heads["valid"]), _ROWS):
        some = {name: logits[start : start + _ROWS] for name, logits in heads.items()}
        ranked = syllables.log_scores(some, combination, labels)
        found.append(np.argsort(-ranked, axis=1, kind="stable")[:, :k])
    return np.concatenate(found)


def syllable_loss(
    heads: Mapping[str, Floats], combination: Combination, labels: str, truth: Labels
) -> float:
    """Mean of -log p of the true syllables (n,), indices into the set `labels`."""
    total = 0.0
    for start in range(0, len(truth), _ROWS):
        some = {name: logits[start : start + _ROWS] for name, logits in heads.items()}
        ranked = syllables.log_scores(some, combination, labels)
        mine = truth[start : start + _ROWS]
        total += len(mine) * cross_entropy(ranked, mine, combination.temperature)
    return total / len(truth)


def fit_combination(
    heads: Mapping[str, Floats], labels: str, truth: Labels, none: Floats
) -> Combination:
    """The combination under which the true answers are likeliest, or hardly less likely.

    heads: logits of syllables; truth: (n,) which, indices into the set `labels`. none: (m, 1)
    logits of the head "valid" for ink that is no syllable. The weights of the jamo and of the
    syllable head sum to 1, as their scale is the temperature's.

    The jamo heads get the largest weight whose loss is within one standard error of the least,
    by pairs of the same ink: they alone tell the rare syllables from each other, which people
    hardly ever write, so that nothing here speaks for them. (The rule of one standard error:
    L. Breiman and others, "Classification and regression trees", 1984, 3.4.3.)
    """
    chosen = np.unique(np.linspace(0, len(truth) - 1, _MOST_FITTED, dtype=int))
    some, right = {name: logits[chosen] for name, logits in heads.items()}, truth[chosen]
    tried = [replace(PLAIN, jamo=share, syllable=1.0 - share) for share in _SHARES.tolist()]
    each = []
    for one in tried:
        ranked = syllables.log_scores(some, one, labels)
        # A coarse search: the fine one is worth its time for the winner only.
        each.append(losses(ranked, right, fit_temperature(ranked, right, 12)))
    behind = np.array(each) - min(each, key=np.mean)
    as_good = behind.mean(axis=1) <= behind.std(axis=1) / np.sqrt(len(right))
    found = tried[int(np.flatnonzero(as_good)[-1])]  # their weights of the jamo heads ascend
    ranked = syllables.log_scores(some, found, labels)
    valid = np.concatenate([heads["valid"], none])
    known = np.repeat(np.array([1, 0], np.int64), (len(truth), len(none)))
    return replace(
        found,
        temperature=fit_temperature(ranked, right, 60),
        # The softmax of 0 and x is the sigmoid of x.
        valid_temperature=fit_temperature(np.concatenate([0 * valid, valid], axis=1), known),
    )
