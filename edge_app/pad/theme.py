"""Colours and fonts of the window."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pygame

Colour = tuple[int, int, int]
"""Red, green, blue; 0 to 255."""

FONT = Path(__file__).with_name("fonts") / "NanumSquareRoundR.ttf"
"""The one font, with all 11,172 syllables. System fonts may draw squares for Hangul."""

GROUND: Colour = (240, 242, 246)
PAPER: Colour = (255, 255, 255)
BORDER: Colour = (214, 219, 228)
INK: Colour = (23, 32, 51)
TEXT: Colour = (23, 32, 51)
MUTED: Colour = (90, 101, 120)
"""Second lines, scores, and answers that are out of date."""
HINT: Colour = (132, 142, 158)
"""Large, and no longer needed once it is read: 3:1 is enough."""
ACCENT: Colour = (37, 99, 219)
BEST: Colour = (232, 239, 253)
"""Behind the best answer."""
PRESSED: Colour = (219, 226, 238)
"""A button under the pointer."""
TRACK: Colour = (226, 230, 237)
"""What a score's bar runs in."""


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
