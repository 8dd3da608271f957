"""The ink of the Hangul task: type, people, synthetic writers, and ink that is no syllable."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from edge_app import hangul
from edge_app.ink import Frame, frame
from edge_app.syllables import SETS
from train import provenance
from train.augment import Rng, vary
from train.config import HangulConfig
from train.data import DataError, Sample, mnist, omniglot
from train.scraps import KINDS, NONE, ScrapInk
from train.shards import PARTS, Manifest, Shards
from train.split import Part
from train.stream import Frames, Ink, Mixture, ShardInk, Variation
from train.synth.forms import FORMS
from train.synth.ink import SynthInk
from train.synth.loosen import loosen
from train.synth.real import with_drawings
from train.synth.retrace import retrace

_COMMON = frozenset(hangul.KS_X_1001)

_DIGITS = 10_000
"""Images of MNIST's training part that are drawn from: each worker has a copy."""

_SCRAPS = 100
"""Scraps of each kind that validation looks at."""

_KEY = (*b"scraps",)
"""Of the generators of those; training's have another epoch."""

_JUDGES = ("people", "fonts", "phd08")
"""Fields of the configuration that name prepared folders; people judge best, so they come first.
Of type that was traced only the strokes are known: nobody sees it like that."""

_FOLDERS = (*_JUDGES, "traced")
"""Fields of the configuration that name prepared folders."""

_SEEN = "people-seen"
"""The group of people's ink that is looked at though training has seen it: no figure counts it."""


class HangulInk:
    """Everything a Hangul run draws from, by weight; prepared folders are read as they are needed.

    A label's index is one into the run's set of syllables, or `train.scraps.NONE`.
    """

    def __init__(self, config: HangulConfig) -> None:
        """Raises DataError for data that cannot be read."""
        self.config = config
        self.labels = SETS[config.labels]
        self._numbers = {label: number for number, label in enumerate(self.labels)}
        paths = [Path(path) for path in config.drawings]
        self._drawings = list(omniglot.read(paths)) if paths else []
        table = with_drawings(self._drawings) if paths else FORMS
        digits = None
        if config.mnist:
            digits = mnist.load(mnist.fetch(Path(config.mnist)))[0].images[:_DIGITS]
        self._scraps = ScrapInk(hangul.KS_X_1001, config.augmentation, config.ink, table, digits)

        def synthetic(labels: Sequence[str]) -> Ink:
            return SynthInk(labels, config.augmentation, config.ink, config.seed, table)

        inks: dict[str, Ink | None] = {
            "fonts": self._type(config),
            "people": self._folders(
                config.people,
                vary,
                PARTS if config.everyone else ("train",),
                writer_cap=config.writer_cap,
            ),
            "phd08": self._folders(config.phd08, vary, label_cap=1),
            "traced": self._folders(config.traced, retrace, label_cap=1),
            "synthetic": self._by_rarity(synthetic, self.labels),
            "scraps": self._scraps,
        }
        weights = asdict(config.weights)
        drawn = {kind: ink for kind, ink in inks.items() if ink is not None and weights[kind]}
        self._shares = {kind: weights[kind] for kind in drawn}
        self._mixture = Mixture([(weights[kind], ink) for kind, ink in drawn.items()])

    def draw(self, rng: Rng) -> tuple[Frame, int]:
        """One varied training sample: its frame and the index of its label."""
        return self._mixture.draw(rng)

    def scraps(self) -> Frames:
        """Fixed ink that is no syllable, which training has not seen, in groups by its kind."""
        frames = [
            self._scraps.draw_kind(kind, np.random.default_rng((self.config.seed, *_KEY, number)))
            for kind in KINDS
            for number in range(_SCRAPS)
        ]
        return Frames(
            np.stack(frames), np.full(len(frames), NONE), np.repeat(np.array(KINDS), _SCRAPS)
        )

    def part(self, part: Part) -> Frames:
        """The "val" or "test" part as it is, unvaried, in groups people-PART, fonts-PART and so on.

        Where everyone trains, the people of both parts are those left out of it, every second
        sample each; without anybody left out the test part has people that training saw, in the
        group "people-seen": conversion compares files on them, which needs people, seen or not.
        Raises DataError where there is none.
        """
        kept = [
            (framed, self._numbers[sample.label], group)
            for kind in _JUDGES
            for folder in map(Path, getattr(self.config, kind))
            for sample, group in self._judges(kind, folder, part)
            if (framed := frame(sample.ink, self.config.ink)) is not None
        ]
        if not kept:
            raise DataError(
                f"no folder given has a {part} part with syllables of {self.config.labels}, which "
                "the run is judged by; name --people or --fonts with more writers or fonts in them"
            )
        frames, labels, groups = zip(*kept, strict=True)
        return Frames(np.stack(frames), np.array(labels, np.int64), np.array(groups))

    def left_out(self) -> Frames:
        """All ink of the people in `HangulConfig.without`, in groups by their names.

        Raises DataError where the folders hold none of it.
        """
        kept = [
            (framed, self._numbers[sample.label], sample.writer)
            for folder in map(Path, self.config.people)
            for sample in self._others(folder)
            if (framed := frame(sample.ink, self.config.ink)) is not None
        ]
        if not kept:
            raise DataError(
                f"{', '.join(self.config.people) or 'no folder of people'}: holds nothing by "
                f"{', '.join(self.config.without) or 'anybody left out'}; see --without"
            )
        frames, labels, groups = zip(*kept, strict=True)
        return Frames(np.stack(frames), np.array(labels, np.int64), np.array(groups))

    def _judges(self, kind: str, folder: Path, part: Part) -> Iterator[tuple[Sample, str]]:
        """Samples of a folder that a part has, and the group of each."""
        config = self.config
        if kind != "people" or not config.everyone:
            for sample in look(folder, part, self._numbers, config.judged):
                yield sample, f"{kind}-{part}"
        elif config.without:
            for number, sample in enumerate(self._others(folder)):
                if number % 2 == ("val", "test").index(part):
                    yield sample, f"{kind}-{part}"
        elif part == "test":
            for one in PARTS:
                for sample in look(folder, one, self._numbers, config.judged):
                    yield sample, _SEEN

    def _others(self, folder: Path) -> Iterator[Sample]:
        """The samples of a folder by people who are left out of training."""
        for part in PARTS:
            shards = Shards(folder, part)
            known = np.isin(shards.labels(), [ord(label) for label in self.labels])
            for number in np.flatnonzero(known & shards.written_by(self.config.without)):
                yield shards[int(number)]

    def sources(self) -> list[dict[str, Any]]:
        """What the model learned from, for the model card."""
        config = self.config
        used = [kind for kind in _FOLDERS if kind in self._shares]
        # One that is named twice is drawn twice as often, but is one source.
        folders = dict.fromkeys(folder for kind in used for folder in getattr(config, kind))
        listed = [
            provenance.entry(
                Manifest.load(Path(folder)),
                PARTS if config.everyone and folder in config.people else ("train",),
                config.without,
            )
            for folder in folders
        ]
        samples = config.epochs * config.steps * config.batch
        listed += provenance.invented(self._shares, samples)
        if self._drawings:
            listed.append(omniglot.SOURCE.to_dict(len(self._drawings)))
        if config.mnist:
            listed.append(mnist.SOURCE.to_dict(_DIGITS))
        return listed

    def _type(self, config: HangulConfig) -> Ink | None:
        """Type, some of it loosened and some as it is drawn."""
        ways = ((1 - config.plain, loosen), (config.plain, vary))
        inks = [
            (share, ink)
            for share, way in ways
            if share and (ink := self._folders(config.fonts, way, label_cap=1))
        ]
        return Mixture(inks) if inks else None

    def _folders(
        self,
        folders: Sequence[str],
        variation: Variation,
        parts: Sequence[Part] = ("train",),
        *,
        label_cap: int | None = None,
        writer_cap: int | None = None,
    ) -> Ink | None:
        """Prepared folders as one source, each drawn as often as it has samples."""
        entries: list[tuple[float, Ink]] = []
        for folder in map(Path, folders):
            before = len(entries)
            for part in parts:
                shards = Shards(folder, part)
                codes = shards.labels()[~shards.written_by(self.config.without)]
                drawn = set(np.unique(codes).tolist())
                known = [label for label in self.labels if ord(label) in drawn]
                make = partial(
                    self._open, folder, variation, part, label_cap=label_cap, writer_cap=writer_cap
                )
                if known:
                    entries.append((float(len(codes)), self._by_rarity(make, known)))
            if len(entries) == before:
                raise DataError(
                    f"{folder}: has no training sample of {self.config.labels}; name another"
                )
        return Mixture(entries) if entries else None

    def _open(
        self,
        folder: Path,
        variation: Variation,
        part: Part,
        labels: Sequence[str],
        **caps: int | None,
    ) -> Ink:
        config = self.config
        setting, ink, without = config.augmentation, config.ink, config.without
        return ShardInk(
            folder, labels, setting, ink, variation=variation, part=part, without=without, **caps
        )

    def _by_rarity(self, make: Callable[[Sequence[str]], Ink], labels: Sequence[str]) -> Ink:
        """A source of syllables that draws the rare ones among them less often."""
        kinds = (
            (1 - self.config.rare_share, [label for label in labels if label in _COMMON]),
            (self.config.rare_share, [label for label in labels if label not in _COMMON]),
        )
        return Mixture(
            [
                (share, _Renumbered(make(some), [self._numbers[label] for label in some]))
                for share, some in kinds
                if some
            ]
        )


class _Renumbered:
    """A source of some of the run's syllables, under their indices in the whole set."""

    def __init__(self, ink: Ink, numbers: Sequence[int]) -> None:
        """numbers: the index in the whole set of each of the source's own."""
        self._ink, self._numbers = ink, np.array(numbers, np.int64)

    def draw(self, rng: Rng) -> tuple[Frame, int]:
        framed, label = self._ink.draw(rng)
        return framed, int(self._numbers[label])


def look(folder: Path, part: Part, labels: Any, most: int) -> Iterator[Sample]:
    """At most so many samples of a prepared folder's part, at even steps, of some labels.

    labels: a collection of those that count. Raises DataError for a damaged folder.
    """
    shards = Shards(folder, part)
    codes: npt.NDArray[Any] = shards.labels()
    numbers = np.flatnonzero(np.isin(codes, [ord(label) for label in labels]))
    if len(numbers):
        for place in np.unique(np.linspace(0, len(numbers) - 1, most, dtype=int)):
            yield shards[int(numbers[place])]
