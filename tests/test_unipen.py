"""The UNIPEN reader, on small releases written here in the format's own words."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from train import prepare
from train.data import DataError, Sample, strokes, tree, unipen

ROOT = Path(__file__).parents[1]

DOC = """.VERSION 1.0
.DATA_SOURCE a pad
.COMMENT the y axis points up
 .COORD is not a keyword here, as it does not start the line
.COORD X Y T
.X_POINTS_PER_INCH 100
.Y_POINTS_PER_INCH 200
"""

INK = """.INCLUDE syn/syn.doc
.WRITER_ID Jane_Doe
.PEN_DOWN
10 900 0
10 700 1
10 500 2
.PEN_UP
.PEN_DOWN
110 900 3
110 500 4
.PEN_UP
.DT 100
.PEN_UP
60 700 5
.PEN_DOWN
10 700 6 210 700 7
.PEN_DOWN
0 0 0
.WRITER_ID John_Doe
.PEN_DOWN
-5 -10.5 0
-5 10 1
"""

SEGMENTS = """.VERSION 1.0
.INCLUDE syn/data/jane.dat
.SEGMENT CHARACTER 0 OK "1"
.SEGMENT CHARACTER 1-3 ? "4"
.SEGMENT CHARACTER 0:1-0:2,3:0 GOOD "7"
.SEGMENT CHARACTER 0 BAD "9"
.SEGMENT CHARACTER 1 OK "l"
.SEGMENT WORD 0-3 OK "1"
.SEGMENT CHARACTER 5 "1"
"""

RELEASE = {
    "train_r01_v07/data/1a/syn/jane.dat": SEGMENTS,
    "train_r01_v07/data/1b/syn/jane.dat": '.VERSION 1.0\n.SEGMENT CHARACTER 99 OK "A"\n',
    "train_r01_v07/include/syn/syn.doc": DOC,
    "train_r01_v07/include/syn/data/jane.dat": INK,
}


def folder(path: Path, files: dict[str, str] = RELEASE) -> Path:
    for name, text in files.items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode("latin-1"))
    return path


def archive(path: Path, files: dict[str, str] = RELEASE) -> Path:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as zipped:
            for name, text in files.items():
                zipped.writestr(name, text)
        return path
    with tarfile.open(path, "w:gz" if path.name.endswith("gz") else "w") as tarred:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode("latin-1"))
            tarred.addfile(member, io.BytesIO(text.encode("latin-1")))
    return path


def broken(path: Path, name: str, old: str, new: str) -> Path:
    files = dict(RELEASE)
    full = f"train_r01_v07/{name}"
    assert old in files[full]
    files[full] = files[full].replace(old, new)
    return folder(path, files)


def test_digits_with_their_strokes_upright_and_square(tmp_path: Path) -> None:
    one, four, seven, last = unipen.read(folder(tmp_path))
    assert [s.label for s in (one, four, seven, last)] == ["1", "4", "7", "1"]
    assert {s.source for s in (one, four, seven, last)} == {"syn"}
    # 100 and 200 points per inch: inches; y turned round, so it grows downwards.
    (stem,) = one.ink
    np.testing.assert_allclose(stem, [[0.1, -4.5], [0.1, -3.5], [0.1, -2.5]])
    # Component 2 is the pen in the air; the two .PEN_UP without points are no components.
    assert [len(stroke) for stroke in four.ink] == [2, 2]
    np.testing.assert_allclose(four.ink[1], [[0.1, -3.5], [2.1, -3.5]])
    # "0:1-0:2,3:0": a range of points, then one point.
    assert [len(stroke) for stroke in seven.ink] == [2, 1]
    np.testing.assert_allclose(last.ink[0], [[-0.05, 0.0525], [-0.05, -0.05]])


def test_writers_are_told_apart_without_their_names(tmp_path: Path) -> None:
    one, four, _, last = unipen.read(folder(tmp_path))
    assert one.writer == four.writer != last.writer
    assert all(s.writer.startswith("syn-") and "oe" not in s.writer for s in (one, last))


def test_one_person_in_several_collections_of_a_donor_is_one_writer(tmp_path: Path) -> None:
    files = {
        f"data/1a/{source}/a.dat": '.WRITER_ID Ann B\n.PEN_DOWN\n1 2\n3 4\n.SEGMENT CHARACTER 0 "1"'
        for source in ("apa", "app")
    }
    first, second = unipen.read(folder(tmp_path, files))
    assert first.writer == second.writer
    assert (first.source, second.source) == ("apa", "app")


@pytest.mark.parametrize("name", ["r.tar", "r.tar.gz", "r.tgz", "r.zip"])
def test_archives_read_as_the_folder_does(tmp_path: Path, name: str) -> None:
    from_folder = list(unipen.read(folder(tmp_path / "folder")))
    from_archive = list(unipen.read(archive(tmp_path / name)))
    assert [prepare.line(0, s) for s in from_archive] == [prepare.line(0, s) for s in from_folder]


def test_irregular_files_that_are_known(tmp_path: Path) -> None:
    files = {
        "DATA/1A/GMD/ALEK.DAT": (
            '.VERSION 1.0\r\n.INCLUDE gmd/data/Alek.dat\r\n.SEGMENT CHARACTER 0 - 1 OK\t"0"\r\n'
        ),
        "INCLUDE/GMD/DATA/ALEK.DAT": (
            "\r\n.WRITER_INFO M\xfcller\r\n.PEN_DOWN\r\n\t1\t2\r\n\r\n\t3 4\r\n.PEN_UP\r\n"
            ".PEN_DOWN 5 6 7 8\r\n.PEN_UP\r\n"
        ),
    }
    (zero,) = unipen.read(folder(tmp_path, files))
    np.testing.assert_array_equal(
        np.concatenate(list(zero.ink)), [[1, -2], [3, -4], [5, -6], [7, -8]]
    )


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        (
            "data/1a/syn/jane.dat",
            "CHARACTER 0 OK",
            "CHARACTER 9 OK",
            "jane.dat: line 3: components 9",
        ),
        ("data/1a/syn/jane.dat", "1-3 ?", "3-1 ?", "jane.dat: line 4: components 3-1"),
        ("data/1a/syn/jane.dat", "3:0", "3:9", "jane.dat: line 5: components 3:9"),
        ("data/1a/syn/jane.dat", 'OK "1"', "OK one", "line 3: .SEGMENT is not"),
        ("data/1a/syn/jane.dat", "CHARACTER 0 OK", "CHARACTER 4 OK", "line 3: its components hold"),
        (
            "data/1a/syn/jane.dat",
            "jane.dat",
            "jo.dat",
            "line 2: include/syn/data/jo.dat is missing",
        ),
        ("include/syn/syn.doc", "X Y T", "X T", "syn.doc: line 5: .COORD names no X and Y"),
        ("include/syn/syn.doc", "INCH 100", "INCH zero", "syn.doc: line 6: .X_POINTS_PER_INCH"),
        ("include/syn/data/jane.dat", "10 700 1", "10 700", "line 3: 8 numbers are not points"),
        ("include/syn/data/jane.dat", "10 700 1", "10 NaN 1", "line 3: 9 numbers are not points"),
        (
            "include/syn/data/jane.dat",
            "10 700 1",
            "10 x 1",
            "line 3: the points are not all numbers",
        ),
        ("include/syn/syn.doc", ".VERSION", ".INCLUDE syn/syn.doc\n.VERSION", "goes deeper than 8"),
    ],
)
def test_errors_name_file_and_line(
    tmp_path: Path, name: str, old: str, new: str, says: str
) -> None:
    with pytest.raises(DataError) as caught:
        list(unipen.read(broken(tmp_path, name, old, new)))
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_archive_members_cannot_name_files_outside(tmp_path: Path) -> None:
    files = {
        "../../data/1a/syn/jane.dat": '.INCLUDE ../../x\n.PEN_DOWN\n1 1\n.SEGMENT CHARACTER 0 "1"'
    }
    with pytest.raises(DataError, match=r"include/\.\./\.\./x is missing"):
        list(unipen.read(archive(tmp_path / "r.zip", files)))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["r.zip"]


def test_what_is_read_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "LARGEST_FILE", 10)
    with pytest.raises(DataError, match="is more than may be read"):
        list(unipen.read(archive(tmp_path / "r.tar.gz")))


@pytest.mark.parametrize("name", ["r.tgz", "r.zip"])
def test_cut_archives_are_refused(tmp_path: Path, name: str) -> None:
    whole = archive(tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="fetch it again"):
        list(unipen.read(tmp_path / name))


def test_prepared_file_is_what_the_strokes_reader_reads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "out"
    assert prepare.main(["unipen", str(folder(tmp_path / "r")), "--out", str(out)]) == 0
    assert "4 samples" in capsys.readouterr().out
    samples = list(strokes.read(out / "unipen_digits.jsonl.gz"))
    assert [s.label for s in samples] == ["1", "4", "7", "1"]
    for sample in samples:
        points = np.concatenate(list(sample.ink))
        np.testing.assert_allclose(points.min(axis=0), 0)
        assert points.max() == 1
    first = (out / "unipen_digits.jsonl.gz").read_bytes()
    assert prepare.main(["unipen", str(tmp_path / "r"), "--out", str(out)]) == 0
    assert (out / "unipen_digits.jsonl.gz").read_bytes() == first


def test_broken_input_leaves_no_output_unless_skipped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    release = broken(tmp_path / "r", "data/1a/syn/jane.dat", "1-3 ?", "1-8 ?")
    out = tmp_path / "out"
    assert prepare.main(["unipen", str(release), "--out", str(out)]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "line 4" in error
    assert "--skip-bad" in error
    assert list(out.iterdir()) == []
    assert prepare.main(["unipen", str(release), "--out", str(out), "--skip-bad"]) == 0
    assert "3 samples; 1 left out" in capsys.readouterr().out
    written = out / "unipen_digits.jsonl.gz"
    assert sorted(out.iterdir()) == [written, strokes.source_file(written)]
    assert strokes.source(written) == unipen.SOURCE


@pytest.mark.parametrize("given", ["none", "empty"])
def test_a_path_without_the_release_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], given: str
) -> None:
    (tmp_path / "empty").mkdir()
    assert prepare.main(["unipen", str(tmp_path / given), "--out", str(tmp_path / "out")]) == 1
    error = capsys.readouterr().err
    assert str(tmp_path / given) in error
    assert error.count("\n") == 1


def test_a_dot_stays_a_dot() -> None:
    sample = Sample([np.array([[3.0, 4.0]])], "1", "w", "s")
    assert json.loads(prepare.line(0, sample))["strokes"] == [[[0, 0]]]


def test_runs_as_a_file(tmp_path: Path) -> None:
    release = folder(tmp_path / "r")
    command = [sys.executable, str(ROOT / "train" / "prepare.py"), "unipen", str(release)]
    done = subprocess.run(
        [*command, "--out", str(tmp_path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "unipen_digits.jsonl.gz").is_file()
