"""Images that people bring, named or foldered by label."""

from __future__ import annotations

import struct
import unicodedata
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.sourcefiles import glyph, picture, put
from train.data import BadSamples, DataError, folder


@pytest.mark.parametrize(
    ("name", "label", "writer"),
    [
        ("가.png", "가", "mine"),
        ("가_2.png", "가", "mine"),
        ("가-ann.jpg", "가", "mine"),
        ("가 (3).JPEG", "가", "mine"),
        ("7.png", "7", "mine"),
        ("ㅎ.png", "ㅎ", "mine"),
        ("가/0001.png", "가", "mine"),
        ("가/7.png", "가", "mine"),
        ("3/7.png", "3", "mine"),
        ("7/가.png", "가", "mine/7"),
        ("ann/가.png", "가", "mine/ann"),
        ("ann/가/1.png", "가", "mine/ann"),
        ("U+AC00/x.png", "가", "mine"),
        ("uac00_1.png", "가", "mine"),
        ("가/가_9.png", "가", "mine"),
        (unicodedata.normalize("NFD", "값/1.png"), "값", "mine"),
    ],
)
def test_labels_and_writers_from_names(tmp_path: Path, name: str, label: str, writer: str) -> None:
    put(tmp_path / "mine" / name, picture(Path(name).suffix))
    (sample,) = folder.read([tmp_path / "mine"], "class 3")
    assert (sample.label, sample.writer, sample.source) == (label, writer, "class 3")
    assert np.abs(np.asarray(sample.ink).astype(int) - glyph(0)).max() < 60  # JPEG rings


def test_links_and_relative_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blob = put(tmp_path / "blobs" / "7f3a", picture(".png"))
    (tmp_path / "mine" / "ann").mkdir(parents=True)
    (tmp_path / "mine" / "ann" / "가.png").symlink_to(blob)
    monkeypatch.chdir(tmp_path / "mine")
    for given in (".", "../mine", "ann/가.png"):
        (sample,) = folder.read([Path(given)])
        assert sample.label == "가"
        assert sample.writer == ("ann" if given.endswith("png") else "mine/ann")


@pytest.mark.parametrize("given", ["가", "가/1.png"])
def test_paths_within_a_folder_named_by_label(tmp_path: Path, given: str) -> None:
    put(tmp_path / "mine" / "가" / "1.png", picture(".png"))
    (sample,) = folder.read([tmp_path / "mine" / given])
    assert sample.label == "가"


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("x.png", "not named or foldered by label"),
        ("words/가나.png", "not named or foldered by label"),
        ("가/나.png", "is named 나, but its folder 가"),
        ("ㄱ/가.png", "is named 가, but its folder ㄱ"),
    ],
)
def test_names_that_leave_the_label_open(tmp_path: Path, name: str, problem: str) -> None:
    path = put(tmp_path / "mine" / name, picture(".png"))
    with pytest.raises(DataError) as caught:
        list(folder.read([tmp_path / "mine"]))
    assert str(caught.value).startswith(f"{path}: {problem}")


def claim(width: int, height: int) -> bytes:
    """A PNG that claims to be of a size, and is whole up to there."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header
    return start + struct.pack(">I", zlib.crc32(header)) + picture(".png")[33:]


def claimed_jpeg(width: int, height: int) -> bytes:
    content = bytearray(picture(".jpg"))
    place = content.index(b"\xff\xc0")
    content[place + 5 : place + 9] = struct.pack(">HH", height, width)
    return bytes(content)


def chunk_of_4_gb() -> bytes:
    """A PNG with a text of which it holds three bytes and claims 4 GB."""
    content = picture(".png")
    return content[:33] + struct.pack(">I4s", 0xFFFFFFF0, b"tEXt") + b"abc" + content[33:]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (claim(65_536, 65_536), "its header claims 65536x65536 pixels"),
        (claim(0xFFFFFFFF, 1), "its header claims 4294967295x1 pixels"),
        (claim(0, 5), "its header claims 0x5 pixels"),
        (claimed_jpeg(65_535, 65_535), "its header claims 65535x65535 pixels"),
        (b"", "byte 0: neither a PNG nor a JPEG"),
        (b"GIF89a" + bytes(99), "byte 0: neither a PNG nor a JPEG"),
        (picture(".png")[:20], "byte 0: neither a PNG nor a JPEG"),
        (picture(".jpg")[:20], "byte 0: neither a PNG nor a JPEG"),
        (chunk_of_4_gb(), "not an image that can be read, or cut short"),
        (picture(".png")[:60], "not an image that can be read, or cut short"),
    ],
)
def test_images_that_cannot_be_decoded(tmp_path: Path, content: bytes, problem: str) -> None:
    path = put(tmp_path / "가.png", content)
    put(tmp_path / "나.png", picture(".png"))
    with pytest.raises(DataError) as caught:
        list(folder.read([tmp_path]))
    assert str(caught.value).startswith(f"{path}: {problem}")
    bad = BadSamples(skip=True)
    assert [sample.label for sample in folder.read([tmp_path], bad=bad)] == ["나"]
    assert bad.count == 1


def test_large_files_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "MOST_BYTES", 50)
    with pytest.raises(DataError, match="larger than"):
        list(folder.read([put(tmp_path / "가.png", picture(".png"))]))


def test_sizes_from_headers_are_those_of_the_decoder(tmp_path: Path) -> None:
    image = cv2.resize(glyph(3), (31, 77))
    for ending, flags in ((".png", []), (".jpg", []), (".jpg", [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])):
        content = cv2.imencode(ending, image, flags)[1].tobytes()
        assert folder.claimed_size(content) == (31, 77)


def test_photographs_are_averaged_down(tmp_path: Path) -> None:
    image = cv2.resize(glyph(0), (1200, 900), interpolation=cv2.INTER_AREA)
    (sample,) = folder.read(
        [put(tmp_path / "가.png", picture(".png", np.asarray(image, np.uint8)))]
    )
    assert np.shape(sample.ink) == (384, 512)
