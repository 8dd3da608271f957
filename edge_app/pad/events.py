"""pygame's events as `PointerEvent`s."""

from __future__ import annotations

import pygame

from edge_app.pointer import Kind, Phase, Pointer, PointerEvent

_MOUSE = Pointer(Kind.MOUSE)

_LEFT = 1
"""The button that draws."""

_MOUSE_TOUCHID = (-1, 2**32 - 1, 2**64 - 1)
"""SDL_MOUSE_TOUCHID: fingers that SDL made up from mouse events, as any width of integer."""

_FINGER = {
    pygame.FINGERDOWN: Phase.DOWN,
    pygame.FINGERMOTION: Phase.MOVE,
    pygame.FINGERUP: Phase.UP,
}


def pointer_event(
    event: pygame.event.Event, window: tuple[int, int], time: float
) -> PointerEvent | None:
    """The report in an event, None if it holds none.

    window: its size, px; fingers come as shares of it. time: now, s.
    """
    if event.type in _FINGER:
        return PointerEvent(
            _FINGER[event.type],
            Pointer(Kind.FINGER, event.touch_id, event.finger_id),
            event.x * window[0],
            event.y * window[1],
            time,
            synthetic=event.touch_id in _MOUSE_TOUCHID,
        )
    phase = _mouse_phase(event)
    if phase is None:
        return None
    x, y = event.pos
    return PointerEvent(phase, _MOUSE, x, y, time, synthetic=bool(getattr(event, "touch", False)))


def _mouse_phase(event: pygame.event.Event) -> Phase | None:
    if event.type == pygame.MOUSEMOTION:
        # Without the button it is no stroke any more; its release went missing.
        return Phase.MOVE if event.buttons[0] else Phase.LOST
    if event.type == pygame.MOUSEBUTTONDOWN and event.button == _LEFT:
        return Phase.DOWN
    if event.type == pygame.MOUSEBUTTONUP and event.button == _LEFT:
        return Phase.UP
    return None
