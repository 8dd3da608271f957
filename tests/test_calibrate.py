"""The numbers that make honest scores of logits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from edge_app import hangul
from edge_app.syllables import HEADS, JAMO, Floats, log_scores
from train.calibrate import PLAIN, Labels, cross_entropy, fit_combination, fit_temperature

RNG = np.random.default_rng(5)


def heads_for(truth: Labels, jamo_noise: float, syllable_noise: float) -> dict[str, Floats]:
    """Logits of networks that are sure of the truth, but for noise."""
    jamo = np.array([hangul.decompose(hangul.KS_X_1001[one]) for one in truth]).T
    right = {**dict(zip(JAMO, jamo, strict=True)), "syllable": truth}
    found = {}
    for head, rows in right.items():
        noise = syllable_noise if head == "syllable" else jamo_noise
        logits = RNG.normal(0, noise, (len(truth), HEADS[head]))
        logits[np.arange(len(truth)), rows] += 6
        found[head] = logits.astype(np.float32)
    return {**found, "valid": np.full((len(truth), 1), 4, np.float32)}


@pytest.mark.parametrize(
    ("jamo_noise", "syllable_noise", "least", "most"), [(6, 1, 0, 0.2), (1, 4, 0.8, 1)]
)
def test_the_surer_heads_weigh_more(
    jamo_noise: float, syllable_noise: float, least: float, most: float
) -> None:
    truth = RNG.integers(0, len(hangul.KS_X_1001), 300)
    heads = heads_for(truth, jamo_noise, syllable_noise)
    found = fit_combination(heads, "ks2350", truth, np.full((20, 1), -4, np.float32))
    assert least <= found.jamo <= most
    assert found.jamo + found.syllable == pytest.approx(1)


def test_what_ink_cannot_tell_apart_goes_to_the_jamo_heads() -> None:
    none, more = np.full((20, 1), -4, np.float32), 0
    for _ in range(8):
        truth = RNG.integers(0, len(hangul.KS_X_1001), 40)
        heads = heads_for(truth, 3, 2)
        found = fit_combination(heads, "ks2350", truth, none).jamo
        losses = {jamo: fitted_loss(heads, truth, jamo) for jamo in np.linspace(0, 1, 11).tolist()}
        likeliest = min(losses, key=lambda jamo: losses[jamo])
        assert likeliest <= found < 0.8
        more += likeliest < found
    assert more >= 4


def fitted_loss(heads: dict[str, Floats], truth: Labels, jamo: float) -> float:
    weighed = replace(PLAIN, jamo=jamo, syllable=1 - jamo)
    ranked = log_scores(heads, weighed, "ks2350")
    return cross_entropy(ranked, truth, fit_temperature(ranked, truth, 12))
