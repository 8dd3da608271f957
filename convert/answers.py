"""What the outputs of a run's network mean, and the prior of a run that has one.

A run of labels says them in config.json ("labels"), one by one or as the name of a set in
`edge_app.syllables.SETS`, and their temperature in result.json. A run of
syllables says in config.json "answers": "syllables" and as "labels" the name of a set in
`edge_app.syllables.SETS`; in result.json its "combination" (the numbers of
`edge_app.syllables.Combination`) and, if that weighs a prior, "prior": {"source", "licence"},
whose logarithms lie in prior.npz. Its network gives a dict of logits by the names of
`edge_app.syllables.HEADS`.
"""

from __future__ import annotations

import hashlib
import io
import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from convert import OUTPUT, RETRAIN, ConversionError
from edge_app import syllables
from edge_app.answers import Answers, LabelAnswers, SyllableAnswers
from train import rundir


def read(
    folder: Path,
    config: dict[str, Any],
    result: dict[str, Any],
    log_prior: npt.NDArray[Any] | None,
) -> tuple[Answers, bytes | None]:
    """What a run answers, and the content of its model directory's prior.npz, if any.

    log_prior: (11172,), of a run that has a prior. Raises ConversionError naming the file.
    """
    kind = config.get("answers", "labels")
    if kind == "labels":
        return _labels(folder, config, result), None
    if kind == "syllables":
        return _syllables(folder, config, result, log_prior)
    raise ConversionError(
        f"{folder / rundir.CONFIG}: answers must be labels or syllables, not {kind!r}; {RETRAIN}"
    )


def _labels(folder: Path, config: dict[str, Any], result: dict[str, Any]) -> LabelAnswers:
    labels, temperature = config.get("labels"), result.get("temperature", 1.0)
    if labels in list(syllables.SETS):
        labels = list(syllables.SETS[labels])
    if not isinstance(labels, list) or not all(isinstance(one, str) for one in labels):
        raise ConversionError(
            f"{folder / rundir.CONFIG}: labels must be a list of texts; {RETRAIN}"
        )
    if not isinstance(temperature, (int, float)) or not 0 < temperature < math.inf:
        raise ConversionError(
            f"{folder / rundir.RESULT}: temperature must be a positive number, "
            f"not {temperature!r}; {RETRAIN}"
        )
    return LabelAnswers(tuple(labels), OUTPUT, float(temperature))


def _syllables(
    folder: Path,
    config: dict[str, Any],
    result: dict[str, Any],
    log_prior: npt.NDArray[Any] | None,
) -> tuple[SyllableAnswers, bytes | None]:
    if config.get("labels") not in list(syllables.SETS):
        raise ConversionError(
            f"{folder / rundir.CONFIG}: labels must be {' or '.join(syllables.SETS)}, "
            f"not {config.get('labels')!r}; {RETRAIN}"
        )
    told = result.get("prior")
    content = None if log_prior is None else _stored(folder / rundir.PRIOR, log_prior)
    if content is not None and isinstance(told, dict):
        told = {**told, "sha256": hashlib.sha256(content).hexdigest()}
    data = {
        "label_set": config["labels"],
        "heads": {head: head for head in syllables.HEADS},
        "combination": result.get("combination"),
        "prior": told,
    }
    try:
        return SyllableAnswers.from_dict(data), content
    except ValueError as error:
        raise ConversionError(f"{folder / rundir.RESULT}: {error}; {RETRAIN}") from None


def _stored(path: Path, log_prior: npt.NDArray[Any]) -> bytes:
    """A run's log frequencies as a model directory keeps them: float16, none below the floor."""
    count = len(syllables.SETS["all11172"])
    if log_prior.shape != (count,) or log_prior.dtype.kind != "f":
        raise ConversionError(f"{path}: log_prior must be {count} floats; {RETRAIN}")
    if not (log_prior <= 0).all():  # NaN is not
        raise ConversionError(f"{path}: logarithms of frequencies must be at most 0; {RETRAIN}")
    buffer = io.BytesIO()
    floored = np.maximum(log_prior, syllables.PRIOR_FLOOR).astype(np.float16)
    np.savez_compressed(buffer, log_prior=floored)
    return buffer.getvalue()
