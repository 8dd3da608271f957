"""How well a model directory answers, measured on the file that ships.

    python train/evaluate.py digits --mnist data/mnist --pen data/unipen_digits.jsonl.gz
    python train/evaluate.py hangul --people data/writers --fonts data/fonts
    python train/evaluate.py jamo --people data/jamo-people --fonts data/jamo-fonts
    python train/evaluate.py auto --pen data/unipen_digits.jsonl.gz --jamo data/jamo-people

Ink goes in as a user's would and through `edge_app.Recognizer`, so the figures hold for the
quantised .tflite with its ink settings, on the runtime that is named, and not for a Keras model.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# Run as a file, Python looks for modules beside it and would take train.py for the package.
if not __package__:
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import cv2
import numpy as np
import numpy.typing as npt

from edge_app.ink import Stroke
from edge_app.interpreter import RUNTIMES
from edge_app.recognizer import Recognizer
from train import evaluate_auto, evaluate_hangul, evaluate_jamo, hangultables
from train.data import DataError, Sample, mnist, strokes
from train.files import replace
from train.measures import Answers, about, answer, by_group, by_writer, summary
from train.sheets import SHEET, SIZES, place
from train.split import part_of

BANDS = (24, 40, 60, 90, 141)
"""Limits of the bands of digit sizes on the sheet, px; the last one is past the largest."""

_TILE = 96
"""Side of one framed ink on the picture of misses, px."""

_PER_ROW = 12
"""Misses in one row of the picture."""

_MOST_TILES = 240
"""Misses of one part shown on the picture; more would hide the pattern."""

Ink = Sequence[Stroke] | npt.NDArray[np.uint8]


def measure_mnist(recognizer: Recognizer, test: mnist.Digits) -> tuple[Answers, dict[str, Any]]:
    """Answers and figures on MNIST's test images as they are."""
    answers = answer(recognizer, test.images, map(str, test.labels))
    return answers, summary(answers)


def measure_sheet(
    recognizer: Recognizer, test: mnist.Digits, seed: int
) -> tuple[list[Ink], Answers, dict[str, Any]]:
    """Sheets, answers and figures on the same digits anywhere on a large sheet."""
    sheets = [place(digit, seed, index) for index, digit in enumerate(test.images)]
    inks: list[Ink] = [sheet.image for sheet in sheets]
    answers = answer(recognizer, inks, map(str, test.labels))
    bands = np.digitize([sheet.size for sheet in sheets], BANDS[1:-1])
    names = [f"{BANDS[i]:3} to {BANDS[i + 1] - 1:3} px" for i in range(len(BANDS) - 1)]
    figures = {
        **summary(answers),
        "seed": seed,
        "by": {
            "size": by_group(answers, [names[band] for band in bands]),
            "pen": by_group(answers, [sheet.pen for sheet in sheets]),
            "polarity": by_group(answers, [sheet.polarity for sheet in sheets]),
        },
    }
    return inks, answers, figures


def measure_pen(recognizer: Recognizer, samples: list[Sample]) -> tuple[Answers, dict[str, Any]]:
    """Answers and figures on pen strokes; by writer too, as some wrote far more than others."""
    answers = answer(
        recognizer, (sample.ink for sample in samples), (sample.label for sample in samples)
    )
    return answers, by_writer(answers, samples)


def read_pen(path: Path, labels: Sequence[str], every_writer: bool) -> list[Sample]:
    """The samples of a strokes file, by default of the writers that no training may see.

    Samples with other labels than the model's are left out, as they are in training.
    Raises DataError for a file that cannot be used or holds none of them.
    """
    samples = [sample for sample in strokes.read(path) if sample.label in labels]
    if not every_writer:
        samples = [sample for sample in samples if part_of(sample.writer) == "test"]
    if not samples:
        raise DataError(
            f"{path}: holds none of the model's labels by writers kept for testing; "
            "--all-writers takes every writer"
        )
    return samples


def draw_misses(
    recognizer: Recognizer, parts: dict[str, tuple[Sequence[Ink], Answers]], path: Path
) -> None:
    """Writes a PNG of the misses as the model saw them, each with "true > answer score"."""
    blocks = []
    for name, (inks, answers) in parts.items():
        wrong = np.flatnonzero(~answers.right)
        title = np.full((28, _PER_ROW * _TILE), 255, np.uint8)
        _write(title, f"{name}: {len(wrong)} of {len(inks)} missed", 0.6)
        blocks.append(title)
        tiles = [_draw_miss(recognizer, inks[i], answers, i) for i in wrong[:_MOST_TILES]]
        empty = np.full((_TILE + 20, _TILE), 255, np.uint8)
        tiles += [empty] * (-len(tiles) % _PER_ROW)
        blocks += [np.hstack(tiles[i : i + _PER_ROW]) for i in range(0, len(tiles), _PER_ROW)]
    done, content = cv2.imencode(".png", np.vstack(blocks))
    if not done:
        raise DataError(f"{path}: the picture of misses cannot be encoded")
    try:
        replace(path, lambda place: place.write_bytes(content.tobytes()))
    except OSError as error:
        raise DataError(f"{path}: cannot be written ({error.strerror})") from None


def _draw_miss(recognizer: Recognizer, ink: Ink, answers: Answers, index: int) -> Any:
    tile = np.full((_TILE + 20, _TILE), 255, np.uint8)
    framed = recognizer.frame(ink)
    if framed is not None:
        size = (_TILE - 4, _TILE - 4)
        tile[2 : _TILE - 2, 2 : _TILE - 2] = 255 - cv2.resize(
            framed, size, interpolation=cv2.INTER_NEAREST
        )
    true, given = answers.name(answers.truth[index]), answers.name(answers.top[index])
    _write(tile, f"{true} > {given} {answers.scores[index].max():.2f}", 0.45)
    return tile


def _write(image: npt.NDArray[np.uint8], text: str, scale: float) -> None:
    at = (4, image.shape[0] - 6)
    cv2.putText(image, text, at, cv2.FONT_HERSHEY_SIMPLEX, scale, 0, 1, cv2.LINE_AA)


def table(report: dict[str, Any]) -> str:
    """The report as text: a line a figure, the exact command first."""
    model = report["model"]
    lines = [
        f"$ {report['command']}",
        f"{model['name']}: {model['path']}, {model['bytes']:,} bytes, {model['quantization']}, "
        f"{report['runtime']}",
    ]
    titles = {
        "mnist": "MNIST test set",
        "sheet": f"anywhere on a {SHEET}x{SHEET} sheet, {SIZES[0]} to {SIZES[1]} px",
        "pen": "pen strokes",
    }
    for part, title in titles.items():
        if part in report:
            lines += ["", *_part_lines(title, report[part])]
    for name, figures in report.get("parts", {}).items():
        lines += ["", *_part_lines(name, figures)]
    if "scraps" in report:
        lines += ["", "ink that is no jamo, best score below 0.5:"]
        lines += [f"  {kind:<22} {share:9.3%}" for kind, share in report["scraps"].items()]
    return "\n".join(lines)


def _part_lines(title: str, figures: dict[str, Any]) -> list[str]:
    lines = [
        f"{title}: {figures['samples']:,} samples",
        f"  top-1  {figures['top1']:9.3%}   {len(figures['misses'])} missed",
        f"  top-3  {figures['top3']:9.3%}",
    ]
    if "writers" in figures:
        lines.append(
            f"  top-1  {figures['top1_mean_of_writers']:9.3%}   "
            f"mean of {figures['writers']} writers"
        )
    lines.append(
        f"  expected calibration error of the best score {figures['calibration_error']:.4f}"
    )
    for kind, groups in figures.get("by", {}).items():
        lines.append(f"  by {kind}" if kind != "worst writers" else f"  {kind}")
        lines += [
            f"    {name:<20} {group['top1']:9.3%} of {group['samples']:,}"
            for name, group in groups.items()
        ]
    if figures["confusions"]:
        pairs = ", ".join(
            f"{c['true']} > {c['answer']} {c['count']}x" for c in figures["confusions"]
        )
        lines.append(f"  true > answer: {pairs}")
    return lines


class _Once(argparse.Action):
    """An option that is refused the second time, as only the last one given would count."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        if getattr(namespace, self.dest) is not None:
            raise argparse.ArgumentError(self, f"{values} is the second; measure one at a time")
        setattr(namespace, self.dest, values)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="evaluate.py",
        description="Measures a model directory through the recogniser that the pad uses.",
    )
    tasks = parser.add_subparsers(dest="task", required=True, help="what the model reads")
    digits = tasks.add_parser("digits", help="MNIST, anywhere on a sheet, and pen strokes")
    digits.add_argument(
        "--mnist",
        type=Path,
        default=Path("data/mnist"),
        metavar="DIR",
        help="folder of MNIST's four IDX files (default: %(default)s)",
    )
    digits.add_argument(
        "--pen", type=Path, metavar="FILE", help="pen strokes, .jsonl or .jsonl.gz; see prepare.py"
    )
    digits.add_argument(
        "--all-writers",
        action="store_true",
        help="measure on every writer of --pen, not only on those kept from training",
    )
    digits.add_argument("--misses", type=Path, metavar="PNG", help="draw what was missed")
    digits.add_argument("--seed", type=int, default=0, help="of the sheets (default: %(default)s)")
    hangul = tasks.add_parser("hangul", help="prepared people and type, and ink of no syllable")
    evaluate_hangul.add_options(hangul)
    jamo = tasks.add_parser("jamo", help="prepared people and type, and ink of no jamo")
    evaluate_jamo.add_options(jamo)
    auto = tasks.add_parser("auto", help="each kind of ink in the pad's automatic mode")
    evaluate_auto.add_options(auto)
    for task in (digits, hangul, jamo):
        task.add_argument(
            "--model",
            action=_Once,
            help="bundled name or path of a model directory (default: the task's name)",
        )
    for task in (digits, hangul, jamo, auto):
        task.add_argument(
            "--runtime", choices=sorted(RUNTIMES), help="default: the first installed"
        )
        task.add_argument(
            "--json", action="store_true", help="print one JSON object, not the table"
        )
    return parser


def run(options: argparse.Namespace, command: str) -> dict[str, Any]:
    """Measures what the options ask for. Raises ValueError or ImportError in one sentence."""
    if not options.mnist.is_dir():
        raise DataError(
            f"{options.mnist}: no such folder; "
            f"python train/prepare.py fetch mnist --out {options.mnist} brings MNIST"
        )
    recognizer = Recognizer(options.model or options.task, runtime=options.runtime)
    _, test = mnist.load(options.mnist)
    samples = read_pen(options.pen, recognizer.labels, options.all_writers) if options.pen else []
    report: dict[str, Any] = {"command": command, **about(recognizer)}
    parts: dict[str, tuple[Sequence[Ink], Answers]] = {}
    answers, report["mnist"] = measure_mnist(recognizer, test)
    parts["MNIST"] = list(test.images), answers
    inks, answers, report["sheet"] = measure_sheet(recognizer, test, options.seed)
    parts["sheet"] = inks, answers
    if samples:
        try:
            answers, report["pen"] = measure_pen(recognizer, samples)
        except ValueError as error:
            raise DataError(f"{options.pen}: {error}") from None
        parts["pen"] = [sample.ink for sample in samples], answers
    if options.misses:
        draw_misses(recognizer, parts, options.misses)
    return report


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = _parser().parse_args(given)
    try:
        command = shlex.join(["python", "train/evaluate.py", *given])
        if options.task == "hangul":
            report = evaluate_hangul.run(options, command)
            text = hangultables.text(report)
        elif options.task == "auto":
            report = evaluate_auto.run(options, command)
            text = evaluate_auto.text(report)
        else:
            report = (evaluate_jamo.run if options.task == "jamo" else run)(options, command)
            text = table(report)
    except (ValueError, ImportError) as error:
        print(f"evaluate.py: {error}", file=sys.stderr)
        return 1
    print(json.dumps(report, ensure_ascii=False) if options.json else text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
