"""The recogniser on the shipped digit model, ranking, and the choice of runtime."""

from __future__ import annotations

import importlib
import re
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_app import Prediction, Recognizer, bundle, hangul, samples, syllables
from edge_app import interpreter as runtimes
from edge_app.ink import frame
from edge_app.logits import softmax
from edge_app.recognizer import UNSURE, jamo_probabilities, top_k
from edge_app.syllables import PRIOR_FLOOR
from tests.tiny import syllables as drawn

RUNTIME_MODULE, _ = runtimes.RUNTIMES[runtimes.factory()[0]]


def test_the_sample_ink_is_read_as_strokes_and_as_pictures(
    digits: Recognizer, ink: list[samples.Sample]
) -> None:
    for sample in ink:
        assert digits.recognize(sample.strokes)[0].label == sample.label
        assert digits.recognize(samples.draw(sample.strokes))[0].label == sample.label


@pytest.mark.parametrize("name", bundle.available())
def test_golden_answers(name: str) -> None:
    pad = Recognizer(name)
    path = pad.directory / bundle.GOLDEN_FILE
    with np.load(path, allow_pickle=False) as golden:
        frames, expected, labels = golden["frames"], golden["logits"], golden["labels"]
    logits = np.stack([pad.logits(framed) for framed in frames])
    np.testing.assert_allclose(logits, expected, atol=0.25)
    best, before = (pad.log_scores(one).argmax(axis=1) for one in (logits, expected))
    np.testing.assert_array_equal(best, before)
    assert (best == labels).mean() >= 0.9


@pytest.mark.parametrize("empty", [[], [[]], np.full((90, 90), 255, np.uint8)])
def test_empty_ink_gives_an_empty_list(digits: Recognizer, empty: Any) -> None:
    assert digits.recognize(empty) == []
    assert digits.scores(empty) is None


@pytest.mark.parametrize("k", [1, 3, 10, 50])
def test_answers_are_ranked_probabilities(
    digits: Recognizer, ink: list[samples.Sample], k: int
) -> None:
    for sample in ink:
        answers = digits.recognize(sample.strokes, k)
        assert len(answers) == min(k, 10)
        assert all(isinstance(answer, Prediction) for answer in answers)
        scores = [answer.score for answer in answers]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)
        assert sum(scores) <= 1 + 1e-6
        assert len({answer.label for answer in answers}) == len(answers)


def test_the_same_ink_gives_the_same_answers(digits: Recognizer, ink: list[samples.Sample]) -> None:
    first = [digits.recognize(sample.strokes) for sample in ink]
    assert [digits.recognize(sample.strokes) for sample in ink] == first


def test_more_threads_give_the_same_answers(digits: Recognizer, ink: list[samples.Sample]) -> None:
    two = Recognizer("digits", threads=2)
    for sample in ink:
        framed = digits.frame(sample.strokes)
        assert framed is not None
        np.testing.assert_allclose(two.logits(framed), digits.logits(framed), atol=1e-4)


@pytest.mark.parametrize("k", [0, -1])
def test_k_below_one_is_refused(digits: Recognizer, k: int) -> None:
    with pytest.raises(ValueError, match=f"k must be at least 1, not {k}"):
        digits.recognize([[(0, 0)]], k)


def test_bad_ink_is_refused(digits: Recognizer) -> None:
    with pytest.raises(ValueError, match="finite"):
        digits.recognize([[(0, float("nan"))]])


def test_no_threads_are_refused() -> None:
    with pytest.raises(ValueError, match="threads must be at least 1"):
        Recognizer("digits", threads=0)


# A model that reads syllables


@pytest.fixture(scope="module", params=runtimes.installed())
def reader(request: pytest.FixtureRequest) -> Recognizer:
    """The tiny model of five heads, under every runtime there is."""
    return Recognizer(drawn.MODEL, runtime=request.param)


def test_syllables_are_read_as_strokes_and_as_pictures(reader: Recognizer) -> None:
    assert reader.labels == hangul.SYLLABLES
    for syllable in drawn.COMMON + drawn.RARE:
        strokes = drawn.write(syllable)
        for ink in (strokes, samples.draw(strokes)):
            first, second, third = reader.recognize(ink)
            assert first.label == syllable
            assert first.score > 0.5
            assert 1 >= first.score >= second.score >= third.score >= 0


def test_the_heads_lie_end_to_end_as_they_were_exported(reader: Recognizer) -> None:
    with np.load(reader.directory / bundle.GOLDEN_FILE, allow_pickle=False) as golden:
        frames, expected, labels = golden["frames"], golden["logits"], golden["labels"]
    logits = np.stack([reader.logits(framed) for framed in frames])
    assert logits.shape == (len(frames), 2420)
    np.testing.assert_allclose(logits, expected, atol=0.02 * np.ptp(expected))
    np.testing.assert_array_equal(reader.log_scores(logits).argmax(axis=1), labels)


def test_the_set_of_syllables_can_be_chosen(reader: Recognizer) -> None:
    common = Recognizer(drawn.MODEL, labels="ks2350", runtime=reader.runtime)
    every = Recognizer(drawn.MODEL, labels="all11172", runtime=reader.runtime)
    assert common.labels == hangul.KS_X_1001
    rare, known = drawn.write(drawn.RARE[0]), drawn.write(drawn.COMMON[0])
    assert every.recognize(rare) == reader.recognize(rare)
    assert common.recognize(known)[0].label == drawn.COMMON[0]
    scores = common.scores(rare)
    assert scores is not None and scores.shape == (2350,)
    assert common.recognize(rare)[0].label in hangul.KS_X_1001


def test_unsure_ink_is_looked_at_again_from_both_sides(reader: Recognizer) -> None:
    generator = np.random.default_rng(5)
    once = Recognizer(drawn.MODEL, second_look=False, runtime=reader.runtime)
    counts = {"sure": 0, "unsure": 0}
    inks = [drawn.write(syllable) for syllable in drawn.COMMON]
    for strokes in [*inks, *(drawn.scribble(generator) for _ in range(20))]:
        look, first = reader.look(strokes), once.look(strokes)
        assert look is not None and first is not None
        np.testing.assert_array_equal(look.scores, reader.scores_of(look.outputs.logits))
        if first.scores.max() >= UNSURE:
            counts["sure"] += 1
            np.testing.assert_array_equal(look.outputs.logits, first.outputs.logits)
            continue
        counts["unsure"] += 1
        frames = [frame(strokes, reader.bundle.ink, slant) for slant in (-8, 0, 8)]
        looks = [reader.logits(one) for one in frames if one is not None]
        np.testing.assert_allclose(look.outputs.logits, np.mean(looks, axis=0), atol=1e-4)
        assert not np.array_equal(look.outputs.logits, first.outputs.logits)
    assert min(counts.values()) > 4, counts


def test_digits_are_looked_at_once(digits: Recognizer) -> None:
    generator = np.random.default_rng(5)
    for strokes in (drawn.scribble(generator) for _ in range(20)):
        look, framed = digits.look(strokes), digits.frame(strokes)
        assert look is not None and framed is not None
        np.testing.assert_array_equal(look.outputs.logits, digits.logits(framed))


def test_scribbles_score_low(reader: Recognizer) -> None:
    generator = np.random.default_rng(11)
    best = [reader.recognize(drawn.scribble(generator), 1)[0].score for _ in range(50)]
    assert np.mean(np.array(best) < 0.5) >= 0.9


def test_the_prior_can_be_left_out(reader: Recognizer) -> None:
    """The tiny model's prior knows its twelve syllables and holds all others for rare."""
    plain = Recognizer(drawn.MODEL, prior=False, runtime=reader.runtime)
    framed = reader.frame(drawn.write("가"))
    assert framed is not None
    logits = reader.logits(framed)
    weight = reader.log_scores(logits) - plain.log_scores(logits)
    known = np.isin(hangul.SYLLABLES, [*drawn.COMMON, *drawn.RARE])
    share = drawn.COMBINATION.prior
    np.testing.assert_allclose(weight[known], share * np.log(1 / 12), atol=1e-3)
    np.testing.assert_allclose(weight[~known], share * PRIOR_FLOOR, atol=1e-3)


def test_each_place_has_its_probabilities(reader: Recognizer) -> None:
    framed, open_syllable = reader.frame(drawn.write("곤")), reader.frame(drawn.write("고"))
    assert framed is not None
    assert open_syllable is not None
    found = jamo_probabilities(reader.logits(framed))
    best = {place: syllables.JAMO[place][each.argmax()] for place, each in found.items()}
    assert best == {"initial": "ㄱ", "medial": "ㅗ", "final": "ㄴ"}
    for each in found.values():
        assert each.sum() == pytest.approx(1, abs=1e-5)
    assert not jamo_probabilities(reader.logits(open_syllable))["final"].argmax()  # none


def test_labels_that_a_model_has_not_got_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown labels 'ks1001'; known: ks2350, all11172"):
        Recognizer(drawn.MODEL, labels="ks1001")
    with pytest.raises(ValueError, match="the model digits reads no syllables"):
        Recognizer("digits", labels="ks2350")


# Ranking


def test_ties_go_to_the_lower_index() -> None:
    scores = np.array([0.1, 0.3, 0.3, 0.2, 0.1], np.float32)
    assert [answer.label for answer in top_k(scores, "abcde", 4)] == ["b", "c", "d", "a"]


@given(st.lists(st.sampled_from([0.0, 0.1, 0.2, 0.5]), min_size=1, max_size=30), st.integers(1, 40))
def test_the_best_are_those_of_a_stable_sort(values: list[float], k: int) -> None:
    scores = np.array(values, np.float32)
    expected = np.argsort(-scores, kind="stable")[:k]
    assert [int(one.label) for one in top_k(scores, [*map(str, range(30))], k)] == list(expected)
    np.testing.assert_array_equal(scores, np.array(values, np.float32))


def test_softmax_bears_any_logits() -> None:
    logits = np.array([[1e4, -1e4, 0], [-3e38, -3e38, -3e38]], np.float32)
    np.testing.assert_allclose(softmax(logits), np.array([[1, 0, 0], [1 / 3] * 3]), atol=1e-6)


def test_a_higher_temperature_is_less_sure() -> None:
    logits = np.array([3, 1, 0], np.float32)
    assert softmax(logits, 2.0).max() < softmax(logits).max()
    assert softmax(logits, 2.0).sum() == pytest.approx(1)


# Runtimes


def test_an_unknown_runtime_is_refused() -> None:
    with pytest.raises(ValueError, match=r"unknown runtime 'onnx'; known: litert, tflite-runtime"):
        Recognizer("digits", runtime="onnx")


def test_the_preferred_runtime_comes_first() -> None:
    installed = runtimes.installed()
    assert installed == [name for name in runtimes.RUNTIMES if name in installed]
    assert runtimes.factory()[0] == installed[0]
    assert Recognizer("digits").runtime == installed[0]


def test_a_broken_runtime_is_passed_over_and_none_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module, _ in runtimes.RUNTIMES.values():
        monkeypatch.setitem(sys.modules, module, None)  # Python's own way to make an import fail
    with pytest.raises(
        runtimes.RuntimeMissingError,
        match=re.escape("pip install ai-edge-litert or pip install tflite-runtime"),
    ):
        Recognizer("digits")
    with pytest.raises(runtimes.RuntimeMissingError, match=r"pip install tflite-runtime$"):
        Recognizer("digits", runtime="tflite-runtime")


def test_another_interpreter_can_be_injected(ink: list[samples.Sample]) -> None:
    made: list[dict[str, Any]] = []

    def make(**options: Any) -> runtimes.Interpreter:
        made.append(options)
        interpreter: runtimes.Interpreter = importlib.import_module(RUNTIME_MODULE).Interpreter(
            **options
        )
        return interpreter

    recognizer = Recognizer("digits", threads=2, interpreter_factory=make)
    assert recognizer.recognize(ink[3].strokes)[0].label == "3"
    assert [options["num_threads"] for options in made] == [2]
