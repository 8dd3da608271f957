"""What the modes make of ink, without a window: the rule of "auto", and the models behind it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_app import bundle, hangul, modes, samples, syllables
from edge_app.bundle import BundleError
from edge_app.modes import merge
from edge_app.recognizer import Prediction
from tests.conftest import ROOT
from tests.tiny import syllables as drawn

TINY = {"hangul": drawn.MODEL, "digits": bundle.MODELS / "digits", "jamo": ROOT / "tests/tiny/jamo"}
Install = Callable[..., Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Has the named models bundled, and no others."""

    def put(*names: str) -> Path:
        folder = tmp_path / "models"
        folder.mkdir()
        for name in names:
            shutil.copytree(TINY[name], folder / name)
        monkeypatch.setattr(bundle, "MODELS", folder)
        return folder

    return put


def ranked(text: str, *scores: float) -> list[Prediction]:
    return [Prediction(label, score) for label, score in zip(text, scores, strict=True)]


# The rule

RANKED = st.lists(st.floats(0.001, 1.0), min_size=3, max_size=3).map(
    lambda raw: sorted((one / max(1.0, sum(raw)) for one in raw), reverse=True)
)


@given(RANKED, RANKED, RANKED, st.floats(0, 1))
def test_merged_scores_are_ranked_probabilities(
    syllables: list[float], digits: list[float], jamo: list[float], syllable: float
) -> None:
    answers = {
        "hangul": ranked("가나다", *(score * syllable for score in syllables)),
        "digits": ranked("012", *digits),
        "jamo": ranked("ㅇㅣㄹ", *jamo),
    }
    found = merge(answers, syllable)
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) >= 0
    assert sum(scores) <= 1 + 1e-6
    assert {one.label for one in found} == set("가나다012ㅇㅣㄹ")
    # Syllables keep their scores; nothing changes the order inside a kind.
    of_mine = {one.label: one.score for one in found}
    assert [of_mine[one.label] for one in answers["hangul"]] == [
        one.score for one in answers["hangul"]
    ]
    for each in answers.values():
        inside = [of_mine[one.label] for one in each]
        assert inside == sorted(inside, reverse=True)


@given(RANKED)
def test_one_model_alone_is_left_as_it_is(scores: list[float]) -> None:
    digits = ranked("012", *scores)
    found = merge({"digits": digits})
    assert [one.label for one in found] == [one.label for one in digits]
    assert [one.score for one in found] == pytest.approx([one.score for one in digits])


def test_a_syllable_beats_a_digit_model_that_is_sure_of_anything() -> None:
    answers = {"hangul": ranked("이아", 0.93, 0.05), "digits": ranked("01", 0.97, 0.03)}
    assert [one.label for one in merge(answers, 0.98)][:2] == ["이", "아"]
    answers = {"hangul": ranked("이아", 0.01, 0.005), "digits": ranked("01", 0.97, 0.03)}
    best = merge(answers, 0.02)[0]
    assert best.label == "0"
    assert best.score == pytest.approx(0.97 * 0.98)


@pytest.mark.parametrize(("digit", "jamo"), ["0ㅇ", "1ㅣ", "2ㄹ"])
def test_what_may_be_a_digit_or_a_jamo_is_shown_as_both(digit: str, jamo: str) -> None:
    answers = {
        "hangul": ranked("으", 0.01),
        "digits": ranked(f"{digit}6", 0.999, 0.001),
        "jamo": ranked(f"{jamo}ㅁ", 0.98, 0.02),
    }
    first, second, *_ = merge(answers, 0.03)
    assert (first.label, second.label) == (digit, jamo)  # numbers are the commoner
    assert second.score > 0.1
    assert first.score < 0.9


def test_a_jamo_unlike_any_digit_is_not_held_back() -> None:
    answers = {"digits": ranked("47", 0.97, 0.02), "jamo": ranked("ㅐㅔ", 0.99, 0.01)}
    assert merge(answers, 0.01)[0].label == "ㅐ"


def test_a_model_in_doubt_gives_way_to_one_that_is_sure() -> None:
    answers = {"digits": ranked("83", 0.97, 0.02), "jamo": ranked("ㅎㅇ", 0.5, 0.3)}
    best = merge(answers, 0.0)[0]
    assert best.label == "8"
    assert best.score > 0.9


@pytest.mark.parametrize(("best", "sure"), [(0.9, True), (0.5, True), (0.49, False), (0.01, False)])
def test_a_low_score_is_a_guess(best: float, sure: bool) -> None:
    assert modes.is_sure(ranked("가", best)) == sure


def test_nothing_to_answer_is_no_doubt() -> None:
    assert modes.is_sure([])


# The models


@pytest.mark.parametrize(
    ("installed", "offered", "missing"),
    [
        ("hangul digits jamo", "hangul digits jamo auto", ""),
        ("hangul digits", "hangul digits auto", ""),
        ("digits jamo", "digits jamo auto", "hangul"),
        ("digits", "digits", "hangul"),
        ("hangul", "hangul", "digits"),
    ],
)
def test_the_modes_are_those_of_the_models_there_are(
    install: Install, installed: str, offered: str, missing: str
) -> None:
    install(*installed.split())
    reader = modes.open_bundled()
    assert reader.modes == tuple(offered.split())
    assert reader.first == offered.split()[-1]
    assert reader.missing == tuple(missing.split())
    assert set(reader.modes) <= set(modes.MODES)


def test_every_mode_reads_its_own_ink(install: Install) -> None:
    install("hangul", "digits", "jamo")
    reader = modes.open_bundled()
    ink = {
        "hangul": {one: drawn.write(one) for one in drawn.COMMON},
        "digits": {one.label: one.strokes for one in samples.load("digits")},
        "jamo": {one.label: one.strokes for one in samples.load("jamo")},
    }
    for mode, written in ink.items():
        for label, strokes in written.items():
            found = reader.recognize(strokes, mode)
            assert len(found) == 3
            assert found[0].label == label
            assert {one.label for one in found} <= set(reader.labels(mode))


def test_auto_tells_syllables_from_the_rest_by_their_model(install: Install) -> None:
    install("hangul", "digits", "jamo")
    reader = modes.open_bundled()
    for syllable in drawn.COMMON:
        assert reader.recognize(drawn.write(syllable), "auto")[0].label == syllable
    # What the tiny model has learned to be none; digits it has never seen.
    generator = np.random.default_rng(3)
    best = [reader.recognize(drawn.scribble(generator), "auto")[0].label for _ in range(20)]
    assert sum(hangul.is_syllable(label) for label in best) <= 2


def test_auto_shows_what_was_written_among_digits_and_jamo(install: Install) -> None:
    install("digits", "jamo")
    reader = modes.open_bundled()
    first = 0
    for one in samples.fitting(reader.labels("auto")):
        found = [each.label for each in reader.recognize(one.strokes, "auto")]
        assert one.label in found
        first += one.label == found[0]
    assert first >= 40  # of 50; the others may as well be the other


def test_a_reading_knows_the_jamo_where_a_syllable_model_has_read(install: Install) -> None:
    install("hangul", "digits")
    reader = modes.open_bundled()
    for mode in ("hangul", "auto"):
        reading = reader.read(drawn.write("곤"), mode)
        assert reading.predictions[0].label == "곤"
        for place, jamo in zip(("initial", "medial", "final"), "ㄱㅗㄴ", strict=True):
            assert syllables.JAMO[place][reading.jamo[place].argmax()] == jamo
    assert not reader.read(drawn.write("곤"), "digits").jamo


def test_empty_ink_has_no_answer_in_any_mode(install: Install) -> None:
    install("hangul", "digits")
    reader = modes.open_bundled()
    for mode in reader.modes:
        assert reader.recognize([], mode) == []


def test_a_mode_that_is_not_there_is_refused(install: Install) -> None:
    install("digits", "jamo")
    with pytest.raises(KeyError, match="hangul"):
        modes.open_bundled().recognize([], "hangul")


@pytest.mark.parametrize("mode", ["hangul", "auto"])
def test_the_set_of_syllables_is_a_setting(install: Install, mode: str) -> None:
    install("hangul", "digits")
    rare = drawn.write("갘")
    every = modes.open_bundled(labels="all11172")
    common = modes.open_bundled(labels="ks2350")
    assert every.recognize(rare, mode)[0].label == "갘"
    assert common.recognize(rare, mode)[0].label in hangul.KS_X_1001
    assert len(every.labels(mode)) - len(common.labels(mode)) == 11172 - 2350


def test_a_set_of_syllables_needs_a_model_that_reads_them(install: Install) -> None:
    install("digits")
    with pytest.raises(ValueError, match="ks2350"):
        modes.open_bundled(labels="ks2350")


def test_without_any_model_it_says_so(install: Install) -> None:
    folder = install()
    with pytest.raises(BundleError, match=f"{folder}.*reinstall"):
        modes.open_bundled()


def test_a_model_folder_is_a_mode_of_its_own(tmp_path: Path) -> None:
    reader = modes.open_model(ROOT / "tests/tiny/model")
    assert reader.modes == ("tiny",)
    assert reader.missing == ()
    one = samples.load()[1]
    assert reader.recognize(one.strokes, "tiny")[0].label == one.label
    with pytest.raises(BundleError, match=r"model\.json"):
        modes.open_model(tmp_path)


# Sample ink


def test_every_kind_has_sample_ink_of_its_own_labels() -> None:
    sets = {name: [one.label for one in samples.load(name)] for name in samples.NAMES}
    assert sets["digits"] == list(hangul.DIGITS)
    assert len(sets["hangul"]) == 20
    assert set(sets["hangul"]) <= set(hangul.KS_X_1001)
    assert sets["jamo"] == [*hangul.INITIALS, *hangul.MEDIALS]
    for name in samples.NAMES:
        for one in samples.load(name):
            points = np.concatenate(one.strokes)
            assert all(stroke.shape[1:] == (2,) for stroke in one.strokes)
            # On the sheet of `draw`, pen and all.
            assert (points >= (-45, -15)).all()
            assert (points <= (145, 175)).all()
            assert np.ptp(points, axis=0).max() >= 60


def test_ink_that_fits_is_ink_that_can_be_read() -> None:
    assert [one.label for one in samples.fitting("12")] == ["1", "2"]
    assert {one.label for one in samples.fitting(hangul.SYLLABLES)} == {
        one.label for one in samples.load("hangul")
    }
    assert samples.fitting("") == []


@pytest.mark.parametrize("name", ["hangul", "digits"])
def test_the_bundled_models_read_the_sample_ink_alone_and_in_auto(name: str) -> None:
    reader = modes.open_bundled()
    for one in samples.load(name):
        assert reader.recognize(one.strokes, name)[0].label == one.label
        assert one.label in [each.label for each in reader.recognize(one.strokes, "auto")]
