"""Draws the pad: the line of text, the page, answers, buttons and panels."""

from __future__ import annotations

from collections.abc import Sequence

import pygame

from edge_app.pad import panels, words
from edge_app.pad.desk import Part
from edge_app.pad.layout import Rect
from edge_app.pad.line import NEWLINE, text_of
from edge_app.pad.paint import SIGNS, Painter
from edge_app.pad.parts import PLACES, jamo_of
from edge_app.pad.state import Pad
from edge_app.pad.theme import Colour, Fonts

_RING_FROM = 0.1
"""A tap is shorter than this share of the time for which the corner is held to leave."""


class View:
    """Draws a `Pad` on a surface, and only what has changed."""

    def __init__(self, missing: Sequence[str] = ()) -> None:
        """missing: the models, of `MISSING`, whose absence is to be told."""
        self._fonts = Fonts()
        self._missing = [words.MISSING[name] for name in missing]

    def draw(self, screen: pygame.Surface, pad: Pad) -> list[pygame.Rect]:
        """Draws what has changed; returns the rectangles of the screen to update."""
        changed, pad.changed = pad.changed, set()
        layout, everything = pad.layout, Part.EVERYTHING in changed
        look = pad.preferences
        paint = Painter(self._fonts, screen, layout.scale, look.palette, look.settings.language)
        drawn: list[pygame.Rect] = []
        if everything:
            screen.fill(paint.palette.ground)
        if everything or Part.LINE in changed:
            self._line(paint, pad)
            drawn.append(pygame.Rect(layout.line))
        if everything or Part.BUTTONS in changed:
            drawn += [self._button(paint, pad, name) for name in ("delete", "more")]
            self._held(paint, pad)
        if pad.panel not in (None, "parts"):
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
            paint.lines(inside, pad.message, (17, 12), (paint.palette.text, paint.palette.muted))
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
            pygame.draw.rect(paint.screen, paint.palette.accent, caret)

    def _mark_open(self, paint: Painter, box: Rect) -> None:
        """Behind the character that is open."""
        behind = pygame.Rect(box).inflate(0, -2 * paint.px(7))
        pygame.draw.rect(paint.screen, paint.palette.best, behind, border_radius=paint.px(4))
        thick = max(2, paint.px(3))
        behind.update(behind.x, behind.bottom - thick, behind.width, thick)
        pygame.draw.rect(paint.screen, paint.palette.accent, behind)

    def _cell(self, paint: Painter, text: str, box: Rect, em: int) -> None:
        centre = pygame.Rect(box).center
        if text == NEWLINE:
            paint.sign("newline", round(0.62 * em), centre, paint.palette.muted)
            return
        size = self._fonts.fit(text, em, box.width)
        picture = self._fonts.text(text, size, paint.palette.text)
        paint.screen.blit(picture, picture.get_rect(center=centre))

    def _button(self, paint: Painter, pad: Pad, name: str) -> pygame.Rect:
        rect = pad.layout.buttons(pad.panel if pad.panel == "more" else None)[name]
        chosen = name == pad.panel
        fill = paint.palette.best if chosen else paint.palette.paper
        if pad.pressed == name:
            fill = paint.palette.pressed
        border = paint.palette.accent if chosen or pad.focus == name else paint.palette.border
        paint.card(rect, fill, border)
        if pad.focus == name:
            paint.ring(rect)
        if name.startswith("mark "):
            size = round(min(rect.width, rect.height) * 0.55)
            picture = self._fonts.text(name[-1], size, paint.palette.text)
            paint.screen.blit(picture, picture.get_rect(center=pygame.Rect(rect).center))
        elif name in SIGNS:
            paint.sign(
                name, round(paint.px(48) * 0.46), pygame.Rect(rect).center, paint.palette.text
            )
        else:
            lines = words.READ if name == "space" and pad.space_reads else words.BUTTONS[name]
            idle = name == "parts" and pad.syllable is None
            colours = (
                (paint.palette.hint, paint.palette.hint)
                if idle
                else (paint.palette.text, paint.palette.muted)
            )
            paint.lines(rect, lines, (14, 11), colours)
        return pygame.Rect(rect)

    def _held(self, paint: Painter, pad: Pad) -> None:
        """How long the corner has been held to leave: an arc that becomes a ring."""
        if pad.held < _RING_FROM:
            return
        thick, steps = max(2, paint.px(2)), round(pad.held * 120)
        centre = pygame.math.Vector2(pygame.Rect(pad.layout.more).center)
        arm = pygame.math.Vector2(0, paint.px(5) - pad.layout.more.height / 2)
        for step in range(steps):  # pygame's own thick arcs have holes
            place = centre + arm.rotate(3 * step)
            pygame.draw.circle(paint.screen, paint.palette.danger, place, thick)

    def _mode(self, paint: Painter, pad: Pad, name: str) -> pygame.Rect:
        rect, chosen = pad.layout.modes[name], name == pad.mode
        fill = paint.palette.accent if chosen else paint.palette.paper
        if pad.pressed == name:
            fill = paint.palette.pressed
        paint.card(rect, fill, paint.palette.accent if chosen else paint.palette.border)
        colours = (paint.palette.text, paint.palette.muted)
        if fill == paint.palette.accent:
            colours = (paint.palette.on_accent, paint.palette.on_accent)
        paint.lines(rect, words.MODES[name], (15, 11), colours)
        return pygame.Rect(rect)

    def _hint(self, paint: Painter, pad: Pad) -> None:
        """What to write and, at the lower edge of the page, what cannot be read."""
        page = pad.layout.page
        text, width = words.HINTS.get(pad.mode, words.HINT), page.width * 3 // 4
        box = Rect(page.x + (page.width - width) // 2, page.y, width, page.height)
        paint.lines(box, text, (26, 18), (paint.palette.hint, paint.palette.hint))
        high = paint.px(40)
        box = Rect(page.x, page.bottom - high, page.width, high)
        for lines in self._missing:
            paint.lines(box, lines, (13, 13), (paint.palette.muted, paint.palette.muted))
            box = box._replace(y=box.y - high)

    def _note(self, paint: Painter, pad: Pad) -> pygame.Rect:
        """What is to be said of the answers, if anything."""
        place = pygame.Rect(pad.layout.note)
        paint.screen.fill(paint.palette.ground, place)
        mending = pad.composer.opened is not None
        said = words.UNSURE if pad.unsure else words.MENDING if mending else None
        text = " · ".join(said.lines(paint.language)) if said else ""
        picture = self._fonts.text(
            text, self._fonts.fit(text, paint.px(12), place.width), paint.palette.text
        )
        paint.screen.blit(picture, picture.get_rect(center=place.center))
        return place

    def _candidate(self, paint: Painter, pad: Pad, rank: int) -> None:
        rect = pad.layout.candidates[rank]
        if rank >= len(pad.predictions):
            paint.card(rect, paint.palette.ground)
            return
        label, score = pad.predictions[rank]
        best = rank == pad.best
        fill = paint.palette.best if best else paint.palette.paper
        if pad.pressed == str(rank):
            fill = paint.palette.pressed
        paint.card(rect, fill, paint.palette.accent if best else paint.palette.border)
        colour = paint.palette.muted if pad.stale else paint.palette.text
        bar_colour = paint.palette.muted if pad.stale else paint.palette.accent
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
        paint.screen.fill(paint.palette.ground, area.inflate(2 * paint.px(4), 2 * paint.px(4)))
        if pad.syllable is None:
            return area
        chosen = PLACES.index(pad.place)
        for i, (rect, jamo) in enumerate(
            zip(pad.layout.places, jamo_of(pad.syllable), strict=True)
        ):
            fill = paint.palette.accent if i == chosen else paint.palette.paper
            if pad.pressed == f"place {i}":
                fill = paint.palette.pressed
            paint.card(rect, fill, paint.palette.accent if i == chosen else paint.palette.border)
            colour = (
                paint.palette.on_accent
                if i == chosen and fill != paint.palette.pressed
                else paint.palette.text
            )
            self._jamo(paint, rect, jamo, colour)
            if pad.focus == f"place {i}":
                paint.ring(rect)
        for i, syllable in enumerate(pad.alternatives()):
            rect, name = pad.layout.alternatives[i], f"jamo {i}"
            paint.card(rect, paint.palette.pressed if pad.pressed == name else paint.palette.paper)
            self._alternative(paint, rect, jamo_of(syllable)[chosen], syllable)
            if pad.focus == name:
                paint.ring(rect)
        return area.inflate(2 * paint.px(4), 2 * paint.px(4))

    def _jamo(self, paint: Painter, box: Rect, jamo: str, colour: Colour) -> None:
        if not jamo:
            paint.lines(box, words.NO_FINAL, (14, 11), (colour, colour))
            return
        size = round(min(box.width, box.height) * 0.62)
        picture = self._fonts.text(jamo, size, colour)
        paint.screen.blit(picture, picture.get_rect(center=pygame.Rect(box).center))

    def _alternative(self, paint: Painter, rect: Rect, jamo: str, syllable: str) -> None:
        """A jamo, and smaller the syllable that it makes: beside it, or at its corner."""
        small = round(min(rect.width, rect.height) * 0.32)
        picture = self._fonts.text(syllable, small, paint.palette.muted)
        border = paint.px(4)
        if rect.width > 1.4 * rect.height:
            left, right = rect._replace(width=rect.width * 3 // 5), rect.width * 4 // 5
            self._jamo(paint, left, jamo, paint.palette.text)
            middle = rect.y + rect.height // 2
            paint.screen.blit(picture, picture.get_rect(center=(rect.x + right, middle)))
            return
        room = rect.inset(border)
        self._jamo(paint, room._replace(width=room.width * 4 // 5), jamo, paint.palette.text)
        place = picture.get_rect(bottomright=(room.right - border // 2, room.bottom))
        paint.screen.blit(picture, place)

    def _overlay(self, paint: Painter, pad: Pad, changed: set[Part]) -> list[pygame.Rect]:
        """What covers everything below the line."""
        if not changed & {Part.BUTTONS, Part.CANDIDATES, Part.EVERYTHING}:
            return []
        if pad.panel == "more":
            return [self._button(paint, pad, name) for name in pad.layout.functions]
        panels.draw(paint, pad)
        return [pygame.Rect(pad.layout.overlay)]


def percentage(score: float) -> str:
    """A score from 0 to 1 in whole per cent."""
    return "<1%" if 0 < score < 0.005 else f"{score:.0%}"
