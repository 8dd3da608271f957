"""Writers who do not exist: every syllable, the same everywhere, and in a hand of their own."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw, ImageFont

from edge_app import hangul
from edge_app.ink import InkSettings, frame, frame_strokes
from tests.conftest import ROOT
from train.augment import Augmentation
from train.loader import Loader, Plan
from train.synth.forms import DOUBLES, FORMS, MIXED
from train.synth.ink import SynthInk
from train.synth.motion import Gait, trace
from train.synth.writers import Writer

Points = npt.NDArray[np.float64]

FONT = ROOT / "edge_app" / "pad" / "fonts" / "NanumSquareRoundR.ttf"
INK = InkSettings(size=48, margin=2, pen=0.05, min_pen=0.04)
PENS = Augmentation(min_pen=0.035, max_pen=0.09)
STEADY = Gait(smoothing=0.0, corner_rest=0.0, end_rest=0.0, lead=0.0, bow=0.0, tremor=0.0)

WRITERS = [Writer(0, number) for number in range(120)]
NEAT = sorted(WRITERS, key=lambda writer: writer.haste)[:8]
HASTY = sorted(WRITERS, key=lambda writer: -writer.haste)[:8]


def strokes_hash() -> str:
    """Of what two writers make of some syllables; also run in a process of its own."""
    digest = hashlib.blake2b()
    for number in (1, 1 << 31):
        rng = np.random.default_rng((7, number))
        for syllable in "가뷁쾟를의":
            for stroke in Writer(5, number).write(syllable, rng):
                digest.update(stroke.tobytes())
    return digest.hexdigest()


def resampled(strokes: list[Points], count: int = 64) -> Points:
    """So many points at even distances along the ink, lifts drawn, centred, longer side 1."""
    points = np.concatenate(strokes)
    ways = np.hypot(*np.diff(points, axis=0).T)
    along = np.concatenate(([0.0], np.cumsum(ways + 1e-9)))
    at = np.linspace(0.0, along[-1], count)
    even = np.stack([np.interp(at, along, points[:, axis]) for axis in (0, 1)], axis=1)
    return np.asarray((even - even.mean(axis=0)) / np.ptp(even, axis=0).max())


def features(frames: list[npt.NDArray[np.uint8] | None]) -> Points:
    """Blurred frames, averaged, as a vector of length 1 around 0."""
    drawn = [frame for frame in frames if frame is not None]
    assert len(drawn) == len(frames)
    blurred = cv2.GaussianBlur(np.mean(drawn, axis=0), (0, 0), 2.5).ravel()
    blurred -= blurred.mean()
    return np.asarray(blurred / np.linalg.norm(blurred), np.float64)


def printed(syllable: str) -> Points:
    image = Image.new("L", (96, 96), 0)
    ImageDraw.Draw(image).text((14, 8), syllable, font=ImageFont.truetype(str(FONT), 64), fill=255)
    return features([frame(np.asarray(image), INK)])


def written(syllable: str) -> Points:
    """By the neat writers, on average."""
    rng = np.random.default_rng(ord(syllable))
    return features([frame_strokes(writer.write(syllable, rng), INK) for writer in NEAT])


@pytest.mark.parametrize("writer", [NEAT[0], HASTY[0]], ids=["neat", "hasty"])
def test_every_syllable_is_written(writer: Writer) -> None:
    rng = np.random.default_rng(0)
    for syllable in hangul.SYLLABLES:
        strokes = writer.write(syllable, rng)
        assert strokes and all(stroke.shape[1:] == (2,) and len(stroke) for stroke in strokes)
        points = np.concatenate(strokes)
        assert np.isfinite(points).all(), syllable
        low, high = points.min(axis=0), points.max(axis=0)
        assert (low > -1.0).all() and (high < 2.0).all(), syllable
        assert (high - low).max() > 0.3 and len(points) < 1500, syllable


@pytest.mark.parametrize("writer", [NEAT[0], HASTY[0]], ids=["neat", "hasty"])
def test_every_jamo_is_written_by_itself_as_large_as_a_syllable(writer: Writer) -> None:
    rng = np.random.default_rng(0)
    for jamo in hangul.JAMO:
        strokes = writer.write(jamo, rng)
        points = np.concatenate(strokes)
        assert np.isfinite(points).all() and (points > -1.0).all() and (points < 2.0).all(), jamo
        assert 0.5 < np.ptp(points, axis=0).max() < 1.8, jamo


def test_neat_jamo_look_like_their_labels() -> None:
    """By blurred frames alone, against the bundled font: chance picks 1 of 51.

    Type is narrower or wider than handwriting, so not all of them can be.
    """
    templates = np.stack([printed(jamo) for jamo in hangul.JAMO])
    seen = np.stack([written(jamo) for jamo in hangul.JAMO])
    right = (seen @ templates.T).argmax(axis=1) == np.arange(len(hangul.JAMO))
    assert right.sum() >= 28


@pytest.mark.parametrize("jamo", sorted(DOUBLES))
def test_two_letters_of_one_jamo_stand_side_by_side(jamo: str) -> None:
    rng = np.random.default_rng(0)
    for writer in NEAT:
        strokes = writer.write(jamo, rng)
        first, last = strokes[0][:, 0].mean(), strokes[-1][:, 0].mean()
        assert last - first > 0.25 * np.ptp(np.concatenate(strokes)[:, 0])


@pytest.mark.parametrize("text", ["", "ㄱㄴ", "7", "a"])
def test_nobody_writes_anything_else(text: str) -> None:
    with pytest.raises(ValueError, match="is not one Hangul syllable"):
        NEAT[0].write(text, np.random.default_rng(0))


def test_strokes_are_the_same_in_another_process() -> None:
    code = "from tests.test_synth import strokes_hash; print(strokes_hash())"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == strokes_hash()


def test_samples_are_the_same_from_any_number_of_workers() -> None:
    ink = SynthInk(hangul.KS_X_1001, PENS, INK, seed=3)
    batches = []
    for workers in (0, 2):
        with Loader(ink, Plan(INK.size, 8, 1), workers) as loader:
            drawn = [(frames.copy(), labels.copy()) for frames, labels in loader.batches(0, 3)]
        batches.append(drawn)
    for (frames, labels), (again, others) in zip(*batches, strict=True):
        np.testing.assert_array_equal(frames, again)
        np.testing.assert_array_equal(labels, others)
    assert len({frame.tobytes() for frames, _ in batches[0] for frame in frames}) == 24


def test_another_seed_draws_other_people_and_labels_are_what_is_written() -> None:
    draws = [
        [SynthInk("가나다", PENS, INK, seed).draw(np.random.default_rng(n)) for n in range(20)]
        for seed in (0, 0, 1)
    ]
    frames = [np.stack([frame for frame, _ in drawn]) for drawn in draws]
    labels = [[label for _, label in drawn] for drawn in draws]
    np.testing.assert_array_equal(frames[0], frames[1])
    assert labels[0] == labels[1] == labels[2]
    assert not np.array_equal(frames[0], frames[2])
    assert set(labels[0]) == {0, 1, 2}


def test_a_writer_is_more_like_himself_than_like_others() -> None:
    within, between = [], []
    rng = np.random.default_rng(0)
    for syllable in "강늘봐쉽칸":
        hands = [[resampled(w.write(syllable, rng)) for _ in range(3)] for w in WRITERS[:24]]
        for mine, other in pairwise(hands):
            within.append(np.abs(mine[0] - mine[1]).mean())
            between.append(np.abs(mine[0] - other[0]).mean())
    assert np.mean(within) < 0.75 * np.mean(between)


def test_two_numbers_are_two_people() -> None:
    hands = {Writer(0, n).write("한", np.random.default_rng(0))[0].tobytes() for n in range(50)}
    assert len(hands) == 50


def test_haste_joins_strokes() -> None:
    counts = {}
    for name, writers in (("neat", NEAT), ("hasty", HASTY)):
        rng = np.random.default_rng(0)
        counts[name] = [len(w.write(syllable, rng)) for w in writers for syllable in "활빼립늘춤"]
    assert np.mean(counts["hasty"]) < 0.75 * np.mean(counts["neat"])


def letters() -> Iterator[tuple[str, ...]]:
    """Of every initial, medial and final, the single letters that it is written as."""
    for letter in (*hangul.INITIALS, *hangul.MEDIALS, *hangul.FINALS[1:]):
        yield tuple(DOUBLES.get(letter, "") + MIXED.get(letter, "") or letter)


def test_forms_are_of_known_letters_and_every_letter_has_one() -> None:
    for name, forms in FORMS.items():
        letter, *place = name.split()
        assert letter in hangul.JAMO and place in ([], ["left"], ["top"], ["bottom"], ["low"]), name
        assert forms
    for parts in letters():
        assert all(part in FORMS for part in parts), parts


@pytest.mark.parametrize("name", sorted(FORMS))
def test_forms_stay_near_their_box(name: str) -> None:
    for form in FORMS[name]:
        assert form.points.shape == (len(form.corner), 2) and len(form.starts) == len(form.corner)
        assert form.points.min() > -0.4 and form.points.max() < 1.4
        assert np.ptp(form.points, axis=0).max() > 0.3
        assert 0 <= form.haste <= 1
        # Every stroke begins somewhere and goes somewhere.
        ends = np.append(np.flatnonzero(form.starts), len(form.points))
        assert form.starts[0] and (np.diff(ends) >= 2).all()
    assert any(form.haste <= 0.6 for form in FORMS[name])


def test_a_steady_pen_passes_through_its_aims() -> None:
    aims = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.2, 0.4], [0.6, 0.4]])
    down = np.array([True, True, False, True])
    strokes = trace(aims, np.ones(5, bool), down, STEADY, np.random.default_rng(0))
    assert len(strokes) == 2
    for stroke, meant in zip(strokes, (aims[:3], aims[3:]), strict=True):
        for aim in meant:
            assert np.hypot(*(stroke - aim).T).min() < 0.05
    # Straight between them.
    assert np.minimum(np.abs(strokes[0][:, 1]), np.abs(strokes[0][:, 0] - 1)).max() < 1e-6


@pytest.mark.parametrize("lifts", range(6))
def test_lifts_part_strokes(lifts: int) -> None:
    aims = np.random.default_rng(1).random((14, 2))
    down = np.ones(13, bool)
    down[1 : 2 * lifts : 2] = False
    gait = Gait(0.1, 0.1, 0.1, 0.05, 0.05, 0.005)
    strokes = trace(aims, np.ones(14, bool), down, gait, np.random.default_rng(2))
    assert len(strokes) == lifts + 1
    assert all(len(stroke) for stroke in strokes)


def test_smoothing_rounds_corners_and_rests_keep_them() -> None:
    aims = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]])

    def missed(smoothing: float, rest: float) -> float:
        gait = Gait(smoothing, rest, 0.2, 0.0, 0.0, 0.0)
        down = np.ones(2, bool)
        (stroke,) = trace(aims, np.ones(3, bool), down, gait, np.random.default_rng(0))
        return float(np.hypot(*(stroke - aims[1]).T).min())

    assert missed(0.0, 0.0) < 0.02
    assert missed(0.05, 0.0) < missed(0.1, 0.0) < missed(0.2, 0.0)
    assert missed(0.1, 0.3) < 0.5 * missed(0.1, 0.0)


def test_neat_writing_looks_like_its_label() -> None:
    """By blurred frames alone, against the bundled font: chance picks 1 of 100.

    Handwriting is laid out otherwise than type, so not all of them can be.
    """
    order = np.random.default_rng(0).permutation(len(hangul.KS_X_1001))[:100]
    syllables = [hangul.KS_X_1001[number] for number in order]
    templates = np.stack([printed(syllable) for syllable in syllables])
    seen = np.stack([written(syllable) for syllable in syllables])
    right = (seen @ templates.T).argmax(axis=1) == np.arange(100)
    assert right.sum() >= 45


TWINS = (
    "아어",
    "야여",
    "오우",
    "요유",
    "애에",
    "얘예",
    "와워",
    "외위",
    "왜웨",
    "이으",
    "가거",
    "소수",
    "ㅏㅓ",
    "ㅑㅕ",
    "ㅗㅜ",
    "ㅛㅠ",
    "ㅘㅝ",
    "ㄱㄴ",
    "ㄳㅄ",
)


@pytest.mark.parametrize("twins", TWINS)
def test_nobody_takes_a_letter_for_its_mirror_image(twins: str) -> None:
    ink = [written(syllable) for syllable in twins]
    type_ = [printed(syllable) for syllable in twins]
    assert ink[0] @ type_[0] > ink[0] @ type_[1]
    assert ink[1] @ type_[1] > ink[1] @ type_[0]


@pytest.mark.parametrize("place", [0, 1, 2], ids=["initial", "medial", "final"])
def test_single_letters_are_where_and_what_they_should_be(place: int) -> None:
    """Each letter against all that could stand in its place; chance picks 1 of 10 to 20.

    Frames are compared point by point, so letters that fill their places alike are mixed up.
    """
    rng = np.random.default_rng(place)
    jamo = [hangul.decompose(syllable) for syllable in hangul.KS_X_1001]
    picked = []
    for letter in sorted({parts[place] for parts in jamo}):
        several = [parts for parts in jamo if parts[place] == letter]
        parts = several[rng.integers(len(several))]
        others = [
            other
            for other in jamo
            if other[:place] + other[place + 1 :] == parts[:place] + parts[place + 1 :]
        ]
        seen = written(hangul.compose(*parts))
        scores = [seen @ printed(hangul.compose(*other)) for other in others]
        picked.append(others[int(np.argmax(scores))] == parts)
    assert np.mean(picked) >= 0.3, f"{sum(picked)} of {len(picked)}"
