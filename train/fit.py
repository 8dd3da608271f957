"""The training loop: epoch by epoch, so that a resumed run goes on exactly where it stopped."""

from __future__ import annotations

import datetime
import importlib.metadata
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from train import earlier, files, provenance, report, rundir
from train.average import AveragingAdamW, averaged
from train.config import Config, HangulConfig, JamoConfig
from train.digits import DigitInk
from train.feed import build_training, compiled, fit_epoch, seed_dropout
from train.hangultask import HangulTask
from train.hosts import ALONE, Hosts
from train.jamo import JamoInk
from train.labeltask import LabelTask
from train.loader import Loader, Plan
from train.softmaxtask import SoftmaxTask
from train.task import Task
from train.teachers import Teachers

Taught = Callable[[npt.NDArray[np.uint8], Any], Any]
"""Makes of frames and what their labels ask for what is to be learned of them."""

_CALIBRATION_FRAMES = 512
"""Varied training samples kept for calibrating the quantisation."""

_STATISTICS = (4, 256)
"""Batches, and samples of each, that the normalisation of averaged weights is measured on."""

_PACE = (8, 24)
"""Steps that warm up, and steps that are then timed, to learn how many fit into some minutes."""


def fit(
    config: Config,
    folder: Path,
    *,
    resume: bool = False,
    minutes: float | None = None,
    hosts: Hosts = ALONE,
) -> dict[str, Any]:
    """Trains a run in its folder and returns its result; with resume, goes on with it.

    minutes: how long to train, at this machine's pace, in place of the configuration's epochs.
    hosts: those that train together. Only the first writes and has a result, the others return an
    empty one; to resume, all of them read the folder.
    Raises DataError for data that cannot be read and ValueError for a folder that does not
    hold what resuming needs.
    """
    hosts.compare((config, resume, minutes))
    keras.utils.set_random_seed(config.seed)
    task, taught = _task(config), _taught(config, hosts)
    if minutes is not None:
        config = replace(config, epochs=_epochs_within(minutes, config, task, taught, hosts))
        task = _task(config)
        keras.utils.set_random_seed(config.seed)  # as a run of so many epochs would begin
    checkpoint = folder / rundir.CHECKPOINT
    history: list[dict[str, float]] = []
    resumed = resume and checkpoint.is_file()
    # A resumed run has its weights, and needs those that it began with only to blend them.
    start = _start(config, task) if not resumed or config.blend < 1 else None
    with hosts.scope():
        if resumed:
            model = keras.models.load_model(checkpoint)
            history = rundir.read_json(folder / rundir.HISTORY)
            # The optimiser's step count is the truth; the history may be an epoch ahead of it.
            history = history[: int(model.optimizer.iterations) // config.steps]
        else:
            model = _build(config, task)
            if start:
                _begin(model, start, config)
    if not hosts.distribution:  # what is spread over devices, Keras builds itself
        build_training(model, config.ink.size, task.targets)
    judged = _Judged(config, task, model, hosts, start)
    kept = _Kept(config, folder) if hosts.first else None
    plan = hosts.plan(config.ink.size, config.batch, config.seed)
    with Loader(task.ink, plan, config.workers) as loader:
        for epoch in range(len(history), config.epochs):
            if hosts.agreed(_should_stop(history, config.patience)):
                print(f"no better validation loss for {config.patience} epochs: stopping early")
                break
            started = time.monotonic()
            seed_dropout(model, config.seed, epoch)
            with hosts.scope():
                logs = fit_epoch(
                    model,
                    loader.batches(epoch, config.steps),
                    config.steps,
                    task.targets,
                    verbose=1 if kept and sys.stdout.isatty() else 0,
                    weights=task.weights,
                    taught=taught,
                )
            entry = {"epoch": epoch + 1, **logs, **task.validate(judged.model())}
            entry["seconds"] = time.monotonic() - started
            history.append(entry)
            if kept:
                kept.add(history, model)
    hosts.part()
    return _finish(config, folder, judged.model(), task, history) if kept else {}


class _Kept:
    """What a run writes as it goes."""

    def __init__(self, config: Config, folder: Path) -> None:
        self._folder, self._epochs = folder, config.epochs
        folder.mkdir(parents=True, exist_ok=True)
        files.write_json(folder / rundir.CONFIG, config.to_dict())
        self._log = report.TensorBoardLog(folder / "logs")

    def add(self, history: list[dict[str, float]], model: keras.Model) -> None:
        """Writes the last epoch, the history first: only the checkpoint says that it is done."""
        files.write_json(self._folder / rundir.HISTORY, history)
        files.replace(self._folder / rundir.CHECKPOINT, model.save)
        self._log.write(history[-1])
        report.curves(history, self._folder / "curves.png")
        print(report.progress_line(history, self._epochs), flush=True)


def _task(config: Config) -> Task:
    if isinstance(config, HangulConfig):
        return SoftmaxTask(config) if config.answers == "labels" else HangulTask(config)
    return LabelTask(
        config, JamoInk(config) if isinstance(config, JamoConfig) else DigitInk(config)
    )


def _taught(config: Config, hosts: Hosts) -> Taught | None:
    """What teachers make of targets, if there are any."""
    if not isinstance(config, HangulConfig) or not config.teachers:
        return None
    if hosts.distribution:
        raise ValueError("teachers teach on one device: leave --hosts or --teachers out")
    runs = [Path(run) for run in config.teachers]
    return Teachers(runs, config.taught, config.ink.size, believed=config.believed).taught


class _Judged:
    """What is validated and kept of a training: its network, or the average of its weights."""

    def __init__(
        self,
        config: Config,
        task: Task,
        model: keras.Model,
        hosts: Hosts,
        start: keras.Model | None,
    ) -> None:
        self._model = model
        # What is spread over several devices, of several hosts perhaps, is judged on one of them.
        self._own = task.network() if config.average or hosts.distribution else model
        self._average = bool(config.average)
        self._before, self._blend = _before(config, start), config.blend
        if self._average:
            count, size = _STATISTICS
            plan = Plan(config.ink.size, size, config.seed)
            # An epoch number that training never reaches, and other batches than for calibration.
            self._batches = [
                plan.draw(task.ink, config.epochs, 1 + number)[0] for number in range(count)
            ]

    def model(self) -> keras.Model:
        """The network as it is now."""
        if self._average:
            return averaged(self._model, self._own, self._batches, self._before, self._blend)
        if self._own is not self._model:
            self._own.set_weights(self._model.get_weights())
        return self._own


def _build(config: Config, task: Task) -> keras.Model:
    model = task.network()
    total = config.steps * config.epochs
    warmup = min(config.steps, total // 10)
    schedule = keras.optimizers.schedules.CosineDecay(
        config.learning_rate / 20,
        max(1, total - warmup),
        alpha=1e-3,
        warmup_target=config.learning_rate,
        warmup_steps=warmup,
    )
    if config.average:
        optimizer = AveragingAdamW(
            schedule, weight_decay=config.weight_decay, use_ema=True, ema_momentum=config.average
        )
    else:
        optimizer = keras.optimizers.AdamW(schedule, weight_decay=config.weight_decay)
    model.compile(
        optimizer,
        task.losses,
        loss_weights=task.loss_weights,
        metrics=task.metrics,
        jit_compile=compiled(),
    )
    return model


def _start(config: Config, task: Task) -> keras.Model | None:
    """The network that a run begins with, if any. Raises ValueError naming its path."""
    if not config.start:
        return None
    path = Path(config.start)
    try:
        start = earlier.load(path, task.network())
    except (OSError, ValueError) as error:
        raise _unfit(config, error) from None
    if earlier.is_model(path):
        count, size = _STATISTICS
        # Other batches than those that averaged weights are measured on.
        frames, _ = Plan(config.ink.size, size, config.seed).draw(
            task.ink, config.epochs, 1 + count
        )
        earlier.renormalise(start, frames)
    return start


def _begin(model: keras.Model, start: keras.Model, config: Config) -> None:
    """Gives a network the weights of another of its shape. Raises ValueError naming its path."""
    try:
        model.set_weights(start.get_weights())
    except ValueError as error:
        raise _unfit(config, error) from None


def _unfit(config: Config, error: Exception) -> ValueError:
    return ValueError(
        f"{config.start}: cannot begin with it ({error}); name a finished run, or a model "
        "directory, of the same network"
    )


def _before(config: Config, start: keras.Model | None) -> list[npt.NDArray[np.float32]]:
    """The trainable weights that a run began with, where they are blended into what is kept."""
    if config.blend == 1 or start is None:
        return []
    return [np.asarray(keras.ops.convert_to_numpy(one)) for one in start.trainable_variables]


def _epochs_within(
    minutes: float, config: Config, task: Task, taught: Taught | None, hosts: Hosts
) -> int:
    """How many epochs this machine trains and validates in so many minutes, at least 1."""
    plan = hosts.plan(config.ink.size, config.batch, config.seed)
    warm, timed = _PACE
    with hosts.scope(), Loader(task.ink, plan, config.workers) as loader:
        model = _build(config, task)
        for steps in (warm, timed):
            started = time.monotonic()
            batches = loader.batches(config.epochs, steps)
            fit_epoch(
                *(model, batches, steps, task.targets),
                verbose=0,
                weights=task.weights,
                taught=taught,
            )
            pace = (time.monotonic() - started) / steps
    started = time.monotonic()
    task.validate(task.network())
    epoch = config.steps * pace + time.monotonic() - started
    epochs = hosts.agreed(max(1, int(60 * minutes / epoch)))
    print(f"{epoch:.0f} s an epoch: {epochs} in {minutes:g} minutes", flush=True)
    return epochs


def _should_stop(history: list[dict[str, float]], patience: int) -> bool:
    losses = [entry["val_loss"] for entry in history]
    return bool(patience and losses and len(losses) - 1 - int(np.argmin(losses)) >= patience)


def _finish(
    config: Config,
    folder: Path,
    model: keras.Model,
    task: Task,
    history: list[dict[str, float]],
) -> dict[str, Any]:
    """Writes what conversion needs, the pictures, and last the result."""
    files.replace(folder / rundir.MODEL, lambda path: model.save(path, include_optimizer=False))
    # An epoch number that training never reaches: ink as in training, but none it has seen.
    plan = Plan(config.ink.size, _CALIBRATION_FRAMES, config.seed)
    frames, _ = plan.draw(task.ink, config.epochs, 0)
    rundir.write_arrays(folder / rundir.CALIBRATION, frames=frames)
    packages = ("keras", "numpy", "opencv-python", keras.backend.backend())
    told = task.finish(model, folder)
    finished = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    # By run, as one that two teachers began with cost its time once.
    stages: dict[str, float | None] = {
        f"{folder.name} {finished}": sum(entry["seconds"] for entry in history)
    }
    teachers = config.teachers if isinstance(config, HangulConfig) else ()
    for network in dict.fromkeys(filter(None, (config.start, *teachers))):
        before, sources = earlier.told(Path(network))
        stages |= before
        told["sources"] = provenance.merged(sources, told["sources"])
    result = {
        "finished": finished,
        "epochs": len(history),
        "train_seconds": round(sum(filter(None, stages.values()))),
        "stages": stages,
        "parameters": model.count_params(),
        "backend": keras.backend.backend(),
        "versions": {name: importlib.metadata.version(name) for name in packages},
        **told,
    }
    files.write_json(folder / rundir.RESULT, result)
    return result
