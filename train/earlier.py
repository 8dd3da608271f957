"""Networks that a run begins with or is taught by: those of finished runs, and models that ship.

A model directory holds no Keras network, but its .tflite file has the weights of one, perhaps in 8
bits, with the normalisation folded in: each convolution's kernel times the normalisation's scale,
and its shift as a bias. That is enough to go on from, so that nobody has to begin anew for the sake
of some more handwriting.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
import numpy.typing as npt

from edge_app import bundle as bundles
from edge_app.answers import LabelAnswers, SyllableAnswers
from edge_app.bundle import Bundle
from edge_app.syllables import Combination, join
from train import rundir
from train.config import NETS, NetConfig
from train.data import Source
from train.feed import to_input
from train.model import syllable_net
from train.operators import kind

Floats = npt.NDArray[np.float32]

_NORM = keras.layers.BatchNormalization

_ALIKE = 0.98
"""Least correlation of a network's logits with its file's: of the same one it is above 0.999."""


class _Weights(NamedTuple):
    """Of one operation of a .tflite file, as floats in Keras's layouts."""

    kernel: Floats
    """(height, width, in, out), depthwise (height, width, channels, 1), or dense (in, out)."""
    bias: Floats
    """(out,), zeros where the file has none."""
    output: int
    """Number of the tensor that it writes."""


def is_model(path: Path) -> bool:
    """Whether a path is a model directory rather than a run's folder."""
    return (path / bundles.DESCRIPTION_FILE).is_file()


def load(path: Path, into: keras.Model | None = None) -> keras.Model:
    """The network of a finished run, or of a model directory.

    That of a directory answers as its file does, but for the rounding of activations to 8 bits. To
    train it, `renormalise` it first. into: a new network that the directory's weights are to be
    given to, by default whichever of `train.config.NETS` they fit.
    Raises ValueError or OSError for a path that holds neither, or a model of another network.
    """
    if not is_model(path):
        return keras.models.load_model(path / rundir.MODEL, compile=False)
    bundle, content = bundles.load(path)
    weights, outputs = list(_weights(content)), _outputs(content)
    for network in _candidates(bundle) if into is None else [into]:
        heads = {layer: outputs.get(name, -1) for layer, name in _heads(network, bundle).items()}
        if _fill(network, weights, heads) and _answers_alike(network, path):
            return network
    raise ValueError("its network is another")


def told(path: Path) -> tuple[dict[str, float | None], list[dict[str, Any]]]:
    """What a result.json says of an earlier network: its "stages" and its "sources".

    Of a model directory nobody knows the time, None, nor the sources but by its card.
    """
    if is_model(path):
        bundle, _ = bundles.load(path)
        name = f"the model {bundle.name} of {bundle.created}"
        note = f"SHA-256 {bundle.sha256}; what it learned from, and for how long, its own card says"
        source = Source(name, "MIT; its own sources keep theirs", "")
        return {name: None}, [{**source.to_dict(0), "samples": None, "note": note}]
    result = rundir.read_json(path / rundir.RESULT)
    # What an older version wrote tells only the sum.
    return result.get("stages", {str(path): result["train_seconds"]}), result["sources"]


def combination(path: Path) -> Combination | None:
    """How a model directory weighs the heads of its network; None for any other path or model."""
    if not is_model(path):
        return None
    answers = bundles.load(path)[0].answers
    return answers.combination if isinstance(answers, SyllableAnswers) else None


def renormalise(network: keras.Model, frames: npt.NDArray[np.uint8]) -> None:
    """Gives normalisations the statistics of frames (n, size, size); what is computed stays.

    In training a normalisation goes by the batch: with other statistics than those that its own
    weights were learned with, a network would begin as a different one.
    """
    norms = [layer for layer in network.layers if isinstance(layer, _NORM)]
    before = keras.Model(network.input, [norm.input for norm in norms])
    for norm, seen in zip(norms, before.predict_on_batch(to_input(frames)), strict=True):
        gamma, beta, mean, variance = norm.get_weights()
        scale = gamma / np.sqrt(variance + norm.epsilon)
        shift = beta - scale * mean
        axes = tuple(range(seen.ndim - 1))
        mean, variance = seen.mean(axis=axes), seen.var(axis=axes)
        gamma = scale * np.sqrt(variance + norm.epsilon)
        norm.set_weights([gamma, shift + scale * mean, mean, variance])


def _candidates(bundle: Bundle) -> Iterable[keras.Model]:
    """New networks of the shapes that are known by name, for a model that reads syllables."""
    if isinstance(bundle.answers, LabelAnswers):
        return []
    shapes = (net for net in NETS.values() if isinstance(net, NetConfig))
    return (syllable_net(bundle.ink.size, net) for net in shapes)


def _heads(network: keras.Model, bundle: Bundle) -> dict[str, str]:
    """For each layer of a network that gives logits the name of its output in the file."""
    if isinstance(bundle.answers, LabelAnswers):
        return dict.fromkeys(network.output_names, bundle.answers.output)
    return dict(bundle.answers.heads)


def _fill(network: keras.Model, weights: list[_Weights], heads: dict[str, int]) -> bool:
    """Gives a network a file's weights; False, and perhaps half filled, where they do not fit.

    heads: the number of the tensor that each layer of logits writes. Their order is the file's
    own; everything before them is taken to be a chain, in the same order here and there.
    """
    kernels = [layer for layer in network.layers if getattr(layer, "kernel", None) is not None]
    norms = iter([layer for layer in network.layers if isinstance(layer, _NORM)])
    by_output = {one.output: one for one in weights}
    chain = iter([one for one in weights if one.output not in heads.values()])
    for layer in kernels:
        found = by_output.get(heads[layer.name]) if layer.name in heads else next(chain, None)
        if found is None or found.kernel.shape != tuple(layer.kernel.shape):
            return False
        if layer.use_bias or layer.name in heads:
            layer.set_weights([found.kernel, found.bias][: 1 + layer.use_bias])
        elif (norm := next(norms, None)) is None or norm.gamma.shape != found.bias.shape:
            return False
        else:
            one = np.ones_like(found.bias)
            layer.set_weights([found.kernel])
            norm.set_weights([one, found.bias, 0 * one, (1 - norm.epsilon) * one])
    return next(chain, None) is None and next(norms, None) is None


def _answers_alike(network: keras.Model, directory: Path) -> bool:
    """Whether a network answers the directory's golden frames as they were answered."""
    path = directory / bundles.GOLDEN_FILE
    try:
        with np.load(path, allow_pickle=False) as stored:
            frames, expected = stored["frames"], stored["logits"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"its {path.name} cannot be read: {error}") from None
    found = network.predict_on_batch(to_input(frames))
    logits = join(found) if isinstance(found, dict) else found
    same = np.corrcoef(logits.ravel(), expected.ravel())[0, 1]
    return bool(same > _ALIKE)


def _weights(content: bytes) -> Iterator[_Weights]:
    """The weights of every convolution and dense layer of a .tflite file, in its order.

    The file's layouts: convolution (out, height, width, in), depthwise (1, height, width, out),
    dense (out, in).
    """
    from ai_edge_litert import schema_py_generated as schema  # a second that --help need not wait

    kinds = schema.BuiltinOperator
    known = (kinds.CONV_2D, kinds.DEPTHWISE_CONV_2D, kinds.FULLY_CONNECTED)
    model = schema.Model.GetRootAs(content, 0)
    graph = model.Subgraphs(0)
    operators = [graph.Operators(number) for number in range(graph.OperatorsLength())]
    # In a float16 file an operation of its own makes floats of the weights.
    widened = {
        one.Outputs(0): one.Inputs(0) for one in operators if kind(model, one) == kinds.DEQUANTIZE
    }
    for one in operators:
        if kind(model, one) in known:
            kernel, *bias = (
                _floats(model, graph.Tensors(widened.get(number, number)))
                for number in one.InputsAsNumpy()[1:].tolist()
                if number >= 0  # what an operation does without
            )
            order = (1, 2, 3, 0) if kernel.ndim == 4 else (1, 0)
            kernel = kernel.transpose(order)
            outputs = graph.Tensors(one.Outputs(0)).ShapeAsNumpy()[-1]
            yield _Weights(
                kernel, bias[0] if bias else np.zeros(outputs, np.float32), one.Outputs(0)
            )


def _floats(model: Any, tensor: Any) -> Floats:
    """A constant tensor's numbers: scale times what is stored, which is symmetric around 0."""
    from ai_edge_litert import schema_py_generated as schema

    types = schema.TensorType
    stored = {types.FLOAT32: "<f4", types.FLOAT16: "<f2", types.INT32: "<i4", types.INT8: "i1"}
    content = model.Buffers(tensor.Buffer()).DataAsNumpy()
    found = np.frombuffer(content.tobytes(), stored[tensor.Type()])
    values = found.astype(np.float32).reshape(tensor.ShapeAsNumpy())
    quantization = tensor.Quantization()
    if quantization is None or not quantization.ScaleLength():
        return values
    scales = quantization.ScaleAsNumpy()
    along = [1] * values.ndim
    along[quantization.QuantizedDimension()] = len(scales)
    return np.asarray(values * scales.reshape(along), np.float32)


def _outputs(content: bytes) -> dict[str, int]:
    """The numbers of the tensors that hold a .tflite file's outputs, by their names."""
    from ai_edge_litert import schema_py_generated as schema

    signature = schema.Model.GetRootAs(content, 0).SignatureDefs(0)
    found = (signature.Outputs(number) for number in range(signature.OutputsLength()))
    return {one.Name().decode(): one.TensorIndex() for one in found}
