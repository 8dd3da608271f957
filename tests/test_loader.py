"""Batches: the same from any number of processes and hosts, and nothing left behind by them."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from edge_app.ink import Frame
from tests.conftest import ROOT
from train.augment import Rng
from train.data import DataError
from train.loader import SLOTS, Batch, Loader, Plan
from train.stream import Ink

PLAN = Plan(size=9, batch=6, seed=3)


class Noise:
    """Frames of noise."""

    def draw(self, rng: Rng) -> tuple[Frame, int]:
        return rng.integers(0, 256, (9, 9), np.uint8), int(rng.integers(10_000))


class Traced(Noise):
    """Noise that notes each sample drawn, and by which process."""

    def __init__(self, path: Path, seconds: float = 0.0) -> None:
        self._path, self._seconds = path, seconds

    def draw(self, rng: Rng) -> tuple[Frame, int]:
        time.sleep(self._seconds)
        with self._path.open("a") as lines:
            lines.write(f"{os.getpid()}\n")
        return super().draw(rng)


class OneLame(Noise):
    """Noise whose labels are the drawing process; the first to draw is slow."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def draw(self, rng: Rng) -> tuple[Frame, int]:
        with contextlib.suppress(FileExistsError), self._path.open("x") as file:
            file.write(str(os.getpid()))
        time.sleep(0.02 if self._path.read_text() == str(os.getpid()) else 0.005)
        return super().draw(rng)[0], os.getpid()


class Broken:
    """Raises at the first sample."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def draw(self, rng: Rng) -> tuple[Frame, int]:
        raise self._error


class Unreadable(Noise):
    """Cannot be unpickled."""

    def __setstate__(self, state: object) -> None:
        raise OSError("gone in the meantime")

    def __getstate__(self) -> object:
        return {"some": "state"}


class WhatIsLoaded:
    """Labels that tell whether the drawing process has loaded a training framework."""

    def draw(self, rng: Rng) -> tuple[Frame, int]:
        heavy = {"keras", "tensorflow", "torch", "jax", "matplotlib"}
        return np.zeros((9, 9), np.uint8), len(heavy & set(sys.modules))


def equal(one: list[Batch], other: list[Batch]) -> bool:
    assert len(one) == len(other)
    return all(
        np.array_equal(frames, others) and np.array_equal(labels, other_labels)
        for (frames, labels), (others, other_labels) in zip(one, other, strict=True)
    )


def drawn(workers: int, plan: Plan = PLAN, first: int = 0) -> list[Batch]:
    with Loader(Noise(), plan, workers) as loader:
        return list(loader.batches(5, 8, first))


@pytest.fixture(scope="module")
def plain() -> list[Batch]:
    """Eight batches of epoch 5, drawn in this process."""
    return drawn(0)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_the_number_of_workers_changes_nothing(plain: list[Batch], workers: int) -> None:
    found = drawn(workers)
    assert [frames.shape for frames, _ in found] == [(6, 9, 9)] * 8
    assert equal(found, plain)


def test_every_sample_batch_and_epoch_differs(plain: list[Batch]) -> None:
    with Loader(Noise(), PLAN, 0) as loader:
        batches = plain + list(loader.batches(6, 8))
    frames = np.concatenate([frames for frames, _ in batches])
    assert len({frame.tobytes() for frame in frames}) == 2 * 8 * 6
    with Loader(Noise(), Plan(9, 6, seed=4), 0) as loader:
        assert not equal(list(loader.batches(5, 8)), plain)


@pytest.mark.parametrize("workers", [0, 2])
def test_an_epoch_goes_on_from_any_batch(plain: list[Batch], workers: int) -> None:
    assert equal(drawn(workers, first=3), plain[3:])
    assert drawn(workers, first=8) == []


@pytest.mark.parametrize("hosts", [2, 3])
def test_hosts_share_the_rows_of_each_batch(plain: list[Batch], hosts: int) -> None:
    parts = [drawn(host % 2, Plan(9, 6, 3, hosts, host)) for host in range(hosts)]
    joined = [
        (np.concatenate([frames for frames, _ in rows]), np.concatenate([part for _, part in rows]))
        for rows in zip(*parts, strict=True)
    ]
    assert equal(joined, plain)


@pytest.mark.parametrize(("batch", "hosts", "host"), [(6, 4, 0), (0, 1, 0), (6, 2, 2), (6, 0, 0)])
def test_wrong_plans(batch: int, hosts: int, host: int) -> None:
    with pytest.raises(ValueError, match="host"):
        Plan(9, batch, 0, hosts, host)


def test_workers_live_on_and_an_epoch_may_be_left(plain: list[Batch], tmp_path: Path) -> None:
    traced = Traced(tmp_path / "drawn")
    with Loader(traced, PLAN, 2) as loader:
        left = loader.batches(5, 8)
        assert equal([next(left)], plain[:1])
        assert equal(list(loader.batches(5, 8)), plain)
        assert equal(list(loader.batches(5, 8)), plain)
        with pytest.raises(RuntimeError, match="another epoch"):
            list(left)
    assert len(set((tmp_path / "drawn").read_text().split())) == 2


def test_batches_are_copies(plain: list[Batch]) -> None:
    with Loader(Noise(), PLAN, 1) as loader:
        for frames, labels in loader.batches(5, 8):
            frames[:], labels[:] = 7, 7
        assert equal(list(loader.batches(5, 8)), plain)


def test_workers_stop_when_their_slots_are_full(tmp_path: Path) -> None:
    path = tmp_path / "drawn"
    with Loader(Traced(path), PLAN, 2) as loader:
        batches = loader.batches(0, 100)
        next(batches)
        full = (1 + 2 * SLOTS) * PLAN.rows
        wait_for(lambda: len(path.read_text().split()) == full)
        time.sleep(0.3)
        assert len(path.read_text().split()) == full


def test_a_slow_worker_does_not_hold_up_the_other(tmp_path: Path) -> None:
    with Loader(OneLame(tmp_path / "lame"), PLAN, 2) as loader:
        who = np.concatenate([labels for _, labels in loader.batches(0, 40)])
    processes, samples = np.unique(who, return_counts=True)
    assert len(processes) == 2
    lame = samples[processes == int((tmp_path / "lame").read_text())]
    assert lame < 0.45 * len(who)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("workers", [0, 2])
def test_data_errors_arrive_as_they_are(workers: int) -> None:
    error = DataError("a.shard: sample 3: damaged; prepare the data again")
    with Loader(Broken(error), PLAN, workers) as loader, pytest.raises(DataError) as caught:
        next(loader.batches(0, 8))
    assert str(caught.value) == str(error)


@pytest.mark.parametrize(
    ("ink", "told"),
    [
        (Broken(ZeroDivisionError("of all things")), r"in draw\b[^$]*of all things"),
        (Unreadable(), "gone in the meantime"),
    ],
)
def test_other_errors_arrive_with_their_traceback(ink: Ink, told: str) -> None:
    with Loader(ink, PLAN, 1) as loader, pytest.raises(RuntimeError, match=told):
        next(loader.batches(0, 8))


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_worker_is_named(tmp_path: Path, by: signal.Signals) -> None:
    path = tmp_path / "drawn"
    with Loader(Traced(path), PLAN, 2) as loader:
        batches = loader.batches(0, 100)
        next(batches)
        victim = int(path.read_text().split()[0])
        os.kill(victim, by)
        with pytest.raises(ChildProcessError) as caught:
            list(batches)
        assert f"(process {victim}) was killed by signal {by.value}" in str(caught.value)
        with pytest.raises(RuntimeError, match="closed"):
            list(loader.batches(0, 1))


SCRIPT = """
import signal, sys
# Shells have what they start in the background ignore it, and so would this.
signal.signal(signal.SIGINT, signal.default_int_handler)
if not __package__:
    sys.path[0] = {root!r}
from tests.test_loader import PLAN, Traced, WhatIsLoaded
from train.loader import Loader
from pathlib import Path

if __name__ == "__main__":
    import matplotlib
    with Loader(WhatIsLoaded(), PLAN, 2) as loader:
        assert max(labels.max() for _, labels in loader.batches(0, 4)) == 0
    with Loader(Traced(Path({path!r}), 0.01), PLAN, 2) as loader:
        for _ in loader.batches(0, 100_000):
            print("batch", flush=True)
"""


@pytest.fixture
def script(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A script run as a file that takes batches for ever; the processes' ids go to "drawn"."""
    file = tmp_path / "script.py"
    file.write_text(SCRIPT.format(root=str(ROOT), path=str(tmp_path / "drawn")))
    process = subprocess.Popen(
        [sys.executable, str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks at /proc")
def test_a_worker_that_still_imports_does_not_hear_ctrl_c() -> None:
    def hears(process: int | None) -> bool:
        status = Path(f"/proc/{process or 'self'}/status").read_text()
        masks = dict(line.split(":\t") for line in status.splitlines() if line.startswith("Sig"))
        bit = 1 << (signal.SIGINT - 1)
        return not (int(masks["SigBlk"], 16) | int(masks["SigIgn"], 16)) & bit

    before = hears(None)
    with Loader(WhatIsLoaded(), PLAN, 2):
        started = multiprocessing.active_children()
        assert len(started) == 2
        assert not any(hears(worker.pid) for worker in started)
        assert hears(None) == before


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="looks at /proc")
@pytest.mark.parametrize("end", ["ctrl-c", "terminated", "killed"])
def test_a_script_leaves_nothing_behind(
    script: subprocess.Popen[str], tmp_path: Path, end: str
) -> None:
    assert script.stdout is not None
    assert script.stdout.readline() == "batch\n", script.communicate()[1]
    workers = {int(word) for word in (tmp_path / "drawn").read_text().split()}
    assert workers and script.pid not in workers
    for process in (script.pid, *workers):  # shared memory without a name ends with its users
        maps = Path(f"/proc/{process}/maps").read_text().splitlines()
        shared = [line for line in maps if "/pym-" in line]
        assert shared and all(line.endswith("(deleted)") for line in shared)
    if end == "ctrl-c":
        os.killpg(script.pid, signal.SIGINT)
    else:
        script.send_signal(signal.SIGTERM if end == "terminated" else signal.SIGKILL)
    errors = script.communicate(timeout=60)[1]
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))
    if end == "ctrl-c":
        assert errors.count("KeyboardInterrupt") == 1
    else:
        assert errors == ""
