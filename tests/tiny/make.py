"""Makes the tiny models that tests use, trained in seconds.

    python -m tests.tiny.make

writes model directories like those of the pad: tests/tiny/model (int8: integers in and out) and
tests/tiny/float (float32), which read three digits in 16 px, tests/tiny/jamo (int8), which reads
40 jamo alike, and tests/tiny/hangul (int8), which has the heads of `tests.tiny.syllables`. Needs
the `convert` extra; the tests that use them do not.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from convert import export, runs
from edge_app import bundle as bundles
from edge_app import hangul, samples
from edge_app.ink import InkSettings, frame_strokes
from tests.tiny import syllables

HERE = Path(__file__).parent
SETTINGS = InkSettings(size=16, margin=1)
LABELS = ("0", "1", "2")
JAMO = hangul.INITIALS + hangul.MEDIALS

_CARD = """# tiny

A model for the tests of hangul-pad, of no other use: it knows the bundled sample ink of three
digits. Made by `python -m tests.tiny.make`.
"""

_JAMO_CARD = """# tiny-jamo

A model for the tests of hangul-pad, of no other use: it knows the bundled sample ink of 40 jamo.
Made by `python -m tests.tiny.make`.
"""

_SYLLABLES_CARD = """# tiny-syllables

A model for the tests of hangul-pad, of no other use: it knows twelve syllables as
`tests.tiny.syllables` draws them. Made by `python -m tests.tiny.make`.
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        run = runs.read(write_run(Path(folder, "tiny-1")))
        for target, variant in (("model", "int8"), ("float", "float32")):
            export.convert_run(run, HERE / target, [variant], variant)
            (HERE / target / bundles.CARD_FILE).write_text(_CARD, encoding="utf-8")
        run = runs.read(write_run(Path(folder, "tiny-jamo-1"), "tiny-jamo", labels=JAMO))
        export.convert_run(run, HERE / "jamo", ["int8"], "int8")
        (HERE / "jamo" / bundles.CARD_FILE).write_text(_JAMO_CARD, encoding="utf-8")
        run = runs.read(syllables.write_run(Path(folder, "tiny-syllables-1")))
        export.convert_run(run, syllables.MODEL, ["int8"], "int8")
        (syllables.MODEL / bundles.CARD_FILE).write_text(_SYLLABLES_CARD, encoding="utf-8")


def write_run(
    folder: Path,
    name: str = "tiny",
    finished: str = "2026-01-01T00:00:00",
    labels: Sequence[str] = LABELS,
) -> Path:
    """Trains the tiny network and leaves a finished run in folder, as train/train.py would."""
    from convert import keras_model  # before Keras: it sets Keras's backend

    import keras  # isort: skip

    generator = np.random.default_rng(1)
    frames, classes = write_ink(generator, 200 * len(labels), labels)
    keras.utils.set_random_seed(1)
    ink = keras.Input((SETTINGS.size, SETTINGS.size, 1))
    x = ink
    for filters in (4, 8):
        x = keras.layers.Conv2D(filters, 3, strides=2, padding="same")(x)
        x = keras.layers.ReLU(6.0)(x)
    logits = keras.layers.Dense(len(labels))(keras.layers.Flatten()(x))
    model = keras.Model(ink, logits)
    model.compile(
        keras.optimizers.Adam(0.01), keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    )
    model.fit(frames[..., np.newaxis] / 255, classes, batch_size=50, epochs=8, verbose=0)

    folder.mkdir(parents=True)
    model.save(folder / "model.keras")
    np.savez(folder / "calibration.npz", frames=frames[:50])
    heldout, answers = write_ink(generator, 200, labels)
    group = np.where(np.arange(len(answers)) % 2, "odd", "even")
    np.savez(folder / "heldout.npz", frames=heldout, labels=answers, group=group)
    config = {
        "task": "tiny",
        "name": name,
        "labels": list(labels),
        "ink": SETTINGS.to_dict(),
        "seed": 1,
    }
    source = {"name": "Sample ink", "licence": "MIT", "samples": len(frames), "url": ""}
    result = {
        "finished": finished,
        "epochs": 8,
        "train_seconds": 5,
        "backend": "tensorflow",
        "versions": keras_model.versions(),
        "metrics": {},
        "sources": [source],
        "temperature": 1.5,
    }
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "result.json").write_text(json.dumps(result), encoding="utf-8")
    return folder


def write_ink(
    generator: np.random.Generator, count: int, labels: Sequence[str] = LABELS
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """The bundled samples of some labels, each bent a little: frames (n, 16, 16), indices (n,)."""
    originals = samples.fitting(labels)
    frames, classes = [], []
    for number in range(count):
        sample = originals[number % len(originals)]
        bend = np.eye(2) + generator.uniform(-0.25, 0.25, (2, 2))
        pen = SETTINGS.pen * generator.uniform(0.7, 1.5)
        framed = frame_strokes([stroke @ bend for stroke in sample.strokes], SETTINGS, pen)
        assert framed is not None
        frames.append(framed)
        classes.append(labels.index(sample.label))
    return np.stack(frames), np.array(classes, np.int64)


if __name__ == "__main__":
    main()
