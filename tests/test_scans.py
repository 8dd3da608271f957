"""Hand-filled grids, scanned: cells come back with their labels and their ink."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from edge_app import hangul
from tests import pages, sourcefiles
from tests.sourcefiles import put
from train import prepare
from train.data import BadSamples, DataError, Sample, labels, paper, scans
from train.shards import Manifest

SIDE = 96
"""px of a cell."""

ROWS, COLUMNS = 3, 5

LABELS = hangul.KS_X_1001[: ROWS * COLUMNS]


def write(path: Path, page: pages.Image) -> Path:
    return put(path, sourcefiles.picture(path.suffix, page))


def some_ink(count: int = ROWS * COLUMNS, side: int = 70) -> list[pages.Image]:
    return [pages.ink(number, side) for number in range(count)]


def read(path: Path, rows: int = ROWS, columns: int = COLUMNS) -> list[Sample]:
    return list(scans.read([path], LABELS, rows, columns))


@pytest.mark.parametrize("degrees", [0, 0.3, -1.7, 9])
@pytest.mark.parametrize(("line", "tone"), [(1, 120), (2, 40), (4, 0), (2, 200)])
def test_cells_of_skewed_pages(tmp_path: Path, degrees: float, line: int, tone: int) -> None:
    ink = some_ink()
    page = pages.turned(pages.grid(ink, COLUMNS, SIDE, line, tone), degrees, grain=4)
    samples = read(write(tmp_path / "mina" / "1.jpg", page))
    assert [sample.label for sample in samples] == list(LABELS)
    for sample, image in zip(samples, ink, strict=True):
        assert (sample.writer, sample.source) == ("mina", "scans")
        assert isinstance(sample.ink, np.ndarray)
        assert sample.ink[0].min() == 255
        assert pages.agreement(sample.ink, image) > 0.97


@pytest.mark.parametrize("shift", [(24, 0), (0, 24), (-20, -20)])
@pytest.mark.parametrize("tone", [40, 170])
def test_ink_across_lines_goes_whole_to_the_cell_with_most_of_it(
    tmp_path: Path, shift: tuple[int, int], tone: int
) -> None:
    ink = some_ink()
    page = pages.grid(ink, COLUMNS, SIDE, 3, tone, shift)
    samples = read(write(tmp_path / "1.png", pages.turned(page, 0.8)))
    alike = [
        pages.agreement(np.asarray(sample.ink), ink[LABELS.index(sample.label)])
        for sample in samples
    ]
    assert len(samples) == len(LABELS)
    assert np.mean(alike) > 0.93
    assert np.mean(np.array(alike) > 0.9) >= 0.8


def test_a_stroke_over_a_line_stays_in_one_piece(tmp_path: Path) -> None:
    for slope in (0, 20, -45):
        cross = np.full((SIDE, SIDE), 255, np.uint8)
        middle = (SIDE // 2, SIDE // 2)
        cv2.ellipse(cross, middle, (3, 46), slope, 0, 360, 30, 2, cv2.LINE_AA)
        cells = [None] * 6 + [cross] + [None] * 8
        page = pages.grid(cells, COLUMNS, SIDE, 3, 30, shift=(0, -25))
        (sample,) = read(write(tmp_path / f"p{slope}" / "1.png", page))
        assert sample.label == LABELS[6]
        ink = (np.asarray(sample.ink, np.uint8) < 128).astype(np.uint8)
        parts, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
        assert parts == 2
        assert stats[1, cv2.CC_STAT_HEIGHT] > 60


def test_touching_neighbours_are_parted_at_their_line(tmp_path: Path) -> None:
    plain = np.full((SIDE, SIDE), 255, np.uint8)
    cv2.line(plain, (0, 48), (SIDE, 48), 30, 2)
    cv2.line(plain, (48, 15), (48, 80), 30, 2)
    page = pages.grid([plain, plain] + [None] * 13, COLUMNS, SIDE)
    samples = read(write(tmp_path / "1.png", page))
    assert [sample.label for sample in samples] == list(LABELS[:2])
    for sample in samples:
        assert SIDE - 12 <= np.asarray(sample.ink).shape[1] <= SIDE + 6


def test_blank_cells_are_counted_and_dirt_is_no_ink(tmp_path: Path) -> None:
    ink: list[pages.Image | None] = list(some_ink())
    ink[3] = ink[14] = None
    speck = np.full((5, 5), 255, np.uint8)
    speck[2:4, 2:4] = 0
    ink[7] = speck
    page = pages.turned(pages.grid(ink, COLUMNS, SIDE), 1, grain=5)
    path = write(tmp_path / "1.png", page)
    counts: dict[str, int] = {}
    samples = list(scans.read([path], LABELS, ROWS, COLUMNS, counts=counts))
    assert counts == {"blank": 3}
    left_out = {LABELS[number] for number in (3, 7, 14)}
    assert [sample.label for sample in samples] == [x for x in LABELS if x not in left_out]
    assert not any(read(write(tmp_path / "2.png", pages.grid([None] * 15, COLUMNS, SIDE))))


def test_pages_go_on_with_the_labels(tmp_path: Path) -> None:
    ink = some_ink(6, 50)
    page = sourcefiles.picture(".png", pages.grid(ink, 3, 64))
    for name in ("001~01.png", "001~03.png", "002~02.png", "min/p9.png", "min/p10.png"):
        put(tmp_path / "scan" / name, page)
    found = [
        (sample.writer, sample.label)
        for sample in scans.read([tmp_path / "scan"], hangul.KS_X_1001, 2, 3)
    ]
    pieces = [("001", 0), ("001", 12), ("002", 6), ("min", 0), ("min", 6)]
    assert found == [
        (f"scan/{who}", label)
        for who, start in pieces
        for label in hangul.KS_X_1001[start : start + 6]
    ]
    later = scans.read(
        [tmp_path / "scan" / "001~03.png"], hangul.KS_X_1001, 2, 3, first=8, writer="Ann"
    )
    assert [(s.writer, s.label) for s in later] == [("Ann", x) for x in hangul.KS_X_1001[19:25]]


def test_pages_are_named_and_ordered(tmp_path: Path) -> None:
    for name in ("b/2.png", "b/10.png", "b/x1.jpg", "a~7.png", "a~x.png"):
        put(tmp_path / "t" / name, b"")
    found = [(page.path.name, page.writer, page.number) for page in paper.pages([tmp_path / "t"])]
    assert found == [
        ("a~7.png", "t/a", 7),
        ("a~x.png", "t", 2),
        ("2.png", "t/b", 1),
        ("10.png", "t/b", 2),
        ("x1.jpg", "t/b", 3),
    ]


@pytest.mark.parametrize(
    ("rows", "columns", "problem"),
    [
        (4, 5, "of the 5 lines that 4 rows have"),
        (2, 5, "shows more than 2 rows"),
        (3, 4, "shows more than 4 columns"),
        (3, 10, "of the 11 lines that 10 columns have"),
        (40, 5, "shows no grid with 40 rows"),
    ],
)
def test_another_grid_is_refused(tmp_path: Path, rows: int, columns: int, problem: str) -> None:
    path = write(tmp_path / "1.png", pages.grid(some_ink(), COLUMNS, SIDE))
    with pytest.raises(DataError) as caught:
        read(path, rows, columns)
    assert str(caught.value).startswith(f"{path}: ")
    assert problem in str(caught.value)


def test_half_the_rows_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "1.png", pages.grid(some_ink(20), COLUMNS, SIDE))
    with pytest.raises(DataError, match="shows more than 2 rows"):
        read(path, 2)


@pytest.mark.parametrize("page", [np.full((300, 200), 255), np.zeros((300, 200)), np.eye(250) * 9])
def test_pages_without_a_grid(tmp_path: Path, page: npt.NDArray[np.float64]) -> None:
    path = write(tmp_path / "1.png", page.astype(np.uint8))
    with pytest.raises(DataError, match="shows"):
        read(path)


def test_ink_after_the_last_label_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / "1.png", pages.grid(some_ink(), COLUMNS, SIDE))
    with pytest.raises(DataError) as caught:
        list(scans.read([path], LABELS[:13], ROWS, COLUMNS))
    place = "row 3, column 4"
    assert str(caught.value).startswith(f"{path}: {place}: has ink, but the labels end before it")
    with pytest.raises(DataError, match="is page 1, but the labels end before it"):
        list(scans.read([path], LABELS, ROWS, COLUMNS, first=16))


def test_a_bad_page_does_not_move_the_labels_of_the_next(tmp_path: Path) -> None:
    ink = some_ink(6, 50)
    write(tmp_path / "s" / "1.png", np.full((90, 90), 255, np.uint8))
    write(tmp_path / "s" / "2.png", pages.grid(ink, 3, 64))
    bad = BadSamples(skip=True)
    samples = scans.read([tmp_path / "s"], LABELS, 2, 3, bad=bad)
    assert [sample.label for sample in samples] == list(LABELS[6:12])
    assert bad.count == 1


def test_huge_claims_are_refused_before_decoding(tmp_path: Path) -> None:
    head = b"IHDR" + struct.pack(">IIBBBBB", 65_000, 65_000, 8, 0, 0, 0, 0)
    claim = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head
    path = put(tmp_path / "1.png", claim + struct.pack(">I", zlib.crc32(head)))
    with pytest.raises(DataError, match="its header claims 65000x65000 pixels"):
        read(path)


def test_labels_from_a_file(tmp_path: Path) -> None:
    text = "\ufeff가 나\r\n다\n\u1112\u1161\u11ab7ㅎ가"
    path = put(tmp_path / "order.txt", text.encode())
    assert labels.read(str(path)) == ("가", "나", "다", "한", "7", "ㅎ", "가")
    assert labels.read("digits") == hangul.DIGITS


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("가나\n다A".encode(), "line 2: 'A' is no digit, single jamo or syllable"),
        (b"\xb0\xa1", "byte 0: not UTF-8"),
        (b" \n", "holds no labels"),
        (b" " * (labels.MOST_BYTES + 1), "larger than 1 MiB"),
        (None, "cannot be read"),
    ],
)
def test_files_that_are_no_labels(tmp_path: Path, content: bytes | None, problem: str) -> None:
    path = tmp_path / "order.txt"
    if content is not None:
        put(path, content)
    with pytest.raises(DataError) as caught:
        labels.read(str(path))
    assert str(caught.value).startswith(f"{path}: {problem}")


def test_pages_finer_than_needed_are_averaged_down(tmp_path: Path) -> None:
    ink = [pages.ink(number, 560, 14) for number in range(ROWS * COLUMNS)]
    path = write(tmp_path / "1.png", pages.grid(ink, COLUMNS, 760, 14))
    samples = read(path)
    for sample, image in zip(samples, ink, strict=True):
        assert max(np.asarray(sample.ink).shape) < 560
        assert pages.agreement(np.asarray(sample.ink), image) > 0.97


@pytest.mark.parametrize(
    "options",
    [
        ["--rows", "3"],
        ["--columns", "3"],
        ["--rows", "0", "--columns", "3"],
        ["--rows", "3", "--columns", "3", "--start", "0"],
    ],
)
def test_wrong_usage(options: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        prepare.main(["scans", "x", "--out", "o", *options])
    assert caught.value.code == 2


@pytest.mark.parametrize("source", [["scans", "--rows", "3", "--columns", "5"], ["form"]])
def test_missing_paths_and_empty_folders(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], source: list[str]
) -> None:
    (tmp_path / "empty").mkdir()
    for name, problem in (("none", "no such file or folder"), ("empty", "holds no .png or")):
        command = [*source, str(tmp_path / name), "--out", str(tmp_path / "o"), "--skip-bad"]
        assert prepare.main(command) == 1
        assert f"{tmp_path / name}: {problem}" in capsys.readouterr().err
    assert not (tmp_path / "o").exists()


def test_by_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    order = put(tmp_path / "order.txt", "".join(LABELS).encode())
    ink: list[pages.Image | None] = list(some_ink())
    ink[4] = None
    page = write(tmp_path / "in" / "ann~1.png", pages.grid(ink, COLUMNS, SIDE))
    command = ["scans", str(page), "--out", str(tmp_path / "o"), "--rows", "3", "--columns", "5"]
    assert prepare.main([*command, "--labels", str(order), "--licence", "CC0"]) == 0
    assert "14 samples (" in (said := capsys.readouterr().out)
    assert said.endswith("; 1 blank cells left out\n")
    manifest = Manifest.load(tmp_path / "o")
    assert (manifest.writers, manifest.licence) == ({"in/ann": 14}, "CC0")
    assert {"counts": {"blank": 1}, "rows": 3, "start": 1}.items() <= manifest.options.items()
    assert prepare.main([*command[:3], str(tmp_path / "p"), *command[4:], "--labels", "none"]) == 1
    assert "none: cannot be read" in capsys.readouterr().err
    assert not (tmp_path / "p").exists()
