"""The strokes file: what a line may hold, and the sentence for what it may not."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from train.data import DataError, strokes

LINE: dict[str, Any] = {"label": "7", "writer": "ann", "strokes": [[[0, 0], [1, 0.5]], [[2, 2]]]}


def written(path: Path, *lines: str) -> Path:
    text = "".join(f"{line}\n" for line in lines)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["pen.jsonl", "pen.jsonl.gz"])
def test_plain_and_packed(tmp_path: Path, name: str) -> None:
    line = {**LINE, "src": "tablet", "id": "u1", "label": "각"}
    (sample,) = strokes.read(written(tmp_path / name, json.dumps(line)))
    assert (sample.label, sample.writer, sample.source) == ("각", "ann", "tablet")
    assert [np.shape(stroke) for stroke in sample.ink] == [(2, 2), (1, 2)]
    np.testing.assert_array_equal(sample.ink[0], [[0, 0], [1, 0.5]])


def test_source_is_the_callers_where_the_line_names_none(tmp_path: Path) -> None:
    path = written(tmp_path / "pen.jsonl", json.dumps(LINE))
    assert [sample.source for sample in strokes.read(path, "mine")] == ["mine"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "line 2: "),
        ("[]", "line 2: not a JSON object"),
        (json.dumps({**LINE, "label": ""}), "line 2: label is missing or no text"),
        (json.dumps({**LINE, "writer": 7}), "line 2: writer is missing or no text"),
        (json.dumps({**LINE, "strokes": []}), "line 2: no strokes"),
        (json.dumps({**LINE, "strokes": [[]]}), "line 2: no strokes"),
        (json.dumps({**LINE, "strokes": [[[1, 2, 3]]]}), "line 2: stroke 0 has shape (1, 3)"),
        (json.dumps({**LINE, "strokes": [[["a", "b"]]]}), "line 2: stroke 0 is not an array"),
        (json.dumps({**LINE, "strokes": [[[1, 2], [3]]]}), "line 2: stroke 0 is not an array"),
        (json.dumps({**LINE, "strokes": "ink"}), "line 2: "),
    ],
)
def test_errors_name_file_and_line(tmp_path: Path, line: str, says: str) -> None:
    path = written(tmp_path / "pen.jsonl", json.dumps(LINE), line)
    samples = strokes.read(path)
    assert next(samples).label == "7"
    with pytest.raises(DataError) as caught:
        next(samples)
    assert str(caught.value).startswith(f"{path}: {says}")
    assert "\n" not in str(caught.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none.jsonl: no such file"):
        list(strokes.read(tmp_path / "none.jsonl"))
    packed = written(tmp_path / "cut.gz", *[json.dumps(LINE)] * 50)
    packed.write_bytes(packed.read_bytes()[:-12])
    with pytest.raises(DataError, match=r"cut.gz: line \d+: "):
        list(strokes.read(packed))
    (tmp_path / "plain.gz").write_text(json.dumps(LINE))
    with pytest.raises(DataError, match=r"plain.gz: line 1: "):
        list(strokes.read(tmp_path / "plain.gz"))
    (tmp_path / "latin.jsonl").write_bytes(b'{"label": "\xff"}\n')
    with pytest.raises(DataError, match=r"latin.jsonl: line 1: "):
        list(strokes.read(tmp_path / "latin.jsonl"))


def test_the_origin_of_a_file_is_read_from_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "pens.jsonl.gz"
    assert strokes.source(path).to_dict(3) == {
        "name": "pens.jsonl.gz",
        "licence": "not stated",
        "url": "-",
        "samples": 3,
    }
    beside = tmp_path / "pens.source.json"
    beside.write_text('{"name": "our class", "licence": "CC0", "url": "https://example.org"}')
    assert strokes.source(path).name == "our class"
    beside.write_text('{"name": "our class"}')
    with pytest.raises(DataError, match=r"pens.source.json: needs name, licence and url"):
        strokes.source(path)
