"""Leaving by a finger that rests in the corner."""

from __future__ import annotations

import random

import pytest

from edge_app.pad.app import function_groups
from edge_app.pad.exit import HOLD_S, SLIP_PX, ExitGesture
from edge_app.pad.layout import Rect, fit
from edge_app.pointer import JOIN_S, Kind, Phase, Pointer, PointerEvent, PointerTracker

CORNER = Rect(752, 0, 48, 48)
IN = (780.0, 20.0)
OUT = (300.0, 200.0)
FINGER = Pointer(Kind.FINGER, 1, 0)


def told(phase: Phase, place: tuple[float, float], time: float) -> PointerEvent:
    return PointerEvent(phase, FINGER, *place, time)


def test_a_finger_that_rests_in_the_corner_leaves() -> None:
    gesture = ExitGesture(CORNER)
    assert gesture.due() is None
    gesture.point(told(Phase.DOWN, IN, 10.0))
    assert gesture.due() == 10.0 + HOLD_S
    assert gesture.progress(10.0 + HOLD_S / 2) == pytest.approx(0.5)
    assert gesture.progress(10.0 + HOLD_S - 0.01) < 1
    assert gesture.progress(10.0 + HOLD_S) == 1


def test_a_finger_that_lifts_too_early_does_not() -> None:
    gesture = ExitGesture(CORNER)
    gesture.point(told(Phase.DOWN, IN, 0.0))
    gesture.point(told(Phase.UP, IN, HOLD_S - 0.1))
    assert gesture.due() is None
    assert gesture.progress(HOLD_S - 0.1 + JOIN_S / 2) < 1
    assert gesture.progress(HOLD_S + 1) == 0


def test_each_try_begins_anew() -> None:
    gesture = ExitGesture(CORNER)
    for start in (0.0, 2.0, 4.0):
        gesture.point(told(Phase.DOWN, IN, start))
        assert gesture.progress(start + 1.9) < 1
        gesture.point(told(Phase.UP, IN, start + 1.9))


def test_jitter_is_rest_and_a_slip_is_not() -> None:
    gesture = ExitGesture(CORNER)
    gesture.point(told(Phase.DOWN, IN, 0.0))
    gesture.point(told(Phase.MOVE, (CORNER.x - SLIP_PX + 1, 20), 1.0))
    assert gesture.progress(HOLD_S) == 1
    gesture.point(told(Phase.MOVE, (CORNER.x - SLIP_PX - 1, 20), 1.5))
    gesture.point(told(Phase.MOVE, IN, 1.6))
    assert gesture.progress(HOLD_S + 9) == 0


def test_a_panel_that_sends_pairs_alone_can_leave_too() -> None:
    """Resistive panels report a resting finger as downs and ups; the tracker joins them."""
    gesture, tracker, time = ExitGesture(CORNER), PointerTracker(), 0.0
    while time < HOLD_S + 2 * JOIN_S:
        for phase in (Phase.DOWN, Phase.UP):
            for one in tracker.feed(told(phase, IN, time)):
                gesture.point(one)
            time += JOIN_S / 2
    assert gesture.progress(time) == 1


def test_writing_never_leaves() -> None:
    """Strokes begin on the page, which the corner is no part of; they may end anywhere."""
    for width, height in ((800, 480), (720, 1280), (480, 320)):
        functions = function_groups((), fullscreen=True)
        layout = fit(width, height, ("hangul", "digits"), functions=functions)
        corner = layout.corner
        assert corner is not None
        gesture, tracker, rng, time = (
            ExitGesture(corner),
            PointerTracker(),
            random.Random(5),
            0.0,
        )
        page = layout.page
        for _ in range(300):
            start = (page.x + rng.random() * (page.width - 1), page.y + rng.random() * page.height)
            assert page.contains(*start)
            middle = (corner.x + 5.0, corner.y + 5.0)
            for phase, place in ((Phase.DOWN, start), (Phase.MOVE, middle), (Phase.MOVE, middle)):
                for one in tracker.feed(told(phase, place, time)):
                    gesture.point(one)
                time += HOLD_S
                assert gesture.progress(time) == 0
            for one in tracker.feed(told(Phase.UP, middle, time)):
                gesture.point(one)
            time += 1


def test_another_window_size_forgets_the_finger() -> None:
    gesture = ExitGesture(CORNER)
    gesture.point(told(Phase.DOWN, IN, 0.0))
    gesture.resize(Rect(0, 0, 48, 48))
    assert gesture.progress(HOLD_S) == 0
    gesture.point(told(Phase.DOWN, OUT, 5.0))
    assert gesture.progress(5 + HOLD_S) == 0
    gesture.point(told(Phase.DOWN, (20, 20), 9.0))
    assert gesture.progress(9 + HOLD_S) == 1
