"""Colours and fonts of the window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pygame

Colour = tuple[int, int, int]
"""Red, green, blue; 0 to 255."""

FONT = Path(__file__).with_name("fonts") / "NanumSquareRoundR.ttf"
"""The one font, with all 11,172 syllables. System fonts may draw squares for Hangul."""


@dataclass(frozen=True)
class Palette:
    """The window's colours by what they are for; tests/test_pad_theme.py has the pairs drawn."""

    ground: Colour
    """Between the cards."""
    paper: Colour
    """Cards, buttons, and the sheet that is written on."""
    border: Colour
    """Around cards and buttons. Where they are also told by their text it may be faint."""
    ink: Colour
    text: Colour
    muted: Colour
    """Second lines, scores, and answers that are out of date."""
    hint: Colour
    """Large, and no longer needed once it is read: 3:1 is enough."""
    accent: Colour
    """Bars, what is chosen, and around the best answer."""
    on_accent: Colour
    """Text on the accent."""
    best: Colour
    """Behind the best answer."""
    pressed: Colour
    """A button under the pointer."""
    track: Colour
    """What a score's bar runs in."""
    danger: Colour
    """What cannot be undone, as text or filled."""
    on_danger: Colour
    """Text on what is filled with danger."""
    focus: Colour
    """Around what the keyboard would press."""


LIGHT = Palette(
    ground=(240, 242, 246),
    paper=(255, 255, 255),
    border=(214, 219, 228),
    ink=(23, 32, 51),
    text=(23, 32, 51),
    muted=(90, 101, 120),
    hint=(132, 142, 158),
    accent=(37, 99, 219),
    on_accent=(255, 255, 255),
    best=(232, 239, 253),
    pressed=(219, 226, 238),
    track=(226, 230, 237),
    danger=(179, 25, 25),
    on_danger=(255, 255, 255),
    focus=(188, 73, 8),
)

DARK = Palette(
    ground=(17, 20, 27),
    paper=(30, 34, 44),
    border=(66, 74, 92),
    ink=(238, 241, 247),
    text=(232, 236, 244),
    muted=(168, 178, 196),
    hint=(126, 136, 155),
    accent=(112, 162, 255),
    on_accent=(12, 18, 32),
    best=(34, 49, 80),
    pressed=(52, 60, 78),
    track=(52, 59, 75),
    danger=(255, 148, 138),
    on_danger=(44, 8, 6),
    focus=(255, 200, 90),
)

CONTRAST = Palette(
    ground=(0, 0, 0),
    paper=(0, 0, 0),
    border=(255, 255, 255),
    ink=(255, 255, 255),
    text=(255, 255, 255),
    muted=(222, 222, 222),
    hint=(200, 200, 200),
    accent=(255, 221, 0),
    on_accent=(0, 0, 0),
    best=(44, 38, 0),
    pressed=(56, 56, 56),
    track=(56, 56, 56),
    danger=(255, 184, 184),
    on_danger=(0, 0, 0),
    focus=(0, 229, 255),
)

PALETTES: Mapping[str, Palette] = {"light": LIGHT, "dark": DARK, "contrast": CONTRAST}
"""By the name that the settings give them."""


def luminance(colour: Colour) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2, "relative luminance")."""
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (channel / 255 for channel in colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: Colour, b: Colour) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """The colour that share (0 to 1) of the way from a to b."""
    red, green, blue = (round(x + (y - x) * share) for x, y in zip(a, b, strict=True))
    return red, green, blue


class Fonts:
    """The font in the sizes that were asked for, and texts drawn in it."""

    def __init__(self) -> None:
        pygame.font.init()
        self._font = lru_cache(maxsize=32)(self._load)
        self.text = lru_cache(maxsize=128)(self._render)
        """text(string, px, colour): a picture of the string, anti-aliased on transparent."""

    def width(self, text: str, px: int) -> int:
        """How wide a text is, px."""
        return self._font(px).size(text)[0]

    def fit(self, text: str, px: int, width: int) -> int:
        """The largest size up to px in which a text is at most that wide (but at least 6)."""
        while px > 6 and self.width(text, px) > width:
            px -= 1
        return px

    @staticmethod
    def _load(px: int) -> pygame.font.Font:
        try:
            return pygame.font.Font(FONT, px)
        except (OSError, pygame.error) as error:
            raise FileNotFoundError(f"{FONT}: {error}; reinstall hangul-pad") from None

    def _render(self, text: str, px: int, colour: Colour) -> pygame.Surface:
        return self._font(px).render(text, True, colour)
