"""The page that is written on: its ink, the picture of it, and what strokes on it mean."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from edge_app.pad import gestures
from edge_app.pad.canvas import Canvas
from edge_app.pad.gestures import Stroke
from edge_app.pad.layout import Rect
from edge_app.pad.line import Packed, pack
from edge_app.pad.sheet import Sheet
from edge_app.pad.theme import Palette


class Gesture(Enum):
    """What a stroke means that is no writing."""

    FLICK = auto()
    SCRATCH = auto()


class Page:
    """Sheet and canvas, which always show the same. Times are seconds from any start."""

    def __init__(self, rect: Rect, palette: Palette) -> None:
        self.sheet = Sheet(rect)
        self.canvas = Canvas(rect, palette)
        self.drawing = False
        """Whether the pen is down."""
        self._origin: Packed | None = None
        self._began = 0.0

    def __len__(self) -> int:
        """How many strokes there are."""
        return len(self.sheet)

    def resize(self, rect: Rect, palette: Palette) -> None:
        """Goes on with the same ink on a page of another size. The pen must be up."""
        self.sheet.resize(rect)
        self.canvas = Canvas(rect, palette)
        self._redraw()

    def begin(self, x: float, y: float, time: float) -> None:
        """Sets the pen down."""
        if not len(self.sheet):
            self.canvas.repaint([])  # the hint goes
        self.sheet.begin(x, y)
        self._began = time
        self._go_on()

    def resume(self) -> None:
        """Goes on with the newest stroke, whose end was none."""
        self._go_on()

    def extend(self, x: float, y: float) -> None:
        """Draws on to a point."""
        self.sheet.extend(x, y)
        self.canvas.extend(*self.sheet.last_px())

    def end(self, time: float, beneath: Sequence[Stroke] = ()) -> Gesture | None:
        """Lifts the pen. A stroke that was a gesture is removed again, and told.

        beneath: ink in units that lay under the stroke, apart from that of the page.
        """
        self.canvas.end()
        self.drawing = False
        stroke, before = self.sheet.stroke(-1), [*beneath, *self.sheet.ink()[:-1]]
        gesture = None
        if gestures.is_scratch(stroke, before):
            gesture = Gesture.SCRATCH
        elif len(self.sheet) == 1 and gestures.is_flick(
            stroke, time - self._began, self.sheet.width
        ):
            gesture = Gesture.FLICK
        if gesture is not None:
            self.undo()
        return gesture

    def undo(self) -> None:
        """Removes the newest stroke."""
        self.sheet.undo()
        self.drawing, self._origin = False, None
        self._redraw()

    def clear(self) -> None:
        """Removes all ink."""
        self.load(())
        self._origin = None

    def load(self, ink: Packed) -> None:
        """Shows ink, in units, in place of what is there."""
        self.drawing, self._origin = False, ink
        self.sheet.load(ink)
        self._redraw()

    def packed(self) -> Packed:
        """The ink to keep; the very ink that was loaded, where nothing has changed since."""
        return pack(self.sheet.ink()) if self._origin is None else self._origin

    def shows(self, ink: Packed) -> bool:
        """Whether that ink was loaded and has not changed since."""
        return self._origin is ink

    def _go_on(self) -> None:
        self.canvas.begin(*self.sheet.last_px())
        self.drawing, self._origin = True, None

    def _redraw(self) -> None:
        self.canvas.settle(False)
        self.canvas.repaint(self.sheet.strokes_px())
