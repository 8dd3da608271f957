"""Figures computed from answers; no model, no files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from edge_app.bundle import MODEL_FILE
from edge_app.ink import Stroke
from edge_app.recognizer import Recognizer
from train.data import Sample

KEPT = 3
"""Answers to each ink that are measured: what the pad shows."""

BINS = 15
"""Bins of the calibration error."""

Weights = npt.NDArray[np.float64]
WORST = 10
"""Writers that are listed, those read worst first."""


@dataclass(frozen=True)
class Answers:
    """What a recogniser answered to a number of labelled inks."""

    labels: tuple[str, ...]
    """The recogniser's labels."""
    truth: npt.NDArray[np.int64]
    """(n,) index of the true label."""
    best: npt.NDArray[np.int64]
    """(n, `KEPT`) indices of the best labels, best first; -1 where there was no answer."""
    scores: npt.NDArray[np.float32]
    """(n, `KEPT`) their probabilities."""

    @classmethod
    def of(
        cls,
        labels: tuple[str, ...],
        truth: npt.NDArray[np.int64],
        scores: npt.NDArray[np.float32],
    ) -> Answers:
        """The best of probabilities (n, len(labels)), where a row of zeros means no ink found.

        Ties go to the lower index. No more is kept: of 11,172 syllables it would fill the memory.
        """
        # Some passes: sorting all of 11,172 would take longer than all the rest.
        left, found = scores.copy(), []
        for _ in range(min(KEPT, scores.shape[1])):
            found.append(left.argmax(axis=1, keepdims=True))
            np.put_along_axis(left, found[-1], -np.inf, axis=1)
        best = np.concatenate(found, axis=1)
        kept = np.take_along_axis(scores, best, axis=1)
        return cls(labels, truth, np.where(scores.any(axis=1, keepdims=True), best, -1), kept)

    def where(self, chosen: npt.NDArray[np.bool_]) -> Answers:
        """The answers to some of the inks."""
        return Answers(self.labels, self.truth[chosen], self.best[chosen], self.scores[chosen])

    @property
    def top(self) -> npt.NDArray[np.int64]:
        """(n,) index of the best label, -1 where there was no answer."""
        return self.best[:, 0]

    @property
    def right(self) -> npt.NDArray[np.bool_]:
        """(n,) whether the best answer is the true one."""
        return np.equal(self.top, self.truth)

    def name(self, index: int) -> str:
        """The label of an index of `top` or `truth`."""
        return "nothing" if index < 0 else self.labels[index]


def answer(
    recognizer: Recognizer,
    inks: Iterable[Sequence[Stroke] | npt.NDArray[np.uint8]],
    labels: Iterable[str],
) -> Answers:
    """Asks the recogniser about every ink. Raises ValueError for a label that it does not know."""
    index = {label: i for i, label in enumerate(recognizer.labels)}
    truth, scores = [], []
    nothing = np.zeros(len(index), np.float32)
    for ink, label in zip(inks, labels, strict=True):
        if label not in index:
            raise ValueError(f"the model has no label {label!r}")
        found = recognizer.scores(ink)
        truth.append(index[label])
        scores.append(nothing if found is None else found)
    if not truth:
        raise ValueError("there is no ink to measure on")
    return Answers.of(recognizer.labels, np.asarray(truth, np.int64), np.stack(scores))


def accuracy(answers: Answers, k: int = 1, weights: Weights | None = None) -> float:
    """Share (0 to 1) of inks whose true label is among the k best, k at most `KEPT`.

    weights: (n,) what each ink counts; all alike by default.
    """
    right = (answers.best[:, :k] == answers.truth[:, None]).any(axis=1)
    return float(np.average(right, weights=weights))


def reliability(answers: Answers, weights: Weights | None = None) -> list[dict[str, float]]:
    """How sure the best scores were and how often right, in `BINS` bins of equal width.

    Of each bin that is not empty: "low" and "high", its limits; "share" of all inks; "score",
    their mean best score; "right", their share of right answers.
    """
    confidence = answers.scores.max(axis=1).astype(np.float64)
    counts = np.ones(len(confidence)) if weights is None else weights
    bins = np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
    total, sure, right = (
        np.bincount(bins, counts * value, BINS) for value in (1.0, confidence, answers.right)
    )
    return [
        {
            "low": number / BINS,
            "high": (number + 1) / BINS,
            "share": float(total[number] / total.sum()),
            "score": float(sure[number] / total[number]),
            "right": float(right[number] / total[number]),
        }
        for number in np.flatnonzero(total).tolist()
    ]


def calibration_error(answers: Answers, weights: Weights | None = None) -> float:
    """Expected calibration error of the best score, 0 to 1, over `BINS` bins of equal width.

    C. Guo et al., "On calibration of modern neural networks", ICML 2017, equation 3.
    """
    bins = reliability(answers, weights)
    return sum(one["share"] * abs(one["right"] - one["score"]) for one in bins)


def as_written(answers: Answers, frequencies: Weights) -> Weights:
    """What each ink counts (n,) where labels are to count as often as they are written.

    frequencies: of the labels, in any unit. Inks of one label share what that counts.
    """
    inks = np.bincount(answers.truth, minlength=len(answers.labels))
    return frequencies[answers.truth] / inks[answers.truth]


def effective(weights: Weights) -> float:
    """How many inks that all count alike would say as much as these (L. Kish, 1965)."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def confusions(answers: Answers, most: int = 10) -> list[dict[str, Any]]:
    """The most frequent wrong answers: true label, answer, how often."""
    wrong = ~answers.right
    pairs = Counter(zip(answers.truth[wrong].tolist(), answers.top[wrong].tolist(), strict=True))
    ordered = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))[:most]
    return [
        {"true": answers.name(true), "answer": answers.name(given), "count": count}
        for (true, given), count in ordered
    ]


def by_group(answers: Answers, groups: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Inks and accuracy of every group, in the groups' alphabetical order."""
    names, member = np.unique(np.asarray(groups), return_inverse=True)
    count = np.bincount(member)
    among = (answers.best == answers.truth[:, None]).any(axis=1)
    top1, top3 = (np.bincount(member, right) / count for right in (answers.right, among))
    return {
        str(name): {"samples": int(n), "top1": float(first), "top3": float(third)}
        for name, n, first, third in zip(names, count, top1, top3, strict=True)
    }


def about(recognizer: Recognizer) -> dict[str, Any]:
    """What an evaluation says of the model directory that it measures."""
    model = recognizer.directory / MODEL_FILE
    return {
        "model": {
            "name": recognizer.bundle.name,
            "path": str(recognizer.directory),
            "bytes": model.stat().st_size,
            "quantization": recognizer.bundle.quantization,
            "sha256": recognizer.bundle.sha256,
        },
        "runtime": recognizer.runtime,
    }


def by_writer(answers: Answers, samples: Sequence[Sample]) -> dict[str, Any]:
    """`summary` and figures by writer, as some write far more than others, and by collection."""
    writers = by_group(answers, [f"{sample.source}/{sample.writer}" for sample in samples])
    worst = sorted(writers.items(), key=lambda item: item[1]["top1"])[:WORST]
    return {
        **summary(answers),
        "writers": len(writers),
        "top1_mean_of_writers": float(np.mean([one["top1"] for one in writers.values()])),
        "by": {
            "collection": by_group(answers, [sample.source for sample in samples]),
            "worst writers": dict(worst),
        },
    }


def summary(answers: Answers) -> dict[str, Any]:
    """The figures that every part of an evaluation shows."""
    return {
        "samples": len(answers.truth),
        "top1": accuracy(answers),
        "top3": accuracy(answers, 3),
        "calibration_error": calibration_error(answers),
        "confusions": confusions(answers),
        "misses": [
            {
                "index": int(i),
                "true": answers.name(answers.truth[i]),
                "answer": answers.name(answers.top[i]),
                "score": float(answers.scores[i].max()),
            }
            for i in np.flatnonzero(~answers.right)
        ],
    }
