"""A stand-in of MNIST's form for tests that train: our own sample ink in four small IDX files."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from edge_app import samples


def write(folder: Path, train: int = 480, test: int = 100) -> Path:
    """Writes the four files: the ten samples in turn, pens of 10 to 22 px on a 200 px sheet."""
    folder.mkdir(parents=True, exist_ok=True)
    for prefix, count in (("train", train), ("t10k", test)):
        images = np.stack([_image(index) for index in range(count)])
        labels = (np.arange(count) % 10).astype(np.uint8)
        (folder / f"{prefix}-images-idx3-ubyte").write_bytes(idx(images))
        (folder / f"{prefix}-labels-idx1-ubyte").write_bytes(idx(labels))
    return folder


def idx(array: npt.NDArray[np.uint8]) -> bytes:
    """An array of unsigned bytes in the IDX format."""
    shape = b"".join(side.to_bytes(4, "big") for side in array.shape)
    return bytes([0, 0, 8, array.ndim]) + shape + array.tobytes()


def _image(index: int) -> npt.NDArray[np.uint8]:
    sheet = samples.draw(samples.load()[index % 10].strokes, pen=10 + 2 * (index // 10 % 7))
    small = cv2.resize(255 - sheet, (28, 28), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)
