"""Holds every variant against the Keras model it came from, through the pad's own runtime."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from convert.runs import Heldout
from edge_app.recognizer import Recognizer

Logits = npt.NDArray[np.float32]
"""One row for each held-out frame."""

REFERENCE = "float32"
"""The variant whose latency is 1."""

KERAS = "keras"
"""The name of the Keras model's own row among the figures."""

_ROUNDS, _BURST = 30, 10
"""Latency: every variant in turn, this often, this many calls in a row."""

_ROWS = 256
"""Frames ranked at a time: 11,172 log-scores each would fill the memory."""

ALL = "all"
"""The name under which every group's ink counts together."""

COUNTS = 0.005
"""Least score of an answer that counts among the best three; the pad shows one below as "<1%".

On clear ink the third answer scores a hundred-thousandth and differs from the fourth by less
than the error of an 8-bit weight, so which of them comes third says nothing about a variant.
"""

TIES = 0.001
"""Share of held-out ink whose best three may be tied before a variant loses answers by it."""

NOT_PORTABLE = ("dynamic",)
"""Variants that tflite-runtime 2.14 may refuse (FULLY_CONNECTED version 12) or run slowly."""


@dataclass(frozen=True)
class Figures:
    """What one variant does on the held-out ink."""

    broken: bool
    """Whether any logit is NaN or infinite."""
    agreement: float
    """Share of frames with the Keras model's best answer, 0 to 1."""
    overlap: float
    """Mean share of the Keras model's best three that are among this one's, 0 to 1."""
    kept: float
    """The same for those of the best three whose score, by the Keras model, `COUNTS`."""
    ties: float
    """Share of frames on which the best three, or the third and the fourth, score the same."""
    doubt: float
    """Mean difference from the Keras model's of the scores' sum, 0 to 1.

    That is the probability that the ink is a syllable at all; where it is always 1, as for labels
    without such an output, they do not differ.
    """
    accuracy: Mapping[str, tuple[float, float]]
    """For each group, and for `ALL`: top-1 and top-3 accuracy, 0 to 1."""
    size_kib: float
    """Size of the file, KiB; NaN for the Keras model."""
    latency: float
    """Median time from frame to logits, over `REFERENCE`'s; NaN for the Keras model."""


@dataclass(frozen=True)
class Gate:
    """What a variant must keep of the Keras model's answers to be written at all."""

    agreement: float = 0.998
    """Least share of best answers that are the same: what the product promises its users."""
    kept: float = 0.998
    """Least share of the best three, those that `COUNTS`, that are among its own best three."""
    accuracy_loss: float = 0.001
    """Most top-1 accuracy lost. Two models may agree and yet differ where it hurts."""
    doubt: float = 0.01
    """Most mean difference of the scores' sum: the pad shows whole per cent."""
    size_kib: float = math.inf
    """Largest file, KiB: what the task's file may take."""

    def objections(self, figures: Figures, keras: Figures) -> list[str]:
        """Why figures do not pass, next to the Keras model's; empty if they do."""
        if figures.broken:
            return ["some of its logits are not finite numbers"]
        found = []
        if figures.agreement < self.agreement:
            found.append(
                f"its answer is the Keras model's for {figures.agreement:.2%} of held-out ink, "
                f"at least {self.agreement:.2%} is asked for"
            )
        if figures.kept < self.kept:
            found.append(
                f"it keeps {figures.kept:.2%} of the best three answers that count, "
                f"at least {self.kept:.2%} is asked for"
            )
        loss = keras.accuracy[ALL][0] - figures.accuracy[ALL][0]
        if loss > self.accuracy_loss:
            found.append(
                f"it loses {100 * loss:.2f} points of accuracy, "
                f"at most {100 * self.accuracy_loss:.2f} may go"
            )
        if figures.doubt > self.doubt:
            found.append(
                f"its scores of an ink sum to other than the Keras model's by {figures.doubt:.2%}, "
                f"at most {self.doubt:.2%} is allowed"
            )
        if figures.size_kib > self.size_kib:
            found.append(f"it takes {figures.size_kib:.1f} KiB of at most {self.size_kib:.0f}")
        return found


GATES = {
    "digits": Gate(size_kib=120),
    # Thousands of labels: two that differ by a dot lie closer together than any two digits.
    "hangul": Gate(agreement=0.99, kept=0.995, accuracy_loss=0.002, size_kib=2048),
}
"""The gate of each task that has limits of its own."""


class Scorer(Protocol):
    """What makes answers of a model's raw outputs: a `Recognizer`, for one."""

    def log_scores(self, logits: Logits) -> Logits:
        """What ranks the labels, (m, labels)."""

    def scores_of(self, logits: Logits) -> Logits:
        """The probability of each label, (m, labels)."""


@dataclass(frozen=True)
class Ranking:
    """The four best labels for each held-out frame, best first."""

    best: npt.NDArray[np.int64]
    """(m, 4) indices of labels; fewer columns where there are fewer labels."""
    log_scores: Logits
    """(m, 4) what ranked them."""
    scores: Logits
    """(m, 4) their probabilities."""
    total: Logits
    """(m,) the sum of the probabilities of all labels, at most 1."""
    finite: bool
    """Whether every logit was a finite number."""


def rank(logits: Logits, scorer: Scorer) -> Ranking:
    """The best labels from raw outputs (m, outputs). Takes all that is not finite for 0."""
    best, log_scores, scores, total = [], [], [], []
    for start in range(0, len(logits), _ROWS):
        some = logits[start : start + _ROWS]
        some = np.where(np.isfinite(some), some, np.float32(0))
        ranked = scorer.log_scores(some)
        best.append(_best(ranked, 4))
        log_scores.append(np.take_along_axis(ranked, best[-1], axis=1))
        probable = scorer.scores_of(some)
        scores.append(np.take_along_axis(probable, best[-1], axis=1))
        total.append(probable.sum(axis=1))
    return Ranking(
        np.concatenate(best),
        np.concatenate(log_scores),
        np.concatenate(scores),
        np.concatenate(total),
        bool(np.isfinite(logits).all()),
    )


def measure(
    recognizers: Mapping[str, Recognizer],
    sizes: Mapping[str, int],
    keras: Logits,
    heldout: Heldout,
) -> dict[str, Figures]:
    """The figures of the Keras model, under `KERAS`, and of every variant.

    recognizers: each variant, opened; `REFERENCE` is among them. sizes: of their files, bytes.
    keras: the Keras model's raw outputs for the held-out ink, in its order.
    """
    reference = rank(keras, recognizers[REFERENCE])
    figures = {KERAS: compare(reference, reference, heldout, math.nan, math.nan)}
    ratios = latencies(recognizers, heldout.frames)
    for name, recognizer in recognizers.items():
        logits = np.stack([recognizer.logits(framed) for framed in heldout.frames])
        ranking = rank(logits, recognizer)
        figures[name] = compare(ranking, reference, heldout, sizes[name], ratios[name])
    return figures


def compare(
    ranking: Ranking, keras: Ranking, heldout: Heldout, size: float, latency: float
) -> Figures:
    """The figures of one variant.

    ranking: its answers to heldout, in that order. keras: the Keras model's. size: of the file,
    bytes. latency: over the reference's.
    """
    ours, theirs = ranking.best[:, :3], keras.best[:, :3]
    shared = (theirs[:, :, np.newaxis] == ours[:, np.newaxis, :]).any(axis=2)
    count = keras.scores[:, :3] >= COUNTS
    right = ours == heldout.labels[:, np.newaxis]
    ranked = ranking.log_scores
    groups = {str(name): heldout.group == name for name in np.unique(heldout.group)}
    groups[ALL] = np.ones(len(ours), bool)
    return Figures(
        broken=not ranking.finite,
        agreement=float((ours[:, 0] == theirs[:, 0]).mean()),
        overlap=float(shared.mean()),
        kept=float(shared[count].mean()) if count.any() else 1.0,
        ties=float((ranked[:, :-1] == ranked[:, 1:]).any(axis=1).mean()),
        doubt=float(np.abs(ranking.total - keras.total).mean()),
        accuracy={
            name: (float(right[chosen, 0].mean()), float(right[chosen].any(axis=1).mean()))
            for name, chosen in groups.items()
        },
        size_kib=size / 1024,
        latency=latency,
    )


def latencies(
    recognizers: Mapping[str, Recognizer], frames: npt.NDArray[np.uint8]
) -> dict[str, float]:
    """Median time from frame to logits for each recogniser, as a ratio to `REFERENCE`'s.

    They take turns, so that a machine that slows down slows all of them down.
    """
    times: dict[str, list[float]] = {name: [] for name in recognizers}
    for turn in range(_ROUNDS):
        for name, recognizer in recognizers.items():
            for call in range(_BURST):
                one = frames[(turn * _BURST + call) % len(frames)]
                start = time.perf_counter()
                recognizer.logits(one)
                times[name].append(time.perf_counter() - start)
    medians = {name: float(np.median(taken)) for name, taken in times.items()}
    return {name: median / medians[REFERENCE] for name, median in medians.items()}


def choose(figures: Mapping[str, Figures], passed: Sequence[str]) -> str | None:
    """The variant to ship: the smallest and fastest of those that lose no answer.

    passed: the variants that the gate lets through. A variant whose best three tie ranks them
    by chance, so it comes only where nothing else passes. None if nothing may be shipped.
    """
    portable = [name for name in passed if name not in NOT_PORTABLE]
    ranked = [name for name in portable if figures[name].ties <= TIES] or portable
    return min(
        ranked, key=lambda name: figures[name].size_kib * figures[name].latency, default=None
    )


def rows(figures: Mapping[str, Figures]) -> list[list[str]]:
    """The figures as a table of texts, heading first, one row for each variant."""
    groups = list(next(iter(figures.values())).accuracy)
    if len(groups) == 2:  # one group is all there is
        groups.remove(ALL)
    heading = ["variant", "KiB", "latency", "agreement", "top-3 overlap", "top-3 kept"]
    heading += ["ties", "doubt"]
    for group in groups:
        heading += [f"{group} top-1", f"{group} top-3"]
    table = [heading]
    for name, one in figures.items():
        row = [name, _number(one.size_kib, 1), _number(one.latency, 2)]
        shares = (one.agreement, one.overlap, one.kept, one.ties, one.doubt)
        row += [f"{share:.2%}" for share in shares]
        for group in groups:
            row += [f"{share:.2%}" for share in one.accuracy[group]]
        table.append(row)
    return table


def aligned(table: Sequence[Sequence[str]]) -> str:
    """A table for the terminal: columns as wide as their widest text, figures to the right."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = []
    for first, *others in table:
        cells = [first.ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _number(value: float, decimals: int) -> str:
    return "" if math.isnan(value) else f"{value:.{decimals}f}"


def _best(logits: Logits, k: int) -> npt.NDArray[np.int64]:
    # As edge_app.recognizer.top_k ranks: ties go to the lower index.
    left, found = logits.copy(), []
    for _ in range(min(k, logits.shape[1])):
        found.append(left.argmax(axis=1, keepdims=True))
        np.put_along_axis(left, found[-1], -np.inf, axis=1)
    return np.concatenate(found, axis=1)
