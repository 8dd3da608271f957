"""Where training samples come from: endless, random, each drawn with a generator of its own.

An `Ink` draws one varied and framed sample at a time from the generator that it is given and from
nothing else, so the same generator draws the same sample in any process, on any host, at any
time. `train.loader` makes batches of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from edge_app.ink import Frame, InkSettings
from train.augment import Augmentation, Rng, vary
from train.data import DataError, Sample
from train.shards import Shards
from train.split import Part

Variation = Callable[[Sample, Rng, Augmentation, InkSettings], Frame | None]
"""What makes a frame, or None for one without ink, of a sample: `train.augment.vary` or alike."""

_TRIES = 100
"""Samples without ink in a row after which a source counts as broken."""


Framed = tuple[Frame | None, int, str]
"""An ink's frame, or None where it has none, the index of its label, and where it comes from."""


@dataclass(frozen=True)
class Frames:
    """Framed ink that is only looked at: for validation, verification or calibration."""

    frames: npt.NDArray[np.uint8]
    """(n, size, size), paper 0, ink 255."""
    labels: npt.NDArray[np.int64]
    """(n,), indices into the run's labels."""
    group: npt.NDArray[np.str_]
    """(n,), where each comes from."""

    @classmethod
    def of(cls, entries: Iterable[Framed]) -> Frames:
        """Those of the entries that have a frame; one at least must."""
        frames, labels, groups = zip(*(one for one in entries if one[0] is not None), strict=True)
        return cls(np.stack(frames), np.array(labels, np.int64), np.array(groups))


class Ink(Protocol):
    """A source of training samples. It is pickled once for every process that draws from it."""

    def draw(self, rng: Rng) -> tuple[Frame, int]:
        """One sample: its frame, (size, size) uint8, and its label's index in the run's labels.

        All chance comes from rng. Raises DataError for data that cannot be read.
        """
        ...


class Mixture:
    """Several sources as one: each sample comes from one of them, chosen by weight."""

    def __init__(self, entries: Sequence[tuple[float, Ink]]) -> None:
        """entries: (weight, source), weights in any unit. Raises ValueError for bad weights."""
        weights = np.array([weight for weight, _ in entries], np.float64)
        if not len(weights) or not np.isfinite(weights).all() or not (weights > 0).all():
            raise ValueError(f"a mixture needs weights above 0, not {weights.tolist()}")
        self._sources = [source for _, source in entries]
        self._ends = cumulate(weights)

    def draw(self, rng: Rng) -> tuple[Frame, int]:
        """One sample of one of the sources."""
        return self._sources[pick(self._ends, rng)].draw(rng)


class ShardInk:
    """A part of a prepared folder, varied."""

    def __init__(
        self,
        folder: Path,
        labels: Sequence[str],
        augmentation: Augmentation,
        ink: InkSettings,
        *,
        label_cap: int | None = None,
        writer_cap: int | None = None,
        variation: Variation = vary,
        part: Part = "train",
        without: Collection[str] = (),
    ) -> None:
        """Samples of other labels than these, and of the writers in without, are left out.

        variation: how a sample is varied; a function of a module, as workers import it by name.
        label_cap, writer_cap: a label or writer with more samples than this is drawn no more
        often than one with so many; label_cap=1 draws all labels evenly.
        Raises DataError for a damaged folder, or one whose part has no sample of the labels.
        """
        self._shards = Shards(folder, part)
        self._folder, self._augmentation, self._ink = folder, augmentation, ink
        self._vary = variation
        self._index = {label: index for index, label in enumerate(labels)}
        codes = self._shards.labels()
        drawn = np.isin(codes, [ord(label) for label in labels])
        drawn &= ~self._shards.written_by(without)
        self._numbers = np.flatnonzero(drawn).astype(np.uint32)
        if not len(self._numbers):
            raise DataError(
                f"{folder}: its part {part} has no sample of the run's labels; name another"
            )
        weights = np.ones(len(self._numbers))
        if label_cap:
            weights *= capped(codes[self._numbers], label_cap)
        if writer_cap:
            weights *= capped(self._shards.writers()[self._numbers], writer_cap)
        self._ends = cumulate(weights)

    def __len__(self) -> int:
        return len(self._numbers)

    def draw(self, rng: Rng) -> tuple[Frame, int]:
        """One sample, varied and framed. Raises DataError for a damaged one."""
        for _ in range(_TRIES):
            sample = self._shards[int(self._numbers[pick(self._ends, rng)])]
            framed = self._vary(sample, rng, self._augmentation, self._ink)
            if framed is not None:
                return framed, self._index[sample.label]
        raise DataError(f"{self._folder}: nothing but blank samples; look at it: prepare.py sheet")


def capped(groups: npt.NDArray[Any], cap: int) -> npt.NDArray[np.float64]:
    """Weights of samples, (n,): together no group has more than cap times the weight of one.

    groups: (n,), what each sample belongs to, for instance its writer.
    """
    _, group, counts = np.unique(groups, return_inverse=True, return_counts=True)
    return np.asarray(np.minimum(1.0, cap / counts)[group])


def cumulate(weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Where each weight's share of 0 to 1 ends, for `pick`; empty for no weights."""
    ends = np.cumsum(weights)
    return np.asarray(ends / ends[-1:])


def pick(ends: npt.NDArray[np.float64], rng: Rng) -> int:
    """A random index, by the weights that `cumulate` was given."""
    return int(np.searchsorted(ends, rng.random(), side="right"))
