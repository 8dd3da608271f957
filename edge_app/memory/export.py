"""The person's samples as training data: JSON Lines of pen strokes, gzipped.

Each line is an object with "label", "writer", "src" and "strokes", [[[x, y], ...], ...], px, y
down: what `train/prepare.py strokes` reads.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from edge_app import files
from edge_app.memory.store import Kept, read

_SOURCE = "hangul-pad"
_PRIVATE = 0o600
"""Permissions: it is a person's hand."""


def export(folder: Path, target: Path, writer: str | None = None) -> int:
    """Writes a folder's samples to a .jsonl.gz file, whole or not at all; returns how many.

    writer: their name in it; by default one that says nothing about the person and stays the same
    while the oldest sample does. Raises StoreError where they cannot be read, OSError where the
    file cannot be written.
    """
    samples = list(read(folder).samples.values())
    name = writer or _name(samples)

    def write(path: Path) -> None:
        with path.open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
            for one in samples:
                strokes = [stroke.tolist() for stroke in one.strokes]
                fields = {"label": one.label, "writer": name, "src": _SOURCE, "strokes": strokes}
                text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
                file.write(f"{text}\n".encode())

    files.replace(target, write, _PRIVATE)
    return len(samples)


def _name(samples: Sequence[Kept]) -> str:
    first = json.dumps([one.to_dict() for one in samples[:1]]).encode()
    return f"writer-{hashlib.sha256(first).hexdigest()[:8]}"
