"""Variation of training ink: it varies, it stays ink, and it is the same for the same seed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from edge_app import samples
from edge_app.ink import InkSettings, frame, frame_coverage
from edge_app.lift import lift_ink
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


STILL = Augmentation(
    rotation=0, slant=0, aspect=0, elastic=0, min_scale=1, min_pen=0.09, max_pen=0.09
)
"""Nothing of an image varies but softness, threshold, tone and its place between pixels."""


def _sheet(label: str, side: int, pen: int) -> np.ndarray:
    """A picture of a digit, dark on light, with a pen of so many px on 200."""
    return np.asarray(
        cv2.resize(samples.draw(ONE[label], pen=pen), (side, side), interpolation=cv2.INTER_AREA)
    )


@pytest.mark.parametrize("side", [28, 64, 128, 700])
@pytest.mark.parametrize("dark", [True, False])
def test_an_image_hardly_varied_is_framed_as_the_pad_frames_it(side: int, dark: bool) -> None:
    sheet = _sheet("3", side, 14)
    image = sheet if dark else 255 - sheet
    plain = frame(sheet, INK)
    assert plain is not None
    for seed in range(20):
        varied = vary_image(image, np.random.default_rng(seed), STILL, INK)
        assert varied is not None
        assert np.abs(varied.astype(int) - plain).mean() < 12


def test_ink_at_the_edge_of_a_large_picture_is_varied_like_any() -> None:
    """Size, place and polarity of the picture change nothing that is drawn."""
    sheet = _sheet("5", 160, 14)
    wide = np.full((800, 1200), 255, np.uint8)
    wide[10:170, 1000:1160] = sheet
    for seed in range(20):
        one, other, light = (
            vary_image(image, np.random.default_rng(seed), SETTING, INK)
            for image in (sheet, wide, 255 - wide)
        )
        np.testing.assert_array_equal(one, other)
        np.testing.assert_array_equal(one, light)


def test_pens_of_images_vary_towards_the_setting_but_not_past_what_strokes_bear() -> None:
    hair, brush = _sheet("2", 100, 6), _sheet("2", 100, 34)
    near_pens = Augmentation(min_pen=0.06, max_pen=0.09, thin=0.3, thicken=0.5)
    wide_pens = Augmentation(min_pen=0.01, max_pen=0.5, thin=0.3, thicken=0.5)

    def share(image: np.ndarray, setting: Augmentation) -> list[float]:
        found = (
            vary_image(image, np.random.default_rng(seed), setting, INK) for seed in range(300)
        )
        return sorted(float(framed.mean()) for framed in found if framed is not None)

    # Hairlines only become wider, brushes only thinner, where the setting's pens lie between.
    assert share(hair, near_pens)[20] > share(hair, wide_pens)[20]
    assert share(brush, near_pens)[-20] < share(brush, wide_pens)[-20]
    for found in (share(hair, wide_pens), share(brush, wide_pens)):
        assert found[-20] > 1.2 * found[20]


@pytest.mark.parametrize("label", sorted(ONE))
def test_lifted_ink_is_framed_as_its_picture_is(label: str) -> None:
    """What training relies on: past the lifting, framing is the same from there on."""
    for pen in (6, 14, 30):
        sheet = _sheet(label, 90, pen)
        lifted = lift_ink(sheet)
        assert lifted is not None
        np.testing.assert_array_equal(frame_coverage(lifted, INK), frame(sheet, INK))
        coverage = 255 - sheet
        assert coverage.max() == 255
        np.testing.assert_array_equal(frame_coverage(coverage, INK), frame(sheet, INK))
        np.testing.assert_array_equal(frame_coverage(coverage, INK), frame(coverage, INK))


@pytest.mark.parametrize("blank", [np.zeros((20, 20), np.uint8), np.full((9, 9), 200, np.uint8)])
def test_a_blank_image_draws_nothing(blank: np.ndarray) -> None:
    assert vary_image(blank, np.random.default_rng(0), SETTING, INK) is None


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
