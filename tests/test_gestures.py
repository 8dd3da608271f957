"""Strokes that are no writing, and writing that is no gesture."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_app import samples
from edge_app.pad.gestures import FLICK_S, is_flick, is_scratch

WIDTH = 1.3
"""Of the page, in units."""

Stroke = npt.NDArray[np.float64]


def through(*corners: tuple[float, float]) -> Stroke:
    """A stroke with twelve points a side."""
    return np.concatenate([np.linspace(a, b, 12) for a, b in pairwise(corners)])


def zigzag(legs: int, height: float = 0.6) -> Stroke:
    """To and fro over the middle of the page, from top to bottom."""
    step = height / legs
    return through(*((0.35 if i % 2 else -0.35, -height / 2 + i * step) for i in range(legs + 1)))


def fitted(strokes: list[Stroke]) -> list[Stroke]:
    """Ink as large as the page."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    return [(stroke - (low + high) / 2) / (high - low).max() for stroke in strokes]


SYLLABLE = fitted(samples.load("hangul")[0].strokes)


@pytest.mark.parametrize("turned", [0.0, 0.6, 1.57])
@pytest.mark.parametrize("legs", [5, 6, 9])
def test_a_zigzag_over_the_ink_is_a_scratch_out(legs: int, turned: float) -> None:
    rotation = np.array(((np.cos(turned), -np.sin(turned)), (np.sin(turned), np.cos(turned))))
    small = [0.5 * stroke for stroke in SYLLABLE]
    assert is_scratch(zigzag(legs) @ rotation, small)


@given(st.integers(0, 2**32 - 1))
def test_a_shaky_zigzag_is_one_too(seed: int) -> None:
    rng = np.random.default_rng(seed)
    stroke = zigzag(7)
    shaky = stroke + rng.normal(0, 0.01, stroke.shape)
    assert is_scratch(shaky, [0.5 * one for one in SYLLABLE])


def test_a_zigzag_needs_ink_below_it_and_turns_enough() -> None:
    small = [0.5 * stroke for stroke in SYLLABLE]
    assert not is_scratch(zigzag(7), [])
    assert not is_scratch(zigzag(4), small)
    assert not is_scratch(zigzag(7), [stroke + np.array((0.6, 0.0)) for stroke in small])
    assert not is_scratch(zigzag(7, height=0.1), SYLLABLE)


def test_round_turns_are_no_scratch_out() -> None:
    angle = np.linspace(0, 12 * np.pi, 200)
    loops = 0.4 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    assert not is_scratch(loops, [0.3 * stroke for stroke in SYLLABLE])


@pytest.mark.parametrize("rise", [-0.1, 0.0, 0.1])
def test_a_quick_straight_line_to_the_left_is_a_flick(rise: float) -> None:
    assert is_flick(through((0.45, 0.0), (-0.45, rise)), 0.15, WIDTH)
    assert is_flick(np.array(((0.4, 0.1), (-0.4, 0.1))), 0.05, WIDTH), "few reports come of it"


@pytest.mark.parametrize(
    "stroke",
    [
        through((-0.45, 0.0), (0.45, 0.0)),
        through((0.3, 0.0), (-0.3, 0.0)),
        through((0.45, -0.3), (-0.45, 0.3)),
        through((0.45, 0.0), (0.0, 0.3), (-0.45, 0.0)),
        through((0.45, 0.0), (-0.5, 0.0), (-0.3, 0.0)),
        np.array(((0.1, 0.1),)),
    ],
    ids=["to the right", "short", "slanting", "bent", "and back", "a tap"],
)
def test_other_lines_are_no_flick(stroke: Stroke) -> None:
    assert not is_flick(stroke, 0.15, WIDTH)


def test_a_slow_line_is_no_flick() -> None:
    assert not is_flick(through((0.45, 0.0), (-0.45, 0.0)), FLICK_S + 0.05, WIDTH)


@pytest.mark.parametrize("name", samples.NAMES)
def test_no_stroke_of_the_sample_ink_is_a_gesture(name: str) -> None:
    for sample in samples.load(name):
        ink = fitted(sample.strokes)
        assert not is_flick(ink[0], 0.0, 1.0), sample.label
        for i, stroke in enumerate(ink):
            assert not is_scratch(stroke, ink[:i]), sample.label
