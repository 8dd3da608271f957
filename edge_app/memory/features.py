"""What the model made of the kept samples, beside them, so that a start need not ask it again."""

from __future__ import annotations

import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np

from edge_app import files
from edge_app.memory.habits import CANDIDATES, Experience, Habits

FILE = "features.npz"
"""The file's name: "model", the SHA-256 of model.tflite, and the fields of `Experience`, one row
for each sample, whose id is in "numbers"."""

_PRIVATE = 0o600


def save(folder: Path, model: str, habits: Habits) -> None:
    """Replaces the file at once. model: SHA-256 of the model's file. Raises OSError."""
    numbers, kept = habits.numbers(), habits.experiences()
    if not kept:
        erase(folder)
        return

    def write(path: Path) -> None:
        np.savez(
            path,
            model=np.array(model),
            numbers=np.array(numbers),
            features=np.stack([one.features for one in kept]),
            answers=np.stack([one.answers for one in kept]),
            log_scores=np.stack([one.log_scores for one in kept]),
            labels=np.array([one.label for one in kept]),
        )

    files.replace(folder / FILE, write, _PRIVATE)


def load(folder: Path, model: str) -> dict[int, Experience]:
    """What was saved for a model, by the samples' ids; nothing where there is no such file.

    A damaged file counts as none.
    """
    with suppress(OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        with (folder / FILE).open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            if str(file["model"]) != model or file["answers"].shape[1:] != (CANDIDATES,):
                return {}
            columns = [file[name] for name in ("features", "answers", "log_scores", "labels")]
            numbers = file["numbers"].tolist()
        return {
            number: Experience(features, answers, log_scores, int(label))
            for number, features, answers, log_scores, label in zip(numbers, *columns, strict=True)
        }
    return {}


def erase(folder: Path) -> None:
    """Removes the file and what a kill left of one. Raises OSError."""
    for path in (folder / FILE, *folder.glob(f"{files.spare(FILE)}*")):
        path.unlink(missing_ok=True)
