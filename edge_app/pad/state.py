"""What the pad is doing: ink, answers and accepted text, apart from the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum, auto

from edge_app import modes
from edge_app.pad.canvas import Canvas
from edge_app.pad.layout import CANDIDATES, Layout
from edge_app.pad.sheet import Sheet
from edge_app.pointer import Phase, PointerEvent
from edge_app.recognizer import Prediction
from edge_app.worker import Answer, Ink


class Part(Enum):
    """A part of the window that is drawn by itself. The page draws what is new on it."""

    STRIP = auto()
    CANDIDATES = auto()
    BUTTONS = auto()
    EVERYTHING = auto()


class Pad:
    """The pad's state. It is told what pointers and keys do; times are seconds from any start."""

    def __init__(
        self,
        layout: Layout,
        submit: Callable[[Ink, str], int],
        delay_s: float,
        offered: Sequence[str],
        mode: str,
    ) -> None:
        """submit: asks for ink to be read in a mode, returns the job's number.

        delay_s: from pen-up to that. offered: the modes there are; mode: the one to begin with.
        """
        self.layout = layout
        self.mode = mode
        """What ink is read as."""
        self.sheet = Sheet(layout.page)
        self.canvas = Canvas(layout.page)
        self.accepted: list[str] = []
        """The answers that were chosen, in order."""
        self.predictions: Sequence[Prediction] = ()
        self.stale = False
        """Whether the ink has changed since the predictions were made."""
        self.due: float | None = None
        """When the ink will be recognised."""
        self.pressed: str | None = None
        """The button that the pointer went down on, while the pointer is on it."""
        self.leaving = False
        self.changed = {Part.EVERYTHING}
        """What must be drawn again; whoever draws clears it."""
        self._submit, self._offered = submit, tuple(offered)
        self._delay_s = delay_s
        self._serial: int | None = None
        self._held: str | None = None
        self._drawing = False

    def resize(self, layout: Layout) -> None:
        """Lays everything out anew; ink and answers stay. No pointer may be down."""
        self.layout = layout
        self.sheet.resize(layout.page)
        self.canvas = Canvas(layout.page)
        self.canvas.repaint(self.sheet.strokes_px())
        self.changed.add(Part.EVERYTHING)

    def expose(self) -> None:
        """Has everything shown again."""
        self.canvas.expose()
        self.changed.add(Part.EVERYTHING)

    def point(self, event: PointerEvent) -> None:
        """Takes what a `PointerTracker` tells."""
        if event.phase is Phase.DOWN:
            self._down(event)
        elif event.phase is Phase.RESUME:
            self._resume(event)
        elif event.phase is Phase.MOVE:
            self._move(event)
        else:
            self._up(event)

    def command(self, name: str) -> None:
        """Does what a button or key stands for.

        "0" to "2" accept an answer; "undo", "clear", "recognise", "leave"; "next mode",
        "previous mode" and the name of a mode, which does nothing if that mode is not there.
        """
        if name == "undo":
            self._undo()
        elif name == "clear":
            self._clear()
        elif name == "recognise":
            self._recognise()
        elif name == "leave":
            self.leaving = True
        elif name in ("next mode", "previous mode"):
            step = 1 if name == "next mode" else -1
            here = self._offered.index(self.mode)
            self._switch(self._offered[(here + step) % len(self._offered)])
        elif name in modes.MODES:
            self._switch(name)
        else:
            self._accept(int(name))

    def tick(self, now: float) -> None:
        """Recognises the ink if the time has come."""
        if self.due is not None and now >= self.due:
            self._recognise()

    def receive(self, answer: Answer) -> bool:
        """Takes an answer; False if the ink has changed since it was asked for."""
        if answer.serial != self._serial:
            return False
        self._show(answer.reading.predictions)
        return True

    @property
    def unsure(self) -> bool:
        """Whether the answers shown are guesses."""
        return not self.stale and not modes.is_sure(self.predictions)

    def _down(self, event: PointerEvent) -> None:
        self._held = self.layout.button_at(event.x, event.y)
        if self._held is not None:
            self._press(self._held)
        elif self.layout.page.contains(event.x, event.y):
            if not len(self.sheet):
                self.canvas.repaint([])  # the hint goes
            self.sheet.begin(event.x, event.y)
            self.canvas.begin(*self.sheet.last_px())
            self._drawing = True
            self._outdate()

    def _resume(self, event: PointerEvent) -> None:
        """The stroke goes on, if it was one; a button is not tapped twice."""
        if len(self.sheet) and self._held is None and self.due is not None:
            self.canvas.begin(*self.sheet.last_px())
            self._drawing = True
            self._outdate()
            self._move(event)

    def _move(self, event: PointerEvent) -> None:
        if self._drawing:
            self.sheet.extend(event.x, event.y)
            self.canvas.extend(*self.sheet.last_px())
        elif self._held is not None:
            on_it = self.layout.button_at(event.x, event.y) == self._held
            self._press(self._held if on_it else None)

    def _up(self, event: PointerEvent) -> None:
        if self._drawing:
            self.canvas.end()
            self._drawing = False
            self.due = event.time + self._delay_s
        elif self.pressed is not None:
            name = self.pressed
            self._press(None)
            self.command(name)

    def _press(self, name: str | None) -> None:
        if name != self.pressed:
            self.pressed = name
            self.changed |= {Part.BUTTONS, Part.CANDIDATES}

    def _outdate(self) -> None:
        """The ink has changed: no answer under way fits it, and none shown does."""
        self.due = self._serial = None
        if self.predictions and not self.stale:
            self.stale = True
            self.changed.add(Part.CANDIDATES)

    def _recognise(self) -> None:
        self.due = None
        if len(self.sheet):
            self._serial = self._submit(self.sheet.ink(), self.mode)

    def _show(self, predictions: Sequence[Prediction]) -> None:
        self.predictions, self.stale = tuple(predictions[:CANDIDATES]), False
        self.changed.add(Part.CANDIDATES)

    def _switch(self, mode: str) -> None:
        """Reads in another mode from now on, the ink that is there first of all."""
        if mode == self.mode or mode not in self._offered:
            return
        self.mode = mode
        self.changed.add(Part.BUTTONS)
        if not len(self.sheet):
            self.canvas.expose()  # another hint
        elif not self._drawing:
            self._outdate()
            self._recognise()

    def _undo(self) -> None:
        """Takes back the last stroke; from an empty sheet, the last accepted answer."""
        if not len(self.sheet):
            if self.accepted:
                self.accepted.pop()
                self.changed.add(Part.STRIP)
            return
        self.sheet.undo()
        if not len(self.sheet):
            self._clear()
            return
        self._outdate()
        self._drawing = False
        self.canvas.repaint(self.sheet.strokes_px())
        self._recognise()

    def _clear(self) -> None:
        self.sheet.clear()
        self._outdate()
        self._drawing = False
        self.canvas.repaint([])
        self._show(())

    def _accept(self, rank: int) -> None:
        if rank < len(self.predictions):
            self.accepted.append(self.predictions[rank].label)
            self.changed.add(Part.STRIP)
            self._clear()
