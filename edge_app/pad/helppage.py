"""What the help says, page by page: the gestures and the keys."""

from __future__ import annotations

from edge_app.pad import words
from edge_app.pad.keys import BINDINGS
from edge_app.pad.layout import Layout

_ROW = 17
"""Least height of a row, px where `Layout.scale` is 1."""


def pages(layout: Layout) -> int:
    """How many pages there are."""
    fitting = max(1, int(layout.overlay.height // (_ROW * layout.scale)) - 1)
    return -(-(len(words.GESTURES) + len(BINDINGS)) // fitting)


def rows(layout: Layout, language: str, number: int) -> list[tuple[str, str]]:
    """What is done, and what it does, on the page with that number, from 0."""
    table = [
        *((" · ".join(said.lines(language)), does) for said, does in words.GESTURES),
        *((one.shown, one.means) for one in BINDINGS),
    ]
    each = -(-len(table) // pages(layout))
    return [
        (done, " · ".join(does.lines(language))) for done, does in table[number * each :][:each]
    ]
