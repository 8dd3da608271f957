"""From ink to answers: frame, quantise, invoke, dequantise, rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from edge_app import bundle as bundles
from edge_app import interpreter as runtimes
from edge_app import syllables
from edge_app.answers import Answers, LabelAnswers
from edge_app.bundle import BundleError
from edge_app.ink import Frame, Stroke, frame, frames
from edge_app.logits import softmax
from edge_app.syllables import Floats


class Prediction(NamedTuple):
    """One answer."""

    label: str
    """A digit or a Hangul syllable."""
    score: float
    """Probability, 0 to 1, that this is what was written."""


class Outputs(NamedTuple):
    """What a model computes of one frame."""

    logits: Floats
    """(m,) one for each label, or of a model that reads syllables its heads, end to end in the
    order of `syllables.HEADS`."""
    features: Floats | None
    """(n,) what those are linear in, of a model that gives it."""


class Look(NamedTuple):
    """What a recogniser makes of some ink."""

    outputs: Outputs
    """Of the ink as it is, but for the logits where it was looked at again."""
    scores: Floats
    """(len(labels),) the probability of every label."""


UNSURE = 0.9
"""Best score below which a model of syllables looks at ink again."""

SLANTS = (-8.0, 8.0)
"""Degrees by which the ink leans when it is looked at again."""


def mean_logits(looks: Sequence[Floats]) -> Floats:
    """What several looks at the same ink say together, of logits of one shape each.

    Their mean, which is the geometric mean of the probabilities that each head gives: what one
    look takes for likely by accident, another does not.
    """
    return np.asarray(np.mean(looks, axis=0, dtype=np.float32))


def top_k(scores: Floats, labels: Sequence[str], k: int = 3) -> list[Prediction]:
    """The k best of scores (n,) with their labels (n), best first; ties go to the lower index."""
    # k passes: sorting all of 11,172 would take longer than the rest of an answer.
    left, best = scores.copy(), []
    for _ in range(min(k, len(scores))):
        index = int(left.argmax())
        best.append(Prediction(labels[index], float(scores[index])))
        left[index] = -np.inf
    return best


def jamo_probabilities(logits: Floats) -> dict[str, Floats]:
    """The probability of each jamo in each place, by the places of `syllables.JAMO`.

    logits: (2420,) of a syllable model, as `Recognizer.logits` gives them. Each place is judged
    by itself: this is what a nearly right answer's one wrong jamo is found by.
    """
    heads = syllables.split(logits)
    return {place: softmax(heads[place]) for place in syllables.JAMO}


class Recognizer:
    """A model directory made ready to run.

    Not thread-safe, as its interpreter is not: give it to one thread and keep it there.
    """

    def __init__(
        self,
        model: str | Path = "digits",
        *,
        labels: str | None = None,
        prior: bool = True,
        second_look: bool = True,
        threads: int = 1,
        runtime: str | None = None,
        interpreter_factory: runtimes.InterpreterFactory | None = None,
    ) -> None:
        """Opens a bundled model by name, or a model directory by path.

        labels: of a model that reads syllables, which of them may be answered: "ks2350" (those of
        KS X 1001) or "all11172"; by default what the model directory says. prior: whether such a
        model may weigh how often a syllable is written. second_look: whether such a model may look
        at ink again of which it is unsure, see `look`.
        threads: of the interpreter; one is fastest for models this small. runtime: "litert" or
        "tflite-runtime", by default the first that is installed. interpreter_factory: another
        Interpreter class in their place.
        Raises BundleError (a ValueError) for a directory that cannot be used, ValueError for
        labels that the model has not got and RuntimeMissingError where no runtime is installed.
        """
        if threads < 1:
            raise ValueError(f"threads must be at least 1, not {threads}")
        self.directory = bundles.find(model)
        self.bundle, content = bundles.load(self.directory)
        self._answers, self._prior = self._choose(labels, prior)
        if interpreter_factory is None:
            self.runtime, interpreter_factory = runtimes.factory(runtime)
        else:
            self.runtime = getattr(interpreter_factory, "__module__", "injected")
        self._second_look = second_look and self.reads_syllables
        path = self.directory / bundles.MODEL_FILE
        try:
            self._interpreter = interpreter_factory(model_content=content, num_threads=threads)
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise BundleError(f"{path}: {self.runtime} cannot run it: {error}") from None
        self._input, self._outputs, self._features = self._check_tensors(path)

    def _choose(self, labels: str | None, prior: bool) -> tuple[Answers, Floats | None]:
        """What is to be answered, and the log prior of it where there is one."""
        answers = self.bundle.answers
        if isinstance(answers, LabelAnswers):
            if labels is not None:
                raise ValueError(
                    f"the model {self.bundle.name} reads no syllables: it has no labels {labels!r}"
                )
            return answers, None
        if labels is not None:
            if labels not in syllables.SETS:
                raise ValueError(f"unknown labels {labels!r}; known: {', '.join(syllables.SETS)}")
            answers = replace(answers, label_set=labels)
        # Checked even where it is not wanted: a damaged directory is refused.
        stored = bundles.load_prior(self.directory, answers.prior) if answers.prior else None
        return answers, stored if prior else None

    def _check_tensors(self, path: Path) -> tuple[_Tensor, list[_Tensor], _Tensor | None]:
        """Reads the tensors' facts from the file and holds them against the description."""
        inputs = self._interpreter.get_input_details()
        if len(inputs) != 1:
            raise BundleError(f"{path}: needs one input tensor, not {len(inputs)}")
        asked, features = self.bundle.answers.outputs, self.bundle.features
        named = [*asked, *([] if features is None else [features])]
        # Only a signature knows the outputs' names; their order is not to be relied on.
        signatures = self._interpreter.get_signature_list()
        for key, names in signatures.items():
            if names["inputs"] == [self.bundle.input] and set(names["outputs"]) == set(named):
                outputs = self._interpreter.get_signature_runner(key).get_output_details()
                break
        else:
            expected = {"inputs": [self.bundle.input], "outputs": named}
            raise BundleError(f"{path}: has no signature {expected}, only {signatures}")
        given = [_Tensor.of(inputs[0], path), *(_Tensor.of(outputs[name], path) for name in asked)]
        size = self.bundle.ink.size
        shapes = [(1, size, size, 1), *((1, count) for count in asked.values())]
        for tensor, shape in zip(given, shapes, strict=True):
            if tensor.shape != shape:
                raise BundleError(
                    f"{path}: a tensor has shape {tensor.shape}, but {bundles.DESCRIPTION_FILE} "
                    f"asks for {shape}"
                )
        embedding = None if features is None else _Tensor.of(outputs[features], path)
        if embedding is not None and (len(embedding.shape) != 2 or embedding.shape[0] != 1):
            raise BundleError(f"{path}: {features} has shape {embedding.shape}, not (1, n)")
        return given[0], given[1:], embedding

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of `scores`, in its order."""
        return self._answers.labels

    @property
    def reads_syllables(self) -> bool:
        """Whether its outputs are the heads of a syllable model."""
        return not isinstance(self._answers, LabelAnswers)

    def frame(self, ink: Sequence[Stroke] | npt.NDArray[np.uint8]) -> Frame | None:
        """What the model sees of the ink: (size, size) uint8, ink 255; None for empty ink."""
        return frame(ink, self.bundle.ink)

    def look(self, ink: Sequence[Stroke] | npt.NDArray[np.uint8]) -> Look | None:
        """What the model makes of ink, looking again where it is unsure; None for empty ink.

        A model of syllables whose best score is below `UNSURE` sees the ink twice more, leaning
        to the left and to the right, and the three looks are put together by `mean_logits`. That
        takes three times as long. Takes and raises what `recognize` does.
        """
        views = frames(ink, self.bundle.ink, (0.0, *SLANTS))
        framed = next(views)
        if framed is None:
            return None
        outputs = self.outputs(framed)
        scores = self.scores_of(outputs.logits)
        if self._second_look and scores.max() < UNSURE:
            looks = [outputs.logits, *(self.logits(one) for one in views if one is not None)]
            outputs = outputs._replace(logits=mean_logits(looks))
            scores = self.scores_of(outputs.logits)
        return Look(outputs, scores)

    def logits(self, framed: Frame) -> Floats:
        """The model's raw outputs for one (size, size) uint8 frame: `Outputs.logits` alone."""
        return self.outputs(framed).logits

    def outputs(self, framed: Frame) -> Outputs:
        """All that the model computes of one (size, size) uint8 frame."""
        self._interpreter.set_tensor(self._input.index, self._input.quantize(framed))
        self._interpreter.invoke()
        logits = np.concatenate([self._fetch(output) for output in self._outputs])
        return Outputs(logits, None if self._features is None else self._fetch(self._features))

    def _fetch(self, output: _Tensor) -> Floats:
        # get_tensor copies, so nothing here points into the interpreter's memory.
        found: Floats = output.dequantize(self._interpreter.get_tensor(output.index))[0]
        return found

    def log_scores(self, logits: Floats) -> Floats:
        """What ranks the labels, (..., len(labels)), from raw outputs (..., m)."""
        return self._answers.log_scores(logits, self._prior)

    def scores_of(self, logits: Floats) -> Floats:
        """The probability of every label, (..., len(labels)), from raw outputs (..., m)."""
        return self._answers.scores_of(logits, self._prior)

    def scores(self, ink: Sequence[Stroke] | npt.NDArray[np.uint8]) -> Floats | None:
        """The probability of every label, (len(labels),) float32; None for empty ink."""
        look = self.look(ink)
        return None if look is None else look.scores

    def recognize(
        self, ink: Sequence[Stroke] | npt.NDArray[np.uint8], k: int = 3
    ) -> list[Prediction]:
        """The k likeliest labels of the ink, best first; an empty list for empty ink.

        ink: a list of (n, 2) strokes (x right, y down, any unit), or one 2-D uint8 image of any
        size, in either polarity. Raises ValueError for other input or k below 1.
        """
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}")
        scores = self.scores(ink)
        return [] if scores is None else top_k(scores, self.labels, k)


@dataclass(frozen=True)
class _Tensor:
    """The facts of one tensor, as the .tflite file states them."""

    index: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    scale: float
    zero_point: int
    table: npt.NDArray[Any]
    """What each grey level (0 to 255, meaning 0.0 to 1.0) becomes in this tensor."""

    @classmethod
    def of(cls, details: dict[str, Any], path: Path) -> _Tensor:
        dtype = np.dtype(details["dtype"])
        scale, zero_point = details["quantization"]
        table = np.arange(256, dtype=np.float32) / np.float32(255)
        if dtype.kind in "iu":
            if not scale > 0:
                raise BundleError(f"{path}: an integer tensor without a quantisation scale")
            limits = np.iinfo(dtype)
            table = np.clip(np.rint(table / scale) + zero_point, limits.min, limits.max)
        elif dtype != np.float32:
            raise BundleError(f"{path}: tensors of type {dtype} are not supported")
        shape = tuple(int(side) for side in details["shape"])
        return cls(details["index"], shape, dtype, scale, zero_point, table.astype(dtype))

    def quantize(self, framed: Frame) -> npt.NDArray[Any]:
        return self.table[framed].reshape(self.shape)

    def dequantize(self, raw: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        if self.dtype.kind == "f":
            return np.asarray(raw, np.float32)
        return np.asarray((raw.astype(np.float32) - self.zero_point) * self.scale, np.float32)
