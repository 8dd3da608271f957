"""The ink on the sheet, apart from how it is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edge_app.pad.layout import Rect

Point = tuple[float, float]
"""x to the right, y down."""


@dataclass(frozen=True)
class Placement:
    """Where ink lies in the window: px = origin + scale * units."""

    scale: float
    """px per unit; a unit is the shorter side of an empty page."""
    x: float
    """px of the window where the unit 0 is: the middle of an empty page."""
    y: float

    def to_px(self, point: Point) -> Point:
        """Units to px of the window."""
        return self.x + self.scale * point[0], self.y + self.scale * point[1]

    def to_units(self, point: Point) -> Point:
        """Px of the window to units."""
        return (point[0] - self.x) / self.scale, (point[1] - self.y) / self.scale


class Sheet:
    """Strokes in units of the page, so that they outlive a resize of the window.

    Nothing is drawn outside the page: points beyond it are moved to its edge, and a page of
    another shape gets the ink shifted, and if need be shrunk, until all of it is inside.
    """

    def __init__(self, page: Rect) -> None:
        self._strokes: list[list[Point]] = []
        self.resize(page)

    def resize(self, page: Rect) -> None:
        """Places the ink on a page of another size or shape, px of the window."""
        self._page = page
        self.placement = self._place()

    def begin(self, x: float, y: float) -> None:
        """Starts a stroke at a point in px of the window."""
        if not self._strokes:
            self.placement = self._place()
        self._strokes.append([self._on_page(x, y)])

    def extend(self, x: float, y: float) -> None:
        """Adds a point, in px of the window, to the newest stroke."""
        self._strokes[-1].append(self._on_page(x, y))

    def undo(self) -> bool:
        """Removes the newest stroke; False if there was none."""
        if not self._strokes:
            return False
        self._strokes.pop()
        return True

    def clear(self) -> None:
        """Removes all ink."""
        self._strokes.clear()

    def load(self, ink: Sequence[npt.NDArray[np.floating]]) -> None:
        """Replaces the ink by strokes in units."""
        self._strokes = [[(float(x), float(y)) for x, y in stroke] for stroke in ink]
        self.placement = self._place()

    def __len__(self) -> int:
        """How many strokes there are."""
        return len(self._strokes)

    def ink(self) -> list[npt.NDArray[np.float64]]:
        """A copy of the strokes, each (n, 2), in units."""
        return [np.array(stroke) for stroke in self._strokes]

    def stroke(self, index: int) -> npt.NDArray[np.float64]:
        """A copy of one stroke, (n, 2), in units; negative indices count from the newest."""
        return np.array(self._strokes[index])

    @property
    def width(self) -> float:
        """The page's width, in units."""
        return (self._page.width - 1) / self.placement.scale

    def last_px(self) -> Point:
        """The newest point, in px of the window."""
        return self.placement.to_px(self._strokes[-1][-1])

    def strokes_px(self) -> list[list[Point]]:
        """The strokes in px of the window."""
        return [[self.placement.to_px(p) for p in stroke] for stroke in self._strokes]

    def _on_page(self, x: float, y: float) -> Point:
        x = min(max(x, self._page.x), self._page.right - 1)
        y = min(max(y, self._page.y), self._page.bottom - 1)
        return self.placement.to_units((x, y))

    def _place(self) -> Placement:
        page = self._page
        width, height = page.width - 1, page.height - 1
        scale = float(min(width, height))
        middle = page.x + width / 2, page.y + height / 2
        if not self._strokes:
            return Placement(scale, *middle)
        points = np.concatenate(self.ink())
        low, high = points.min(axis=0), points.max(axis=0)
        extent = high - low
        scale = min(scale, *(np.array((width, height)) / np.maximum(extent, 1e-9)))
        # Moved as little as brings both ends of the ink onto the page.
        least = np.array((page.x, page.y)) - scale * low
        most = np.array((page.x + width, page.y + height)) - scale * high
        x, y = np.minimum(np.maximum(middle, least), np.maximum(most, least))
        return Placement(float(scale), float(x), float(y))
