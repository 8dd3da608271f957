"""Draws the panels that cover everything below the line: help, settings, a question, a message."""

from __future__ import annotations

from collections.abc import Sequence

from edge_app.pad import helppage, words
from edge_app.pad.layout import Rect
from edge_app.pad.paint import SMALLEST_PX, Painter
from edge_app.pad.state import Pad
from edge_app.pad.theme import Fonts

_READING = 15
"""Height of what is to be read at leisure, px where `Layout.scale` is 1."""


def draw(paint: Painter, pad: Pad) -> None:
    """Draws the open one, all of it."""
    if pad.panel == "help":
        _help(paint, pad)
    elif pad.panel == "settings":
        _settings(paint, pad)
    elif pad.panel == "erase":
        _question(paint, pad)
    elif pad.notice is not None:
        paint.card(pad.layout.overlay)
        inside = pad.layout.overlay.inset(paint.px(12))
        high = paint.px(34)
        above = inside._replace(height=inside.height - high)
        paint.paragraph(above, pad.notice, _READING, paint.palette.text)
        below = inside._replace(y=inside.bottom - high, height=high)
        paint.lines(below, words.BUTTONS["escape"], (14, 11), (paint.palette.accent,) * 2)


def _help(paint: Painter, pad: Pad) -> None:
    """A page of the gestures and the keys, in the largest size in which all its rows fit."""
    fonts, colours, area = paint.fonts, paint.palette, pad.layout.overlay
    paint.card(area)
    rows = helppage.rows(pad.layout, paint.language, pad.help_number)
    inside, gap = area.inset(paint.px(8)), paint.px(8)
    foot = paint.px(14)
    high = (inside.height - foot) / len(rows)
    px = min(paint.px(14), int(high * 0.85))
    while px > SMALLEST_PX and _wide(fonts, rows, px) + gap > inside.width:
        px -= 1
    first = max(fonts.width(done, px) for done, _ in rows) + gap
    for i, row in enumerate(rows):
        y = round(inside.y + (i + 0.5) * high)
        for x, line, colour in zip((0, first), row, (colours.accent, colours.text), strict=True):
            picture = fonts.text(line, px, colour)
            paint.screen.blit(picture, picture.get_rect(midleft=(inside.x + x, y)))
    if (count := helppage.pages(pad.layout)) == 1:
        return
    number = f"{pad.help_number + 1} / {count}"
    picture = fonts.text(number, paint.px(12), colours.muted)
    paint.screen.blit(picture, picture.get_rect(bottomright=(inside.right, inside.bottom)))


def _wide(fonts: Fonts, rows: Sequence[tuple[str, str]], px: int) -> int:
    """The width of both columns."""
    return sum(max(fonts.width(row[i], px) for row in rows) for i in (0, 1))


def _settings(paint: Painter, pad: Pad) -> None:
    """The settings with their values, and how to turn the pages."""
    colours, page = paint.palette, pad.settings_page
    paint.screen.fill(colours.ground, pad.layout.overlay)
    for command, rect in page.buttons.items():
        fill = colours.pressed if pad.pressed == command else colours.paper
        paint.card(rect, fill)
        kind, _, name = command.partition(" ")
        if kind == "set":
            half = rect.width // 2
            left = rect._replace(width=half)
            right = Rect(rect.x + half, rect.y, half - paint.px(4), rect.height)
            erases = name == "erase"
            named = words.BUTTONS[name] if erases else words.SETTINGS[name]
            said = colours.danger if erases else colours.text
            paint.lines(left, named, (13, 11), (said, colours.muted))
            paint.lines(right, pad.preferences.shown(name), (15, 11), (colours.accent,) * 2)
        else:
            paint.lines(rect, words.BUTTONS[command], (14, 11), (colours.text, colours.muted))
        if pad.focus == command:
            paint.ring(rect)
    if page.count > 1:
        number = words.same(f"{page.number + 1} / {page.count}")
        paint.lines(page.title, number, (14, 14), (colours.text,) * 2)


def _question(paint: Painter, pad: Pad) -> None:
    """Whether to forget what was learned, and the two answers."""
    colours, area = paint.palette, pad.layout.overlay
    paint.card(area)
    buttons = pad.buttons()
    inside = area.inset(paint.px(12))
    above = Rect(inside.x, inside.y, inside.width, buttons["no"].y - inside.y)
    paint.paragraph(above, words.ERASE, _READING, colours.text)
    for name in ("no", "yes"):
        rect = buttons[name]
        pressed = pad.pressed == name
        fill = colours.pressed if pressed else colours.danger if name == "yes" else colours.paper
        text = colours.on_danger if fill == colours.danger else colours.text
        paint.card(rect, fill, behind=colours.paper)
        paint.lines(rect, words.BUTTONS[name], (15, 12), (text, text))
        if pad.focus == name:
            paint.ring(rect)
