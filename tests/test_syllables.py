"""The heads of a syllable model, combined: held against the formula, written out slowly."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_app import hangul, syllables
from edge_app.syllables import HEADS, SETS, Combination, Floats

EVEN = Combination(jamo=0.5, syllable=0.5, prior=0.0, temperature=1.0, valid_temperature=1.0)
KNOWN = set(hangul.KS_X_1001)
RARE = [one for one in hangul.SYLLABLES if one not in KNOWN]

seeds = st.integers(0, 2**32 - 1)
weights = st.floats(0.0, 2.0)
temperatures = st.floats(0.2, 5.0)
combinations = st.builds(
    Combination,
    jamo=st.floats(0.1, 2.0),
    syllable=weights,
    prior=weights,
    temperature=temperatures,
    valid_temperature=temperatures,
)


def random_heads(seed: int, spread: float = 4.0) -> dict[str, Floats]:
    generator = np.random.default_rng(seed)
    return {
        head: generator.normal(0, spread, count).astype(np.float32) for head, count in HEADS.items()
    }


def heads_for(syllable: str, valid: float = 8.0) -> dict[str, Floats]:
    """Heads that are sure of a syllable."""
    heads = {head: np.zeros(count, np.float32) for head, count in HEADS.items()}
    for place, index in hangul.decompose(syllable)._asdict().items():
        heads[place][index] = 9
    heads["syllable"][hangul.KS_X_1001.index(syllable) if syllable in KNOWN else -1] = 9
    heads["valid"][0] = valid
    return heads


def best(heads: dict[str, Floats], labels: str = "all11172", **options: Any) -> str:
    return SETS[labels][int(syllables.scores(heads, EVEN, labels, **options).argmax())]


def slow_z(heads: dict[str, Floats], combination: Combination, prior: Floats) -> dict[str, float]:
    """The formula of `edge_app.syllables`, a syllable at a time, in plain Python."""

    def log_p(head: str) -> list[float]:
        logits = [float(one) for one in heads[head]]
        total = math.log(math.fsum(map(math.exp, logits)))
        return [logit - total for logit in logits]

    places, classes = [log_p(place) for place in syllables.JAMO], log_p("syllable")
    jamo = {
        one: sum(place[index] for place, index in zip(places, hangul.decompose(one), strict=True))
        for one in hangul.SYLLABLES
    }
    whole = dict(zip(hangul.KS_X_1001, classes, strict=False))
    rare = math.log(math.fsum(math.exp(jamo[one]) for one in RARE))
    whole |= {one: classes[-1] + jamo[one] - rare for one in RARE}
    return {
        one: combination.jamo * jamo[one]
        + combination.syllable * whole[one]
        + combination.prior * float(prior[index])
        for index, one in enumerate(hangul.SYLLABLES)
    }


@pytest.mark.parametrize("seed", [1, 2])
def test_the_formula(seed: int) -> None:
    combination = Combination(0.7, 0.4, 0.3, 1.3, 2.0)
    heads = random_heads(seed)
    prior = np.random.default_rng(seed).uniform(-14, 0, len(hangul.SYLLABLES)).astype(np.float32)
    slow = slow_z(heads, combination, prior)
    for labels, chosen in SETS.items():
        expected = np.array([slow[one] for one in chosen])
        found = syllables.log_scores(heads, combination, labels, prior)
        np.testing.assert_allclose(found - found.max(), expected - expected.max(), atol=2e-4)
        powers = np.exp((expected - expected.max()) / 1.3)
        valid = 1 / (1 + math.exp(-float(heads["valid"][0]) / 2))
        scores = syllables.scores(heads, combination, labels, prior)
        np.testing.assert_allclose(scores, valid * powers / powers.sum(), rtol=1e-3, atol=1e-9)


@given(seeds, combinations, st.floats(0, 1e4), st.sampled_from(list(SETS)))
def test_scores_are_probabilities_and_sum_to_that_of_being_a_syllable(
    seed: int, combination: Combination, spread: float, labels: str
) -> None:
    heads = random_heads(seed, spread)
    scores = syllables.scores(heads, combination, labels)
    assert scores.shape == (len(SETS[labels]),)
    assert scores.dtype == np.float32
    assert (scores >= 0).all()
    total = float(scores.sum())
    assert total <= 1 + 1e-5
    valid = np.tanh(float(heads["valid"][0]) / combination.valid_temperature / 2) / 2 + 0.5
    assert total == pytest.approx(valid, abs=1e-5)


@pytest.mark.parametrize("syllable", ["가", "한", "힝", "뷁", "갘", "힣"])
def test_what_the_heads_are_sure_of_wins(syllable: str) -> None:
    scores = syllables.scores(heads_for(syllable), EVEN)
    assert hangul.SYLLABLES[int(scores.argmax())] == syllable
    assert scores.max() > 0.5


@given(seeds, st.sampled_from(RARE), st.sampled_from(hangul.KS_X_1001))
def test_only_the_larger_set_has_rare_syllables(seed: int, rare: str, common: str) -> None:
    assert best(heads_for(rare)) == rare
    assert best(heads_for(rare), "ks2350") != rare
    assert best(heads_for(common), "ks2350") == common
    assert best(heads_for(common)) == common


def test_a_rare_syllable_is_not_held_back_for_being_one_of_many() -> None:
    """Jamo that leave no doubt outweigh a head that gives "other" a third."""
    heads = heads_for("갘")
    heads["syllable"][:] = -9
    heads["syllable"][hangul.KS_X_1001.index("각")] = math.log(2)
    heads["syllable"][-1] = 0
    assert best(heads) == "갘"


@given(seeds, combinations, st.integers(0, 2350), st.floats(0.1, 20))
def test_a_syllables_own_logit_raises_its_score(
    seed: int, combination: Combination, index: int, rise: float
) -> None:
    heads = random_heads(seed)
    raised = {**heads, "syllable": heads["syllable"].copy()}
    raised["syllable"][index] += np.float32(rise)
    before, after = (syllables.scores(one, combination) for one in (heads, raised))
    if index < 2350:
        chosen = [hangul.SYLLABLES.index(hangul.KS_X_1001[index])]
    else:
        chosen = [number for number, one in enumerate(hangul.SYLLABLES) if one not in KNOWN]
    assert after[chosen].sum() >= before[chosen].sum() - 1e-6


@given(seeds, combinations, st.sampled_from(list(syllables.JAMO)), st.data())
def test_a_jamos_logit_raises_the_syllables_that_have_it(
    seed: int, combination: Combination, place: str, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, HEADS[place] - 1))
    heads = random_heads(seed)
    raised = {**heads, place: heads[place].copy()}
    raised[place][index] += 3
    before, after = (
        syllables.scores(one, combination).reshape([HEADS[one] for one in syllables.JAMO])
        for one in (heads, raised)
    )
    axis = list(syllables.JAMO).index(place)
    had, has = (np.take(one, index, axis=axis).sum() for one in (before, after))
    assert has >= had - 1e-6


@given(seeds, combinations, st.floats(0.1, 20))
def test_the_valid_logit_raises_every_score_and_no_rank(
    seed: int, combination: Combination, rise: float
) -> None:
    heads = random_heads(seed)
    raised = {**heads, "valid": heads["valid"] + np.float32(rise)}
    assert (syllables.scores(raised, combination) >= syllables.scores(heads, combination)).all()
    np.testing.assert_array_equal(
        syllables.log_scores(raised, combination), syllables.log_scores(heads, combination)
    )


# The prior


def test_a_prior_decides_between_equals_and_forbids_none() -> None:
    weighed = replace(EVEN, prior=0.5)
    prior = np.full(len(hangul.SYLLABLES), syllables.PRIOR_FLOOR, np.float32)
    often = hangul.SYLLABLES.index("낸")
    prior[often] = -2
    equal = {head: np.zeros(count, np.float32) for head, count in HEADS.items()}
    for labels, chosen in SETS.items():
        assert chosen[int(syllables.scores(equal, weighed, labels, prior).argmax())] == "낸"
        for never in ("내", "넨"):
            scores = syllables.scores(heads_for(never), weighed, labels, prior)
            assert chosen[int(scores.argmax())] == never


def test_without_a_prior_or_its_weight_it_counts_nothing() -> None:
    heads = random_heads(5)
    prior = np.linspace(-14, 0, len(hangul.SYLLABLES), dtype=np.float32)
    plain = syllables.scores(heads, EVEN)
    np.testing.assert_array_equal(syllables.scores(heads, EVEN, prior=prior), plain)
    np.testing.assert_array_equal(syllables.scores(heads, replace(EVEN, prior=1.0)), plain)


# What goes in


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("head", HEADS)
def test_logits_that_are_no_numbers_are_refused(head: str, bad: float) -> None:
    heads = random_heads(1)
    heads[head][0] = bad
    for combine in (syllables.log_scores, syllables.scores):
        with pytest.raises(ValueError, match=f"head '{head}' are not finite"):
            combine(heads, EVEN)


def test_heads_of_another_model_are_refused() -> None:
    heads = random_heads(1)
    with pytest.raises(ValueError, match="head 'medial' of 21 logits"):
        syllables.scores({**heads, "medial": heads["final"]}, EVEN)
    del heads["valid"]
    with pytest.raises(ValueError, match="head 'valid' of 1 logits"):
        syllables.scores(heads, EVEN)
    with pytest.raises(ValueError, match="unknown set of syllables 'ks1'; known: ks2350, all"):
        syllables.scores(random_heads(1), EVEN, "ks1")


def test_many_inks_at_once_give_what_one_gives() -> None:
    single = [random_heads(seed) for seed in range(6)]
    many = {head: np.stack([one[head] for one in single]).reshape(2, 3, -1) for head in HEADS}
    for labels, chosen in SETS.items():
        scores = syllables.scores(many, EVEN, labels)
        assert scores.shape == (2, 3, len(chosen))
        expected = [syllables.scores(one, EVEN, labels) for one in single]
        np.testing.assert_allclose(scores.reshape(6, -1), expected, rtol=1e-4)


def test_heads_end_to_end_and_back() -> None:
    heads = random_heads(3)
    joined = syllables.join(heads)
    assert joined.shape == (2420,)
    for head, logits in syllables.split(np.stack([joined, joined])).items():
        np.testing.assert_array_equal(logits, [heads[head]] * 2)
    with pytest.raises(ValueError, match=re.escape("gives 2420 logits, not (2419,)")):
        syllables.split(joined[1:])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"jamo": -0.1}, "combination jamo must be at least 0"),
        ({"syllable": math.inf}, "combination syllable must be at least 0"),
        ({"prior": math.nan}, "combination prior must be at least 0"),
        ({"temperature": 0}, "combination temperature must be above 0"),
        ({"valid_temperature": -1}, "combination valid_temperature must be above 0"),
        ({"temperature": True}, "combination temperature must be a number"),
        ({"jamo": "1"}, "combination jamo must be a number"),
        ({"jamo": 0, "syllable": 0}, "needs a jamo or a syllable weight"),
        ({"bias": 1}, "expected jamo, prior, syllable, temperature, valid_temperature"),
    ],
)
def test_wrong_combinations_are_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Combination.from_dict({**EVEN.to_dict(), **changes})


def test_a_combination_survives_its_dict() -> None:
    assert Combination.from_dict(EVEN.to_dict()) == EVEN
