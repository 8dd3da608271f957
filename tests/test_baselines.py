"""Other people's networks: as they are described, trained, converted and read like ours."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edge_app import Recognizer, hangul
from edge_app.answers import LabelAnswers
from edge_app.ink import InkSettings
from edge_app.syllables import HEADS
from train import rundir, shardwriter
from train.config import NETS, BaselineConfig, HangulConfig, Weights, read, with_net
from train.data import BadSamples, Sample, Source
from train.scraps import NONE
from train.split import Part
from train.synth.writers import Writer

LABELS = "가노들병확"
PARTS: tuple[Part, ...] = ("train", "val", "test")

# Keras's way of reading a TensorFlow variable is one that numpy 2 wants spelled otherwise.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> HangulConfig:
    """A run of seconds of the network with one output."""
    folder = tmp_path_factory.mktemp("data") / "people"
    written = [
        Sample(
            Writer(0, who).write(label, np.random.default_rng((who, copy))),
            label,
            f"p{who}",
            "people",
            part,
        )
        for who, part in enumerate(PARTS)
        for label in LABELS
        for copy in range(2)
    ]
    shardwriter.write(written, folder, Source("people", "CC0", ""), {}, BadSamples(skip=False))
    return replace(
        HangulConfig(**with_net("ibm")),
        ink=InkSettings(size=24, margin=2, pen=0.06, min_pen=0.05),
        epochs=2,
        epoch_samples=1280,
        batch=32,
        learning_rate=1e-3,
        average=0.5,
        people=(str(folder),),
        weights=Weights(fonts=0, people=1, phd08=0, synthetic=0, scraps=0.1),
        workers=0,
    )


@pytest.mark.parametrize(
    ("name", "parameters", "multiply_adds"),
    [
        # Of the 3.3 million its author says; the others follow from the shapes that are described.
        ("inception", 3_316_854, 431_713_280),
        (
            "ibm",
            (25 + 1) * 32 + (800 + 1) * 64 + (576 + 1) * 128 + 8193 * 1024 + 1025 * 2350,
            64**2 * 25 * 32 + 32**2 * 800 * 64 + 16**2 * 576 * 128 + 8192 * 1024 + 1024 * 2350,
        ),
        ("googlenet", 4_869_070, 603_515_904),
        ("mobilenet", 3_512_060, 5_783_816),
    ],
)
def test_the_networks_are_as_described(name: str, parameters: int, multiply_adds: int) -> None:
    from train import model as models
    from train.baselines import network

    config = HangulConfig(**with_net(name))
    made = network(config.ink.size, config.net)
    assert made.count_params() == parameters
    assert models.multiply_adds(made) == multiply_adds
    if config.answers == "labels":
        assert made.output.shape == (None, len(hangul.KS_X_1001))
    else:
        assert {head: logits.shape[-1] for head, logits in made.output.items()} == HEADS


def test_every_baseline_has_a_network_and_a_run_of_its_own() -> None:
    from train.baselines import BODIES

    baselines = [name for name, net in NETS.items() if isinstance(net, BaselineConfig)]
    assert sorted(baselines) == sorted(BODIES)
    for name in baselines:
        config = HangulConfig(**with_net(name))
        assert config.name == name != HangulConfig().name
        assert read(json.loads(json.dumps(config.to_dict()))) == config


def test_a_run_that_does_not_fit_its_network_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot learn all11172"):
        replace(HangulConfig(**with_net("ibm")), labels="all11172")
    with pytest.raises(ValueError, match="answers syllables, not 'labels'"):
        HangulConfig(answers="labels")


def test_the_command_line_takes_a_baseline(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from train.train import main

    options = ["hangul", "--net", "ibm", "--out", str(tmp_path)]
    assert main([*options, "--labels", "all11172"]) == 1
    assert "cannot learn all11172" in capsys.readouterr().err
    assert main(options) == 1
    assert "name --people or --fonts" in capsys.readouterr().err


def test_one_output_is_trained_converted_and_read(config: HangulConfig, tmp_path: Path) -> None:
    from convert import keras_model, runs
    from convert.to_tflite import main
    from train.fit import fit

    folder = tmp_path / "run"
    fit(config, folder)
    history = rundir.read_json(folder / rundir.HISTORY)
    assert history[-1]["val_loss"] < history[0]["val_loss"]
    result = rundir.read_json(folder / rundir.RESULT)
    # Five of 2,350 syllables: by chance none would be right.
    assert set(result["metrics"]) == {"people-test"} and result["metrics"]["people-test"] > 0.3
    options = ["--variant", "float32", "--choose", "float32", "--out", str(tmp_path)]
    assert main([str(folder), *options]) == 0
    pad = Recognizer(tmp_path / "ibm")
    assert isinstance(pad.bundle.answers, LabelAnswers) and pad.labels == hangul.KS_X_1001
    assert pad.bundle.temperature == pytest.approx(result["temperature"])
    run = runs.read(folder)
    frames = runs.heldout(run).frames
    found = np.stack([pad.logits(one) for one in frames])
    expected = keras_model.predict(keras_model.load(run), frames)
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_only_other_peoples_networks_may_be_larger_than_ours(
    config: HangulConfig, tmp_path: Path
) -> None:
    from convert import export, verify
    from convert.runs import Run

    answers = LabelAnswers(hangul.KS_X_1001, "logits", 1.0)
    sizes = []
    for made in (config, HangulConfig()):
        run = Run(tmp_path, made.name, made.task, answers, None, made.ink, made.to_dict(), {})
        sizes.append(export._gate(run).size_kib)
    assert sizes == [float("inf"), verify.GATES["hangul"].size_kib]


def test_ink_that_is_no_syllable_teaches_one_output_nothing(config: HangulConfig) -> None:
    from train.softmaxtask import SoftmaxTask

    task = SoftmaxTask(config)
    labels = np.array([3, NONE])
    assert task.weights(labels).tolist() == [1, 0]
    assert task.targets(labels)[0].argmax() == 3
