"""Trains a model: python train/train.py digits [--mnist DIR] [--pen FILE ...] [...]

Runs under TensorFlow, JAX or torch: set KERAS_BACKEND to "tensorflow", "jax" or "torch".
"""

from __future__ import annotations

import sys
from pathlib import Path

if not __package__:  # run as a file: "train" must mean the package, not this file
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
import datetime
import os

from train.config import RunConfig


def main(arguments: list[str] | None = None) -> int:
    """Trains as the command line says. Returns 0, or 1 for data that cannot be used."""
    options = _parser().parse_args(arguments)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    # Heavy, and only now: --help answers at once.
    from train import rundir
    from train.fit import fit

    try:
        if options.resume:
            folder = Path(options.resume)
            config = RunConfig.from_dict(rundir.read_json(folder / rundir.CONFIG))
        else:
            config = _config(options)
            started = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
            folder = Path(options.out or Path("runs") / f"{config.name}-{started}")
            if (folder / rundir.CONFIG).exists():
                raise ValueError(
                    f"{folder}: holds a run already; --resume it or name another --out"
                )
        print(f"run: {folder}")
        result = fit(config, folder, resume=bool(options.resume))
    # DataError is a ValueError: its message names the file. The other: a worker was killed.
    except (ValueError, ChildProcessError) as error:
        print(f"train: {error}", file=sys.stderr)
        return 1
    for group, accuracy in result["metrics"].items():
        print(f"{group}: {100 * accuracy:.2f} %")
    print(f"finished: {folder}; next: python convert/to_tflite.py")
    return 0


def _parser() -> argparse.ArgumentParser:
    default = RunConfig()
    parser = argparse.ArgumentParser(prog="train.py", description=__doc__.partition("\n")[0])
    parser.add_argument("task", choices=["digits"], nargs="?", default="digits")
    parser.add_argument("--resume", metavar="RUN", help="go on with a run's folder")
    parser.add_argument("--out", metavar="DIR", help="the run's folder (default: runs/TASK-TIME)")
    parser.add_argument(
        "--mnist",
        metavar="DIR",
        default=default.mnist,
        help="folder of MNIST's four IDX files, plain or .gz; fetched if missing (%(default)s)",
    )
    parser.add_argument(
        "--pen",
        metavar="FILE",
        action="append",
        default=[],
        help="pen strokes as JSON Lines, e.g. from prepare.py unipen; may be repeated",
    )
    for name, text in (
        ("epochs", "passes over --epoch-samples"),
        ("epoch_samples", "samples called an epoch"),
        ("batch", "samples a step"),
        ("seed", "seed of everything random"),
        ("patience", "stop after so many epochs without a better validation loss; 0: never"),
        ("workers", "processes that prepare ink; 0: the one that trains"),
    ):
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            type=int,
            default=getattr(default, name),
            help=f"{text} (%(default)s)",
        )
    return parser


def _config(options: argparse.Namespace) -> RunConfig:
    given = {
        name: getattr(options, name)
        for name in (
            "task",
            "mnist",
            "epochs",
            "epoch_samples",
            "batch",
            "seed",
            "patience",
            "workers",
        )
    }
    if min(options.epochs, options.epoch_samples // max(1, options.batch)) < 1:
        raise ValueError("epochs and the steps of an epoch must be at least 1")
    if options.workers < 0:
        raise ValueError("workers must be at least 0")
    return RunConfig(**given, pen=tuple(options.pen))


if __name__ == "__main__":
    sys.exit(main())
