"""Writing a text: what is on the desk goes into the line, and comes back from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from edge_app.hangul import is_syllable
from edge_app.modes import Reading
from edge_app.pad import words
from edge_app.pad.composer import Composer
from edge_app.pad.desk import Desk, Part
from edge_app.pad.layout import Layout
from edge_app.pad.line import NEWLINE, Accepted, Line, Packed
from edge_app.pad.page import Gesture
from edge_app.pad.parts import PLACES, alternatives, syllable_of
from edge_app.pad.preferences import Preferences
from edge_app.pad.ribbon import Ribbon, arrange
from edge_app.text import Text
from edge_app.worker import Ink

MESSAGE_S = 3.0
"""How long a message stands in the line."""


class Scribe(Desk):
    """A desk with a line of text above it."""

    def __init__(
        self,
        layout: Layout,
        submit: Callable[[Ink, str], int],
        offered: Sequence[str],
        mode: str,
        preferences: Preferences,
        composer: Composer,
    ) -> None:
        """As for `Desk`; composer: where the text is composed."""
        super().__init__(layout, submit, offered, mode, preferences)
        self.composer = composer
        self.place = PLACES[0]
        """The place of the syllable whose jamo is being mended."""
        self.message: Text | None = None
        """What the line says for a while, instead of the text."""
        self._silent: float | None = None
        self._now = 0.0
        self._cleared: tuple[Packed, Reading, str] | None = None
        """Ink that was just cleared, what was made of it, and in which mode."""

    @property
    def line(self) -> Line:
        """The text."""
        return self.composer.line

    @property
    def untouched(self) -> Accepted | None:
        """The open character, while the page shows its ink and nothing else."""
        opened = self.composer.open_one
        return opened if opened is not None and self.page.shows(opened.ink) else None

    @property
    def best(self) -> int | None:
        """Which answer writing on takes, or the open character has; None if none has a claim."""
        if self.stale or not self.predictions:
            return None
        if opened := self.untouched:
            labels = [one.label for one in self.predictions]
            return labels.index(opened.label) if opened.label in labels else None
        return None if self.unsure else 0

    @property
    def syllable(self) -> str | None:
        """The syllable of which a jamo can be mended."""
        if self.stale:
            return None
        best, opened = syllable_of(self.reading), self.untouched
        return opened.label if best and opened and is_syllable(opened.label) else best

    def alternatives(self) -> list[str]:
        """What the syllable becomes with each of the likeliest other jamo in the chosen place."""
        count = len(self.layout.alternatives)
        return alternatives(self.syllable, self.place, self.reading, count) if self.syllable else []

    def ribbon(self) -> Ribbon:
        """What of the line is in sight in `Layout.writing`."""
        return arrange(self.line, self.layout.em, self.layout.writing.width)

    def say(self, message: Text) -> None:
        """Shows a message for a while, or until the line is edited."""
        self.message, self._silent = message, self._now + MESSAGE_S
        self.changed.add(Part.LINE)

    def tick(self, now: float) -> None:
        """Does what the time has come for."""
        self._now = now
        super().tick(now)
        if self._silent is not None and now >= self._silent:
            self._silence()

    def _make_room(self) -> None:
        """Before a stroke: what is done with leaves the page."""
        if self.untouched:
            self._blank()  # it is written anew
        elif self.settled:
            self._took = self._take(self.predictions[0].label)

    def _end_stroke(self, time: float) -> bool:
        """Lifts the pen; True if the stroke was no writing, but a gesture that deletes.

        What such a stroke itself had put into the line before comes back, to be deleted.
        """
        took = self._took if len(self.page) == 1 else None
        gesture = self.page.end(time, took.ink if took else ())
        if gesture is None:
            return False
        if took is not None:
            self._take_back()
            self._clear()
        elif gesture is Gesture.SCRATCH:
            self._clear()
        else:
            self._blank()
            self._delete()
        return True

    def _undo(self) -> None:
        """Takes back the last stroke and what it took, a clearing, or the last edit of the line."""
        if self.untouched:
            self._close()
        elif len(self.page) > 1:
            self.page.undo()
            self._outdate()
            if self.preferences.conduct.live:
                self._recognise()
        elif len(self.page):
            took, opened = self._took, self.composer.open_one
            self._blank()
            if took is not None:
                self._take_back()
            elif opened is not None:
                self._load(opened.ink, opened.reading, opened.mode)
        elif self._cleared is not None:
            self._load(*self._cleared)
            self._cleared = None
        else:
            self._take_back()

    def _clear(self) -> None:
        """Empties the page, which can be undone at once."""
        if len(self.page) and not self.page.drawing:
            self._cleared = self.page.packed(), self.reading, self._read_as
        self._blank()

    def _take(self, label: str) -> Accepted:
        """Puts an answer for the ink on the page into the line."""
        reading = self.reading
        accepted = Accepted(
            self.page.packed(), label, self._read_as, reading.predictions, reading.jamo
        )
        self.composer.take(accepted)
        self._blank()
        self._edited()
        return accepted

    def _ready(self, command: str | None = None) -> bool:
        """Whether the page is free, after a sure answer for its ink was taken.

        Where the ink is still to be read, the command is done after that.
        """
        if self.untouched:
            self._close()
        elif len(self.page):
            if self.stale:
                self._recognise()
                self._waiting = command
                return False
            if self.best is None:
                self.say(words.CHOOSE)
                return False
            self._take(self.predictions[0].label)
        return True

    def _type(self, command: str, text: str) -> None:
        only_read = command == "space" and self.space_reads
        if self._ready(None if only_read else command):
            self._close()
            self.line.insert(text)
            self._edited()

    def _enter(self) -> None:
        if not len(self.page):
            self._type("newline", NEWLINE)
        elif self.stale:
            self._recognise()
        elif self.predictions:
            self._take(self.predictions[self.best or 0].label)

    def _delete(self) -> None:
        """Removes the ink on the page; if there is none, a character of the line."""
        if len(self.page) and not self.untouched:
            self._clear()
            return
        self.composer.delete()
        self._blank()
        self._edited()

    def _take_back(self) -> None:
        accepted = self.composer.undo()
        self._edited()
        if accepted is not None:
            self._load(accepted.ink, accepted.reading, accepted.mode)

    def _move(self, by: int) -> None:
        self._close()
        self.line.move(by)
        self._silence()

    def _open(self, index: int) -> None:
        """Shows the ink of a character of the line again, if it is known."""
        before, cursor = len(self.line), self.line.cursor
        if not 0 <= index < before or not self._ready():
            return
        if len(self.line) > before and index >= cursor:
            index += 1
        if accepted := self.composer.open(index):
            self._load(accepted.ink, accepted.reading, accepted.mode)
        self._edited()

    def _close(self) -> None:
        """Leaves an open character as it is."""
        if self.composer.opened is not None:
            self.composer.close()
            self._blank()
            self._silence()

    def _edited(self) -> None:
        self._cleared = None
        self._silence()

    def _silence(self) -> None:
        self.message = self._silent = None
        self.changed.add(Part.LINE)
