"""Networks. Each ends in logits and uses only operations that quantise to 8 bits without loss of
speed: convolution, depthwise convolution, batch normalisation (folded on conversion), ReLU6."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import layers

from edge_app.syllables import HEADS
from train.config import NetConfig


def digit_net(size: int, classes: int, name: str = "digits") -> keras.Model:
    """The network of the digit pad: about 106,000 parameters and 7.5 million multiply-adds.

    Input: (size, size, 1) float32, paper 0, ink 1; output: logits (classes,). The last
    convolution is a depthwise one as large as the map that is left: a weighted pooling that,
    unlike averaging, still knows where things were.
    """
    ink = keras.Input((size, size, 1), name="ink")
    x = _conv(ink, 24, kernel=5, strides=2)
    x = _residual(_conv(x, 32))
    x = _residual(_conv(x, 44, strides=2))
    x = _conv(x, 60, strides=2)
    x = layers.DepthwiseConv2D(x.shape[1], use_bias=False)(x)
    x = layers.ReLU(6.0)(_norm()(x))
    logits = layers.Dense(classes, name="logits")(layers.Flatten()(x))
    return keras.Model(ink, logits, name=name)


def syllable_net(size: int, net: NetConfig) -> keras.Model:
    """A network that reads syllables, of any shape; "student" of `train.config.NETS` has about
    0.95 million parameters and 54 million multiply-adds at 48 px.

    Input: (size, size, 1) float32, paper 0, ink 1; outputs: a dict of the logits of
    `edge_app.syllables.HEADS`. As in `digit_net`, nothing is averaged over the map: a depthwise
    convolution as large as the last map weighs where each of its channels was seen.
    """
    ink = keras.Input((size, size, 1), name="ink")
    x = _conv(ink, net.widths[0], kernel=5, strides=2)
    for stage, (width, blocks) in enumerate(zip(net.widths[1:], net.blocks, strict=True)):
        x = _conv(x, width, strides=2 if stage else 1)
        for _ in range(blocks):
            x = _residual(x)
    x = _conv(x, net.pooled, kernel=1)
    x = layers.DepthwiseConv2D(x.shape[1], use_bias=False)(x)
    x = layers.ReLU(6.0)(_norm()(x))
    x = layers.Dropout(net.dropout)(layers.Flatten()(x))
    x = layers.ReLU(6.0)(_norm()(layers.Dense(net.features, use_bias=False)(x)))
    heads = {head: layers.Dense(count, name=head)(x) for head, count in HEADS.items()}
    return keras.Model(ink, heads, name=net.name)


def multiply_adds(model: keras.Model) -> int:
    """Multiply-adds of one answer: of every layer, its weights times the places they are used at.

    Normalisation is folded into what comes before it on conversion, and biases are not counted.
    """
    total = 0
    for layer in model.layers:
        if (kernel := getattr(layer, "kernel", None)) is not None:
            total += math.prod(kernel.shape) * math.prod(layer.output.shape[1:-1])
    return total


def jamo_net(size: int) -> keras.Model:
    """A small network for comparing training ink: 0.6 million parameters, 8 million multiply-adds.

    Input: (size, size, 1) float32, paper 0, ink 1; outputs: logits of the initial (19,), the
    medial (21,) and the final (28,), in the order of `edge_app.hangul`. Nothing is pooled: which
    jamo a stroke belongs to is a question of where it is.
    """
    ink = keras.Input((size, size, 1), name="ink")
    x = _conv(ink, 24, kernel=5, strides=2)
    x = _residual(_conv(x, 32, strides=2))
    x = _residual(_conv(x, 64, strides=2))
    x = layers.Dropout(0.2)(layers.Flatten()(x))
    x = layers.ReLU(6.0)(_norm()(layers.Dense(192, use_bias=False)(x)))
    heads = {"initial": 19, "medial": 21, "final": 28}
    return keras.Model(ink, [layers.Dense(count, name=name)(x) for name, count in heads.items()])


def _conv(x: Any, filters: int, kernel: int = 3, strides: int = 1) -> Any:
    x = layers.Conv2D(filters, kernel, strides=strides, padding="same", use_bias=False)(x)
    return layers.ReLU(6.0)(_norm()(x))


def _residual(x: Any) -> Any:
    """Two convolutions beside a straight line past them, which keeps deep gradients alive."""
    inner = _conv(x, x.shape[-1])
    inner = layers.Conv2D(x.shape[-1], 3, padding="same", use_bias=False)(inner)
    inner = _norm()(inner)
    return layers.ReLU(6.0)(layers.Add()([x, inner]))


def _norm() -> Any:
    # Keras's own momentum of 0.99 still remembers the start after the few hundred steps of a
    # short run.
    return layers.BatchNormalization(momentum=0.95)
