"""A model directory: what it holds, and the checks it must pass before anything runs.

    model.tflite   the network (flatbuffer "TFL3"), labels.txt appended as a zip
    model.json     a `Bundle`: format, labels, ink settings, tensor names, checksum
    README.md      the model card
    golden.npz     sample ink and the answers this model gave when it was exported

The exporter (`convert/to_tflite.py`) writes all four at once; nobody renames files by hand.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from edge_app.ink import InkSettings

FORMAT = 1
"""Version of the directory's format; a reader refuses any other."""

MODELS = Path(__file__).with_name("models")
"""Where the bundled model directories lie."""

MODEL_FILE = "model.tflite"
DESCRIPTION_FILE = "model.json"
CARD_FILE = "README.md"
GOLDEN_FILE = "golden.npz"

_REINSTALL = "reinstall hangul-pad or export the model again with convert/to_tflite.py"


class BundleError(ValueError):
    """A model directory that cannot be used; the message names the file and the remedy."""


@dataclass(frozen=True)
class Bundle:
    """``model.json``: everything about a model that its .tflite file cannot say."""

    format: int
    """Version of this format, `FORMAT`."""
    name: str
    """Name of the model, e.g. "digits"."""
    labels: tuple[str, ...]
    """What each output means, in the order of the output tensor."""
    ink: InkSettings
    """How ink is framed for this model."""
    input: str
    """Name of the input in the file's signature; shape (1, size, size, 1), ink 1, paper 0."""
    output: str
    """Name of the output in the file's signature: logits, shape (1, len(labels))."""
    temperature: float
    """Logits are divided by this before the softmax, so that scores are honest probabilities."""
    quantization: str
    """How the file is quantised: "float32", "float16", "dynamic", "int8" or "mixed"."""
    sha256: str
    """SHA-256 of model.tflite, hexadecimal."""
    created: str
    """Date of the export, ISO 8601."""
    source: str
    """The training run behind it: its folder's name and the software's versions."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Bundle:
        """A checked Bundle from parsed JSON. Raises ValueError saying what is wrong."""
        if data.get("format") != FORMAT:
            raise ValueError(
                f"its format is {data.get('format')!r}, this version reads format {FORMAT}"
            )
        names = {field.name for field in fields(cls)}
        if unknown := sorted(set(data) - names):
            raise ValueError(f"unknown keys: {', '.join(unknown)}")
        if missing := sorted(names - set(data)):
            raise ValueError(f"missing keys: {', '.join(missing)}")
        for key in ("name", "input", "output", "quantization", "sha256", "created", "source"):
            if not isinstance(data[key], str):
                raise ValueError(f"{key} must be text, not {data[key]!r}")
        labels = data["labels"]
        if not isinstance(labels, list) or not all(isinstance(x, str) and x for x in labels):
            raise ValueError("labels must be a list of non-empty texts")
        if len(labels) < 2 or len(set(labels)) != len(labels):
            raise ValueError("labels must be two or more, each once")
        temperature = data["temperature"]
        if (
            isinstance(temperature, bool)
            or not isinstance(temperature, (int, float))
            or not math.isfinite(temperature)
            or temperature <= 0
        ):
            raise ValueError(f"temperature must be a positive number, not {temperature!r}")
        if not isinstance(data["ink"], dict):
            raise ValueError("ink must be an object of ink settings")
        return cls(
            **{
                **data,
                "labels": tuple(labels),
                "ink": InkSettings.from_dict(data["ink"]),
                "temperature": float(temperature),
            }
        )

    def to_dict(self) -> dict[str, Any]:
        """The description as plain JSON values."""
        plain = {field.name: getattr(self, field.name) for field in fields(self)}
        return {**plain, "labels": list(self.labels), "ink": self.ink.to_dict()}


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
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BundleError(f"{path}: {error.strerror}; {_REINSTALL}") from None
    if content[4:8] != b"TFL3":
        raise BundleError(f"{path}: not a TensorFlow Lite model; {_REINSTALL}")
    if hashlib.sha256(content).hexdigest() != bundle.sha256:
        raise BundleError(
            f"{path}: does not match the checksum in {DESCRIPTION_FILE} "
            f"(damaged, or from another export); {_REINSTALL}"
        )
    return bundle, content
