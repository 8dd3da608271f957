"""Where the settings page, and the question before erasing, have their buttons: pure geometry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edge_app.pad.layout import Layout, Rect, columns, rows

_NARROWEST = 215
"""Least width of a row that names a setting and its value, px where `Layout.scale` is 1."""


@dataclass(frozen=True)
class SettingsPage:
    """One page of as many as it takes."""

    number: int
    """From 0."""
    count: int
    buttons: dict[str, Rect]
    """By command; the settings' are "set theme" and so on."""
    title: Rect
    """Where it says which of the pages this is."""


def settings_page(layout: Layout, names: Sequence[str], number: int) -> SettingsPage:
    """The page with that number, or the nearest there is."""
    area, gap, tap = layout.overlay, layout.gap, layout.tap
    across = max(1, (area.width + gap) // (round(_NARROWEST * layout.scale) + gap))
    fitting = max(1, (area.height + gap) // (tap + gap) - 1)
    down = min(fitting, -(-len(names) // across))
    count = -(-len(names) // (across * fitting))
    # As full as each other, so that no page holds one row alone.
    down = min(down, -(-len(names) // (across * count)))
    number = min(max(0, number), count - 1)
    here = names[number * across * down :][: across * down]
    high = min((area.height - gap * fitting) // (fitting + 1), round(1.3 * tap))
    grid = area._replace(height=down * (high + gap) - gap)
    cells = [cell for row in rows(grid, down, gap) for cell in columns(row, across, gap)]
    buttons = {f"set {name}": cell for name, cell in zip(here, cells, strict=False)}
    bar = Rect(area.x, area.bottom - high, area.width, high)
    back, title, forth, close = columns(bar, 4, gap)
    if count > 1:
        buttons |= {"previous page": back, "next page": forth}
    return SettingsPage(number, count, buttons | {"escape": close}, title)


def question(layout: Layout) -> dict[str, Rect]:
    """The two answers below a question that covers everything below the line."""
    area, gap = layout.overlay.inset(layout.gap), layout.gap
    high = min(round(1.3 * layout.tap), area.height // 2)
    no, yes = columns(Rect(area.x, area.bottom - high, area.width, high), 2, gap)
    return {"no": no, "yes": yes}
