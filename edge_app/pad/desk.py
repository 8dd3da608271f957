"""The ink on the page and what was made of it: when it is read, and whether that still holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum, auto

from edge_app import modes
from edge_app.log import LOG
from edge_app.modes import Reading
from edge_app.pad.layout import CANDIDATES, Layout
from edge_app.pad.line import Accepted, Packed
from edge_app.pad.page import Page
from edge_app.pad.preferences import Preferences
from edge_app.recognizer import Prediction
from edge_app.worker import Answer, Ink


class Part(Enum):
    """A part of the window that is drawn by itself. The page draws what is new on it."""

    LINE = auto()
    CANDIDATES = auto()
    BUTTONS = auto()
    EVERYTHING = auto()


class Desk:
    """The page, its answers and the mode. Times are seconds from any start."""

    def __init__(
        self,
        layout: Layout,
        submit: Callable[[Ink, str], int],
        offered: Sequence[str],
        mode: str,
        preferences: Preferences,
    ) -> None:
        """submit: asks for ink to be read in a mode, returns the job's number.

        offered: the modes there are; mode: the one to begin with. preferences: how it behaves
        and looks, looked up whenever that matters.
        """
        self.layout = layout
        self.mode = mode
        """What ink is read as."""
        self.preferences = preferences
        self.page = Page(layout.page, preferences.palette)
        self.reading = Reading()
        """What was made of the ink."""
        self.stale = False
        """Whether the ink has changed since."""
        self.settled = False
        """Whether the next stroke takes the answer and begins another character."""
        self.changed = {Part.EVERYTHING}
        """What must be drawn again; whoever draws clears it."""
        self.due: float | None = None
        """When the ink will be read; infinity for ink that waits until it is asked for."""
        self._settles: float | None = None
        self._submit, self._offered = submit, tuple(offered)
        self._serial: int | None = None
        self._read_as = mode
        self._waiting: str | None = None
        """The command that goes on when the ink has been read."""
        self._took: Accepted | None = None
        """What the first stroke on the page has put into the line."""

    @property
    def predictions(self) -> Sequence[Prediction]:
        """The answers on offer, best first."""
        return self.reading.predictions[:CANDIDATES]

    @property
    def unsure(self) -> bool:
        """Whether the answers shown are guesses."""
        return not self.stale and not modes.is_sure(self.predictions)

    @property
    def space_reads(self) -> bool:
        """Whether the space key reads the ink first of all."""
        return not self.preferences.conduct.live and self.stale and bool(len(self.page))

    def expose(self) -> None:
        """Has everything shown again."""
        self.page.canvas.expose()
        self.changed.add(Part.EVERYTHING)

    def resize(self, layout: Layout) -> None:
        """Lays everything out anew; ink and answers stay. No pointer may be down."""
        self.layout = layout
        self.page.resize(layout.page, self.preferences.palette)
        self.page.canvas.settle(self.settled)
        self.changed.add(Part.EVERYTHING)

    def tick(self, now: float) -> None:
        """Does what the time has come for."""
        if self.due is not None and now >= self.due:
            self._recognise()
        if self._settles is not None and now >= self._settles:
            self._settles, self.settled = None, True
            self.page.canvas.settle(True)

    def receive(self, answer: Answer, now: float) -> bool:
        """Takes an answer; False if the ink has changed since it was asked for."""
        if answer.serial != self._serial:
            return False
        self._serial = None
        self._show(answer.reading)
        if self.preferences.conduct.advance_s is not None and self.predictions and not self.unsure:
            self._settles = now + self.preferences.conduct.advance_s
        return True

    def _outdate(self) -> None:
        """The ink has changed: no answer under way fits it, and none shown does."""
        self.due = self._serial = self._settles = self._waiting = None
        if self.settled:
            self.settled = False
            self.page.canvas.settle(False)
        if not self.stale:
            self.stale = True
            self.changed.add(Part.CANDIDATES)

    def _recognise(self) -> None:
        self.due = None
        if len(self.page) and not self.page.drawing:
            self._read_as = self.mode
            self._serial = self._submit(self.page.sheet.ink(), self.mode)

    def _show(self, reading: Reading) -> None:
        self.reading, self.stale = reading, False
        self.changed.add(Part.CANDIDATES)

    def _blank(self) -> None:
        """Empties the page."""
        self.page.clear()
        self._outdate()
        self._show(Reading())
        self._took = None

    def _load(self, ink: Packed, reading: Reading, mode: str) -> None:
        """Shows ink again, with what was made of it."""
        self._blank()
        self.page.load(ink)
        self._read_as = mode
        self._show(reading)

    def _switch(self, mode: str) -> None:
        """Reads in another mode from now on, the ink that is there first of all."""
        if mode == self.mode or mode not in self._offered:
            return
        self.mode = mode
        LOG.info("mode %s", mode)
        self.changed.add(Part.BUTTONS)
        if not len(self.page):
            self.page.canvas.expose()  # another hint
        elif not self.page.drawing:
            self._outdate()
            self._recognise()

    def _next_mode(self, step: int) -> None:
        here = self._offered.index(self.mode)
        self._switch(self._offered[(here + step) % len(self._offered)])
