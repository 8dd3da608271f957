"""A model directory: what it holds, and the checks it must pass before anything runs.

    model.tflite   the network (flatbuffer "TFL3"), labels.txt appended as a zip
    model.json     a `Bundle`: format, labels, ink settings, tensor names, checksum
    README.md      the model card
    golden.npz     sample ink and the answers this model gave when it was exported
    prior.npz      of some syllable models: how often each syllable is written

The exporter (`convert/to_tflite.py`) writes all of them at once; nobody renames files by hand.

A model has one output, a logit for each label, or it reads syllables by several heads: see
`edge_app.syllables`. The key "answers" of model.json says which, and is left out for the former.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from edge_app import syllables
from edge_app.answers import KINDS, Answers, LabelAnswers, Prior
from edge_app.ink import InkSettings
from edge_app.syllables import Floats

FORMAT = 1
"""Version of the directory's format; a reader refuses any other."""

MODELS = Path(__file__).with_name("models")
"""Where the bundled model directories lie."""

MODEL_FILE = "model.tflite"
DESCRIPTION_FILE = "model.json"
CARD_FILE = "README.md"
GOLDEN_FILE = "golden.npz"
PRIOR_FILE = "prior.npz"

_REINSTALL = "reinstall hangul-pad or export the model again with convert/to_tflite.py"


class BundleError(ValueError):
    """A model directory that cannot be used; the message names the file and the remedy."""


_ORDER = (
    *("format", "name", "answers", "labels", "label_set", "heads", "combination", "prior"),
    *("ink", "input", "output", "features", "temperature", "quantization", "sha256"),
    *("created", "source"),
)
"""The keys of model.json as they are written."""


@dataclass(frozen=True)
class Bundle:
    """``model.json``: everything about a model that its .tflite file cannot say.

    The keys of `answers` lie in it beside the others.
    """

    format: int
    """Version of this format, `FORMAT`."""
    name: str
    """Name of the model, e.g. "digits"."""
    answers: Answers
    """What the outputs mean; in JSON "labels" (or nothing) or "syllables"."""
    ink: InkSettings
    """How ink is framed for this model."""
    input: str
    """Name of the input in the file's signature; shape (1, size, size, 1), ink 1, paper 0."""
    quantization: str
    """How the file is quantised: "float32", "float16", "dynamic", "int8" or "mixed"."""
    sha256: str
    """SHA-256 of model.tflite, hexadecimal."""
    created: str
    """Date of the export, ISO 8601."""
    source: str
    """The training run behind it: its folder's name and the software's versions."""
    features: str | None = None
    """Name of a further output, (1, n), that the others are linear in: what the network saw in
    the ink, for `edge_app.memory`. In JSON left out where the file has none."""

    @property
    def labels(self) -> tuple[str, ...]:
        """What can be answered, in the order of the scores."""
        return self.answers.labels

    @property
    def temperature(self) -> float:
        """What log-scores are divided by before the softmax."""
        return self.answers.temperature

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Bundle:
        """A checked Bundle from parsed JSON. Raises ValueError saying what is wrong."""
        if data.get("format") != FORMAT:
            raise ValueError(
                f"its format is {data.get('format')!r}, this version reads format {FORMAT}"
            )
        kind = data.get("answers", "labels")
        if kind not in list(KINDS):
            raise ValueError(f"answers must be {' or '.join(KINDS)}, not {kind!r}")
        own = {field.name for field in fields(KINDS[kind])}
        names = {field.name for field in fields(cls)} - {"answers", "features"}
        if unknown := sorted(set(data) - own - names - {"answers", "features"}):
            raise ValueError(f"unknown keys: {', '.join(unknown)}")
        if missing := sorted((own | names) - set(data)):
            raise ValueError(f"missing keys: {', '.join(missing)}")
        for key in ("name", "input", "quantization", "sha256", "created", "source"):
            if not isinstance(data[key], str):
                raise ValueError(f"{key} must be text, not {data[key]!r}")
        answers = KINDS[kind].from_dict(data)
        features = data.get("features")
        if "features" in data and (not isinstance(features, str) or features in answers.outputs):
            raise ValueError(f"features must name an output of its own, not {features!r}")
        if not isinstance(data["ink"], dict):
            raise ValueError("ink must be an object of ink settings")
        ink = InkSettings.from_dict(data["ink"])
        given = {name: data[name] for name in names}
        return cls(**{**given, "answers": answers, "ink": ink, "features": features})

    def to_dict(self) -> dict[str, Any]:
        """The description as plain JSON values."""
        plain = {field.name: getattr(self, field.name) for field in fields(self)}
        plain |= {"ink": self.ink.to_dict(), **self.answers.to_dict()}
        if isinstance(self.answers, LabelAnswers):
            del plain["answers"]
        else:
            plain["answers"] = "syllables"
        if self.features is None:
            del plain["features"]
        return {key: plain[key] for key in sorted(plain, key=_ORDER.index)}


def available() -> list[str]:
    """Names of the bundled models, sorted."""
    return sorted(path.parent.name for path in MODELS.glob(f"*/{DESCRIPTION_FILE}"))


def find(model: str | Path) -> Path:
    """The directory of a bundled model's name or of a path. Raises BundleError if there is none."""
    if isinstance(model, str) and (MODELS / model / DESCRIPTION_FILE).is_file():
        return MODELS / model
    path = Path(model)
    if path.is_dir():
        return path
    names = ", ".join(available()) or "none"
    raise BundleError(f"{path}: no such model directory; bundled models: {names}")


def load(directory: Path) -> tuple[Bundle, bytes]:
    """Reads and checks a model directory: its description and the bytes of its model.

    Raises BundleError, naming the file, for anything missing, damaged or foreign.
    """
    description = directory / DESCRIPTION_FILE
    try:
        data = json.loads(description.read_text(encoding="utf-8"))
        if not isinstance(data, dict):
            raise ValueError("it holds no JSON object")
        bundle = Bundle.from_dict(data)
    except OSError as error:
        raise BundleError(f"{description}: {error.strerror}; {_REINSTALL}") from None
    except ValueError as error:  # also JSON and UTF-8 errors
        raise BundleError(f"{description}: {error}; {_REINSTALL}") from None
    path = directory / MODEL_FILE
    content = _read(path)
    if content[4:8] != b"TFL3":
        raise BundleError(f"{path}: not a TensorFlow Lite model; {_REINSTALL}")
    _check_sum(path, content, bundle.sha256)
    return bundle, content


def load_prior(directory: Path, prior: Prior) -> Floats:
    """Reads and checks a model directory's prior: (11172,) float32, as `Prior` describes it.

    Raises BundleError, naming the file, if it is missing, damaged or no prior.
    """
    path = directory / PRIOR_FILE
    content = _read(path)
    _check_sum(path, content, prior.sha256)
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            stored = archive["log_prior"]
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise BundleError(f"{path}: holds no log_prior ({error}); {_REINSTALL}") from None
    shape = (len(syllables.SETS["all11172"]),)
    if (stored.dtype, stored.shape) != (np.float16, shape):
        raise BundleError(f"{path}: log_prior is not {shape[0]} float16; {_REINSTALL}")
    # NaN passes neither comparison; anything lower would forbid a syllable.
    if not ((stored >= syllables.PRIOR_FLOOR) & (stored <= 0)).all():
        raise BundleError(
            f"{path}: holds values outside {syllables.PRIOR_FLOOR:g} to 0; {_REINSTALL}"
        )
    return np.asarray(stored, np.float32)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BundleError(f"{path}: {error.strerror}; {_REINSTALL}") from None


def _check_sum(path: Path, content: bytes, sha256: str) -> None:
    if hashlib.sha256(content).hexdigest() != sha256:
        raise BundleError(
            f"{path}: does not match the checksum in {DESCRIPTION_FILE} "
            f"(damaged, or from another export); {_REINSTALL}"
        )
