"""How well the pad's automatic mode tells syllables, digits and single jamo apart."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from edge_app import hangul, modes
from edge_app.modes import AUTO, Reader
from train.data import DataError, Sample, strokes
from train.hangul import look
from train.sources import add_folders, add_part, at_least
from train.split import Part, part_of

_DIGITS = tuple("0123456789")

_SHOWN = 8
"""Confusions of each kind of ink that are listed."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of "auto" on the command line."""
    parser.add_argument(
        "--pen", type=Path, metavar="FILE", help="digits as pen strokes; see prepare.py unipen"
    )
    add_folders(parser, people="prepared syllables", jamo="prepared single jamo")
    add_part(parser, "which part of all of them")
    parser.add_argument(
        "--most",
        type=at_least(1),
        default=1000,
        metavar="N",
        help="most samples of each, at even steps (default: %(default)s)",
    )


def run(options: argparse.Namespace, command: str) -> dict[str, Any]:
    """Measures what the options ask for. Raises ValueError or ImportError in one sentence."""
    reader = modes.open_bundled(runtime=options.runtime)
    if AUTO not in reader.modes:
        raise ValueError("automatic mode needs several bundled models; there is only one")
    kinds: dict[str, list[Sample]] = {}
    if options.pen:
        kinds[f"digits, {options.pen}"] = _digits(options.pen, options.part, options.most)
    for what, folders, labels in (
        ("syllables", options.people, hangul.SYLLABLES),
        ("jamo", options.jamo, hangul.JAMO),
    ):
        for folder in folders:
            kinds[f"{what}, {folder}"] = list(look(folder, options.part, labels, options.most))
    if not kinds:
        raise DataError("there is no ink to measure on: name --pen, --people or --jamo")
    for name, samples in kinds.items():
        if not samples:
            raise DataError(f"{name}: its part {options.part} is empty; name another --part")
    return {
        "command": command,
        "kinds": {name: measure(reader, samples) for name, samples in kinds.items()},
    }


def measure(reader: Reader, samples: Sequence[Sample]) -> dict[str, Any]:
    """Of samples of one kind: how many, the shares read right, in automatic mode and in the mode of
    their kind, and what the first answers that are wrong were taken for."""
    labels = [sample.label for sample in samples]
    own = kind(labels[0])
    auto = [[one.label for one in reader.recognize(sample.ink, AUTO)] for sample in samples]
    alone = [[one.label for one in reader.recognize(sample.ink, own)][:1] for sample in samples]
    first = [answers[0] if answers else "nothing" for answers in auto]
    wrong = Counter(pair for pair in zip(labels, first, strict=True) if pair[0] != pair[1])
    return {
        "samples": len(samples),
        "top1": _share(label == best for label, best in zip(labels, first, strict=True)),
        "top3": _share(label in answers for label, answers in zip(labels, auto, strict=True)),
        "kind": _share(best != "nothing" and kind(best) == own for best in first),
        "top1_in_own_mode": _share(
            [label] == answers for label, answers in zip(labels, alone, strict=True)
        ),
        "confusions": [
            {"true": true, "answer": best, "count": count}
            for (true, best), count in wrong.most_common(_SHOWN)
        ],
    }


def kind(label: str) -> str:
    """The mode whose model reads a label."""
    if label in hangul.JAMO:
        return "jamo"
    return "digits" if label in _DIGITS else "hangul"


def text(report: dict[str, Any]) -> str:
    """The report as text."""
    lines = [f"$ {report['command']}", "", "in automatic mode:"]
    for name, figures in report["kinds"].items():
        lines += [
            f"{name}: {figures['samples']:,} samples",
            f"  top-1  {figures['top1']:9.3%}   in the mode of their kind "
            f"{figures['top1_in_own_mode']:.3%}",
            f"  top-3  {figures['top3']:9.3%}",
            f"  first answer of the right kind  {figures['kind']:.3%}",
        ]
        if figures["confusions"]:
            pairs = ", ".join(
                f"{one['true']} > {one['answer']} {one['count']}x" for one in figures["confusions"]
            )
            lines.append(f"  true > answer: {pairs}")
    return "\n".join(lines)


def _digits(path: Path, part: Part, most: int) -> list[Sample]:
    found = [
        one for one in strokes.read(path) if one.label in _DIGITS and part_of(one.writer) == part
    ]
    if not found:
        return []
    return [found[place] for place in np.unique(np.linspace(0, len(found) - 1, most, dtype=int))]


def _share(hits: Any) -> float:
    return float(np.mean(list(hits)))
