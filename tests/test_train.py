"""The whole road in small: train a short while, be killed, resume, convert, recognise."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from edge_app import Recognizer, samples
from tests import tinymnist
from tests.conftest import PATIENCE_S, ROOT

SMALL = ["--epochs", "3", "--epoch-samples", "2560", "--batch", "32"]


def _command(*arguments: object) -> list[str]:
    return [sys.executable, str(ROOT / "train/train.py"), *map(str, arguments)]


def _run(*arguments: object, expect: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        _command(*arguments), capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert done.returncode == expect, done.stderr
    return done


def _losses(folder: Path) -> list[float]:
    return [entry["loss"] for entry in json.loads((folder / "history.json").read_text())]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tinymnist.write(tmp_path_factory.mktemp("mnist"))


@pytest.fixture(scope="module")
def pen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pen strokes by thirty "writers", so that each part of the split has some."""
    path = tmp_path_factory.mktemp("pen") / "pen.jsonl"
    with path.open("w") as lines:
        for writer in range(30):
            for sample in samples.load():
                strokes = [stroke.tolist() for stroke in sample.strokes]
                line = {"label": sample.label, "writer": f"w{writer}", "strokes": strokes}
                lines.write(json.dumps(line) + "\n")
    return path


@pytest.fixture(scope="module")
def finished(data: Path, pen: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "whole"
    _run("digits", "--mnist", data, "--pen", pen, "--out", folder, *SMALL)
    return folder


def test_a_finished_run_holds_all_that_conversion_and_people_need(finished: Path) -> None:
    names = {path.name for path in finished.iterdir()}
    assert names >= {
        "config.json",
        "history.json",
        "result.json",
        "model.keras",
        "calibration.npz",
        "heldout.npz",
        "curves.png",
        "confusion.png",
        "logs",
    }
    result = json.loads((finished / "result.json").read_text())
    assert result["metrics"]["mnist-test"] > 0.8
    assert json.loads((finished / "history.json").read_text())[-1]["mnist-val"] > 0.8
    assert [source["name"] for source in result["sources"]] == ["MNIST", "pen.jsonl"]
    with np.load(finished / "heldout.npz", allow_pickle=False) as held:
        assert set(held["group"]) == {"mnist-test", "pen-test"}
        assert held["frames"].dtype == np.uint8
    assert list((finished / "logs").glob("events*"))


def test_a_killed_run_resumes_to_the_same_curve(
    finished: Path, data: Path, pen: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "killed"
    training = subprocess.Popen(
        _command("digits", "--mnist", data, "--pen", pen, "--out", folder, *SMALL),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        # However long that takes: the same command came to its end in `finished`.
        while not (folder / "checkpoint.keras").is_file():
            assert training.poll() is None
            time.sleep(0.05)
    finally:
        os.kill(training.pid, signal.SIGKILL)
        training.wait()
    assert not (folder / "result.json").exists()
    _run("--resume", folder)
    assert _losses(folder) == pytest.approx(_losses(finished), rel=1e-5)
    assert (folder / "result.json").exists()


def test_a_trained_run_is_converted_and_reads_ink(finished: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            str(ROOT / "convert/to_tflite.py"),
            str(finished),
            "--out",
            str(tmp_path),
        ],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    pad = Recognizer(tmp_path / "digits")
    right = [pad.recognize(sample.strokes)[0].label == sample.label for sample in samples.load()]
    assert sum(right) >= 8, right


FEED = """
import keras, numpy as np
from train.data import DataError
from train.feed import fit_epoch

def batches(bad):
    for number in range(6):
        if number == bad:
            raise DataError("a.shard: sample 3: damaged")
        yield np.full((4, 8, 8), 255, np.uint8), np.array([0, 1, 0, 1])

model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(2)])
model.compile("sgd", keras.losses.CategoricalCrossentropy(from_logits=True))
one_hot = np.eye(2, dtype=np.float32).__getitem__
assert set(fit_epoch(model, batches(None), 6, one_hot, verbose=0)) == {"loss"}
for bad in (0, 4):
    try:
        fit_epoch(model, batches(bad), 6, one_hot, verbose=0)
    except DataError as error:
        print(error)
"""


@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_what_is_wrong_with_data_comes_out_of_fit_as_it_is(backend: str) -> None:
    if not importlib.util.find_spec(backend):
        pytest.skip(f"{backend} is not installed")
    done = subprocess.run(
        [sys.executable, "-c", FEED],
        cwd=ROOT,
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.stdout.splitlines() == 2 * ["a.shard: sample 3: damaged"], done.stderr


def test_bad_data_ends_in_one_sentence(data: Path, tmp_path: Path) -> None:
    broken = tinymnist.write(tmp_path / "broken", train=48, test=10)
    path = broken / "train-images-idx3-ubyte"
    path.write_bytes(path.read_bytes()[:-7])
    done = _run("digits", "--mnist", broken, "--out", tmp_path / "run", expect=1)
    assert "train-images-idx3-ubyte" in done.stderr.splitlines()[-1]
    done = _run(
        "digits", "--mnist", data, "--pen", tmp_path / "none.jsonl", "--out", tmp_path, expect=1
    )
    assert "none.jsonl: no such file" in done.stderr.splitlines()[-1]


def test_a_run_is_not_written_over(finished: Path, data: Path) -> None:
    before = (finished / "result.json").read_bytes()
    done = _run("digits", "--mnist", data, "--out", finished, expect=1)
    assert "--resume" in done.stderr
    assert (finished / "result.json").read_bytes() == before
