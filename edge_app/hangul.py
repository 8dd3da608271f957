"""Hangul arithmetic and the label sets that models can be trained for.

Source: The Unicode Standard, version 15, section 3.12, "Conjoining Jamo Behavior": the 11,172
modern syllables lie in order of initial, then medial, then final from U+AC00 on, so that

    syllable = 0xAC00 + (initial * 21 + medial) * 28 + final

with final 0 for none. Single jamo are written as compatibility jamo (U+3131 to U+3163), which
unlike conjoining ones stand by themselves.
"""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

INITIALS = tuple("ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ")
"""The 19 initial consonants, in Unicode's order."""

MEDIALS = tuple("ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ")
"""The 21 medial vowels, in Unicode's order."""

FINALS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
"""The 27 final consonants, in Unicode's order, after "" for none."""

_FIRST = 0xAC00
_COUNT = len(INITIALS) * len(MEDIALS) * len(FINALS)

DIGITS = tuple("0123456789")
"""The ten digits."""

JAMO = tuple(chr(code) for code in range(0x3131, 0x3164))
"""The 51 single jamo of modern Hangul, as compatibility jamo."""

SYLLABLES = tuple(chr(_FIRST + index) for index in range(_COUNT))
"""All 11,172 syllables, in Unicode's order."""

KS_X_1001 = tuple(
    bytes((row, column)).decode("euc_kr")
    for row in range(0xB0, 0xC9)
    for column in range(0xA1, 0xFF)
)
"""The 2,350 syllables of KS X 1001 (earlier KS C 5601), which is its rows 16 to 40."""

LABEL_SETS = {"digits": DIGITS, "jamo": JAMO, "ks2350": KS_X_1001, "all11172": SYLLABLES}
"""Label sets by name."""

_KNOWN = frozenset((*DIGITS, *JAMO, *SYLLABLES))


class Jamo(NamedTuple):
    """What a syllable is made of, as indices."""

    initial: int
    """Index into `INITIALS`, 0 to 18."""
    medial: int
    """Index into `MEDIALS`, 0 to 20."""
    final: int
    """Index into `FINALS`, 0 (none) to 27."""


def is_syllable(text: str) -> bool:
    """Whether text is exactly one modern syllable in one code point."""
    return len(text) == 1 and 0 <= ord(text) - _FIRST < _COUNT


def decompose(syllable: str) -> Jamo:
    """The indices of a syllable's jamo. Raises ValueError for anything but one syllable."""
    if not is_syllable(syllable):
        raise ValueError(f"{syllable!r} is not one Hangul syllable")
    rest, final = divmod(ord(syllable) - _FIRST, len(FINALS))
    initial, medial = divmod(rest, len(MEDIALS))
    return Jamo(initial, medial, final)


def compose(initial: int, medial: int, final: int = 0) -> str:
    """The syllable of three jamo indices. Raises ValueError for an index out of range."""
    for name, index, jamo in (
        ("initial", initial, INITIALS),
        ("medial", medial, MEDIALS),
        ("final", final, FINALS),
    ):
        if not 0 <= index < len(jamo):
            raise ValueError(f"{name} {index} is not 0 to {len(jamo) - 1}")
    return chr(_FIRST + (initial * len(MEDIALS) + medial) * len(FINALS) + final)


def as_label(text: str) -> str | None:
    """The one label (digit, single jamo or syllable) that a text stands for, or None.

    A syllable in pieces, as file names come from macOS, is put together (Unicode's NFC).
    """
    composed = unicodedata.normalize("NFC", text)
    return composed if composed in _KNOWN else None
