"""A folder of images, PNG or JPEG, that are named or foldered by label.

Both 가.png, 가_2.png, 가-ann.jpg and 가/anything.png are read; U+AC00 stands for 가 where names
cannot be Hangul. Where folder and file both name a label, a Hangul one counts before a digit
(7/가.png is writer 7's 가, 가/7.png a 가), and of two digits the folder (3/7.png is a 3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from edge_app import hangul, images
from train.data import DataError, Report, Sample, find, give_up

ENDINGS = (".png", ".jpg", ".jpeg")

MOST_BYTES = 32 << 20
"""Larger files (bytes) are not read."""

MOST_PIXELS = 1 << 24
"""Images with more pixels are not decoded, whatever their size as a file."""

KEPT_SIDE = 512
"""Images with a longer side (px) are averaged down to it: one character needs no more."""

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG's markers of a frame header: SOF0 to SOF15 without DHT, JPG and DAC."""

_CODE_POINT = re.compile(r"[Uu]\+?([0-9A-Fa-f]{4})")


def read(paths: Sequence[Path], source: str = "images", bad: Report = give_up) -> Iterator[Sample]:
    """The images of folders, one at a time, as grey pictures.

    The writer is what the path says beside the label: folder/ann/가/1.png is "folder/ann".
    Raises DataError, naming the file, for one without a label or that cannot be decoded, unless
    bad takes it.
    """
    found = [(path, find([path], *ENDINGS, bad=bad)) for path in paths]
    for path, files in found:
        given = path if path.is_dir() else path.parent
        top = given.resolve()
        for file in files:
            try:
                # The top may be ".", but a link to an image is named for its own name.
                label, writer = _label_and_writer(top / file.relative_to(given), top)
                yield Sample(shrink(decode(file)), label, writer, source)
            except DataError as error:
                bad(error)


def _label_and_writer(file: Path, top: Path) -> tuple[str, str]:
    folder = _label(file.parent.name)
    named = _label(re.split(r"[_\- .(]", file.stem, maxsplit=1)[0])
    digits = hangul.DIGITS
    if named is None or (folder is not None and (named in digits or folder not in digits)):
        label, above = folder, file.parent.parent
        if named not in (None, folder, *digits):
            raise DataError(f"{file}: is named {named}, but its folder {folder}: which is it?")
    else:
        label, above = named, file.parent
    if label is None:
        raise DataError(f"{file}: not named or foldered by label, like 가_1.png or 가/1.png")
    within = above.relative_to(top) if above.is_relative_to(top) else Path()
    return label, (Path(top.name) / within).as_posix()


def _label(name: str) -> str | None:
    code = _CODE_POINT.fullmatch(name)
    return hangul.as_label(chr(int(code[1], 16)) if code else name)


def decode(file: Path, most_pixels: int = MOST_PIXELS) -> npt.NDArray[np.uint8]:
    """A PNG or JPEG as a grey picture. Raises DataError for what is neither, or too large."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise DataError(f"{file}: larger than {MOST_BYTES >> 20} MiB; save it smaller")
        data = file.read_bytes()
    except OSError as error:
        raise DataError(f"{file}: cannot be read ({error.strerror})") from None
    size = claimed_size(data)
    if size is None:
        raise DataError(f"{file}: byte 0: neither a PNG nor a JPEG, or cut short")
    if not 0 < size[0] * size[1] <= most_pixels:
        raise DataError(f"{file}: its header claims {size[0]}x{size[1]} pixels; save it smaller")
    try:
        return images.decode(np.frombuffer(data, np.uint8), file)
    except images.ImageError as error:
        raise DataError(str(error)) from None


def shrink(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The picture, averaged down where a side is longer than KEPT_SIDE."""
    longer = max(image.shape)
    if longer > KEPT_SIDE:
        shape = [max(1, round(side * KEPT_SIDE / longer)) for side in reversed(image.shape)]
        image = np.asarray(cv2.resize(image, shape, interpolation=cv2.INTER_AREA), np.uint8)
    return image


def claimed_size(data: bytes) -> tuple[int, int] | None:
    """Width and height that a PNG's or JPEG's header claims; None where there is no header.

    Formats: PNG specification (W3C, third edition), 11.2.2; ITU-T T.81, annex B.
    """
    if data.startswith(_PNG):
        if data[12:16] != b"IHDR" or len(data) < 24:
            return None
        return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    place = len(_JPEG)
    if not data.startswith(_JPEG):
        return None
    while place + 9 <= len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if marker == 0xFF:  # fill before a marker
            place += 1
        elif marker in _FRAMES:
            height, width = data[place + 5 : place + 7], data[place + 7 : place + 9]
            return int.from_bytes(width, "big"), int.from_bytes(height, "big")
        else:
            place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    return None
