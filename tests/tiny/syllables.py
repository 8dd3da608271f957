"""A tiny network of the five heads that read syllables, trained on strokes laid out here.

It knows twelve syllables, four of them outside KS X 1001, and scribbles that are none.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from edge_app import hangul
from edge_app.ink import InkSettings, frame_strokes
from edge_app.syllables import HEADS, Combination

MODEL = Path(__file__).with_name("hangul")
"""The model directory that `tests.tiny.make` makes of it."""

SETTINGS = InkSettings(size=20, margin=1)
COMBINATION = Combination(jamo=0.5, syllable=0.5, prior=0.1, temperature=0.6, valid_temperature=1.5)
COMMON, RARE = "가나고노간난곤논", "갘낰곸놐"

Strokes = list[npt.NDArray[np.float64]]

_JAMO: dict[str, Sequence[Sequence[tuple[float, float]]]] = {
    "ㄱ": [[(0, 0), (1, 0), (1, 1)]],
    "ㄴ": [[(0, 0), (0, 1), (1, 1)]],
    "ㅋ": [[(0, 0), (1, 0), (1, 1)], [(0, 0.5), (1, 0.5)]],
    "ㅏ": [[(0, 0), (0, 1)], [(0, 0.5), (1, 0.5)]],
    "ㅗ": [[(0.5, 0), (0.5, 1)], [(0, 1), (1, 1)]],
}
"""The strokes of each jamo in a box of 1 by 1."""

_BOXES = {"ㅏ": ((0, 0, 45, 60), (70, 0, 20, 70)), "ㅗ": ((15, 0, 60, 30), (0, 40, 90, 25))}
"""For each medial, the boxes (left, top, width, height) of the initial and of itself."""

_FINAL = (15, 85, 65, 35)


def write(syllable: str) -> Strokes:
    """The strokes of one of the twelve syllables, in a box of about 90 by 120."""
    initial, medial, final = hangul.decompose(syllable)
    vowel = hangul.MEDIALS[medial]
    above, beside = _BOXES[vowel]
    placed = [(hangul.INITIALS[initial], above), (vowel, beside)]
    if final:
        placed.append((hangul.FINALS[final], _FINAL))
    return [np.array(stroke) * box[2:] + box[:2] for jamo, box in placed for stroke in _JAMO[jamo]]


def scribble(generator: np.random.Generator) -> Strokes:
    """A line to and fro that says nothing."""
    return [generator.uniform(0, 100, (12, 2))]


def write_ink(
    generator: np.random.Generator, count: int
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """The twelve syllables, each bent a little: frames (n, 20, 20), indices of SYLLABLES (n,)."""
    frames, labels = [], []
    for number in range(count):
        syllable = (COMMON + RARE)[number % 12]
        bend = np.eye(2) + generator.uniform(-0.15, 0.15, (2, 2))
        frames.append(_frame([stroke @ bend for stroke in write(syllable)]))
        labels.append(hangul.SYLLABLES.index(syllable))
    return np.stack(frames), np.array(labels, np.int64)


def write_run(folder: Path, name: str = "tiny-syllables") -> Path:
    """Trains the network and leaves a finished run in folder, as train/train.py would."""
    from convert import keras_model  # before Keras: it sets Keras's backend

    import keras  # isort: skip

    generator = np.random.default_rng(2)
    frames, labels = write_ink(generator, 720)
    scribbles = np.stack([_frame(scribble(generator)) for _ in range(240)])
    keras.utils.set_random_seed(2)
    ink = keras.Input((SETTINGS.size, SETTINGS.size, 1))
    x = ink
    for filters in (6, 8):
        x = keras.layers.Conv2D(filters, 3, strides=2, padding="same")(x)
        x = keras.layers.ReLU(6.0)(x)
    x = keras.layers.Dense(5)(keras.layers.Flatten()(x))
    # No bias: 2,351 of them would be a third of the file.
    heads = {head: keras.layers.Dense(count, use_bias=False)(x) for head, count in HEADS.items()}
    model = keras.Model(ink, heads)
    answers = _answers(labels)
    none = {head: np.zeros((len(scribbles), 1)) for head in HEADS}
    known = np.repeat([1.0, 0.0], [len(frames), len(scribbles)])
    weights = {head: np.ones(len(known)) if head == "valid" else known for head in HEADS}
    entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    losses = dict.fromkeys(HEADS, entropy)
    losses["valid"] = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.01), losses)
    model.fit(
        np.concatenate([frames, scribbles])[..., np.newaxis] / 255,
        {head: np.concatenate([answers[head], none[head]]) for head in HEADS},
        sample_weight=weights,
        batch_size=40,
        epochs=40,
        verbose=0,
    )

    folder.mkdir(parents=True)
    model.save(folder / "model.keras")
    np.savez(folder / "calibration.npz", frames=np.concatenate([frames[:60], scribbles[:20]]))
    heldout, right = write_ink(generator, 120)
    np.savez(
        folder / "heldout.npz", frames=heldout, labels=right, group=np.full(len(right), "drawn")
    )
    log_prior = np.full(len(hangul.SYLLABLES), -np.inf)
    log_prior[np.unique(labels)] = np.log(1 / 12)
    np.savez(folder / "prior.npz", log_prior=log_prior)
    config = {
        "task": "tiny",
        "name": name,
        "answers": "syllables",
        "labels": "all11172",
        "ink": SETTINGS.to_dict(),
        "seed": 2,
    }
    result = {
        "finished": "2026-01-01T00:00:00",
        "epochs": 40,
        "train_seconds": 10,
        "backend": "tensorflow",
        "versions": keras_model.versions(),
        "metrics": {},
        "sources": [{"name": "Drawn by a script", "licence": "MIT", "samples": len(frames)}],
        "combination": COMBINATION.to_dict(),
        "prior": {"source": "The twelve syllables, once each", "licence": "MIT"},
    }
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "result.json").write_text(json.dumps(result), encoding="utf-8")
    return folder


def _frame(strokes: Strokes) -> npt.NDArray[np.uint8]:
    framed = frame_strokes(strokes, SETTINGS)
    assert framed is not None
    return framed


def _answers(labels: npt.NDArray[np.int64]) -> dict[str, npt.NDArray[np.int64]]:
    """What each head should say, (n, 1), for indices of SYLLABLES."""
    written = [hangul.SYLLABLES[label] for label in labels]
    other = len(hangul.KS_X_1001)
    classes = {syllable: number for number, syllable in enumerate(hangul.KS_X_1001)}
    columns = {
        **hangul.Jamo(*np.transpose([hangul.decompose(one) for one in written]))._asdict(),
        "syllable": np.array([classes.get(one, other) for one in written]),
        "valid": np.ones(len(written), np.int64),
    }
    return {head: np.reshape(columns[head], (-1, 1)) for head in HEADS}
