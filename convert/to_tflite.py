"""Converts finished training runs into model directories for the pad.

python convert/to_tflite.py                  every finished run, into edge_app/models/
python convert/to_tflite.py runs/digits-1    one run
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

if not __package__:  # run as a file: its own folder is on the path, the project is not
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from convert import VARIANTS, ConversionError, runs
from convert.export import convert_run
from convert.runs import Run
from edge_app import bundle as bundles

RUNS = Path("runs")
"""Where training leaves its runs."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. Returns the exit status: 0 done, 1 something failed (the rest is done)."""
    options = _parser().parse_args(arguments)
    tried = list(dict.fromkeys(options.variant or VARIANTS))
    if options.choose and options.choose not in tried:
        tried.append(options.choose)
    failed = False
    for run in _find(options.run):
        try:
            if isinstance(run, ConversionError):
                raise run
            convert_run(run, options.out / run.name, tried, options.choose)
        except ConversionError as error:
            failed = True
            print(f"to_tflite: {error}", file=sys.stderr)
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="to_tflite.py",
        description="Converts finished training runs to quantised, verified model directories.",
        epilog="variants: " + "; ".join(f"{name}: {text}" for name, text in VARIANTS.items()),
    )
    parser.add_argument(
        "run",
        nargs="*",
        type=Path,
        help="folder of a finished run (default: the newest finished run of each model in runs/)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=bundles.MODELS,
        metavar="DIR",
        help="write DIR/NAME/ for each model (default: edge_app/models)",
    )
    parser.add_argument(
        "--variant",
        action="append",
        choices=VARIANTS,
        help="a variant to try; may be repeated (default: all)",
    )
    parser.add_argument(
        "--choose",
        choices=VARIANTS,
        help="the variant to write (default: the smallest and fastest that keeps the answers)",
    )
    return parser


def _find(folders: Sequence[Path]) -> Iterable[Run | ConversionError]:
    """The runs to convert, and what is wrong with those that cannot be read."""
    if folders:
        for folder in folders:
            try:
                yield runs.read(folder)
            except ConversionError as error:
                yield error
        return
    try:
        found = runs.survey(RUNS)
    except ConversionError as error:
        yield error
        return
    for sentence in found.passed_over:
        print(sentence)
    yield from found.broken
    yield from found.runs
    if not found.runs and not found.broken:
        yield ConversionError(f"{RUNS}: holds no finished run; train one with train/train.py")


if __name__ == "__main__":
    sys.exit(main())
