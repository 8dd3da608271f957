"""A finished training run, read and checked: what conversion starts from.

`train.rundir` says which files a run's folder holds. Its frames were framed by `edge_app.ink` in
training, so conversion needs no data set.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from convert import RETRAIN, ConversionError, answers
from edge_app.answers import Answers
from edge_app.ink import InkSettings
from train import rundir

Frames = npt.NDArray[np.uint8]
"""Framed ink, (n, size, size) uint8, paper 0, ink 255."""


@dataclass(frozen=True)
class Run:
    """What a finished run says about its model."""

    folder: Path
    """Where it lies."""
    name: str
    """Name of the model, and of the directory that conversion writes."""
    task: str
    """What the model reads, e.g. "digits"."""
    answers: Answers
    """What its outputs mean, and how training fitted their scores."""
    prior: bytes | None
    """The content of its model directory's prior.npz, where `answers` has a prior."""
    ink: InkSettings
    """How its ink was framed."""
    config: dict[str, Any]
    """All of config.json."""
    result: dict[str, Any]
    """All of result.json."""

    @property
    def labels(self) -> tuple[str, ...]:
        """What can be answered; held-out labels are indices into it."""
        return self.answers.labels

    @property
    def finished(self) -> str:
        """When training ended, ISO 8601; such texts sort by time."""
        return str(self.result.get("finished", ""))


@dataclass(frozen=True)
class Heldout:
    """Ink to judge a model by."""

    frames: Frames
    """(m, size, size) uint8."""
    labels: npt.NDArray[np.int64]
    """(m,) indices into the run's labels."""
    group: npt.NDArray[np.str_]
    """(m,) where each came from, e.g. "mnist-test"."""


@dataclass(frozen=True)
class Survey:
    """What a folder of runs holds."""

    runs: list[Run]
    """The newest finished run of each model name."""
    passed_over: list[str]
    """One sentence for each run that is unfinished or older than another of its name."""
    broken: list[ConversionError]
    """Finished runs whose description cannot be read."""


def survey(root: Path) -> Survey:
    """Looks through a folder of runs. Raises ConversionError where there is no such folder."""
    try:
        folders = sorted(path for path in root.iterdir() if path.is_dir())
    except OSError as error:
        raise ConversionError(
            f"{root}: {error.strerror}; train a model first with train/train.py"
        ) from None
    newest: dict[str, Run] = {}
    passed_over, broken = [], []
    for folder in folders:
        if not (folder / rundir.RESULT).is_file():
            passed_over.append(f"{folder}: passed over, training has not finished")
            continue
        try:
            run = read(folder)
        except ConversionError as error:
            broken.append(error)
            continue
        rival = newest.get(run.name)
        if rival is None:
            newest[run.name] = run
            continue
        older, newer = sorted((rival, run), key=lambda one: one.finished)
        newest[run.name] = newer
        passed_over.append(f"{older.folder}: passed over, {newer.folder.name} is newer")
    return Survey(list(newest.values()), passed_over, broken)


def read(folder: Path) -> Run:
    """Reads a finished run's description. Raises ConversionError for anything amiss."""
    if not folder.is_dir():
        raise ConversionError(f"{folder}: no such run; give the folder of a finished run")
    if not (folder / rundir.RESULT).is_file():
        raise ConversionError(
            f"{folder}: training has not finished (no {rundir.RESULT}); "
            f"continue it with train/train.py --resume"
        )
    config = _read_object(folder / rundir.CONFIG)
    result = _read_object(folder / rundir.RESULT)
    path = folder / rundir.CONFIG
    try:
        name, task = config["name"], config["task"]
        ink = InkSettings.from_dict(config["ink"])
    except KeyError as error:
        raise ConversionError(f"{path}: {error.args[0]} is missing; {RETRAIN}") from None
    except (TypeError, ValueError) as error:
        raise ConversionError(f"{path}: {error}; {RETRAIN}") from None
    # The name becomes a directory's, so it must not lead anywhere else.
    if not isinstance(name, str) or Path(name).name != name:
        raise ConversionError(f"{path}: name must be a plain folder name, not {name!r}; {RETRAIN}")
    logs = _read_arrays(folder / rundir.PRIOR, "log_prior") if result.get("prior") else {}
    meaning, prior = answers.read(folder, config, result, logs.get("log_prior"))
    return Run(folder, name, str(task), meaning, prior, ink, config, result)


def calibration(run: Run) -> Frames:
    """The run's calibration ink, (n, size, size) uint8. Raises ConversionError."""
    path = run.folder / rundir.CALIBRATION
    return _check_frames(path, _read_arrays(path, "frames")["frames"], run)


def heldout(run: Run) -> Heldout:
    """The run's held-out ink. Raises ConversionError."""
    path = run.folder / rundir.HELDOUT
    arrays = _read_arrays(path, "frames", "labels", "group")
    frames = _check_frames(path, arrays["frames"], run)
    labels, group = arrays["labels"], arrays["group"]
    if labels.shape != (len(frames),) or group.shape != (len(frames),):
        raise ConversionError(f"{path}: frames, labels and group differ in length; {RETRAIN}")
    if labels.dtype.kind not in "iu" or not ((labels >= 0) & (labels < len(run.labels))).all():
        raise ConversionError(f"{path}: labels must be 0 to {len(run.labels) - 1}; {RETRAIN}")
    return Heldout(frames, labels.astype(np.int64), group.astype(np.str_))


def _read_object(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConversionError(f"{path}: {error.strerror}; {RETRAIN}") from None
    except ValueError as error:  # also JSON and UTF-8 errors
        raise ConversionError(f"{path}: damaged ({error}); {RETRAIN}") from None
    if not isinstance(data, dict):
        raise ConversionError(f"{path}: holds no JSON object; {RETRAIN}")
    return data


def _read_arrays(path: Path, *names: str) -> dict[str, npt.NDArray[Any]]:
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in names}
    except KeyError as error:
        raise ConversionError(f"{path}: {error.args[0]}; {RETRAIN}") from None
    except FileNotFoundError as error:
        raise ConversionError(f"{path}: {error.strerror}; {RETRAIN}") from None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ConversionError(f"{path}: damaged ({error}); {RETRAIN}") from None


def _check_frames(path: Path, frames: npt.NDArray[Any], run: Run) -> Frames:
    side = run.ink.size
    if frames.dtype != np.uint8 or frames.ndim != 3 or frames.shape[1:] != (side, side):
        raise ConversionError(
            f"{path}: frames are {frames.dtype} {frames.shape}, expected uint8 "
            f"(n, {side}, {side}); {RETRAIN}"
        )
    if not len(frames):
        raise ConversionError(f"{path}: holds no frames; {RETRAIN}")
    return frames
