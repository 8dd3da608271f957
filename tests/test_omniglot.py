"""The reader of Omniglot's jamo, on files written here in the format."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from edge_app import hangul
from tests.sourcefiles import put
from train.data import BadSamples, DataError, omniglot

TEXT = "START\n10.0,-20.0,0.0\n30.0,-25.5,40.0\nBREAK\n5,-1,80\nBREAK\n"
TOP = "strokes_background/Korean"


def test_letters_people_and_strokes(tmp_path: Path) -> None:
    put(tmp_path / TOP / "character21" / "0563_07.txt", TEXT.encode())
    put(tmp_path / TOP / "character22" / "0564_20.txt", TEXT.replace("\n", "\r\n").encode())
    put(tmp_path / "strokes_background/Latin/character01/0001_01.txt", b"not read")
    medial, initial = omniglot.read([tmp_path])
    assert (medial.label, medial.writer) == ("ㅣ", "omniglot-07")
    assert (initial.label, initial.writer) == ("ㄱ", "omniglot-20")
    for sample in (medial, initial):
        np.testing.assert_array_equal(sample.ink[0], [[10, 20], [30, 25.5]])
        np.testing.assert_array_equal(sample.ink[1], [[5, 1]])


def test_straight_out_of_the_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "o.zip", "w") as archive:
        for number in range(1, 41):
            archive.writestr(f"{TOP}/character{number:02}/{542 + number:04}_01.txt", TEXT)
    samples = list(omniglot.read([tmp_path / "o.zip"]))
    assert [sample.label for sample in samples] == [*hangul.MEDIALS, *hangul.INITIALS]


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
def test_a_damaged_archive_is_refused_wherever_it_is_damaged(tmp_path: Path, method: int) -> None:
    path = tmp_path / "bad.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr(f"가/{TOP}/character01/0543_01.txt", TEXT)
    assert len(list(omniglot.read([path]))) == 1
    whole = path.read_bytes()
    refused = 0
    # In its names, which say that they are UTF-8, in what is packed, and in the directory.
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            list(omniglot.read([path]))
        except DataError as error:
            assert str(error).startswith(f"{path}: ") and "\n" not in str(error)
            refused += 1
    assert refused > len(whole) / 2


def test_no_path_is_read_before_all_are_known_to_hold_letters(tmp_path: Path) -> None:
    put(tmp_path / "good" / TOP / "character01" / "0543_01.txt", TEXT.encode())
    put(tmp_path / "cut.zip", b"PK\x03\x04")
    put(tmp_path / "other" / "a.txt", b"")
    good, others = tmp_path / "good", [tmp_path / "cut.zip", tmp_path / "other"]
    for other in others:
        with pytest.raises(DataError, match=other.name):
            next(omniglot.read([good, other]))
    bad = BadSamples(skip=True)
    assert [sample.label for sample in omniglot.read([*others, good], bad)] == ["ㅏ"]
    assert bad.count == 2
    with pytest.raises(DataError, match="no such file or folder"):
        next(omniglot.read([good, tmp_path / "none"], bad))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "line 1: does not run from START to BREAK"),
        (TEXT[:25], "line 1: does not run from START to BREAK"),
        (TEXT[6:], "line 1: does not run from START to BREAK"),
        ("START\nBREAK\n", "line 1: holds no point"),
        (TEXT.replace("5,-1,80", "5,-1"), "line 5: '5,-1' is not x,y,milliseconds"),
        (TEXT.replace("30.0", "x"), "line 3: 'x,-25.5,40.0' is not x,y,milliseconds"),
        (TEXT.replace("30.0", "nan"), "line 3: a coordinate that is no finite number"),
        (TEXT.replace("-20.0", "1e999"), "line 2: a coordinate that is no finite number"),
    ],
)
def test_broken_files_name_the_line_and_cost_one_letter(
    tmp_path: Path, text: str, problem: str
) -> None:
    name = f"{TOP}/character01/0543_01.txt"
    put(tmp_path / name, text.encode())
    put(tmp_path / TOP / "character02" / "0544_01.txt", TEXT.encode())
    with pytest.raises(DataError) as caught:
        list(omniglot.read([tmp_path]))
    assert str(caught.value).startswith(f"{tmp_path}: {name}: {problem}")
    bad = BadSamples(skip=True)
    assert [sample.label for sample in omniglot.read([tmp_path], bad)] == ["ㅐ"]
    assert bad.count == 1


def test_there_are_forty_letters(tmp_path: Path) -> None:
    put(tmp_path / TOP / "character41" / "0583_01.txt", TEXT.encode())
    with pytest.raises(DataError, match="there are characters 01 to 40 only"):
        list(omniglot.read([tmp_path]))


def test_a_folder_of_something_else(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"give Omniglot's strokes_background\.zip"):
        list(omniglot.read([tmp_path]))
