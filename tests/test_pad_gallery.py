"""Every screen of the pad in every language and size: no text too wide for its place, or too small.

The pictures are those that `python -m edge_app.pad.gallery` writes; what is seen here is every text
that is fitted into a box on the way.
"""

from __future__ import annotations

import pygame
import pytest

from edge_app.pad import gallery, helppage
from edge_app.pad.keys import BINDINGS
from edge_app.pad.layout import fit, scale_of
from edge_app.pad.theme import Fonts
from edge_app.pad.words import GESTURES
from edge_app.settings import Settings
from edge_app.text import LANGUAGES

READABLE = 8.5
"""Least height of text, px where `Layout.scale` is 1: 1.3 mm on a 3.5 inch screen of 480x320."""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", gallery.SIZES, ids=str)
def test_all_texts_fit_and_can_be_read(
    dummy: None, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], language: str
) -> None:
    pygame.display.init()
    seen: list[tuple[str, int, int]] = []
    fitted, draw = Fonts.fit, Fonts._render

    def fit_seen(self: Fonts, text: str, px: int, width: int) -> int:
        found = fitted(self, text, px, width)
        assert self.width(text, found) <= width, f"{text} is too wide for {width} px"
        return found

    def draw_seen(self: Fonts, text: str, px: int, colour: tuple[int, int, int]) -> pygame.Surface:
        seen.append((text, px, draw(self, text, px, colour).get_width()))
        return draw(self, text, px, colour)

    monkeypatch.setattr(Fonts, "fit", fit_seen)
    monkeypatch.setattr(Fonts, "_render", draw_seen)
    least = READABLE * scale_of(*size)
    for screen in gallery.SCREENS:
        gallery.picture(size, Settings(language=language, learn="on"), screen)
        assert seen, screen
        for text, px, wide in seen:
            assert px >= least, f"{screen}: {text} is {px} px high, less than {least:.1f}"
            assert wide < size[0], f"{screen}: {text}"
        seen.clear()


@pytest.mark.parametrize("size", gallery.SIZES, ids=str)
def test_the_help_has_every_row_once(size: tuple[int, int]) -> None:
    layout = fit(*size)
    rows = [
        row
        for number in range(helppage.pages(layout))
        for row in helppage.rows(layout, "both", number)
    ]
    assert len(rows) == len(set(rows)) == len(GESTURES) + len(BINDINGS)


def test_the_gallery_writes_what_it_draws(dummy: None) -> None:
    pygame.display.init()
    looks = {
        pygame.image.tobytes(gallery.picture((480, 320), Settings(learn="on"), screen), "RGB")
        for screen in gallery.SCREENS
    }
    assert len(looks) == len(gallery.SCREENS), "two screens are alike"
