"""What the window's parts are painted with: cards, texts, bars and signs."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import pygame

from edge_app.pad.layout import Rect
from edge_app.pad.theme import Colour, Fonts, Palette
from edge_app.text import Text

_FINE = 4
"""Round things are drawn this many times larger and averaged down."""

SMALLEST_PX = 9
"""Height of the smallest text of a paragraph, px."""

SIGNS = {
    "delete": (
        ((0.02, 0.5), (0.3, 0.2), (0.98, 0.2), (0.98, 0.8), (0.3, 0.8), (0.02, 0.5)),
        ((0.48, 0.36), (0.76, 0.64)),
        ((0.76, 0.36), (0.48, 0.64)),
    ),
    "newline": (
        ((0.9, 0.2), (0.9, 0.6), (0.12, 0.6)),
        ((0.34, 0.38), (0.12, 0.6), (0.34, 0.82)),
    ),
    "left": (((0.92, 0.5), (0.08, 0.5)), ((0.36, 0.22), (0.08, 0.5), (0.36, 0.78))),
    "right": (((0.08, 0.5), (0.92, 0.5)), ((0.64, 0.22), (0.92, 0.5), (0.64, 0.78))),
    "more": (
        ((0.18, 0.5), (0.18, 0.5)),
        ((0.5, 0.5), (0.5, 0.5)),
        ((0.82, 0.5), (0.82, 0.5)),
    ),
}
"""Signs that the font has not got, as lines in a square of side 1."""


class Painter:
    """Paints in the sizes of one layout, in one palette and language."""

    def __init__(
        self,
        fonts: Fonts,
        screen: pygame.Surface,
        scale: float,
        palette: Palette,
        language: str,
    ) -> None:
        self.fonts, self.screen, self.scale = fonts, screen, scale
        self.palette, self.language = palette, language

    def px(self, units: float) -> int:
        """A size in px of a window whose shorter side is `layout.SMALLEST`, in px of this one."""
        return round(units * self.scale)

    def card(
        self,
        rect: Rect,
        fill: Colour | None = None,
        border: Colour | None = None,
        behind: Colour | None = None,
    ) -> None:
        """A rounded rectangle, by default of paper and on the ground."""
        fill, border = fill or self.palette.paper, border or self.palette.border
        radius, line = self.px(8), max(1, self.px(1))
        pygame.draw.rect(self.screen, fill, rect)
        pygame.draw.rect(self.screen, border, rect, line)
        corner = _corner(radius, line, fill, border, behind or self.palette.ground)
        right, bottom = rect.right - radius, rect.bottom - radius
        for x, flip_x in ((rect.x, False), (right, True)):
            for y, flip_y in ((rect.y, False), (bottom, True)):
                self.screen.blit(pygame.transform.flip(corner, flip_x, flip_y), (x, y))

    def lines(
        self,
        box: Rect,
        text: Text,
        sizes: tuple[float, float],
        colours: tuple[Colour, Colour],
    ) -> None:
        """A text in the window's language, in sizes that fit into the box's width.

        Of two lines, Korean above English, each has its own size and colour.
        """
        width = box.width - self.px(6)
        pictures = [
            self.fonts.text(line, self.fonts.fit(line, self.px(size), width), colour)
            for line, size, colour in zip(text.lines(self.language), sizes, colours, strict=False)
        ]
        top = box.y + (box.height - sum(picture.get_height() for picture in pictures)) // 2
        for picture in pictures:
            self.screen.blit(picture, picture.get_rect(midtop=(box.x + box.width // 2, top)))
            top += picture.get_height()

    def paragraph(self, box: Rect, text: Text, size: float, colour: Colour) -> None:
        """A text in lines broken at spaces, in the largest size up to one that fits the box."""
        px = self.px(size)
        while (rows := self._rows(text, px, box.width)) and px > SMALLEST_PX:
            if len(rows) * 1.4 * px <= box.height:
                break
            px -= 1
        top = box.y + max(0, box.height - round(len(rows) * 1.4 * px)) // 2
        for row in rows:
            picture = self.fonts.text(row, px, colour)
            place = picture.get_rect(midtop=(box.x + box.width // 2, top))
            self.screen.blit(picture, place)
            top += round(1.4 * px)

    def _rows(self, text: Text, px: int, width: int) -> list[str]:
        """The rows of a paragraph; a word wider than the box is cut."""
        rows: list[str] = []
        for line in text.lines(self.language):
            row = ""
            for word in line.split(" "):
                longer = f"{row} {word}" if row else word
                if row and self.fonts.width(longer, px) > width:
                    rows.append(row)
                    longer = word
                while len(longer) > 1 and self.fonts.width(longer, px) > width:
                    cut = len(longer) - 1
                    while cut > 1 and self.fonts.width(longer[:cut], px) > width:
                        cut -= 1
                    rows.append(longer[:cut])
                    longer = longer[cut:]
                row = longer
            rows.append(row)
        return rows

    def ring(self, rect: Rect) -> None:
        """Where the keyboard is."""
        inside, thick = rect.inset(self.px(3)), max(2, self.px(2))
        pygame.draw.rect(self.screen, self.palette.focus, inside, thick, border_radius=self.px(6))

    def glyph(self, text: str, colour: Colour, box: Rect) -> None:
        """A character as large as a box, centred by its ink.

        Digits and syllables sit differently on their lines.
        """
        px = self.fonts.fit(text, max(6, min(box.height, box.width)), box.width)
        picture = self.fonts.text(text, px, colour)
        ink = picture.get_bounding_rect()
        place = ink.copy()
        place.center = pygame.Rect(box).center
        self.screen.blit(picture, place, ink)

    def bar(self, bar: Rect, score: float, colour: Colour, behind: Colour) -> None:
        """A score as the filled part of a bar with round ends."""
        height = bar.height * _FINE
        fine = pygame.Surface((bar.width * _FINE, height), depth=24)
        fine.fill(behind)
        pygame.draw.rect(fine, self.palette.track, fine.get_rect(), border_radius=height // 2)
        full = max(height, round(fine.get_width() * min(1.0, score)))
        pygame.draw.rect(fine, colour, (0, 0, full, height), border_radius=height // 2)
        self.screen.blit(pygame.transform.smoothscale(fine, bar[2:]), bar[:2])

    def sign(self, name: str, side: int, centre: tuple[int, int], colour: Colour) -> None:
        """One of `SIGNS`."""
        picture = _sign(name, side, colour)
        self.screen.blit(picture, picture.get_rect(center=centre))


@lru_cache(maxsize=32)
def _corner(radius: int, line: int, fill: Colour, border: Colour, ground: Colour) -> pygame.Surface:
    """The upper left corner of a card, anti-aliased, (radius, radius) px."""
    fine = pygame.Surface((radius * _FINE, radius * _FINE), depth=24)
    fine.fill(ground)
    centre = (radius * _FINE, radius * _FINE)
    pygame.draw.circle(fine, border, centre, radius * _FINE)
    pygame.draw.circle(fine, fill, centre, (radius - line) * _FINE)
    return pygame.transform.smoothscale(fine, (radius, radius))


@lru_cache(maxsize=32)
def _sign(name: str, side: int, colour: Colour) -> pygame.Surface:
    """A sign on transparent, (side, side) px."""
    fine = pygame.Surface((side * _FINE, side * _FINE), pygame.SRCALPHA)
    fine.fill((*colour, 0))
    thick = max(_FINE, side * _FINE // 11)
    for line in SIGNS[name]:
        points = [(x * side * _FINE, y * side * _FINE) for x, y in line]
        for start, end in pairwise(points):
            pygame.draw.line(fine, colour, start, end, thick)
        for point in points:
            pygame.draw.circle(fine, colour, point, thick / 2 if name != "more" else thick)
    return pygame.transform.smoothscale(fine, (side, side))
