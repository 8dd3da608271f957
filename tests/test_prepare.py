"""prepare.py with the sources that become shards, and its contact sheets."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge_app import images
from tests import sourcefiles
from tests.conftest import PATIENCE_S, ROOT
from tests.fuzz import readers
from tests.sourcefiles import put
from train import contact, prepare, shardwriter
from train.data import BadSamples, DataError, Sample, Source
from train.shards import Manifest, Shards

ONE_BAD = np.array([ord("가"), 0, ord("다"), ord("라")], np.int32)
"""Code points of which one is no label's."""

FONT_LICENCE = "SIL OFL 1.1; https://openfontlicense.org"
"""What `sourcefiles.font` states."""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with a little of every source in a folder of its own."""
    put(tmp_path / "phd08" / "가.txt", sourcefiles.phd08())
    other = sourcefiles.phd08(("M_0_0_0_0_0", "M_1_0_0_0_0"), "\n", column=4)
    put(tmp_path / "phd08" / "나.txt", other)
    put(tmp_path / "hgu1" / "PE92_train" / "a.hgu1", sourcefiles.hgu1("가가"))
    put(tmp_path / "hgu1" / "PE92_test" / "a.hgu1", sourcefiles.hgu1("가가가", first=3))
    annotations = json.dumps(sourcefiles.aihub("가", "나", "가")).encode()
    put(tmp_path / "aihub" / "handwriting_data_info1.json", annotations)
    for number in range(3):
        picture = sourcefiles.picture(".png", sourcefiles.glyph(number))
        put(tmp_path / "aihub" / "1_syllable" / f"{number:08}.png", picture)
    put(tmp_path / "folder" / "다" / "1.png", sourcefiles.picture(".png"))
    put(tmp_path / "folder" / "라_1.jpg", sourcefiles.picture(".jpg", sourcefiles.glyph(7)))
    put(tmp_path / "fonts" / "a.woff2", sourcefiles.font_file(flavour="woff2"))
    letter = b"START\n1.0,-2.0,0.0\n3.0,-4.0,9.0\nBREAK\n"
    put(tmp_path / "omniglot" / "Korean" / "character22" / "0564_03.txt", letter)
    put(tmp_path / "writers" / "a.npz", sourcefiles.npz(sourcefiles.cells()))
    return tmp_path


def run(*arguments: object) -> int:
    return prepare.main([str(argument) for argument in arguments])


@pytest.mark.parametrize(
    ("source", "options", "count", "recorded"),
    [
        ("phd08", ["--size", 0, 1, "--face", "M", "H1"], 3, {"size": ["0", "1"]}),
        ("phd08", [], 5, {"slant": ["0", "1", "2"]}),
        ("hgu1", ["--drop-tail", 1], 3, {"drop_tail": 1}),
        ("aihub", [], 3, {"min_samples": 1, "stratified": False}),
        ("aihub", ["--min-samples", 2, "--stratified"], 2, {"min_samples": 2, "stratified": True}),
        ("folder", ["--name", "class 3", "--licence", "CC0"], 2, {"name": "class 3"}),
        (
            "fonts",
            ["--labels", "all11172", "--size", 40],
            4,
            {"size": 40, "faces": None, "licences": {"a.woff2/막대 Bars Bold": FONT_LICENCE}},
        ),
        ("omniglot", [], 1, {}),
        ("writers", ["--no-doubtful"], 3, {"doubtful": False}),
    ],
)
def test_sources_become_shards(
    files: Path,
    capsys: pytest.CaptureFixture[str],
    source: str,
    options: list[object],
    count: int,
    recorded: dict[str, object],
) -> None:
    out = files / "new" / "out"
    assert run(source, files / source, "--out", out, *options) == 0
    said = capsys.readouterr()
    assert f"{out}: {count} samples (" in said.out
    assert (said.out.count("\n"), said.err) == (1, "")
    manifest = Manifest.load(out)
    assert manifest.samples == count
    assert recorded.items() <= manifest.options.items()
    assert manifest.licence


def test_folders_of_people_carry_their_licence(files: Path) -> None:
    assert run("folder", files / "folder", "--out", files / "o", "--licence", "CC0") == 0
    assert Manifest.load(files / "o").licence == "CC0"


def test_official_parts_stay_apart(files: Path) -> None:
    assert run("hgu1", files / "hgu1", "--out", files / "o") == 0
    assert [len(Shards(files / "o", part)) for part in ("train", "val", "test")] == [2, 0, 3]


def test_several_paths(files: Path) -> None:
    paths = sorted((files / "phd08").iterdir())
    assert run("phd08", *paths, "--out", files / "o") == 0
    assert Manifest.load(files / "o").labels == {"가": 3, "나": 2}


@pytest.mark.parametrize(
    ("source", "name", "content"),
    [
        ("phd08", "phd08/가.txt", sourcefiles.phd08()[:50]),
        ("phd08", "phd08/가.txt", sourcefiles.phd08().replace(b"5 7", b"x 7")),
        ("hgu1", "hgu1/PE92_test/a.hgu1", sourcefiles.hgu1()[:99]),
        ("hgu1", "hgu1/PE92_test/a.hgu1", b"HGU2    "),
        ("hgu1", "hgu1/PE92_test/a.hgu1", sourcefiles.hgu1().replace(b"\xb0\xa1", b"AB", 1)),
        ("aihub", "aihub/b.json", b'{"annotations": [], "images": [{"id'),
        ("aihub", "aihub/b.json", json.dumps(sourcefiles.aihub("국ㅇㄴ")).encode()),
        ("aihub", "aihub/b.json", json.dumps(sourcefiles.aihub("가", images=[])).encode()),
        ("aihub", "aihub/1_syllable/00000001.png", sourcefiles.picture(".png")[:60]),
        ("folder", "folder/라_1.jpg", sourcefiles.picture(".jpg")[:99]),
        ("fonts", "fonts/b.ttf", sourcefiles.font_file()[:99]),
        ("fonts", "fonts/b.ttf", sourcefiles.font_file(sourcefiles.font("AB"))),
        ("folder", "folder/nobody.png", sourcefiles.picture(".png")),
        ("writers", "writers/b.npz", sourcefiles.npz(sourcefiles.cells())[:999]),
        ("writers", "writers/b.npz", sourcefiles.npz(sourcefiles.cells(labels=ONE_BAD))),
        ("writers", "writers/b.npz", sourcefiles.npz({"images": sourcefiles.glyph(0)})),
    ],
)
def test_broken_input_is_one_sentence_and_no_output_unless_skipped(
    files: Path,
    capsys: pytest.CaptureFixture[str],
    source: str,
    name: str,
    content: bytes,
) -> None:
    put(files / name, content)
    before = sorted(files.iterdir())
    assert run(source, files / source, "--out", files / "o") == 1
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert str(files / name) in said.err
    assert said.err.count("--skip-bad") == 1
    assert sorted(files.iterdir()) == before
    assert run(source, files / source, "--out", files / "o", "--skip-bad") == 0
    said = capsys.readouterr()
    assert "1 left out, the first: " in said.out
    assert Manifest.load(files / "o").left_out == 1


@pytest.mark.parametrize("source", ["aihub", "phd08", "hgu1", "folder", "fonts", "writers"])
def test_missing_paths_and_folders_in_use(
    files: Path, capsys: pytest.CaptureFixture[str], source: str
) -> None:
    assert run(source, files / "none", "--out", files / "o", "--skip-bad") == 1
    assert "none: no such file or folder" in capsys.readouterr().err
    assert run(source, files / source, "--out", files) == 1
    assert f"{files}: exists already; remove it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("source", "name", "options"),
    [
        ("aihub", "a.json", []),
        ("phd08", "가.txt", []),
        ("hgu1", "a.hgu1", []),
        ("folder", "가.png", []),
        ("fonts", "a.ttf", []),
        ("form", "a.png", []),
        ("scans", "a.png", ["--rows", 1, "--columns", 1]),
        ("omniglot", "Korean/character01/0543_01.txt", []),
        ("writers", "a.npz", []),
    ],
)
def test_every_path_is_looked_at_before_any_is_read(
    files: Path, capsys: pytest.CaptureFixture[str], source: str, name: str, options: list[object]
) -> None:
    # If it were read, it would be what is complained about.
    put(files / "first" / name, b"damaged")
    put(files / "first" / "image.jpg", b"which AI Hub's annotations need")
    put(files / "notes" / "read.me", b"no data")
    for last, problem in (
        (files / "none", "no such file or folder"),
        (files / "notes", "holds no "),
        (files / "notes" / "read.me", ": "),
    ):
        assert run(source, files / "first", last, "--out", files / "o", *options) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert f"{last}: " in line and problem in line


def test_a_path_without_data_is_left_out_and_counted(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(files / "notes" / "read.me", b"no data")
    paths = [files / "notes", files / "phd08", files / "notes" / "read.me"]
    assert run("phd08", *paths, "--out", files / "o", "--skip-bad") == 0
    said = capsys.readouterr().out
    assert f"2 left out, the first: {files / 'notes'}: holds no .txt file" in said
    manifest = Manifest.load(files / "o")
    assert (manifest.samples, manifest.left_out) == (5, 2)
    assert run("phd08", files / "notes", "--out", files / "p", "--skip-bad") == 1
    assert not (files / "p").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["aihub", "x", "--out", "o", "--min-samples", "0"],
        ["phd08", "x", "--out", "o", "--face", "Q"],
        ["phd08", "x", "--out", "o", "--slant", "3"],
        ["hgu1", "x", "--out", "o", "--drop-tail", "-1"],
        ["hgu1", "x", "--out", "o", "--drop-tail", "many"],
        ["sheet", "x", "--out", "o", "--samples", "0"],
        ["sheet", "x", "--out", "o", "--seed", "-1"],
        ["fonts", "x", "--out", "o", "--size", "31"],
        ["fonts", "x", "--out", "o", "--labels", "latin"],
        ["folder", "--out", "o"],
    ],
)
def test_wrong_usage(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        prepare.main(arguments)
    assert caught.value.code == 2


def test_sheets_show_every_sample_over_its_label(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("phd08", files / "phd08", "--out", files / "o") == 0
    picture = files / "sheets" / "phd08.png"
    assert run("sheet", files / "o", "--out", picture) == 0
    assert str(picture) in capsys.readouterr().out
    sheet = images.read(picture)
    side, gap = contact.INK.size, 6
    assert sheet.shape[1] == 5 * (side + gap) + gap
    for column in range(5):
        x = gap + column * (side + gap)
        drawn, label = sheet[gap : gap + side, x : x + side], sheet[gap + side + 2 :, x : x + side]
        assert drawn.min() < 60
        assert label[:18].min() < 60
        assert label[20:].min() < 120
    # Sorted by label: three 가, then two 나, of one picture each.
    tops = [
        sheet[gap + side + 2 : gap + side + 20, gap + n * (side + gap) :][:, :18] for n in range(5)
    ]
    assert np.array_equal(tops[0], tops[1]) and np.array_equal(tops[1], tops[2])
    assert np.array_equal(tops[3], tops[4]) and not np.array_equal(tops[2], tops[3])


def test_sheets_of_strokes_parts_and_seeds(files: Path) -> None:
    ink = [np.array([[0.0, 0.0], [1.0, 1.0]])]
    samples = [Sample([ink[0] * [1, n]], "ㅣ", f"w{n}", "pad", "val") for n in range(1, 40)]
    bad = BadSamples(skip=False)
    shardwriter.write(samples, files / "o", Source("pad", "CC0", ""), {}, bad)
    first, again, other = (contact.draw(files / "o", ["val"], 9, seed) for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    with pytest.raises(DataError, match="has no samples of test"):
        contact.draw(files / "o", ["test"], 9, 0)


def test_runs_as_a_file(files: Path) -> None:
    command = [sys.executable, str(ROOT / "train" / "prepare.py")]
    for arguments in (
        ["writers", "writers", "--out", "o"],
        ["sheet", "o", "--out", "o.png"],
    ):
        done = subprocess.run(
            [*command, *arguments], cwd=files, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
    assert cv2.haveImageReader(str(files / "o.png"))


@pytest.mark.parametrize("reader", sorted(readers.TARGETS))
def test_damaged_files_never_do_more_than_be_refused(reader: str) -> None:
    script = ROOT / "tests" / "fuzz" / "readers.py"
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script), reader, "--runs", "300"],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "300 inputs" in done.stdout
