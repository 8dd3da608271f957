"""From a finished training run to a quantised, verified model directory for the pad."""

from __future__ import annotations

VARIANTS = {
    "float32": "everything as trained",
    "float16": "weights in 16-bit floats, computed in 32",
    "dynamic": "weights in 8-bit integers, activations quantised while it runs",
    "int8": "weights, activations and logits in 8-bit integers",
    "mixed": "as int8, but the last layer and its logits stay float",
}
"""How a file can be quantised: name and meaning."""

INPUT, OUTPUT = "ink", "logits"
"""Names of the tensors in a file's only signature. A model that reads syllables has several
outputs, under the names of `edge_app.syllables.HEADS`."""

FEATURES = "features"
"""The further output of such a file: what all its heads are computed from."""

RETRAIN = "train again with train/train.py"
"""The remedy for a run that is not what it should be."""


class ConversionError(Exception):
    """A run that cannot be converted; the message names the file, the reason and the remedy."""
