"""Networks out of model directories: what ships can be trained further."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from edge_app import bundle as bundles
from edge_app import hangul
from train.config import DigitConfig, HangulConfig, JamoConfig

if TYPE_CHECKING:
    import keras

# Keras's way of reading a TensorFlow variable is one that numpy 2 wants spelled otherwise.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

NAMES = ("digits", "hangul", "jamo")


def fresh(name: str) -> keras.Model:
    """A new network of the shape of a bundled model."""
    from train.baselines import network
    from train.model import digit_net

    config = {"digits": DigitConfig, "hangul": HangulConfig, "jamo": JamoConfig}[name]()
    if isinstance(config, HangulConfig):
        return network(config.ink.size, config.net)
    return digit_net(config.ink.size, len(hangul.LABEL_SETS[name]))


def golden(name: str) -> tuple[Any, Any]:
    """Frames and what the bundled model said of them."""
    with np.load(bundles.MODELS / name / bundles.GOLDEN_FILE, allow_pickle=False) as stored:
        return stored["frames"], stored["logits"]


def answers(network: keras.Model, frames: Any, training: bool = False) -> Any:
    from edge_app.syllables import join
    from train.feed import to_input

    found = network(to_input(frames), training=training)
    if isinstance(found, dict):
        return join({head: np.asarray(one) for head, one in found.items()})
    return np.asarray(found)


@pytest.mark.parametrize("name", NAMES)
def test_a_bundled_model_becomes_a_network_again(name: str) -> None:
    from train import earlier

    network = earlier.load(bundles.MODELS / name, fresh(name))
    frames, logits = golden(name)
    found = answers(network, frames)
    # Of five heads the first will do.
    best, stated = (one[:, : len(hangul.INITIALS)].argmax(axis=1) for one in (found, logits))
    assert (best == stated).mean() > 0.98
    # The file rounds its activations to 8 bits, the network does not.
    assert np.abs(found - logits).mean() < 0.015 * logits.std()


@pytest.mark.parametrize("name", ["digits", "jamo"])  # without dropout
def test_statistics_change_nothing_but_how_it_trains(name: str) -> None:
    from train import earlier

    frames, _ = golden(name)
    network = earlier.load(bundles.MODELS / name, fresh(name))
    before = answers(network, frames)
    # Training moves the statistics, so this one is used up.
    far = np.abs(answers(network, frames, training=True) - before).mean()
    network = earlier.load(bundles.MODELS / name, fresh(name))
    earlier.renormalise(network, frames)
    np.testing.assert_allclose(answers(network, frames), before, atol=1e-4)
    near = np.abs(answers(network, frames, training=True) - before).mean()
    assert near < 1e-3 < far


def test_without_a_shape_the_known_ones_are_tried() -> None:
    from train import earlier

    network = earlier.load(bundles.MODELS / "hangul")
    assert network.count_params() == fresh("hangul").count_params()
    stages, (source,) = earlier.told(bundles.MODELS / "hangul")
    bundle, _ = bundles.load(bundles.MODELS / "hangul")
    assert stages == {f"the model hangul of {bundle.created}": None}
    assert bundle.sha256 in source["note"] and source["samples"] is None


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    from train import earlier

    for name, into in (("digits", None), ("digits", fresh("jamo")), ("hangul", fresh("digits"))):
        with pytest.raises(ValueError, match="its network is another"):
            earlier.load(bundles.MODELS / name, into)
    # The same shapes, and not what the file answered when it was exported.
    copy = Path(shutil.copytree(bundles.MODELS / "digits", tmp_path / "digits"))
    frames, logits = golden("digits")
    np.savez(copy / bundles.GOLDEN_FILE, frames=frames, logits=logits[:, ::-1])
    with pytest.raises(ValueError, match="its network is another"):
        earlier.load(copy, fresh("digits"))
    (copy / bundles.GOLDEN_FILE).write_bytes(b"none")
    with pytest.raises(ValueError, match=r"its golden\.npz cannot be read"):
        earlier.load(copy, fresh("digits"))
    (copy / bundles.MODEL_FILE).write_bytes(b"none")
    with pytest.raises(ValueError, match=r"model\.tflite: not a TensorFlow Lite model"):
        earlier.load(copy, fresh("digits"))
