"""What recognising costs on this machine, step by step.

Every round runs each configuration once, in another order, so that whatever else the machine
does slows all of them alike; the figures are medians over the rounds.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from edge_app import bundle, samples
from edge_app.ink import Stroke
from edge_app.interpreter import Interpreter, RuntimeMissingError, factory, installed
from edge_app.recognizer import Recognizer, top_k

_ROUNDS = 300
_WARM_UP = 20
"""Rounds that are run first and not counted."""

_THREADS = (1, 2, 4)
_K = 3


@dataclass(frozen=True)
class Row:
    """The cost of one kind of ink under one configuration: medians, in microseconds."""

    runtime: str
    """Name of the TensorFlow Lite runtime."""
    threads: int
    """Threads of its interpreter."""
    ink: str
    """"strokes", or "image" (200 by 200 px, the same ink)."""
    preprocessing: float
    """Ink to frame."""
    invoke: float
    """The bare invoke of the interpreter, its input set before."""
    bookkeeping: float
    """From frame to ranking, less the bare invoke: quantise, copy, dequantise, score, rank."""
    end_to_end: float
    """Ink to ranking."""
    ratios: dict[str, float]
    """Each of the four over the bare invoke of this runtime at one thread; and "overhead", which
    is preprocessing and bookkeeping together."""


def measure(model: str | Path, rounds: int = _ROUNDS) -> list[Row]:
    """Times a model on the sample ink that it reads, for every runtime and 1, 2 and 4 threads.

    Runtimes are those installed. Thread counts above the number of cores are left out. Raises
    BundleError for a model that cannot be used, ValueError where it reads none of the ink and
    RuntimeMissingError where no runtime is installed.
    """
    directory = bundle.find(model)
    labels = bundle.load(directory)[0].labels
    written = [sample.strokes for sample in samples.fitting(labels)]
    if not written:
        raise ValueError(f"{directory}: reads none of the sample ink, so nothing can be measured")
    inks: dict[str, Sequence[Sequence[Stroke] | npt.NDArray[np.uint8]]] = {
        "strokes": written,
        "image": [samples.draw(strokes) for strokes in written],
    }
    names = installed()
    if not names:
        raise RuntimeMissingError("no TensorFlow Lite runtime: pip install ai-edge-litert")
    counts = [count for count in _THREADS if count <= (os.cpu_count() or 1)]
    runs = [_Run(model, name, count, kind) for name in names for count in counts for kind in inks]
    order = random.Random(0)
    for number in range(_WARM_UP + rounds):
        for run in order.sample(runs, len(runs)):
            samples_of_kind = inks[run.ink]
            run.once(samples_of_kind[number % len(samples_of_kind)], number >= _WARM_UP)
    bare = {(run.runtime, run.ink): median(run.times["invoke"]) for run in runs if run.threads == 1}
    return [run.row(bare[run.runtime, run.ink]) for run in runs]


@dataclass
class _Run:
    """One configuration and its measurements, in seconds."""

    model: str | Path
    runtime: str
    threads: int
    ink: str
    times: dict[str, list[float]] = field(
        default_factory=lambda: {
            step: [] for step in ("preprocessing", "invoke", "bookkeeping", "end_to_end")
        }
    )

    def __post_init__(self) -> None:
        _, make = factory(self.runtime)

        def keep(**options: Any) -> Interpreter:
            self.interpreter = make(**options)
            return self.interpreter

        self.recognizer = Recognizer(self.model, threads=self.threads, interpreter_factory=keep)

    def once(self, ink: Sequence[Stroke] | npt.NDArray[np.uint8], counted: bool) -> None:
        recognizer = self.recognizer
        # Uncounted, or the bare invoke alone would find its memory in the caches: other
        # configurations ran in between.
        recognizer.recognize(ink, _K)
        start = perf_counter()
        framed = recognizer.frame(ink)
        assert framed is not None  # the samples are not empty
        framed_at = perf_counter()
        scores = recognizer.scores_of(recognizer.logits(framed))
        top_k(scores, recognizer.labels, _K)
        ranked_at = perf_counter()
        self.interpreter.invoke()
        end = perf_counter()
        if counted:
            self.times["preprocessing"].append(framed_at - start)
            self.times["invoke"].append(end - ranked_at)
            self.times["bookkeeping"].append((ranked_at - framed_at) - (end - ranked_at))
            self.times["end_to_end"].append(ranked_at - start)

    def row(self, bare: float) -> Row:
        medians = {step: median(times) for step, times in self.times.items()}
        return Row(
            self.runtime,
            self.threads,
            self.ink,
            **{step: round(time * 1e6, 1) for step, time in medians.items()},
            ratios={
                **{step: round(time / bare, 3) for step, time in medians.items()},
                "overhead": round((medians["preprocessing"] + medians["bookkeeping"]) / bare, 3),
            },
        )


def as_json(rows: Sequence[Row]) -> str:
    """One JSON object a line for each row: medians in microseconds, ratios to the bare invoke."""
    return "\n".join(json.dumps(asdict(row)) for row in rows)


def as_table(rows: Sequence[Row]) -> str:
    """The rows for reading: medians in microseconds, and below each its ratio."""
    steps = ("preprocessing", "invoke", "bookkeeping", "end_to_end")
    lines = [
        f"{'runtime':<16}{'threads':>7}  {'ink':<8}"
        + "".join(f"{step.replace('_', ' '):>18}" for step in (*steps, "overhead"))
    ]
    for row in rows:
        cells = [f"{getattr(row, step):.0f} us ({row.ratios[step]:.2f})" for step in steps]
        cells.append(f"({row.ratios['overhead']:.2f})")
        lines.append(
            f"{row.runtime:<16}{row.threads:>7}  {row.ink:<8}"
            + "".join(f"{cell:>18}" for cell in cells)
        )
    lines.append(
        "중앙값, 괄호 안은 한 스레드 invoke에 대한 비율\n"
        "Medians; in brackets, the ratio to the bare invoke of the same runtime at one thread\n"
        "overhead = preprocessing + bookkeeping"
    )
    return "\n".join(lines)
