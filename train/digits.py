"""The ink of the digit task: MNIST's images and, where there are any, people's pen strokes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from edge_app.ink import Frame, InkSettings, frame
from train.augment import Augmentation, Rng, vary, vary_image
from train.config import DigitConfig
from train.data import Sample, mnist, strokes
from train.split import part_of
from train.stream import Frames, capped, cumulate, pick

_VAL_SHARE = 24
"""One in so many of MNIST's training images, the last 2,500, is kept for validation."""


class DigitInk:
    """Everything a digit run reads, split, in memory (MNIST is 55 MB, pen ink a few)."""

    def __init__(self, config: DigitConfig) -> None:
        """Raises DataError for files that cannot be read."""
        self.config = config
        train, self._test = mnist.load(mnist.fetch(Path(config.mnist)))
        kept = len(train.images) - len(train.images) // _VAL_SHARE
        self.images, self.image_labels = train.images[:kept], train.labels[:kept]
        self._val = mnist.Digits(train.images[kept:], train.labels[kept:])
        self._sources = [mnist.SOURCE.to_dict(kept)]
        self.pen: dict[str, list[Sample]] = {"train": [], "val": [], "test": []}
        for path in map(Path, config.pen):
            before = len(self.pen["train"])
            for sample in strokes.read(path):
                if sample.label in config.labels:
                    self.pen[part_of(sample.writer)].append(sample)
            count = len(self.pen["train"]) - before
            self._sources.append(strokes.source(path).to_dict(count))
        writers = np.array([sample.writer for sample in self.pen["train"]])
        self._pen_ends = cumulate(capped(writers, config.pen_cap))

    def draw(self, rng: Rng) -> tuple[Frame, int]:
        """One varied training sample: its frame and the index of its label."""
        config = self.config
        while True:
            framed, label = self._draw_once(rng, config.ink, config.augmentation)
            if framed is not None:
                return framed, label

    def _draw_once(
        self, rng: Rng, ink: InkSettings, setting: Augmentation
    ) -> tuple[Frame | None, int]:
        if self.pen["train"] and rng.random() < self.config.pen_share:
            sample = self.pen["train"][pick(self._pen_ends, rng)]
            return vary(sample, rng, setting, ink), self.config.labels.index(sample.label)
        index = int(rng.integers(len(self.images)))
        return vary_image(self.images[index], rng, setting, ink), int(self.image_labels[index])

    def part(self, part: str) -> Frames:
        """The "val" or "test" part as it is, unvaried, in groups mnist-PART and pen-PART."""
        digits = self._val if part == "val" else self._test
        pairs: list[tuple[Any, int, str]] = [
            (image, int(label), f"mnist-{part}")
            for image, label in zip(digits.images, digits.labels, strict=True)
        ]
        pairs += [
            (sample.ink, self.config.labels.index(sample.label), f"pen-{part}")
            for sample in self.pen[part]
        ]
        return Frames.of((frame(ink, self.config.ink), label, group) for ink, label, group in pairs)

    def sources(self) -> list[dict[str, Any]]:
        """What the model learned from, for the model card."""
        return self._sources
