"""The PHD08 reader, on files written here in the format."""

from __future__ import annotations

import re
import unicodedata
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from edge_app.ink import InkSettings, frame
from tests.sourcefiles import phd08 as content
from tests.sourcefiles import put
from train.data import BadSamples, DataError, phd08
from train.data.phd08 import FACES, LEVELS, Selection


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_bitmaps_labels_and_faces(tmp_path: Path, end: str) -> None:
    first, second = phd08.read(
        [put(tmp_path / "값.txt", content(("B_0_0_0_0_0", "H2_1_2_0_1_2"), end))]
    )
    assert (first.label, first.writer, first.source) == ("값", "phd08-B", "PHD08")
    assert (second.label, second.writer) == ("값", "phd08-H2")
    expected = np.full((9, 11), 255)
    expected[2:7, 4] = expected[3, 4:9] = 0
    np.testing.assert_array_equal(first.ink, expected)
    assert np.shape(second.ink) == (10, 11)


def test_names_of_files_as_macos_writes_them(tmp_path: Path) -> None:
    path = put(tmp_path / unicodedata.normalize("NFD", "값.txt"), content())
    assert {sample.label for sample in phd08.read([path])} == {"값"}


def test_files_of_folders_in_order(tmp_path: Path) -> None:
    for name in ("나.txt", "가.txt", "b/다.TXT", "readme.md"):
        put(tmp_path / name, content(("B_0_0_0_0_0",)))
    assert [sample.label for sample in phd08.read([tmp_path])] == ["가", "나", "다"]


NAMES = ["_".join(name) for name in product(FACES, *[LEVELS] * 5)]
"""Of all 2,187 samples of a syllable."""


@pytest.mark.parametrize(
    ("selection", "pattern", "count"),
    [
        (Selection(), ".*", 2187),
        (Selection(noise=("0",), resolution=("2",), threshold=("1",)), ".*_._0_2_1_.", 81),
        (Selection(face=("H1", "B")), "(H1|B)_.*", 486),
        (Selection(size=("1",)), "[^_]+_1_._._._.", 729),
        (Selection(slant=("0", "2")), ".*(0|2)", 1458),
        (Selection(face=()), "", 0),
    ],
)
def test_any_selection_in_one_pass(
    tmp_path: Path, selection: Selection, pattern: str, count: int
) -> None:
    path = put(tmp_path / "가.txt", content(NAMES))
    chosen = [(name, i) for i, name in enumerate(NAMES) if re.fullmatch(pattern, name)]
    read = list(phd08.read([path], selection))
    assert len(read) == len(chosen) == count
    for sample, (name, number) in zip(read, chosen, strict=True):
        assert sample.writer == f"phd08-{name.split('_')[0]}"
        assert np.shape(sample.ink)[0] == 5 + number % 50 + 2 * phd08.BORDER


def test_framing_sees_dark_ink_on_light_paper(tmp_path: Path) -> None:
    # A bitmap is cut to its ink: without a border most of this one's edge would be ink.
    text = "B_0_0_0_0_0\r\n3 5\r\n11111\r\n10001\r\n11111\r\n\r\n"
    (sample,) = phd08.read([put(tmp_path / "므.txt", text.encode())])
    framed = frame(sample.ink, InkSettings())
    assert framed is not None
    assert framed[16, 16] == 0
    assert framed[:, 16].max() == 255


LINES = content().split(b"\r\n")
"""Name, size, five rows, an empty line (1 to 8); the second sample is on lines 9 to 17."""


@pytest.mark.parametrize(
    ("line", "becomes", "problem"),
    [
        (1, [b"B_0_0_0_0"], "line 1: 'B_0_0_0_0' is not FACE_"),
        (9, [b"H3_1_2_0_1_2"], "line 9: 'H3_1_2_0_1_2' is not FACE_"),
        (9, [b"B_1_2_3_0_0"], "line 9: 'B_1_2_3_0_0' is not FACE_"),
        (2, [b"5"], "line 2: is not HEIGHT WIDTH"),
        (2, [b"5 -7"], "line 2: is not HEIGHT WIDTH"),
        (2, [b"0 7"], "line 2: is not HEIGHT WIDTH"),
        (2, [b"60000 65000"], "line 2: is not HEIGHT WIDTH"),
        (2, [b"999 999"], "line 2: is not HEIGHT WIDTH"),
        (2, [b"5 8"], "line 3: a row of 8 digits is missing"),
        (4, [b"001000"], "line 4: a row of 7 digits is missing"),
        (4, [], "line 7: a row of 7 digits is missing"),
        (4, [b"0010020"], "line 4: a digit other than 0 and 1"),
        (4, [b"0010 00"], "line 4: a digit other than 0 and 1"),
        (4, [b"0" * 300], "line 4: is longer than 255 characters"),
        (4, [b"0" * 3_000_000], "line 4: is longer than 255 characters"),
        (8, [], "line 8: an empty line is missing"),
        (8, [b"0010000", b""], "line 8: an empty line is missing"),
    ],
)
def test_what_breaks_the_format_names_the_line_and_costs_one_sample(
    tmp_path: Path, line: int, becomes: list[bytes], problem: str
) -> None:
    lines = [*LINES]
    lines[line - 1 : line] = becomes
    path = put(tmp_path / "가.txt", b"\r\n".join(lines))
    with pytest.raises(DataError) as caught:
        list(phd08.read([path]))
    assert str(caught.value).startswith(f"{path}: {problem}")
    assert len(str(caught.value)) < 200 + len(str(path))
    bad = BadSamples(skip=True)
    read = list(phd08.read([path], bad=bad))
    # Where the empty line is missing, the next sample goes along.
    assert (len(read), bad.count) == ((1, 1) if (line, becomes) == (8, []) else (2, 1))


@pytest.mark.parametrize("cut", range(1, len(content()) - 2, 7))
def test_cut_files(tmp_path: Path, cut: int) -> None:
    path = put(tmp_path / "가.txt", content()[:cut])
    bad = BadSamples(skip=True)
    read = list(phd08.read([path], bad=bad))
    ends = [
        place + 2 for place in range(len(content())) if content()[place:].startswith(b"\r\n\r\n")
    ]
    assert len(read) == sum(end <= cut for end in ends)
    whole = cut in (end + more for end in ends for more in (0, 1, 2))
    assert bad.count == (0 if whole else 1)


@pytest.mark.parametrize("name", ["가나.txt", "a.txt", "ㄱ.txt", "7.txt"])
def test_files_that_are_not_named_by_a_syllable(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="is not named by a syllable"):
        list(phd08.read([put(tmp_path / name, content())]))


def test_more_empty_lines_between_samples_do_not_matter(tmp_path: Path) -> None:
    path = put(tmp_path / "가.txt", content().replace(b"\r\n\r\n", b"\r\n\r\n\r\n"))
    assert len(list(phd08.read([path]))) == 3


def test_paths_that_hold_nothing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file or folder"):
        list(phd08.read([tmp_path / "none"]))
    with pytest.raises(DataError, match=r"holds no \.txt file"):
        list(phd08.read([tmp_path]))
    with pytest.raises(DataError, match="the file is empty"):
        list(phd08.read([put(tmp_path / "가.txt", b"")]))
