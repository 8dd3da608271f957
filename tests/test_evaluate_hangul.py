"""What is measured of a model that reads syllables, on a tiny one and on ink written here."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from edge_app import Recognizer, hangul
from edge_app.ink import frame, frame_strokes
from edge_app.lift import stroke_width
from edge_app.recognizer import UNSURE
from edge_app.syllables import SETS
from tests.tiny import syllables as tiny
from train import evaluate, evaluate_hangul, jamomeasures, measures, shardwriter
from train.data import BadSamples, Sample, Source
from train.hangul import look
from train.measures import Answers
from train.readers import Looks, Way, open_reader
from train.redraw import ASPECTS, SHEET, Drawing, redraw
from train.scraps import KINDS

BIG = replace(tiny.SETTINGS, size=80)


@pytest.fixture(autouse=True)
def few_scraps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing them takes most of the time, and a few show as much here."""
    monkeypatch.setattr(evaluate_hangul, "_SCRAPS", 4)


def picture(syllable: str, bend: float = 0.0) -> Any:
    strokes = [stroke @ [[1, bend], [0, 1]] for stroke in tiny.write(syllable)]
    framed = frame_strokes(strokes, BIG)
    assert framed is not None
    return 255 - framed


def write(folder: Path, samples: list[Sample]) -> Path:
    shardwriter.write(samples, folder, Source("desk", "CC0", ""), {}, BadSamples(skip=False))
    return folder


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve syllables by three people, of whom one calls 나 every 가."""
    samples = [
        Sample(
            picture("나", 0.07) if (who, label) == ("careless", "가") else picture(label, bend),
            label,
            who,
            "desk",
            "val" if who == "other" else "test",
        )
        for who, bend in (("careful", 0.0), ("careless", 0.05), ("other", 0.1))
        for label in tiny.COMMON + tiny.RARE
    ]
    return write(tmp_path_factory.mktemp("people") / "desk", samples)


def measured(*options: str, capsys: pytest.CaptureFixture[str]) -> Any:
    assert evaluate.main(["hangul", "--model", str(tiny.MODEL), *options, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def answers(truth: str, top: str, scores: list[float]) -> Answers:
    """Answers among all 11,172 of which only the best is given."""
    numbers = [[hangul.SYLLABLES.index(one) for one in some] for some in (truth, top)]
    best = np.full((len(top), 3), -1)
    best[:, 0] = numbers[1]
    kept = np.zeros((len(top), 3), np.float32)
    kept[:, 0] = scores
    return Answers(hangul.SYLLABLES, np.array(numbers[0]), best, kept)


def test_every_way_is_measured_and_in_detail_the_plain_one(
    people: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = measured("--people", str(people), capsys=capsys)
    figures = report["folders"][str(people)]
    assert (figures["samples"], figures["writers"]) == (24, 2)
    own = pytest.approx(report["model"]["prior_weight"])
    assert own == tiny.COMBINATION.prior / tiny.COMBINATION.temperature
    ways = {(way["labels"], way["prior_weight"]): way for way in figures["ways"]}
    assert set(ways) == {
        (labels, weight)
        for labels in ("ks2350", "all11172", "rare")
        for weight in (0, report["model"]["prior_weight"])
    }
    assert {labels: way["samples"] for (labels, _), way in ways.items()} == {
        "ks2350": 16,
        "all11172": 24,
        "rare": 8,
    }
    assert ways["all11172", 0]["top1"] == figures["top1"]
    # Where fewer syllables may be answered, fewer are taken for others.
    assert ways["ks2350", 0]["top1"] >= 15 / 16 * 0.9
    names = list(figures["by_writer"])
    assert names == ["careless", "careful"]
    assert figures["by_writer"]["careless"]["top1"] < figures["by_writer"]["careful"]["top1"]
    assert {"true": "가", "answer": "나", "count": 1} in figures["confusions"]
    slips = {(one["place"], one["true"], one["answer"]): one for one in figures["jamo_confusions"]}
    assert slips["initial", "ㄱ", "ㄴ"]["count"] >= 1
    assert figures["by_jamo"]["initial"]["ㄱ"]["samples"] == 12
    assert set(report["scraps"]) == set(KINDS)


def test_what_is_asked_of_the_pad_is_what_it_answers(people: Path) -> None:
    """The figures with the model's own prior are those of `Recognizer`, as the pad opens it."""
    pad, reader = Recognizer(tiny.MODEL), open_reader(str(tiny.MODEL), None)
    samples = list(look(people, "test", SETS["all11172"], 99))
    right = [pad.recognize(one.ink, 1)[0].label == one.label for one in samples]
    found = evaluate_hangul.measure(reader, "all11172", samples).figures["ways"]
    (way,) = (w for w in found if w["labels"] == "all11172" and w["prior_weight"])
    assert way["top1"] == pytest.approx(np.mean(right))
    assert "as_written" not in way


@pytest.mark.parametrize("second_look", [True, False])
def test_many_inks_are_looked_at_as_one_is(second_look: bool) -> None:
    pad = Recognizer(tiny.MODEL, second_look=second_look)
    reader = open_reader(str(tiny.MODEL), None, second_look)
    generator = np.random.default_rng(3)
    inks = [tiny.write("가"), *(tiny.scribble(generator) for _ in range(12)), tiny.write("난")]
    found = {number: pad.frame(ink) for number, ink in enumerate(inks)}
    frames = {number: framed for number, framed in found.items() if framed is not None}
    looks = Looks(reader, frames, lambda number, slant: frame(inks[number], reader.ink, slant))
    for labels in ("ks2350", "all11172"):
        one = Recognizer(tiny.MODEL, labels=labels, second_look=second_look)
        expected = np.stack([scores for ink in inks if (scores := one.scores(ink)) is not None])
        assert (expected.max(axis=1) < UNSURE).any()
        np.testing.assert_allclose(looks.scores(Way(labels, reader.weight)), expected, atol=1e-4)
    assert Looks(reader, {}, lambda number, slant: None).scores(Way("ks2350", 0)).shape == (0, 2350)


def test_samples_count_as_often_as_they_are_written() -> None:
    given = answers("가가나다", "가나나라", [0.9, 0.8, 0.7, 0.6])
    frequencies = np.zeros(len(hangul.SYLLABLES))
    for syllable, often in (("가", 6), ("나", 3), ("다", 1)):
        frequencies[hangul.SYLLABLES.index(syllable)] = often
    counts = measures.as_written(given, frequencies)
    assert counts.tolist() == [3, 3, 3, 1]
    assert measures.accuracy(given, 1, counts) == pytest.approx(0.6)
    assert measures.accuracy(given) == pytest.approx(0.5)
    assert measures.effective(counts) == pytest.approx(100 / 28)
    assert measures.effective(np.ones(7)) == pytest.approx(7)
    bins = measures.reliability(given, counts)
    assert sum(one["share"] for one in bins) == pytest.approx(1)
    sure = {round(one["low"], 3): one for one in bins}
    assert sure[0.867]["right"] == 1 and sure[0.867]["score"] == pytest.approx(0.9)
    gaps = 0.3 * 0.1 + 0.3 * 0.8 + 0.3 * 0.3 + 0.1 * 0.6
    assert measures.calibration_error(given, counts) == pytest.approx(gaps, abs=1e-6)


def test_jamo_are_counted_in_their_places() -> None:
    given = answers("각낙가", "간나가", [1, 1, 1])
    assert jamomeasures.by_place(given) == {"initial": 1, "medial": 1, "final": 1 / 3}
    assert jamomeasures.by_jamo(given)["final"] == {
        "none": {"samples": 1, "right": 1.0},
        "ㄱ": {"samples": 2, "right": 0.0},
    }
    assert [
        (one["place"], one["true"], one["answer"], one["inks"])
        for one in jamomeasures.confusions(given)
    ] == [("final", "ㄱ", "ㄴ", [0]), ("final", "ㄱ", "none", [1])]


def test_other_weights_of_the_prior_are_tried(people: Path) -> None:
    reader = open_reader(str(tiny.MODEL), None)
    samples = list(look(people, "test", SETS["ks2350"], 99))
    ways = evaluate_hangul.measure(reader, "ks2350", samples, weights=[0.5, 1]).figures["ways"]
    assert {way["prior_weight"] for way in ways} == {0, reader.weight, 0.5, 1}
    logits = np.zeros((1, 2420), np.float32)
    plain, weighed = (reader.scores_of(logits, Way("ks2350", weight)) for weight in (0, 1))
    # The prior has the eight of the common syllables alone, so by Bayes' rule they are the answer.
    assert plain.max() == pytest.approx(plain.min(), rel=1e-4)
    assert {hangul.KS_X_1001[n] for n in np.argsort(-weighed[0])[:8]} == set(tiny.COMMON)


def test_a_model_without_a_prior_cannot_weigh_one() -> None:
    reader = replace(open_reader(str(tiny.MODEL), None), log_prior=None)
    with pytest.raises(ValueError, match="has no prior to weigh"):
        reader.scores_of(np.zeros((1, 2420), np.float32), Way("ks2350", 0.5))


@pytest.mark.parametrize("bend", [0.0, 0.15])
def test_redrawn_ink_is_what_it_is_said_to_be(bend: float) -> None:
    image = picture("간", bend)
    for aspect, values in ASPECTS.items():
        for drawing in values.values():
            sheet = redraw(image, drawing)
            assert sheet is not None and sheet.shape == (SHEET, SHEET)
            paper = int(np.median(sheet))
            assert (paper > 128) == drawing.dark_on_light
            ink = (abs(sheet.astype(int) - paper) > 97).astype(np.uint8)
            left, top, width, height = cv2.boundingRect(ink)
            assert max(width, height) == pytest.approx(drawing.size, rel=0.1, abs=2)
            if aspect == "position":
                middle = ((left + width / 2) / SHEET, (top + height / 2) / SHEET)
                for place, asked in zip(middle, (drawing.across, drawing.down), strict=True):
                    assert abs(place - asked) < (0.01 if asked == 0.5 else 0.25)
            if drawing.pen is not None:
                asked_pen = drawing.pen * drawing.size
                assert stroke_width(ink) == pytest.approx(asked_pen, rel=0.2, abs=1)


def test_blank_paper_cannot_be_redrawn() -> None:
    assert redraw(np.full((50, 40), 255, np.uint8), Drawing()) is None


def test_pictures_and_redrawn_ink(
    people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--people", str(people), "--redraw", "6", "--plots", str(tmp_path / "plots")]
    report = measured(*options, capsys=capsys)
    assert {aspect: list(values) for aspect, values in report["redrawn"].items()} == {
        aspect: list(values) for aspect, values in ASPECTS.items()
    }
    middle, plain = report["redrawn"]["position"]["middle"], report["redrawn"]["pen"]["as written"]
    assert middle == plain and middle["samples"] == 6
    found = {path.name for path in (tmp_path / "plots").iterdir()}
    parts = ("reliability", "writers", "confusions")
    assert found == {"redrawn.png", *(f"1-desk-{part}.png" for part in parts)}
    for path in (tmp_path / "plots").iterdir():
        drawn = cv2.imread(str(path))
        assert drawn is not None and drawn.std() > 10


def test_official_parts_stand_beside_the_papers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    samples = [
        Sample(picture(label, bend), label, collection, "HangulDB", "test")
        for bend, collection in ((0.0, "PE92_test"), (0.05, "SERI95_test"))
        for label in tiny.COMMON
    ]
    folder = write(tmp_path / "hgu1", samples)
    report = measured("--hgu1", str(folder), capsys=capsys)
    rows = {one["collection"]: one for one in report["folders"][str(folder)]["published"]}
    assert sorted(rows) == ["PE92_test", "SERI95_test"]
    assert sorted(rows["PE92_test"]["papers"].values()) == [0.9292, 0.9634, 0.9864]
    assert sorted(rows["SERI95_test"]["papers"].values()) == [0.9596, 0.9767]
    assert rows["PE92_test"]["samples"] == 8
    assert evaluate.main(["hangul", "--model", str(tiny.MODEL), "--hgu1", str(folder)]) == 0
    assert "92.92%  Kim and Xie" in capsys.readouterr().out


def test_without_the_list_of_words_nothing_is_weighted(
    people: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "wordfreq", None)
    options = ["hangul", "--model", str(tiny.MODEL), "--people", str(people)]
    assert evaluate.main(options) == 0
    said = capsys.readouterr().out
    assert "wordfreq is not installed" in said and "as written" not in said
    monkeypatch.undo()
    pytest.importorskip("wordfreq")
    assert evaluate.main(options) == 0
    assert "as written: top-1" in capsys.readouterr().out


def test_wrong_input_is_one_sentence(
    people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.json").write_text("{}")
    for options, said in (
        ([], "name --people, --fonts or --hgu1"),
        (["--leave-one-out", "x"], "name --people"),
        (["--people", str(people), "--leave-one-out", str(tmp_path)], "--without"),
        (["--people", str(people), "--part", "train"], "name another --part"),
        (["--hgu1", str(tmp_path / "none")], "name a folder that prepare.py wrote"),
    ):
        assert evaluate.main(["hangul", "--model", str(tiny.MODEL), *options]) == 1
        error = capsys.readouterr().err
        assert said in error and error.count("\n") == 1
