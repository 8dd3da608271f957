"""Hosts that train together, on loopback: one process's result, also after one of them died."""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests import tinymnist
from tests.conftest import PATIENCE_S, ROOT
from train import rundir
from train.config import DigitConfig
from train.train import main

pytestmark = pytest.mark.skipif(
    not importlib.util.find_spec("jax"), reason="jax is not installed, which several hosts need"
)


def _start(*arguments: object, devices: int) -> subprocess.Popen[str]:
    shown = f"--xla_force_host_platform_device_count={devices}"
    return subprocess.Popen(
        [sys.executable, str(ROOT / "train/train.py"), *map(str, arguments)],
        env={**os.environ, "KERAS_BACKEND": "jax", "XLA_FLAGS": shown},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _hosts(folder: Path) -> list[subprocess.Popen[str]]:
    """Two hosts of two devices each."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    hosts = f"127.0.0.1:{port},127.0.0.1:{port + 1}"
    return [
        _start("--resume", folder, "--hosts", hosts, "--host", number, devices=2)
        for number in range(2)
    ]


def _wait(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, said = process.communicate(timeout=PATIENCE_S)
    return process.returncode, said


def test_hosts_that_lose_one_and_resume_train_what_one_device_trains(tmp_path: Path) -> None:
    config = DigitConfig(
        mnist=str(tinymnist.write(tmp_path / "mnist", train=240, test=20)),
        epochs=2,
        epoch_samples=128,
        batch=32,
        learning_rate=1e-4,  # steps so small that what differs by rounding stays as small
        average=0.9,
        workers=0,
    )
    for name in ("alone", "together"):
        (tmp_path / name).mkdir()
        (tmp_path / name / rundir.CONFIG).write_text(json.dumps(config.to_dict()))
    alone, together = tmp_path / "alone", tmp_path / "together"

    single = _start("--resume", alone, devices=1)
    first, second = _hosts(together)
    while not (together / rundir.CHECKPOINT).is_file():
        assert first.poll() is None and second.poll() is None, (_wait(first), _wait(second))
        time.sleep(0.05)
    second.kill()
    second.communicate()
    status, said = _wait(first)
    assert status == 1 and "another host is gone" in said.splitlines()[-1], said
    assert not (together / rundir.RESULT).exists()

    for process in _hosts(together):
        status, said = _wait(process)
        assert status == 0, said
    status, said = _wait(single)
    assert status == 0, said

    histories = [rundir.read_json(one / rundir.HISTORY) for one in (together, alone)]
    assert [entry["epoch"] for entry in histories[0]] == [1, 2]
    for mine, whole in zip(*histories, strict=True):
        del mine["seconds"], whole["seconds"]
        assert mine == pytest.approx(whole, rel=1e-5)
    import keras

    models = [
        keras.models.load_model(one / rundir.MODEL, compile=False) for one in (together, alone)
    ]
    # Adam makes much of gradients that are next to nothing, so single weights differ by more.
    for mine, whole in zip(*(model.get_weights() for model in models), strict=True):
        assert np.linalg.norm(mine - whole) <= 1e-5 * np.linalg.norm(whole)


def test_what_cannot_be_joined_is_said_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    two = "127.0.0.1:9,127.0.0.1:9"
    for options, said in (
        (["--hosts", two, "--host", "2"], "host 2 is not one of 2"),
        (["--host", "1"], "host 1 is not one of 1"),
        (["--hosts", "127.0.0.1"], "ADDRESS:PORT of each host"),
        (["--hosts", two], "several hosts need KERAS_BACKEND=jax"),
    ):
        assert main(["digits", *options, "--out", str(tmp_path / "run")]) == 1
        line = capsys.readouterr().err.splitlines()[-1]
        assert line.startswith("train: ") and said in line
