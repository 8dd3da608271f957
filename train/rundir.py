"""A run's folder: what is written when, so that a kill at any moment loses at most an epoch.

config.json        the `RunConfig`
history.json       one object an epoch
checkpoint.keras   network and optimiser after the last whole epoch
logs/              TensorBoard
curves.png, confusion.png
model.keras, calibration.npz, heldout.npz
prior.npz          of a run whose scores weigh how often syllables are written: log_prior, natural
                   logarithms of their relative frequencies, (11172,) floats in Unicode's order
result.json        written last: with it the run is finished
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from train.files import replace

CONFIG, HISTORY, CHECKPOINT, RESULT = (
    "config.json",
    "history.json",
    "checkpoint.keras",
    "result.json",
)
MODEL, CALIBRATION, HELDOUT = "model.keras", "calibration.npz", "heldout.npz"
PRIOR = "prior.npz"


def read_json(path: Path) -> Any:
    """A JSON file's value. Raises ValueError naming the file where it cannot be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from None


def write_arrays(path: Path, **arrays: Any) -> None:
    """Replaces an .npz file atomically."""
    replace(path, lambda place: np.savez_compressed(place, **arrays))
