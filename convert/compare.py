"""Compares models with each other and with Tesseract, on the same people, in one run.

    python convert/compare.py --people data/writers --model edge_app/models/hangul \\
        --model runs/models/ibm --untrained mobilenet --out docs/benchmarks.md

Every model has a process of its own (`convert.contestant`), at one thread under LiteRT, and reads
through `edge_app`. They take turns, a few characters each in a new order every round, and their
processor time is counted, so that what else the machine does bears little on them, and on all of
them alike. The first one named is "ours", which the others' times are divided by.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import random
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

if not __package__:  # run as a file: its own folder is on the path, the project is not
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import cv2
import numpy as np
import numpy.typing as npt

from convert import ConversionError, contestant, standings, tesseract, untrained
from convert.operations import multiply_adds
from convert.standings import Row
from edge_app.bundle import MODEL_FILE, load
from edge_app.hangul import KS_X_1001
from edge_app.ink import InkSettings, frame_strokes
from edge_app.syllables import SETS
from train import files
from train.data import DataError, Sample
from train.hangul import look
from train.shards import PARTS
from train.sources import at_least

_BATCH = 20
"""Characters that one contestant reads before the next one's turn."""

_CALIBRATION = 8
"""Inks that untrained networks are quantised by: ranges that mean nothing need no more."""

_BORDER = 16
"""Paper around an ink, px: Tesseract reads no character that touches the edge."""

_SHEET = InkSettings(size=160, margin=16, pen=0.04, min_pen=0.04)
"""How strokes are drawn into a picture, which all contestants can read."""


@dataclass(frozen=True)
class Model:
    """What is compared."""

    name: str
    """What to call it."""
    directory: Path
    """Its model directory."""
    trained: bool
    """Whether it learned anything."""


@dataclass
class Contestant:
    """A model that a process of its own reads with."""

    model: Model
    process: subprocess.Popen[str]
    about: dict[str, Any] = field(default_factory=dict)
    """What the process said of the model."""
    answers: list[list[str]] = field(default_factory=list)
    """The best labels of each ink, best first."""
    seconds: list[tuple[float, float, float]] = field(default_factory=list)
    """Processor time of each ink: framing, model, scoring."""

    @classmethod
    def start(cls, model: Model, ink: Path, labels: str | None, stack: ExitStack) -> Contestant:
        """Starts the process, which opens the model, and lets the stack end it.

        ink: a picture. Raises BundleError for a model directory that cannot be used.
        """
        load(model.directory)
        command = [sys.executable, contestant.__file__, str(model.directory), str(ink)]
        process = subprocess.Popen(
            [*command, labels] if labels else command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        stack.enter_context(process)
        stack.callback(process.kill)  # leaving waits for it, forever if the turn was another's
        made = cls(model, process)
        made.about = made._hear()
        return made

    def read(self, inks: Sequence[Path]) -> None:
        """Lets the process read some pictures."""
        assert self.process.stdin is not None
        print(json.dumps([str(ink) for ink in inks]), file=self.process.stdin, flush=True)
        for best, *seconds in self._hear():
            self.answers.append(best)
            self.seconds.append((seconds[0], seconds[1], seconds[2]))

    def finish(self, truth: Sequence[str]) -> Row:
        """Ends the process and says how it did."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        peak = self._hear()
        self.process.wait()
        content = (self.model.directory / MODEL_FILE).read_bytes()
        framing, model, scoring = np.median(self.seconds, axis=0).tolist()
        return Row(
            name=self.model.name,
            kind=self.about["kind"],
            labels=self.about["labels"],
            size=len(content),
            multiply_adds=multiply_adds(content),
            accuracy=standings.accuracy(self.answers, truth) if self.model.trained else None,
            framing=framing,
            model=model,
            scoring=scoring,
            character=float(np.median(np.sum(self.seconds, axis=1))),
            peak=peak,
            without=self.about["without"],
        )

    def _hear(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise ConversionError(
                f"{self.model.directory}: the process that reads with it ended; see what it said"
            )
        return json.loads(line)


def measure(
    models: Sequence[Model],
    inks: Sequence[Path],
    truth: Sequence[str],
    labels: str | None,
) -> list[Row]:
    """Lets models, and Tesseract where it is installed, read the same pictures by turns.

    models: the first one counts as ours. truth: what each picture says. labels: the set that
    models of syllables answer from; None leaves it to them.
    """
    reader = tesseract.find()
    with ExitStack() as stack:
        contestants = [Contestant.start(model, inks[0], labels, stack) for model in models]
        turns: list[Contestant | tesseract.Tesseract] = [*contestants]
        if reader is not None:
            turns.append(reader)
        order = random.Random(0)
        # At least two in each: from one alone Tesseract's time for a further one does not follow.
        for batch in np.array_split(np.arange(len(inks)), max(1, len(inks) // _BATCH)):
            for one in order.sample(turns, len(turns)):
                one.read([inks[number] for number in batch])
        rows = [one.finish(truth) for one in contestants]
    return rows if reader is None else [*rows, *standings.of_tesseract(reader, inks[0], truth)]


def draw(sample: Sample) -> npt.NDArray[np.uint8]:
    """A picture of a sample with paper around it, grey."""
    if not isinstance(sample.ink, np.ndarray):
        framed = frame_strokes(sample.ink, _SHEET)
        assert framed is not None  # prepared folders hold no empty ink
        return np.asarray(255 - framed, np.uint8)
    paper = int(np.median(sample.ink))  # far more of it than of ink
    return np.pad(sample.ink, _BORDER, constant_values=paper)


def choose(folders: Sequence[Path], part: str, most: int) -> list[Sample]:
    """At most so many samples of KS X 1001 of each folder. Raises DataError where there is none."""
    parts = PARTS if part == "all" else [one for one in PARTS if one == part]
    found = []
    for folder in folders:
        mine = [sample for one in parts for sample in look(folder, one, KS_X_1001, most)]
        if not mine:
            raise DataError(f"{folder}: its part {part} has no syllables; name another --part")
        found += mine
    return found


def run(options: argparse.Namespace, command: str) -> str:
    """The comparison's Markdown. Raises ValueError, ConversionError or OSError."""
    asked = [untrained.parse(text) for text in options.untrained]
    if not options.model and not asked:
        raise ValueError("there is nothing to compare; name --model or --untrained")
    load_average = os.getloadavg()[0]
    samples = choose(options.people, options.part, options.most)
    with tempfile.TemporaryDirectory(prefix="hangul-pad-") as name:
        folder = Path(name)
        pictures = [draw(sample) for sample in samples]
        inks = [folder / f"{number}.png" for number in range(len(samples))]
        for path, picture in zip(inks, pictures, strict=True):
            cv2.imwrite(str(path), picture)
        models = [Model(path.name, path, True) for path in map(_directory, options.model)]
        for net, variant in asked:
            made = folder / f"{net}-{variant}"
            steps = np.unique(np.linspace(0, len(pictures) - 1, _CALIBRATION, dtype=int))
            untrained.write(net, variant, [pictures[step] for step in steps], made)
            models.append(Model(net, made, False))
        rows = measure(models, inks, [sample.label for sample in samples], options.labels)
    return standings.page(
        rows,
        command=command,
        date=datetime.date.today().isoformat(),
        machine=f"{_processor()}, {os.cpu_count()} cores, load average {load_average:.1f} before",
        inks=f"{len(samples):,} syllables by {len({one.writer for one in samples})} people",
        has_tesseract=len(rows) > len(models),
    )


def _directory(path: Path) -> Path:
    """A model directory, of which the file may be named as well."""
    return path.parent if path.name == MODEL_FILE else path


def _processor() -> str:
    """The processor's name, as far as the system tells it."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = _parser().parse_args(given)
    try:
        text = run(options, shlex.join(["python", "convert/compare.py", *given]))
        options.out.parent.mkdir(parents=True, exist_ok=True)
        files.replace(options.out, lambda path: path.write_text(text, encoding="utf-8"))
    except (ValueError, ConversionError, ImportError, OSError) as error:
        print(f"compare.py: {error}", file=sys.stderr)
        return 1
    print(text, end="")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="compare.py", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "--people",
        type=Path,
        action="append",
        required=True,
        metavar="DIR",
        help="prepared handwriting; may be repeated",
    )
    parser.add_argument(
        "--part",
        choices=[*PARTS, "all"],
        default="test",
        help="which part of it (default: %(default)s, which no training sees)",
    )
    parser.add_argument(
        "--most",
        type=at_least(2),
        default=5000,
        metavar="N",
        help="samples of a folder's part at most, at even steps (default: %(default)s)",
    )
    parser.add_argument(
        "--model",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="model directory, or its model.tflite; may be repeated",
    )
    parser.add_argument(
        "--untrained",
        action="append",
        default=[],
        metavar="NAME[:VARIANT]",
        help="a network of train/config.py with random weights, converted here to a variant "
        f"(default: {untrained.VARIANT}), for its speed and size alone; may be repeated",
    )
    parser.add_argument("--labels", choices=list(SETS), help="default: what each model says")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("docs/benchmarks.md"),
        metavar="FILE",
        help="Markdown file to replace (default: %(default)s)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
