"""Ink that is no syllable, or no jamo: what a network learns to doubt.

Scribbles, digits, single jamo or syllables, two syllables beside each other and crossed-out ones,
drawn as strokes by a pen as the pad does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from edge_app import hangul, samples
from edge_app.ink import Frame, InkSettings, frame_strokes
from train.augment import Augmentation, Rng, Strokes, affine, vary_image, vary_strokes
from train.synth.forms import FORMS, Table
from train.synth.ink import WRITERS
from train.synth.motion import Gait, trace
from train.synth.writers import Writer

NONE = -1
"""The label's index of ink that has none."""

KINDS = ("scribble", "digit", "jamo", "pair", "crossed out")
"""Kinds of ink that is no syllable; each is drawn as often as any other."""

NO_JAMO = ("scribble", "digit", "syllable", "pair", "crossed out")
"""Kinds of ink that is no jamo."""

_MNIST_SHARE = 0.7
"""Share of MNIST's among the digits, where there are any: ours were all written by one hand."""

_OWN_PEN = 0.4
"""Share of the samples that are drawn with the pad's own pen."""


class ScrapInk:
    """Scraps of ink, each of a kind that is chosen at random."""

    def __init__(
        self,
        labels: Sequence[str],
        augmentation: Augmentation,
        ink: InkSettings,
        table: Table = FORMS,
        digits: npt.NDArray[np.uint8] | None = None,
        kinds: Sequence[str] = KINDS,
        own_digits: Sequence[str] = hangul.DIGITS,
    ) -> None:
        """labels: syllables that are crossed out, stand in pairs or alone. digits: MNIST's images.

        own_digits: those of the project's own digits that count as scraps.
        """
        self._labels, self._setting, self._ink = labels, augmentation, ink
        self._table, self._digits = table, digits
        self._kinds = kinds
        self._own = [sample for sample in samples.load() if sample.label in own_digits]
        self._pens = math.log(augmentation.min_pen), math.log(augmentation.max_pen)

    def draw(self, rng: Rng) -> tuple[Frame, int]:
        """One scrap's frame, and `NONE`."""
        return self.draw_kind(self._kinds[int(rng.integers(len(self._kinds)))], rng), NONE

    def draw_kind(self, kind: str, rng: Rng) -> Frame:
        """The frame of a scrap of one of `KINDS` or `NO_JAMO`."""
        while True:
            framed = (
                self._digit(rng) if kind == "digit" else self._frame(self._write(kind, rng), rng)
            )
            if framed is not None:  # a digit's image may be varied away
                return framed

    def _digit(self, rng: Rng) -> Frame | None:
        if self._digits is not None and rng.random() < _MNIST_SHARE:
            image = self._digits[int(rng.integers(len(self._digits)))]
            return vary_image(image, rng, self._setting, self._ink)
        sample = self._own[int(rng.integers(len(self._own)))]
        # Ten digits of one hand: bent far more than a real hand's would be.
        bent = [stroke @ affine(rng, self._setting).T for stroke in sample.strokes]
        return vary_strokes(bent, sample.label, rng, self._setting, self._ink)

    def _write(self, kind: str, rng: Rng) -> Strokes:
        if kind == "scribble":
            return [self._line(rng) for _ in range(int(rng.integers(1, 6)))]
        # Half the letters are by nobody in particular; the rest, compound ones too, by somebody.
        if kind == "jamo" and rng.random() < 0.5:
            return self._jamo(rng)
        writer = Writer(0, int(rng.integers(WRITERS)), self._table)
        if kind == "jamo":
            return writer.write(hangul.JAMO[int(rng.integers(len(hangul.JAMO)))], rng)
        ink = self._syllable(writer, rng)
        if kind == "syllable":
            return ink
        if kind == "pair":
            way = np.array([1.0, 0.0] if rng.random() < 0.8 else [0.0, 1.0])
            return ink + [
                stroke + rng.uniform(1.05, 1.3) * way for stroke in self._syllable(writer, rng)
            ]
        return ink + _cross_out(rng)

    def _syllable(self, writer: Writer, rng: Rng) -> Strokes:
        """A syllable in a box of 1 by 1."""
        strokes = writer.write(self._labels[int(rng.integers(len(self._labels)))], rng)
        points = np.concatenate(strokes)
        low, high = points.min(axis=0), points.max(axis=0)
        size = max(float((high - low).max()), 1e-6)
        return [(stroke - (low + high) / 2) / size + 0.5 for stroke in strokes]

    def _line(self, rng: Rng) -> npt.NDArray[np.float64]:
        """One stroke that goes nowhere in particular."""
        aims = rng.uniform(0, 1, (int(rng.integers(2, 9)), 2))
        corner = rng.random(len(aims)) < rng.random()
        return trace(aims, corner, np.ones(len(aims) - 1, bool), _gait(rng), rng)[0]

    def _jamo(self, rng: Rng) -> Strokes:
        """One letter by itself."""
        names = list(self._table)
        forms = self._table[names[int(rng.integers(len(names)))]]
        form = forms[int(rng.integers(len(forms)))]
        wobble = 0.06 * np.where(form.corner, 1.0, 0.4)[:, None]
        aims = (form.points + rng.normal(0.0, 1.0, form.points.shape) * wobble) @ affine(
            rng, self._setting
        ).T
        return trace(aims, form.corner, ~form.starts[1:], _gait(rng), rng)

    def _frame(self, strokes: Strokes, rng: Rng) -> Frame | None:
        pen = self._ink.pen if rng.random() < _OWN_PEN else math.exp(rng.uniform(*self._pens))
        return frame_strokes(strokes, self._ink, pen)


def _gait(rng: Rng) -> Gait:
    """A hand that may be in any hurry."""
    haste = rng.random()
    rests = 0.2 * (1 - haste) * rng.random(2)
    return Gait(
        smoothing=0.02 + 0.12 * haste * rng.random(),
        corner_rest=rests[0],
        end_rest=rests[1],
        lead=0.0,
        bow=rng.normal(0.0, 0.05),
        tremor=0.01 * rng.random() ** 3,
    )


def _cross_out(rng: Rng) -> Strokes:
    """A pen to and fro over a box of 1 by 1, or a cross."""
    if rng.random() < 0.3:
        ends = np.array([[[0, 0], [1, 1]], [[1, 0], [0, 1]]])
        return list(ends + rng.normal(0.0, 0.08, ends.shape))
    turns = int(rng.integers(4, 12))
    along = np.linspace(0, 1, turns) + rng.normal(0.0, 0.03, turns)
    across = np.where(np.arange(turns) % 2, 1.05, -0.05) + rng.normal(0.0, 0.06, turns)
    line = np.stack([across, along], axis=1)
    if rng.random() < 0.4:
        line = line[:, ::-1]
    down = np.ones(turns - 1, bool)
    return trace(line, np.ones(turns, bool), down, _gait(rng), rng)
