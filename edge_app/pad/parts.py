"""The alternatives for one jamo of a syllable, where the others are right."""

from __future__ import annotations

import numpy as np

from edge_app import hangul
from edge_app.modes import Reading
from edge_app.syllables import JAMO

PLACES = tuple(JAMO)
"""Initial, medial and final: what of a syllable can be changed alone."""


def syllable_of(reading: Reading) -> str | None:
    """The best answer that is a syllable whose jamo were judged, if there is one."""
    if not reading.jamo:
        return None
    return next((one.label for one in reading.predictions if hangul.is_syllable(one.label)), None)


def jamo_of(syllable: str) -> tuple[str, str, str]:
    """The initial, the medial and the final, "" for none."""
    initial, medial, final = hangul.decompose(syllable)
    return hangul.INITIALS[initial], hangul.MEDIALS[medial], hangul.FINALS[final]


def alternatives(syllable: str, place: str, reading: Reading, count: int) -> list[str]:
    """Syllables that differ from one in the jamo of that place alone, likeliest first."""
    here = hangul.decompose(syllable)
    ranked = np.argsort(-reading.jamo[place], kind="stable").tolist()
    others = [index for index in ranked if index != getattr(here, place)]
    return [hangul.compose(*here._replace(**{place: index})) for index in others[:count]]


def most_doubtful(syllable: str, reading: Reading) -> str:
    """The place whose jamo in the syllable is the least likely."""
    here = hangul.decompose(syllable)
    return min(PLACES, key=lambda place: float(reading.jamo[place][getattr(here, place)]))
