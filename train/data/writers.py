"""Prepared handwriting: one .npz file a scan set, one row a cell.

Its arrays, of N rows each:

    images  (N, height, width) uint8, paper 255
    labels  (N,) int32, Unicode code points
    doubt   (N,) bool, hard to read even for a person
    hand    (N,) uint8, which of the people in this file wrote it

Others, like scale or the place on the page, are not needed here. Format of .npz and of the .npy
files in it: numpy.lib.format, numpy's own documentation. Nothing is unpickled, and every size is
checked against the headers before anything is decompressed.
"""

from __future__ import annotations

import ast
import math
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from edge_app import hangul
from train.data import DataError, Report, Sample, Source, find, give_up
from train.data.tree import DAMAGED

SOURCE = Source("HHR-SKKU/HangulRecog", "MIT", "https://github.com/HHR-SKKU/HangulRecog")

MOST_ROWS = 1 << 20
"""Rows of a file that are read at most: their labels take 4 MiB."""

MOST_SIDE = 512
"""Longest side of an image, px."""

_MOST_HEADER = 4096
"""Bytes of an .npy header; numpy's own are 118."""

_MOST_MEMBERS = 64
"""Arrays of a file; the format has nine."""

_ROWS = {"labels": np.dtype("<i4"), "doubt": np.dtype("?"), "hand": np.dtype("u1")}
_PIXEL = np.dtype("u1")


def read(paths: Sequence[Path], doubtful: bool = True, bad: Report = give_up) -> Iterator[Sample]:
    """The cells of .npz files, or of folders of them, one at a time.

    doubtful: whether cells that are hard even for a person are read. A writer is the file's name
    and the hand. Raises DataError, naming file and row, for what breaks the format, unless bad
    takes it.
    """
    for path in find(paths, ".npz", bad=bad):
        for item in _items(path, doubtful):
            if isinstance(item, DataError):
                bad(item)
            else:
                yield item


def _items(path: Path, doubtful: bool) -> Iterator[Sample | DataError]:
    """The cells of a file and what is wrong with it, in order."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield from _cells(archive, path, doubtful)
    except DataError as error:
        yield error
    except (*DAMAGED, ValueError) as error:  # numpy raises the last
        yield DataError(f"{path}: damaged, or no .npz file ({error})")


def _cells(archive: zipfile.ZipFile, path: Path, doubtful: bool) -> Iterator[Sample | DataError]:
    """The cells of an open file. Raises DataError where it cannot go on."""
    if len(archive.infolist()) > _MOST_MEMBERS:
        raise DataError(f"{path}: holds {len(archive.infolist())} arrays, not these")
    columns: dict[str, npt.NDArray[Any]] = {}
    for name, dtype in _ROWS.items():
        with _open(archive, name, path) as file:
            shape = _header(file, name, dtype, path)
            if len(shape) != 1 or shape[0] > MOST_ROWS:
                raise DataError(f"{path}: {name} has shape {shape}, not one row for each image")
            columns[name] = np.frombuffer(_exactly(file, shape[0] * dtype.itemsize, path), dtype)
    with _open(archive, "images", path) as file:
        shape = _header(file, "images", _PIXEL, path)
        if len(shape) != 3 or not all(0 < side <= MOST_SIDE for side in shape[1:]):
            raise DataError(f"{path}: images has shape {shape}, not rows of up to {MOST_SIDE} px")
        if any(len(column) != shape[0] for column in columns.values()):
            raise DataError(f"{path}: its arrays have different numbers of rows")
        for row in range(shape[0]):
            grey = _exactly(file, math.prod(shape[1:]), path)
            label = _label(int(columns["labels"][row]))
            if label is None:
                code = columns["labels"][row]
                yield DataError(f"{path}: row {row}: {code} is no label's code point")
            elif doubtful or not columns["doubt"][row]:
                image = np.frombuffer(grey, np.uint8).reshape(shape[1:])
                writer = f"{path.stem}-{columns['hand'][row]}"
                yield Sample(image, label, writer, SOURCE.name)


def _label(code: int) -> str | None:
    return hangul.as_label(chr(code)) if 0 <= code <= 0x10FFFF else None


def _open(archive: zipfile.ZipFile, name: str, path: Path) -> Any:
    try:
        member = archive.getinfo(f"{name}.npy")
    except KeyError:
        raise DataError(f"{path}: holds no array {name}") from None
    # The others may ask for any amount of memory to decompress; numpy writes these two.
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise DataError(f"{path}: {name} is compressed in a way that numpy does not write")
    return archive.open(member)


def _header(file: BinaryIO, name: str, dtype: np.dtype[Any], path: Path) -> tuple[int, ...]:
    """The shape that an .npy header claims. Raises DataError for another type than dtype."""
    start = _exactly(file, 8, path)
    if start[:6] != b"\x93NUMPY" or start[6] not in (1, 2, 3):
        raise DataError(f"{path}: {name} is no .npy array")
    length = int.from_bytes(_exactly(file, 2 if start[6] == 1 else 4, path), "little")
    if length > _MOST_HEADER:
        raise DataError(f"{path}: {name} claims a header of {length} bytes")
    text = _exactly(file, length, path).decode("latin-1").strip()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a doubtful literal is a damaged header
            header = ast.literal_eval(text)
        descr, order, shape = header["descr"], header["fortran_order"], header["shape"]
    except (ValueError, SyntaxError, Warning, TypeError, KeyError, MemoryError, RecursionError):
        raise DataError(f"{path}: {name} has a damaged header") from None
    if not (isinstance(descr, str) and descr == dtype.str and order is False):
        raise DataError(f"{path}: {name} holds {descr!r}, not {dtype.str!r} row by row")
    if not (isinstance(shape, tuple) and all(type(side) is int and side >= 0 for side in shape)):
        raise DataError(f"{path}: {name} has the shape {shape!r}")
    return shape


def _exactly(file: BinaryIO, count: int, path: Path) -> bytes:
    content = file.read(count)
    if len(content) < count:
        raise DataError(f"{path}: an array ends before its header says so; the file is cut")
    return content
