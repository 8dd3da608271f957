"""The reader of fonts, on faces made here."""

from __future__ import annotations

import struct
import tracemalloc
from pathlib import Path

import brotli
import numpy as np
import pytest

from edge_app import hangul
from tests import sourcefiles
from tests.sourcefiles import put
from train.data import BadSamples, DataError, Sample, fonts, sfnt
from train.split import part_of

FLAVOURS = [None, "woff", "woff2"]


def read(path: Path, text: str = "가나다라마바사아") -> list[Sample]:
    return list(fonts.read([path], tuple(text)))


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_characters_are_drawn_as_the_outlines_say(tmp_path: Path, flavour: str | None) -> None:
    content = sourcefiles.font_file(flavour=flavour)
    path = put(tmp_path / "bars.ttf", content)
    licences: dict[str, str] = {}
    samples = list(fonts.read([path], tuple("가나다라마"), 100, licences))
    assert [sample.label for sample in samples] == list("가나다라")
    for number, sample in enumerate(samples):
        image = sample.ink
        assert isinstance(image, np.ndarray)
        # 300 units wide and 200 + 20 n high, at 100 px to the em of 1000 units.
        height, width = np.array(image.shape) - 2 * fonts.BORDER
        assert abs(height - (20 + 2 * number)) <= 1 and abs(width - 30) <= 1
        assert (image[:2] == 255).all() and (image[:, -2:] == 255).all()
        assert (image[5:-5, 5:-5] == 0).all()
        assert sample.writer == "bars.ttf/막대 Bars Bold"
        assert sample.part == part_of("Bars of all weights")
    assert licences == {"bars.ttf/막대 Bars Bold": "SIL OFL 1.1; https://openfontlicense.org"}


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_boxes_blanks_and_repeated_glyphs_are_left_out(tmp_path: Path, flavour: str | None) -> None:
    face = sourcefiles.font("가나", box="다", blank="라", same="마바")
    path = put(tmp_path / "bars.ttf", sourcefiles.font_file(face, flavour))
    assert [sample.label for sample in read(path)] == ["가", "나"]


def test_a_single_character_that_looks_like_notdef_is_left_out(tmp_path: Path) -> None:
    path = put(tmp_path / "a.ttf", sourcefiles.font_file(sourcefiles.font("가", box="나")))
    assert [sample.label for sample in read(path)] == ["가"]


def test_only_listed_faces_are_drawn(tmp_path: Path) -> None:
    put(tmp_path / "a.ttf", sourcefiles.font_file(sourcefiles.font("가나")))
    put(tmp_path / "b.ttf", sourcefiles.font_file(sourcefiles.font("다라")))
    wanted = put(tmp_path / "list.txt", "# two\n b.ttf/막대 Bars Bold # this\nc.ttf/C\n".encode())
    drawn = fonts.read([tmp_path], tuple("가나다라"), only=fonts.read_faces(wanted))
    assert [sample.label for sample in drawn] == ["다", "라"]
    for content in (b"# none\n", b"\xff"):
        with pytest.raises(DataError, match=r"list\.txt: "):
            fonts.read_faces(put(wanted, content))


def test_faces_of_a_collection(tmp_path: Path) -> None:
    one, other = sourcefiles.font("가나"), sourcefiles.font("다라")
    other["name"].setName("Other", sfnt.FULL_NAME, 3, 1, 0x409)
    other["name"].setName("Other", sfnt.FULL_NAME, 1, 0, 0)
    path = put(tmp_path / "two.ttc", sourcefiles.font_collection(one, other))
    assert [(sample.label, sample.writer) for sample in read(path)] == [
        ("가", "two.ttc/막대 Bars Bold"),
        ("나", "two.ttc/막대 Bars Bold"),
        ("다", "two.ttc/Other"),
        ("라", "two.ttc/Other"),
    ]


def test_all_syllables_digits_and_jamo(tmp_path: Path) -> None:
    text = "0ㄱ가뷁"
    put(tmp_path / "b" / "bars.OTF", sourcefiles.font_file(sourcefiles.font(text)))
    found = {
        name: "".join(sample.label for sample in fonts.read([tmp_path], labels))
        for name, labels in hangul.LABEL_SETS.items()
    }
    assert found == {"digits": "0", "jamo": "ㄱ", "ks2350": "가", "all11172": "가뷁"}


def _claim(content: bytes, place: int, kind: str, value: int) -> bytes:
    data = bytearray(content)
    struct.pack_into(kind, data, place, value)
    return bytes(data)


def _bomb(size: int) -> bytes:
    """A WOFF2 whose one table, name, unpacks to more than it says (size, up to 127 bytes)."""
    packed: bytes = brotli.compress(bytes(1 << 28), quality=1)
    header = b"wOF2\0\1\0\0" + struct.pack(">LHHLL", 50 + len(packed), 1, 0, 100, len(packed))
    return header + bytes(48 - len(header)) + bytes((5, size)) + packed


WOFF = sourcefiles.font_file(flavour="woff")
WOFF2 = sourcefiles.font_file(flavour="woff2")
COLLECTION = sourcefiles.font_collection(sourcefiles.font(), sourcefiles.font("하"))
BAD = {
    "empty": (b"", "byte 0: neither a TrueType nor"),
    "no font": (b"GIF89a" * 20, "byte 0: neither a TrueType nor"),
    "cut": (sourcefiles.font_file()[:40], "cut off"),
    "cut outlines": (sourcefiles.font_file()[:300], "FreeType cannot read it"),
    "cut woff": (WOFF[:60], "cut off"),
    "cut woff2": (WOFF2[:60], "bars"),
    "damaged woff2": (WOFF2[:-40] + bytes(40), "bars"),
    "4 GB of woff": (_claim(WOFF, 16, ">L", 0xFFFFFFFC), "claims to hold 4,294,967,292 bytes"),
    "4 GB in a woff": (_claim(WOFF, 44 + 12, ">L", 0xFFFFFFFF), "claims to hold 4,294,967,295"),
    "4 GB of woff2": (_claim(WOFF2, 16, ">L", 0xFFFFFFFC), "claims to hold 4,294,967,292 bytes"),
    "4 GB in a woff2": (WOFF2[:49] + b"\x8f\xff\xff\xff\x7f" + WOFF2[54:], "4,294,967,295 bytes"),
    "4 G faces": (_claim(COLLECTION, 8, ">L", 0xFFFFFFFF), "claims 4294967295 faces"),
    "no faces": (_claim(COLLECTION, 8, ">L", 0), "claims 0 faces"),
    "woff2 collection": (b"wOF2ttcf" + bytes(60), "unpack it to a .ttc"),
    "brotli bomb": (_bomb(100), "bars"),
    "no end": (WOFF2[:49] + b"\x80" * 20, "a size that does not end"),
    "others only": (sourcefiles.font_file(sourcefiles.font("AB")), "draws none of the 8 labels"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_fonts_are_one_sentence_and_little_memory(tmp_path: Path, name: str) -> None:
    content, says = BAD[name]
    path = put(tmp_path / "bars.ttf", content)
    put(tmp_path / "whole.ttf", sourcefiles.font_file())
    tracemalloc.start()
    with pytest.raises(DataError) as caught:
        read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert str(caught.value).startswith(f"{path}: ")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert peak < 8 << 20
    bad = BadSamples(skip=True)
    assert len(list(fonts.read([tmp_path], tuple("가나다라"), bad=bad))) == 4
    assert bad.count == 1


def test_huge_outlines_are_not_drawn(tmp_path: Path) -> None:
    face = sourcefiles.font("가나")
    glyph = face["glyf"]["bar0"]
    glyph.coordinates[1] = glyph.coordinates[2] = (0, 32000)
    glyph.recalcBounds(face["glyf"])
    path = put(tmp_path / "a.ttf", sourcefiles.font_file(face))
    with pytest.raises(DataError, match=r"a\.ttf: .*: U\+AC00 is .* px large"):
        read(path)
    bad = BadSamples(skip=True)
    assert [sample.label for sample in fonts.read([path], ("가", "나"), bad=bad)] == ["나"]


def test_files_too_large_are_not_read(tmp_path: Path) -> None:
    with (tmp_path / "a.ttf").open("wb") as file:
        file.truncate(sfnt.LARGEST + 1)
    with pytest.raises(DataError, match=r"a\.ttf: larger than 64 MiB"):
        read(tmp_path)


@pytest.mark.parametrize("size", [0, 31, 257])
def test_sizes_that_cannot_be(tmp_path: Path, size: int) -> None:
    with pytest.raises(ValueError, match="size must be 32 to 256"):
        list(fonts.read([tmp_path], ("가",), size))


def test_names_that_repeat_one_text_many_times_take_little_memory() -> None:
    texts = ("가" * 30000).encode("utf-16-be")
    table = struct.pack(">3H", 0, 65535, 0xFFFF)
    table += b"".join(struct.pack(">6H", 3, 1, 0x412, n, 60000, 0) for n in range(65535)) + texts
    start = 1024
    header = b"ttcf\0\1\0\0" + struct.pack(">9L", 8, *[12 + 32] * 8)
    face = b"\0\1\0\0" + struct.pack(">4H", 1, 0, 0, 0)
    face += struct.pack(">4s3L", b"name", 0, start, 0xFFFFFFFF)
    content = (header + face).ljust(start, b"\0") + table + bytes(4 << 20)
    tracemalloc.start()
    names = sfnt.names(content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(names) == 8
    assert {len(text) for text in names[0].values()} == {1024}
    assert peak < 16 << 20


def test_copyright_stands_in_for_a_licence() -> None:
    assert sfnt.licence({sfnt.COPYRIGHT: "(c) Ann"}) == "(c) Ann"
    assert sfnt.licence({sfnt.COPYRIGHT: "(c) Ann", sfnt.LICENCE: "OFL"}) == "OFL"
    assert sfnt.licence({}) == "not stated"
