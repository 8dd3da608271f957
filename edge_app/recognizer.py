"""From ink to answers: frame, quantise, invoke, dequantise, rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from edge_app import bundle as bundles
from edge_app import interpreter as runtimes
from edge_app.bundle import BundleError
from edge_app.ink import Frame, Stroke, frame


class Prediction(NamedTuple):
    """One answer."""

    label: str
    """A digit or a Hangul syllable."""
    score: float
    """Probability, 0 to 1, that this is what was written."""


def softmax(logits: npt.NDArray[np.float32], temperature: float = 1.0) -> npt.NDArray[np.float32]:
    """Probabilities over the last axis of logits divided by temperature."""
    scaled = logits / np.float32(temperature)
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)


def top_k(scores: npt.NDArray[np.float32], labels: Sequence[str], k: int = 3) -> list[Prediction]:
    """The k best of scores (n,) with their labels (n), best first; ties go to the lower index."""
    best = np.argsort(-scores, kind="stable")[:k]
    return [Prediction(labels[i], float(scores[i])) for i in best]


class Recognizer:
    """A model directory made ready to run.

    Not thread-safe, as its interpreter is not: give it to one thread and keep it there.
    """

    def __init__(
        self,
        model: str | Path = "digits",
        *,
        threads: int = 1,
        runtime: str | None = None,
        interpreter_factory: runtimes.InterpreterFactory | None = None,
    ) -> None:
        """Opens a bundled model by name, or a model directory by path.

        threads: of the interpreter; one is fastest for models this small. runtime: "litert" or
        "tflite-runtime", by default the first that is installed. interpreter_factory: another
        Interpreter class in their place.
        Raises BundleError (a ValueError) for a directory that cannot be used and
        RuntimeMissingError where no runtime is installed.
        """
        if threads < 1:
            raise ValueError(f"threads must be at least 1, not {threads}")
        self.directory = bundles.find(model)
        self.bundle, content = bundles.load(self.directory)
        if interpreter_factory is None:
            self.runtime, interpreter_factory = runtimes.factory(runtime)
        else:
            self.runtime = getattr(interpreter_factory, "__module__", "injected")
        path = self.directory / bundles.MODEL_FILE
        try:
            self._interpreter = interpreter_factory(model_content=content, num_threads=threads)
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise BundleError(f"{path}: {self.runtime} cannot run it: {error}") from None
        self._input, self._output = self._check_tensors(path)

    def _check_tensors(self, path: Path) -> tuple[_Tensor, _Tensor]:
        """Reads the tensors' facts from the file and holds them against the description."""
        inputs, outputs = (
            self._interpreter.get_input_details(),
            self._interpreter.get_output_details(),
        )
        size = self.bundle.ink.size
        if len(inputs) != 1 or len(outputs) != 1:
            raise BundleError(f"{path}: needs one input and one output tensor")
        signatures = self._interpreter.get_signature_list()
        expected = {"inputs": [self.bundle.input], "outputs": [self.bundle.output]}
        if expected not in list(signatures.values()):
            raise BundleError(f"{path}: has no signature {expected}, only {signatures}")
        given = _Tensor.of(inputs[0], path), _Tensor.of(outputs[0], path)
        shapes = ((1, size, size, 1), (1, len(self.bundle.labels)))
        for tensor, shape in zip(given, shapes, strict=True):
            if tensor.shape != shape:
                raise BundleError(
                    f"{path}: a tensor has shape {tensor.shape}, but {bundles.DESCRIPTION_FILE} "
                    f"asks for {shape}"
                )
        return given

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of `scores`, in its order."""
        return self.bundle.labels

    def frame(self, ink: Sequence[Stroke] | npt.NDArray[np.uint8]) -> Frame | None:
        """What the model sees of the ink: (size, size) uint8, ink 255; None for empty ink."""
        return frame(ink, self.bundle.ink)

    def logits(self, framed: Frame) -> npt.NDArray[np.float32]:
        """The model's raw outputs, (len(labels),) float32, for one (size, size) uint8 frame."""
        self._interpreter.set_tensor(self._input.index, self._input.quantize(framed))
        self._interpreter.invoke()
        # get_tensor copies, so nothing here points into the interpreter's memory.
        raw = self._interpreter.get_tensor(self._output.index)
        return np.asarray(self._output.dequantize(raw)[0], np.float32)

    def scores(
        self, ink: Sequence[Stroke] | npt.NDArray[np.uint8]
    ) -> npt.NDArray[np.float32] | None:
        """The probability of every label, (len(labels),) float32; None for empty ink."""
        framed = self.frame(ink)
        return None if framed is None else softmax(self.logits(framed), self.bundle.temperature)

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
