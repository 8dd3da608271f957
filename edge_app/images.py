"""Image files to what `Recognizer` reads: one 2-D uint8 array.

This is decoding only, done by OpenCV. Finding the ink and framing it is `edge_app.ink`'s work.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

_MAX_BYTES = 512 << 20
"""Larger files (bytes) are not even read; no single picture needs as much."""

_PNG = b"\x89PNG\r\n\x1a\n"
"""How a PNG file starts."""

_ONE_TONE = 64
"""Grey levels within which the visible pixels of a transparent picture count as one ink."""


class ImageError(ValueError):
    """A file that is no usable image; the message names it and the remedy."""


def read(path: str | Path) -> npt.NDArray[np.uint8]:
    """One image file as a grey picture, (height, width) uint8.

    Reads what OpenCV does: PNG, JPEG, WebP, TIFF, BMP, GIF and others, 8 or 16 bit or float,
    grey, colour, palette or CMYK. Turned upright by its EXIF note. Ink on a transparent ground
    is laid on the opposite tone.
    Raises ImageError for a file that is missing, empty, damaged, too large or no image. OpenCV
    itself sets the limit of pixels, by the environment variable OPENCV_IO_MAX_IMAGE_PIXELS,
    which it reads when it is loaded; `hangul-pad` sets it.
    """
    path = Path(path)
    return decode(_read_bytes(path), path)


def decode(data: npt.NDArray[np.uint8], path: Path) -> npt.NDArray[np.uint8]:
    """What `read` does, for the bytes of an image file that were read already.

    data: (n,) uint8, at least one. path: named in messages.
    """
    _check_png(data, path)
    image = _decode(data, cv2.IMREAD_UNCHANGED, path)
    if image.ndim == 3 and image.shape[2] == 4 and image[..., 3].min() < np.iinfo(image.dtype).max:
        return _lay_on_opposite(_to_uint8(image))
    del image  # it may be large, and the next one is as large
    # Decoded once more because OpenCV turns a picture by its EXIF note only when it may convert.
    return _to_uint8(_decode(data, cv2.IMREAD_GRAYSCALE | cv2.IMREAD_ANYDEPTH, path))


def _read_bytes(path: Path) -> npt.NDArray[np.uint8]:
    try:
        with path.open("rb") as file:  # not cv2.imread, which trips over names that are not ASCII
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise ImageError(f"{path}: {error.strerror}; name an image file") from None
    if not data:
        raise ImageError(f"{path}: the file is empty; save the image again")
    if len(data) > _MAX_BYTES:
        raise ImageError(f"{path}: larger than {_MAX_BYTES >> 20} MiB; save it smaller")
    return np.frombuffer(data, np.uint8)


def _check_png(data: npt.NDArray[np.uint8], path: Path) -> None:
    """Refuses a PNG one of whose chunks claims to reach beyond the file.

    OpenCV takes as much memory as a chunk claims, up to 4 GB, before it reads it. Format: PNG
    specification (W3C, third edition), 5.3: length, type, content and checksum.
    """
    if data[: len(_PNG)].tobytes() != _PNG:
        return
    place, kind = len(_PNG), b""
    while kind != b"IEND":
        head = data[place : place + 8].tobytes()
        kind = head[4:]
        place += 12 + int.from_bytes(head[:4], "big")
        if place > len(data):
            raise _unreadable(path)


def _unreadable(path: Path) -> ImageError:
    return ImageError(
        f"{path}: not an image that can be read, or cut short; save it again as PNG or JPEG"
    )


def _decode(data: npt.NDArray[np.uint8], flags: int, path: Path) -> npt.NDArray[Any]:
    try:
        with _silenced():
            image: npt.NDArray[Any] | None = cv2.imdecode(data, flags)
    except cv2.error as error:
        if "MAX_IMAGE" in str(error):
            raise ImageError(f"{path}: has too many pixels; save it smaller") from None
        raise ImageError(f"{path}: cannot be decoded ({error.err})") from None
    if image is None or image.size == 0:
        raise _unreadable(path)
    return image


@contextmanager
def _silenced() -> Iterator[None]:
    """Turns away what libpng, libjpeg and OpenCV write to standard error on their own.

    They write to the file descriptor, behind Python's back; the caller gets one sentence anyway.
    """
    sys.stderr.flush()
    kept, sink = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(sink)


def _to_uint8(image: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Any depth to 8 bits: 16-bit by its full range, others by the range that they use."""
    if image.dtype == np.uint8:
        return image
    if image.dtype == np.uint16:
        return np.asarray(image >> 8, np.uint8)
    values = np.nan_to_num(image.astype(np.float32), posinf=0, neginf=0)
    low, high = float(values.min()), float(values.max())
    return np.asarray((values - low) * (255 / max(high - low, 1e-9)), np.uint8)


def _lay_on_opposite(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """A transparent picture, (height, width, 4) uint8, laid on a ground that shows its ink.

    Dark ink goes onto white, light ink onto black. A picture that is mostly opaque and holds
    more than one tone is paper with its ink already, and goes onto the paper's own tone.
    """
    grey, alpha = cv2.cvtColor(image, cv2.COLOR_BGRA2GRAY), image[..., 3]
    step = max(1, math.isqrt(grey.size >> 20))  # a million pixels tell the tones of any picture
    seen = grey[::step, ::step], alpha[::step, ::step]
    visible = seen[0][seen[1] >= 128]
    if visible.size == 0:
        return np.zeros(grey.shape, np.uint8)
    low, tone, high = np.percentile(visible, (1, 50, 99))
    if visible.size * 2 > seen[0].size and high - low > _ONE_TONE:
        ground = float(tone)
    else:
        ground = 255.0 if tone < 128 else 0.0
    through = np.rint(np.arange(255, -1, -1) * (ground / 255)).astype(np.uint8)
    laid = cv2.add(cv2.multiply(grey, alpha, scale=1 / 255), cv2.LUT(alpha, through))
    return np.asarray(laid, np.uint8)
