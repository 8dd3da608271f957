"""The ink of the jamo task: single jamo by people, type and synthetic writers, and other ink."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from edge_app import hangul
from edge_app.ink import Frame, frame
from train import provenance
from train.augment import Rng, vary
from train.config import JamoConfig
from train.data import mnist, omniglot
from train.hangul import look
from train.scraps import NO_JAMO, ScrapInk
from train.shards import Manifest
from train.split import Part, part_of
from train.stream import Framed, Frames, Ink, Mixture, ShardInk, Variation
from train.synth.forms import FORMS
from train.synth.ink import SynthInk
from train.synth.loosen import loosen
from train.synth.real import with_drawings

_DIGITS = 10_000
"""Images of MNIST's training part that are looked through: each worker has a copy."""

UNLIKE = "345689"
"""Digits that are no jamo either: 0 is written like ㅇ, 1 like ㅣ, 2 like ㄹ and 7 like ㄱ."""

_WRITTEN = 20
"""How often synthetic writers write each jamo of the validation and test parts."""

_KEYS = {"val": (*b"jamo-val",), "test": (*b"jamo-test",)}
"""Of the generators of those; training's have an epoch in this place."""

_FOLDERS: dict[str, Variation] = {"people": vary, "fonts": loosen}
"""Fields of the configuration that name prepared folders, and how their ink varies; people judge
best, so they come first."""


class JamoInk:
    """Everything a jamo run draws from, by weight.

    A label's index is one into the run's labels, or `train.scraps.NONE`.
    """

    def __init__(self, config: JamoConfig) -> None:
        """Raises DataError for data that cannot be read."""
        self.config = config
        paths = [Path(path) for path in config.drawings]
        # Those who judge may not have shown the synthetic writers their letters.
        self._drawings = [
            sample
            for sample in (omniglot.read(paths) if paths else ())
            if part_of(sample.writer) == "train"
        ]
        table = with_drawings(self._drawings) if paths else FORMS
        self._digits = None
        if config.mnist:
            read = mnist.load(mnist.fetch(Path(config.mnist)))[0]
            unlike = np.isin(read.labels[:_DIGITS], [int(digit) for digit in UNLIKE])
            self._digits = read.images[:_DIGITS][unlike]
        setting, ink = config.augmentation, config.ink
        # Of another seed, so people whom training never draws.
        self._others = SynthInk(config.labels, setting, ink, config.seed + 1, table)
        weights = asdict(config.weights)
        inks: dict[str, Ink] = {
            "synthetic": SynthInk(config.labels, setting, ink, config.seed, table),
            "scraps": ScrapInk(
                hangul.KS_X_1001, setting, ink, table, self._digits, NO_JAMO, UNLIKE
            ),
        }
        for kind, variation in _FOLDERS.items():
            if opened := [
                ShardInk(Path(folder), config.labels, setting, ink, variation=variation)
                for folder in getattr(config, kind)
            ]:
                inks[kind] = Mixture([(len(shards), shards) for shards in opened])
        self._shares = {kind: weights[kind] for kind in inks if weights[kind]}
        self._mixture = Mixture([(share, inks[kind]) for kind, share in self._shares.items()])

    def draw(self, rng: Rng) -> tuple[Frame, int]:
        """One varied training sample: its frame and the index of its label."""
        return self._mixture.draw(rng)

    def part(self, part: Part) -> Frames:
        """The "val" or "test" part as it is, unvaried: people-PART, fonts-PART, synthetic-PART.

        The last are writers that training never draws, but whose forms it knows. Raises DataError
        for a damaged folder.
        """
        return Frames.of([*self._prepared(part), *self._written(part)])

    def _prepared(self, part: Part) -> Iterator[Framed]:
        labels = self.config.labels
        for kind in _FOLDERS:
            for folder in map(Path, getattr(self.config, kind)):
                for sample in look(folder, part, labels, self.config.judged):
                    framed = frame(sample.ink, self.config.ink)
                    yield framed, labels.index(sample.label), f"{kind}-{part}"

    def _written(self, part: Part) -> Iterator[Framed]:
        for number in range(_WRITTEN * len(self.config.labels)):
            rng = np.random.default_rng((self.config.seed, *_KEYS[part], number))
            framed, label = self._others.draw(rng)
            yield framed, label, f"synthetic-{part}"

    def sources(self) -> list[dict[str, Any]]:
        """What the model learned from, for the model card."""
        config = self.config
        folders = [
            folder for kind in _FOLDERS if kind in self._shares for folder in getattr(config, kind)
        ]
        listed = [provenance.entry(Manifest.load(Path(folder))) for folder in folders]
        samples = config.epochs * config.steps * config.batch
        listed += provenance.invented(self._shares, samples)
        if self._drawings:
            listed.append(omniglot.SOURCE.to_dict(len(self._drawings)))
        if self._digits is not None:
            listed.append(mnist.SOURCE.to_dict(len(self._digits)))
        return provenance.merged(listed)
