"""Pointers (mouse, touch, pen) to strokes: whose events count, and which are repeats.

The first pointer that goes down owns the stroke until it is up; all others are ignored. SDL and
the display server report one touch twice, as a finger and as a mouse:

- SDL's own repeat carries a flag, and comes before the finger (SDL#11204, Wayland);
- X servers add a button press without flag or motion, before or after the finger (SDL#14656);
- some resistive panels send a drag as a chain of down/up pairs (pygame#4156).

So repeats are dropped by their flag and by rule, a finger takes over the stroke that its own
repeat began, and a chain of pairs is joined. Nothing here knows pygame or a window.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum

REPEAT_S = 0.5
"""A mouse press this long after a finger, and near it, is that finger's repeat."""

REPEAT_PX = 40.0
"""How near a repeat comes; it may show where the finger was some events ago."""

JOIN_S = 0.04
"""A finger that is back sooner than this never left; no hand lifts and returns so fast."""

JOIN_PX = 48.0
"""How far a finger may have moved in the gap between two pairs of a chain."""

SILENT_S = 2.0
"""An owner not heard of for this long yields to another pointer: its device may be gone."""

MERGE_PX = 1.0
"""Points of a stroke as near as this are one point."""


class Kind(Enum):
    """What a pointer is. A pen comes as one or the other under SDL 2."""

    MOUSE = "mouse"
    FINGER = "finger"


class Phase(Enum):
    """What a pointer did."""

    DOWN = "down"
    MOVE = "move"
    UP = "up"
    LOST = "lost"
    """Reported: the pointer is gone, its position means nothing."""
    RESUME = "resume"
    """Told: the stroke that ended last goes on."""


@dataclass(frozen=True)
class Pointer:
    """One pointer among those that may be down at once."""

    kind: Kind
    device: int = 0
    finger: int = 0


@dataclass(frozen=True)
class PointerEvent:
    """One report of a pointer."""

    phase: Phase
    pointer: Pointer
    x: float
    """To the right, px of the window; may lie outside it."""
    y: float
    """Down, px of the window; may lie outside it."""
    time: float
    """Seconds, from any start."""
    synthetic: bool = False
    """SDL says that it repeats an event of another device."""


class PointerTracker:
    """Turns the reports of all pointers into those of the one that draws or taps."""

    def __init__(self) -> None:
        self._owner: Pointer | None = None
        self._first: PointerEvent | None = None
        self._last: PointerEvent | None = None

    @property
    def is_down(self) -> bool:
        """Whether a pointer owns a stroke now."""
        return self._owner is not None

    def feed(self, event: PointerEvent) -> list[PointerEvent]:
        """What counts of an event: DOWN or RESUME, then any number of MOVE, then UP.

        An UP is where the stroke's last point was; if the pointer moved until then, a MOVE
        comes first.
        """
        if event.synthetic or not (math.isfinite(event.x) and math.isfinite(event.y)):
            return []
        if event.phase is Phase.DOWN:
            return self._down(event)
        if event.pointer != self._owner:
            return []
        if event.phase is Phase.MOVE:
            return self._move(event)
        if event.phase is Phase.UP:
            return [*self._move(event), *self.release(event.time)]
        return self.release(event.time)

    def release(self, time: float, kind: Kind | None = None) -> list[PointerEvent]:
        """Ends the stroke where it is, if one is open (and its owner is of that kind)."""
        if self._owner is None or self._last is None:
            return []
        if kind is not None and self._owner.kind is not kind:
            return []
        self._owner = None
        self._last = replace(self._last, phase=Phase.UP, time=time)
        return [self._last]

    def _down(self, event: PointerEvent) -> list[PointerEvent]:
        repeats = self._repeats(event)
        ended: list[PointerEvent] = []
        if self._owner is not None and self._last is not None:
            if repeats and event.pointer.kind is Kind.FINGER:
                self._owner = event.pointer  # the mouse was this finger's repeat, come early
                return self._move(event)
            silent = event.time - self._last.time > SILENT_S
            if event.pointer != self._owner and not silent:
                return []
            ended = self.release(event.time)  # its UP went missing
        elif repeats and event.pointer.kind is Kind.MOUSE:
            return []
        if not ended and self._joins(event):
            event = replace(event, phase=Phase.RESUME)
        else:
            self._first = event
        self._owner, self._last = event.pointer, event
        return [*ended, event]

    def _move(self, event: PointerEvent) -> list[PointerEvent]:
        if self._last is None or _distance(event, self._last) <= MERGE_PX:
            # The point is merged, but its owner (a new one, perhaps) was heard of.
            self._last = self._last and replace(self._last, pointer=event.pointer, time=event.time)
            return []
        self._last = replace(event, phase=Phase.MOVE)
        return [self._last]

    def _repeats(self, event: PointerEvent) -> bool:
        """Whether the other kind of device has just reported the same touch."""
        if self._first is None or self._last is None:
            return False
        if self._last.pointer.kind is event.pointer.kind:
            return False
        near = min(_distance(event, self._first), _distance(event, self._last))
        return event.time - self._last.time <= REPEAT_S and near <= REPEAT_PX

    def _joins(self, event: PointerEvent) -> bool:
        """Whether a finger goes on after a gap that no hand makes."""
        last = self._last
        return (
            last is not None
            and last.phase is Phase.UP
            and last.pointer.kind is event.pointer.kind is Kind.FINGER
            and event.time - last.time <= JOIN_S
            and _distance(event, last) <= JOIN_PX
        )


def _distance(a: PointerEvent, b: PointerEvent) -> float:
    return math.hypot(a.x - b.x, a.y - b.y)
