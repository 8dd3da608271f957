"""People who do not exist: each with habits drawn once and kept, who write any syllable or jamo.

Everything about a writer follows from a seed and the writer's number, and every sample from the
generator it is drawn with, so a stream of samples is the same whoever computes it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edge_app import hangul
from train.synth.forms import BOTTOM, DOUBLES, FORMS, LEFT, LOW, MIXED, TOP, Form, Table
from train.synth.motion import Gait, Points, trace

Rng = np.random.Generator
Box = tuple[float, float, float, float]
"""Left, top, right and bottom; the character is about 1 wide and high, y down."""

_LEVEL = "ㅗㅛㅜㅠㅡ"

# Where the parts of a syllable stand. The medial's box holds its whole form: the tick of ㅓ reaches
# left of its stem, that of ㅏ right.
_INITIAL: dict[tuple[str, bool], Box] = {
    ("upright", False): (0.02, 0.14, 0.52, 0.80),
    ("upright", True): (0.02, 0.03, 0.52, 0.52),
    ("level", False): (0.20, 0.02, 0.80, 0.52),
    ("level", True): (0.20, 0.00, 0.80, 0.36),
    ("mixed", False): (0.06, 0.05, 0.55, 0.47),
    ("mixed", True): (0.06, 0.00, 0.54, 0.32),
}
_MEDIAL: dict[tuple[str, bool], Box] = {
    ("ㅏ", False): (0.56, 0.00, 0.98, 1.00), ("ㅏ", True): (0.56, 0.00, 0.98, 0.58),
    ("ㅐ", False): (0.60, 0.02, 1.05, 1.00), ("ㅐ", True): (0.60, 0.00, 1.05, 0.58),
    ("ㅓ", False): (0.48, 0.00, 0.92, 1.00), ("ㅓ", True): (0.48, 0.00, 0.94, 0.58),
    ("ㅔ", False): (0.52, 0.02, 1.10, 1.00), ("ㅔ", True): (0.52, 0.00, 1.10, 0.58),
    ("ㅣ", False): (0.62, 0.00, 0.92, 1.00), ("ㅣ", True): (0.62, 0.00, 0.92, 0.58),
    ("ㅗ", False): (0.00, 0.54, 1.00, 0.94), ("ㅗ", True): (0.02, 0.35, 0.98, 0.60),
    ("ㅜ", False): (0.00, 0.58, 1.00, 1.06), ("ㅜ", True): (0.02, 0.41, 0.98, 0.68),
    ("ㅡ", False): (0.00, 0.66, 1.00, 0.90), ("ㅡ", True): (0.02, 0.42, 0.98, 0.58),
}  # fmt: skip
_ALIKE = {"ㅑ": "ㅏ", "ㅒ": "ㅐ", "ㅕ": "ㅓ", "ㅖ": "ㅔ", "ㅛ": "ㅗ", "ㅠ": "ㅜ"}
_MIXED: dict[tuple[str, bool], Box] = {
    ("ㅗ", False): (0.00, 0.46, 0.62, 0.80), ("ㅗ", True): (0.00, 0.31, 0.60, 0.54),
    ("ㅜ", False): (0.00, 0.52, 0.64, 0.92), ("ㅜ", True): (0.00, 0.37, 0.62, 0.62),
    ("ㅡ", False): (0.00, 0.62, 0.62, 0.82), ("ㅡ", True): (0.00, 0.42, 0.60, 0.56),
}  # fmt: skip
_FINAL: Box = (0.22, 0.64, 0.84, 1.00)
_NARROW = {
    "ㅇ": 0.22,
    "ㅁ": 0.14,
    "ㅂ": 0.12,
    "ㅎ": 0.12,
    "ㅍ": 0.04,
    "ㄹ": 0.08,
    "ㅌ": 0.08,
    "ㄷ": 0.05,
}
"""How much less wide than the box a single final is, at each side, as a share of it."""

# Where a letter stands that is written by itself. Their proportions are those of Omniglot's jamo,
# the median of the people who train: ㅏ is half as wide as high, ㅗ 1.5 and ㄲ 1.3 times as wide.
_ALONE: dict[str, Box] = {
    "ㅏ": (0.12, 0.00, 0.88, 1.00), "ㅐ": (0.05, 0.00, 0.95, 1.00),
    "ㅓ": (0.15, 0.00, 0.85, 1.00), "ㅔ": (0.05, 0.00, 0.95, 1.00),
    "ㅣ": (0.25, 0.00, 0.75, 1.00), "ㅡ": (0.00, 0.30, 1.00, 0.70),
    "ㅗ": (0.00, 0.20, 1.00, 0.80), "ㅜ": (0.00, 0.10, 1.00, 0.95),
}  # fmt: skip
_ALONE_CONSONANT: Box = (0.02, 0.05, 0.98, 0.95)
_ALONE_DOUBLE: Box = (-0.12, 0.08, 1.12, 0.92)
_RAISED = 0.16
"""How much higher than below an initial the level part of a mixed medial begins by itself."""

_BEND = math.cos(math.radians(50))
"""Cosine of the largest turn of a stroke that is no corner yet."""

_STYLE = 4
"""Numbers that shape a writer's hand."""


@dataclass(frozen=True)
class _Part:
    """A letter and where it goes."""

    letter: str
    place: str
    box: Box


class Writer:
    """One person's hand."""

    def __init__(self, seed: int, number: int, table: Table = FORMS) -> None:
        """table: the forms that people know; each has a few of them."""
        self._key, self._table = (seed, number), table
        rng = np.random.default_rng(self._key)
        self._style = rng.standard_normal(_STYLE)
        haste = rng.beta(1.1, 1.0)
        self.haste = haste
        """0 for a neat hand, 1 for a scrawl."""
        style = self._style
        wild = 0.5 + 0.5 * haste
        self._joins = haste**1.5 * rng.uniform(0.0, 0.8)
        self._fuses = haste * rng.uniform()
        self._rise = 0.40 * haste * rng.uniform() + 0.10 * style[0] * wild
        self._slant = 0.25 * haste * rng.uniform() + 0.15 * style[1] * wild
        self._size = np.exp(rng.normal(-0.18, 0.14))
        self._narrow = np.exp(rng.normal(-0.20, 0.15))
        self._tail = 0.45 * haste * rng.uniform() ** 2
        self._aspect = 0.20 * style[2]
        self._smoothing = 0.02 + 0.15 * haste * rng.uniform(0.2, 1.0)
        self._corner_rest = 0.25 * (1 - haste) * rng.uniform(0.0, 1.0)
        self._end_rest = 0.25 * (1 - haste) * rng.uniform(0.2, 1.0) + 0.06 * rng.uniform()
        self._lead = haste * rng.uniform(-0.05, 0.10)
        self._bow = 0.05 * style[3]
        self._tremor = 0.012 * rng.uniform() ** 3
        self._looseness = 0.012 + 0.025 * haste * rng.uniform(0.2, 1.0)
        self._drift = (0.02 + 0.025 * haste) * rng.standard_normal((12, 4))

    def write(self, text: str, rng: Rng) -> list[Points]:
        """A syllable or a single jamo as strokes, about 1 wide and high.

        Returns (n, 2) arrays, x right, y down. Raises ValueError for any other text.
        """
        aims, corners, starts = [], [], []
        fused = rng.random() < self._fuses
        for slot, part in enumerate(_parts(text, fused)):
            form, points = self._form(part, rng)
            aims.append(self._place(points, part, slot, rng))
            corners.append(form.corner)
            starts.append(form.starts)
        # The last stroke of a hurried hand runs on.
        aims[-1][-1] += self._tail * rng.uniform(0.3, 1.0) * (aims[-1][-1] - aims[-1][-2])
        joined = np.concatenate(aims)
        if _medial(text) in _LEVEL:
            joined[:, 0] = 0.5 + (joined[:, 0] - 0.5) * self._narrow
        return self._move(joined, np.concatenate(corners), np.concatenate(starts), rng)

    def rewrite(self, strokes: Sequence[Points], rng: Rng) -> list[Points]:
        """Strokes of one character, at least one, written anew by this hand.

        strokes: (n, 2) corners and bends of each, n at least 2, x right, y down, the character
        about 1 wide and high. Returns the same kind of arrays, with a point for every moment.
        """
        aims, corners, starts = [], [], []
        for stroke in strokes:
            middle = stroke.mean(axis=0)
            grow = np.exp(rng.normal(0.0, 2.0 * self._looseness, 2))
            shift = rng.normal(0.0, 0.8 * self._looseness, 2)
            wobble = rng.normal(0.0, 0.008 + 0.008 * self.haste, stroke.shape)
            moved = middle + (stroke - middle) * grow + shift + wobble
            if len(stroke) > 3 and np.allclose(stroke[0], stroke[-1]):  # a loop
                moved[-1] = moved[0] + rng.normal(0.0, 0.01 + 0.02 * self.haste, 2)
            aims.append(moved)
            corners.append(_sharp(stroke))
            starts.append(np.arange(len(stroke)) == 0)
        aims[-1][-1] += self._tail * rng.uniform(0.3, 1.0) * (aims[-1][-1] - aims[-1][-2])
        return self._move(
            np.concatenate(aims), np.concatenate(corners), np.concatenate(starts), rng
        )

    def _form(self, part: _Part, rng: Rng) -> tuple[Form, Points]:
        """How this writer writes a letter this time."""
        name = f"{part.letter} {part.place}"
        forms = self._table[name if name in self._table else part.letter]
        mine = np.random.default_rng((*self._key, *map(ord, name)))
        # The usual form of this hand, and at times another.
        taste = mine.gumbel(size=len(forms))
        gaps = np.abs(np.array([form.haste for form in forms]) - self.haste)
        liking = taste - 8.0 * gaps - np.array([form.rarity for form in forms])
        if rng.random() < 0.15:
            liking = liking + 2.0 * rng.gumbel(size=len(forms))
        chosen = int(np.argmax(liking))
        form = forms[chosen]
        own = np.random.default_rng((*self._key, *map(ord, name), chosen))
        # Bends have less to miss than corners, and need to stay round.
        wobble = (0.04 + 0.03 * self.haste) * np.where(form.corner, 1.0, 0.35)[:, None]
        points = form.points + own.normal(0.0, 1.0, form.points.shape) * wobble
        return form, points + rng.normal(0.0, 0.4, form.points.shape) * wobble

    def _place(self, points: Points, part: _Part, slot: int, rng: Rng) -> Points:
        left, top, right, bottom = part.box
        loose = self._looseness
        shift = self._drift[slot, :2] + rng.normal(0.0, loose, 2)
        grow = np.exp(3.0 * self._drift[slot, 2:] + rng.normal(0.0, 3.0 * loose, 2))
        centre = np.array([(left + right) / 2, (top + bottom) / 2])
        # Small letters stand apart; the long strokes of medials stay long.
        size = np.array([right - left, bottom - top]) * self._size ** (
            0.3 if part.letter in hangul.MEDIALS else 1.0
        )
        return np.asarray(centre + shift + (points - 0.5) * size * grow)

    def _move(
        self,
        aims: Points,
        corner: npt.NDArray[np.bool_],
        starts: npt.NDArray[np.bool_],
        rng: Rng,
    ) -> list[Points]:
        lifted = starts[1:].copy()
        flights = np.hypot(*np.diff(aims, axis=0).T)
        # A short way is joined sooner than a long one.
        chance = self._joins * np.exp(-flights / 0.35)
        lifted &= rng.random(len(lifted)) >= chance
        pace = np.exp(rng.normal(0.0, 0.25))
        gait = Gait(
            self._smoothing * pace,
            self._corner_rest,
            self._end_rest,
            self._lead,
            self._bow + rng.normal(0.0, 0.03),
            self._tremor,
        )
        strokes = trace(aims, corner, ~lifted, gait, rng)
        rise = self._rise + rng.normal(0.0, 0.03)
        slant = self._slant + rng.normal(0.0, 0.03)
        aspect = np.exp((self._aspect + rng.normal(0.0, 0.08)) / 2)
        matrix = np.array([[aspect, -slant], [-rise, 1 / aspect]])
        return [stroke @ matrix.T for stroke in strokes]


def _sharp(stroke: Points) -> npt.NDArray[np.bool_]:
    """(n,), whether a stroke turns a corner at each of its points, and does not only bend."""
    sharp = np.zeros(len(stroke), bool)
    ways = np.diff(stroke, axis=0)
    before, after = ways[:-1], ways[1:]
    straight = (before * after).sum(axis=1)
    sharp[1:-1] = straight < _BEND * np.hypot(*before.T) * np.hypot(*after.T)
    return sharp


def _medial(text: str) -> str:
    """The medial of a syllable, or the jamo that a text is."""
    return text if text in hangul.JAMO else hangul.MEDIALS[hangul.decompose(text).medial]


def _parts(text: str, fused: bool) -> list[_Part]:
    """The letters of a syllable or jamo in the order of writing, mixed ones as two.

    Doubled consonants are two as well, unless a hand fuses them.
    """
    return _alone(text, fused) if text in hangul.JAMO else _together(text, fused)


def _alone(letter: str, fused: bool) -> list[_Part]:
    """The parts of a letter that nothing stands beside."""
    if letter in MIXED:
        level, upright = tuple(MIXED[letter])
        left, top, right, bottom = _MIXED[level, False]
        return _mixed(level, upright, (left, top - _RAISED, right, bottom), False)
    if letter in hangul.MEDIALS:
        return [_Part(letter, "", _ALONE[_ALIKE.get(letter, letter)])]
    box = _ALONE_DOUBLE if letter in DOUBLES else _ALONE_CONSONANT
    return _consonant(letter, "", box, fused)


def _together(syllable: str, fused: bool) -> list[_Part]:
    """The parts of a syllable."""
    jamo = hangul.decompose(syllable)
    initial, medial = hangul.INITIALS[jamo.initial], hangul.MEDIALS[jamo.medial]
    final = hangul.FINALS[jamo.final]
    closed = bool(final)
    kind = "mixed" if medial in MIXED else "level" if medial in _LEVEL else "upright"
    parts = _consonant(initial, LEFT if kind == "upright" else TOP, _INITIAL[kind, closed], fused)
    if medial in MIXED:
        level, upright = tuple(MIXED[medial])
        parts += _mixed(level, upright, _MIXED[level, closed], closed)
    else:
        parts.append(_Part(medial, "", _MEDIAL[_ALIKE.get(medial, medial), closed]))
    if closed:
        left, top, right, bottom = _FINAL
        less = _NARROW.get(final, 0.0) * (right - left)
        parts += _consonant(final, BOTTOM, (left + less, top, right - less, bottom), fused)
    return parts


def _mixed(level: str, upright: str, box: Box, closed: bool) -> list[_Part]:
    """A mixed medial, whose level part goes into the box."""
    # The tick of ㅓ goes under the level bar of ㅜ.
    place = LOW if level == "ㅜ" and upright in "ㅓㅔ" else ""
    upright_box = _MEDIAL[_ALIKE.get(upright, upright), closed]
    return [_Part(level, "", box), _Part(upright, place, upright_box)]


def _consonant(letter: str, place: str, box: Box, fused: bool) -> list[_Part]:
    """A consonant, or the two of a doubled one side by side."""
    if letter not in DOUBLES or (fused and letter in FORMS):
        return [_Part(letter, place, box)]
    left, top, right, bottom = box
    middle, gap = (left + right) / 2, 0.05 * (right - left)
    one, two = tuple(DOUBLES[letter])
    return [
        _Part(one, place, (left - gap, top, middle - gap, bottom)),
        _Part(two, place, (middle + gap, top, right + gap, bottom)),
    ]
