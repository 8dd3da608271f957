"""The form: printed, filled, photographed and read back."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge_app import hangul
from tests import pages, sourcefiles
from tests.sourcefiles import put
from train import prepare
from train.data import BadSamples, DataError, Sample, form, formlayout, formpdf
from train.shards import Manifest

LABELS = hangul.KS_X_1001

FILLED = (0, 1, 9, 10, 57, 99, 108)
"""Boxes of a page that hold ink; in most there is none."""


def cells(dpi: int = 150, pen: int = 3) -> dict[int, pages.Image]:
    return {number: pages.ink(number, round(dpi * 0.42), pen) for number in FILLED}


def write(path: Path, page: pages.Image) -> Path:
    return put(path, sourcefiles.picture(path.suffix, page))


def read(path: Path, counts: dict[str, int] | None = None) -> list[Sample]:
    return list(form.read([path], counts=counts))


def check(samples: list[Sample], ink: dict[int, pages.Image], page: int, alike: float) -> None:
    start = (page - 1) * formlayout.CELLS
    assert [sample.label for sample in samples] == [LABELS[start + number] for number in ink]
    for sample, image in zip(samples, ink.values(), strict=True):
        assert isinstance(sample.ink, np.ndarray)
        assert sample.ink[0].min() == 255
        assert pages.agreement(sample.ink, image) > alike


@pytest.mark.parametrize(("sheet", "page", "dpi"), [("a4", 1, 100), ("letter", 3, 200)])
@pytest.mark.parametrize("degrees", [0, 2, 90, 180])
def test_scans(tmp_path: Path, sheet: str, page: int, dpi: int, degrees: float) -> None:
    ink = cells(dpi, 2)
    filled = pages.form(LABELS, ink, page, sheet, dpi)
    path = write(tmp_path / "ann" / "1.png", pages.turned(filled, degrees, grain=4))
    counts = {"blank": 5}
    samples = read(path, counts)
    check(samples, ink, page, 0.95)
    assert {(sample.writer, sample.source) for sample in samples} == {("ann", "form")}
    assert counts == {"blank": 5 + formlayout.CELLS - len(ink)}


@pytest.mark.parametrize("degrees", [0, 35, 90, 180, 265])
def test_photographs(tmp_path: Path, degrees: float) -> None:
    ink = cells()
    filled = pages.form(LABELS, ink, 2)
    photograph = pages.photograph(filled, degrees, seed=round(degrees))
    check(read(write(tmp_path / "1.jpg", photograph)), ink, 2, 0.9)


@pytest.mark.parametrize("phase", [0, 1, 2])
def test_paper_that_is_not_flat(tmp_path: Path, phase: float) -> None:
    ink = cells()
    filled = pages.form(LABELS, ink)
    y, x = np.indices(filled.shape, np.float32)
    shift = 5 * np.sin(y / 300 + phase), 5 * np.sin(x / 250 + phase)
    bent = cv2.remap(filled, x + shift[0], y + shift[1], cv2.INTER_LINEAR)
    check(read(write(tmp_path / "1.png", np.asarray(bent, np.uint8))), ink, 1, 0.9)


def test_ink_is_cut_at_the_box_not_before_it(tmp_path: Path) -> None:
    whole = np.full((84, 84), 255, np.uint8)
    whole[2:82, 20:23] = 0
    whole[40:43, 2:82] = 0
    page = pages.form(LABELS, {0: whole})
    (sample,) = read(write(tmp_path / "1.png", page))
    assert min(np.asarray(sample.ink).shape) >= 0.9 * 80


def test_pale_pencil(tmp_path: Path) -> None:
    ink = {number: 255 - (255 - image) // 3 for number, image in cells(200).items()}
    page = pages.turned(pages.form(LABELS, ink, dpi=200), 1, grain=5)
    check(read(write(tmp_path / "1.jpg", page)), ink, 1, 0.9)


def without(page: pages.Image, mark: int) -> pages.Image:
    """A page, 150 dpi, with a corner mark torn off."""
    x, y = formlayout.MARKS[mark]
    scale, (width, height) = 150 / 25.4, formlayout.PAPERS["a4"]
    left, top = (width - formlayout.WIDTH) / 2 + x - 5, (height - formlayout.HEIGHT) / 2 + y - 5
    torn = page.copy()
    torn[round(top * scale) :, round(left * scale) :][:60, :60] = 255
    return torn


@pytest.mark.parametrize("mark", range(4))
def test_a_missing_mark_is_told(tmp_path: Path, mark: int) -> None:
    page = pages.form(LABELS, cells())
    path = write(tmp_path / "1.png", without(page, mark))
    with pytest.raises(DataError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}: shows 3 of the form's 4 corner marks; take the")


def test_a_page_that_is_no_form(tmp_path: Path) -> None:
    path = write(tmp_path / "1.png", np.full((400, 300), 200, np.uint8))
    with pytest.raises(DataError, match="shows 0 of the form's 4 corner marks"):
        read(path)


def test_scribble_on_the_squares_is_told(tmp_path: Path) -> None:
    page = pages.form(LABELS, {})
    row = round((297 - 20) / 25.4 * 150)
    page[row - 20 : row + 20, 300:500] = 40
    path = write(tmp_path / "1.png", page)
    with pytest.raises(DataError, match="row of squares at the form's foot cannot be read"):
        read(path)


def test_too_coarse_pictures_are_told(tmp_path: Path) -> None:
    small = cv2.resize(pages.form(LABELS, {}), None, fx=0.45, fy=0.45, interpolation=cv2.INTER_AREA)
    path = write(tmp_path / "1.png", np.asarray(small, np.uint8))
    with pytest.raises(DataError, match=r"1.png: has 2\.\d px to a mm of the form"):
        read(path)


def test_labels_of_a_file(tmp_path: Path) -> None:
    own = tuple("하나둘셋7ㅎ")
    ink = {number: pages.ink(number, 60) for number in range(6)}
    path = write(tmp_path / "1.png", pages.form(own, ink))
    assert [sample.label for sample in form.read([path], own)] == list(own)
    with pytest.raises(DataError, match="is a form of other labels; name their file with --labels"):
        read(path)


def test_pages_without_labels_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beyond = formlayout.Identity(2, formlayout.order_of(hangul.DIGITS))
    monkeypatch.setattr(formlayout, "encode", lambda _, code=formlayout.encode: code(beyond))
    path = write(tmp_path / "1.png", pages.form(hangul.DIGITS, {}))
    with pytest.raises(DataError, match="says it is page 2, which has no labels"):
        read(path)


def test_the_same_page_twice_is_told(tmp_path: Path) -> None:
    page = pages.form(LABELS, {0: pages.ink(0, 60)})
    for name in ("ann~1.png", "ben~1.png", "ann~2.png"):
        write(tmp_path / "c" / name, page)
    bad = BadSamples(skip=True)
    samples = list(form.read([tmp_path / "c"], bad=bad))
    assert [sample.writer for sample in samples] == ["c/ann", "c/ben"]
    assert "ann~2.png: is page 1 of c/ann once more, after ann~1.png" in bad.said()


@pytest.mark.parametrize("identity", [(1, 0), (1023, 0xFFFFFF), (22, 0xABCDE)])
def test_squares_tell_the_page_and_every_wrong_one_shows(identity: tuple[int, int]) -> None:
    bits = formlayout.encode(formlayout.Identity(*identity))
    assert formlayout.decode(bits) == (formlayout.VERSION, identity)
    for place in range(formlayout.BITS):
        wrong = list(bits)
        wrong[place] ^= 1
        assert formlayout.decode(wrong) is None
    assert formlayout.decode(bits[::-1]) is None


def test_the_frame_fits_every_sheet_and_the_boxes_the_frame() -> None:
    for width, height in formlayout.PAPERS.values():
        assert min(width - formlayout.WIDTH, height - formlayout.HEIGHT) >= 2 * 9.9
    left, top = formlayout.box(0)
    right, bottom = np.add(formlayout.box(formlayout.CELLS - 1), formlayout.BOX)
    assert left > 0 and right < formlayout.WIDTH
    assert top > formlayout.MARK and bottom < formlayout.HEIGHT - formlayout.MARK
    assert bottom < formlayout.CODE_TOP


def streams(pdf: bytes) -> list[bytes]:
    """What is in a PDF's compressed streams."""
    found = re.findall(rb"/FlateDecode[^>]*>>\s*stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    return [zlib.decompress(stream) for stream in found]


@pytest.mark.parametrize(("sheet", "size"), [("a4", "595 842"), ("letter", "612 792")])
def test_the_pdf(tmp_path: Path, capsys: pytest.CaptureFixture[str], sheet: str, size: str) -> None:
    path = tmp_path / "new" / "form.pdf"
    command = ["blank", "--labels", "ks2350", "--paper", sheet, "--out", str(path)]
    assert prepare.main(command) == 0
    assert capsys.readouterr().out == f"{path}: 22 pages for 2,350 labels\n"
    content = path.read_bytes()
    assert content.startswith(b"%PDF-")
    boxes = re.findall(rb"/MediaBox \[ *0 0 ([\d.]+) ([\d.]+) *\]", content)
    assert len(boxes) == 22
    rounded = {f"{round(float(width))} {round(float(height))}" for width, height in boxes}
    assert rounded == {size}
    # Outlines, no pictures, and the font in it: sharp at any size, and small.
    assert b"/FontFile2" in content and len(content) < 2_000_000
    assert (
        sum(stream.count(b" re") + stream.count(b" l\n") > 300 for stream in streams(content)) > 20
    )
    first = content
    assert prepare.main(command) == 0
    assert path.read_bytes() == first


def test_what_the_form_says() -> None:
    drawn = formpdf.figure(LABELS, 22, "a4")
    said = [text.get_text() for text in drawn.axes[0].texts]
    assert said[: len(LABELS) % formlayout.CELLS] == list(LABELS[21 * formlayout.CELLS :])
    for line in (formpdf.TITLE, formpdf.FIELD, *formpdf.CONSENT, "22 / 22"):
        assert line in said
    assert "Pseudonym" in formpdf.FIELD and "별명" in formpdf.FIELD


def test_too_many_labels_are_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="are more than the 112,530 of a form"):
        formpdf.write("가" * (formlayout.MOST_LABELS + 1), "a4", tmp_path / "f.pdf")
    assert not any(tmp_path.iterdir())


def test_by_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    order = put(tmp_path / "order.txt", "가나다".encode())
    ink = {number: pages.ink(number, 60) for number in (0, 2)}
    write(tmp_path / "class" / "ann~1.png", pages.form("가나다", ink))
    put(tmp_path / "class" / "ben~1.png", b"\x89PNG")
    out = tmp_path / "o"
    command = ["form", str(tmp_path / "class"), "--out", str(out), "--labels", str(order)]
    assert prepare.main(command) == 1
    said = capsys.readouterr()
    assert "ben~1.png: byte 0: neither a PNG nor a JPEG" in said.err
    assert prepare.main([*command, "--skip-bad", "--name", "class 3"]) == 0
    said = capsys.readouterr()
    assert "2 samples (" in said.out and "; 1 blank cells left out; 1 left out, the" in said.out
    manifest = Manifest.load(out)
    assert (manifest.labels, manifest.writers) == ({"가": 1, "다": 1}, {"class/ann": 2})
    assert prepare.main(["blank", "--labels", "nothing", "--out", str(tmp_path / "x.pdf")]) == 1
    assert "nothing: cannot be read" in capsys.readouterr().err
    assert not (tmp_path / "x.pdf").exists()
