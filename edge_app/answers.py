"""What the outputs of a model mean: the part of model.json that tells its kinds apart."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from edge_app import syllables
from edge_app.logits import softmax
from edge_app.syllables import Combination, Floats


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

    def log_scores(self, logits: Floats, prior: Floats | None = None) -> Floats:
        """What ranks the labels, (..., len(labels)), from raw outputs of that shape."""
        return logits

    def scores_of(self, logits: Floats, prior: Floats | None = None) -> Floats:
        """The probability of each label, (..., len(labels)), from raw outputs of that shape."""
        return softmax(logits, self.temperature)

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
    """How often each syllable is written.

    ``prior.npz`` holds as "log_prior" the natural logarithms of relative frequencies, (11172,)
    float16, in Unicode's order, none below `syllables.PRIOR_FLOOR` and none above 0.
    """

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

    def log_scores(self, logits: Floats, prior: Floats | None = None) -> Floats:
        """What ranks the labels, (..., len(labels)), from the heads end to end, (..., 2420)."""
        heads = syllables.split(logits)
        return syllables.log_scores(heads, self.combination, self.label_set, prior)

    def scores_of(self, logits: Floats, prior: Floats | None = None) -> Floats:
        """The probability of each label, (..., len(labels)), from the same."""
        heads = syllables.split(logits)
        return syllables.scores(heads, self.combination, self.label_set, prior)

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

KINDS: dict[str, type[LabelAnswers] | type[SyllableAnswers]] = {
    "labels": LabelAnswers,
    "syllables": SyllableAnswers,
}
"""The same by what model.json calls them under "answers"."""
