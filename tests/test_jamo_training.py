"""Jamo runs in small: mixed, doubtful of other ink, converted, read and evaluated."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edge_app import Recognizer, hangul
from edge_app.ink import InkSettings
from tests import tinymnist
from tests.conftest import ROOT
from tests.sourcefiles import put
from train import evaluate, evaluate_jamo, prepare, rundir, shardwriter
from train.config import JamoConfig, Weights, read
from train.data import BadSamples, Sample, Source, fonts, omniglot
from train.jamo import JamoInk
from train.scraps import NO_JAMO, NONE
from train.split import Part, part_of
from train.synth.writers import Writer

FONT = ROOT / "edge_app/pad/fonts/NanumSquareRoundR.ttf"
LETTERS = tuple("ㄱㄳㅁㅘㅏ")
PARTS: tuple[Part, ...] = ("train", "val", "test")

# Keras's way of reading a TensorFlow variable is one that numpy 2 wants spelled otherwise.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> JamoConfig:
    """A run of seconds, of type and of one "person" a part."""
    folder = tmp_path_factory.mktemp("data")
    typed = [
        # Wider paper for each part, as the same ink would be kept once only.
        Sample(np.pad(sample.ink, room, mode="edge"), sample.label, part, "fonts", part)
        for room, part in enumerate(PARTS)
        for sample in fonts.read([FONT], LETTERS)
    ]
    written = [
        Sample(
            Writer(9, who).write(label, np.random.default_rng((who, copy))),
            label,
            f"p{who}",
            "people",
            part,
        )
        for who, part in enumerate(PARTS)
        for label in LETTERS
        for copy in range(4)
    ]
    for name, samples in (("fonts", typed), ("people", written)):
        source = Source(name, "CC0", "")
        shardwriter.write(samples, folder / name, source, {}, BadSamples(skip=False))
    return JamoConfig(
        name="tiny-jamo",
        ink=InkSettings(size=24, margin=2, pen=0.08, min_pen=0.06),
        epochs=3,
        epoch_samples=1280,
        batch=32,
        learning_rate=5e-3,
        average=0.9,
        labels=LETTERS,
        fonts=(str(folder / "fonts"),),
        people=(str(folder / "people"),),
        mnist=str(tinymnist.write(folder / "mnist", train=60, test=10)),
        workers=0,
    )


@pytest.fixture(scope="module")
def finished(config: JamoConfig, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from train.fit import fit

    folder = tmp_path_factory.mktemp("runs") / "whole"
    fit(config, folder)
    return folder


def test_a_run_learns_and_holds_what_conversion_needs(finished: Path, config: JamoConfig) -> None:
    assert read(rundir.read_json(finished / rundir.CONFIG)) == config
    result = rundir.read_json(finished / rundir.RESULT)
    assert set(result["metrics"]) == {"people-test", "fonts-test", "synthetic-test"}
    assert result["metrics"]["synthetic-test"] > 0.6
    names = [one["name"] for one in result["sources"]]
    assert names == ["people", "fonts", "Synthetic writers", "Synthetic scraps", "MNIST"]
    with np.load(finished / rundir.HELDOUT, allow_pickle=False) as held:
        assert (held["group"] == "people-test").sum() == 4 * len(LETTERS)
        assert held["frames"].shape[1:] == (24, 24)
    assert (finished / "confusion.png").is_file()


def test_a_run_is_converted_read_and_evaluated(
    finished: Path, config: JamoConfig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from convert.to_tflite import main

    # float32 answers as the Keras model does, however little that has learned.
    options = ["--variant", "float32", "--choose", "float32", "--out", str(tmp_path)]
    assert main([str(finished), *options]) == 0
    model = tmp_path / "tiny-jamo"
    assert Recognizer(model).labels == LETTERS
    assert f"--fonts {Path(config.fonts[0]).name}" in (model / "README.md").read_text("utf-8")

    people, typed = config.people[0], config.fonts[0]
    options = ["jamo", "--model", str(model), "--people", people, "--fonts", typed]
    capsys.readouterr()
    assert evaluate.main([*options, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert set(report["parts"]) == {people, typed, "synthetic writers"}
    assert set(report["scraps"]) == set(NO_JAMO)
    metrics = rundir.read_json(finished / rundir.RESULT)["metrics"]
    assert report["parts"][people]["top1"] == pytest.approx(metrics["people-test"])
    assert report["parts"][typed]["top1"] == pytest.approx(metrics["fonts-test"])
    kinds = report["parts"]["synthetic writers"]["by"]["kind"]
    assert {name: group["samples"] for name, group in kinds.items()} == {
        "compound finals": 20,
        "consonants": 40,
        "medials": 20,
        "mixed medials": 20,
    }
    assert evaluate.main(options) == 0
    assert "ink that is no jamo" in capsys.readouterr().out

    for wrong, said in (
        (["--model", "digits"], "digits: reads no jamo"),
        (["--model", str(model), "--people", str(tmp_path)], "name a folder that prepare.py wrote"),
    ):
        assert evaluate.main(["jamo", *wrong]) == 1
        assert said in capsys.readouterr().err


def test_ink_of_no_label_could_be_any(config: JamoConfig) -> None:
    from train.labeltask import LabelTask

    task = LabelTask(config, JamoInk(config))
    targets = task.targets(np.array([2, NONE, 0]))
    np.testing.assert_allclose(targets.sum(axis=1), 1)
    np.testing.assert_array_equal(targets[[0, 2]], np.eye(len(LETTERS))[[2, 0]])
    np.testing.assert_allclose(targets[1], 1 / len(LETTERS))


def test_kinds_of_ink_are_drawn_by_weight(config: JamoConfig) -> None:
    weights = Weights(fonts=0, people=0, phd08=0, synthetic=3, scraps=1)
    ink = JamoInk(replace(config, weights=weights))
    drawn = [ink.draw(np.random.default_rng(number))[1] for number in range(800)]
    assert abs(drawn.count(NONE) - 200) < 4 * np.sqrt(800 * 0.25 * 0.75)
    assert set(drawn) == {NONE, *range(len(LETTERS))}
    # What no sample was drawn of is no source.
    names = [one["name"] for one in ink.sources()]
    assert names == ["Synthetic writers", "Synthetic scraps", "MNIST"]


def test_those_who_judge_show_the_synthetic_writers_nothing(
    config: JamoConfig, tmp_path: Path
) -> None:
    for person in range(1, 21):
        put(
            tmp_path / "Korean" / "character01" / f"0001_{person:02}.txt",
            b"START\n10,-10,0\n10,-90,9\nBREAK\n",
        )
    people = {sample.writer for sample in omniglot.read([tmp_path])}
    ink = JamoInk(replace(config, drawings=(str(tmp_path),)))
    shown = next(one for one in ink.sources() if one["name"] == omniglot.SOURCE.name)
    training = [person for person in people if part_of(person) == "train"]
    assert 0 < shown["samples"] == len(training) < len(people)


def test_every_jamo_is_of_a_kind() -> None:
    kinds = [evaluate_jamo.kind(letter) for letter in hangul.JAMO]
    assert {name: kinds.count(name) for name in kinds} == {
        "consonants": 14,
        "doubled consonants": 5,
        "compound finals": 11,
        "medials": 14,
        "mixed medials": 7,
    }


def test_a_sheet_of_synthetic_jamo(tmp_path: Path) -> None:
    sheets = [tmp_path / f"{labels}.png" for labels in ("jamo", "ks2350")]
    for sheet in sheets:
        options = ["--labels", sheet.stem, "--samples", "20", "--out", str(sheet)]
        assert prepare.main(["sheet", "--synthetic", *options]) == 0
    assert sheets[0].read_bytes() != sheets[1].read_bytes()
