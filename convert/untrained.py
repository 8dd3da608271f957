"""Model directories of networks that learned nothing: their speed is that of trained ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from convert import OUTPUT, VARIANTS, ConversionError, export, package
from convert.runs import Run
from edge_app.answers import LabelAnswers, SyllableAnswers
from edge_app.ink import frame
from edge_app.syllables import HEADS, SETS
from train.calibrate import PLAIN
from train.config import NETS, HangulConfig, with_net

VARIANT = "mixed"
"""The variant where none is asked for: the one that syllable models are shipped as."""


def parse(text: str) -> tuple[str, str]:
    """A network of `train.config.NETS` and a variant of `VARIANTS`, from NAME or NAME:VARIANT.

    Raises ValueError for another.
    """
    name, _, variant = text.partition(":")
    variant = variant or VARIANT
    if name not in NETS or variant not in VARIANTS:
        raise ValueError(f"{text!r} is not NAME or NAME:VARIANT of {', '.join(NETS)}")
    return name, variant


def write(net: str, variant: str, inks: Sequence[npt.NDArray[np.uint8]], folder: Path) -> None:
    """Converts a network with random weights, as a trained one is, into a new folder.

    inks: pictures to calibrate with. Raises ConversionError.
    """
    try:
        from convert import keras_model  # before Keras: it sets Keras's backend
    except ImportError as error:
        raise ConversionError(
            f"{error.name or error} is missing: pip install 'hangul-pad[convert]'"
        ) from None
    from train.baselines import network

    config = HangulConfig(**with_net(net))
    frames = [framed for ink in inks if (framed := frame(ink, config.ink)) is not None]
    if config.answers == "labels":
        answers: LabelAnswers | SyllableAnswers = LabelAnswers(SETS[config.labels], OUTPUT, 1.0)
    else:
        heads = {head: head for head in HEADS}
        answers = SyllableAnswers(config.labels, heads, PLAIN, None)
    run = Run(
        folder=Path(f"untrained-{net}"),
        name=net,
        task=config.task,
        answers=answers,
        prior=None,
        ink=config.ink,
        config=config.to_dict(),
        result={},
    )
    model = network(config.ink.size, config.net)
    content = keras_model.convert(model, run, np.stack(frames), [variant])[variant]
    embeds = keras_model.features(model) is not None
    folder.mkdir()
    described = export.describe(run, variant, content, "random", embeds)
    package.write_model(folder, content, described, None)
