"""How well a model reads syllables: prepared people and type that training never saw.

The figures in detail are of the syllables that the model answers by itself, each sample counting
once and no prior weighed; beside them stand those of the other ways, see `train.readers.Way`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from edge_app import hangul
from edge_app.ink import Frame, frame, frame_coverage
from edge_app.syllables import SETS
from train import jamomeasures, prior, rundir
from train.config import HangulConfig
from train.data import DataError, Sample
from train.hangul import look
from train.measures import (
    Answers,
    accuracy,
    as_written,
    by_group,
    calibration_error,
    effective,
    reliability,
    summary,
)
from train.readers import Looks, Reader, Way, open_reader
from train.redraw import ASPECTS, Drawing, redraw
from train.scraps import KINDS, ScrapInk
from train.shards import PARTS, Shards
from train.sources import add_folders, at_least
from train.split import Part

_ROWS = 256
"""Inks scored at a time: 11,172 scores each would fill the memory."""

_SCRAPS = 200
"""Scraps of each kind that are shown to the model."""

PUBLISHED = {
    "PE92": {
        "Kim and Xie, IJDAR 2015, doi:10.1007/s10032-014-0229-4": 0.9292,
        "Kim, Choi and Lee, IJDAR 2016, doi:10.1007/s10032-015-0256-9": 0.9634,
        "Kim and Jung, 2018, koreascience.or.kr/article/JAKO201823955287871.page": 0.9864,
    },
    "SERI95": {
        "Kim and Xie, IJDAR 2015, doi:10.1007/s10032-014-0229-4": 0.9596,
        "Kim, Choi and Lee, IJDAR 2016, doi:10.1007/s10032-015-0256-9": 0.9767,
    },
}
"""Top-1 that papers state for the official test part of a collection, by what its folder's name
has in it."""

Frequencies = npt.NDArray[np.float64]


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of "hangul" on the command line."""
    add_folders(
        parser,
        people="prepared handwriting",
        fonts="prepared type",
        hgu1="prepared PE92 or SERI95: the whole official test part, beside papers' figures",
    )
    parser.add_argument(
        "--part",
        choices=[*PARTS, "all"],
        default="test",
        help="which part of the folders (default: %(default)s, which no training sees)",
    )
    parser.add_argument(
        "--most",
        type=at_least(1),
        default=5000,
        metavar="N",
        help="samples of a folder's part at most, at even steps (default: %(default)s)",
    )
    parser.add_argument("--labels", choices=list(SETS), help="default: what the model says")
    parser.add_argument(
        "--prior-weights",
        type=float,
        nargs="+",
        default=[],
        metavar="W",
        help="other weights of the prior to try beside the model's own",
    )
    parser.add_argument(
        "--redraw",
        type=at_least(0),
        default=0,
        metavar="N",
        help="draw N samples of each folder of people anew: size, position, pen, polarity",
    )
    parser.add_argument("--plots", type=Path, metavar="DIR", help="write pictures into a folder")
    parser.add_argument(
        "--leave-one-out",
        nargs="+",
        default=[],
        metavar="RUN",
        help="finished runs, each measured on the people of --people that it was trained without",
    )
    parser.add_argument(
        "--one-look",
        action="store_true",
        help="leave out the second look, which the pad takes at ink of which it is unsure",
    )
    parser.add_argument("--seed", type=at_least(0), default=1, metavar="N", help="of the scraps")


@dataclass(frozen=True)
class Measured:
    """A folder's figures, and what pictures are made of."""

    figures: dict[str, Any]
    answers: Answers
    frames: Sequence[Frame | None]
    """What the model saw."""


def run(options: argparse.Namespace, command: str) -> dict[str, Any]:
    """Measures what the options ask for. Raises ValueError or ImportError in one sentence."""
    if options.leave_one_out and not options.people:
        raise ValueError("--leave-one-out needs the people who were left out; name --people")
    if not (options.people or options.fonts or options.hgu1):
        raise ValueError("there is nothing to measure on; name --people, --fonts or --hgu1")
    if options.leave_one_out:
        return _leave_one_out(options, command)
    reader = open_reader(options.model or options.task, options.runtime, not options.one_look)
    label_set = options.labels or reader.answers.label_set
    report: dict[str, Any] = {"command": command, "model": reader.about, "folders": {}}
    report["model"]["labels"] = len(SETS[label_set])
    report["model"]["prior_weight"] = reader.weight
    frequencies = _frequencies(report)
    done = {}
    for folder in (*options.people, *options.fonts):
        some = _samples(folder, options.part, SETS[label_set], options.most)
        done[folder] = measure(reader, label_set, some, frequencies, options.prior_weights)
    for folder in options.hgu1:
        # The papers' classes are those of KS X 1001 or fewer.
        whole = _every(folder, "test", SETS["ks2350"])
        done[folder] = measure(reader, "ks2350", whole, frequencies, options.prior_weights)
        done[folder].figures["published"] = _beside(done[folder].figures["by_writer"])
    report["folders"] = {str(folder): one.figures for folder, one in done.items()}
    if options.redraw:
        samples = [
            sample
            for folder in options.people
            for sample in _samples(folder, options.part, SETS[label_set], options.redraw)
        ]
        report["redrawn"] = measure_redrawn(reader, label_set, samples)
    report["scraps"] = measure_scraps(reader, label_set, options.seed)
    if options.plots:
        from train import plots  # matplotlib takes a second to load

        plots.write(options.plots, done, report.get("redrawn"))
    return report


def _frequencies(report: dict[str, Any]) -> Frequencies | None:
    try:
        return prior.frequencies()
    except ImportError:
        report["unweighted"] = (
            "not weighted by how often syllables are written, as wordfreq is not installed: "
            "pip install 'hangul-pad[train]'"
        )
        return None


def _samples(folder: Path, part: str, labels: Sequence[str], most: int) -> list[Sample]:
    parts = PARTS if part == "all" else [one for one in PARTS if one == part]
    found = [sample for one in parts for sample in look(folder, one, labels, most)]
    if not found:
        raise DataError(
            f"{folder}: its part {part} has no syllable that the model knows; name another --part"
        )
    return found


def _every(folder: Path, part: Part, labels: Iterable[str]) -> Iterator[Sample]:
    """All samples of a folder's part with some labels, which may not fit into memory at once."""
    known = set(labels)
    return (sample for sample in Shards(folder, part) if sample.label in known)


def measure(
    reader: Reader,
    label_set: str,
    samples: Iterable[Sample],
    frequencies: Frequencies | None = None,
    weights: Sequence[float] = (),
) -> Measured:
    """The figures on samples: in detail for the model's own syllables, and every way in short.

    frequencies: how often each of the 11,172 syllables is written. weights: of the prior, to try.
    Raises DataError where there are no samples.
    """
    tried = sorted({0.0, reader.weight, *weights})
    ways = [Way(labels, weight) for labels in SETS for weight in tried]
    plain = Way(label_set, 0.0)
    frames: list[Frame | None] = []
    writers: list[str] = []
    found: dict[Way, list[Answers]] = {way: [] for way in ways}
    for some in _chunks(samples):
        framed = [frame(sample.ink, reader.ink) for sample in some]

        def slanted(number: int, slant: float, some: Sequence[Sample] = some) -> Frame | None:
            return frame(some[number].ink, reader.ink, slant)

        truth = [one.label for one in some]
        for way, answers in _answer(reader, ways, truth, framed, slanted).items():
            found[way].append(answers)
        frames += framed
        writers += [sample.writer for sample in some]
    if not frames:
        raise DataError("there is no sample to measure on; name another folder or --part")
    answered = {way: _joined(parts) for way, parts in found.items()}
    answers = answered[plain]
    groups = by_group(answers, writers)
    figures = {
        **summary(answers),
        "ways": [one for way in ways for one in _in_short(way, answered[way], frequencies)],
        "jamo": jamomeasures.by_place(answers),
        "by_jamo": jamomeasures.by_jamo(answers),
        "jamo_confusions": jamomeasures.confusions(answers),
        "reliability": reliability(answers),
        "writers": len(groups),
        "top1_mean_of_writers": float(np.mean([one["top1"] for one in groups.values()])),
        "by_writer": dict(sorted(groups.items(), key=lambda item: item[1]["top1"])),
    }
    return Measured(figures, answers, frames)


def _in_short(
    way: Way, answers: Answers, frequencies: Frequencies | None
) -> Iterator[dict[str, Any]]:
    """The figures of one way: of all samples that it can answer, and of rare syllables apart."""
    rare = ~np.isin(np.array(answers.labels), hangul.KS_X_1001)[answers.truth]
    known = answers.truth >= 0
    for name, chosen in ((way.label_set, known), ("rare", known & rare)):
        if not chosen.any() or (name == "rare" and way.label_set == "ks2350"):
            continue
        some = answers.where(chosen)
        figures: dict[str, Any] = {
            "labels": name,
            "prior_weight": way.weight,
            "samples": len(some.truth),
            "top1": accuracy(some),
            "top3": accuracy(some, 3),
            "calibration_error": calibration_error(some),
        }
        if frequencies is not None:
            first = ord(hangul.SYLLABLES[0])
            counts = as_written(some, frequencies[[ord(label) - first for label in some.labels]])
            figures["as_written"] = {
                "effective_samples": effective(counts),
                "top1": accuracy(some, 1, counts),
                "top3": accuracy(some, 3, counts),
                "calibration_error": calibration_error(some, counts),
            }
        yield figures


def measure_redrawn(
    reader: Reader, label_set: str, samples: Sequence[Sample]
) -> dict[str, dict[str, dict[str, Any]]]:
    """Top-1 and top-3 of the same images drawn anew: for each aspect, for each of its values.

    Strokes have no size, place, pen or polarity that the framing does not give them, so they are
    left out. Raises DataError where no image is left.
    """
    images = [(one.ink, one.label) for one in samples if isinstance(one.ink, np.ndarray)]
    if not images:
        raise DataError("none of the people's ink is an image, which --redraw needs; leave it out")
    labels, plain = [label for _, label in images], Way(label_set, 0.0)
    report: dict[str, dict[str, dict[str, Any]]] = {}
    for aspect, values in ASPECTS.items():
        report[aspect] = {}
        for value, drawing in values.items():

            def framed(number: int, slant: float, drawing: Drawing = drawing) -> Frame | None:
                sheet = redraw(images[number][0], drawing)
                return None if sheet is None else frame(sheet, reader.ink, slant)

            frames = [framed(number, 0.0) for number in range(len(images))]
            answers = _answer(reader, [plain], labels, frames, framed)[plain]
            report[aspect][value] = {
                "samples": len(labels),
                "top1": accuracy(answers),
                "top3": accuracy(answers, 3),
            }
    return report


def measure_scraps(reader: Reader, label_set: str, seed: int) -> dict[str, float]:
    """The share of ink without a syllable whose best score, as shown, is below 0.5, by its kind."""
    # Drawn as a run's are: by the pens of the defaults, and by other generators than training's.
    scraps = ScrapInk(hangul.KS_X_1001, HangulConfig().augmentation, reader.ink)
    way = Way(label_set, reader.weight)
    shares = {}
    for number, kind in enumerate(KINDS):
        rngs = [np.random.default_rng((seed, number, place)) for place in range(_SCRAPS)]
        frames = [scraps.draw_kind(kind, rng) for rng in rngs]

        def slanted(number: int, slant: float, frames: list[Frame] = frames) -> Frame | None:
            return frame_coverage(frames[number], reader.ink, slant)  # all that is left of the ink

        labels = [way.labels[0]] * len(frames)
        scores = _answer(reader, [way], labels, frames, slanted)[way].scores
        shares[kind] = float((scores[:, 0] < 0.5).mean())
    return shares


def _leave_one_out(options: argparse.Namespace, command: str) -> dict[str, Any]:
    """Each run's figures on the people that it was trained without.

    With several runs the heads of each are weighed by what the others say of theirs.
    """
    # Keras takes seconds to load, which other measurements need not wait for.
    from train import folds

    report: dict[str, Any] = {"command": command, "left_out": {}}
    frequencies = _frequencies(report)
    asked: dict[str, folds.Fold] = {}
    for folder in options.leave_one_out:
        without = rundir.read_json(Path(folder) / rundir.CONFIG).get("without")
        if not without:
            raise ValueError(
                f"{folder}: was trained without nobody; name a run of train.py hangul --without"
            )
        reader = open_reader(folder, None, not options.one_look)
        label_set = options.labels or reader.answers.label_set
        known = reader.answers.label_set
        for other in options.leave_one_out:
            if other not in asked:
                asked[other] = folds.load(Path(other), known)
        if others := [asked[other] for other in options.leave_one_out if other != folder]:
            reader = reader.weighed(folds.combination(others, known))
        for writer in without:
            samples = [
                sample
                for people in options.people
                for part in PARTS
                for sample in _every(people, part, SETS[label_set])
                if sample.writer == writer
            ]
            if not samples:
                raise DataError(f"{folder}: was trained without {writer}, whom --people has not")
            report["left_out"][writer] = {
                "run": folder,
                **measure(reader, label_set, samples, frequencies).figures,
            }
    if options.plots:
        from train import plots  # matplotlib takes a second to load

        plots.write_left_out(options.plots, report["left_out"])
    return report


def _beside(collections: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """What papers state for each collection, and what the model does there."""
    return [
        {"collection": name, **figures, "papers": papers}
        for name, figures in collections.items()
        for known, papers in PUBLISHED.items()
        if known.lower() in name.lower()
    ]


def _chunks(samples: Iterable[Sample]) -> Iterator[list[Sample]]:
    left = iter(samples)
    return iter(partial(lambda: list(islice(left, _ROWS))), [])


def _answer(
    reader: Reader,
    ways: Sequence[Way],
    labels: Sequence[str],
    frames: Sequence[Frame | None],
    slanted: Callable[[int, float], Frame | None],
) -> dict[Way, Answers]:
    """What each way answers; the truth is -1 where it has no such label.

    slanted: the frame of an ink, by its number, that leans by so many degrees.
    """
    parts: dict[Way, list[Answers]] = {way: [] for way in ways}
    index = {way: {label: number for number, label in enumerate(way.labels)} for way in ways}
    for start in range(0, len(frames), _ROWS):
        some = dict(enumerate(frames[start : start + _ROWS], start))
        inked = {number: framed for number, framed in some.items() if framed is not None}
        looks = Looks(reader, inked, slanted)
        for way in ways:
            scores = np.zeros((len(some), len(way.labels)), np.float32)
            if inked:
                scores[np.array(list(inked)) - start] = looks.scores(way)
            truth = [index[way].get(label, -1) for label in labels[start : start + _ROWS]]
            parts[way].append(Answers.of(way.labels, np.array(truth, np.int64), scores))
    return {way: _joined(some) for way, some in parts.items()}


def _joined(parts: Sequence[Answers]) -> Answers:
    return Answers(
        parts[0].labels,
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("truth", "best", "scores")
        ),
    )
