"""The figures of a comparison, and the page that shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from convert.tesseract import INSTALL, LANGUAGE, Tesseract

_NONE = "–"
"""A cell without a figure."""


@dataclass(frozen=True)
class Row:
    """How one contestant did. Times are medians of processor time, s; memory and sizes in bytes."""

    name: str
    kind: str
    """How the file is quantised; "" where that is not for us to say."""
    labels: int
    """Syllables that it answers from."""
    size: int
    """Of its file."""
    multiply_adds: int | None
    """Of one answer; None where nobody knows."""
    accuracy: tuple[float, float | None] | None
    """Share of inks whose first answer is right, and of those with the right one among the first
    three, where it gives three; None for a network that learned nothing."""
    framing: float | None
    """From picture to frame; None where the parts cannot be told apart."""
    model: float | None
    """From frame to logits."""
    scoring: float | None
    """From logits to the best three."""
    character: float
    """From picture to answer."""
    peak: int | None
    """Of the process's memory; None where the system does not say."""
    without: int | None
    """The same before the model was opened, with everything else loaded."""


def accuracy(answers: Sequence[Sequence[str]], truth: Sequence[str]) -> tuple[float, float]:
    """The share of inks whose first answer, and one of whose first three, is the true one."""
    first = [bool(best) and best[0] == label for best, label in zip(answers, truth, strict=True)]
    among = [label in best[:3] for best, label in zip(answers, truth, strict=True)]
    return float(np.mean(first)), float(np.mean(among))


def of_tesseract(reader: Tesseract, ink: Path, truth: Sequence[str]) -> list[Row]:
    """The rows of Tesseract when it has read everything: many in a process, and one."""
    many = Row(
        name=f"Tesseract {reader.version} ({LANGUAGE}, --psm 10)",
        kind="",
        labels=0,
        size=reader.data.stat().st_size,
        multiply_adds=None,
        accuracy=(accuracy(reader.answers, truth)[0], None),
        framing=None,
        model=None,
        scoring=None,
        character=float(np.median(reader.seconds)),
        peak=reader.peak(ink),
        without=None,
    )
    alone = float(np.median(reader.alone))
    return [many, replace(many, name=f"{many.name}, started for each", character=alone)]


def page(
    rows: Sequence[Row], *, command: str, date: str, machine: str, inks: str, has_tesseract: bool
) -> str:
    """The comparison as Markdown; the first row is "ours"."""
    untrained = [_title(row) for row in rows if row.accuracy is None]
    notes = [
        f"{date}, {machine}. {inks[0].upper()}{inks[1:]}. LiteRT at one thread, every model in a "
        "process of its own, by turns, all on the same pictures and through the same "
        "pre-processing, one look at each; no prior of how often syllables are written.",
        f"```sh\n{command}\n```",
    ]
    if untrained:
        notes.append(
            f"Not trained, so measured for speed and size only: {'; '.join(untrained)}. Their "
            "weights are random, which changes neither."
        )
    if has_tesseract:
        notes.append(
            "Tesseract reads through its command line at one thread: many pictures in a process, "
            "where its time is that of a further character, so that starting it is not counted; "
            "and started for each character."
        )
    else:
        notes.append(
            f"Tesseract with its language {LANGUAGE} is not installed here, so it has no row "
            f"({INSTALL})."
        )
    parts = [
        "# Benchmarks",
        "Written by `convert/compare.py`. What the networks are, and whose, says "
        "`train/baselines.py`.",
        *notes,
        "## Accuracy and size",
        _table([_SIZES, *map(_sizes, rows)]),
        "## Time for a character",
        "Medians of processor time, ms: at one thread what it takes on a machine that does nothing "
        "else. Model: from frame to logits; its share is that of the whole character.",
        _table([_TIMES, *(_times(row, rows[0]) for row in rows)]),
        "## Memory",
        "Peak of the process, MB, and what it was with everything loaded but the model.",
        _table([_MEMORY, *map(_memory, rows)]),
    ]
    return "\n\n".join(parts) + "\n"


_SIZES = ["", "syllables", "top-1", "top-3", "KiB", "million multiply-adds"]

_TIMES = [
    *("", "pre-processing", "model", "scores", "character"),
    *("model, over ours", "character, over ours", "model's share"),
]

_MEMORY = ["", "peak", "without the model", "model's share"]


def _sizes(row: Row) -> list[str]:
    first, third = row.accuracy or (None, None)
    return [
        _name(row),
        f"{row.labels:,}" if row.labels else _NONE,
        _share(first),
        _share(third),
        f"{row.size / 1024:,.0f}",
        _number(row.multiply_adds, 1e-6, 1),
    ]


def _times(row: Row, ours: Row) -> list[str]:
    over = None if row.model is None or ours.model is None else row.model / ours.model
    times = (row.framing, row.model, row.scoring, row.character)
    return [
        _name(row),
        *(_number(time, 1e3, 3) for time in times),
        _number(over, 1, 2),
        f"{row.character / ours.character:.2f}",
        _share(None if row.model is None else row.model / row.character),
    ]


def _memory(row: Row) -> list[str]:
    share = None
    if row.peak is not None and row.without is not None:
        share = (row.peak - row.without) / row.peak
    return [_name(row), _number(row.peak, 1e-6, 1), _number(row.without, 1e-6, 1), _share(share)]


def _title(row: Row) -> str:
    return f"{row.name}, {row.kind}" if row.kind else row.name


def _name(row: Row) -> str:
    return f"{_title(row)} (untrained)" if row.accuracy is None else _title(row)


def _share(value: float | None) -> str:
    return _NONE if value is None else f"{value:.1%}"


def _number(value: float | None, factor: float, decimals: int) -> str:
    return _NONE if value is None else f"{value * factor:,.{decimals}f}"


def _table(lines: Sequence[Sequence[str]]) -> str:
    """A table in Markdown, its figures to the right."""
    heading, *others = lines
    rule = ["---", *["---:"] * (len(heading) - 1)]
    return "\n".join(f"| {' | '.join(line)} |" for line in [heading, rule, *others])
