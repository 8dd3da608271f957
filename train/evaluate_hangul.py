"""How well a model reads syllables: prepared people and type that training never saw.

The model is a model directory, read through the pad's own recogniser, or the folder of a finished
run, whose Keras network is then asked. Both see the same ink, framed by `edge_app.ink`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from edge_app import hangul
from edge_app.answers import SyllableAnswers
from edge_app.bundle import MODEL_FILE
from edge_app.ink import Frame, InkSettings, frame
from edge_app.recognizer import Recognizer
from edge_app.syllables import HEADS, JAMO, SETS, Floats, join
from train import rundir
from train.config import HangulConfig
from train.data import DataError, Sample
from train.hangul import look
from train.measures import BINS, Answers, by_group, summary
from train.scraps import KINDS, ScrapInk
from train.shards import PARTS
from train.sources import at_least

_ROWS = 256
"""Inks scored at a time: 11,172 scores each would fill the memory."""

_SCRAPS = 200
"""Scraps of each kind that are shown to the model."""

_WORST = 10
"""Writers or fonts that are listed, those read worst first."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of "hangul" on the command line."""
    for name, text in (("people", "prepared handwriting"), ("fonts", "prepared type")):
        parser.add_argument(
            f"--{name}",
            type=Path,
            action="append",
            default=[],
            metavar="DIR",
            help=f"{text}; may be repeated",
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
    parser.add_argument("--seed", type=at_least(0), default=1, metavar="N", help="of the scraps")


class Reader(Protocol):
    """A model that reads syllables."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The syllables that it may answer."""
        ...

    def read(self, frames: Sequence[Frame]) -> Floats:
        """Raw outputs for frames, (n, 2420)."""
        ...

    def scores_of(self, logits: Floats) -> Floats:
        """The probability of each of the labels, (n, len(labels)), from raw outputs."""
        ...


class _Directory:
    """A model directory, as the pad reads with it."""

    def __init__(self, model: str, labels: str | None, runtime: str | None) -> None:
        self.recognizer = Recognizer(model, labels=labels, runtime=runtime)
        if not isinstance(self.recognizer.bundle.answers, SyllableAnswers):
            raise ValueError(
                f"{self.recognizer.directory}: reads no syllables; name another --model"
            )
        self.ink = self.recognizer.bundle.ink

    @property
    def labels(self) -> tuple[str, ...]:
        return self.recognizer.labels

    def read(self, frames: Sequence[Frame]) -> Floats:
        return np.stack([self.recognizer.logits(framed) for framed in frames])

    def scores_of(self, logits: Floats) -> Floats:
        return self.recognizer.scores_of(logits)

    def about(self) -> dict[str, Any]:
        path = self.recognizer.directory / MODEL_FILE
        return {
            "path": str(self.recognizer.directory),
            "bytes": path.stat().st_size,
            "kind": self.recognizer.bundle.quantization,
            "runtime": self.recognizer.runtime,
        }


class _Run:
    """A finished run's Keras network with the combination that was fitted to it."""

    def __init__(self, folder: Path, labels: str | None) -> None:
        import keras  # seconds that a model directory need not wait for

        from train.task import predict

        config = rundir.read_json(folder / rundir.CONFIG)
        result = rundir.read_json(folder / rundir.RESULT)
        try:
            data = {
                "label_set": labels or config["labels"],
                "heads": {head: head for head in HEADS},
                "combination": {**result["combination"], "prior": 0.0},
                "prior": None,
            }
            self._answers = SyllableAnswers.from_dict(data)
            self.ink = InkSettings.from_dict(config["ink"])
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{folder}: is no finished run of hangul ({error})") from None
        self._path = folder / rundir.MODEL
        self._model, self._predict = keras.models.load_model(self._path, compile=False), predict

    @property
    def labels(self) -> tuple[str, ...]:
        return self._answers.labels

    def read(self, frames: Sequence[Frame]) -> Floats:
        return join(self._predict(self._model, np.stack(frames)))

    def scores_of(self, logits: Floats) -> Floats:
        return self._answers.scores_of(logits)

    def about(self) -> dict[str, Any]:
        size = self._path.stat().st_size
        return {"path": str(self._path), "bytes": size, "kind": "float32", "runtime": "keras"}


def run(options: argparse.Namespace, command: str) -> dict[str, Any]:
    """Measures what the options ask for. Raises ValueError or ImportError in one sentence."""
    if not options.people and not options.fonts:
        raise ValueError("there is nothing to measure on; name --people or --fonts")
    model = options.model or options.task
    is_run = (Path(model) / rundir.MODEL).is_file()
    reader = (
        _Run(Path(model), options.labels)
        if is_run
        else _Directory(model, options.labels, options.runtime)
    )
    report: dict[str, Any] = {"command": command, "model": reader.about(), "folders": {}}
    report["model"]["labels"] = len(reader.labels)
    for folder in (*options.people, *options.fonts):
        samples = _samples(folder, options.part, reader.labels, options.most)
        report["folders"][str(folder)] = measure(reader, reader.ink, samples)
    report["scraps"] = measure_scraps(reader, reader.ink, options.seed)
    return report


def _samples(folder: Path, part: str, labels: Sequence[str], most: int) -> list[Sample]:
    parts = PARTS if part == "all" else [one for one in PARTS if one == part]
    found = [sample for one in parts for sample in look(folder, one, labels, most)]
    if not found:
        raise DataError(
            f"{folder}: its part {part} has no syllable that the model knows; name another --part"
        )
    return found


def measure(reader: Reader, ink: InkSettings, samples: Sequence[Sample]) -> dict[str, Any]:
    """The figures on samples: all together, by place of the jamo, and by writer or font."""
    index = {label: number for number, label in enumerate(reader.labels)}
    truth = np.array([index[sample.label] for sample in samples])
    answers = _answers(reader, truth, [frame(sample.ink, ink) for sample in samples])
    writers = by_group(answers, [sample.writer for sample in samples])
    worst = sorted(writers.items(), key=lambda item: item[1]["top1"])[:_WORST]
    return {
        **summary(answers),
        "jamo": _jamo(answers),
        "writers": len(writers),
        "top1_mean_of_writers": float(np.mean([one["top1"] for one in writers.values()])),
        "worst": dict(worst),
    }


def measure_scraps(reader: Reader, ink: InkSettings, seed: int) -> dict[str, float]:
    """The share of ink without a syllable whose best score is below 0.5, by its kind."""
    # Drawn as a run's are: by the pens of the defaults, and by other generators than training's.
    scraps = ScrapInk(hangul.KS_X_1001, HangulConfig().augmentation, ink)
    shares = {}
    for number, kind in enumerate(KINDS):
        rngs = [np.random.default_rng((seed, number, place)) for place in range(_SCRAPS)]
        frames: list[Frame | None] = [scraps.draw_kind(kind, rng) for rng in rngs]
        answers = _answers(reader, np.zeros(len(frames), np.int64), frames)
        shares[kind] = float((answers.scores[:, 0] < 0.5).mean())
    return shares


def _answers(
    reader: Reader, truth: npt.NDArray[np.int64], frames: Sequence[Frame | None]
) -> Answers:
    parts = []
    for start in range(0, len(frames), _ROWS):
        some = frames[start : start + _ROWS]
        scores = np.zeros((len(some), len(reader.labels)), np.float32)
        inked = [number for number, framed in enumerate(some) if framed is not None]
        if inked:
            scores[inked] = reader.scores_of(
                reader.read([framed for framed in some if framed is not None])
            )
        parts.append(Answers.of(reader.labels, truth[start : start + _ROWS], scores))
    return Answers(
        reader.labels,
        truth,
        np.concatenate([part.best for part in parts]),
        np.concatenate([part.scores for part in parts]),
    )


def _jamo(answers: Answers) -> dict[str, float]:
    """The share of best answers with the right jamo in each place."""
    table = np.array([hangul.decompose(label) for label in answers.labels])
    right = (table[answers.top] == table[answers.truth]) & (answers.top >= 0)[:, np.newaxis]
    return dict(zip(JAMO, right.mean(axis=0).tolist(), strict=True))


def table(report: dict[str, Any]) -> str:
    """The report as text: a line a figure, the exact command first."""
    model = report["model"]
    lines = [
        f"$ {report['command']}",
        f"{model['path']}: {model['bytes']:,} bytes, {model['kind']}, {model['runtime']}, "
        f"{model['labels']:,} syllables",
    ]
    for folder, figures in report["folders"].items():
        lines += [
            "",
            f"{folder}: {figures['samples']:,} samples of {figures['writers']} writers or fonts",
            f"  top-1  {figures['top1']:8.2%}   "
            f"mean of writers {figures['top1_mean_of_writers']:.2%}",
            f"  top-3  {figures['top3']:8.2%}",
            *(f"  {place:<7}{share:8.2%}" for place, share in figures["jamo"].items()),
            f"  expected calibration error ({BINS} bins) {figures['calibration_error']:.4f}",
            "  true > answer: "
            + ", ".join(
                f"{c['true']} > {c['answer']} {c['count']}x" for c in figures["confusions"]
            ),
            "  read worst:",
            *(f"    {one['top1']:7.2%}  {name}" for name, one in figures["worst"].items()),
        ]
    lines += ["", "ink that is no syllable, best score below 0.5:"]
    return "\n".join([*lines, *(f"  {kind:<12}{s:8.2%}" for kind, s in report["scraps"].items())])
