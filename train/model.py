"""Networks. Each ends in logits and uses only operations that quantise to 8 bits without loss of
speed: convolution, depthwise convolution, batch normalisation (folded on conversion), ReLU6."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers


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
