"""The road from a finished run to a model directory, on a tiny network that is really trained."""

from __future__ import annotations

import dataclasses
import json
import math
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convert import VARIANTS, ConversionError, export, golden, package, runs, verify
from convert.runs import Heldout
from convert.to_tflite import main
from convert.verify import Figures, Gate
from edge_app import Recognizer, hangul, samples
from edge_app.answers import LabelAnswers, SyllableAnswers
from edge_app.bundle import GOLDEN_FILE, load
from edge_app.syllables import HEADS, PRIOR_FLOOR, split
from tests.tiny import make
from tests.tiny import syllables as drawn

ROOT = Path(__file__).parents[1]

# Keras's way of reading a TensorFlow variable is one that numpy 2 wants spelled otherwise.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run, made once; tests that damage one take a copy."""
    return make.write_run(tmp_path_factory.mktemp("runs") / "tiny-1")


@pytest.fixture(scope="module")
def converted(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A model directory of each variant."""
    from convert import keras_model

    out = tmp_path_factory.mktemp("variants")
    run = runs.read(trained)
    files = keras_model.convert(keras_model.load(run), run, runs.calibration(run), list(VARIANTS))
    for variant, model in files.items():
        (out / variant).mkdir()
        bundle = export.describe(run, variant, model, "a test")
        package.write_model(out / variant, model, bundle, run.prior)
    return {variant: out / variant for variant in VARIANTS}


@pytest.fixture(scope="module")
def trained_syllables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of the network of five heads, made once."""
    return drawn.write_run(tmp_path_factory.mktemp("runs") / "tiny-syllables-1")


@pytest.fixture
def syllable_run(trained_syllables: Path, tmp_path: Path) -> Path:
    """A copy of that run, to damage."""
    return Path(shutil.copytree(trained_syllables, tmp_path / "runs" / "tiny-syllables-1"))


@pytest.fixture
def run(trained: Path, tmp_path: Path) -> Path:
    """A copy of the run, to damage."""
    return Path(shutil.copytree(trained, tmp_path / "runs" / "tiny-1"))


def spoil(path: Path, **changes: Any) -> None:
    """Changes some values of a JSON file."""
    data = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**data, **changes}), encoding="utf-8")


def refuse(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Runs the command, which must fail with one line on stderr; returns that line."""
    capsys.readouterr()
    assert main(arguments) == 1
    lines = [
        line
        for line in capsys.readouterr().err.splitlines()
        if line.startswith("to_tflite: ") or "Error" in line
    ]
    assert len(lines) == 1, lines
    return lines[0]


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.*")}


def test_without_options_every_finished_run_becomes_a_whole_directory(
    run: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (run.parent / "tiny-0").mkdir()
    monkeypatch.chdir(tmp_path)
    assert main(["--out", "models"]) == 0
    printed = capsys.readouterr().out
    assert "runs/tiny-0: passed over" in printed
    for name in ("keras", *VARIANTS):
        assert any(line.startswith(f"{name} ") for line in printed.splitlines())
    assert [path.name for path in Path("models").iterdir()] == ["tiny"]
    written = {path.name for path in Path("models/tiny").iterdir()}
    assert written == {"model.tflite", "model.json", "README.md", "golden.npz"}

    pad = Recognizer(Path("models/tiny"))
    assert pad.labels == make.LABELS
    assert pad.bundle.ink == make.SETTINGS
    assert pad.bundle.temperature == 1.5
    frames, labels = make.write_ink(np.random.default_rng(7), 60)
    answers = [int(pad.logits(framed).argmax()) for framed in frames]
    assert np.mean(answers == labels) > 0.9
    with zipfile.ZipFile("models/tiny/model.tflite") as archive:
        assert archive.read("labels.txt").decode() == "0\n1\n2\n"
    with np.load("models/tiny/golden.npz", allow_pickle=False) as stored:
        golden_answers = np.stack([pad.logits(framed) for framed in stored["frames"]])
        np.testing.assert_array_equal(golden_answers, stored["logits"])
        assert (golden_answers.argmax(axis=1) == stored["labels"]).mean() > 0.9


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_variant_answers_as_the_keras_model(
    variant: str, converted: dict[str, Path], trained: Path
) -> None:
    from convert import keras_model

    pad = Recognizer(converted[variant])
    assert pad.bundle.quantization == variant
    run = runs.read(trained)
    frames = runs.heldout(run).frames
    expected = keras_model.predict(keras_model.load(run), frames)
    logits = np.stack([pad.logits(framed) for framed in frames])
    # 8-bit logits end where the calibration ink's did; a few inks go beyond, so not the maximum.
    error = np.quantile(np.abs(logits - expected), 0.95) / np.ptp(expected)
    assert error < {"float32": 1e-5, "float16": 1e-3}.get(variant, 0.02)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_network_comes_back_out_of_each_variant(
    variant: str, converted: dict[str, Path], trained: Path, tmp_path: Path
) -> None:
    from convert import keras_model

    import keras  # isort: skip

    from train import earlier

    run = runs.read(trained)
    model, frames = keras_model.load(run), runs.heldout(run).frames
    directory = Path(shutil.copytree(converted[variant], tmp_path / variant))
    pad = Recognizer(directory)
    logits = np.stack([pad.logits(framed) for framed in frames])
    np.savez(directory / GOLDEN_FILE, frames=frames, logits=logits)
    network = earlier.load(directory, keras.models.clone_model(model))
    expected = keras_model.predict(model, frames)
    error = np.abs(keras_model.predict(network, frames) - expected).mean() / np.ptp(expected)
    assert error < {"float32": 1e-6, "float16": 1e-3}.get(variant, 0.01)


def test_only_full_int8_rounds_its_logits_to_256_levels(converted: dict[str, Path]) -> None:
    frames, _ = make.write_ink(np.random.default_rng(3), 200)

    def distinct(variant: str) -> int:
        pad = Recognizer(converted[variant])
        return len(np.unique(np.stack([pad.logits(framed) for framed in frames])))

    assert distinct("int8") <= 256 < distinct("mixed")


def test_a_smaller_variant_is_smaller(converted: dict[str, Path]) -> None:
    size = {name: (path / "model.tflite").stat().st_size for name, path in converted.items()}
    assert size["int8"] < size["mixed"] < size["float32"]
    assert size["float16"] < size["float32"]


def test_converting_again_gives_the_same_file(trained: Path, converted: dict[str, Path]) -> None:
    from convert import keras_model

    run = runs.read(trained)
    model = keras_model.load(run)
    again = keras_model.convert(model, run, runs.calibration(run), ["int8"])["int8"]
    assert again == (converted["int8"] / "model.tflite").read_bytes()


def test_a_run_of_syllables_becomes_a_whole_directory(
    syllable_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(syllable_run), "--out", str(tmp_path / "models"), "--choose", "mixed"]) == 0
    printed = capsys.readouterr().out
    for name in ("keras", *VARIANTS):
        assert any(line.startswith(f"{name} ") for line in printed.splitlines())
    target = tmp_path / "models/tiny-syllables"
    names = {"model.tflite", "model.json", "README.md", "golden.npz", "prior.npz"}
    assert {path.name for path in target.iterdir()} == names

    pad = Recognizer(target)
    answers = pad.bundle.answers
    assert isinstance(answers, SyllableAnswers)
    assert pad.labels == hangul.SYLLABLES
    assert answers.combination == drawn.COMBINATION
    assert answers.prior is not None
    assert answers.prior.source == "The twelve syllables, once each"
    frames, labels = drawn.write_ink(np.random.default_rng(7), 60)
    logits = np.stack([pad.logits(framed) for framed in frames])
    assert (pad.log_scores(logits).argmax(axis=1) == labels).mean() > 0.9
    # Float heads: 60 inks give some logit more values than 8 bits could.
    assert len(np.unique(split(logits)["syllable"])) > 256
    with zipfile.ZipFile(target / "model.tflite") as archive:
        texts = {name: archive.read(name).decode().splitlines() for name in archive.namelist()}
    assert {name: len(lines) for name, lines in texts.items()} == {
        f"{head}.txt": count for head, count in HEADS.items()
    }
    assert texts["syllable.txt"] == [*hangul.KS_X_1001, "other"]
    with np.load(target / "prior.npz", allow_pickle=False) as stored:
        assert stored["log_prior"].dtype == np.float16
        assert stored["log_prior"].min() == PRIOR_FLOOR
    with np.load(target / "golden.npz", allow_pickle=False) as stored:
        again = np.stack([pad.logits(framed) for framed in stored["frames"]])
        np.testing.assert_array_equal(again, stored["logits"])
        # The project's own ink, once each, as the outputs are many. This model knows other ink.
        said = [pad.labels[label] for label in stored["labels"]]
        assert said == [sample.label for sample in samples.fitting(pad.labels)]


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_variant_of_several_heads_answers_as_the_keras_model(
    variant: str, trained_syllables: Path, tmp_path: Path
) -> None:
    from convert import keras_model

    run = runs.read(trained_syllables)
    model, frames = keras_model.load(run), runs.heldout(run).frames
    (content,) = keras_model.convert(model, run, runs.calibration(run), [variant]).values()
    package.write_model(
        tmp_path, content, export.describe(run, variant, content, "", embeds=True), run.prior
    )
    pad = Recognizer(tmp_path)
    expected = keras_model.predict(model, frames)
    logits = np.stack([pad.logits(framed) for framed in frames])
    limit = {"float32": 1e-5, "float16": 2e-3}.get(variant, 0.03)
    for head, found in split(logits).items():
        other = split(expected)[head]
        # Heads in another order would differ by far more.
        assert np.quantile(np.abs(found - other), 0.95) <= limit * np.ptp(other), head
    best, theirs = (pad.log_scores(one).argmax(axis=1) for one in (logits, expected))
    assert (best == theirs).mean() >= 0.99


def _without_a_head(run: Path) -> None:
    from convert import keras_model  # before Keras: it sets Keras's backend

    import keras  # isort: skip

    model = keras_model.load(runs.read(run))
    heads = {name: output for name, output in model.output.items() if name != "valid"}
    keras.Model(model.input, heads).save(run / "model.keras")


def _prior(value: float, count: int = 11172) -> Callable[[Path], object]:
    return lambda run: np.savez(run / "prior.npz", log_prior=np.full(count, value))


@pytest.mark.parametrize(
    ("damage", "file", "reason"),
    [
        (lambda run: spoil(run / "config.json", answers="words"), "config.json", "'words'"),
        (lambda run: spoil(run / "config.json", labels=["가"]), "config.json", "ks2350 or all"),
        (lambda run: spoil(run / "result.json", combination=None), "result.json", "combination"),
        (
            lambda run: spoil(run / "result.json", combination={"jamo": 1}),
            "result.json",
            "expected jamo, prior",
        ),
        (lambda run: spoil(run / "result.json", prior=None), "result.json", "prior is null"),
        (lambda run: spoil(run / "result.json", prior={"source": "a"}), "result.json", "licence"),
        (lambda run: (run / "prior.npz").unlink(), "prior.npz", "No such file"),
        (lambda run: (run / "prior.npz").write_bytes(b"x"), "prior.npz", "damaged"),
        (_prior(-9, 2350), "prior.npz", "11172 floats"),
        (_prior(0.5), "prior.npz", "at most 0"),
        (_prior(math.nan), "prior.npz", "at most 0"),
        (_without_a_head, "model.keras", "'valid': (None, 1)"),
    ],
)
def test_a_broken_run_of_syllables_is_refused_in_one_sentence(
    damage: Callable[[Path], object],
    file: str,
    reason: str,
    syllable_run: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    damage(syllable_run)
    line = refuse(capsys, str(syllable_run), "--out", str(tmp_path / "out"))
    assert str(syllable_run / file) in line
    assert reason in line
    assert not (tmp_path / "out").exists()


def test_the_card_has_the_commands_of_all_runs_that_one_needs(run: Path, tmp_path: Path) -> None:
    base, teacher = (shutil.copytree(run, tmp_path / "runs" / name) for name in ("base", "type"))
    spoil(base / "config.json", epochs=20)
    spoil(base / "result.json", epochs=20)
    spoil(teacher / "config.json", epochs=28)
    spoil(teacher / "result.json", epochs=16)
    teachers = [str(base), str(teacher)]
    spoil(run / "config.json", epochs=3, start=str(base), teachers=teachers, taught=0.7)
    spoil(run / "result.json", epochs=3)
    assert main([str(run), "--out", str(tmp_path / "out"), "--variant", "float32"]) == 0
    card = (tmp_path / "out/tiny/README.md").read_text(encoding="utf-8")
    lines = [line for line in card.splitlines() if line.startswith("python train/train.py")]
    assert [line.split(" --out ")[1] for line in lines] == [
        "runs/base",
        "runs/type    # stopped after 16 epochs",
        "runs/tiny-1",
    ]
    assert "--epochs 28" in lines[1]
    assert "--teachers base type --taught 0.7" in lines[2]
    assert "3 epochs after those of `base`, taught by `base` and `type`, together in" in card


def test_the_card_tells_of_time_that_nobody_knows(run: Path, tmp_path: Path) -> None:
    spoil(run / "config.json", start="edge_app/models/tiny")
    stages = {"tiny-1 now": 120.0, "the model tiny of 2026-01-01": None}
    spoil(run / "result.json", epochs=3, train_seconds=120, stages=stages)
    assert main([str(run), "--out", str(tmp_path / "out"), "--variant", "float32"]) == 0
    card = (tmp_path / "out/tiny/README.md").read_text(encoding="utf-8")
    assert (
        "3 epochs after those of `edge_app/models/tiny`, together in 2.0 minutes and what the "
        "model tiny of 2026-01-01 had taken" in card
    )
    assert "--start edge_app/models/tiny" in card


def test_the_card_names_sources_figures_and_no_path(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fonts = {"b.ttf/Pen Bold": "OFL; https://o.example", "a.otf/A|B/C": "x" * 300}
    sources = [
        {"name": "A", "licence": "CC0", "samples": 1200, "url": "https://a.example", "note": "x|y"},
        {"name": "B", "licence": "CC BY 4.0", "samples": 34},
        {"name": "fonts", "licence": "each its own", "samples": 9, "fonts": fonts},
    ]
    spoil(run / "result.json", sources=sources)
    spoil(run / "config.json", pen=["/home/somebody/secret/pen.jsonl"], epochs=8)
    assert main([str(run), "--out", str(tmp_path / "out"), "--variant", "float32"]) == 0
    card = (tmp_path / "out/tiny/README.md").read_text(encoding="utf-8")
    assert "| [A](https://a.example) | CC0 | 1,200 | x\\|y |" in card
    assert "| B | CC BY 4.0 | 34 |" in card
    shown = (
        f"| A\\|B/C | a.otf | {'x' * 200} ... |\n| Pen Bold | b.ttf | OFL; https://o.example |\n"
    )
    assert "Fonts (2), of which some may serve the tests only:\n\n| font | file |" in card
    assert shown in card
    assert "--pen pen.jsonl" in card
    assert "somebody" not in card and str(tmp_path) not in card
    row = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("float32"))
    assert "| " + " | ".join(row.split()) + " |" in card


def test_a_variant_that_disagrees_is_refused_and_the_old_directory_stays(
    run: Path, converted: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    shutil.copytree(converted["mixed"], out / "tiny")
    before = content(out)
    # Ranges measured on blank paper: every activation of real ink is cut off.
    side = make.SETTINGS.size
    np.savez(run / "calibration.npz", frames=np.zeros((20, side, side), np.uint8))
    line = refuse(capsys, str(run), "--out", str(out), "--variant", "int8", "--choose", "int8")
    assert "int8 is not written: its answer is the Keras model's for" in line
    assert content(out) == before
    assert main([str(run), "--out", str(out), "--variant", "int8", "--variant", "float16"]) == 0
    assert load(out / "tiny")[0].quantization == "float16"


def test_files_of_other_weights_do_not_pass_the_gate(
    trained: Path, converted: dict[str, Path], tmp_path: Path
) -> None:
    from convert import keras_model

    run = runs.read(trained)
    model = keras_model.load(run)
    model.set_weights([-weights for weights in model.get_weights()])
    heldout = runs.heldout(run)
    reference = keras_model.predict(model, heldout.frames)
    opened = {"float32": Recognizer(converted["float32"])}
    figures = verify.measure(opened, {"float32": 1}, reference, heldout)
    assert Gate().objections(figures["float32"], figures["keras"])
    assert not Gate().objections(figures["keras"], figures["keras"])


def test_a_file_that_takes_ink_for_none_does_not_pass_the_gate(
    trained_syllables: Path, tmp_path: Path
) -> None:
    from convert import keras_model

    run = runs.read(trained_syllables)
    model, heldout = keras_model.load(run), runs.heldout(run)
    reference = keras_model.predict(model, heldout.frames)
    opened = {}
    for name in (verify.REFERENCE, "broken"):
        (tmp_path / name).mkdir()
        files = keras_model.convert(model, run, runs.calibration(run), [verify.REFERENCE])
        (content,) = files.values()
        bundle = export.describe(run, verify.REFERENCE, content, "", embeds=True)
        package.write_model(tmp_path / name, content, bundle, run.prior)
        opened[name] = Recognizer(tmp_path / name)
        (valid,) = (layer for layer in model.layers if layer.output.shape == (None, 1))
        valid.set_weights([-weights for weights in valid.get_weights()])
    found = verify.measure(opened, dict.fromkeys(opened, 1), reference, heldout)
    assert found["broken"].agreement == 1.0
    (objection,) = Gate().objections(found["broken"], found["keras"])
    assert "sum" in objection
    assert not Gate().objections(found["float32"], found["keras"])


def test_a_directory_that_fails_its_golden_answers_is_not_swapped_in(
    trained: Path, converted: dict[str, Path], tmp_path: Path
) -> None:
    target = tmp_path / "tiny"
    shutil.copytree(converted["int8"], target)
    before = content(tmp_path)
    bundle, model = load(converted["float32"])
    vectors = golden.make(Recognizer(converted["float32"]))
    wrong = dataclasses.replace(vectors, logits=vectors.logits + 1)
    with pytest.raises(ConversionError, match="golden answers"):
        package.publish(target, model, bundle, None, "card", wrong)
    with pytest.raises(ConversionError, match="checksum"):
        package.publish(target, model[:-1], bundle, None, "card", vectors)
    assert content(tmp_path) == before
    package.publish(target, model, bundle, None, "card", vectors)
    assert load(target)[0].quantization == "float32"
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]


def _cut_model(run: Path) -> None:
    path = run / "model.keras"
    path.write_bytes(path.read_bytes()[:2000])


def _narrow_frames(run: Path) -> None:
    np.savez(run / "calibration.npz", frames=np.zeros((5, 12, 12), np.uint8))


def _wrong_answers(run: Path) -> None:
    with np.load(run / "heldout.npz") as stored:
        arrays = dict(stored)
    np.savez(run / "heldout.npz", **{**arrays, "labels": arrays["labels"] + 1})


@pytest.mark.parametrize(
    ("damage", "file", "reason"),
    [
        (_cut_model, "model.keras", "cannot be loaded"),
        (lambda run: (run / "model.keras").unlink(), "model.keras", "cannot be loaded"),
        (lambda run: (run / "heldout.npz").unlink(), "heldout.npz", "No such file"),
        (lambda run: (run / "calibration.npz").write_bytes(b""), "calibration.npz", "damaged"),
        (lambda run: np.savez(run / "heldout.npz", x=[1]), "heldout.npz", "frames"),
        (_narrow_frames, "calibration.npz", "expected uint8 (n, 16, 16)"),
        (_wrong_answers, "heldout.npz", "labels must be 0 to 2"),
        (
            lambda run: spoil(run / "config.json", labels=["0", "1", "2", "3"]),
            "model.keras",
            "(None, 4)",
        ),
        (lambda run: spoil(run / "config.json", name="../x"), "config.json", "plain folder name"),
        (lambda run: spoil(run / "config.json", ink={"pencil": 1}), "config.json", "pencil"),
        (lambda run: spoil(run / "result.json", temperature=0), "result.json", "temperature"),
        (lambda run: (run / "config.json").write_text("{"), "config.json", "damaged"),
        (lambda run: (run / "result.json").unlink(), "tiny-1", "has not finished"),
    ],
)
def test_a_broken_run_is_refused_in_one_sentence(
    damage: Callable[[Path], object],
    file: str,
    reason: str,
    run: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    damage(run)
    line = refuse(capsys, str(run), "--out", str(tmp_path / "out"))
    assert str(run if file == run.name else run / file) in line
    assert reason in line
    assert not (tmp_path / "out").exists()


def test_a_place_that_cannot_be_written_is_named(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    out = str(tmp_path / "file")
    line = refuse(capsys, str(trained), "--out", out, "--variant", "float32")
    assert out in line and "--out" in line


def test_no_runs_is_told_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "train/train.py" in refuse(capsys)
    (tmp_path / "runs").mkdir()
    assert "no finished run" in refuse(capsys)


def test_a_survey_takes_the_newest_of_each_name_and_reports_the_rest(run: Path) -> None:
    root = run.parent
    for folder, name, finished in (("a", "tiny", "2026-02"), ("b", "other", "2025-01")):
        shutil.copytree(run, root / folder)
        spoil(root / folder / "config.json", name=name)
        spoil(root / folder / "result.json", finished=finished)
    shutil.copytree(run, root / "bad")
    (root / "bad/config.json").write_text("[]")
    found = runs.survey(root)
    assert {one.folder.name for one in found.runs} == {"a", "b"}
    assert [str(error).partition(":")[0] for error in found.broken] == [
        str(root / "bad/config.json")
    ]
    assert found.passed_over == [f"{run}: passed over, a is newer"]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"broken": True}, "finite"),
        ({"agreement": 0.9979}, "Keras model's"),
        ({"kept": 0.9979}, "best three"),
        ({"accuracy": {"all": (0.9789, 1.0)}}, "points"),
        ({"doubt": 0.0101}, "sum"),
        ({"size_kib": 120.1}, "KiB"),
    ],
)
def test_each_limit_of_the_gate_holds_by_itself(change: dict[str, Any], word: str) -> None:
    good = figures()
    gate = Gate(size_kib=120)
    assert gate.objections(good, good) == []
    (objection,) = gate.objections(dataclasses.replace(good, **change), good)
    assert word in objection


def figures(**changes: Any) -> Figures:
    good = Figures(
        broken=False,
        agreement=0.999,
        overlap=0.99,
        kept=0.999,
        ties=0.0,
        doubt=0.0,
        accuracy={"all": (0.98, 1.0)},
        size_kib=100,
        latency=0.5,
    )
    return dataclasses.replace(good, **changes)


def test_the_smallest_and_fastest_that_keeps_the_answers_is_chosen() -> None:
    found = {
        "float32": figures(size_kib=400, latency=1.0),
        "dynamic": figures(size_kib=100, latency=0.3),
        "int8": figures(size_kib=100, latency=0.4, ties=0.09),
        "mixed": figures(size_kib=102, latency=0.4),
    }
    assert verify.choose(found, list(found)) == "mixed"
    assert verify.choose(found, ["float32", "int8"]) == "float32"
    assert verify.choose(found, ["int8"]) == "int8"
    assert verify.choose(found, ["dynamic"]) is None


def test_figures_of_logits_counted_by_hand() -> None:
    keras = np.array([[9, 8, 1, 0], [9, 0, 8, 1], [0, 9, 8, 1], [0, 1, 9, 8]], np.float32)
    ours = np.array([[9, 8, 1, 0], [8, 0, 9, 1], [1, 9, 8, 0], [0, 1, 9, 9]], np.float32)
    heldout = Heldout(np.zeros((4, 8, 8), np.uint8), np.array([0, 0, 1, 3]), np.array([*"aabb"]))
    scorer = LabelAnswers((*"0123",), "logits", 1.0)
    reference = verify.rank(keras, scorer)
    found = verify.compare(verify.rank(ours, scorer), reference, heldout, 2048, 0.5)
    assert found.agreement == 3 / 4
    # The third row gives 0 for 3 in the third place, whose score is a three-thousandth.
    assert found.overlap == pytest.approx(11 / 12)
    assert found.kept == 1.0
    assert found.ties == 1 / 4
    assert found.doubt == pytest.approx(0, abs=1e-6)
    assert found.accuracy["a"] == (0.5, 1.0)
    assert found.accuracy["all"] == (0.5, 1.0)
    assert found.size_kib == 2
    many = LabelAnswers(tuple(map(str, range(300))), "logits", 1.0)
    unsure = verify.rank(np.zeros((4, 300), np.float32), many)
    assert verify.compare(unsure, unsure, heldout, 2048, 0.5).kept == 1.0
    ours[0, 0] = math.nan
    assert verify.compare(verify.rank(ours, scorer), reference, heldout, 2048, 0.5).broken


@pytest.mark.parametrize("folder", ["model", "float", "jamo"])
def test_the_checked_in_tiny_models_give_their_golden_answers(folder: str) -> None:
    pad = Recognizer(make.HERE / folder)
    with np.load(make.HERE / folder / "golden.npz", allow_pickle=False) as stored:
        answers = np.stack([pad.logits(framed) for framed in stored["frames"]])
        np.testing.assert_allclose(answers, stored["logits"], atol=0.2)
        np.testing.assert_array_equal(answers.argmax(axis=1), stored["labels"])


def test_the_file_runs_from_anywhere_and_help_needs_no_tensorflow(tmp_path: Path) -> None:
    code = (
        "import runpy, sys\n"
        f"sys.argv = ['to_tflite.py', '--help']; sys.path.insert(0, {str(ROOT / 'convert')!r})\n"
        "try:\n"
        f"    runpy.run_path({str(ROOT / 'convert/to_tflite.py')!r}, run_name='__main__')\n"
        "except SystemExit as end:\n"
        "    assert end.code == 0\n"
        "assert 'tensorflow' not in sys.modules and 'keras' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "--variant" in done.stdout
