"""What training ink is worth on people: one small network, trained on each kind of it alike.

python train/realism.py --fonts data/fonts --writers data/writers --out runs/realism

--fonts and --writers are folders that prepare.py wrote, of type and of real handwriting. No network
sees the handwriting before it is tested on it. Each row is kept in the output folder when it is
done, so a stopped run goes on with the next one.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Run as a file, Python looks for modules beside it and would take train.py for the package.
if not __package__:
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import keras
import numpy as np
import numpy.typing as npt

from edge_app import hangul
from edge_app.ink import InkSettings, frame
from train import files
from train.augment import Augmentation
from train.data import DataError, omniglot
from train.feed import build_training, compiled, fit_epoch, to_input
from train.loader import Loader, Plan
from train.model import jamo_net
from train.shards import PARTS, Shards
from train.sources import at_least
from train.stream import Ink, Mixture, ShardInk
from train.synth.forms import FORMS
from train.synth.ink import SynthInk
from train.synth.loosen import loosen
from train.synth.real import with_drawings
from train.synth.retrace import retrace

INK = InkSettings(size=48, margin=2, pen=0.05, min_pen=0.04)
"""Framing of the networks that are compared."""

VARIATION = Augmentation(min_scale=0.4, min_pen=0.035, max_pen=0.09)
"""Variation of type where it is not loosened: affine, elastic, of the pen and of tone."""

LABELS = hangul.KS_X_1001

_JAMO = np.array([hangul.decompose(label) for label in LABELS])
"""(2350, 3): initial, medial and final of each label."""


@dataclass(frozen=True)
class People:
    """Real handwriting, framed."""

    frames: npt.NDArray[np.uint8]
    """(n, size, size), paper 0, ink 255."""
    labels: npt.NDArray[np.int64]
    """(n,), indices into `LABELS`."""
    writers: npt.NDArray[np.str_]
    """(n,), who wrote each."""


def inks(fonts: Path, drawings: Path | None, traced: Path | None = None) -> dict[str, Ink]:
    """The kinds of ink that are compared, by the name of their row.

    drawings: Omniglot's strokes, which synthetic writers know besides our own forms. traced: the
    same type as strokes, which they write as well.
    """
    table = with_drawings(list(omniglot.read([drawings]))) if drawings else FORMS
    type_ = ShardInk(fonts, LABELS, VARIATION, INK, label_cap=1)
    loose = ShardInk(fonts, LABELS, VARIATION, INK, label_cap=1, variation=loosen)
    synthetic = SynthInk(LABELS, VARIATION, INK, table=table)
    kinds: dict[str, Ink] = {
        "fonts": type_,
        "synthetic writers and fonts": Mixture([(1, loose), (1, synthetic)]),
        "synthetic writers": synthetic,
        "loosened fonts": loose,
    }
    if traced:
        anew = ShardInk(traced, LABELS, VARIATION, INK, label_cap=1, variation=retrace)
        kinds["fonts, half of them written anew"] = Mixture([(1, type_), (1, anew)])
        kinds["fonts written anew"] = anew
    return kinds


def read_people(folder: Path) -> People:
    """All parts of a prepared folder. Raises DataError for a damaged one or one without labels."""
    index = {label: number for number, label in enumerate(LABELS)}
    found = [
        (framed, index[sample.label], sample.writer)
        for part in PARTS
        for sample in Shards(folder, part)
        if sample.label in index and (framed := frame(sample.ink, INK)) is not None
    ]
    if not found:
        raise DataError(f"{folder}: has no handwriting of the labels; prepare writers into it")
    frames, labels, writers = zip(*found, strict=True)
    return People(np.stack(frames), np.array(labels), np.array(writers))


def train(ink: Ink, samples: int, workers: int, seed: int) -> keras.Model:
    """The network after so many samples of ink."""
    keras.utils.set_random_seed(seed)
    plan = Plan(INK.size, 256, seed)
    steps = samples // plan.batch
    model = jamo_net(INK.size)
    schedule = keras.optimizers.schedules.CosineDecay(
        1e-4, steps - steps // 10, 1e-2, warmup_target=3e-3, warmup_steps=steps // 10
    )
    model.compile(
        keras.optimizers.AdamW(schedule, weight_decay=5e-3),
        [keras.losses.SparseCategoricalCrossentropy(from_logits=True) for _ in range(3)],
        jit_compile=compiled(),
    )
    build_training(model, INK.size, _targets)
    with Loader(ink, plan, workers) as loader:
        fit_epoch(model, loader.batches(0, steps), steps, _targets, int(sys.stdout.isatty()))
    return model


def _targets(labels: npt.NDArray[np.int64]) -> tuple[npt.NDArray[Any], ...]:
    return tuple(_JAMO[labels].T)


def test(model: keras.Model, people: People) -> dict[str, list[float]]:
    """Share of each writer's syllables that came first, and among the first three."""
    heads = model.predict(to_input(people.frames), batch_size=256, verbose=0)
    scores = sum(_log_softmax(head)[:, _JAMO[:, place]] for place, head in enumerate(heads))
    order = np.argsort(-np.asarray(scores), axis=1)[:, :3]
    hit = order == people.labels[:, None]
    return {
        str(writer): [
            float(hit[people.writers == writer, 0].mean()),
            float(hit[people.writers == writer].any(axis=1).mean()),
        ]
        for writer in np.unique(people.writers)
    }


def _log_softmax(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))


def table(results: dict[str, dict[str, Any]], neat: Sequence[str]) -> str:
    """The results as a table in Markdown: top-1 and top-3, in per cent."""
    writers = sorted(next(iter(results.values()))["people"])
    fast = [writer for writer in writers if writer not in neat]
    lines = [
        f"| trained on | {' | '.join(writers)} | fast writers, mean | error ratio |",
        f"| --- |{' --- |' * (len(writers) + 2)}",
    ]
    base = 0.0
    for name, result in results.items():
        people = result["people"]
        first, third = np.mean([people[writer] for writer in fast], axis=0)
        base = base or 1 - first
        cells = [
            f"{100 * people[writer][0]:.1f} / {100 * people[writer][1]:.1f}" for writer in writers
        ]
        lines.append(
            f"| {name} | {' | '.join(cells)} | {100 * first:.1f} / {100 * third:.1f} | "
            f"{(1 - first) / base:.2f} |"
        )
    return "\n".join(lines)


def compare(options: argparse.Namespace) -> str:
    """Trains and tests what is not done yet; returns the table."""
    people = read_people(options.writers)
    unknown = set(options.neat) - set(people.writers)
    if unknown:
        raise DataError(f"{options.writers}: holds no writer {', '.join(sorted(unknown))}")
    options.out.mkdir(parents=True, exist_ok=True)
    settings = {
        "samples": options.samples,
        "seed": options.seed,
        "drawings": bool(options.drawings),
    }
    results = {}
    for name, ink in inks(options.fonts, options.drawings, options.traced).items():
        path = options.out / f"{name.replace(',', '').replace(' ', '-')}.json"
        if path.is_file() and (done := json.loads(path.read_text()))["settings"] == settings:
            results[name] = done
            continue
        started = time.monotonic()
        model = train(ink, options.samples, options.workers, options.seed)
        seconds = round(time.monotonic() - started)
        results[name] = {"settings": settings, "seconds": seconds, "people": test(model, people)}
        files.write_json(path, results[name])
        print(f"{name}: {seconds} s", file=sys.stderr, flush=True)
    return table(results, options.neat)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="realism.py", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--fonts", type=Path, required=True, metavar="DIR", help="prepared type")
    parser.add_argument(
        "--writers", type=Path, required=True, metavar="DIR", help="prepared people"
    )
    parser.add_argument("--drawings", type=Path, metavar="PATH", help="Omniglot's strokes")
    parser.add_argument("--traced", type=Path, metavar="DIR", help="the same type, traced")
    parser.add_argument("--neat", nargs="*", default=[], metavar="NAME", help="who writes neatly")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where results go")
    parser.add_argument("--samples", type=at_least(2560), default=600_000, metavar="N")
    parser.add_argument("--workers", type=at_least(0), default=2, metavar="N")
    parser.add_argument("--seed", type=at_least(0), default=0, metavar="N")
    try:
        print(compare(parser.parse_args(arguments)))
    except (DataError, OSError, ChildProcessError) as error:
        print(f"realism.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
