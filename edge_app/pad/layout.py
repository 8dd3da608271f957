"""Where everything in the window is: pure geometry, for any size from 480x320 to 3840x2160.

The line of text stands above everything, as wide as the window. Landscape windows have the sheet
on the left and a panel on its right, or the other way round for the left hand; portrait windows
have them below each other. Whichever of the two leaves the larger square to write on is taken.

Where there are modes to choose between, their buttons stand in a rail to the left of the sheet,
or in portrait in a row above it: all in sight, one tap each. What is seldom needed lies behind one
button: marks, cursor keys and what can be done with the text, over all that is below the line.
The jamo of a syllable to be mended lie over the candidates.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

_STEPS = {"left": (-1, 0), "right": (1, 0), "open": (0, -1), "close": (0, 1)}
"""Where the arrow keys lead among buttons, by what they stand for elsewhere."""

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

_HIGHEST = 1.6
"""The height of the buttons behind "more" grows to that much of `_TAP`."""

_GAP = 8
_NOTE = 16
"""Height of the line for what is to be said of the answers."""

_EM = 0.52
"""Width of a syllable in the line of text, as a share of its height."""

_PORTRAIT_CANDIDATE = 74
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
    line: Rect
    """The line of text."""
    delete: Rect
    more: Rect
    """The button that opens what is seldom needed."""
    sheet: Rect
    """The card that is written on."""
    modes: Mapping[str, Rect]
    """The buttons of the modes, by name and in order; none where there is nothing to choose."""
    note: Rect
    """The line between sheet or strip and candidates that says what is to be said of them."""
    candidates: tuple[Rect, ...]
    """Best first."""
    undo: Rect
    parts: Rect
    """The button that opens the jamo of the best answer."""
    space: Rect
    mending: Rect
    """Where the jamo are shown then, over the candidates."""
    places: tuple[Rect, ...]
    """In it, the initial, the medial and the final that were read."""
    alternatives: tuple[Rect, ...]
    """In it, what one of them may be instead, likeliest first."""
    overlay: Rect
    """What the marks and functions cover, and the help."""
    functions: Mapping[str, Rect]
    """In it, the buttons by name: what `marks` and the like hold."""

    @property
    def gap(self) -> int:
        """Between buttons, px."""
        return round(_GAP * self.scale)

    @property
    def tap(self) -> int:
        """Side of the smallest button, px."""
        return round(_TAP * self.scale)

    @property
    def corner(self) -> Rect | None:
        """The corner to hold for leaving, around the button "more"; none in a window's frame."""
        if "leave" not in self.functions:
            return None
        return Rect(self.more.x, 0, self.more.right + self.more.y - self.more.x, self.more.bottom)

    @property
    def page(self) -> Rect:
        """The part of the sheet that takes ink: all but its rounded border."""
        return self.sheet.inset(max(2, round(3 * self.scale)))

    @property
    def writing(self) -> Rect:
        """The part of the line that the text runs in."""
        border = round(10 * self.scale)
        return self.line._replace(x=self.line.x + border, width=self.line.width - 2 * border)

    @property
    def em(self) -> int:
        """The width of a syllable in the line, px."""
        return round(_EM * self.line.height)

    def buttons(self, panel: str | None = None) -> dict[str, Rect]:
        """Everything to tap, by name, while a panel is open: "more", "parts", "help" or none.

        Candidates are "0", "1" and "2", places "place 0" to "place 2", alternatives "jamo 0" on.
        """
        named = {"line": self.line, "delete": self.delete, "more": self.more}
        if panel == "help":
            return {**named, "help": self.overlay}
        if panel == "more":
            return {**named, **self.functions}
        named |= {"undo": self.undo, "parts": self.parts, "space": self.space, **self.modes}
        if panel == "parts":
            named |= {f"place {i}": rect for i, rect in enumerate(self.places)}
            return named | {f"jamo {i}": rect for i, rect in enumerate(self.alternatives)}
        return named | {str(i): rect for i, rect in enumerate(self.candidates)}

    def button_at(self, x: float, y: float, panel: str | None = None) -> str | None:
        """The name of the button at a point."""
        for name, rect in self.buttons(panel).items():
            if rect.contains(x, y):
                return name
        return None

    def takes_ink(self, x: float, y: float, panel: str | None = None) -> bool:
        """Whether a point lies on a part of the page that no open panel covers."""
        if panel == "parts":
            return self.page.contains(x, y) and not self.mending.contains(x, y)
        return panel is None and self.page.contains(x, y)


def fit(
    width: int,
    height: int,
    modes: Sequence[str] = (),
    *,
    functions: Sequence[Sequence[str]] = (),
    hand: str = "right",
) -> Layout:
    """The layout of a window of that size, px, with a button for each mode if there are several.

    functions: what lies behind the button "more", by groups that begin on a row of their own.
    hand: "right" or "left", which in landscape has the panel on the left and the rail on the right.
    """
    width, height = max(width, SMALLEST), max(height, SMALLEST)
    shown = modes if len(modes) > 1 else ()
    beside = _beside(width, height, shown, functions, left_handed=hand == "left")
    below = _below(width, height, shown, functions)
    return max(beside, below, key=lambda layout: min(layout.sheet[2:]))


def walked(rects: Mapping[str, Rect], focus: str | None, command: str) -> str | None:
    """Which of some buttons has the keyboard after a key; None if it is none to walk with.

    focus: the one that has it now, if any. command: what the key stands for elsewhere.
    """
    names = list(rects)
    if command not in (*_STEPS, "next", "previous"):
        return None
    if focus is None or focus not in rects:
        return names[-1] if command == "previous" else names[0]
    if command in _STEPS:
        return _neighbour(rects, focus, *_STEPS[command])
    step = 1 if command == "next" else -1
    return names[(names.index(focus) + step) % len(names)]


def _neighbour(rects: Mapping[str, Rect], name: str, across: int, down: int) -> str:
    """The nearest of some buttons in a direction from one of them; itself at the edge."""
    here = _centre(rects[name])

    def cost(other: str) -> float:
        there = _centre(rects[other])
        dx, dy = there[0] - here[0], there[1] - here[1]
        along, aside = dx * across + dy * down, abs(dx * down) + abs(dy * across)
        return along + 2 * aside if along > 0 else float("inf")

    best = min(rects, key=cost)
    return best if cost(best) < float("inf") else name


def scale_of(width: int, height: int) -> float:
    """`Layout.scale` of a window of that size, px."""
    return float((min(width, height) / SMALLEST) ** _GROWTH)


def _beside(
    width: int,
    height: int,
    modes: Sequence[str],
    functions: Sequence[Sequence[str]],
    *,
    left_handed: bool,
) -> Layout:
    scale = scale_of(width, height)
    gap, tap = round(_GAP * scale), round(_TAP * scale)
    line, delete, more = _top(width, gap, tap)
    overlay = Rect(gap, gap + tap + gap, width - 2 * gap, height - 3 * gap - tap)
    inner = overlay.height
    left = gap + tap + gap if modes else gap
    least = 3 * tap + 2 * gap
    panel = max(least, width - left - 2 * gap - inner)
    panel = min(panel, max(least, round(_PANEL_SHARE * inner)))
    sheet = Rect(left, overlay.y, width - left - 2 * gap - panel, inner)
    column, side = sheet.right + gap, gap
    if left_handed:
        sheet = sheet._replace(x=width - sheet.right)
        column, side = gap, sheet.right + gap
    rail = rows(Rect(side, overlay.y, tap, inner), len(modes), gap)
    note = Rect(column, overlay.y, panel, round(_NOTE * scale))
    undo, parts, space = columns(Rect(column, overlay.bottom - tap, panel, tap), 3, gap)
    first = note.bottom + gap // 2
    mending = Rect(column, first, panel, undo.y - gap - first)
    switch = dict(zip(modes, rail, strict=True))
    answers = rows(mending, CANDIDATES, gap)
    upper, *lower = (columns(row, 3, gap) for row in rows(mending, 3, gap))
    places, alternatives = upper, tuple(rect for row in lower for rect in row)
    behind = _functions(overlay, functions, gap, tap)
    return Layout(
        scale, line, delete, more, sheet, switch, note, answers, undo, parts, space,
        mending, places, alternatives, overlay, behind,
    )  # fmt: skip


def _below(
    width: int, height: int, modes: Sequence[str], functions: Sequence[Sequence[str]]
) -> Layout:
    scale = scale_of(width, height)
    gap, tap = round(_GAP * scale), round(_TAP * scale)
    inner = width - 2 * gap
    line, delete, more = _top(width, gap, tap)
    overlay = Rect(gap, gap + tap + gap, inner, height - 3 * gap - tap)
    undo, parts, space = columns(Rect(gap, overlay.bottom - tap, inner, tap), 3, gap)
    words = round(_NOTE * scale)
    switch = dict(
        zip(modes, columns(Rect(gap, overlay.y, inner, tap), len(modes), gap), strict=True)
    )
    first = overlay.y + (tap + gap if modes else 0)
    free = undo.y - gap - words - gap - first
    low = round(_PORTRAIT_CANDIDATE * scale)
    candidate = min(max(low, free - round(_SHEET_SHARE * inner)), 2 * low)
    sheet = Rect(gap, first, inner, free - candidate)
    note = Rect(gap, sheet.bottom + gap // 2, inner, words)
    row = Rect(gap, undo.y - gap - candidate, inner, candidate)
    answers = columns(row, CANDIDATES, gap)
    high = max(candidate, 2 * tap + gap)
    mending = Rect(gap, row.bottom - high, inner, high)
    upper, lower = rows(mending, 2, gap)
    places, alternatives = columns(upper, 3, gap), columns(lower, 5, gap)
    behind = _functions(overlay, functions, gap, tap)
    return Layout(
        scale, line, delete, more, sheet, switch, note, answers, undo, parts, space,
        mending, places, alternatives, overlay, behind,
    )  # fmt: skip


def _top(width: int, gap: int, tap: int) -> tuple[Rect, Rect, Rect]:
    """The line of text, and the two buttons at its end."""
    more = Rect(width - gap - tap, gap, tap, tap)
    delete = more._replace(x=more.x - gap - tap)
    return Rect(gap, gap, delete.x - 2 * gap, tap), delete, more


def _functions(area: Rect, groups: Sequence[Sequence[str]], gap: int, tap: int) -> dict[str, Rect]:
    """Buttons in rows that fill an area from its top, no higher than they look like buttons."""
    most = max(1, (area.width + gap) // (tap + gap))
    lists: list[Sequence[str]] = []
    for group in groups:
        if group:
            count = math.ceil(len(group) / most)
            per_row = math.ceil(len(group) / count)
            lists += [group[i : i + per_row] for i in range(0, len(group), per_row)]
    high = min(area.height, round(_HIGHEST * tap * len(lists)) + gap * (len(lists) - 1))
    placed: dict[str, Rect] = {}
    for names, row in zip(lists, rows(area._replace(height=high), len(lists), gap), strict=True):
        placed |= zip(names, columns(row, len(names), gap), strict=True)
    return placed


def _centre(rect: Rect) -> tuple[float, float]:
    return rect.x + rect.width / 2, rect.y + rect.height / 2


def columns(row: Rect, count: int, gap: int) -> tuple[Rect, ...]:
    """A row cut into equal columns, or none; pixels left over go into the gaps."""
    if not count:
        return ()
    width = (row.width - gap * (count - 1)) // count
    step = (row.width - width) / max(1, count - 1)
    return tuple(Rect(row.x + round(i * step), row.y, width, row.height) for i in range(count))


def rows(column: Rect, count: int, gap: int) -> tuple[Rect, ...]:
    """A column cut into equal rows, or none; pixels left over go into the gaps."""
    if not count:
        return ()
    height = (column.height - gap * (count - 1)) // count
    step = (column.height - height) / max(1, count - 1)
    return tuple(
        Rect(column.x, column.y + round(i * step), column.width, height) for i in range(count)
    )
