"""Pen ink as strokes: JSON Lines, plain or .gz, one character a line.

Each line is an object with "label" (the character), "writer", "strokes"
([[[x, y], ...], ...], y down, any unit) and, where several collections are mixed, "src".
`prepare.py unipen` writes this form; anything that records a pen can. Beside NAME.jsonl.gz a
file NAME.source.json may say where the ink comes from; model cards repeat it.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from edge_app.ink import check_strokes
from train.data import DataError, Report, Sample, Source, find, give_up


def read(path: Path, source: str = "strokes") -> Iterator[Sample]:
    """The samples of a file, one after another. Raises DataError naming file and line."""
    opener = gzip.open if path.suffix == ".gz" else open
    line_number = 0
    try:
        with opener(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                line_number += 1
                yield _parse(line, source)
    except FileNotFoundError:
        raise DataError(f"{path}: no such file") from None
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise DataError(f"{path}: line {max(1, line_number)}: {error}") from None


def read_all(paths: Sequence[Path], bad: Report = give_up) -> Iterator[Sample]:
    """The samples of files, or of folders of them. Raises DataError, unless bad takes it.

    What follows a bad line of a file is left out with it.
    """
    for path in find(paths, ".jsonl", ".jsonl.gz", bad=bad):
        try:
            yield from read(path)
        except DataError as error:
            bad(error)


def source_file(path: Path) -> Path:
    """Where the origin of a file of strokes is written: NAME.source.json beside it."""
    return path.with_name(f"{path.name.partition('.')[0]}.source.json")


def source(path: Path) -> Source:
    """The collection a file of strokes holds, by its .source.json, or by its name alone.

    Raises DataError for a .source.json that does not hold name, licence and url.
    """
    described = source_file(path)
    if not described.is_file():
        return Source(path.name, "not stated", "-")
    try:
        data = json.loads(described.read_text(encoding="utf-8"))
        return Source(str(data["name"]), str(data["licence"]), str(data["url"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{described}: needs name, licence and url ({error!r})") from None


def _parse(line: str, source: str) -> Sample:
    data = json.loads(line)
    if not isinstance(data, dict):
        raise ValueError("not a JSON object")
    for key in ("label", "writer"):
        if not isinstance(data.get(key), str) or not data[key]:
            raise ValueError(f"{key} is missing or no text")
    strokes = check_strokes(data.get("strokes") or ())
    if not strokes:
        raise ValueError("no strokes")
    if not all(np.isfinite(stroke).all() for stroke in strokes):
        raise ValueError("a coordinate that is no finite number")
    return Sample(strokes, data["label"], data["writer"], str(data.get("src", source)))
