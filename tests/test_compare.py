"""The comparison on tiny models, and Tesseract's part of it, installed or not."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from convert import ConversionError, compare, standings, tesseract, untrained
from convert.operations import multiply_adds
from edge_app import bundle as bundles
from tests.tiny import syllables
from train import shardwriter
from train.data import BadSamples, Sample, Source

# Keras's way of reading a TensorFlow variable is one that numpy 2 wants spelled otherwise.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared folder of two people: one who draws strokes, one whose ink are pictures."""
    folder = tmp_path_factory.mktemp("data") / "people"
    written = []
    for label in syllables.COMMON:
        strokes = syllables.write(label)
        picture = compare.draw(Sample(strokes, label, "pen", "drawn", "test"))
        written.append(Sample(strokes, label, "pen", "drawn", "test"))
        written.append(Sample(picture, label, "scan", "drawn", "test"))
    shardwriter.write(written, folder, Source("drawn", "CC0", ""), {}, BadSamples(skip=False))
    return folder


@pytest.fixture
def no_tesseract(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without it."""
    monkeypatch.setenv("PATH", str(tmp_path))


def tables(page: str) -> list[dict[str, dict[str, str]]]:
    """The tables of a page: for each its lines by their first cell, and the others by heading."""
    found: list[list[list[str]]] = [[]]
    for line in page.splitlines():
        if line.startswith("| "):
            found[-1].append([cell.strip() for cell in line.strip("|").split("|")])
        elif found[-1]:
            found.append([])
    return [
        {line[0]: dict(zip(heading[1:], line[1:], strict=True)) for line in lines}
        for heading, _, *lines in (table for table in found if table)
    ]


@pytest.mark.usefixtures("no_tesseract")
def test_models_are_compared_in_one_run(
    people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "docs" / "benchmarks.md"
    options = ["--people", str(people), "--model", str(syllables.MODEL)]
    options += ["--untrained", "mobilenet:float32", "--out", str(out)]
    assert compare.main(options) == 0
    page = out.read_text(encoding="utf-8")
    assert capsys.readouterr().out == page
    assert list(out.parent.iterdir()) == [out]
    assert f"python convert/compare.py {' '.join(options)}" in page
    assert "16 syllables by 2 people" in page
    assert "Tesseract with its language kor is not installed here" in page
    answers, times, memory = tables(page)
    ours, other = answers["hangul, int8"], answers["mobilenet, float32 (untrained)"]
    # It was trained on these very strokes, but not on the pens that draw and scan them here.
    assert float(ours["top-1"].rstrip("%")) > 60
    assert ours["syllables"] == "11,172"
    assert (other["top-1"], other["top-3"]) == ("–", "–")
    assert other["million multiply-adds"] == "5.8"
    assert 13_000 < float(other["KiB"].replace(",", "")) < 14_500
    for row in times.values():
        parts = [float(row[part]) for part in ("pre-processing", "model", "scores", "character")]
        assert min(parts) > 0 and max(parts[:3]) < parts[3]
    assert times["hangul, int8"]["character, over ours"] == "1.00"
    assert float(times["mobilenet, float32 (untrained)"]["model, over ours"]) > 1
    for row in memory.values():
        assert 10 < float(row["without the model"]) < float(row["peak"])


@pytest.mark.usefixtures("no_tesseract")
def test_labels_may_be_narrowed(people: Path, tmp_path: Path) -> None:
    model = syllables.MODEL / bundles.MODEL_FILE
    options = ["--people", str(people), "--model", str(model), "--labels", "ks2350"]
    assert compare.main([*options, "--most", "2", "--out", str(tmp_path / "out.md")]) == 0
    answers, *_ = tables((tmp_path / "out.md").read_text(encoding="utf-8"))
    assert answers["hangul, int8"]["syllables"] == "2,350"


def test_what_cannot_be_compared_is_told_in_one_sentence(
    people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = tmp_path / "damaged"
    shutil.copytree(syllables.MODEL, damaged)
    (damaged / bundles.MODEL_FILE).write_bytes(b"TFL3")
    out = tmp_path / "out.md"
    out.write_text("as it was")
    for options, said in (
        ([], "name --model or --untrained"),
        (["--untrained", "resnet"], "'resnet' is not NAME or NAME:VARIANT of student"),
        (["--model", str(tmp_path / "none")], "none/model.json: No such file"),
        (["--model", str(damaged)], "damaged/model.tflite: "),
        (["--model", str(syllables.MODEL), "--part", "val"], "part val has no syllables"),
    ):
        assert compare.main(["--people", str(people), "--out", str(out), *options]) == 1
        line = capsys.readouterr().err.splitlines()[-1]
        assert line.startswith("compare.py: ") and said in line
    assert out.read_text() == "as it was"


def test_accuracy_counts_the_first_and_the_first_three() -> None:
    answers = [["가", "나", "다"], ["나", "가", "다"], [], ["다"]]
    assert standings.accuracy(answers, ["가", "가", "가", "가"]) == (0.25, 0.5)


def test_multiply_adds_of_a_file_are_those_of_the_network(tmp_path: Path) -> None:
    from train.baselines import network
    from train.config import NETS
    from train.model import multiply_adds as of_network

    ink = np.full((40, 40), 255, np.uint8)
    ink[10:30, 18:22] = 0
    folder = tmp_path / "student"
    untrained.write("student", "mixed", [ink], folder)
    content = (folder / bundles.MODEL_FILE).read_bytes()
    assert multiply_adds(content) == of_network(network(48, NETS["student"]))


def test_tesseracts_table_is_read_also_where_it_saw_nothing() -> None:
    heading = "level\tpage_num\tblock_num\tconf\ttext"
    lines = ["1\t1\t0\t-1\t", "5\t1\t1\t93.6\t가", "1\t2\t0\t-1\t", "1\t3\t0\t-1\t"]
    lines += ["2\t3\t1\t-1\t", "5\t3\t1\t9\t\u1112", "5\t3\t1\t9\t\u1161\u11ab"]
    table = "\n".join([heading, *lines])
    assert tesseract.texts(table, 3) == ["가", "", "한"]
    with pytest.raises(ConversionError, match="answered 3 of 4 images"):
        tesseract.texts(table, 4)


@pytest.mark.usefixtures("no_tesseract")
def test_a_machine_without_tesseract() -> None:
    assert tesseract.find() is None


def test_strokes_and_pictures_are_drawn_with_paper_around() -> None:
    strokes = syllables.write("가")
    for ink in (strokes, np.pad(np.zeros((20, 10), np.uint8), 30, constant_values=230)):
        drawn = compare.draw(Sample(ink, "가", "w", "s", "test"))
        edge = np.concatenate([drawn[:14].ravel(), drawn[:, -14:].ravel()])
        assert (edge == edge[0]).all() and edge[0] > 200 and drawn.min() < 60
