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
        best = np.argsort(-scores, axis=1, kind="stable")[:, :KEPT]
        kept = np.take_along_axis(scores, best, axis=1)
        return cls(labels, truth, np.where(scores.any(axis=1, keepdims=True), best, -1), kept)

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


def accuracy(answers: Answers, k: int = 1) -> float:
    """Share (0 to 1) of inks whose true label is among the k best, k at most `KEPT`."""
    return float((answers.best[:, :k] == answers.truth[:, None]).any(axis=1).mean())


def calibration_error(answers: Answers) -> float:
    """Expected calibration error of the best score, 0 to 1, over `BINS` bins of equal width.

    C. Guo et al., "On calibration of modern neural networks", ICML 2017, equation 3.
    """
    confidence = answers.scores.max(axis=1).astype(np.float64)
    gap = answers.right - confidence
    bins = np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
    return float(np.abs(np.bincount(bins, gap, BINS)).sum() / len(gap))


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
    share = np.bincount(member, answers.right) / count
    return {
        str(name): {"samples": int(n), "top1": float(s)}
        for name, n, s in zip(names, count, share, strict=True)
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
