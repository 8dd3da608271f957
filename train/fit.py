"""The training loop: epoch by epoch, so that a resumed run goes on exactly where it stopped."""

from __future__ import annotations

import datetime
import importlib.metadata
import sys
import time
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from train import files, report, rundir
from train.config import RunConfig
from train.digits import DigitInk, Frames
from train.feed import compiled, fit_epoch, to_input
from train.loader import Loader, Plan
from train.model import digit_net

_CALIBRATION_FRAMES = 512
"""Varied training samples kept for calibrating the quantisation."""


def fit(config: RunConfig, folder: Path, *, resume: bool = False) -> dict[str, Any]:
    """Trains a run in its folder and returns its result; with resume, goes on with it.

    Raises DataError for data that cannot be read and ValueError for a folder that does not
    hold what resuming needs.
    """
    keras.utils.set_random_seed(config.seed)
    ink = DigitInk(config)
    val = ink.part("val")
    steps = config.epoch_samples // config.batch
    checkpoint = folder / rundir.CHECKPOINT
    history: list[dict[str, float]] = []
    if resume and checkpoint.is_file():
        model = keras.models.load_model(checkpoint)
        history = rundir.read_json(folder / rundir.HISTORY)
        # The optimiser's step count is the truth; the history may be an epoch ahead of it.
        history = history[: int(model.optimizer.iterations) // steps]
    else:
        model = _build(config, steps)
    folder.mkdir(parents=True, exist_ok=True)
    files.write_json(folder / rundir.CONFIG, config.to_dict())
    log = report.TensorBoardLog(folder / "logs")
    plan = Plan(config.ink.size, config.batch, config.seed)
    one_hot = np.eye(len(config.labels), dtype=np.float32)
    with Loader(ink, plan, config.workers) as loader:
        for epoch in range(len(history), config.epochs):
            if _should_stop(history, config.patience):
                print(f"no better validation loss for {config.patience} epochs: stopping early")
                break
            started = time.monotonic()
            logs = fit_epoch(
                model,
                loader.batches(epoch, steps),
                steps,
                one_hot.__getitem__,
                verbose=1 if sys.stdout.isatty() else 0,
            )
            entry = {"epoch": epoch + 1, **logs, **_validate(model, val)}
            entry["seconds"] = time.monotonic() - started
            history.append(entry)
            files.write_json(folder / rundir.HISTORY, history)
            files.replace(checkpoint, model.save)
            log.write(entry)
            report.curves(history, folder / "curves.png")
            print(report.progress_line(history, config.epochs), flush=True)
    return _finish(config, folder, model, ink, val, history)


def _build(config: RunConfig, steps: int) -> keras.Model:
    model = digit_net(config.ink.size, len(config.labels), config.name)
    total = steps * config.epochs
    warmup = min(steps, total // 10)
    schedule = keras.optimizers.schedules.CosineDecay(
        config.learning_rate / 20,
        max(1, total - warmup),
        alpha=1e-3,
        warmup_target=config.learning_rate,
        warmup_steps=warmup,
    )
    model.compile(
        keras.optimizers.AdamW(schedule, weight_decay=config.weight_decay),
        keras.losses.CategoricalCrossentropy(
            from_logits=True, label_smoothing=config.label_smoothing
        ),
        metrics=["accuracy"],
        jit_compile=compiled(),
    )
    return model


def _should_stop(history: list[dict[str, float]], patience: int) -> bool:
    losses = [entry["val_loss"] for entry in history]
    return bool(patience and losses and len(losses) - 1 - int(np.argmin(losses)) >= patience)


def predict(model: keras.Model, frames: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Logits (n, classes) of frames (n, size, size) uint8."""
    return np.asarray(model.predict(to_input(frames), batch_size=256, verbose=0), np.float32)


def _validate(model: keras.Model, val: Frames) -> dict[str, float]:
    logits = predict(model, val.frames)
    found = {"val_loss": _cross_entropy(logits, val.labels)}
    for group in np.unique(val.group):
        mine = val.group == group
        found[str(group)] = float((logits[mine].argmax(1) == val.labels[mine]).mean())
    return found


def _cross_entropy(
    logits: npt.NDArray[np.float32], labels: npt.NDArray[np.int64], temperature: float = 1.0
) -> float:
    scaled = logits / temperature
    top = scaled.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(scaled - top).sum(axis=1)) + top[:, 0]
    return float((log_sum - scaled[np.arange(len(labels)), labels]).mean())


def _fit_temperature(logits: npt.NDArray[np.float32], labels: npt.NDArray[np.int64]) -> float:
    """The temperature under which logits give the likeliest probabilities (Guo et al. 2017)."""
    candidates = np.exp(np.linspace(np.log(0.25), np.log(4.0), 200))
    losses = [_cross_entropy(logits, labels, float(t)) for t in candidates]
    return float(candidates[int(np.argmin(losses))])


def _finish(
    config: RunConfig,
    folder: Path,
    model: keras.Model,
    ink: DigitInk,
    val: Frames,
    history: list[dict[str, float]],
) -> dict[str, Any]:
    """Writes what conversion needs, the pictures, and last the result."""
    files.replace(folder / rundir.MODEL, lambda path: model.save(path, include_optimizer=False))
    # An epoch number that training never reaches: ink as in training, but none it has seen.
    plan = Plan(config.ink.size, _CALIBRATION_FRAMES, config.seed)
    frames, _ = plan.draw(ink, config.epochs, 0)
    rundir.write_arrays(folder / rundir.CALIBRATION, frames=frames)
    test = ink.part("test")
    rundir.write_arrays(
        folder / rundir.HELDOUT, frames=test.frames, labels=test.labels, group=test.group
    )
    logits = predict(model, test.frames)
    report.confusion(logits.argmax(1), test, config.labels, folder / "confusion.png")
    metrics = {
        str(group): float(
            (logits[test.group == group].argmax(1) == test.labels[test.group == group]).mean()
        )
        for group in np.unique(test.group)
    }
    packages = ("keras", "numpy", "opencv-python", keras.backend.backend())
    result = {
        "finished": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "epochs": len(history),
        "train_seconds": round(sum(entry["seconds"] for entry in history)),
        "parameters": model.count_params(),
        "backend": keras.backend.backend(),
        "versions": {name: importlib.metadata.version(name) for name in packages},
        "metrics": metrics,
        "sources": ink.sources(),
        "temperature": _fit_temperature(predict(model, val.frames), val.labels),
    }
    files.write_json(folder / rundir.RESULT, result)
    return result
