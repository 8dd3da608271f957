"""Handwritten syllables of AI Hub's collections, from their JSON annotations and images.

Two forms are read, as their users describe them (AI Hub gives the data itself to Koreans only):

- "Korean font images" (2019, aihub.or.kr/aidata/133): one handwriting_data_info*.json for all,

      {"info": {...}, "licenses": [...],
       "images": [{"id": "00000001", "file_name": "00000001.png", "width": 91, ...}, ...],
       "annotations": [{"id": "...", "image_id": "00000001", "text": "가", "attributes":
           {"type": "글자(음절)", "gender": "여", "age": "20", "job": "..."}}, ...]}

  with images in folders 1_syllable, 2_syllable, 1_word and others. Words and sentences have other
  types and no boxes; an annotation with a "bbox", [x, y, width, height], is cut out.
- "Korean characters of various forms" (2020, dataSetSn=91): one small JSON for each image,

      {"image": {"file_name": "00140001001.jpg", ...},
       "text": {"type": "word", "output": "handwrite",
                "word": [{"charbox": [left, top, right, bottom], "value": "가"}, ...]},
       "license": {"writer_no": "001", "writer_gender": "female", "writer_age": "40", ...}}

  or, for "type": "letter", "letter": {"value": "가"}. Words are cut by their boxes.

Printed text, which both have as well ("font", or another "output"), is left out.

A writer is the "writer_no". The first form does not say who wrote what: there everyone of one
gender, age and job counts as one writer ("?" for what it leaves out), so that nobody is in two
parts as long as it says the same of a person each time. The parts are as uneven as the groups.

The JSON is read in pieces, and what it says is kept in a temporary file of about 200 bytes a
sample, so that memory grows with neither: 70 MB for 100,000 as for 800,000 annotations.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from edge_app import hangul
from train.data import DataError, Report, Sample, Source, find, folder, give_up, jsonstream
from train.split import part_at

SOURCE = Source(
    "AI Hub, Korean handwriting",
    "AI Hub's terms of use (for training AI models only)",
    "https://aihub.or.kr/aidata/133",
)

BORDER = 2
"""Paper put around what is cut out, px: framing learns the paper's tone from an image's border."""

_SYLLABLE = "글자(음절)"
"""What the first form calls an annotation of one syllable."""

_TABLES = """
PRAGMA journal_mode=OFF;
PRAGMA synchronous=OFF;
CREATE TABLE document (number INTEGER PRIMARY KEY, path BLOB);
CREATE TABLE image (document INTEGER, id TEXT, name TEXT, PRIMARY KEY (document, id)) WITHOUT ROWID;
CREATE TABLE file (name TEXT PRIMARY KEY, path BLOB) WITHOUT ROWID;
CREATE TABLE cell (number INTEGER PRIMARY KEY, document INTEGER, byte INTEGER, image TEXT,
    label TEXT, writer TEXT, x0 INTEGER, y0 INTEGER, x1 INTEGER, y1 INTEGER, mixed INTEGER);
BEGIN;
"""

_ADD_FILE = """
INSERT INTO file VALUES (?1, ?2)
ON CONFLICT (name) DO UPDATE SET path = CASE path WHEN ?2 THEN path ELSE x'' END
"""
"""Two files of one name leave an empty path: it is not known which is meant."""

_CELLS = """
SELECT document.path, byte, image, image.name, file.path, label, writer, x0, y0, x1, y1,
    COUNT(*) OVER same, ROW_NUMBER() OVER (same ORDER BY mixed, cell.number)
FROM cell
JOIN document ON document.number = cell.document
LEFT JOIN image ON image.document = cell.document AND image.id = cell.image
LEFT JOIN file ON file.name = image.name
WINDOW same AS (PARTITION BY label, COALESCE(file.path, x'') = x'')
ORDER BY cell.number
"""
"""Every cell in order, with how many its label has and which of them it is when they are mixed."""

_Box = tuple[int, int, int, int]
"""Left, top, right and bottom, px; the last two are just beyond."""


_Made = TypeVar("_Made")


class _Image(NamedTuple):
    """One image of a JSON file."""

    key: str
    """Its id there."""
    name: str
    """Its file name without folders."""


class _Cell(NamedTuple):
    """One annotated syllable."""

    image: str
    """Id of its image."""
    label: str
    writer: str
    box: _Box | None
    """Its part of the image; None for all of it."""


def read(
    paths: Sequence[Path],
    min_samples: int = 1,
    stratified: bool = False,
    bad: Report = give_up,
) -> Iterator[Sample]:
    """The syllables that .json files, or all in folders, annotate, as grey pictures.

    Images are found by their names anywhere in the folders, or the JSON files' folders.
    min_samples: syllables with fewer samples, of those whose image exists, are left out.
    stratified: every syllable is spread over the parts by their shares, whoever wrote it; figures
    then hold for the people in the collection, not for others. Raises DataError, naming file and
    byte, for bad JSON, a wrong label or box and a missing image, unless bad takes it; OSError
    where there is no room for the temporary file.
    """
    with tempfile.TemporaryDirectory(prefix="aihub-") as work:
        base = sqlite3.connect(Path(work) / "cells.sqlite", isolation_level=None)
        with closing(base):
            try:
                base.executescript(_TABLES)
                documents = find(paths, ".json", bad=bad)
                images = find(_tops(paths), *folder.ENDINGS, bad=bad)
                for path in documents:
                    _add(base, path, bad)
                for path in images:
                    base.execute(_ADD_FILE, (_utf8(path.name), os.fsencode(path)))
                yield from _samples(base, min_samples, stratified, bad)
            except sqlite3.Error as error:
                raise OSError(f"{work}: {error}; make room on the disk") from None


def _tops(paths: Sequence[Path]) -> list[Path]:
    """The folders in which images are looked for."""
    return sorted({path.resolve() if path.is_dir() else path.resolve().parent for path in paths})


def _utf8(text: str) -> str:
    """The text without lone surrogates, which UTF-8 cannot hold."""
    return text.encode(errors="replace").decode()


def _add(base: sqlite3.Connection, path: Path, bad: Report) -> None:
    """Adds the images and cells of a JSON file."""
    done = base.execute("INSERT INTO document (path) VALUES (?)", (os.fsencode(path),))
    for byte, item in _items(path):
        if isinstance(item, DataError):
            bad(item)
        elif isinstance(item, _Image):
            row = (done.lastrowid, item.key, item.name)
            base.execute("INSERT OR REPLACE INTO image VALUES (?, ?, ?)", row)
        else:
            box = item.box or (None,) * 4
            text = f"{path.name} {item.image} {box}"
            mixed = hashlib.blake2b(_utf8(text).encode(), digest_size=7).digest()
            base.execute(
                "INSERT INTO cell VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (done.lastrowid, byte, *item[:3], *box, int.from_bytes(mixed, "big")),
            )


def _items(path: Path) -> Iterator[tuple[int, _Image | _Cell | DataError]]:
    """What a JSON file holds and what is wrong with it, in order, each with its byte."""
    whole: dict[str, Any] = {}
    known, byte = False, 0
    try:
        for name, value, byte in jsonstream.members(path):
            if name == "images":
                yield byte, _tried(_listed, value, path, byte)
            elif name == "annotations":
                known = True
                if (cell := _tried(_annotated, value, path, byte)) is not None:
                    yield byte, cell
            elif name in ("image", "text", "license"):
                whole[name] = value
    except DataError as error:
        yield byte, error
        return
    if "text" in whole:
        yield from ((0, item) for item in _written(whole, path))
    elif not known:
        yield (
            0,
            DataError(
                f"{path}: holds neither annotations nor a text; it is of no form that is read"
            ),
        )


def _tried(make: Callable[[Any], _Made], value: Any, path: Path, byte: int) -> _Made | DataError:
    """What make makes of a value, or its DataError with the place added."""
    try:
        return make(value)
    except DataError as error:
        return DataError(f"{path}: byte {byte}: {error}")


def _listed(value: Any) -> _Image:
    """An image of the first form."""
    return _Image(_text(_get(value, "id")), _file_name(value))


def _file_name(image: Any) -> str:
    # Only the last part counts, and only among the files that were found.
    name = _text(_get(image, "file_name")).replace("\\", "/").rpartition("/")[2]
    if not name:
        raise DataError("an image without file_name")
    return name


def _annotated(value: Any) -> _Cell | None:
    """The syllable of an annotation of the first form; None if it is none, or printed."""
    attributes = _get(value, "attributes")
    kind = _get(attributes, "type")
    if not isinstance(kind, str):
        raise DataError("an annotation whose attributes name no type")
    if kind != _SYLLABLE or "font" in attributes:
        return None
    label = _syllable(_get(value, "text"))
    box = None
    if (sides := _get(value, "bbox")) is not None:
        left, top, width, height = _numbers(sides)
        box = _box((left, top, left + width, top + height))
    writer = _writer(attributes, "gender", "age", "job")
    return _Cell(_text(_get(value, "image_id")), label, writer, box)


def _written(whole: dict[str, Any], path: Path) -> Iterator[_Image | _Cell | DataError]:
    """The image and syllables of the second form, if it is by hand, and what is wrong."""
    text, person = whole["text"], whole.get("license")
    kind = _get(text, "type")
    if _get(text, "output") != "handwrite" or kind not in ("letter", "word"):
        return
    image = _tried(_file_name, whole.get("image"), path, 0)
    if isinstance(image, DataError):
        yield image
        return
    yield _Image("", image)
    told = ("writer_no",) if _text(_get(person, "writer_no")) else ("writer_gender", "writer_age")
    make = partial(_part, cut=kind == "word", writer=_writer(person, *told))
    parts = text.get(kind)
    for part in parts if isinstance(parts, list) else [parts]:
        if (cell := _tried(make, part, path, 0)) is not None:
            yield cell


def _part(value: Any, cut: bool, writer: str) -> _Cell | None:
    """The syllable of a letter or of a part of a word, which is cut out; None for other signs."""
    text = _get(value, "value")
    if (
        isinstance(text, str)
        and len(text) == 1
        and text not in hangul.JAMO
        and not hangul.is_syllable(text)
    ):
        return None  # a digit or a full stop, and no wrong label; a jamo here is half a syllable
    label = _syllable(text)
    return _Cell("", label, writer, _box(_numbers(_get(value, "charbox"))) if cut else None)


def _get(value: Any, name: str) -> Any:
    """A member of what should be an object, or None."""
    return value.get(name) if isinstance(value, dict) else None


def _text(value: Any) -> str:
    """A short text or whole number as text; anything else is none."""
    return _utf8(str(value).strip())[:255] if type(value) in (str, int) else ""


def _writer(person: Any, *names: str) -> str:
    """What these members say about a person, on one line."""
    return "-".join(
        ["aihub", *(" ".join(_text(_get(person, name)).split()) or "?" for name in names)]
    )


def _syllable(text: Any) -> str:
    label = hangul.as_label(text) if isinstance(text, str) else None
    if label is None or not hangul.is_syllable(label):
        raise DataError(f"labelled {str(text)[:20]!r}, which is not one syllable")
    return label


def _numbers(values: Any) -> tuple[float, float, float, float]:
    if not (
        isinstance(values, list)
        and len(values) == 4
        and all(type(value) in (int, float) for value in values)
    ):
        raise DataError(f"its box is {str(values)[:60]!r}, not four numbers")
    left, top, third, fourth = values
    return left, top, third, fourth


def _box(corners: tuple[float, float, float, float]) -> _Box:
    said = ", ".join(f"{corner:.6g}" for corner in corners)
    if not all(0 <= corner <= folder.MOST_PIXELS for corner in corners):
        raise DataError(f"its box ({said}) has a corner that is negative or far outside")
    left, top, right, bottom = (round(corner) for corner in corners)
    if left >= right or top >= bottom:
        raise DataError(f"its box ({said}) is empty or turned round")
    return left, top, right, bottom


def _samples(
    base: sqlite3.Connection, min_samples: int, stratified: bool, bad: Report
) -> Iterator[Sample]:
    last: tuple[bytes, npt.NDArray[np.uint8]] | None = None
    for row in base.execute(_CELLS):
        document, byte, key, name, file, label, writer, *box, count, rank = row
        place = f"{os.fsdecode(document)}: byte {byte}"
        try:
            if name is None:
                raise DataError(f"{place}: its image_id {key!r} is none of the images'")
            if not file:
                problem = "is missing" if file is None else "is there more than once"
                raise DataError(f"{place}: its image {name!r} {problem}; give the whole folder")
            if count < min_samples:
                continue
            if last is None or last[0] != file:
                last = file, folder.decode(Path(os.fsdecode(file)))
            image = last[1] if box[0] is None else _cut(last[1], box, f"{place}: {name!r}")
        except DataError as error:
            bad(error)
            continue
        part = part_at((rank - 0.5) / count) if stratified else None
        yield Sample(folder.shrink(image), label, writer, SOURCE.name, part)


def _cut(image: npt.NDArray[np.uint8], box: Sequence[int], place: str) -> npt.NDArray[np.uint8]:
    """The part of an image in a box, with paper around it."""
    left, top, right, bottom = box
    if right > image.shape[1] or bottom > image.shape[0]:
        size = f"{image.shape[1]}x{image.shape[0]}"
        raise DataError(f"{place}: the box {tuple(box)} goes beyond its {size} pixels")
    paper = float(np.median(image))
    sides = (BORDER,) * 4
    cut = cv2.copyMakeBorder(
        image[top:bottom, left:right], *sides, borderType=cv2.BORDER_CONSTANT, value=(paper,)
    )
    return np.asarray(cut, np.uint8)
