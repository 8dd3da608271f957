"""One run on its whole way: convert, verify, choose, write."""

from __future__ import annotations

import datetime
import hashlib
import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from convert import FEATURES, INPUT, ConversionError, card, golden, package, runs, verify
from convert.runs import Run
from convert.verify import Figures, Gate
from edge_app import bundle as bundles
from edge_app.bundle import Bundle, BundleError
from edge_app.recognizer import Recognizer
from train.config import NETS, BaselineConfig


def convert_run(run: Run, target: Path, tried: Sequence[str], choice: str | None) -> None:
    """Converts a run to every variant tried, prints how they do, and writes one of them.

    target: the model directory to write. choice: the variant to write; None leaves it to the
    figures. Raises ConversionError if none, or not the chosen one, passes the gate.
    """
    try:
        from convert import keras_model  # TensorFlow: seconds that --help need not wait for
    except ImportError as error:
        raise ConversionError(
            f"{error.name or error} is missing: pip install 'hangul-pad[convert]'"
        ) from None
    calibration, heldout = runs.calibration(run), runs.heldout(run)
    model = keras_model.load(run)
    print(f"{run.folder}: converting to {', '.join(tried)}", flush=True)
    reference = keras_model.predict(model, heldout.frames)
    # float32 is the measure of latency, so it is made whether or not it may be chosen.
    made = list(dict.fromkeys((verify.REFERENCE, *tried)))
    files = keras_model.convert(model, run, calibration, made)
    software = ", ".join(f"{name} {version}" for name, version in keras_model.versions().items())
    embeds = keras_model.features(model) is not None
    described = {
        name: describe(run, name, content, software, embeds) for name, content in files.items()
    }
    with tempfile.TemporaryDirectory(prefix="hangul-pad-") as folder:
        recognizers = {
            name: _open(Path(folder, name), content, described[name], run)
            for name, content in files.items()
        }
        sizes = {name: len(content) for name, content in files.items()}
        figures = verify.measure(recognizers, sizes, reference, heldout)
        print(verify.aligned(verify.rows(figures)), flush=True)
        gate = _gate(run)
        chosen = _choose(run, figures, gate, tried, choice)
        vectors = golden.make(recognizers[chosen])
    text = card.write(run, described[chosen], figures, gate, vectors, len(heldout.frames))
    package.publish(target, files[chosen], described[chosen], run.prior, text, vectors)
    print(
        f"{target}: written, {chosen}, {figures[chosen].size_kib:.1f} KiB; it reads "
        f"{vectors.read_right} of the {len(vectors.labels)} golden inks right"
    )


def describe(run: Run, variant: str, content: bytes, software: str, embeds: bool = False) -> Bundle:
    """The description (model.json) of one variant's file.

    software: what converted it, with versions. embeds: whether the file gives its features.
    """
    return Bundle(
        format=bundles.FORMAT,
        name=run.name,
        answers=run.answers,
        ink=run.ink,
        input=INPUT,
        quantization=variant,
        sha256=hashlib.sha256(content).hexdigest(),
        created=datetime.date.today().isoformat(),
        source=f"run {run.folder.name}, converted with {software}",
        features=FEATURES if embeds else None,
    )


def _open(folder: Path, content: bytes, bundle: Bundle, run: Run) -> Recognizer:
    """Opens a variant as the pad would, from a folder of its own."""
    folder.mkdir()
    package.write_model(folder, content, bundle, run.prior)
    try:
        return Recognizer(folder, runtime="litert")
    except BundleError as error:
        raise ConversionError(
            f"{run.folder}: its {bundle.quantization} file does not run ({error}); "
            f"leave that variant out with --variant"
        ) from None


def _gate(run: Run) -> Gate:
    gate = verify.GATES.get(run.task, Gate())
    net = run.config.get("net")
    # Other people's networks are converted to be compared with ours, not to be shipped.
    if isinstance(net, dict) and isinstance(NETS.get(net.get("name", "")), BaselineConfig):
        return replace(gate, size_kib=math.inf)
    return gate


def _choose(
    run: Run,
    figures: Mapping[str, Figures],
    gate: Gate,
    tried: Sequence[str],
    choice: str | None,
) -> str:
    """The variant to write. Raises ConversionError if the gate lets none of them through."""
    objections = {name: gate.objections(figures[name], figures[verify.KERAS]) for name in tried}
    for name, found in objections.items():
        if found and name != choice:
            print(f"{name}: not to be written: {'; '.join(found)}")
    if choice is not None:
        if objections[choice]:
            raise ConversionError(
                f"{run.folder}: {choice} is not written: {'; '.join(objections[choice])}; "
                f"choose another variant or train on"
            )
        return choice
    chosen = verify.choose(figures, [name for name in tried if not objections[name]])
    if chosen is None:
        raise ConversionError(
            f"{run.folder}: nothing is written, no variant that runs on every device passes; "
            f"try others with --variant, or train on"
        )
    return chosen
