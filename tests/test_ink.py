"""Ink to frame: golden frames, what must not matter, what must survive, what is refused."""

from __future__ import annotations

import re
from typing import Any
from unittest.mock import Mock

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from edge_app import samples
from edge_app.ink import Frame, InkSettings, _grown, frame, frames
from edge_app.lift import lift_ink
from tests.golden import make as golden

SETTINGS = InkSettings()
SAMPLES = samples.load()


def framed(ink: Any, settings: InkSettings = SETTINGS) -> Frame:
    result = frame(ink, settings)
    assert result is not None
    return result


def difference(one: Frame, other: Frame) -> float:
    """Mean difference of two frames, as a share of full ink."""
    return float(np.abs(one.astype(int) - other).mean() / 255)


def inked(image: Frame) -> tuple[int, int]:
    """Width and height of what is at least half ink, px."""
    rows, columns = np.nonzero(image >= 128)
    return int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1


# Golden frames


@pytest.mark.parametrize("kind", ["strokes", "sheets", "scans"])
def test_frames_are_the_golden_ones(kind: str) -> None:
    with np.load(golden.GOLDEN, allow_pickle=False) as stored:
        np.testing.assert_array_equal(golden.frames()[kind], stored[kind])


# What must not matter


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.label)
def test_strokes_and_their_picture_agree(sample: samples.Sample) -> None:
    points = np.concatenate(sample.strokes)
    pen = SETTINGS.pen * np.ptp(points, axis=0).max()
    picture = samples.draw(sample.strokes, round(pen))
    assert difference(framed(sample.strokes), framed(picture)) < 0.02


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.label)
def test_polarity_does_not_matter(sample: samples.Sample) -> None:
    sheet = samples.draw(sample.strokes)
    assert difference(framed(sheet), framed(255 - sheet)) < 0.005


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.label)
@pytest.mark.parametrize("unit", [1e-3, 0.3, 7, 1e5])
def test_unit_and_place_of_strokes_do_not_matter(sample: samples.Sample, unit: float) -> None:
    moved = [stroke * unit + (-3 * unit, 400 * unit) for stroke in sample.strokes]
    assert difference(framed(sample.strokes), framed(moved)) < 0.002


@pytest.mark.parametrize("corner", [(0, 0), (0, 90), (90, 0), (37, 61)])
def test_place_on_the_sheet_does_not_matter(corner: tuple[int, int]) -> None:
    top, left = corner
    for sample in SAMPLES:
        sheet = samples.draw(sample.strokes)
        wide = np.full((300, 300), 255, np.uint8)
        wide[top : top + 200, left : left + 200] = sheet
        np.testing.assert_array_equal(framed(wide), framed(sheet))


@pytest.mark.parametrize("side", [60, 100, 400])
def test_size_in_the_picture_matters_little(side: int) -> None:
    for sample in SAMPLES:
        sheet = samples.draw(sample.strokes, pen=13)
        other = np.asarray(cv2.resize(sheet, (side, side), interpolation=cv2.INTER_AREA), np.uint8)
        assert difference(framed(sheet), framed(other)) < 0.05


def test_points_crowded_or_repeated_change_nothing() -> None:
    for sample in SAMPLES:
        repeated = [np.repeat(stroke, 5, axis=0) for stroke in sample.strokes]
        np.testing.assert_array_equal(framed(sample.strokes), framed(repeated))


# What must survive


def test_an_upright_line_stays_tall_and_thin() -> None:
    width, height = inked(framed([[(5, 0), (5, 100)]]))
    assert height >= SETTINGS.box - 1
    assert 1 <= width <= 5


SLANT = 20.0


def leaning(strokes: list[npt.NDArray[np.float64]], degrees: float) -> list[Any]:
    """Strokes whose uprights lean to the right."""
    lean = np.tan(np.radians(degrees))
    return [np.stack([s[:, 0] - lean * s[:, 1], s[:, 1]], axis=1) for s in strokes]


@pytest.mark.parametrize("degrees", [-SLANT, 8.0, SLANT])
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.label)
def test_slanted_strokes_are_those_that_lean(sample: samples.Sample, degrees: float) -> None:
    found = frame(sample.strokes, SETTINGS, degrees)
    assert found is not None
    assert difference(found, framed(leaning(sample.strokes, degrees))) < 0.002


@pytest.mark.parametrize(("side", "zoom"), [(60, 1), (120, 1), (120, 4)])
@pytest.mark.parametrize("degrees", [-SLANT, SLANT])
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.label)
def test_slanted_pictures_are_those_of_strokes_that_lean(
    sample: samples.Sample, degrees: float, side: int, zoom: int
) -> None:
    size = np.ptp(np.concatenate(sample.strokes), axis=0).max()
    strokes = [stroke * side / size for stroke in sample.strokes]
    picture = samples.draw(strokes, round(SETTINGS.pen * side))
    larger = np.asarray(cv2.resize(picture, None, fx=zoom, fy=zoom), np.uint8)
    found = frame(larger, SETTINGS, degrees)
    assert found is not None
    assert difference(found, framed(leaning(strokes, degrees))) < 0.05
    assert difference(found, framed(leaning(strokes, -degrees))) > 0.1


def test_what_cannot_lean_stays() -> None:
    dot, dash = [[(3, 3)]], [[(0, 0), (9, 0)]]
    nearly = [[(1e12, 1e12), (1e12 + 1, 1e12 + 100)]]  # a dot, by its place
    for ink in (dot, dash, nearly):
        slanted = frame(ink, SETTINGS, SLANT)
        assert slanted is not None
        np.testing.assert_array_equal(slanted, framed(ink))
    assert frame([], SETTINGS, SLANT) is None
    assert frame(np.full((90, 90), 255, np.uint8), SETTINGS, SLANT) is None


def test_a_picture_that_leans_several_ways_is_lifted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    lifting = Mock(wraps=lift_ink)
    monkeypatch.setattr("edge_app.ink.lift_ink", lifting)
    slants = (0.0, -SLANT, SLANT)
    for ink in (SAMPLES[0].strokes, samples.draw(SAMPLES[0].strokes)):
        lifting.reset_mock()
        together = list(frames(ink, SETTINGS, slants))
        assert lifting.call_count == isinstance(ink, np.ndarray)
        for found, slant in zip(together, slants, strict=True):
            expected = frame(ink, SETTINGS, slant)
            assert found is not None and expected is not None
            np.testing.assert_array_equal(found, expected)


def test_the_largest_strokes_can_lean() -> None:
    """Nothing overflows that did not before: a second look never fails where the first did not."""
    plus = [np.array([[-1.0, 0.0], [1.0, 0.0]]), np.array([[0.0, -1.0], [0.0, 1.0]])]
    most = [stroke * 0.49 * np.finfo(np.float64).max for stroke in plus]
    found, expected = frame(most, SETTINGS, SLANT), frame(plus, SETTINGS, SLANT)
    assert found is not None and expected is not None
    np.testing.assert_array_equal(found, expected)


def test_a_dash_stays_flat() -> None:
    width, height = inked(framed([[(0, 3), (80, 3)]]))
    assert width >= SETTINGS.box - 1
    assert 1 <= height <= 5


@pytest.mark.parametrize("dot", [[[(7, 7)]], [[(7, 7), (7, 7)]], [[(1e9, -1e9)]]])
def test_a_dot_is_a_small_round_spot_in_the_middle(dot: Any) -> None:
    spot = framed(dot)
    width, height = inked(spot)
    assert 1 <= width == height <= SETTINGS.max_pen * SETTINGS.size
    np.testing.assert_array_equal(spot, spot.T)
    rows, columns = np.nonzero(spot)
    assert abs(rows.mean() - (SETTINGS.size - 1) / 2) <= 0.5
    assert abs(columns.mean() - (SETTINGS.size - 1) / 2) <= 0.5


def test_a_dot_in_a_picture_stays_a_dot() -> None:
    sheet = np.full((200, 200), 255, np.uint8)
    sheet[90:96, 40:46] = 0
    width, height = inked(framed(sheet))
    assert 1 <= width <= SETTINGS.size // 2
    assert 1 <= height <= SETTINGS.size // 2


@pytest.mark.parametrize("by", [0.9, 0.96, 1.0, 1.4, 2.3, 3.0, 5.5, 7.99, 8.0, 12.7])
def test_ink_grows_by_a_stamp_as_by_measured_distances(by: float) -> None:
    rng = np.random.default_rng(int(100 * by))
    mask = np.zeros((150, 120), np.uint8)
    for _ in range(6):
        start, end = (tuple(map(int, rng.integers(0, (120, 150)))) for _ in range(2))
        cv2.line(mask, start, end, 255, int(rng.integers(1, 5)))
    distance = cv2.distanceTransform(255 - mask, cv2.DIST_L2, 3)
    np.testing.assert_array_equal(_grown(mask, by), 255 * (distance <= np.float32(by)))


def test_a_hairline_picture_is_thickened() -> None:
    sheet = np.full((300, 300), 255, np.uint8)
    sheet[20:280, 150] = 0
    width, height = inked(framed(sheet))
    assert height >= SETTINGS.box - 1
    assert width >= 1


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.label)
def test_ink_fills_the_box_and_leaves_the_margin(sample: samples.Sample) -> None:
    for ink in (sample.strokes, samples.draw(sample.strokes)):
        image = framed(ink)
        margin = SETTINGS.margin
        assert max(inked(image)) >= SETTINGS.box - 2
        inner = image[margin:-margin, margin:-margin]
        assert int(image.sum()) - int(inner.sum()) <= 255 * 2  # a rounded pixel at most


# Nothing there, or nothing that can be read


@pytest.mark.parametrize(
    "empty",
    [
        [],
        [[]],
        [np.zeros((0, 2))],
        np.zeros((0, 0), np.uint8),
        np.zeros((0, 5), np.uint8),
        np.full((50, 80), 255, np.uint8),
        np.zeros((28, 28), np.uint8),
        np.full((200, 200), 130, np.uint8),
    ],
)
def test_no_ink_is_none(empty: Any) -> None:
    assert frame(empty, SETTINGS) is None


@pytest.mark.parametrize("sheet_side", [120, 400])
def test_grain_alone_is_no_ink(sheet_side: int) -> None:
    grain = np.random.default_rng(1).normal(200, 6, (sheet_side, sheet_side))
    assert frame(grain.clip(0, 255).astype(np.uint8), SETTINGS) is None


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ([[(0, 0), (float("nan"), 1)]], "finite"),
        ([[(0, 0), (float("inf"), 1)]], "finite"),
        ([[(-1.7e308, 0), (1.7e308, 0)]], "finite"),
        ([[(0, float("inf"))]], "finite"),
        ([[(1, 2, 3)]], "shape (1, 3)"),
        ([[1, 2, 3]], "shape (3,)"),
        ([[("a", "b")]], "stroke 0"),
        ([[(0, 0)], [[(0, 0), (1,)]]], "stroke 1"),
        ("ink", "list of (n, 2) strokes"),
        (7, "list of (n, 2) strokes"),
        (np.zeros((5, 5, 3), np.uint8), "2-D uint8"),
        (np.zeros(5, np.uint8), "2-D uint8"),
        (np.zeros((5, 5), np.float32), "2-D uint8"),
        (np.zeros((5, 5), bool), "2-D uint8"),
    ],
)
def test_bad_ink_is_refused_with_the_reason(bad: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        frame(bad, SETTINGS)


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": 4},
        {"size": 32.0},
        {"margin": 15},
        {"margin": -1},
        {"pen": 0},
        {"pen": "0.09"},
        {"min_pen": 0.2},
        {"max_pen": 0.7},
        {"size": True},
        {"colour": 1},
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="ink"):
        InkSettings.from_dict(wrong)


def test_settings_survive_json() -> None:
    settings = InkSettings(size=48, margin=3, pen=0.1)
    assert InkSettings.from_dict(settings.to_dict()) == settings


# Whatever comes


SOME_SETTINGS = st.sampled_from(
    [SETTINGS, InkSettings(size=8, margin=0), InkSettings(size=64, margin=5, pen=0.2, max_pen=0.5)]
)
POINT = st.tuples(*[st.floats(-1e6, 1e6, width=32)] * 2)
STROKES = st.lists(st.lists(POINT, max_size=12), max_size=6)
SMALL = hnp.arrays(np.uint8, hnp.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=40))


def check(result: Frame | None, settings: InkSettings) -> None:
    if result is not None:
        assert result.shape == (settings.size, settings.size)
        assert result.dtype == np.uint8
        assert result.any()


SLANTS = st.sampled_from([0.0, -8.0, SLANT])


@given(STROKES, SOME_SETTINGS, SLANTS)
def test_any_strokes(
    strokes: list[list[tuple[float, float]]], settings: InkSettings, slant: float
) -> None:
    result = frame(strokes, settings, slant)
    assert (result is None) == (not any(strokes))
    check(result, settings)


@given(st.lists(st.lists(st.tuples(st.floats(), st.floats()), max_size=4), max_size=3))
def test_any_floats_frame_or_are_refused(strokes: list[list[tuple[float, float]]]) -> None:
    try:
        check(frame(strokes, SETTINGS), SETTINGS)
    except ValueError as error:
        assert "finite" in str(error)
    else:  # what is read at the first look can be read at the second
        check(frame(strokes, SETTINGS, SLANT), SETTINGS)


@given(SMALL, SOME_SETTINGS, SLANTS)
def test_any_small_image(image: npt.NDArray[np.uint8], settings: InkSettings, slant: float) -> None:
    check(frame(image, settings, slant), settings)


@given(
    st.integers(1, 700),
    st.integers(1, 700),
    st.lists(
        st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.integers(0, 255)),
        max_size=6,
    ),
    st.integers(0, 60),
    st.integers(0, 99),
)
def test_any_large_image(
    height: int, width: int, blocks: list[tuple[float, float, float, int]], grain: int, seed: int
) -> None:
    """Blocks of any tone on grain of any strength: what photographs are made of, and worse."""
    rng = np.random.default_rng(seed)
    image = rng.normal(128, grain, (height, width)).clip(0, 255).astype(np.uint8)
    for y, x, size, tone in blocks:
        top, left = round(y * height), round(x * width)
        image[top : top + round(size * height), left : left + round(size * width)] = tone
    for slant in (0.0, SLANT):
        check(frame(image, SETTINGS, slant), SETTINGS)


@pytest.mark.parametrize("slant", [0.0, SLANT])
@pytest.mark.parametrize(
    "shape",
    [(1, 1), (1, 3000), (3000, 1), (2, 20000), (20000, 3), (70, 1), (1, 900000), (900000, 1)],
)
def test_strange_shapes(shape: tuple[int, int], slant: float) -> None:
    rng = np.random.default_rng(0)
    check(frame(rng.integers(0, 256, shape, dtype=np.uint8), SETTINGS, slant), SETTINGS)
