"""How well a model directory reads single jamo: people and type that training never saw, synthetic
writers, and ink that is no jamo."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from edge_app import hangul
from edge_app.recognizer import Recognizer
from train.config import JamoConfig
from train.data import DataError, Sample
from train.hangul import look
from train.jamo import UNLIKE
from train.measures import about, answer, by_group, by_writer
from train.scraps import NO_JAMO, ScrapInk
from train.sources import add_folders, add_part, at_least
from train.split import Part
from train.synth.forms import DOUBLES, MIXED
from train.synth.writers import Writer

_WRITERS = 20
"""Synthetic writers, each of whom writes every jamo once."""

_SCRAPS = 200
"""Scraps of each kind that are shown to the model."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of "jamo" on the command line."""
    add_folders(parser, people="prepared handwriting", fonts="prepared type")
    add_part(parser, "which part of the folders")
    parser.add_argument(
        "--seed",
        type=at_least(0),
        default=2,
        metavar="N",
        help="of synthetic writers and scraps (default: %(default)s; a run of seed S takes S "
        "and S + 1)",
    )


def run(options: argparse.Namespace, command: str) -> dict[str, Any]:
    """Measures what the options ask for. Raises ValueError or ImportError in one sentence."""
    recognizer = Recognizer(options.model or options.task, runtime=options.runtime)
    if not set(recognizer.labels) <= set(hangul.JAMO):
        raise ValueError(f"{recognizer.directory}: reads no jamo; name another --model")
    parts = {
        str(folder): _samples(folder, options.part, recognizer.labels)
        for folder in (*options.people, *options.fonts)
    }
    parts["synthetic writers"] = _synthetic(options.seed, recognizer.labels)
    return {
        "command": command,
        **about(recognizer),
        "parts": {name: measure(recognizer, samples) for name, samples in parts.items()},
        "scraps": measure_scraps(recognizer, options.seed),
    }


def measure(recognizer: Recognizer, samples: Sequence[Sample]) -> dict[str, Any]:
    """The figures on samples: all together, by kind of jamo, and by writer or font."""
    labels = [sample.label for sample in samples]
    answers = answer(recognizer, (sample.ink for sample in samples), labels)
    figures = by_writer(answers, samples)
    return {
        **figures,
        "by": {"kind": by_group(answers, [kind(label) for label in labels]), **figures["by"]},
    }


def measure_scraps(recognizer: Recognizer, seed: int) -> dict[str, float]:
    """The share of ink that is no jamo whose best score is below 0.5, by its kind."""
    # Drawn by the pens of the defaults, as a run's are.
    scraps = ScrapInk(
        hangul.KS_X_1001,
        JamoConfig().augmentation,
        recognizer.bundle.ink,
        kinds=NO_JAMO,
        own_digits=UNLIKE,
    )
    shares = {}
    for number, name in enumerate(NO_JAMO):
        rngs = [np.random.default_rng((seed, number, place)) for place in range(_SCRAPS)]
        logits = np.stack([recognizer.logits(scraps.draw_kind(name, rng)) for rng in rngs])
        shares[name] = float((recognizer.scores_of(logits).max(axis=1) < 0.5).mean())
    return shares


def kind(jamo: str) -> str:
    """What sort of letter a jamo is."""
    if jamo in hangul.MEDIALS:
        return "mixed medials" if jamo in MIXED else "medials"
    if jamo in hangul.INITIALS:
        return "doubled consonants" if jamo in DOUBLES else "consonants"
    return "compound finals"


def _samples(folder: Path, part: Part, labels: Sequence[str]) -> list[Sample]:
    found = list(look(folder, part, labels, JamoConfig().judged))
    if not found:
        raise DataError(
            f"{folder}: its part {part} has no jamo that the model knows; name another --part"
        )
    return found


def _synthetic(seed: int, labels: Sequence[str]) -> list[Sample]:
    rng = np.random.default_rng(seed)
    return [
        Sample(Writer(seed, number).write(label, rng), label, f"writer {number}", "synthetic")
        for number in range(_WRITERS)
        for label in labels
    ]
