"""Pictures of an evaluation, for people to look at: PNG files, one concern each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from train.data import DataError
from train.files import replace
from train.jamomeasures import confusions
from train.measures import BINS

if TYPE_CHECKING:
    from train.evaluate_hangul import Measured

# The pad's font has every syllable and jamo; those that matplotlib comes with have none.
_FONT = Path(__file__).resolve().parents[1] / "edge_app/pad/fonts/NanumSquareRoundR.ttf"

_TOP1, _TOP3, _WRONG, _GREY = "#1f5fa8", "#a9c8ea", "#c4402f", "#8a8a8a"

_MOST_WRITERS = 40
"""Writers or fonts on a picture, those read worst; more could not be told apart."""

_PAIRS, _EXAMPLES = 12, 10
"""Confused jamo on a picture, and inks of each."""


def write(
    folder: Path,
    measured: Mapping[Path, Measured],
    redrawn: Mapping[str, Mapping[str, Mapping[str, Any]]] | None,
) -> None:
    """Writes the pictures of each folder that was measured, and of ink drawn anew if any was.

    Raises DataError for a folder that cannot be written to.
    """
    pictures = {}
    for number, (path, one) in enumerate(measured.items(), 1):
        name = f"{number}-{path.name}"
        pictures[f"{name}-reliability"] = _reliability(one.figures, path.name)
        pictures[f"{name}-writers"] = _writers(one.figures, path.name)
        pictures[f"{name}-confusions"] = _confusions(one, path.name)
    if redrawn:
        pictures["redrawn"] = _redrawn(redrawn)
    _save(pictures, folder)


def write_left_out(folder: Path, writers: Mapping[str, Mapping[str, Any]]) -> None:
    """Writes the picture of writers who were each left out of a training; raises as `write`."""
    worst = dict(sorted(writers.items(), key=lambda item: item[1]["top1"]))
    figures = {
        "by_writer": worst,
        "writers": len(worst),
        "top1_mean_of_writers": np.mean([one["top1"] for one in worst.values()]),
    }
    _save({"left-out": _writers(figures, "each left out of training")}, folder)


def _save(pictures: Mapping[str, Figure], folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, figure in pictures.items():
            replace(folder / f"{name}.png", partial(figure.savefig, dpi=110))
    except OSError as error:
        raise DataError(f"{folder}: cannot be written ({error.strerror})") from None


def _reliability(figures: dict[str, Any], title: str) -> Figure:
    """How often answers of a score are right, and how many answers have it."""
    figure = Figure(figsize=(6, 7), layout="constrained")
    above, below = figure.subplots(2, 1, height_ratios=[3, 1], sharex=True)
    bins = figures["reliability"]
    middle = np.array([(one["low"] + one["high"]) / 2 for one in bins])
    score, right, share = (
        np.array([one[key] for one in bins]) for key in ("score", "right", "share")
    )
    width = 0.9 / BINS
    above.bar(middle, right, width, color=_TOP1, label="right")
    left, end = middle - width / 2, middle + width / 2
    above.hlines(score, left, end, color=_WRONG, linewidth=3, label="mean score")
    above.plot([0, 1], [0, 1], color=_GREY, linestyle="--", linewidth=1, label="honest")
    above.set(ylabel="share of right answers", ylim=(0, 1.02), xlim=(0, 1))
    above.set_title(
        f"{title}: {figures['samples']:,} samples, top-1 {figures['top1']:.1%}, "
        f"calibration error {figures['calibration_error']:.3f}",
        fontsize=11,
    )
    below.bar(middle, share, width, color=_GREY)
    below.set(xlabel="score of the best answer", ylabel="of samples", yscale="log")
    below.yaxis.set_major_formatter(lambda share, _: f"{100 * share:g} %")
    for axes in (above, below):
        axes.grid(axis="y", alpha=0.3)
        axes.set_axisbelow(True)
    figure.legend(loc="outside lower center", ncols=3)
    return figure


def _writers(figures: dict[str, Any], title: str) -> Figure:
    """Top-1 and top-3 of each writer or font, those read worst at the top."""
    shown = list(figures["by_writer"].items())[:_MOST_WRITERS]
    figure = Figure(figsize=(8, 1.6 + 0.32 * len(shown)), layout="constrained")
    axes = figure.subplots()
    places = np.arange(len(shown))
    top1, top3 = (100 * np.array([one[key] for _, one in shown]) for key in ("top1", "top3"))
    axes.barh(places, top3, color=_TOP3, label="among the best three")
    axes.barh(places, top1, color=_TOP1, label="best answer")
    low = max(0.0, 10 * np.floor(top1.min() / 10) - 10)
    gap = (100 - low) / 200
    for place, (first, third) in enumerate(zip(top1.tolist(), top3.tolist(), strict=True)):
        inside = axes.text(first - gap, place, f"{first:.1f}", ha="right", va="center", size=8)
        inside.set_color("white")
        axes.text(third + gap, place, f"{third:.1f}", ha="left", va="center", size=8)
    axes.set_yticks(places, [f"{name}  ({one['samples']:,})" for name, one in shown], size=8)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    mean = 100 * figures["top1_mean_of_writers"]
    axes.axvline(mean, color=_WRONG, linestyle="--", label=f"mean of top-1, {mean:.1f} %")
    axes.set(xlim=(low, 100 + (100 - low) / 12), xlabel="right, %")
    more = figures["writers"] - len(shown)
    left_out = f"; {more} read better are left out" if more else ""
    axes.set_title(f"{title}: read worst first{left_out}", fontsize=11)
    axes.grid(axis="x", alpha=0.3)
    axes.set_axisbelow(True)
    figure.legend(loc="outside lower center", ncols=3, fontsize=8)
    return figure


def _confusions(one: Measured, title: str) -> Figure:
    """The jamo most often taken for others, with ink of each as the model saw it."""
    pairs = confusions(one.answers, _PAIRS)
    figure = Figure(figsize=(11, 1.2 + 0.95 * max(1, len(pairs))), layout="constrained")
    large, small = (FontProperties(fname=_FONT, size=size) for size in (15, 11))
    figure.suptitle(f"{title}: jamo taken for others, and the ink; under it: written > answered")
    if not pairs:
        return figure
    grid = figure.subplots(len(pairs), _EXAMPLES + 1, squeeze=False)
    for row, pair in zip(grid, pairs, strict=True):
        for axes in row:
            axes.axis("off")
        words = f"{pair['true']} > {pair['answer']}"
        row[0].text(0, 0.62, words, fontproperties=large, va="center")
        row[0].text(0, 0.2, f"{pair['place']}, {pair['count']}x", size=9, color=_GREY, va="center")
        for axes, ink in zip(row[1:], pair["inks"], strict=False):
            frame = one.frames[ink]
            if frame is None:
                continue
            axes.imshow(255 - frame, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
            answers = one.answers
            named = f"{answers.name(answers.truth[ink])} > {answers.name(answers.top[ink])}"
            axes.set_title(named, fontproperties=small, y=-0.34)
    return figure


def _redrawn(redrawn: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Figure:
    """Accuracy by how ink was drawn anew."""
    figure = Figure(figsize=(11, 7), layout="constrained")
    figure.suptitle("the same people's ink drawn anew")
    lowest = min(one["top1"] for values in redrawn.values() for one in values.values())
    low = max(0.0, 10 * np.floor(10 * lowest) - 5)
    for axes, (aspect, values) in zip(figure.subplots(2, 2).flat, redrawn.items(), strict=True):
        _lines(axes, values)
        axes.set(title=f"by {aspect}", ylabel="right, %", ylim=(low, 101))
    # Below all four: inside, it would hide whatever is read worst.
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def _lines(axes: Axes, values: Mapping[str, Mapping[str, Any]]) -> None:
    top1, top3 = ([100 * float(one[key]) for one in values.values()] for key in ("top1", "top3"))
    axes.plot(top3, "o-", color=_TOP3, label="among the best three")
    axes.plot(top1, "o-", color=_TOP1, label="best answer")
    for place, share in enumerate(top1):
        below = (0, -13)  # points
        axes.annotate(
            f"{share:.1f}", (place, share), below, textcoords="offset points", ha="center", size=8
        )
    axes.set_xticks(range(len(values)), list(values), size=8)
    axes.margins(x=0.1)
    axes.grid(alpha=0.3)
