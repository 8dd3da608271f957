"""Trains a model: python train/train.py digits|hangul|jamo [--mnist DIR] [--fonts DIR ...] [...]

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
from dataclasses import asdict, fields, replace
from typing import Any

from edge_app.syllables import SETS
from train.config import CONFIGS, NETS, Config, HangulConfig, Weights, read, with_net


def main(arguments: list[str] | None = None) -> int:
    """Trains as the command line says. Returns 0, or 1 for data that cannot be used."""
    given = vars(_parser().parse_args(arguments))
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    # Heavy, and only now: --help answers at once.
    from train import rundir
    from train.fit import fit
    from train.hosts import joined

    resume, out, minutes = (given.pop(name, None) for name in ("resume", "out", "minutes"))
    addresses, number = given.pop("hosts", ""), given.pop("host", 0)
    try:
        if resume:
            folder = Path(resume)
            config = read(rundir.read_json(folder / rundir.CONFIG))
        else:
            config = _config(given)
            started = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
            folder = Path(out or Path("runs") / f"{config.name}-{started}")
        with joined(addresses, number) as hosts:
            if hosts.first and not resume and (folder / rundir.CONFIG).exists():
                raise ValueError(
                    f"{folder}: holds a run already; --resume it or name another --out"
                )
            print(f"run: {folder}" if hosts.first else f"host {number} of {hosts.count}")
            minutes = None if resume else minutes
            result = fit(config, folder, resume=bool(resume), minutes=minutes, hosts=hosts)
    # DataError is a ValueError: its message names the file. The others: a worker or a host is gone.
    except (ValueError, ChildProcessError, ConnectionError) as error:
        print(f"train: {error}", file=sys.stderr)
        return 1
    if not result:
        print("finished: host 0 writes the run")
        return 0
    for group, accuracy in result["metrics"].items():
        print(f"{group}: {100 * accuracy:.2f} %")
    print(f"finished: {folder}; next: python convert/to_tflite.py")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="train.py",
        description=(__doc__ or "").partition("\n")[0],
        argument_default=argparse.SUPPRESS,  # what is not given is left to `train.config`
    )
    parser.add_argument("task", choices=list(CONFIGS), nargs="?", default="digits")
    parser.add_argument("--resume", metavar="RUN", help="go on with a run's folder")
    parser.add_argument("--out", metavar="DIR", help="the run's folder (default: runs/TASK-TIME)")
    parser.add_argument(
        "--mnist",
        metavar="DIR",
        help="folder of MNIST's four IDX files, plain or .gz; fetched if missing"
        f"{_defaults('mnist')}. For hangul and jamo optional: its digits are neither",
    )
    digits = parser.add_argument_group("digits")
    digits.add_argument(
        "--pen",
        metavar="FILE",
        action="append",
        help="pen strokes as JSON Lines, e.g. from prepare.py unipen; may be repeated",
    )
    _add_ink(parser.add_argument_group("hangul and jamo"))
    _add_hangul(parser.add_argument_group("hangul"))
    for name, text in (
        ("epochs", "passes over --epoch-samples"),
        ("epoch_samples", "samples called an epoch"),
        ("batch", "samples a step"),
        ("seed", "seed of everything random"),
        ("patience", "stop after so many epochs without a better validation loss; 0: never"),
        ("workers", "processes that prepare ink; 0: the one that trains"),
    ):
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, type=int, metavar="N", help=text + _defaults(name))
    parser.add_argument(
        "--learning-rate",
        type=float,
        metavar="RATE",
        help="peak of the learning rate" + _defaults("learning_rate"),
    )
    parser.add_argument(
        "--average",
        type=float,
        metavar="MOMENTUM",
        help="of the moving average of the weights, a step; less for short runs, 0 for none"
        + _defaults("average"),
    )
    parser.add_argument(
        "--start",
        metavar="PATH",
        help="begin with the weights of another run of the same network, or with those of a model "
        "directory, such as edge_app/models/hangul",
    )
    parser.add_argument(
        "--blend",
        type=float,
        metavar="SHARE",
        help="share of the trained weights in what is kept, the rest being those of --start"
        + _defaults("blend"),
    )
    parser.add_argument(
        "--minutes",
        type=float,
        help="train so many epochs as this machine manages in that time, instead of --epochs",
    )
    parser.add_argument(
        "--hosts",
        metavar="ADDRESS:PORT,...",
        help="machines that train together, by JAX; all get the same command but for --host",
    )
    parser.add_argument(
        "--host", type=int, metavar="N", help="which of --hosts this is, from 0 on, which writes"
    )
    return parser


def _add_ink(group: Any) -> None:
    for name, text in (
        ("fonts", "prepared type, which is made to look written"),
        ("people", "prepared handwriting"),
        ("drawings", "Omniglot's strokes, file or folder: how more people draw the jamo"),
    ):
        metavar = "PATH" if name == "drawings" else "DIR"
        group.add_argument(
            f"--{name}", action="append", metavar=metavar, help=f"{text}; may be repeated"
        )
    weights = " ".join(f"{kind}={weight:g}" for kind, weight in asdict(Weights()).items())
    group.add_argument(
        "--weights",
        nargs="+",
        metavar="KIND=WEIGHT",
        help=f"how often each kind of ink is drawn ({weights})",
    )


def _add_hangul(group: Any) -> None:
    group.add_argument(
        "--phd08",
        action="append",
        metavar="DIR",
        help="prepared type that was printed and scanned; may be repeated",
    )
    group.add_argument(
        "--traced",
        action="append",
        metavar="DIR",
        help="type that prepare.py traced, whose strokes are written anew; may be repeated",
    )
    for name, text in (
        ("plain", "of the type that is varied, but not made to look written"),
        ("rare_share", "of the syllables outside KS X 1001 in what a source draws"),
    ):
        group.add_argument(
            f"--{name.replace('_', '-')}",
            type=float,
            metavar="SHARE",
            help=f"share, 0 to 1, {text}" + _defaults(name),
        )
    group.add_argument(
        "--labels", choices=list(SETS), help="the syllables that are learned" + _defaults("labels")
    )
    group.add_argument(
        "--net",
        choices=list(NETS),
        help=f"the network, by its name in train/config.py ({HangulConfig().net.name})",
    )
    group.add_argument(
        "--everyone",
        action="store_true",
        help="people train whichever part they were prepared for (but see --without)",
    )
    group.add_argument(
        "--without",
        action="append",
        metavar="NAME",
        help="a writer left out, whose ink judges the run: with --everyone; may be repeated",
    )
    group.add_argument(
        "--teachers",
        nargs="+",
        metavar="PATH",
        help="runs or model directories that read the same frames: what they say of each is "
        "learned beside its label",
    )
    group.add_argument(
        "--taught",
        type=float,
        metavar="SHARE",
        help="share of the teachers in what is learned" + _defaults("taught"),
    )
    group.add_argument(
        "--believed",
        action="store_true",
        help="believe teachers even where they are wrong about a common syllable: without people",
    )
    group.add_argument(
        "--folds",
        nargs="+",
        metavar="RUN",
        help="runs --without one writer each: what they say of those writers weighs the heads",
    )


def _defaults(name: str) -> str:
    """What an option is without being given, for --help: in each task that has it."""
    found = {
        task: value
        for task, config in CONFIGS.items()
        if isinstance(value := getattr(config(), name, ""), (int, float, str)) and value != ""
    }
    if len(set(found.values())) == 1:
        return f" ({next(iter(found.values()))})"
    return f" ({', '.join(f'{task}: {value}' for task, value in found.items())})"


def _config(given: dict[str, Any]) -> Config:
    """The run that the options ask for. Raises ValueError in one sentence."""
    kind = CONFIGS[given["task"]]
    known = {entry.name for entry in fields(kind)}
    if strange := [name for name in given if name not in known]:
        raise ValueError(f"--{strange[0]} is no option of {given['task']}; leave it out")
    made: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in given.items()
    }
    if "net" in made:
        made = {**with_net(made.pop("net")), **made}
    if "weights" in made:
        made["weights"] = _weights(made["weights"])
    return kind(**made)


def _weights(texts: tuple[str, ...]) -> Weights:
    """Weights from KIND=WEIGHT texts; those that are not named stay as they are."""
    known, changed = asdict(Weights()), {}
    for text in texts:
        kind, _, number = text.partition("=")
        try:
            changed[kind] = float(number)
        except ValueError:
            changed[""] = 0.0
        if not set(changed) <= set(known):
            raise ValueError(
                f"--weights takes KIND=WEIGHT, not {text!r}; kinds: {', '.join(known)}"
            )
    return replace(Weights(), **changed)


if __name__ == "__main__":
    sys.exit(main())
