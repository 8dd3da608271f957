"""Composing: what becomes of the answers that are chosen, and who is told of it."""

from __future__ import annotations

from collections.abc import Callable

from edge_app.pad.line import Accepted, Cell, Line

Told = Callable[[Accepted], None]


def nobody(_: Accepted) -> None:
    """Whoever listens where nobody does."""


class Composer:
    """The line, the character in it that is open, and those who are told of what is chosen."""

    def __init__(self, on_accept: Told = nobody, on_take_back: Told = nobody) -> None:
        """on_accept: told of every answer that is chosen for some ink, when it goes into the line.

        on_take_back: told of one that turned out to be wrong: taken back, replaced, or deleted
        right after it was chosen. Characters deleted later were not, as far as anybody knows.
        """
        self.line = Line()
        self.opened: int | None = None
        """The index of the character that is being looked at again."""
        self._on_accept, self._on_take_back = on_accept, on_take_back

    @property
    def open_one(self) -> Accepted | None:
        """The character that is open."""
        cell = None if self.opened is None else self.line[self.opened]
        return cell if isinstance(cell, Accepted) else None

    def take(self, accepted: Accepted) -> None:
        """Puts a chosen answer into the line, in the place of the open character if there is one.

        An open character that is chosen again just stays.
        """
        index, former = self.opened, self.open_one
        self.opened = None
        if index is None:
            self.line.insert(accepted)
        elif former and former.ink is accepted.ink and former.label == accepted.label:
            return
        else:
            self.line.replace(index, accepted)
            if former:
                self._on_take_back(former)
        self._on_accept(accepted)

    def open(self, index: int) -> Accepted | None:
        """Opens a character; None if its ink is not there, because it was typed or is too old."""
        self.opened = index
        if self.open_one is None:
            self.opened = None
        return self.open_one

    def close(self) -> None:
        """Leaves the open character as it is; the cursor goes behind it."""
        if self.opened is not None:
            self.line.cursor, self.opened = self.opened + 1, None

    def delete(self) -> None:
        """Removes the open character, or the one before the cursor."""
        back = self.line.cursor
        if self.opened is not None:
            self.line.cursor = self.opened + 1
            back -= self.opened < back
        else:
            back -= 1
        newest = self._newest()
        removed = self.line.delete()
        if removed is None:
            return
        self.line.cursor, self.opened = back, None
        if isinstance(removed, Accepted) and removed is newest:
            self._on_take_back(removed)

    def undo(self) -> Accepted | None:
        """Takes the last edit back; returns the choice whose ink is to be shown again, if any.

        Where that choice had replaced a character, that one is open again.
        """
        self.opened = None
        step = self.line.take_back()
        if step is None:
            return None
        if isinstance(step.inserted, Accepted):
            self._on_take_back(step.inserted)
        if isinstance(step.removed, Accepted) and (step.inserted or step.removed is self._newest()):
            self._on_accept(step.removed)
        if not isinstance(step.inserted, Accepted):
            return None
        if step.removed is not None:
            self.opened = step.index
        return step.inserted

    def _newest(self) -> Cell | None:
        """What the newest edit brought into the line."""
        return None if self.line.last is None else self.line.last.inserted
