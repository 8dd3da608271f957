"""Leaving a pad that fills the screen: one finger rests in a corner for three seconds.

A kiosk has no frame, no keyboard and often a single-touch resistive panel, so the gesture needs one
finger and no movement. It cannot happen while writing: it begins only where a pointer goes down in
a corner that takes no ink, and a stroke that wanders into the corner began elsewhere. Nor by
accident: the first slip out of the corner ends it until the finger is lifted.
"""

from __future__ import annotations

from edge_app.pad.layout import Rect
from edge_app.pointer import JOIN_S, Phase, PointerEvent

HOLD_S = 3.0
"""How long the finger rests."""

SLIP_PX = 24
"""How far out of the corner a resting finger may be told to be; resistive panels jitter."""


class ExitGesture:
    """Watches what a `PointerTracker` tells. Times are seconds, from any one start."""

    def __init__(self, corner: Rect | None) -> None:
        """corner: px of the window, apart from the page that takes ink; None for no gesture."""
        self._corner = corner
        self._since: float | None = None
        self._lifted: float | None = None

    def resize(self, corner: Rect | None) -> None:
        """Another corner, as the window has another size. No pointer may be down."""
        self._corner, self._since = corner, None

    def point(self, event: PointerEvent) -> None:
        """Takes one report. A finger that a panel lets go of for a moment (RESUME) rests on."""
        if self._corner is None:
            return
        if event.phase is Phase.DOWN:
            self._since = event.time if self._corner.contains(event.x, event.y) else None
            self._lifted = None
        elif event.phase is Phase.UP:
            self._lifted = event.time
        elif not self._corner.inset(-SLIP_PX).contains(event.x, event.y):
            self._since = None
        elif event.phase is Phase.RESUME:
            self._lifted = None

    def progress(self, now: float) -> float:
        """How much of the time has passed, 0 to 1; 0 while no finger rests in the corner."""
        if self._since is None:
            return 0.0
        if self._lifted is not None and now - self._lifted > JOIN_S:
            return 0.0
        end = now if self._lifted is None else self._lifted
        return min(1.0, max(0.0, (end - self._since) / HOLD_S))

    def due(self) -> float | None:
        """When the finger will have rested long enough, None while none does."""
        if self._since is None or self._lifted is not None:
            return None
        return self._since + HOLD_S
