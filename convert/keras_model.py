"""Keras model to .tflite bytes, in each of the ways a model can be quantised."""

from __future__ import annotations

import io
import os
import tempfile
import warnings
import zipfile
from collections.abc import Sequence
from typing import Any

# Only the TensorFlow backend can export; a model saved under torch or JAX loads in it the same.
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from convert import FEATURES, INPUT, OUTPUT, RETRAIN, ConversionError, calibration
from convert.runs import Frames, Run
from edge_app import syllables
from edge_app.answers import Answers, LabelAnswers
from edge_app.hangul import KS_X_1001
from train import rundir

_SIGNATURE = "serving_default"

_LABELS_FILE = "labels.txt"


def load(run: Run) -> Any:
    """The run's Keras model. Raises ConversionError if it is damaged or is not the labels'."""
    path = run.folder / rundir.MODEL
    if keras.backend.backend() != "tensorflow":
        raise ConversionError(
            f"{path}: Keras already runs on {keras.backend.backend()} here; "
            f"convert in a process of its own"
        )
    try:
        model = keras.saving.load_model(path, compile=False)
    except Exception as error:  # Keras raises whatever its zip, JSON and HDF5 readers do
        raise ConversionError(f"{path}: cannot be loaded ({_reason(error)}); {RETRAIN}") from None
    side = run.ink.size
    counts = {name: (None, count) for name, count in run.answers.outputs.items()}
    outputs = counts[OUTPUT] if isinstance(run.answers, LabelAnswers) else counts
    expected = ((None, side, side, 1), outputs)
    # `output_shape` forgets the names.
    found = (model.input_shape, keras.tree.map_structure(lambda one: one.shape, model.output))
    if found != expected:
        raise ConversionError(
            f"{path}: takes {found[0]} and gives {found[1]}, but config.json asks for "
            f"{expected[0]} and {expected[1]}; {RETRAIN}"
        )
    return model


def features(model: Any) -> Any:
    """The layer that all heads of a loaded model are computed from, symbolically; else None.

    A model of labels has none: its logits are all that anybody asks of it.
    """
    if not isinstance(model.output, dict):
        return None
    before = [model.get_layer(name).input for name in model.output_names]
    return before[0] if all(one is before[0] for one in before) else None


def versions() -> dict[str, str]:
    """The software that converts, and its versions."""
    return {"keras": keras.__version__, "tensorflow": tf.__version__}


def predict(model: Any, frames: Frames) -> Any:
    """The Keras model's raw outputs for frames, (n, m) float32, as `Recognizer.logits` has them."""
    found = model.predict(calibration.as_input(frames), batch_size=256, verbose=0)
    return syllables.join(found) if isinstance(found, dict) else found


def convert(model: Any, run: Run, frames: Frames, variants: Sequence[str]) -> dict[str, bytes]:
    """The model as .tflite bytes, labels appended, for each name in variants.

    frames: calibration ink for the variants with quantised activations.
    Raises ConversionError when TensorFlow cannot convert the model.
    """
    files = {}
    with tempfile.TemporaryDirectory(prefix="hangul-pad-") as folder, warnings.catch_warnings():
        # TensorFlow's converter warns about its own innards, e.g. that its debugger uses the
        # interpreter that LiteRT replaces. Nothing of that concerns the file.
        warnings.simplefilter("ignore")
        _export(model, run.ink.size, folder)
        for variant in variants:
            try:
                content = _convert(folder, frames, variant)
            except Exception as error:  # the converter raises many types, some of its own
                raise ConversionError(
                    f"{run.folder}: TensorFlow cannot convert it to {variant} ({_reason(error)}); "
                    f"leave that variant out with --variant"
                ) from error
            files[variant] = _with_labels(content, run.answers)
    return files


def _export(model: Any, side: int, folder: str) -> None:
    """Writes a SavedModel with a fixed batch of one and named tensors.

    `ExportArchive` is the only exporter that keeps the names; `tf.saved_model.save` writes a
    Keras 3 model without its weights and does not say so.
    """

    given = model.output if isinstance(model.output, dict) else {OUTPUT: model.output}
    if (shared := features(model)) is not None:
        given = {**given, FEATURES: shared}
    # Keras would number it, and the number would be in the file.
    whole = keras.Model(model.input, given, name="whole")

    def outputs(ink: Any) -> Any:
        return whole(ink, training=False)

    archive = keras.export.ExportArchive()
    archive.track(whole)
    archive.add_endpoint(
        _SIGNATURE,
        outputs,
        input_signature=[tf.TensorSpec((1, side, side, 1), tf.float32, name=INPUT)],
    )
    archive.write_out(folder, verbose=False)


def _convert(folder: str, frames: Frames, variant: str) -> bytes:
    converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=[_SIGNATURE])
    if variant == "float32":
        return bytes(converter.convert())
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if variant == "float16":
        converter.target_spec.supported_types = [tf.float16]
    if variant in ("int8", "mixed"):
        converter.representative_dataset = calibration.representative(frames)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    if variant == "int8":
        converter.inference_input_type = tf.int8
        converter.inference_output_type = tf.int8
    if variant == "mixed":
        return _convert_but_last(converter, folder, frames)
    return bytes(converter.convert())


def _convert_but_last(converter: Any, folder: str, frames: Frames) -> bytes:
    """Full int8 but for the operations that compute the logits.

    256 levels over the whole range of the logits are too coarse to rank the runners-up, whose
    logits lie close together: they tie. The quantisation debugger is the converter's only way
    of leaving operations out; it knows an operation by the name of the tensor it writes.
    """
    plain = Interpreter(model_content=_convert(folder, frames, "float32"))
    written = plain.get_signature_runner(_SIGNATURE).get_output_details()
    debugger = tf.lite.experimental.QuantizationDebugger(
        converter=converter,
        debug_dataset=converter.representative_dataset,
        debug_options=tf.lite.experimental.QuantizationDebugOptions(
            denylisted_nodes=[one["name"] for name, one in written.items() if name != FEATURES]
        ),
    )
    return bytes(debugger.get_nondebug_quantized_model())


def _reason(error: Exception) -> str:
    """The first line of what an error says; TensorFlow and Keras go on with whole traces."""
    return str(error).strip().partition("\n")[0] or type(error).__name__


def _with_labels(content: bytes, answers: Answers) -> bytes:
    """The file with what its logits mean appended as a zip: labels.txt, or one text a head.

    TFLite's convention for files that belong to a model: every interpreter ignores what follows
    the flatbuffer, and any unzip finds it. Source: "Adding metadata to TensorFlow Lite models",
    on packing associated files.
    """
    buffer = io.BytesIO(content)
    with zipfile.ZipFile(buffer, "a") as archive:
        for name, labels in _meanings(answers).items():
            # ZipInfo's own fixed date: the same run gives the same bytes on any day.
            archive.writestr(zipfile.ZipInfo(name), "".join(f"{one}\n" for one in labels))
    return buffer.getvalue()


def _meanings(answers: Answers) -> dict[str, Sequence[str]]:
    if isinstance(answers, LabelAnswers):
        return {_LABELS_FILE: answers.labels}
    jamo = {
        f"{place}.txt": [one or "none" for one in all_] for place, all_ in syllables.JAMO.items()
    }
    return {**jamo, "syllable.txt": (*KS_X_1001, "other"), "valid.txt": ["valid"]}
