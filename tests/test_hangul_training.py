"""Hangul runs in small: mixed, masked, killed, resumed, averaged, converted, recognised."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_app import Recognizer, hangul
from edge_app.ink import InkSettings
from edge_app.syllables import HEADS, SETS
from train import evaluate, rundir, shardwriter
from train.config import NETS, HangulConfig, NetConfig, Weights, read
from train.data import BadSamples, DataError, Sample, Source, fonts
from train.hangul import HangulInk
from train.scraps import KINDS, NONE, ScrapInk
from train.split import Part
from train.synth.writers import Writer

ROOT = Path(__file__).parents[1]
FONT = ROOT / "edge_app/pad/fonts/NanumSquareRoundR.ttf"
COMMON, RARE = "가노들병확", "갘"
PARTS: tuple[Part, ...] = ("train", "val", "test")
GROUPS = ("people-val", "people-test")

# Keras's way of reading a TensorFlow variable is one that numpy 2 wants spelled otherwise.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Folders of type and of people: two "people" a part, each writing every syllable twice."""
    folder = tmp_path_factory.mktemp("data")
    drawn = list(fonts.read([FONT], tuple(COMMON)))
    typed = [
        # Wider paper for each part, as the same ink would be kept once only.
        Sample(np.pad(sample.ink, room, mode="edge"), sample.label, part, "fonts", part)
        for room, part in enumerate(PARTS)
        for sample in drawn
    ]
    written = [
        Sample(
            Writer(0, who).write(label, np.random.default_rng((who, copy))),
            label,
            f"p{who}",
            "people",
            part,
        )
        for who, part in enumerate(PARTS * 2)
        for label in COMMON + RARE
        for copy in range(2)
    ]
    for name, samples in (("fonts", typed), ("people", written)):
        source = Source(name, "CC0", "")
        shardwriter.write(samples, folder / name, source, {}, BadSamples(skip=False))
    return folder / "fonts", folder / "people"


@pytest.fixture(scope="module")
def config(prepared: tuple[Path, Path]) -> HangulConfig:
    """A run of seconds."""
    return HangulConfig(
        name="tiny-hangul",
        ink=InkSettings(size=24, margin=2, pen=0.06, min_pen=0.05),
        epochs=3,
        epoch_samples=1280,
        batch=32,
        learning_rate=1e-2,
        average=0.9,
        net=NetConfig("tiny", (6, 8, 12, 16), (1, 0, 0), pooled=24, features=16),
        fonts=(str(prepared[0]),),
        people=(str(prepared[1]),),
        weights=Weights(fonts=1, people=1, phd08=0, synthetic=0, scraps=0.5),
        workers=0,
    )


@pytest.fixture(scope="module")
def finished(config: HangulConfig, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from train.fit import fit

    folder = tmp_path_factory.mktemp("runs") / "whole"
    fit(config, folder)
    return folder


def test_a_run_holds_what_conversion_needs(finished: Path, config: HangulConfig) -> None:
    assert read(rundir.read_json(finished / rundir.CONFIG)) == config
    result = rundir.read_json(finished / rundir.RESULT)
    assert set(result["metrics"]) == {"fonts-test", "people-test", "scraps"}
    assert {one["name"] for one in result["sources"]} == {"fonts", "people", "Synthetic scraps"}
    with np.load(finished / rundir.HELDOUT, allow_pickle=False) as held:
        shown = {SETS[config.labels][label] for label in held["labels"]}
        assert shown == set(COMMON + RARE)
        assert held["frames"].shape[1:] == (24, 24)


def test_it_learns(finished: Path) -> None:
    history = rundir.read_json(finished / rundir.HISTORY)
    assert history[-1]["val_loss"] < history[0]["val_loss"]
    # Six of 11,172 syllables: by chance none would be right.
    assert rundir.read_json(finished / rundir.RESULT)["metrics"]["people-test"] > 0.3


def test_a_killed_run_resumes_to_the_same_result(
    finished: Path, config: HangulConfig, tmp_path: Path
) -> None:
    from train.fit import fit

    folder = tmp_path / "killed"
    folder.mkdir()
    (folder / rundir.CONFIG).write_text(json.dumps(config.to_dict()))
    command = [sys.executable, str(ROOT / "train/train.py"), "--resume", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as training:
        deadline = time.monotonic() + 500
        while not (folder / rundir.CHECKPOINT).is_file():
            assert training.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        os.kill(training.pid, signal.SIGKILL)
    assert not (folder / rundir.RESULT).exists()
    fit(read(rundir.read_json(folder / rundir.CONFIG)), folder, resume=True)
    for mine, whole in zip(
        rundir.read_json(folder / rundir.HISTORY),
        rundir.read_json(finished / rundir.HISTORY),
        strict=True,
    ):
        del mine["seconds"], whole["seconds"]
        assert mine == pytest.approx(whole, rel=1e-4)
    results = [rundir.read_json(one / rundir.RESULT) for one in (folder, finished)]
    assert results[0]["combination"] == pytest.approx(results[1]["combination"], rel=1e-3)


def test_a_run_is_converted_read_and_evaluated(
    finished: Path,
    prepared: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from convert import keras_model, runs
    from convert.to_tflite import main

    # float32 answers as the Keras model does, however little that has learned.
    options = ["--variant", "float32", "--choose", "float32", "--out", str(tmp_path)]
    assert main([str(finished), *options]) == 0
    pad = Recognizer(tmp_path / "tiny-hangul")
    assert pad.labels == hangul.SYLLABLES
    run = runs.read(finished)
    frames = runs.heldout(run).frames[:8]
    expected = keras_model.predict(keras_model.load(run), frames)
    found = np.stack([pad.logits(one) for one in frames])
    np.testing.assert_allclose(found, expected, atol=1e-3)
    strokes = Writer(0, 0).write("가", np.random.default_rng(0))
    assert sum(one.score for one in pad.recognize(strokes)) <= 1

    reports, looked_again = [], []
    for model in (finished, tmp_path / "tiny-hangul"):
        capsys.readouterr()
        options = ["hangul", "--model", str(model), "--people", str(prepared[1]), "--json"]
        assert evaluate.main([*options, "--one-look"]) == 0
        reports.append(json.loads(capsys.readouterr().out))
        assert evaluate.main(options) == 0
        looked_again.append(json.loads(capsys.readouterr().out)["folders"][str(prepared[1])])
        assert evaluate.main(options[:-1]) == 0
        assert "top-3" in capsys.readouterr().out
    assert looked_again[0]["top1"] == looked_again[1]["top1"]
    keras, tflite = (report["folders"][str(prepared[1])] for report in reports)
    assert [model["model"]["kind"] for model in reports] == ["float32", "float32"]
    assert keras["samples"] == 24 and set(keras["by_writer"]) == {"p2", "p5"}
    metrics = rundir.read_json(finished / rundir.RESULT)["metrics"]  # training looks once
    assert keras["top1"] == tflite["top1"] == pytest.approx(metrics["people-test"])
    assert keras["calibration_error"] == pytest.approx(tflite["calibration_error"], abs=1e-3)
    assert keras["calibration_error"] != pytest.approx(looked_again[0]["calibration_error"])
    for mine, shipped in zip(keras["ways"], tflite["ways"], strict=True):
        assert mine["labels"] == shipped["labels"] and mine["samples"] == shipped["samples"]
        assert mine["prior_weight"] == pytest.approx(shipped["prior_weight"])
        assert mine["top1"] == pytest.approx(shipped["top1"])
    # One wrong place makes a wrong syllable, so each is right at least as often.
    assert (
        min(keras["jamo"].values())
        >= keras["top1"]
        >= 1 - sum(1 - x for x in keras["jamo"].values())
    )
    assert set(reports[0]["scraps"]) == set(KINDS)


def test_runs_are_measured_on_whom_they_were_trained_without(
    finished: Path,
    prepared: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folders = []
    for who in ("p0", "p4"):
        folders.append(tmp_path / who)
        shutil.copytree(finished, folders[-1])
        said = rundir.read_json(finished / rundir.CONFIG) | {"everyone": True, "without": [who]}
        (folders[-1] / rundir.CONFIG).write_text(json.dumps(said))
    options = ["hangul", "--leave-one-out", *map(str, folders), "--people", str(prepared[1])]
    assert evaluate.main([*options, "--plots", str(tmp_path / "plots"), "--json"]) == 0
    left_out = json.loads(capsys.readouterr().out)["left_out"]
    assert list(left_out) == ["p0", "p4"]
    # Whichever part they were prepared for: p0 has trained this one, p4 validated it.
    assert all(one["samples"] == 12 and one["writers"] == 1 for one in left_out.values())
    assert (tmp_path / "plots/left-out.png").is_file()
    assert evaluate.main(options) == 0
    table = capsys.readouterr().out
    mean = (left_out["p0"]["top1"] + left_out["p4"]["top1"]) / 2
    assert f"{mean:.2%}" in next(line for line in table.splitlines() if "mean" in line)


def test_ink_that_is_no_syllable_teaches_only_the_valid_head(config: HangulConfig) -> None:
    from train.feed import fit_epoch
    from train.hangultask import HangulTask

    task = HangulTask(config)
    model = task.network()
    model.compile("sgd", task.losses, loss_weights=task.loss_weights, jit_compile=False)
    before = {head: model.get_layer(head).get_weights() for head in HEADS}
    frames = task.ink.scraps().frames[:16]
    batch = frames, np.full(len(frames), NONE)
    fit_epoch(model, [batch], 1, task.targets, 0, task.weights)
    for head in HEADS:
        after = model.get_layer(head).get_weights()
        same = [np.array_equal(*pair) for pair in zip(before[head], after, strict=True)]
        assert all(same) == (head != "valid"), head


def test_tensorflow_traces_a_step_once() -> None:
    import keras

    from train.feed import build_training, fit_epoch

    traced = []

    def loss(right: Any, said: Any) -> Any:
        traced.append(said)
        return keras.losses.categorical_crossentropy(right, said, from_logits=True)

    layers = keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(2)
    model = keras.Sequential(layers)
    model.compile("adam", loss, jit_compile=False)
    one_hot = np.eye(2, dtype=np.float32).__getitem__
    build_training(model, 8, one_hot)
    traced.clear()
    batch = np.full((4, 8, 8), 255, np.uint8), np.array([0, 1, 0, 1])
    fit_epoch(model, 3 * [batch], 3, one_hot, verbose=0)
    assert len(traced) == 1


def test_targets_say_each_head_what_is_right(config: HangulConfig) -> None:
    from train.hangultask import HangulTask

    task = HangulTask(config)
    labels = np.array([*map(hangul.SYLLABLES.index, "병갘"), NONE])
    targets = {head: rows.argmax(axis=1) for head, rows in task.targets(labels).items()}
    jamo = [hangul.decompose(one) for one in "병갘"]
    for place, column in zip(("initial", "medial", "final"), zip(*jamo, strict=True), strict=True):
        assert tuple(targets[place][:2]) == column
    assert targets["syllable"][:2].tolist() == [hangul.KS_X_1001.index("병"), 2350]
    assert task.targets(labels)["valid"].ravel().tolist() == [1, 1, 0]
    weights = task.weights(labels)
    assert weights["valid"].tolist() == [1, 1, 1]
    assert all(weights[head].tolist() == [1, 1, 0] for head in HEADS if head != "valid")


def test_kinds_of_ink_are_drawn_by_weight_and_rare_syllables_less_often(
    config: HangulConfig,
) -> None:
    ink = HangulInk(
        replace(config, weights=Weights(fonts=0, people=3, phd08=0, synthetic=0, scraps=1))
    )
    drawn = [ink.draw(np.random.default_rng(number))[1] for number in range(800)]
    none = drawn.count(NONE)
    assert abs(none - 200) < 4 * np.sqrt(800 * 0.25 * 0.75)
    rare = drawn.count(hangul.SYLLABLES.index(RARE))
    share = config.rare_share
    assert abs(rare - share * (800 - none)) < 4 * np.sqrt(600 * share * (1 - share))


def test_scraps_follow_from_their_generator(config: HangulConfig) -> None:
    digits = np.zeros((1, 28, 28), np.uint8)
    digits[0, 6:22, 12:15] = 255
    scraps = ScrapInk(COMMON, config.augmentation, config.ink, digits=digits)
    for kind in KINDS:
        one, again, other = (
            scraps.draw_kind(kind, np.random.default_rng(seed)) for seed in (1, 1, 2)
        )
        np.testing.assert_array_equal(one, again)
        assert one.max() == 255 and (one != other).any()


def test_the_student_is_small_enough() -> None:
    from train.baselines import network
    from train.model import multiply_adds

    model = network(48, NETS["student"])
    assert 40e6 < multiply_adds(model) < 60e6
    heads = sum(model.get_layer(head).count_params() for head in HEADS)
    # As "mixed": the heads in 32-bit floats, all else in bytes.
    assert 4 * heads + model.count_params() - heads < 2e6
    assert {name: logits.shape[-1] for name, logits in model.output.items()} == HEADS
    assert multiply_adds(network(48, NETS["teacher"])) > 5 * multiply_adds(model)


def test_multiply_adds_are_counted() -> None:
    import keras

    from train.model import multiply_adds

    ink = keras.Input((6, 6, 2))
    x = keras.layers.Conv2D(4, 3, strides=2, padding="same")(ink)  # 9 places, 3x3x2x4
    x = keras.layers.DepthwiseConv2D(3)(x)  # one place, 3x3x4
    x = keras.layers.Dense(5)(keras.layers.Flatten()(x))
    assert multiply_adds(keras.Model(ink, x)) == 9 * 72 + 36 + 20


def test_a_configuration_comes_back_and_unknown_keys_are_refused(config: HangulConfig) -> None:
    data = json.loads(json.dumps(config.to_dict()))
    assert read(data) == config
    with pytest.raises(ValueError, match="unknown keys: colour"):
        read({**data, "colour": 1})
    with pytest.raises(ValueError, match="unknown keys: depth"):
        read({**data, "net": {**data["net"], "depth": 1}})
    with pytest.raises(ValueError, match="unknown task 'runes'"):
        read({**data, "task": "runes"})
    with pytest.raises(ValueError, match="labels must be"):
        read({**data, "labels": "ks9"})


def test_nobody_to_be_judged_by(config: HangulConfig, tmp_path: Path) -> None:
    ink = HangulInk(replace(config, fonts=(), people=(), weights=Weights()))
    with pytest.raises(DataError, match="has a val part"):
        ink.part("val")


def test_wrong_options_end_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from train.train import main

    for options, said in (
        (["digits", "--fonts", "x"], "--fonts is no option of digits"),
        (["hangul", "--weights", "fonts"], "KIND=WEIGHT, not 'fonts'"),
        (["hangul", "--weights", "ink=1"], "KIND=WEIGHT, not 'ink=1'"),
        (["hangul", "--epochs", "0"], "must be at least 1"),
        (["hangul", "--fonts", str(tmp_path / "none")], "name a folder that prepare.py wrote"),
    ):
        assert main([*options, "--out", str(tmp_path / "run")]) == 1
        line = capsys.readouterr().err.splitlines()[-1]
        assert line.startswith("train: ") and said in line


def test_a_run_goes_on_from_another_without_one_writer_and_folds_weigh_the_heads(
    finished: Path, config: HangulConfig, prepared: tuple[Path, Path], tmp_path: Path
) -> None:
    import keras

    from train.fit import fit
    from train.hangultask import HangulTask

    short = replace(config, epochs=1, epoch_samples=64, start=str(finished), everyone=True)
    fold = replace(short, without=("p1",))
    fit(fold, tmp_path / "fold")
    people = HangulInk(fold)
    others = people.left_out()
    assert set(others.group) == {"p1"} and len(others.labels) == 2 * len(COMMON + RARE)
    judges = [people.part(part) for part in ("val", "test")]
    sizes = [(one.group == group).sum() for one, group in zip(judges, GROUPS, strict=True)]
    assert sizes == [len(COMMON + RARE)] * 2
    listed = rundir.read_json(tmp_path / "fold" / rundir.RESULT)["sources"]
    written = next(one["samples"] for one in listed if one["name"] == "people")
    assert written == 5 * 2 * len(COMMON + RARE)  # of six people one is left out

    fit(replace(fold, blend=0.25), tmp_path / "blend")
    trained, blended, before = (
        keras.models.load_model(run / rundir.MODEL, compile=False)
        for run in (tmp_path / "fold", tmp_path / "blend", finished)
    )
    for new, mixed, old in zip(
        *(model.trainable_variables for model in (trained, blended, before)), strict=True
    ):
        expected = 0.25 * np.asarray(new) + 0.75 * np.asarray(old)
        np.testing.assert_allclose(np.asarray(mixed), expected, atol=1e-5)

    everyone = replace(short, folds=(str(tmp_path / "fold"),))
    ink = HangulInk(everyone)
    assert "people-val" not in ink.part("val").group
    assert (ink.part("test").group == "people-seen").sum() == 6 * 2 * len(COMMON + RARE)
    with pytest.raises(DataError, match="holds nothing by anybody left out"):
        ink.left_out()
    with pytest.raises(ValueError, match="is no run of hangul with the labels ks2350"):
        HangulTask(replace(everyone, labels="ks2350")).finish(
            keras.models.load_model(finished / rundir.MODEL, compile=False), tmp_path
        )
    result = fit(everyone, tmp_path / "everyone")
    # Two short trainings that begin alike end alike; one that begins anew knows nothing.
    assert result["metrics"]["people-seen"] > 0.3
    alone = HangulTask(everyone)
    model = keras.models.load_model(tmp_path / "everyone" / rundir.MODEL, compile=False)
    assert alone.finish(model, tmp_path)["combination"] == result["combination"]
    whole = rundir.read_json(finished / rundir.RESULT)
    assert result["train_seconds"] >= whole["train_seconds"]

    other = replace(everyone, net=NetConfig("wide", (6, 8, 12, 18), (1, 0, 0), 24, 16))
    with pytest.raises(ValueError, match="name a finished run, or a model directory, of the sa"):
        fit(other, tmp_path / "other")


def test_a_run_begins_with_a_model_directory_and_is_taught_by_it(
    finished: Path, config: HangulConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from convert import export, keras_model, package, runs
    from edge_app.bundle import GOLDEN_FILE

    import keras  # isort: skip

    from train.fit import fit

    run, shipped = runs.read(finished), tmp_path / "shipped"
    network, frames = keras_model.load(run), runs.heldout(run).frames
    (content,) = keras_model.convert(network, run, runs.calibration(run), ["mixed"]).values()
    bundle = export.describe(run, "mixed", content, "a test", embeds=True)
    shipped.mkdir()
    package.write_model(shipped, content, bundle, run.prior)
    pad = Recognizer(shipped)
    logits = np.stack([pad.logits(framed) for framed in frames])
    np.savez(shipped / GOLDEN_FILE, frames=frames, logits=logits)

    monkeypatch.setitem(NETS, "tiny", config.net)
    short = replace(config, epochs=1, epoch_samples=64, learning_rate=1e-4, start=str(shipped))
    result = fit(replace(short, teachers=(str(shipped),)), tmp_path / "more")
    known = rundir.read_json(finished / rundir.RESULT)["metrics"]["people-test"]
    assert result["metrics"]["people-test"] > known - 0.1  # two steps forget little
    bundled = f"the model tiny-hangul of {bundle.created}"
    assert result["stages"][bundled] is None and len(result["stages"]) == 2
    assert result["train_seconds"] == round(sum(filter(None, result["stages"].values())))
    assert bundled in {one["name"] for one in result["sources"]}

    # Nobody is left to judge a run that everyone teaches: what ships has been judged.
    seen = fit(replace(short, everyone=True), tmp_path / "seen")["combination"]
    stated = bundle.to_dict()["combination"]
    assert {**seen, "prior": 0} == {**stated, "prior": 0} != {**result["combination"], "prior": 0}

    # Blended, it is what the directory held but for a trace of the two steps.
    fit(replace(short, blend=0.01), tmp_path / "blend")
    blend = keras.models.load_model(tmp_path / "blend" / rundir.MODEL, compile=False)
    same, other = (
        blend.predict(frames[..., None] / np.float32(255), verbose=0)["initial"],
        network.predict(frames[..., None] / np.float32(255), verbose=0)["initial"],
    )
    assert (same.argmax(axis=1) == other.argmax(axis=1)).mean() > 0.9

    wide = NetConfig("wide", (6, 8, 12, 18), (1, 0, 0), 24, 16)
    with pytest.raises(ValueError, match=r"shipped: cannot begin with it \(its network is another"):
        fit(replace(short, net=wide), tmp_path / "other")


def test_teachers_say_what_is_learned_beside_the_labels(
    finished: Path, config: HangulConfig, tmp_path: Path
) -> None:
    import keras

    from train.fit import fit
    from train.hangultask import HangulTask
    from train.teachers import Teachers

    task = HangulTask(config)
    held = task.ink.part("val")
    right = task.targets(held.labels)
    taught = Teachers([finished, finished], 0.75, 24).taught(held.frames, right)
    model = keras.models.load_model(finished / rundir.MODEL, compile=False)
    said = model.predict(held.frames[..., None] / np.float32(255), verbose=0)
    for head in ("initial", "medial", "final", "syllable"):
        powers = np.exp(said[head] - said[head].max(axis=1, keepdims=True))
        share = 0.75 * (powers.argmax(axis=1) == right[head].argmax(axis=1))[:, np.newaxis]
        expected = share * powers / powers.sum(axis=1, keepdims=True) + (1 - share) * right[head]
        np.testing.assert_allclose(taught[head], expected, atol=1e-5)
    assert 0 < share.mean() < 0.75, "of syllables it is right about some, and about some wrong"
    sure = 1 / (1 + np.exp(-said["valid"]))
    np.testing.assert_allclose(taught["valid"], np.where(sure > 0.5, 0.75 * sure + 0.25, 1), 1e-5)

    # Believed, it is heard of every common syllable, but of a rare one only where it is right.
    mixed = {head: one.copy() for head, one in right.items()}
    mixed["syllable"][::2] = np.eye(2351, dtype=np.float32)[-1]
    rare = mixed["syllable"][:, -1] == 1
    assert not rare.all()
    heard = Teachers([finished], 0.75, 24, believed=True).taught(held.frames, mixed)
    doubted = Teachers([finished], 0.75, 24).taught(held.frames, mixed)
    for head in ("initial", "medial", "final", "syllable"):
        powers = np.exp(said[head] - said[head].max(axis=1, keepdims=True))
        told = powers / powers.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(
            heard[head][~rare], (0.75 * told + 0.25 * mixed[head])[~rare], atol=1e-5
        )
        np.testing.assert_array_equal(heard[head][rare], doubted[head][rare])

    # Who learns from a teacher comes to agree with it, on ink like that which it learned from.
    pupil = replace(config, epochs=3, teachers=(str(finished),), taught=1.0, label_smoothing=0)
    result = fit(pupil, tmp_path / "pupil")
    network = keras.models.load_model(tmp_path / "pupil" / rundir.MODEL, compile=False)
    with np.load(tmp_path / "pupil" / rundir.CALIBRATION, allow_pickle=False) as drawn:
        ink = drawn["frames"][..., None] / np.float32(255)
    told, said = (one.predict(ink, verbose=0)["initial"] for one in (network, model))
    assert (told.argmax(axis=1) == said.argmax(axis=1)).mean() > 0.7
    before = rundir.read_json(finished / rundir.RESULT)
    # Each run's time counts once, whichever way it came to this one.
    assert len(result["stages"]) == 1 + len(before["stages"])
    assert before["stages"].items() <= result["stages"].items()
    assert result["train_seconds"] == round(sum(result["stages"].values()))


def test_a_teacher_that_cannot_teach_is_named(
    finished: Path, config: HangulConfig, tmp_path: Path
) -> None:
    from train.fit import fit
    from train.hosts import Hosts

    def pupil(teacher: Path) -> HangulConfig:
        return replace(config, teachers=(str(teacher),))

    with pytest.raises(ValueError, match=r"none: cannot teach .* name a finished run or a model"):
        fit(pupil(tmp_path / "none"), tmp_path / "run")
    with pytest.raises(ValueError, match="does not read syllables from frames of 32 px"):
        fit(replace(pupil(finished), ink=InkSettings(size=32)), tmp_path / "run")
    with pytest.raises(ValueError, match="leave --hosts or --teachers out"):
        fit(pupil(finished), tmp_path / "run", hosts=Hosts(distribution="two devices"))
    with pytest.raises(ValueError, match="one output of ibm"):
        replace(
            HangulConfig(net=NETS["ibm"], answers="labels", labels="ks2350"),
            teachers=(str(finished),),
        )
    with pytest.raises(ValueError, match="taught must be 0 to 1"):
        replace(config, taught=1.5)
    with pytest.raises(ValueError, match="believed is said of teachers"):
        replace(config, believed=True)


def test_leaving_somebody_out_needs_everyone_else(config: HangulConfig) -> None:
    with pytest.raises(ValueError, match="say everyone"):
        replace(config, without=("p1",))
