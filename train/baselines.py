"""Networks of other people that read syllables, rebuilt to be compared with ours.

Each is its authors' network as far as they say, from the input's size to the output; only the ink
that comes in is ours. Parts that no source gives are named as assumed below. Sources:

ibm         IBM/tensorflow-hangul-recognition, hangul_model.py at commit 1c8da91.
inception   the diary of dowrave/Project01_HandWriting: Daily_log.md of 6 July 2022, "state 6", and
            the layers in main2_Korean_HandWriting/model_220707.py.
googlenet   H. Kim and Y. Chung, "Improved Handwritten Hangeul Recognition using Deep Learning based
            on GoogLenet", Journal of the Korea Contents Association 18(7), 2018, as the same
            diary's paper_summary.md describes it.
mobilenet   A. Howard et al., "Searching for MobileNetV3", ICCV 2019, by keras.applications.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import layers

from edge_app.hangul import KS_X_1001
from edge_app.syllables import HEADS
from train.config import BaselineConfig, NetConfig
from train.model import syllable_net

_WIDTHS = {
    "a": (32, 24, 32, 32, 48, 16),
    "b": (64, 48, 64, 64, 96, 32),
    "c": (128, 96, 128, 128, 192, 64),
}
"""Channels of the diary's Inception modules: of the 1x1 branch; the 3x3 branch's reduction and
itself; the double 3x3 branch's reduction and both of its convolutions; the pooled branch. Together
128, 256 and 512 channels."""


def network(size: int, net: NetConfig | BaselineConfig) -> keras.Model:
    """A new network of ours or of other people, for ink of size px; not compiled.

    Input: (size, size, 1) float32, paper 0, ink 1. Output: by `net.answers` a dict of the logits
    of `edge_app.syllables.HEADS`, or (2350,) logits of the syllables of KS X 1001.
    """
    if isinstance(net, NetConfig):
        return syllable_net(size, net)
    ink = keras.Input((size, size, 1), name="ink")
    features = BODIES[net.name](ink)
    if net.answers == "labels":
        outputs = layers.Dense(len(KS_X_1001), name="logits")(features)
    else:
        outputs = {head: layers.Dense(count, name=head)(features) for head, count in HEADS.items()}
    return keras.Model(ink, outputs, name=net.name)


def _ibm(x: Any) -> Any:
    """Three convolutions with max pooling, and a dense layer of 1,024: at 64 px 10.9 million
    parameters and 85 million multiply-adds. No normalisation; half is dropped before the output.
    """
    for filters, kernel in ((32, 5), (64, 5), (128, 3)):
        x = layers.Conv2D(filters, kernel, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D(2, padding="same")(x)
    x = layers.Dense(1024, activation="relu")(layers.Flatten()(x))
    return layers.Dropout(0.5)(x)


def _inception(x: Any) -> Any:
    """GoogLeNet (C. Szegedy et al., "Going deeper with convolutions", CVPR 2015) with five
    Inception modules, as the diary chose it in its sixth trial ("state 6"): at 60 px 3.3 million
    parameters, as it says itself, and 432 million multiply-adds.

    No normalisation but after the first pooling.
    """
    x = layers.Conv2D(64, 5, activation="relu")(x)
    x = layers.MaxPooling2D(3, 2, padding="same")(x)
    x = layers.BatchNormalization()(x)
    return _mean(_modules(x, ("ab", "bc", "c")))


def _googlenet(x: Any) -> Any:
    """GoogLeNet with the stem and the nine Inception modules of the 2018 paper: at 60 px 4.9
    million parameters and 604 million multiply-adds.

    Said: 60 px; convolution 5x5, normalisation, ReLU and max pooling 3x3/2; nine modules, whose 5x5
    branch is two 3x3; twice the channels before each pooling; 7x7x512 at the end, averaged; no
    auxiliary outputs. Assumed: GoogLeNet's own 2, 5 and 2 modules a stage, the channels of the
    diary, which rebuilt the paper, its dropout of 0.4, and normalisation in the modules as well:
    without it the diary's nine modules did not learn.
    """
    x = _convolution(x, 64, 5, True, padding="valid")
    x = layers.MaxPooling2D(3, 2, padding="same")(x)
    return _mean(_modules(x, ("ab", "bbbbc", "cc"), normalised=True))


def _mobilenet(x: Any) -> Any:
    """MobileNetV3-Small up to the 1,024 features that its classes are told from: at 48 px, with the
    heads of ours, 3.5 million parameters and 5.8 million multiply-adds.

    The minimalistic one, which its authors made for processors like the Pi's: ReLU in the place of
    hard-swish, which has no fast 8-bit kernel, no squeeze-and-excitation, no 5x5 convolutions.
    """
    body = keras.applications.MobileNetV3Small(
        input_tensor=x,
        input_shape=tuple(x.shape[1:]),
        minimalistic=True,
        include_top=False,
        include_preprocessing=False,
        weights=None,
        pooling="avg",
    )
    # Keras's own top, but for the classes: it can only be had with a single output.
    return layers.Dropout(0.2)(layers.Dense(1024, activation="relu")(body.output))


BODIES: dict[str, Callable[[Any], Any]] = {
    "ibm": _ibm,
    "inception": _inception,
    "googlenet": _googlenet,
    "mobilenet": _mobilenet,
}
"""By name, what makes of the ink (n, size, size, 1) the features (n, m) before the logits."""


def _modules(x: Any, stages: Sequence[str], normalised: bool = False) -> Any:
    """Stages of Inception modules of `_WIDTHS`, with a max pooling between two stages."""
    for number, stage in enumerate(stages):
        if number:
            x = layers.MaxPooling2D(3, 2, padding="same")(x)
        for kind in stage:
            x = _module(x, _WIDTHS[kind], normalised)
    return x


def _module(x: Any, widths: Sequence[int], normalised: bool) -> Any:
    """An Inception module whose 5x5 convolution is two of 3x3 (C. Szegedy et al., "Rethinking the
    Inception architecture for computer vision", CVPR 2016, figure 5)."""
    one, reduced, three, reduced_twice, twice, pooled = widths
    branches = [
        _convolution(x, one, 1, normalised),
        _chain(x, ((reduced, 1), (three, 3)), normalised),
        _chain(x, ((reduced_twice, 1), (twice, 3), (twice, 3)), normalised),
        _convolution(layers.MaxPooling2D(3, 1, padding="same")(x), pooled, 1, normalised),
    ]
    return layers.Concatenate()(branches)


def _chain(x: Any, convolutions: Sequence[tuple[int, int]], normalised: bool) -> Any:
    for filters, kernel in convolutions:
        x = _convolution(x, filters, kernel, normalised)
    return x


def _convolution(x: Any, filters: int, kernel: int, normalised: bool, padding: str = "same") -> Any:
    x = layers.Conv2D(filters, kernel, padding=padding, use_bias=not normalised)(x)
    return layers.ReLU()(layers.BatchNormalization()(x) if normalised else x)


def _mean(x: Any) -> Any:
    """The mean over the last map, of which 0.4 is dropped."""
    return layers.Dropout(0.4)(layers.GlobalAveragePooling2D()(x))
