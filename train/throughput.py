"""How fast a prepared folder is drawn from, against the least that drawing could cost.

python train/throughput.py data/fonts --workers 1 2

The least is one warp and one resize of the same images, with everything else made beforehand: onto
the bitmap that framing works with, which gives a frame of the same smoothness, or onto the smaller
sheets that varying images makes. They are measured in turns, in processor time, so that what else
the machine does bears on all alike.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

# Run as a file, Python looks for modules beside it and would take train.py for the package.
if not __package__:
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import cv2
import numpy as np
import numpy.typing as npt

from edge_app import hangul
from edge_app.ink import SUPERSAMPLE, Frame, InkSettings
from train.augment import Augmentation, Rng, affine, cut_out, draw_maps, draw_size
from train.data import DataError
from train.loader import Loader, Plan
from train.shards import Shards
from train.sources import at_least
from train.stream import ShardInk

INK = InkSettings(size=48, margin=2, pen=0.05, min_pen=0.035)
"""Framing as syllables need it."""

VARIATION = Augmentation(min_scale=0.4, min_pen=0.03, max_pen=0.1)
"""Variation as syllables need it: no smaller than they can be read, and with thinner pens."""

_BATCH = 64
"""Samples of a batch, and images of which the least is measured."""

_ROUNDS, _TURNS = 5, 60
"""Measurements of rates and of processor times, of which the middle one counts."""

Maps = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]
"""Where each pixel comes from, x and y."""


class Bare:
    """One warp and one resize of images of a folder, with everything else made beforehand."""

    def __init__(self, folder: Path) -> None:
        """Raises DataError for a folder that is damaged, or has no pictures to train with."""
        shards = Shards(folder, "train")
        rng = np.random.default_rng(0)
        self._made = []
        for number in rng.integers(len(shards), size=_BATCH) if len(shards) else ():
            ink = shards[int(number)].ink
            size = draw_size(rng, VARIATION, INK)
            cut = cut_out(ink, 2 * size) if isinstance(ink, np.ndarray) else None
            if cut is not None:
                sheet = draw_maps(cut.shape, size / (max(cut.shape) - 2), 0.0, rng, VARIATION)
                self._made.append((cut, sheet, _bitmap_maps(cut.shape, rng)))
        if not self._made:
            raise DataError(f"{folder}: has no pictures to train with; name another folder")

    def on_sheets(self) -> int:
        """Warps each image onto the sheet that varying it makes; returns how many there are."""
        for cut, maps, _ in self._made:
            _warp_and_resize(cut, maps)
        return len(self._made)

    def on_bitmaps(self) -> int:
        """Warps each image onto the framing's bitmap; returns how many there are."""
        for cut, _, maps in self._made:
            _warp_and_resize(cut, maps)
        return len(self._made)


def _bitmap_maps(shape: tuple[int, ...], rng: Rng) -> Maps:
    """Where the pixels of the framing's bitmap come from in cut-out ink of that shape."""
    height, width = shape
    zoom = INK.box * SUPERSAMPLE / max(shape)
    inverse = np.linalg.inv(zoom * affine(rng, VARIATION)).astype(np.float32)
    side = INK.size * SUPERSAMPLE
    across, down = np.meshgrid(*2 * [np.arange(side, dtype=np.float32) - (side - 1) / 2])
    return (
        inverse[0, 0] * across + inverse[0, 1] * down + np.float32((width - 1) / 2),
        inverse[1, 0] * across + inverse[1, 1] * down + np.float32((height - 1) / 2),
    )


def _warp_and_resize(cut: Frame, maps: Maps) -> None:
    warped = cv2.remap(cut, *maps, cv2.INTER_LINEAR)
    cv2.resize(warped, (INK.size, INK.size), interpolation=cv2.INTER_AREA)


def _ink(folder: Path) -> ShardInk:
    return ShardInk(folder, (*hangul.SYLLABLES, *hangul.JAMO, *hangul.DIGITS), VARIATION, INK)


def one_process(folder: Path) -> tuple[float, float, float]:
    """Processor time of one sample, and of one warp and resize by sheets and by bitmaps, s."""
    cv2.setNumThreads(1)
    bare, ink, plan = Bare(folder), _ink(folder), Plan(INK.size, _BATCH, 0)

    def draw() -> int:
        plan.draw(ink, 0, len(times))
        return _BATCH

    times: list[list[float]] = []
    for _ in range(_TURNS):
        turn = []
        for job in (draw, bare.on_sheets, bare.on_bitmaps):
            start = time.thread_time()
            count = job()
            turn.append((time.thread_time() - start) / count)
        times.append(turn)
    drawn, sheets, bitmaps = np.median(times, axis=0).tolist()
    return drawn, sheets, bitmaps


def loader_rate(folder: Path, workers: int, seconds: float) -> float:
    """Samples a second that a loader's workers make."""
    with Loader(_ink(folder), Plan(INK.size, _BATCH, 0), workers) as loader:
        batches = loader.batches(0, sys.maxsize)
        for _ in range(4 * workers):  # until all of them are at work
            next(batches)
        start, count = time.monotonic(), 0
        while time.monotonic() - start < seconds:
            next(batches)
            count += _BATCH
        return count / (time.monotonic() - start)


def bare_rate(folder: Path, processes: int, seconds: float) -> float:
    """Warps and resizes a second of so many processes that know nothing of each other."""
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return sum(pool.map(partial(_one_bare_rate, folder), [seconds] * processes))


def _one_bare_rate(folder: Path, seconds: float) -> float:
    cv2.setNumThreads(1)
    bare = Bare(folder)
    start, count = time.monotonic(), 0
    while time.monotonic() - start < seconds:
        count += bare.on_bitmaps()
    return count / (time.monotonic() - start)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        drawn, sheets, bitmaps = one_process(options.folder)
        print(
            f"one process: {1 / drawn:,.0f} samples/s, {1e6 * drawn:.0f} µs each\n"
            f"one warp and one resize by the framing's bitmap: {1e6 * bitmaps:.0f} µs, "
            f"ratio {drawn / bitmaps:.2f}\n"
            f"one warp and one resize by sheets as they are varied: {1e6 * sheets:.0f} µs, "
            f"ratio {drawn / sheets:.2f}"
        )
        rates = [
            [job(options.folder, n, options.seconds) for job in (loader_rate, bare_rate)]
            for _ in range(_ROUNDS)
            for n in options.workers
        ]
    except (DataError, OSError) as error:
        print(f"throughput.py: {error}", file=sys.stderr)
        return 1
    table = np.median(np.reshape(rates, (_ROUNDS, len(options.workers), 2)), axis=0)
    print("processes  samples/s  against the first  bare against the first")
    for number, (rate, bare) in zip(options.workers, table, strict=True):
        print(f"{number:9}  {rate:9,.0f}  {rate / table[0, 0]:17.2f}  {bare / table[0, 1]:22.2f}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="throughput.py", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("folder", type=Path, metavar="DIR", help="prepared folder with pictures")
    parser.add_argument(
        "--workers",
        type=at_least(1),
        nargs="+",
        default=[1, 2],
        metavar="N",
        help="numbers of processes to compare (1 2)",
    )
    parser.add_argument(
        "--seconds", type=float, default=2.0, metavar="S", help="of each measurement (2)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
