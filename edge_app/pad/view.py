"""Draws the pad: the line of text, the page, answers, buttons and panels."""

from __future__ import annotations

from collections.abc import Sequence

import pygame

from edge_app.modes import MISSING
from edge_app.pad import theme
from edge_app.pad.desk import Part
from edge_app.pad.keys import BINDINGS
from edge_app.pad.layout import Layout, Rect
from edge_app.pad.line import NEWLINE, text_of
from edge_app.pad.paint import SIGNS, Painter
from edge_app.pad.parts import PLACES, jamo_of
from edge_app.pad.state import Pad
from edge_app.pad.theme import Colour, Fonts

HINT = ("여기에 쓰세요", "Write here")
HINTS = {
    "hangul": ("한 글자를 쓰세요", "Write a syllable"),
    "digits": ("숫자를 쓰세요", "Write a digit"),
    "jamo": ("자모를 쓰세요", "Write a jamo"),
}
"""What to write, where that is not everything."""

BUTTONS = {
    "undo": ("되돌리기", "Undo"),
    "parts": ("자모", "Parts"),
    "space": ("띄어쓰기", "Space"),
    "copy": ("복사", "Copy"),
    "type": ("입력", "Type"),
    "save": ("저장", "Save"),
    "done": ("완료", "Done"),
    "settings": ("설정", "Settings"),
    "help": ("도움말", "Help"),
    "leave": ("끝내기", "Leave"),
}
READ = ("읽기", "Read")
"""The space button, while it would read the ink."""

MODES = {
    "hangul": ("한글", "Hangul"),
    "digits": ("숫자", "Digits"),
    "jamo": ("자모", "Jamo"),
    "auto": ("자동", "Auto"),
}
UNSURE = "확실하지 않음 · Not sure"
MENDING = "고치는 중 · Mending"
NO_FINAL = "–"
"""Stands for the final that a syllable has not got."""

GESTURES = (
    ("글자 누르기", "다시 열어 고치기", "Tap a character: open it"),
    ("지그재그 긋기", "쓴 글씨 지우기", "Scratch out: clear the ink"),
    ("← 빠르게 긋기", "빈 곳에서 지우기", "Flick left: delete"),
)
"""What hands do besides writing, for the help."""


class View:
    """Draws a `Pad` on a surface, and only what has changed."""

    def __init__(self, missing: Sequence[str] = ()) -> None:
        """missing: the models, of `MISSING`, whose absence is to be told."""
        self._fonts = Fonts()
        self._missing = [MISSING[name] for name in missing]

    def draw(self, screen: pygame.Surface, pad: Pad) -> list[pygame.Rect]:
        """Draws what has changed; returns the rectangles of the screen to update."""
        changed, pad.changed = pad.changed, set()
        layout, everything = pad.layout, Part.EVERYTHING in changed
        paint = Painter(self._fonts, screen, layout.scale)
        drawn: list[pygame.Rect] = []
        if everything:
            screen.fill(theme.GROUND)
        if everything or Part.LINE in changed:
            self._line(paint, pad)
            drawn.append(pygame.Rect(layout.line))
        if everything or Part.BUTTONS in changed:
            drawn += [self._button(paint, pad, name) for name in ("delete", "more")]
        if pad.panel in ("more", "help"):
            drawn += self._overlay(paint, pad, changed)
        else:
            drawn += self._desk(paint, pad, changed)
        return [screen.get_rect()] if everything else drawn

    def _desk(self, paint: Painter, pad: Pad, changed: set[Part]) -> list[pygame.Rect]:
        """Everything below the line, where no panel covers all of it."""
        layout, everything = pad.layout, Part.EVERYTHING in changed
        drawn: list[pygame.Rect] = []
        if everything:
            paint.card(layout.sheet)
        if everything or Part.BUTTONS in changed:
            drawn += [self._button(paint, pad, name) for name in ("undo", "parts", "space")]
            drawn += [self._mode(paint, pad, name) for name in layout.modes]
        page = pad.page.canvas.show(paint.screen)
        if page is not None:
            if not len(pad.page):
                self._hint(paint, pad)
            drawn.append(page)
        if everything or Part.CANDIDATES in changed:
            if pad.panel == "parts":
                drawn.append(self._mending(paint, pad))
            else:
                for rank in range(len(layout.candidates)):
                    self._candidate(paint, pad, rank)
                drawn += map(pygame.Rect, layout.candidates)
                drawn.append(self._note(paint, pad))
            # What these can do depends on the answers.
            drawn += [self._button(paint, pad, name) for name in ("parts", "space")]
        return drawn

    def _line(self, paint: Painter, pad: Pad) -> None:
        layout, inside = pad.layout, pad.layout.writing
        paint.card(layout.line)
        if pad.message is not None:
            paint.lines(inside, pad.message, (17, 12), (theme.TEXT, theme.MUTED))
            return
        ribbon, em = pad.ribbon(), layout.em
        for index in range(ribbon.first, ribbon.last):
            left = inside.x + round(ribbon.edge(index))
            right = inside.x + round(ribbon.edge(index + 1))
            box = Rect(left, inside.y, right - left, inside.height)
            if index == pad.composer.opened:
                self._mark_open(paint, box)
            self._cell(paint, text_of(pad.line[index]), box, em)
        if pad.composer.opened is None:
            x = inside.x + round(ribbon.edge(pad.line.cursor))
            wide, high = max(2, paint.px(2)), round(1.2 * em)
            caret = (x - wide // 2, inside.y + (inside.height - high) // 2, wide, high)
            pygame.draw.rect(paint.screen, theme.ACCENT, caret)

    def _mark_open(self, paint: Painter, box: Rect) -> None:
        """Behind the character that is open."""
        behind = pygame.Rect(box).inflate(0, -2 * paint.px(7))
        pygame.draw.rect(paint.screen, theme.BEST, behind, border_radius=paint.px(4))
        thick = max(2, paint.px(3))
        behind.update(behind.x, behind.bottom - thick, behind.width, thick)
        pygame.draw.rect(paint.screen, theme.ACCENT, behind)

    def _cell(self, paint: Painter, text: str, box: Rect, em: int) -> None:
        centre = pygame.Rect(box).center
        if text == NEWLINE:
            paint.sign("newline", round(0.62 * em), centre, theme.MUTED)
            return
        size = self._fonts.fit(text, em, box.width)
        picture = self._fonts.text(text, size, theme.TEXT)
        paint.screen.blit(picture, picture.get_rect(center=centre))

    def _button(self, paint: Painter, pad: Pad, name: str) -> pygame.Rect:
        rect = pad.layout.buttons(pad.panel if pad.panel == "more" else None)[name]
        chosen = name == pad.panel
        fill = theme.BEST if chosen else theme.PAPER
        if pad.pressed == name:
            fill = theme.PRESSED
        border = theme.ACCENT if chosen or pad.focus == name else theme.BORDER
        paint.card(rect, fill, border)
        if pad.focus == name:
            self._ring(paint, rect)
        if name.startswith("mark "):
            size = round(min(rect.width, rect.height) * 0.55)
            picture = self._fonts.text(name[-1], size, theme.TEXT)
            paint.screen.blit(picture, picture.get_rect(center=pygame.Rect(rect).center))
        elif name in SIGNS:
            paint.sign(name, round(paint.px(48) * 0.46), pygame.Rect(rect).center, theme.TEXT)
        else:
            lines = READ if name == "space" and pad.space_reads else BUTTONS[name]
            idle = name == "parts" and pad.syllable is None
            colours = (theme.HINT, theme.HINT) if idle else (theme.TEXT, theme.MUTED)
            paint.lines(rect, lines, (14, 11), colours)
        return pygame.Rect(rect)

    def _ring(self, paint: Painter, rect: Rect) -> None:
        """Where the keyboard is."""
        inside, thick = rect.inset(paint.px(3)), max(2, paint.px(2))
        pygame.draw.rect(paint.screen, theme.ACCENT, inside, thick, border_radius=paint.px(6))

    def _mode(self, paint: Painter, pad: Pad, name: str) -> pygame.Rect:
        rect, chosen = pad.layout.modes[name], name == pad.mode
        fill = theme.ACCENT if chosen else theme.PAPER
        if pad.pressed == name:
            fill = theme.PRESSED
        paint.card(rect, fill, theme.ACCENT if chosen else theme.BORDER)
        colours = (theme.TEXT, theme.MUTED)
        if fill == theme.ACCENT:
            colours = (theme.PAPER, theme.PAPER)
        paint.lines(rect, MODES[name], (15, 11), colours)
        return pygame.Rect(rect)

    def _hint(self, paint: Painter, pad: Pad) -> None:
        """What to write and, at the lower edge of the page, what cannot be read."""
        page = pad.layout.page
        text, width = HINTS.get(pad.mode, HINT), page.width * 3 // 4
        box = Rect(page.x + (page.width - width) // 2, page.y, width, page.height)
        paint.lines(box, text, (26, 18), (theme.HINT, theme.HINT))
        high = paint.px(40)
        box = Rect(page.x, page.bottom - high, page.width, high)
        for lines in self._missing:
            paint.lines(box, lines, (13, 13), (theme.MUTED, theme.MUTED))
            box = box._replace(y=box.y - high)

    def _note(self, paint: Painter, pad: Pad) -> pygame.Rect:
        """What is to be said of the answers, if anything."""
        place = pygame.Rect(pad.layout.note)
        paint.screen.fill(theme.GROUND, place)
        text = UNSURE if pad.unsure else MENDING if pad.composer.opened is not None else ""
        picture = self._fonts.text(
            text, self._fonts.fit(text, paint.px(12), place.width), theme.TEXT
        )
        paint.screen.blit(picture, picture.get_rect(center=place.center))
        return place

    def _candidate(self, paint: Painter, pad: Pad, rank: int) -> None:
        rect = pad.layout.candidates[rank]
        if rank >= len(pad.predictions):
            paint.card(rect, theme.GROUND)
            return
        label, score = pad.predictions[rank]
        best = rank == pad.best
        fill = theme.BEST if best else theme.PAPER
        if pad.pressed == str(rank):
            fill = theme.PRESSED
        paint.card(rect, fill, theme.ACCENT if best else theme.BORDER)
        colour = theme.MUTED if pad.stale else theme.TEXT
        bar_colour = theme.MUTED if pad.stale else theme.ACCENT
        inside = rect.inset(paint.px(9))
        thick = max(3, paint.px(5))
        percent = self._fonts.text(percentage(score), paint.px(14), colour)
        if rect.width > 1.6 * rect.height:
            side = min(rect.height, inside.width // 2)
            paint.glyph(label, colour, Rect(inside.x, inside.y, side, inside.height))
            left = inside.x + side + paint.px(6)
            middle = rect.y + rect.height // 2
            bar = Rect(left, middle + thick, inside.right - left, thick)
            paint.screen.blit(percent, percent.get_rect(bottomleft=(left, middle + thick // 2)))
        else:
            bar = Rect(inside.x, inside.bottom - thick, inside.width, thick)
            centre = inside.x + inside.width // 2
            place = percent.get_rect(midbottom=(centre, bar.y - thick // 2))
            paint.screen.blit(percent, place)
            above = Rect(inside.x, inside.y, inside.width, place.top - inside.y)
            paint.glyph(label, colour, above)
        paint.bar(bar, score, bar_colour, fill)

    def _mending(self, paint: Painter, pad: Pad) -> pygame.Rect:
        """The jamo of the syllable in a row, and below them what the chosen one may be instead."""
        area = pygame.Rect(pad.layout.mending)
        paint.screen.fill(theme.GROUND, area.inflate(2 * paint.px(4), 2 * paint.px(4)))
        if pad.syllable is None:
            return area
        chosen = PLACES.index(pad.place)
        for i, (rect, jamo) in enumerate(
            zip(pad.layout.places, jamo_of(pad.syllable), strict=True)
        ):
            fill = theme.ACCENT if i == chosen else theme.PAPER
            if pad.pressed == f"place {i}":
                fill = theme.PRESSED
            paint.card(rect, fill, theme.ACCENT if i == chosen else theme.BORDER)
            colour = theme.PAPER if fill == theme.ACCENT else theme.TEXT
            self._jamo(paint, rect, jamo, colour)
            if pad.focus == f"place {i}":
                self._ring(paint, rect)
        for i, syllable in enumerate(pad.alternatives()):
            rect, name = pad.layout.alternatives[i], f"jamo {i}"
            paint.card(rect, theme.PRESSED if pad.pressed == name else theme.PAPER)
            self._alternative(paint, rect, jamo_of(syllable)[chosen], syllable)
            if pad.focus == name:
                self._ring(paint, rect)
        return area.inflate(2 * paint.px(4), 2 * paint.px(4))

    def _jamo(self, paint: Painter, box: Rect, jamo: str, colour: Colour) -> None:
        size = round(min(box.width, box.height) * 0.62)
        picture = self._fonts.text(jamo or NO_FINAL, size, colour)
        paint.screen.blit(picture, picture.get_rect(center=pygame.Rect(box).center))

    def _alternative(self, paint: Painter, rect: Rect, jamo: str, syllable: str) -> None:
        """A jamo, and smaller the syllable that it makes: beside it, or at its corner."""
        small = round(min(rect.width, rect.height) * 0.32)
        picture = self._fonts.text(syllable, small, theme.MUTED)
        border = paint.px(4)
        if rect.width > 1.4 * rect.height:
            left, right = rect._replace(width=rect.width * 3 // 5), rect.width * 4 // 5
            self._jamo(paint, left, jamo, theme.TEXT)
            middle = rect.y + rect.height // 2
            paint.screen.blit(picture, picture.get_rect(center=(rect.x + right, middle)))
            return
        room = rect.inset(border)
        self._jamo(paint, room._replace(width=room.width * 4 // 5), jamo, theme.TEXT)
        place = picture.get_rect(bottomright=(room.right - border // 2, room.bottom))
        paint.screen.blit(picture, place)

    def _overlay(self, paint: Painter, pad: Pad, changed: set[Part]) -> list[pygame.Rect]:
        """The marks and functions, or the help, over everything below the line."""
        if pad.panel == "help":
            if Part.EVERYTHING in changed:
                self._help(paint, pad.layout)
            return [pygame.Rect(pad.layout.overlay)]
        if not changed & {Part.BUTTONS, Part.CANDIDATES, Part.EVERYTHING}:
            return []
        return [self._button(paint, pad, name) for name in pad.layout.functions]

    def _help(self, paint: Painter, layout: Layout) -> None:
        """The table of the keys, and the gestures."""
        area = layout.overlay
        paint.card(area)
        rows = [*GESTURES, *((b.shown, b.korean, b.english) for b in BINDINGS)]
        inside = area.inset(paint.px(8))
        high = inside.height / len(rows)
        first, wide = inside.width * 3 // 10, inside.width * 7 // 10
        px = min(paint.px(14), int(high * 0.8))
        texts = [f"{korean} · {english}" for _, korean, english in rows]
        px = min(px, *(self._fonts.fit(shown, px, first - paint.px(6)) for shown, _, _ in rows))
        px = min(px, *(self._fonts.fit(text, px, wide) for text in texts))
        for i, ((shown, _, _), text) in enumerate(zip(rows, texts, strict=True)):
            y = round(inside.y + (i + 0.5) * high)
            for x, words, colour in (
                (inside.x, shown, theme.ACCENT),
                (inside.x + first, text, theme.TEXT),
            ):
                picture = self._fonts.text(words, px, colour)
                paint.screen.blit(picture, picture.get_rect(midleft=(x, y)))


def percentage(score: float) -> str:
    """A score from 0 to 1 in whole per cent."""
    return "<1%" if 0 < score < 0.005 else f"{score:.0%}"
