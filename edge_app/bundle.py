"""A model directory: what it holds, and the checks it must pass before anything runs.

    model.tflite   the network (flatbuffer "TFL3"), labels.txt appended as a zip
    model.json     a `Bundle`: format, labels, ink settings, tensor names, checksum
    README.md      the model card
    golden.npz     sample ink and the answers this model gave when it was exported
    prior.npy      of some syllable models: how often each syllable is written

The exporter (`convert/to_tflite.py`) writes all of them at once; nobody renames files by hand.

A model has one output, a logit for each label, or it reads syllables by several heads: see
`edge_app.syllables`. The key "answers" of model.json says which, and is left out for the former.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from edge_app import syllables
from edge_app.ink import InkSettings
from edge_app.syllables import Combination, Floats

FORMAT = 1
"""Version of the directory's format; a reader refuses any other."""

MODELS = Path(__file__).with_name("models")
"""Where the bundled model directories lie."""

MODEL_FILE = "model.tflite"
DESCRIPTION_FILE = "model.json"
CARD_FILE = "README.md"
GOLDEN_FILE = "golden.npz"
PRIOR_FILE = "prior.npy"

_REINSTALL = "reinstall hangul-pad or export the model again with convert/to_tflite.py"


class BundleError(ValueError):
    """A model directory that cannot be used; the message names the file and the remedy."""


@dataclass(frozen=True)
class LabelAnswers:
    """One output, with a logit for each label."""

    labels: tuple[str, ...]
    """What each logit means, in the order of the output tensor."""
    output: str
    """Name of the output in the file's signature; shape (1, len(labels))."""
    temperature: float
    """Logits are divided by this before the softmax, so that scores are honest probabilities."""

    @property
    def outputs(self) -> dict[str, int]:
        """Names of the outputs in the file's signature, and how many logits each has."""
        return {self.output: len(self.labels)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> LabelAnswers:
        """Checked answers from parsed JSON. Raises ValueError saying what is wrong."""
        labels, temperature = data["labels"], data["temperature"]
        if not isinstance(data["output"], str):
            raise ValueError(f"output must be text, not {data['output']!r}")
        if not isinstance(labels, list) or not all(isinstance(x, str) and x for x in labels):
            raise ValueError("labels must be a list of non-empty texts")
        if len(labels) < 2 or len(set(labels)) != len(labels):
            raise ValueError("labels must be two or more, each once")
        if (
            isinstance(temperature, bool)
            or not isinstance(temperature, (int, float))
            or not math.isfinite(temperature)
            or temperature <= 0
        ):
            raise ValueError(f"temperature must be a positive number, not {temperature!r}")
        return cls(tuple(labels), data["output"], float(temperature))

    def to_dict(self) -> dict[str, Any]:
        """The answers as plain JSON values."""
        return {
            "labels": list(self.labels),
            "output": self.output,
            "temperature": self.temperature,
        }


@dataclass(frozen=True)
class Prior:
    """How often each syllable is written: `PRIOR_FILE`, (11172,) float16 natural logarithms of
    relative frequencies, in Unicode's order, from `syllables.PRIOR_FLOOR` to 0."""

    sha256: str
    """SHA-256 of the file, hexadecimal."""
    source: str
    """What the frequencies were counted in."""
    licence: str
    """The licence of that source."""

    @classmethod
    def from_dict(cls, data: Any) -> Prior:
        """A prior's description from parsed JSON. Raises ValueError saying what is wrong."""
        names = [field.name for field in fields(cls)]
        if not isinstance(data, dict) or sorted(data) != sorted(names):
            raise ValueError(f"prior must be null or an object of {', '.join(names)}")
        if not all(isinstance(value, str) and value for value in data.values()):
            raise ValueError("prior must say its sha256, source and licence as texts")
        return cls(**data)


@dataclass(frozen=True)
class SyllableAnswers:
    """Several heads, which `edge_app.syllables` combines into a score for each syllable."""

    label_set: str
    """Name in `syllables.SETS` of the syllables that are answered where nobody asks for others."""
    heads: Mapping[str, str]
    """For each of `syllables.HEADS`, the name of its output in the file's signature."""
    combination: Combination
    """How the heads are weighed."""
    prior: Prior | None
    """The syllables' frequencies in text, where the model weighs them."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The syllables of `label_set`, in order."""
        return syllables.SETS[self.label_set]

    @property
    def temperature(self) -> float:
        """What the combined log-scores are divided by before the softmax."""
        return self.combination.temperature

    @property
    def outputs(self) -> dict[str, int]:
        """Names of the outputs in the file's signature, and how many logits each has."""
        return {self.heads[head]: count for head, count in syllables.HEADS.items()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> SyllableAnswers:
        """Checked answers from parsed JSON. Raises ValueError saying what is wrong."""
        if data["label_set"] not in list(syllables.SETS):
            raise ValueError(
                f"label_set must be {' or '.join(syllables.SETS)}, not {data['label_set']!r}"
            )
        heads = data["heads"]
        if (
            not isinstance(heads, dict)
            or set(heads) != set(syllables.HEADS)
            or not all(isinstance(name, str) for name in heads.values())
            or len(set(heads.values())) != len(heads)
        ):
            raise ValueError(
                f"heads must name one output each for {', '.join(syllables.HEADS)}, not {heads!r}"
            )
        if not isinstance(data["combination"], dict):
            raise ValueError("combination must be an object of numbers")
        combination = Combination.from_dict(data["combination"])
        prior = None if data["prior"] is None else Prior.from_dict(data["prior"])
        if combination.prior and prior is None:
            raise ValueError(f"combination weighs a prior ({combination.prior}), but prior is null")
        return cls(data["label_set"], heads, combination, prior)

    def to_dict(self) -> dict[str, Any]:
        """The answers as plain JSON values."""
        return {
            "label_set": self.label_set,
            "heads": dict(self.heads),
            "combination": self.combination.to_dict(),
            "prior": None if self.prior is None else asdict(self.prior),
        }


Answers = LabelAnswers | SyllableAnswers
"""What the outputs of a model mean."""

_KINDS: dict[str, type[LabelAnswers] | type[SyllableAnswers]] = {
    "labels": LabelAnswers,
    "syllables": SyllableAnswers,
}

_ORDER = (
    *("format", "name", "answers", "labels", "label_set", "heads", "combination", "prior"),
    *("ink", "input", "output", "temperature", "quantization", "sha256", "created", "source"),
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
        if kind not in list(_KINDS):
            raise ValueError(f"answers must be {' or '.join(_KINDS)}, not {kind!r}")
        own = {field.name for field in fields(_KINDS[kind])}
        names = {field.name for field in fields(cls)} - {"answers"}
        if unknown := sorted(set(data) - own - names - {"answers"}):
            raise ValueError(f"unknown keys: {', '.join(unknown)}")
        if missing := sorted((own | names) - set(data)):
            raise ValueError(f"missing keys: {', '.join(missing)}")
        for key in ("name", "input", "quantization", "sha256", "created", "source"):
            if not isinstance(data[key], str):
                raise ValueError(f"{key} must be text, not {data[key]!r}")
        answers = _KINDS[kind].from_dict(data)
        if not isinstance(data["ink"], dict):
            raise ValueError("ink must be an object of ink settings")
        ink = InkSettings.from_dict(data["ink"])
        return cls(**{**{name: data[name] for name in names}, "answers": answers, "ink": ink})

    def to_dict(self) -> dict[str, Any]:
        """The description as plain JSON values."""
        plain = {field.name: getattr(self, field.name) for field in fields(self)}
        plain |= {"ink": self.ink.to_dict(), **self.answers.to_dict()}
        if isinstance(self.answers, LabelAnswers):
            del plain["answers"]
        else:
            plain["answers"] = "syllables"
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
        stored = np.load(io.BytesIO(content), allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise BundleError(f"{path}: not a NumPy array ({error}); {_REINSTALL}") from None
    shape = (len(syllables.SETS["all11172"]),)
    if not isinstance(stored, np.ndarray) or (stored.dtype, stored.shape) != (np.float16, shape):
        raise BundleError(f"{path}: not an array of {shape[0]} float16; {_REINSTALL}")
    # NaN passes neither comparison; anything lower would forbid a syllable.
    if not ((stored >= syllables.PRIOR_FLOOR) & (stored <= 0)).all():
        raise BundleError(
            f"{path}: holds values outside {syllables.PRIOR_FLOOR:g} to 0; {_REINSTALL}"
        )
    return stored.astype(np.float32)


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
