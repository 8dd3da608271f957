"""Draws the pad: cards, answers, buttons and hints."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import pygame

from edge_app.modes import MISSING
from edge_app.pad import theme
from edge_app.pad.layout import Layout, Rect
from edge_app.pad.state import Pad, Part
from edge_app.pad.theme import Colour, Fonts

HINT = ("여기에 쓰세요", "Write here")
HINTS = {
    "hangul": ("한 글자를 쓰세요", "Write a syllable"),
    "digits": ("숫자를 쓰세요", "Write a digit"),
    "jamo": ("자모를 쓰세요", "Write a jamo"),
}
"""What to write, where that is not everything."""

BUTTONS = {"undo": ("되돌리기", "Undo"), "clear": ("지우기", "Clear")}
MODES = {
    "hangul": ("한글", "Hangul"),
    "digits": ("숫자", "Digits"),
    "jamo": ("자모", "Jamo"),
    "auto": ("자동", "Auto"),
}
UNSURE = "확실하지 않음 · Not sure"

_FINE = 4
"""Round things are drawn this many times larger and averaged down."""


class View:
    """Draws a `Pad` on a surface, and only what has changed."""

    def __init__(self, missing: Sequence[str] = ()) -> None:
        """missing: the models, of `MISSING`, whose absence is to be told."""
        self._fonts = Fonts()
        self._missing = [MISSING[name] for name in missing]

    def draw(self, screen: pygame.Surface, pad: Pad) -> list[pygame.Rect]:
        """Draws what has changed; returns the rectangles of the screen to update."""
        changed, pad.changed = pad.changed, set()
        layout = pad.layout
        if Part.EVERYTHING in changed:
            screen.fill(theme.GROUND)
            self._card(screen, layout, layout.sheet)
        drawn: list[pygame.Rect] = []
        if changed & {Part.STRIP, Part.EVERYTHING}:
            self._strip(screen, layout, "".join(pad.accepted))
            drawn.append(pygame.Rect(layout.strip))
        if changed & {Part.CANDIDATES, Part.EVERYTHING}:
            for rank in range(len(layout.candidates)):
                self._candidate(screen, pad, rank)
            drawn.extend(map(pygame.Rect, layout.candidates))
            drawn.append(self._note(screen, layout, UNSURE if pad.unsure else ""))
        if changed & {Part.BUTTONS, Part.EVERYTHING}:
            drawn.extend(self._buttons(screen, pad))
            drawn.extend(self._modes(screen, pad))
        page = pad.canvas.show(screen)
        if page is not None:
            if not len(pad.sheet):
                self._hint(screen, pad)
            drawn.append(page)
        return [screen.get_rect()] if Part.EVERYTHING in changed else drawn

    def _card(
        self,
        screen: pygame.Surface,
        layout: Layout,
        rect: Rect,
        fill: Colour = theme.PAPER,
        border: Colour = theme.BORDER,
    ) -> None:
        """A rounded rectangle on the ground."""
        radius, line = round(8 * layout.scale), max(1, round(layout.scale))
        pygame.draw.rect(screen, fill, rect)
        pygame.draw.rect(screen, border, rect, line)
        corner = _corner(radius, line, fill, border)
        right, bottom = rect.right - radius, rect.bottom - radius
        for x, flip_x in ((rect.x, False), (right, True)):
            for y, flip_y in ((rect.y, False), (bottom, True)):
                screen.blit(pygame.transform.flip(corner, flip_x, flip_y), (x, y))

    def _hint(self, screen: pygame.Surface, pad: Pad) -> None:
        """What to write and, at the lower edge of the page, what cannot be read."""
        layout, page = pad.layout, pad.layout.page
        text, width = HINTS.get(pad.mode, HINT), page.width * 3 // 4
        size = self._fonts.fit(max(text, key=len), round(26 * layout.scale), width)
        self._two_lines(screen, page, text, (size, round(size * 0.7)), (theme.HINT, theme.HINT))
        high = round(40 * layout.scale)
        box = Rect(page.x, page.bottom - high, page.width, high)
        for lines in self._missing:
            sizes = [
                self._fonts.fit(line, round(13 * layout.scale), page.width * 9 // 10)
                for line in lines
            ]
            self._two_lines(screen, box, lines, (min(sizes),) * 2, (theme.MUTED, theme.MUTED))
            box = box._replace(y=box.y - high)

    def _note(self, screen: pygame.Surface, layout: Layout, text: str) -> pygame.Rect:
        """What is to be said of the answers, if anything."""
        place = pygame.Rect(layout.note)
        screen.fill(theme.GROUND, place)
        size = self._fonts.fit(text, round(12 * layout.scale), place.width)
        picture = self._fonts.text(text, size, theme.TEXT)
        screen.blit(picture, picture.get_rect(center=place.center))
        return place

    def _strip(self, screen: pygame.Surface, layout: Layout, text: str) -> None:
        """The accepted answers; of a text too long for the line, its end."""
        rect = layout.strip
        self._card(screen, layout, rect)
        inside = pygame.Rect(rect.inset(round(10 * layout.scale)))
        picture = self._fonts.text(text, round(22 * layout.scale), theme.TEXT)
        place = picture.get_rect(midleft=inside.midleft)
        place.right = min(place.right, inside.right)
        screen.set_clip(inside.inflate(0, layout.strip.height))
        screen.blit(picture, place)
        screen.set_clip(None)

    def _candidate(self, screen: pygame.Surface, pad: Pad, rank: int) -> None:
        layout = pad.layout
        rect = layout.candidates[rank]
        if rank >= len(pad.predictions):
            self._card(screen, layout, rect, theme.GROUND)
            return
        label, score = pad.predictions[rank]
        best = rank == 0 and not pad.stale and not pad.unsure
        fill = theme.BEST if best else theme.PAPER
        if pad.pressed == str(rank):
            fill = theme.PRESSED
        self._card(screen, layout, rect, fill, theme.ACCENT if best else theme.BORDER)
        colour = theme.MUTED if pad.stale else theme.TEXT
        bar_colour = theme.MUTED if pad.stale else theme.ACCENT
        inside = rect.inset(round(9 * layout.scale))
        small = round(14 * layout.scale)
        thick = max(3, round(5 * layout.scale))
        percent = self._fonts.text(percentage(score), small, colour)
        if rect.width > 1.6 * rect.height:
            side = min(rect.height, inside.width // 2)
            self._label(screen, label, colour, Rect(inside.x, inside.y, side, inside.height))
            left = inside.x + side + round(6 * layout.scale)
            middle = rect.y + rect.height // 2
            bar = Rect(left, middle + thick, inside.right - left, thick)
            screen.blit(percent, percent.get_rect(bottomleft=(left, middle + thick // 2)))
        else:
            bar = Rect(inside.x, inside.bottom - thick, inside.width, thick)
            centre = inside.x + inside.width // 2
            place = percent.get_rect(midbottom=(centre, bar.y - thick // 2))
            screen.blit(percent, place)
            above = Rect(inside.x, inside.y, inside.width, place.top - inside.y)
            self._label(screen, label, colour, above)
        _bar(screen, bar, score, bar_colour, fill)

    def _label(self, screen: pygame.Surface, label: str, colour: Colour, box: Rect) -> None:
        size = max(6, min(box.height, box.width))
        picture = self._fonts.text(label, size, colour)
        # By its ink, because digits and syllables sit differently on their lines.
        ink = picture.get_bounding_rect()
        place = ink.copy()
        place.center = pygame.Rect(box).center
        screen.blit(picture, place, ink)

    def _buttons(self, screen: pygame.Surface, pad: Pad) -> list[pygame.Rect]:
        layout = pad.layout
        drawn = []
        for name, rect in layout.buttons().items():
            if name.isdigit() or name in layout.modes:
                continue
            fill = theme.PRESSED if pad.pressed == name else theme.PAPER
            self._card(screen, layout, rect, fill)
            if name == "leave":
                _cross(screen, rect, fill)
            else:
                sizes = round(14 * layout.scale), round(11 * layout.scale)
                self._two_lines(screen, rect, BUTTONS[name], sizes, (theme.TEXT, theme.MUTED))
            drawn.append(pygame.Rect(rect))
        return drawn

    def _modes(self, screen: pygame.Surface, pad: Pad) -> list[pygame.Rect]:
        layout = pad.layout
        for name, rect in layout.modes.items():
            chosen = name == pad.mode
            fill = theme.ACCENT if chosen else theme.PAPER
            if pad.pressed == name:
                fill = theme.PRESSED
            self._card(screen, layout, rect, fill, theme.ACCENT if chosen else theme.BORDER)
            colours = (theme.TEXT, theme.MUTED)
            if fill == theme.ACCENT:
                colours = (theme.PAPER, theme.PAPER)
            sizes = round(15 * layout.scale), round(11 * layout.scale)
            self._two_lines(screen, rect, MODES[name], sizes, colours)
        return [pygame.Rect(rect) for rect in layout.modes.values()]

    def _two_lines(
        self,
        screen: pygame.Surface,
        box: Rect,
        lines: tuple[str, str],
        sizes: tuple[int, int],
        colours: tuple[Colour, Colour],
    ) -> None:
        """Korean above English, centred together."""
        above, below = (
            self._fonts.text(line, size, colour)
            for line, size, colour in zip(lines, sizes, colours, strict=True)
        )
        top = box.y + (box.height - above.get_height() - below.get_height()) // 2
        centre = box.x + box.width // 2
        screen.blit(above, above.get_rect(midtop=(centre, top)))
        screen.blit(below, below.get_rect(midtop=(centre, top + above.get_height())))


def percentage(score: float) -> str:
    """A score from 0 to 1 in whole per cent."""
    return "<1%" if 0 < score < 0.005 else f"{score:.0%}"


@lru_cache(maxsize=32)
def _corner(radius: int, line: int, fill: Colour, border: Colour) -> pygame.Surface:
    """The upper left corner of a card, anti-aliased, (radius, radius) px."""
    fine = pygame.Surface((radius * _FINE, radius * _FINE), depth=24)
    fine.fill(theme.GROUND)
    centre = (radius * _FINE, radius * _FINE)
    pygame.draw.circle(fine, border, centre, radius * _FINE)
    pygame.draw.circle(fine, fill, centre, (radius - line) * _FINE)
    return pygame.transform.smoothscale(fine, (radius, radius))


def _bar(screen: pygame.Surface, bar: Rect, score: float, colour: Colour, behind: Colour) -> None:
    """A score as the filled part of a bar with round ends."""
    height = bar.height * _FINE
    fine = pygame.Surface((bar.width * _FINE, height), depth=24)
    fine.fill(behind)
    pygame.draw.rect(fine, theme.TRACK, fine.get_rect(), border_radius=height // 2)
    full = max(height, round(fine.get_width() * min(1.0, score)))
    pygame.draw.rect(fine, colour, (0, 0, full, height), border_radius=height // 2)
    screen.blit(pygame.transform.smoothscale(fine, bar[2:]), bar[:2])


def _cross(screen: pygame.Surface, rect: Rect, behind: Colour) -> None:
    """The sign of the leave button."""
    side = rect.width // 3
    fine = pygame.Surface((side * _FINE, side * _FINE), depth=24)
    fine.fill(behind)
    low, high, width = side * _FINE // 10, side * _FINE * 9 // 10, max(1, side * _FINE // 10)
    pygame.draw.line(fine, theme.MUTED, (low, low), (high, high), width)
    pygame.draw.line(fine, theme.MUTED, (low, high), (high, low), width)
    sign = pygame.transform.smoothscale(fine, (side, side))
    screen.blit(sign, sign.get_rect(center=pygame.Rect(rect).center))
