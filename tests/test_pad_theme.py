from __future__ import annotations

from dataclasses import fields

import numpy as np
import pygame
import pytest

from edge_app import hangul
from edge_app.pad import theme
from edge_app.pad.keys import BINDINGS, MARKS
from edge_app.pad.theme import Fonts, Palette
from edge_app.pad.view import percentage

READ, SEEN = 4.5, 3.0
"""Least contrast of text, and of what is large or no text (WCAG 2.2, 1.4.3 and 1.4.11)."""

WELL = 7.0
"""Least contrast of text that one looks at all the time (1.4.6)."""

DRAWN = {
    "ink": {"paper": WELL},
    "text": {"ground": WELL, "paper": WELL, "best": WELL, "pressed": WELL},
    "muted": {"ground": READ, "paper": READ, "best": READ, "pressed": READ},
    "hint": {"paper": SEEN},
    "accent": {"ground": SEEN, "paper": SEEN, "best": SEEN, "track": SEEN},
    "on_accent": {"accent": READ},
    "danger": {"ground": READ, "paper": READ, "pressed": READ},
    "on_danger": {"danger": READ},
    "focus": {"ground": SEEN, "paper": SEEN, "best": SEEN, "pressed": SEEN},
}
"""The least contrast of what is drawn on what."""

_PAIRS = [(over, under) for over, grounds in DRAWN.items() for under in grounds]


@pytest.mark.parametrize("name", theme.PALETTES)
@pytest.mark.parametrize(("over", "under"), _PAIRS)
def test_contrast_is_enough_to_read(name: str, over: str, under: str) -> None:
    palette = theme.PALETTES[name]
    least = WELL if name == "contrast" else DRAWN[over][under]
    assert theme.contrast(getattr(palette, over), getattr(palette, under)) >= least


def test_every_colour_is_among_the_pairs() -> None:
    named = {*DRAWN, *(under for grounds in DRAWN.values() for under in grounds)}
    assert {field.name for field in fields(Palette)} - named == {"border"}


def test_where_contrast_is_high_every_button_has_an_edge() -> None:
    for under in ("ground", "paper", "best", "pressed"):
        assert theme.contrast(theme.CONTRAST.border, getattr(theme.CONTRAST, under)) >= WELL


def test_contrast_is_that_of_the_standard() -> None:
    assert theme.contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert theme.contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.005)


def test_the_font_draws_every_syllable_and_all_the_keys() -> None:
    pygame.font.init()
    font = pygame.font.Font(theme.FONT, 24)
    texts = "".join(part for binding in BINDINGS for part in binding[:3])
    texts += "".join(MARKS) + "0123456789%<"
    needed = [*hangul.SYLLABLES, *hangul.JAMO, *sorted(set(texts) - {" "})]
    missing = [
        char
        for char, metrics in zip(needed, font.metrics("".join(needed)), strict=True)
        if metrics is None
    ]
    assert missing == []
    pictures = {
        np.array(pygame.surfarray.array_alpha(font.render(c, True, theme.LIGHT.text))).tobytes()
        for c in "가각힣뷁쓰"
    }
    assert len(pictures) == 5, "squares instead of syllables"


def test_the_font_comes_with_its_licence() -> None:
    licence = theme.FONT.with_name("OFL.txt").read_text(encoding="utf-8")
    assert theme.FONT.name in licence
    assert "SIL OPEN FONT LICENSE" in licence
    assert theme.FONT.stat().st_size <= 2.5 * 2**20


def test_text_is_made_to_fit() -> None:
    fonts = Fonts()
    assert fonts.fit("여기에 쓰세요", 40, 1000) == 40
    size = fonts.fit("여기에 쓰세요", 40, 100)
    assert fonts.width("여기에 쓰세요", size) <= 100 < fonts.width("여기에 쓰세요", size + 1)


@pytest.mark.parametrize(
    ("score", "text"), [(0, "0%"), (0.001, "<1%"), (0.006, "1%"), (0.934, "93%"), (1, "100%")]
)
def test_scores_are_whole_per_cent(score: float, text: str) -> None:
    assert percentage(score) == text
