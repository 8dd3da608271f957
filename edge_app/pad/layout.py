"""Where everything in the window is: pure geometry, for any size from 480x320 to 3840x2160.

Landscape windows have the sheet on the left and a panel on its right; portrait windows have
them below each other. Whichever of the two leaves the larger square to write on is taken.

Where there are modes to choose between, their buttons stand in a rail to the left of the sheet,
or in portrait in a row above it: all in sight, one tap each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

CANDIDATES = 3
"""How many answers are offered."""

SMALLEST = 320
"""Windows narrower or lower than this (px) are laid out as if they were this large."""

_TAP = 48
"""Side of the smallest thing to tap, px, in a window whose shorter side is `SMALLEST`.

On a 3.5 inch 480x320 screen that is 7 mm, on the 7 inch screens (800x480, 720x1280) 12 mm.
"""

_GROWTH = 0.85
"""Exponent of the growth with the window's size: larger screens are also finer ones."""

_GAP = 8
_NOTE = 16
"""Height of the line for what is to be said of the answers."""

_PORTRAIT_CANDIDATE = 74
_PANEL = 144
"""Least width of the panel beside the sheet; like the other sizes, px at `SMALLEST`."""

_PANEL_SHARE = 0.62
"""The panel grows to this share of its height before the sheet becomes wider than high."""

_SHEET_SHARE = 1.15
"""In portrait the sheet grows to this share of its width before the candidates grow, too."""


class Rect(NamedTuple):
    """A rectangle, px of the window. pygame takes it as it is."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first column to the right of it."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The first row below it."""
        return self.y + self.height

    def contains(self, x: float, y: float) -> bool:
        """Whether a point lies in it."""
        return self.x <= x < self.right and self.y <= y < self.bottom

    def inset(self, by: int) -> Rect:
        """The rectangle without a border of that many px."""
        return Rect(self.x + by, self.y + by, self.width - 2 * by, self.height - 2 * by)


@dataclass(frozen=True)
class Layout:
    """The rectangles of one window size."""

    scale: float
    """Size of text, gaps and buttons, relative to a window whose shorter side is `SMALLEST`."""
    sheet: Rect
    """The card that is written on."""
    strip: Rect
    """The line of accepted answers."""
    modes: Mapping[str, Rect]
    """The buttons of the modes, by name and in order; none where there is nothing to choose."""
    note: Rect
    """The line between sheet or strip and candidates that says what is to be said of them."""
    candidates: tuple[Rect, ...]
    """Best first."""
    undo: Rect
    clear: Rect
    leave: Rect | None
    """The button that closes a full-screen window, which has no frame to close it by."""

    @property
    def page(self) -> Rect:
        """The part of the sheet that takes ink: all but its rounded border."""
        return self.sheet.inset(max(2, round(3 * self.scale)))

    def buttons(self) -> dict[str, Rect]:
        """Everything to tap, by name; candidates are "0", "1" and "2", modes what they are."""
        named = {str(i): rect for i, rect in enumerate(self.candidates)}
        named |= {"undo": self.undo, "clear": self.clear, **self.modes}
        return named if self.leave is None else {**named, "leave": self.leave}

    def button_at(self, x: float, y: float) -> str | None:
        """The name of the button at a point."""
        for name, rect in self.buttons().items():
            if rect.contains(x, y):
                return name
        return None


def fit(width: int, height: int, modes: Sequence[str] = (), *, fullscreen: bool = False) -> Layout:
    """The layout of a window of that size, px, with a button for each mode if there are several."""
    width, height = max(width, SMALLEST), max(height, SMALLEST)
    shown = modes if len(modes) > 1 else ()
    beside = _beside(width, height, shown, fullscreen)
    below = _below(width, height, shown, fullscreen)
    return max(beside, below, key=lambda layout: min(layout.sheet[2:]))


def scale_of(width: int, height: int) -> float:
    """`Layout.scale` of a window of that size, px."""
    return float((min(width, height) / SMALLEST) ** _GROWTH)


def _beside(width: int, height: int, modes: Sequence[str], fullscreen: bool) -> Layout:
    scale = scale_of(width, height)
    gap, tap = round(_GAP * scale), round(_TAP * scale)
    inner = height - 2 * gap
    rail = _rows(Rect(gap, gap, tap, inner), len(modes), gap)
    left = gap + tap + gap if modes else gap
    panel = max(round(_PANEL * scale), width - left - 2 * gap - inner)
    panel = min(panel, max(round(_PANEL * scale), round(_PANEL_SHARE * inner)))
    sheet = Rect(left, gap, width - left - 2 * gap - panel, inner)
    column = Rect(sheet.right + gap, gap, panel, inner)
    strip, leave = _top_row(Rect(column.x, column.y, panel, tap), gap, fullscreen)
    buttons = Rect(column.x, column.bottom - tap, panel, tap)
    undo, clear = _columns(buttons, 2, gap)
    note = Rect(column.x, strip.bottom + gap // 2, panel, round(_NOTE * scale))
    top = note.bottom + gap // 2
    between = Rect(column.x, top, panel, buttons.y - gap - top)
    candidates = _rows(between, CANDIDATES, gap)
    switch = dict(zip(modes, rail, strict=True))
    return Layout(scale, sheet, strip, switch, note, candidates, undo, clear, leave)


def _below(width: int, height: int, modes: Sequence[str], fullscreen: bool) -> Layout:
    scale = scale_of(width, height)
    gap, tap = round(_GAP * scale), round(_TAP * scale)
    inner = width - 2 * gap
    strip, leave = _top_row(Rect(gap, gap, inner, tap), gap, fullscreen)
    buttons = Rect(gap, height - gap - tap, inner, tap)
    line = round(_NOTE * scale)
    top = strip.bottom + gap
    switch = dict(zip(modes, _columns(Rect(gap, top, inner, tap), len(modes), gap), strict=True))
    if modes:
        top += tap + gap
    free = buttons.y - gap - line - gap - top
    low = round(_PORTRAIT_CANDIDATE * scale)
    candidate = min(max(low, free - round(_SHEET_SHARE * inner)), 2 * low)
    sheet = Rect(gap, top, inner, free - candidate)
    note = Rect(gap, sheet.bottom + gap // 2, inner, line)
    row = Rect(gap, buttons.y - gap - candidate, inner, candidate)
    candidates = _columns(row, CANDIDATES, gap)
    undo, clear = _columns(buttons, 2, gap)
    return Layout(scale, sheet, strip, switch, note, candidates, undo, clear, leave)


def _top_row(row: Rect, gap: int, fullscreen: bool) -> tuple[Rect, Rect | None]:
    """The strip, and in full screen the leave button at its end."""
    if not fullscreen:
        return row, None
    side = row.height
    strip = Rect(row.x, row.y, row.width - side - gap, side)
    return strip, Rect(row.right - side, row.y, side, side)


def _columns(row: Rect, count: int, gap: int) -> tuple[Rect, ...]:
    """A row cut into equal columns, none or several; pixels left over go into the gaps."""
    if not count:
        return ()
    width = (row.width - gap * (count - 1)) // count
    step = (row.width - width) / (count - 1)
    return tuple(Rect(row.x + round(i * step), row.y, width, row.height) for i in range(count))


def _rows(column: Rect, count: int, gap: int) -> tuple[Rect, ...]:
    """A column cut into equal rows, none or several; pixels left over go into the gaps."""
    if not count:
        return ()
    height = (column.height - gap * (count - 1)) // count
    step = (column.height - height) / (count - 1)
    return tuple(
        Rect(column.x, column.y + round(i * step), column.width, height) for i in range(count)
    )
