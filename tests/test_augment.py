"""Variation of training ink: it varies, it stays ink, and it is the same for the same seed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from edge_app import samples
from edge_app.ink import InkSettings, frame
from train.augment import Augmentation, rewrite, vary_image, vary_strokes
from train.split import part_of

INK = InkSettings()
SETTING = Augmentation()
ONE = {sample.label: sample.strokes for sample in samples.load()}


def _small(label: str) -> np.ndarray:
    sheet = 255 - samples.draw(ONE[label], pen=14)
    return np.asarray(cv2.resize(sheet, (28, 28), interpolation=cv2.INTER_AREA), np.uint8)


@pytest.mark.parametrize("label", sorted(ONE))
def test_varied_ink_differs_from_draw_to_draw_but_stays_in_its_box(label: str) -> None:
    rng = np.random.default_rng(1)
    strokes = [vary_strokes(ONE[label], label, rng, SETTING, INK) for _ in range(20)]
    images = [vary_image(_small(label), rng, SETTING, INK) for _ in range(20)]
    for drawn in (strokes, images):
        frames = np.stack([framed for framed in drawn if framed is not None])
        assert frames.shape == (20, INK.size, INK.size)
        assert len({framed.tobytes() for framed in frames}) == 20
        border = frames.copy()
        border[:, INK.margin : -INK.margin, INK.margin : -INK.margin] = 0
        assert border.max() <= 64  # a quarter of a pixel: the pen is round, its bitmap is not
        share = frames.mean(axis=(1, 2)) / 255
        assert share.min() > 0.01
        assert share.max() < 0.5


def test_the_same_seed_draws_the_same_ink() -> None:
    drawn = [vary_image(_small("4"), np.random.default_rng(7), SETTING, INK) for _ in range(2)]
    np.testing.assert_array_equal(drawn[0], drawn[1])


def test_ink_hardly_varied_is_framed_as_the_pad_frames_it() -> None:
    still = Augmentation(
        rotation=0, slant=0, aspect=0, elastic=0, min_pen=INK.pen, max_pen=INK.pen, variants=0
    )
    plain = frame(ONE["3"], INK)
    varied = vary_strokes(ONE["3"], "3", np.random.default_rng(0), still, INK)
    assert varied is not None
    assert plain is not None
    assert np.abs(varied.astype(int) - plain).mean() < 8  # tremor is all that is left


@pytest.mark.parametrize("label", ["0", "7"])
def test_a_zero_is_slashed_and_a_seven_barred_across_its_ink(label: str) -> None:
    ring = np.linspace(0, 2 * np.pi, 40)
    shapes = {
        "0": [np.stack([0.3 * np.sin(ring), 0.5 * np.cos(ring)], axis=1)],
        "7": [np.array([[-0.3, -0.5], [0.3, -0.5], [0.2, -0.2], [0.1, 0.1], [0.0, 0.5]])],
    }
    rng = np.random.default_rng(3)
    for _ in range(50):
        written = rewrite(shapes[label], label, rng)
        assert len(written) == 2
        start, end = written[1]
        assert np.hypot(*(end - start)) > 0.2
        assert np.abs(written[1]).max() < 0.8


def test_a_plain_one_gets_an_upstroke_too_steep_for_a_seven() -> None:
    stem = [np.array([[0.02, -0.5], [0.0, 0.0], [-0.02, 0.5]])]
    rng = np.random.default_rng(3)
    for _ in range(50):
        flagged = rewrite(stem, "1", rng)[0]
        np.testing.assert_array_equal(flagged[1:], stem[0])
        across, down = flagged[0] - flagged[1]
        assert across < 0
        assert down / -across >= 0.69


def test_a_five_keeps_its_body_and_moves_its_bar() -> None:
    body = np.array([[-0.2, -0.3], [-0.2, 0.0], [0.2, 0.2], [-0.2, 0.5]])
    bar = np.array([[-0.2, -0.5], [0.2, -0.5]])
    written = rewrite([body, bar], "5", np.random.default_rng(0))
    np.testing.assert_array_equal(written[0], body)
    assert not np.allclose(written[1], bar)


def test_writers_are_split_whole_and_always_alike() -> None:
    parts = [part_of(f"writer {number}") for number in range(2000)]
    assert parts == [part_of(f"writer {number}") for number in range(2000)]
    assert 0.09 < parts.count("test") / 2000 < 0.15
    assert 0.06 < parts.count("val") / 2000 < 0.10
