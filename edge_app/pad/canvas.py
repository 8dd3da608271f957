"""The picture of the ink: a smooth, anti-aliased pen that draws only what is new.

The picture is an 8-bit surface whose palette runs from paper to ink. The pen writes into its
memory, which both share, and pygame maps it to the screen's colours when it is shown: a frame
costs as much as the ink that came since the last one, however much there is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import pygame

from edge_app.pad.layout import Rect
from edge_app.pad.sheet import Point
from edge_app.pad.theme import Palette, mix

_PEN = 0.028
"""Diameter of the pen, as a share of the page's shorter side."""

_STEP_PX = 4.0
"""Length of the straight pieces of a curve, px."""

_FINE = 4
"""The pen is drawn this many times larger and averaged down, a broad one half as many times.

OpenCV's own anti-aliasing hardens where one piece overlaps the next.
"""

_BROAD_PX = 32
"""A pen as broad as this is one of a screen too fine to show the difference."""

_SHIFT = 4
"""Fractional bits of the coordinates given to OpenCV's line drawing."""

_CHUNK_PX = 128.0
"""Length of curve drawn at once, px; it bounds the size of the enlarged picture."""


class Canvas:
    """The ink of one page. Coordinates are px of the window."""

    def __init__(self, page: Rect, palette: Palette) -> None:
        self._page, self._palette = page, palette
        self._pixels = np.zeros((page.height, page.width), np.uint8)
        size = (page.width, page.height)
        self._surface = pygame.image.frombuffer(self._pixels.data, size, "P")
        self._settled = False
        self._paint()
        self._pen = max(3, round(_PEN * min(size)))
        self._fine = _FINE if self._pen < _BROAD_PX else _FINE // 2
        self._tail: list[Point] = []
        self._lines: list[list[Point]] = []
        self._dirty = pygame.Rect(page)

    def begin(self, x: float, y: float) -> None:
        """Sets the pen down."""
        self._tail = [(x, y)]
        self._lines.append([(x, y), (x, y)])

    def extend(self, x: float, y: float) -> None:
        """Draws on to a point. The curve runs half a segment behind until `end`."""
        self._tail.append((x, y))
        if len(self._tail) == 2:
            self._line_to(_middle(*self._tail))
            return
        _, corner, now = self._tail
        self._curve_to(corner, _middle(corner, now))
        del self._tail[0]

    def end(self) -> None:
        """Lifts the pen: draws what is left up to the last point."""
        if len(self._tail) == 2:
            self._line_to(self._tail[1])
        self._tail = []

    def repaint(self, strokes: Sequence[Sequence[Point]]) -> None:
        """Draws all strokes anew, the pen up."""
        self._pixels.fill(0)
        self._lines.clear()
        self._tail = []
        for first, *others in strokes:
            self.begin(*first)
            for point in others:
                self.extend(*point)
            self.end()
        self.expose()

    def settle(self, settled: bool) -> None:
        """Shows the ink as done with, or not."""
        if settled != self._settled:
            self._settled = settled
            self._paint()
            self.expose()

    def recolour(self, palette: Palette) -> None:
        """Shows the same ink in other colours."""
        self._palette = palette
        self._paint()
        self.expose()

    def expose(self) -> None:
        """Has all of the picture shown again."""
        self._dirty = pygame.Rect(self._page)

    def show(self, screen: pygame.Surface) -> pygame.Rect | None:
        """Draws what is new and copies it to the screen; the rectangle to update, or None."""
        for line in self._lines:
            for chunk in _chunks(line):
                self._draw(chunk)
        self._lines = [[self._lines[-1][-1]]] if self._tail else []
        dirty, self._dirty = self._dirty, pygame.Rect(self._page[:2], (0, 0))
        if not dirty:
            return None
        screen.blit(self._surface, dirty, dirty.move(-self._page.x, -self._page.y))
        return dirty

    def _paint(self) -> None:
        paper = self._palette.paper
        colour = self._palette.hint if self._settled else self._palette.ink
        self._surface.set_palette([mix(paper, colour, level / 255) for level in range(256)])

    def _line_to(self, end: Point) -> None:
        self._curve_to(_middle(self._lines[-1][-1], end), end)

    def _curve_to(self, corner: Point, end: Point) -> None:
        """Appends a quadratic Bézier curve from where the line ends."""
        line = self._lines[-1]
        (x0, y0), (x1, y1), (x2, y2) = line[-1], corner, end
        pieces = 1 + int(math.hypot(x2 - x0, y2 - y0) / _STEP_PX)
        for i in range(1, pieces + 1):
            t = i / pieces
            a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t * t
            line.append((a * x0 + b * x1 + c * x2, a * y0 + b * y1 + c * y2))

    def _draw(self, line: Sequence[Point]) -> None:
        points = np.array(line)
        reach = self._pen // 2 + 2
        low = np.floor(points.min(axis=0)).astype(int) - reach
        high = np.ceil(points.max(axis=0)).astype(int) + reach + 1
        drawn = pygame.Rect(*low.tolist(), *(high - low).tolist()).clip(self._page)
        if not drawn:
            return
        enlarged = np.zeros((drawn.height * self._fine, drawn.width * self._fine), np.uint8)
        # A point is the middle of its pixel, for SDL as for OpenCV.
        fine = (points - drawn.topleft + 0.5) * self._fine - 0.5
        fixed = np.rint(fine * (1 << _SHIFT)).astype(np.int32)
        cv2.polylines(enlarged, [fixed], False, 255, self._pen * self._fine, cv2.LINE_8, _SHIFT)
        ink = cv2.resize(enlarged, drawn.size, interpolation=cv2.INTER_AREA)
        x, y = drawn.x - self._page.x, drawn.y - self._page.y
        there = self._pixels[y : y + drawn.height, x : x + drawn.width]
        np.maximum(there, ink, out=there)
        self._dirty = self._dirty.union(drawn) if self._dirty else drawn


def _middle(a: Point, b: Point) -> Point:
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2


def _chunks(line: Sequence[Point]) -> Iterator[Sequence[Point]]:
    """A line in pieces of about `_CHUNK_PX`, each beginning where the last one ended."""
    start, length = 0, 0.0
    for i in range(1, len(line)):
        length += math.dist(line[i - 1], line[i])
        if length > _CHUNK_PX or i == len(line) - 1:
            yield line[start : i + 1]
            start, length = i, 0.0
