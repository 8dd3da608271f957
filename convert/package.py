"""Writes a model directory whole, or not at all."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

import numpy as np

from convert import ConversionError
from convert.golden import Golden
from edge_app import bundle as bundles
from edge_app.bundle import Bundle, BundleError
from edge_app.recognizer import Recognizer


def write_model(folder: Path, content: bytes, bundle: Bundle, prior: bytes | None) -> None:
    """Writes what `Recognizer` needs into an existing folder. Raises OSError."""
    (folder / bundles.MODEL_FILE).write_bytes(content)
    if prior is not None:
        (folder / bundles.PRIOR_FILE).write_bytes(prior)
    description = json.dumps(bundle.to_dict(), ensure_ascii=False, indent=2)
    (folder / bundles.DESCRIPTION_FILE).write_text(description + "\n", encoding="utf-8")


def publish(
    target: Path,
    content: bytes,
    bundle: Bundle,
    prior: bytes | None,
    card: str,
    golden: Golden,
) -> None:
    """Writes the directory beside target, opens it as the pad would, then swaps it in.

    Raises ConversionError if it cannot be written or does not answer as golden says; what was
    at target before is there still.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as folder:
            fresh, old = Path(folder, "new"), Path(folder, "old")
            fresh.mkdir()
            write_model(fresh, content, bundle, prior)
            (fresh / bundles.CARD_FILE).write_text(card, encoding="utf-8")
            golden.save(fresh / bundles.GOLDEN_FILE)
            _prove(fresh, golden)
            _swap(target, fresh, old)
    except (OSError, shutil.Error) as error:
        raise ConversionError(
            f"{target}: cannot be written ({error.strerror or error}); make room or permission "
            f"there, or give another folder with --out"
        ) from None


def _prove(folder: Path, golden: Golden) -> None:
    try:
        recognizer = Recognizer(folder, runtime="litert")
    except BundleError as error:
        raise ConversionError(f"the new directory does not open: {error}") from None
    with np.load(folder / bundles.GOLDEN_FILE, allow_pickle=False) as stored:
        answers = [recognizer.logits(framed) for framed in stored["frames"]]
        if not np.array_equal(np.stack(answers), stored["logits"]):
            raise ConversionError(f"{folder}: does not give its golden answers; convert again")


def _swap(target: Path, fresh: Path, old: Path) -> None:
    if target.exists():
        target.rename(old)
    try:
        fresh.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
