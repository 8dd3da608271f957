"""Thinned ink, loosened type, drawn letters as forms, and the comparison of kinds of ink."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw, ImageFont

from edge_app.ink import Frame, InkSettings
from edge_app.lift import stroke_width
from tests.conftest import ROOT
from train import prepare, realism
from train.augment import Augmentation
from train.data import BadSamples, Sample, Source, traced
from train.shardwriter import write
from train.split import Part
from train.synth.forms import FORMS
from train.synth.loosen import loosen
from train.synth.real import with_drawings
from train.synth.writers import Writer
from train.thin import thin

FONT = ROOT / "edge_app" / "pad" / "fonts" / "NanumSquareRoundR.ttf"
INK = InkSettings(size=48, margin=2, pen=0.05, min_pen=0.04)
PENS = Augmentation(min_pen=0.035, max_pen=0.09)
SYLLABLES = "가나다라마바사아자차카타파하강늘봐쉽칸을"


def glyph(syllable: str, px: int = 64) -> npt.NDArray[np.uint8]:
    """A syllable of the bundled font, paper 255."""
    image = Image.new("L", (3 * px // 2, 3 * px // 2), 255)
    font = ImageFont.truetype(str(FONT), px)
    ImageDraw.Draw(image).text((px // 4, px // 4), syllable, font=font, fill=0)
    return np.asarray(image, np.uint8)


def type_(syllable: str, writer: str = "font") -> Sample:
    return Sample(glyph(syllable), syllable, writer, "type")


def loosened(syllable: str, seed: int) -> Frame:
    framed = loosen(type_(syllable), np.random.default_rng(seed), PENS, INK)
    assert framed is not None
    return framed


def pieces(mask: npt.NDArray[np.uint8]) -> tuple[int, int]:
    """How many pieces of ink, and of paper, a bitmap has; paper does not join at corners."""
    return cv2.connectedComponents(mask)[0], cv2.connectedComponents(1 - mask, connectivity=4)[0]


@pytest.mark.parametrize("syllable", SYLLABLES)
def test_thinning_keeps_pieces_and_holes(syllable: str) -> None:
    mask = (glyph(syllable, 80) < 128).astype(np.uint8)
    line = thin(mask)
    assert pieces(line) == pieces(mask)
    assert not (line & ~mask).any()
    assert 0 < cv2.countNonZero(line) < 0.4 * cv2.countNonZero(mask)
    # Nowhere is a line two pixels wide and high.
    assert not (line[1:, 1:] & line[:-1, 1:] & line[1:, :-1] & line[:-1, :-1]).any()


def test_thinning_reaches_the_edge_and_leaves_nothing_alone() -> None:
    bar = np.zeros((9, 30), np.uint8)
    bar[2:7] = 1
    line = thin(bar)
    assert set(np.flatnonzero(line.any(axis=1))) == {4}
    assert not thin(np.zeros((5, 5), np.uint8)).any()


@pytest.mark.parametrize("syllable", SYLLABLES)
def test_loosened_type_is_ink_of_the_pens_that_were_asked_for(syllable: str) -> None:
    widths = []
    for seed in range(12):
        framed = loosened(syllable, seed)
        assert framed.shape == (48, 48)
        mask = (framed > 100).astype(np.uint8)
        _, _, width, height = cv2.boundingRect(mask)
        assert max(width, height) >= INK.box - 3
        widths.append(stroke_width(cv2.resize(mask, (192, 192))) / 4 / INK.box)
    # The bundled font's own strokes are about 0.1 of its characters; three in ten keep them.
    assert 0.03 < np.median(widths) < 0.1


def test_loosening_is_the_generators_alone_and_differs_with_it() -> None:
    frames = [loosened("강", seed) for seed in (1, 1, 2)]
    np.testing.assert_array_equal(frames[0], frames[1])
    assert not np.array_equal(frames[0], frames[2])


def test_blank_type_gives_nothing() -> None:
    blank = Sample(np.full((40, 40), 255, np.uint8), "가", "font", "type")
    assert loosen(blank, np.random.default_rng(0), PENS, INK) is None


def test_parts_move_against_each_other() -> None:
    """Of 가, the bar of ㅏ keeps no fixed distance from ㄱ."""
    gaps = []
    for seed in range(40):
        columns = np.asarray(loosened("가", seed).max(axis=0) > 100)
        inside = np.flatnonzero(columns)
        gaps.append(int((~columns[inside[0] : inside[-1]]).sum()))
    assert len(set(gaps)) >= 4


def test_drawn_letters_become_forms_that_writers_use() -> None:
    stroke = np.array([[10.0, 10.0], [60.0, 12.0], [58.0, 70.0]])
    drawn = [Sample([stroke, stroke + 5], "ㄱ", f"p{n}", "omniglot") for n in range(3)]
    table = with_drawings([*drawn, Sample([stroke], "가", "p", "omniglot")])
    assert set(table) == set(FORMS)
    for name, forms in table.items():
        assert len(forms) == len(FORMS[name]) + (3 if name.split()[0] == "ㄱ" else 0)
    form = table["ㄱ"][-1]
    assert form.starts.sum() == 2 and form.points.min() == 0 and form.points.max() == 1
    used = 0
    for number in range(200):
        ours = Writer(0, number).write("고", np.random.default_rng(number))
        theirs = Writer(0, number, table).write("고", np.random.default_rng(number))
        used += not all(np.array_equal(*pair) for pair in zip(ours, theirs, strict=False))
    assert 5 < used < 195


def prepared(folder: Path, writers: dict[str, Part]) -> Path:
    """A folder of shards with the bundled font's syllables, under several names."""
    samples = [
        Sample(glyph(syllable, 48 + 4 * number), syllable, name, "type", part)
        for number, (name, part) in enumerate(writers.items())
        for syllable in SYLLABLES
    ]
    write(samples, folder, Source("type", "OFL", ""), {}, BadSamples(False))
    return folder


def test_kinds_of_ink_are_compared_and_a_stopped_comparison_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fonts = prepared(tmp_path / "fonts", {"a": "train", "b": "train"})
    people = prepared(tmp_path / "people", {"x": "train", "y": "val", "z": "test"})
    out = tmp_path / "out"
    command = ["--fonts", str(fonts), "--writers", str(people), "--neat", "x", "--out", str(out)]
    command += ["--samples", "2560", "--workers", "0"]
    assert realism.main(command) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-6].startswith("| trained on | x | y | z | fast writers, mean |")
    assert [line.split(" | ")[0] for line in lines[-4:]] == [
        "| fonts",
        "| synthetic writers and fonts",
        "| synthetic writers",
        "| loosened fonts",
    ]
    assert lines[-4].endswith("| 1.00 |")
    row = out / "fonts.json"
    done = json.loads(row.read_text())
    assert set(done["people"]) == set("xyz")
    # What is there is taken as it is.
    done["people"] = {name: [0.25, 0.5] for name in "xyz"}
    row.write_text(json.dumps(done))
    assert realism.main(command) == 0
    captured = capsys.readouterr()
    assert (
        "| fonts | 25.0 / 50.0 | 25.0 / 50.0 | 25.0 / 50.0 | 25.0 / 50.0 | 1.00 |" in captured.out
    )
    assert captured.err == ""
    # The same type as strokes adds two kinds.
    strokes = ((syllable, traced.strokes(glyph(syllable, 96))) for syllable in SYLLABLES)
    found = [Sample(ink, syllable, "a", "traced", "train") for syllable, ink in strokes if ink]
    write(found, tmp_path / "traced", traced.SOURCE, {}, BadSamples(False))
    assert realism.main([*command, "--traced", str(tmp_path / "traced")]) == 0
    assert [line.split(" | ")[0] for line in capsys.readouterr().out.splitlines()[-2:]] == [
        "| fonts, half of them written anew",
        "| fonts written anew",
    ]


def test_a_comparison_without_people_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fonts = prepared(tmp_path / "fonts", {"a": "train"})
    digits = tmp_path / "digits"
    digit = Sample(glyph("7"), "7", "w", "x", "train")
    write([digit], digits, Source("x", "none", ""), {}, BadSamples(False))
    command = ["--fonts", str(fonts), "--out", str(tmp_path / "out"), "--writers"]
    assert realism.main([*command, str(digits)]) == 1
    assert "has no handwriting of the labels" in capsys.readouterr().err
    assert realism.main([*command, str(fonts), "--neat", "nobody"]) == 1
    assert "holds no writer nobody" in capsys.readouterr().err


def test_sheets_of_synthetic_writers_and_of_loosened_type(tmp_path: Path) -> None:
    fonts = prepared(tmp_path / "fonts", {"a": "train"})
    plain, loose, synthetic = (tmp_path / f"{name}.png" for name in ("plain", "loose", "synth"))
    sheet = ["sheet", str(fonts), "--samples", "20", "--out"]
    assert prepare.main([*sheet, str(plain)]) == 0
    assert prepare.main([*sheet, str(loose), "--loosened"]) == 0
    assert prepare.main(["sheet", "--synthetic", "--samples", "60", "--out", str(synthetic)]) == 0
    pictures = [np.asarray(Image.open(path)) for path in (plain, loose, synthetic)]
    assert pictures[0].shape == pictures[1].shape
    assert not np.array_equal(pictures[0], pictures[1])
    assert pictures[2].shape[0] > 2.5 * pictures[0].shape[0]
    assert all((picture < 128).mean() > 0.02 for picture in pictures)
