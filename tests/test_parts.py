"""Alternatives for one jamo of a syllable."""

from __future__ import annotations

import numpy as np
import pytest

from edge_app import hangul, modes, samples
from edge_app.modes import Reading
from edge_app.pad.parts import PLACES, alternatives, jamo_of, most_doubtful, syllable_of
from edge_app.recognizer import Prediction
from edge_app.syllables import JAMO
from tests.tiny import syllables as drawn


def reading(*labels: str, **likely: str) -> Reading:
    """likely: for a place, its likeliest jamo in order; the others share what is left."""
    jamo = {}
    for place, known in JAMO.items():
        scores = np.full(len(known), 0.001, np.float32)
        for rank, one in enumerate(likely.get(place, "").replace("-", "\0")):
            scores[known.index(one.replace("\0", ""))] = 0.5 / (rank + 1)
        jamo[place] = scores
    return Reading(tuple(Prediction(label, 0.3) for label in labels), jamo)


def test_one_part_changes_and_the_others_stay() -> None:
    found = reading("감", initial="ㄱㅋㄷ", medial="ㅏㅓ", final="ㅁㅇㅂ-")
    assert alternatives("감", "final", found, 3) == ["강", "갑", "가"]
    assert alternatives("감", "initial", found, 2) == ["캄", "담"]
    assert alternatives("감", "medial", found, 1) == ["검"]
    assert len(alternatives("감", "final", found, 99)) == len(hangul.FINALS) - 1


def test_the_least_likely_part_comes_first() -> None:
    assert most_doubtful("감", reading("감", initial="ㄱ", medial="ㅏ", final="ㅇㅂㅁ")) == "final"
    assert most_doubtful("감", reading("감", initial="ㄱ", medial="ㅓㅏ", final="ㅁ")) == "medial"


def test_the_first_syllable_can_be_mended_if_its_jamo_are_known() -> None:
    assert syllable_of(reading("7", "갑", "감")) == "갑"
    assert syllable_of(reading("7", "ㄱ")) is None
    assert syllable_of(Reading((Prediction("감", 1.0),))) is None
    assert jamo_of("감") == ("ㄱ", "ㅏ", "ㅁ")
    assert jamo_of("가") == ("ㄱ", "ㅏ", "")


@pytest.mark.parametrize("place", PLACES)
def test_a_model_ranks_the_parts(place: str) -> None:
    reader = modes.open_model(drawn.MODEL)
    found = reader.read(drawn.write("간"), reader.first)
    others = alternatives("간", place, found, 5)
    assert len(set(others)) == 5
    index = PLACES.index(place)
    for one in others:
        kept = [a == b for a, b in zip(jamo_of(one), jamo_of("간"), strict=True)]
        assert kept == [i != index for i in range(3)]


def test_sample_syllables_have_parts() -> None:
    assert all(jamo_of(sample.label) for sample in samples.load("hangul"))
