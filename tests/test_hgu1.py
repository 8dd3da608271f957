"""The HGU1 reader, on files written here in the format."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.sourcefiles import glyph, put
from tests.sourcefiles import hgu1 as content
from train.data import BadSamples, DataError, hgu1

RECORD = 6 + 20 * 16
"""Bytes of the first image and its header."""


def test_codes_sizes_and_grey(tmp_path: Path) -> None:
    path = put(tmp_path / "PE92_train" / "b0a1.hgu1", content("가똑힝"))
    samples = list(hgu1.read([path]))
    assert [sample.label for sample in samples] == ["가", "똑", "힝"]
    for number, sample in enumerate(samples):
        expected = np.pad(glyph(number, 20, 16 + number), hgu1.BORDER, constant_values=255)
        np.testing.assert_array_equal(sample.ink, expected)
        assert (sample.writer, sample.part) == ("PE92_train", "train")


def test_official_parts_are_kept_apart(tmp_path: Path) -> None:
    for place in ("HanDB_train/b0a1", "HanDB_test/b0a1", "x/seri95-test", "training/pe_train"):
        put(tmp_path / f"{place}.hgu1", content("가"))
    parts = {sample.writer: sample.part for sample in hgu1.read([tmp_path])}
    assert parts == {"HanDB_train": "train", "HanDB_test": "test", "x": "test", "training": "train"}
    put(tmp_path / "contest" / "latest.hgu1", content("가"))
    with pytest.raises(DataError, match=r"latest\.hgu1: neither it nor its folder is named"):
        list(hgu1.read([tmp_path / "contest"]))


@pytest.mark.parametrize("tail", [0, 1, 3, 4, 9])
def test_tails_of_every_file_can_be_dropped(tmp_path: Path, tail: int) -> None:
    for name, text in (("a", "가가가가"), ("b", "나나")):
        put(tmp_path / "PE92_train" / f"{name}.hgu1", content(text))
    read = "".join(sample.label for sample in hgu1.read([tmp_path], tail))
    assert read == "가" * max(0, 4 - tail) + "나" * max(0, 2 - tail)


def test_a_bad_image_keeps_its_place_in_the_tail(tmp_path: Path) -> None:
    whole = bytearray(content("가나다라"))
    place = 8 + RECORD
    whole[place : place + 2] = b"\x00\x00"
    path = put(tmp_path / "train" / "a.hgu1", bytes(whole))
    bad = BadSamples(skip=True)
    assert [sample.label for sample in hgu1.read([path], 2, bad)] == ["가"]
    assert bad.count == 1


@pytest.mark.parametrize(
    ("place", "bytes_", "problem", "left"),
    [
        (0, b"HGU2    ", "byte 0: does not start with", 0),
        (8, b"\xa4\xa1", "byte 8: code a4a1 is no KS C 5601 syllable", 2),
        (8, b"AB", "byte 8: code 4142 is no KS C 5601 syllable", 2),
        (8 + RECORD, b"\xff\xff", f"byte {8 + RECORD}: code ffff is no", 2),
        (8 + RECORD + 2, b"\xff\xff", f"byte {8 + RECORD}: the file is cut off within", 1),
    ],
)
def test_what_breaks_the_format_names_the_byte(
    tmp_path: Path, place: int, bytes_: bytes, problem: str, left: int
) -> None:
    whole = bytearray(content("가나다"))
    whole[place : place + len(bytes_)] = bytes_
    path = put(tmp_path / "train" / "a.hgu1", bytes(whole))
    with pytest.raises(DataError) as caught:
        list(hgu1.read([path]))
    assert str(caught.value).startswith(f"{path}: {problem}")
    bad = BadSamples(skip=True)
    assert len(list(hgu1.read([path], bad=bad))) == left
    assert bad.count == 1


def test_an_image_without_pixels(tmp_path: Path) -> None:
    empty = "나".encode("euc_kr") + bytes((0, 9, 0, 0))
    path = put(tmp_path / "train" / "a.hgu1", content("가")[:8] + empty + content("다")[8:])
    bad = BadSamples(skip=True)
    assert [sample.label for sample in hgu1.read([path], bad=bad)] == ["다"]
    with pytest.raises(DataError, match="byte 8: an image of 0x9 pixels"):
        list(hgu1.read([path]))


@pytest.mark.parametrize("cut", [0, 7, 9, 8 + 5, 8 + 6, 8 + RECORD - 1, 8 + RECORD + 1])
def test_cut_files(tmp_path: Path, cut: int) -> None:
    path = put(tmp_path / "test" / "a.hgu1", content("가나")[:cut])
    with pytest.raises(DataError, match=r"a\.hgu1: byte \d+: "):
        list(hgu1.read([path]))


def test_a_tail_is_not_negative(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not be negative"):
        list(hgu1.read([tmp_path], -1))
