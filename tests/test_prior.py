"""How often syllables are written: counted, smoothed, weighed, and done without."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from edge_app import hangul
from edge_app.syllables import PRIOR_FLOOR, Combination
from train import prior, rundir
from train.config import DigitConfig, HangulConfig

PLAIN = Combination(jamo=0.5, syllable=0.5, prior=0.0, temperature=0.8, valid_temperature=1.0)


def place(syllable: str) -> int:
    return hangul.SYLLABLES.index(syllable)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A finished run, as far as a prior is concerned."""
    (tmp_path / rundir.CONFIG).write_text(json.dumps(HangulConfig().to_dict()))
    result = {"combination": PLAIN.to_dict(), "prior": None, "epochs": 3}
    (tmp_path / rundir.RESULT).write_text(json.dumps(result))
    return tmp_path


def test_a_word_counts_each_time_it_has_a_syllable() -> None:
    found = prior.of_words({"나나": 3.0, "가나": 1.0, "ab1ㅋ": 9.0})
    chance = np.exp(PRIOR_FLOOR)
    counted = 1 - len(found) * chance
    assert found.sum() == pytest.approx(1)
    assert found[place("나")] == pytest.approx(counted * 7 / 8 + chance)
    assert found[place("가")] == pytest.approx(counted * 1 / 8 + chance)
    # No syllable is forbidden, and none is below what a model directory can hold.
    assert found[place("힣")] == found.min()
    assert np.log(found.min()) == pytest.approx(PRIOR_FLOOR)


def test_words_without_a_syllable_are_refused() -> None:
    with pytest.raises(ValueError, match="name a list of Korean words"):
        prior.of_words({"abc": 1.0})


def test_the_list_knows_what_is_written_often() -> None:
    pytest.importorskip("wordfreq")
    found = prior.frequencies()
    assert {hangul.SYLLABLES[n] for n in np.argsort(-found)[:6]} <= set("이다는에하고가을지의")
    common = np.isin(hangul.SYLLABLES, hangul.KS_X_1001)
    assert found[common].sum() > 0.99
    # A particle is written a thousand times as often as a syllable of few words.
    assert found[place("는")] > 1000 * found[place("뀀")]


def test_a_run_is_given_a_prior_that_conversion_takes(run: Path) -> None:
    pytest.importorskip("wordfreq")
    from convert import answers

    assert prior.main([str(run), "--weight", "0.25"]) == 0
    config, result = (rundir.read_json(run / name) for name in (rundir.CONFIG, rundir.RESULT))
    assert config["prior_weight"] == 0.25
    assert result["epochs"] == 3
    assert result["combination"]["prior"] == pytest.approx(0.25 * PLAIN.temperature)
    with np.load(run / rundir.PRIOR, allow_pickle=False) as stored:
        log_prior = stored["log_prior"]
    meaning, content = answers.read(run, config, result, log_prior)
    assert content is not None
    assert meaning.to_dict()["prior"]["licence"] == "CC BY-SA 4.0"
    # The weight is what the frequency counts in the logarithm of the score.
    heads = np.zeros((1, 2420), np.float32)
    plain, weighed = (meaning.scores_of(heads, one) for one in (None, log_prior))
    ratio = np.log(weighed[0] / plain[0])
    often, seldom = place("이"), place("뀀")
    assert ratio[often] - ratio[seldom] == pytest.approx(
        0.25 * (log_prior[often] - log_prior[seldom]), rel=1e-3
    )


def test_a_run_without_the_list_has_no_prior_and_says_so(
    run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from train.hangultask import weighed

    monkeypatch.setitem(sys.modules, "wordfreq", None)  # as an import that fails leaves it
    assert weighed(PLAIN, 0.1, run) == {"combination": PLAIN.to_dict(), "prior": None}
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert "wordfreq is not installed" in said and f"python train/prior.py {run}" in said
    assert not (run / rundir.PRIOR).exists()
    assert prior.main([str(run)]) == 1
    assert "pip install 'hangul-pad[train]'" in capsys.readouterr().err


def test_no_weight_needs_no_list(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "wordfreq", None)
    assert prior.main([str(run), "--weight", "0"]) == 0
    result = rundir.read_json(run / rundir.RESULT)
    assert (result["combination"]["prior"], result["prior"]) == (0, None)


def test_runs_that_cannot_have_one(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert prior.main([str(run), "--weight", "-1"]) == 1
    assert "prior_weight must be 0 to 1, not -1.0" in capsys.readouterr().err
    (run / rundir.CONFIG).write_text(json.dumps(DigitConfig().to_dict()))
    assert prior.main([str(run)]) == 1
    assert "reads no syllables" in capsys.readouterr().err
    assert prior.main([str(run / "none")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
