"""HGU1, the format of three collections of handwritten syllables: PE92, SERI95 and HanDB.

Source: I.-J. Kim, README of github.com/callee2006/HangulDB. A file is the eight bytes "HGU1    "
and then, for each image, a code (2 bytes, KS C 5601 with both high bits set), width and height
(1 byte each, px), 2 reserved bytes and width * height bytes of grey, row by row, paper 255. There
is one file for each syllable, in folders whose names end with _train and _test: the official
parts, which are kept apart here as well. The files do not say who wrote what.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np

from edge_app import hangul
from train.data import DataError, Report, Sample, Source, find, give_up

SOURCE = Source(
    "HangulDB: PE92, SERI95, HanDB",
    "not stated; published by Handong Global University with ETRI's consent",
    "https://github.com/callee2006/HangulDB",
)

MAGIC = b"HGU1    "

BORDER = 2
"""Paper put around each image, px: framing learns the paper's tone from an image's border."""

_HEADER = 6
"""Bytes before the grey of each image."""

_PART = re.compile(r"(?:^|[^a-z])(train|test)(?![a-z])")

_LABELS = {label.encode("euc_kr"): label for label in hangul.KS_X_1001}


def read(paths: Sequence[Path], drop_tail: int = 0, bad: Report = give_up) -> Iterator[Sample]:
    """The images of .hgu1 files, or of folders of them.

    drop_tail: so many images at the end of each file are left out; PE92's last ones are often
    mislabelled. Images keep their grey. In place of the writer stands the collection's folder.
    Raises DataError, naming file and byte, for what breaks the format, unless bad takes it.
    """
    if drop_tail < 0:
        raise ValueError(f"drop_tail must not be negative, not {drop_tail}")
    for path in find(paths, ".hgu1", bad=bad):
        # What may yet be the tail waits here; a bad image keeps its place as None.
        waiting: deque[Sample | None] = deque()
        for item in _images(path):
            if isinstance(item, DataError):
                bad(item)
            waiting.append(None if isinstance(item, DataError) else item)
            if len(waiting) > drop_tail and (ready := waiting.popleft()) is not None:
                yield ready


def _images(path: Path) -> Iterator[Sample | DataError]:
    """The images of a file and what is wrong with it, in order."""
    try:
        part, collection = _place(path)
        with path.open("rb") as file:
            yield from _records(file, path, part, collection)
    except DataError as error:
        yield error
    except OSError as error:
        yield DataError(f"{path}: cannot be read ({error.strerror})")


def _place(path: Path) -> tuple[Literal["train", "test"], str]:
    """The official part that a file belongs to and the name of its collection, from its path."""
    folder = path.resolve().parent.name
    for name in (folder.lower(), path.stem.lower()):
        if found := _PART.search(name):
            return ("train" if found[1] == "train" else "test"), folder
    raise DataError(
        f"{path}: neither it nor its folder is named train or test; keep HangulDB's folder names"
    )


def _records(
    file: BinaryIO, path: Path, part: Literal["train", "test"], collection: str
) -> Iterator[Sample | DataError]:
    """The images of an open file. Raises DataError where it cannot go on."""
    if file.read(len(MAGIC)) != MAGIC:
        raise DataError(f'{path}: byte 0: does not start with "HGU1" and four spaces')
    while True:
        place = file.tell()
        header = file.read(_HEADER)
        if not header:
            return
        if len(header) < _HEADER:
            raise DataError(f"{path}: byte {place}: the file is cut off")
        width, height = header[2], header[3]
        grey = file.read(width * height)
        if len(grey) < width * height:
            raise DataError(f"{path}: byte {place}: the file is cut off within its image")
        label = _LABELS.get(header[:2])
        if label is None:
            code = header[:2].hex()
            yield DataError(f"{path}: byte {place}: code {code} is no KS C 5601 syllable")
        elif not grey:
            yield DataError(f"{path}: byte {place}: an image of {width}x{height} pixels")
        else:
            image = np.full((height + 2 * BORDER, width + 2 * BORDER), 255, np.uint8)
            pixels = np.frombuffer(grey, np.uint8).reshape(height, width)
            image[BORDER:-BORDER, BORDER:-BORDER] = pixels
            yield Sample(image, label, collection, SOURCE.name, part)
