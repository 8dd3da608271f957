"""Figures of the jamo within answered syllables: nearly every miss is one of them."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from edge_app import hangul
from edge_app.syllables import JAMO
from train.measures import Answers


@lru_cache
def _table(labels: tuple[str, ...]) -> npt.NDArray[np.int64]:
    """(len(labels), 3): the jamo of each syllable."""
    return np.array([hangul.decompose(label) for label in labels], np.int64)


def name(place: str, jamo: int) -> str:
    """A jamo by its place and number there; the final that there is not is "none"."""
    return JAMO[place][jamo] or "none"


def by_place(answers: Answers) -> dict[str, float]:
    """The share of best answers with the right jamo in each place."""
    table = _table(answers.labels)
    right = (table[answers.top] == table[answers.truth]) & (answers.top >= 0)[:, np.newaxis]
    return dict(zip(JAMO, right.mean(axis=0).tolist(), strict=True))


def by_jamo(answers: Answers) -> dict[str, dict[str, dict[str, Any]]]:
    """For each place every jamo that was written: samples, and how often it was read right."""
    table = _table(answers.labels)
    given, true = table[answers.top], table[answers.truth]
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for column, place in enumerate(JAMO):
        right = (given[:, column] == true[:, column]) & (answers.top >= 0)
        count = np.bincount(true[:, column], minlength=len(JAMO[place]))
        hits = np.bincount(true[:, column], right, len(JAMO[place]))
        found[place] = {
            name(place, jamo): {"samples": int(n), "right": float(hits[jamo] / n)}
            for jamo, n in enumerate(count)
            if n
        }
    return found


def confusions(answers: Answers, most: int = 20) -> list[dict[str, Any]]:
    """The jamo that are most often taken for others: place, true jamo, answer, inks.

    inks: the numbers of the inks, in order. An ink with two wrong jamo is in two of them.
    """
    table = _table(answers.labels)
    inks: dict[tuple[str, int, int], list[int]] = {}
    for ink in np.flatnonzero(~answers.right & (answers.top >= 0)).tolist():
        pair = table[answers.truth[ink]], table[answers.top[ink]]
        for place, true, given in zip(JAMO, *pair, strict=True):
            if true != given:
                inks.setdefault((place, int(true), int(given)), []).append(ink)
    ordered = Counter({key: len(some) for key, some in inks.items()}).most_common(most)
    return [
        {
            "place": place,
            "true": name(place, true),
            "answer": name(place, given),
            "count": count,
            "inks": inks[place, true, given],
        }
        for (place, true, given), count in ordered
    ]
