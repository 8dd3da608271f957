"""What the pad can be asked to read, apart from any window: Hangul, digits, single jamo, or all.

A mode is named after the bundled model that reads for it, or is "auto": then every model reads
the same ink, and `merge` makes one answer of theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from edge_app import bundle as bundles
from edge_app.bundle import BundleError
from edge_app.ink import Stroke
from edge_app.memory.personal import Personal
from edge_app.recognizer import Prediction, Recognizer, jamo_probabilities, top_k
from edge_app.syllables import Floats

MODELS = ("hangul", "digits", "jamo")
"""The bundled models that modes are named after, in the order in which modes are offered."""

AUTO = "auto"
"""The mode that finds out by itself; there where there are models to choose between."""

MODES = (*MODELS, AUTO)

SURE = 0.5
"""Least score of a best answer that is shown as one, and not as a guess."""

_LIKE_DIGITS = frozenset("ㅇㅣㄹㄱ")
"""Jamo that are written like 0, 1, 2 and 7."""

_LETTER = 0.25
"""What such a jamo counts, over the digit, where both may be meant: people write numbers more often
than single letters. Chosen on the training part of what `train/evaluate.py auto` measures."""

_SUREST = 0.99
"""No model's word counts for more: it may never have seen ink of the other kinds."""

MISSING = {
    "hangul": ("한글 모델이 없어 한글은 읽지 못합니다", "No Hangul model: Hangul is not read"),
    "digits": ("숫자 모델이 없어 숫자는 읽지 못합니다", "No digit model: digits are not read"),
}
"""What to say, in Korean and English, where a bundled model is not there that should be."""


@dataclass(frozen=True)
class Reading:
    """What a mode made of some ink."""

    predictions: tuple[Prediction, ...] = ()
    """The likeliest answers, best first; none for empty ink."""
    jamo: Mapping[str, Floats] = field(default_factory=dict, compare=False)
    """Where a model of syllables read the ink, the probability of each jamo in each place, each
    judged by itself: by the places of `edge_app.syllables.JAMO` and in its order."""


@dataclass(frozen=True)
class Reader:
    """Models made ready to run, and what each mode makes of ink with them.

    Not thread-safe, as its models are not: give it to one thread and keep it there.
    """

    models: Mapping[str, Recognizer]
    """By the name of their mode; at least one."""
    missing: tuple[str, ...] = ()
    """Of `MISSING`, the models that were looked for and are not there."""
    personal: Personal | None = None
    """What is known of the person who writes; it has its say where syllables are read."""

    @property
    def modes(self) -> tuple[str, ...]:
        """The modes there are, in the order in which they are offered."""
        return (*self.models, AUTO) if len(self.models) > 1 else tuple(self.models)

    @property
    def first(self) -> str:
        """The mode to begin with: the one that leaves nothing out."""
        return self.modes[-1]

    def labels(self, mode: str) -> tuple[str, ...]:
        """All that a mode can answer. Raises KeyError for a mode that is not there."""
        models = self.models.values() if mode == AUTO else [self.models[mode]]
        return tuple(label for model in models for label in model.labels)

    def read(self, ink: Sequence[Stroke] | npt.NDArray[np.uint8], mode: str, k: int = 3) -> Reading:
        """The k likeliest answers of a mode, and what is known of their parts.

        Raises KeyError for a mode that is not there, and what `Recognizer.look` raises.
        """
        models = self.models if mode == AUTO else {mode: self.models[mode]}
        answers, jamo, syllable = {}, {}, 0.0
        for name, model in models.items():
            look = model.look(ink)
            if look is None:
                return Reading()
            outputs, scores = look
            if model.reads_syllables:
                jamo, syllable = jamo_probabilities(outputs.logits), float(scores.sum())
                if self.personal is not None:
                    scores, jamo = self.personal.correct(model, outputs, scores, jamo)
            answers[name] = top_k(scores, model.labels, k)
        best = merge(answers, syllable) if mode == AUTO else answers[mode]
        return Reading(tuple(best[:k]), jamo)

    def recognize(
        self, ink: Sequence[Stroke] | npt.NDArray[np.uint8], mode: str, k: int = 3
    ) -> list[Prediction]:
        """The k likeliest answers alone, best first; an empty list for empty ink."""
        return list(self.read(ink, mode, k).predictions)


def open_bundled(labels: str | None = None, threads: int = 1, runtime: str | None = None) -> Reader:
    """All the bundled models that modes are named after.

    labels: the syllables that the Hangul model may answer, and like the others as for
    `Recognizer`. Raises what that raises, BundleError where no model is bundled and ValueError
    for labels where no model reads syllables.
    """
    names = [name for name in MODELS if name in bundles.available()]
    if not names:
        raise BundleError(f"{bundles.MODELS}: holds no model for any mode; reinstall hangul-pad")
    if labels is not None and "hangul" not in names:
        raise ValueError(f"no Hangul model is here that could choose from the labels {labels!r}")
    models = {
        name: Recognizer(
            name, labels=labels if name == "hangul" else None, threads=threads, runtime=runtime
        )
        for name in names
    }
    return Reader(models, tuple(name for name in MISSING if name not in names))


def open_model(
    model: str | Path, labels: str | None = None, threads: int = 1, runtime: str | None = None
) -> Reader:
    """One model alone, whose own name is its mode. Takes and raises what `Recognizer` does."""
    recognizer = Recognizer(model, labels=labels, threads=threads, runtime=runtime)
    return Reader({recognizer.bundle.name: recognizer})


def merge(answers: Mapping[str, Sequence[Prediction]], syllable: float = 0.0) -> list[Prediction]:
    """One ranking of what several models say of the same ink, best first; scores sum to 1 at most.

    answers: of each model by its mode, best first, as it would give them alone. syllable: the
    probability, 0 to 1, that the ink is a syllable at all, which scores of "hangul" sum to.

    Those are probabilities already and stay as they are. The other models take for granted that
    the ink is of their kind, and share what is left, 1 - syllable. Nothing measures which of
    their kinds it is, but a model is seldom sure of ink of another kind, so each best score c is
    taken for the chance that this model is the right one. Only one is: its share is as c / (1 - c),
    by Bayes' rule over the cases in which one is right and the others are wrong. Where several
    are sure, all are shown; of 0 and ㅇ and their like the digit first, being written more often.
    """
    odds = {}
    for name, ranked in answers.items():
        if name != "hangul" and ranked:
            claim = min(ranked[0].score, _SUREST)
            odds[name] = claim / (1 - claim)
            if name == "jamo" and ranked[0].label in _LIKE_DIGITS:
                odds[name] *= _LETTER
    shares = {name: (1 - syllable) * each / sum(odds.values()) for name, each in odds.items()}
    shares["hangul"] = 1.0
    merged = [
        Prediction(label, score * shares[name])
        for name, ranked in answers.items()
        for label, score in ranked
    ]
    return sorted(merged, key=lambda one: -one.score)


def is_sure(predictions: Sequence[Prediction]) -> bool:
    """Whether the first of some answers is more than a guess; so is having nothing to answer."""
    return not predictions or predictions[0].score >= SURE
