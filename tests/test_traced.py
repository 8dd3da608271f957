"""Strokes found in type, and type written anew along them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from fontTools.ttLib import TTFont

from edge_app.ink import Frame, InkSettings, frame_strokes
from tests.test_loosen import FONT, INK, PENS, SYLLABLES, glyph
from train import prepare
from train.config import HangulConfig, Weights
from train.data import BadSamples, DataError, Sample, traced
from train.hangul import HangulInk
from train.shards import Manifest, Shards
from train.shardwriter import write
from train.synth.retrace import retrace
from train.synth.writers import Writer

TRAINS = "Hand"
"""A family's name that falls into the training part."""

Points = npt.NDArray[np.float64]

DRAWN: dict[str, tuple[list[list[tuple[int, int]]], int]] = {
    "a bar": ([[(20, 50), (80, 50)]], 1),
    "a corner": ([[(20, 20), (80, 20), (80, 80)]], 1),
    "a T": ([[(20, 20), (80, 20)], [(50, 20), (50, 80)]], 2),
    "a cross": ([[(20, 50), (80, 50)], [(50, 20), (50, 80)]], 2),
    "a fork": ([[(60, 20), (20, 80)], [(45, 42), (80, 80)]], 2),
    "two bars": ([[(20, 30), (80, 30)], [(20, 70), (80, 70)]], 2),
    "a box": ([[(20, 20), (80, 20), (80, 80), (20, 80), (20, 20)]], 1),
    "a bar and a dot": ([[(20, 70), (80, 70)], [(50, 20), (50, 20)]], 2),
}


def drawn(strokes: list[list[tuple[int, int]]], width: int = 5) -> npt.NDArray[np.uint8]:
    """A picture of 100 px, paper 255, ink 0."""
    picture = np.full((100, 100), 255, np.uint8)
    for stroke in strokes:
        cv2.polylines(picture, [np.array(stroke, np.int32)], False, 0, width)
    return picture


@pytest.mark.parametrize("name", DRAWN)
def test_as_many_strokes_are_found_as_were_drawn(name: str) -> None:
    strokes, count = DRAWN[name]
    found = traced.strokes(drawn(strokes))
    assert len(found) == count
    assert all(len(stroke) >= 2 for stroke in found)
    points = np.concatenate(found)
    assert np.ptp(points, axis=0).max() == pytest.approx(1.0)


def test_strokes_run_as_a_hand_writes() -> None:
    (bar,) = traced.strokes(drawn([[(80, 50), (20, 50)]]))
    assert bar[0, 0] < bar[-1, 0]
    (stem,) = traced.strokes(drawn([[(50, 80), (50, 20)]]))
    assert stem[0, 1] < stem[-1, 1]
    ring = np.full((100, 100), 255, np.uint8)
    cv2.circle(ring, (50, 50), 30, 0, 5)
    (loop,) = traced.strokes(ring)
    np.testing.assert_allclose(loop[0], loop[-1])
    assert loop[0, 1] == loop[:, 1].min()  # from the top
    assert loop[len(loop) // 4, 0] < 0.2  # and first to the left, against the clock
    # From the upper left to the lower right, whichever was drawn first.
    first, second = traced.strokes(drawn([[(20, 70), (80, 70)], [(20, 30), (80, 30)]]))
    assert first[:, 1].max() < second[:, 1].min()


@pytest.mark.parametrize("syllable", SYLLABLES)
def test_strokes_give_type_back(syllable: str) -> None:
    picture = glyph(syllable, 96)
    found = traced.strokes(picture)
    assert found, "left out"
    settings = InkSettings(size=64, margin=2, pen=0.08, min_pen=0.08)
    again = frame_strokes(found, settings)
    mask = (picture < 128).astype(np.uint8)
    rows, columns = np.nonzero(mask)
    cut = mask[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    assert again is not None
    side = max(cut.shape)
    sheet = np.zeros((side, side), np.uint8)
    top, left = (side - cut.shape[0]) // 2, (side - cut.shape[1]) // 2
    sheet[top : top + cut.shape[0], left : left + cut.shape[1]] = cut
    shown = cv2.resize(255 * sheet, (60, 60), interpolation=cv2.INTER_AREA)
    inside = again[2:-2, 2:-2]
    near = cv2.dilate((shown > 100).astype(np.uint8), np.ones((5, 5), np.uint8))
    assert inside[near == 0].sum() < 0.03 * inside.sum(dtype=int)


@pytest.mark.parametrize("width", [1, 60])
def test_what_cannot_be_drawn_again_is_left_out(width: int) -> None:
    assert not traced.strokes(np.full((40, 40), 255, np.uint8))
    blot = np.full((100, 100), 255, np.uint8)
    cv2.circle(blot, (50, 50), 40, 0, -1)
    assert not traced.strokes(blot)
    # Stitches are ink, but their skeleton is a net of little loops.
    picture = drawn([[(10, 50), (90, 50)]], 14)
    picture[47:54:3, 12:90:3] = 255
    assert len(traced.strokes(picture)) <= 1
    assert not traced.strokes(drawn([[(50, 50), (51, 50)]], 60)) or width == 1


def test_folders_of_type_become_folders_of_strokes(tmp_path: Path) -> None:
    type_, out = tmp_path / "fonts", tmp_path / "traced"
    face = TTFont(FONT)
    for record in face["name"].names:
        if record.nameID in (1, 16):
            record.string = TRAINS
    face.save(tmp_path / "hand.ttf")
    assert prepare.main(["fonts", str(tmp_path / "hand.ttf"), "--out", str(type_)]) == 0
    assert prepare.main(["traced", str(type_), "--most", "200", "--out", str(out)]) == 0
    source, manifest = Manifest.load(type_), Manifest.load(out)
    assert set(manifest.writers) == set(source.writers)
    assert manifest.options["licences"] == source.options["licences"]
    shards = Shards(out, "train")
    assert 20 < len(shards) <= 200
    assert len(manifest.labels) == len(shards)  # each was chosen once
    for one in (shards[0], shards[len(shards) - 1]):
        assert not isinstance(one.ink, np.ndarray)
        assert all(stroke.shape[1] == 2 for stroke in one.ink)
    sheets = [tmp_path / f"{name}.png" for name in ("strokes", "anew")]
    for sheet, more in zip(sheets, ([], ["--loosened"]), strict=True):
        assert prepare.main(["sheet", str(out), "--out", str(sheet), *more]) == 0
    assert sheets[0].read_bytes() != sheets[1].read_bytes()
    again = tmp_path / "again"
    assert prepare.main(["traced", str(type_), "--most", "200", "--out", str(again)]) == 0
    assert [one.label for one in Shards(again, "train")] == [one.label for one in shards]


def test_only_type_is_traced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(DataError, match="manifest"):
        list(traced.read([tmp_path]))
    people = tmp_path / "people"
    folder = tmp_path / "images" / "가"
    folder.mkdir(parents=True)
    for number in range(3):
        cv2.imwrite(str(folder / f"{number}.png"), glyph("가", 48 + 8 * number))
    assert prepare.main(["folder", str(folder.parent), "--out", str(people)]) == 0
    assert prepare.main(["traced", str(people), "--out", str(tmp_path / "out")]) == 1
    assert "name a folder of prepared fonts" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def written(syllable: str, seed: int) -> Frame:
    sample = Sample(traced.strokes(glyph(syllable, 96)), syllable, "font", "traced")
    framed = retrace(sample, np.random.default_rng(seed), PENS, INK)
    assert framed is not None
    return framed


def test_a_seed_writes_the_same_and_another_one_not() -> None:
    framed = written("를", 1)
    assert framed.shape == (48, 48)
    np.testing.assert_array_equal(framed, written("를", 1))
    assert (framed != written("를", 2)).any()


def test_pictures_are_varied_as_pictures() -> None:
    picture = Sample(glyph("한"), "한", "font", "type")
    assert retrace(picture, np.random.default_rng(0), PENS, INK) is not None


def test_haste_moves_the_pen_away_from_type() -> None:
    strokes = traced.strokes(glyph("를", 96))
    neat = min((Writer(7, number) for number in range(40)), key=lambda writer: writer.haste)
    hasty = max((Writer(7, number) for number in range(40)), key=lambda writer: writer.haste)

    def off(writer: Writer) -> float:
        """Mean distance of what is written to the nearest point of the type."""
        given = np.concatenate([np.linspace(a, b, 20) for s in strokes for a, b in pairwise(s)])
        far = []
        for seed in range(8):
            points = np.concatenate(writer.rewrite(strokes, np.random.default_rng(seed)))
            points = (points - points.mean(axis=0)) + given.mean(axis=0)
            far.append(np.hypot(*(points[:, None] - given).transpose(2, 0, 1)).min(axis=1).mean())
        return float(np.mean(far))

    assert off(neat) < 0.06
    assert off(hasty) > 1.2 * off(neat)


def test_training_draws_traced_type_by_its_weight(tmp_path: Path) -> None:
    strokes = ((syllable, traced.strokes(glyph(syllable, 96))) for syllable in SYLLABLES)
    found = [Sample(ink, syllable, "a", "traced", "train") for syllable, ink in strokes if ink]
    folder = tmp_path / "traced"
    write(found, folder, traced.SOURCE, {"licences": {"a": "OFL"}}, BadSamples(False))
    config = HangulConfig(traced=(str(folder),), weights=Weights(traced=1, synthetic=0, scraps=0))
    ink = HangulInk(config)
    labels = {ink.labels[ink.draw(np.random.default_rng(seed))[1]] for seed in range(60)}
    assert labels == {one.label for one in found}
    (source,) = ink.sources()
    assert source["name"] == traced.SOURCE.name
    assert source["samples"] == len(found)
    assert source["fonts"] == {"a": "OFL"}
