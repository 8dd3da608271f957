"""Hangul arithmetic against Unicode's own tables and the codec of KS X 1001."""

from __future__ import annotations

import unicodedata

import pytest

from edge_app import hangul


def test_every_syllable_goes_apart_and_together() -> None:
    assert len(hangul.SYLLABLES) == 11_172
    assert (hangul.SYLLABLES[0], hangul.SYLLABLES[-1]) == ("가", "힣")
    for syllable in hangul.SYLLABLES:
        assert hangul.compose(*hangul.decompose(syllable)) == syllable


def test_indices_are_those_of_unicodes_own_decomposition() -> None:
    for syllable in hangul.SYLLABLES:
        parts = [ord(part) for part in unicodedata.normalize("NFD", syllable)]
        initial, medial, final = hangul.decompose(syllable)
        expected = [0x1100 + initial, 0x1161 + medial, 0x11A7 + final]
        assert parts == expected[: len(parts)]
        assert len(parts) == (3 if final else 2)


def test_jamo_are_named_as_their_place_says() -> None:
    for first, jamo in (
        (0x1100, hangul.INITIALS),
        (0x1161, hangul.MEDIALS),
        (0x11A8, hangul.FINALS[1:]),
    ):
        for index, letter in enumerate(jamo):
            # HANGUL LETTER KIYEOK beside HANGUL CHOSEONG KIYEOK.
            name = unicodedata.name(letter).removeprefix("HANGUL LETTER ")
            assert unicodedata.name(chr(first + index)).split(" ", 2)[2] == name


def test_label_sets() -> None:
    sizes = {name: len(labels) for name, labels in hangul.LABEL_SETS.items()}
    assert sizes == {"digits": 10, "jamo": 51, "ks2350": 2350, "all11172": 11_172}
    for labels in hangul.LABEL_SETS.values():
        assert len(set(labels)) == len(labels)
        assert all(hangul.as_label(label) == label for label in labels)
    assert set(hangul.JAMO) == {*hangul.INITIALS, *hangul.MEDIALS, *hangul.FINALS[1:]}


def test_ks_x_1001_is_what_the_old_code_can_write() -> None:
    def writable(syllable: str) -> bool:
        try:
            # Beyond the 2,350 the codec writes eight bytes of single jamo.
            return len(syllable.encode("euc_kr")) == 2
        except UnicodeEncodeError:
            return False

    assert set(hangul.KS_X_1001) == set(filter(writable, hangul.SYLLABLES))
    assert list(hangul.KS_X_1001) == sorted(hangul.KS_X_1001)


@pytest.mark.parametrize("text", ["", "ㄱ", "가나", "a", "ힰ", "\uac00\u11a8"])
def test_only_one_whole_syllable_is_taken_apart(text: str) -> None:
    assert not hangul.is_syllable(text)
    with pytest.raises(ValueError, match="not one Hangul syllable"):
        hangul.decompose(text)


@pytest.mark.parametrize(
    ("jamo", "named"),
    [
        ((19, 0, 0), "initial 19"),
        ((0, 21, 0), "medial 21"),
        ((0, 0, 28), "final 28"),
        ((-1, 0, 0), "initial -1"),
        ((0, -1, 0), "medial -1"),
        ((0, 0, -1), "final -1"),
    ],
)
def test_indices_out_of_range_are_refused(jamo: tuple[int, int, int], named: str) -> None:
    with pytest.raises(ValueError, match=f"{named} is not 0 to"):
        hangul.compose(*jamo)


def test_labels_from_file_names() -> None:
    assert hangul.as_label(unicodedata.normalize("NFD", "값")) == "값"
    assert hangul.as_label("7") == "7"
    assert hangul.as_label("ㅢ") == "ㅢ"
    for text in ("", "a", "가나", "ᄀ", "٣", "漢", "12"):
        assert hangul.as_label(text) is None
