"""What a run shows of itself: a line an epoch, TensorBoard scalars, curves and confusions."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter

import edge_app
from train import files
from train.stream import Frames

_FONT = Path(edge_app.__file__).with_name("pad") / "fonts" / "NanumSquareRoundR.ttf"
"""Matplotlib's own has no Hangul."""


class TensorBoardLog:
    """Scalars for TensorBoard, written without TensorFlow, so under any backend."""

    def __init__(self, folder: Path) -> None:
        self._writer = EventFileWriter(str(folder))

    def write(self, entry: dict[str, float]) -> None:
        """Adds one epoch."""
        values = [
            Summary.Value(tag=key, simple_value=value)
            for key, value in entry.items()
            if key != "epoch"
        ]
        event = Event(
            wall_time=time.time(), step=int(entry["epoch"]), summary=Summary(value=values)
        )
        self._writer.add_event(event)
        self._writer.flush()


def progress_line(history: list[dict[str, float]], epochs: int) -> str:
    """The last epoch in a line, with the time left at the pace of the last five."""
    last = history[-1]
    pace = float(np.mean([entry["seconds"] for entry in history[-5:]]))
    left = round(pace * (epochs - last["epoch"]))
    shown = " ".join(
        f"{key} {value:.4f}" for key, value in last.items() if key not in ("epoch", "seconds")
    )
    return (
        f"epoch {last['epoch']:.0f}/{epochs} {shown} "
        f"({last['seconds']:.0f} s, {left // 60}:{left % 60:02} left)"
    )


def curves(history: list[dict[str, float]], path: Path) -> None:
    """Loss and error of every epoch as a PNG."""
    figure = Figure(figsize=(9, 4), layout="constrained")
    loss_axes, error_axes = figure.subplots(1, 2)
    epochs = [entry["epoch"] for entry in history]
    for key in history[0]:
        values = np.array([entry[key] for entry in history])
        if "loss" in key:
            loss_axes.plot(epochs, values, label=key)
        elif key not in ("epoch", "seconds"):
            error_axes.plot(epochs, 100 * (1 - values), label=key)
    loss_axes.set(xlabel="epoch", ylabel="cross-entropy", yscale="log")
    error_axes.set(xlabel="epoch", ylabel="error, %", yscale="log")
    for axes in (loss_axes, error_axes):
        axes.grid(alpha=0.3, which="both")
        axes.legend()
    _save(figure, path)


def confusion(
    answers: npt.NDArray[np.int64], test: Frames, labels: Sequence[str], path: Path
) -> None:
    """What was answered for what, held-out ink, a matrix for each group, as a PNG."""
    groups = [str(group) for group in np.unique(test.group)]
    side = max(5.5, 0.24 * len(labels))
    figure = Figure(figsize=((side + 0.5) * len(groups), side), layout="constrained")
    font = FontProperties(fname=_FONT)
    for axes, group in zip(figure.subplots(1, len(groups), squeeze=False)[0], groups, strict=True):
        mine = test.group == group
        table = np.zeros((len(labels), len(labels)), int)
        np.add.at(table, (test.labels[mine], answers[mine]), 1)
        misses = table - np.diag(np.diag(table))
        axes.imshow(misses, cmap="Reds", vmin=0, vmax=max(1, misses.max()))
        for (row, column), number in np.ndenumerate(table):
            if number:
                weight = "bold" if row == column else "normal"
                axes.text(column, row, number, ha="center", va="center", size=8, weight=weight)
        axes.set_xticks(range(len(labels)), labels, fontproperties=font)
        axes.set_yticks(range(len(labels)), labels, fontproperties=font)
        right = 100 * np.trace(table) / max(1, table.sum())
        axes.set(xlabel="answered", ylabel="written", title=f"{group}: {right:.2f} % right")
    _save(figure, path)


def _save(figure: Figure, path: Path) -> None:
    files.replace(path, lambda place: figure.savefig(place))
