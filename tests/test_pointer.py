from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_app.pointer import (
    JOIN_S,
    REPEAT_S,
    SILENT_S,
    Kind,
    Phase,
    Pointer,
    PointerEvent,
    PointerTracker,
)

MOUSE = Pointer(Kind.MOUSE)
FINGER = Pointer(Kind.FINGER, device=7, finger=0)
OTHER = Pointer(Kind.FINGER, device=7, finger=1)
DOWN, MOVE, UP, LOST, RESUME = Phase.DOWN, Phase.MOVE, Phase.UP, Phase.LOST, Phase.RESUME


def at(
    phase: Phase,
    x: float,
    y: float,
    time: float,
    pointer: Pointer = MOUSE,
    *,
    synthetic: bool = False,
) -> PointerEvent:
    return PointerEvent(phase, pointer, x, y, time, synthetic)


def strokes(*events: PointerEvent) -> list[list[tuple[float, float]]]:
    """What is drawn, as a user of the tracker would draw it."""
    tracker, drawn = PointerTracker(), list[list[tuple[float, float]]]()
    for event in events:
        for told in tracker.feed(event):
            if told.phase is DOWN:
                drawn.append([(told.x, told.y)])
            elif told.phase is not UP:
                drawn[-1].append((told.x, told.y))
    assert not tracker.is_down
    return drawn


def touch(pointer: Pointer, start: float, *points: tuple[float, float]) -> list[PointerEvent]:
    """A stroke through the points, 10 ms apart."""
    phases = [DOWN, *[MOVE] * (len(points) - 1)]
    events = [
        at(phase, x, y, start + i / 100, pointer)
        for i, (phase, (x, y)) in enumerate(zip(phases, points, strict=True))
    ]
    return [*events, at(UP, *points[-1], start + len(points) / 100, pointer)]


PATH = ((10.0, 10.0), (20.0, 12.0), (30.0, 20.0))


@pytest.mark.parametrize("pointer", [MOUSE, FINGER])
def test_one_touch_is_one_stroke(pointer: Pointer) -> None:
    assert strokes(*touch(pointer, 0, *PATH)) == [list(PATH)]


def test_points_as_near_as_a_pixel_are_one() -> None:
    events = touch(MOUSE, 0, (10, 10), (11, 10), (10.5, 10.5), (12, 10), (12, 11))
    assert strokes(*events) == [[(10, 10), (12, 10)]]


def test_the_last_point_may_come_with_the_release() -> None:
    """Some resistive panels report no motion at all."""
    events = [at(DOWN, 10, 10, 0, FINGER), at(UP, 80, 40, 0.3, FINGER)]
    assert strokes(*events) == [[(10, 10), (80, 40)]]


def test_a_chain_of_pairs_is_one_stroke() -> None:
    chain = []
    for i in range(6):
        chain += [at(DOWN, 10 + 9 * i, 10, i * 0.02, FINGER)]
        chain += [at(UP, 14 + 9 * i, 10, i * 0.02 + 0.01, FINGER)]
    (stroke,) = strokes(*chain)
    assert stroke[0] == (10, 10)
    assert stroke[-1] == (59, 10)


@pytest.mark.parametrize(
    ("x", "pause", "pointer"),
    [(30, JOIN_S * 2, FINGER), (130, JOIN_S / 2, FINGER), (30, JOIN_S / 2, MOUSE)],
    ids=["later", "elsewhere", "mouse"],
)
def test_two_touches_are_two_strokes(x: float, pause: float, pointer: Pointer) -> None:
    first = touch(pointer, 0, *PATH)
    second = touch(pointer, first[-1].time + pause, (x, 20.0), (x, 60.0))
    assert len(strokes(*first, *second)) == 2


def test_flagged_repeats_are_dropped_wherever_they_are() -> None:
    repeat = [
        at(e.phase, e.x + 300, e.y, e.time, MOUSE, synthetic=True) for e in touch(MOUSE, 0, *PATH)
    ]
    events = [e for pair in zip(repeat, touch(FINGER, 0, *PATH), strict=True) for e in pair]
    assert strokes(*events) == [list(PATH)]


@pytest.mark.parametrize("first", ["mouse", "finger"])
@pytest.mark.parametrize("motion", [True, False])
def test_a_repeat_without_flag_is_no_stroke(first: str, motion: bool) -> None:
    """X servers press a mouse button for a finger, mostly without motion (SDL#14656)."""
    finger = touch(FINGER, 0, *PATH)
    mouse = [e for e in touch(MOUSE, 0, *PATH) if motion or e.phase is not MOVE]
    ordered = [*mouse, *finger] if first == "mouse" else [*finger, *mouse]
    events = sorted(ordered, key=lambda e: e.time)  # stable: who comes first stays first
    assert strokes(*events) == [list(PATH)]


def test_a_repeat_after_the_finger_is_no_stroke() -> None:
    finger = touch(FINGER, 0, *PATH)
    assert strokes(*finger, *touch(MOUSE, finger[-1].time + 0.05, *PATH)) == [list(PATH)]


@pytest.mark.parametrize(
    ("point", "pause"), [((300.0, 300.0), 0.1), (PATH[-1], REPEAT_S * 1.5)], ids=["far", "later"]
)
def test_a_mouse_used_after_a_finger_draws(point: tuple[float, float], pause: float) -> None:
    finger = touch(FINGER, 0, *PATH)
    assert len(strokes(*finger, *touch(MOUSE, finger[-1].time + pause, point))) == 2


def test_the_first_pointer_owns_the_stroke() -> None:
    palm = touch(OTHER, 0.015, (200, 200), (210, 210))
    events = sorted([*touch(FINGER, 0, *PATH), *palm], key=lambda e: e.time)
    assert strokes(*events) == [list(PATH)]


def test_a_far_finger_does_not_take_over_from_a_mouse() -> None:
    events = sorted(
        [*touch(MOUSE, 0, *PATH), *touch(FINGER, 0.005, (200, 200), (220, 200))],
        key=lambda e: e.time,
    )
    assert strokes(*events) == [list(PATH)]


def test_a_silent_owner_yields() -> None:
    """Its device may have been pulled out."""
    events = [at(DOWN, 10, 10, 0, FINGER), at(MOVE, 20, 10, 0.1, FINGER)]
    late = touch(MOUSE, 0.1 + SILENT_S * 1.1, (200, 200), (220, 200))
    assert strokes(*events, *late) == [[(10, 10), (20, 10)], [(200, 200), (220, 200)]]


def test_resting_events_keep_an_owner() -> None:
    resting = [at(MOVE, 10.2, 10, i / 10, FINGER) for i in range(1, 40)]
    tracker = PointerTracker()
    for event in [at(DOWN, 10, 10, 0, FINGER), *resting]:
        tracker.feed(event)
    assert tracker.feed(at(DOWN, 300, 300, 4.0, OTHER)) == []


def test_a_second_press_of_the_owner_starts_anew() -> None:
    """Its release went missing."""
    events = [at(DOWN, 10, 10, 0), at(DOWN, 90, 90, 0.1), at(UP, 90, 90, 0.2)]
    assert strokes(*events) == [[(10, 10)], [(90, 90)]]


def test_a_lost_pointer_ends_the_stroke_where_it_was() -> None:
    events = [at(DOWN, 10, 10, 0), at(LOST, 500, 500, 0.1), at(MOVE, 510, 510, 0.2)]
    assert strokes(*events) == [[(10, 10)]]


def test_release_ends_the_stroke_of_its_kind() -> None:
    tracker = PointerTracker()
    tracker.feed(at(DOWN, 10, 10, 0, FINGER))
    assert tracker.release(0.1, Kind.MOUSE) == []
    (told,) = tracker.release(0.2)
    assert (told.phase, told.x, told.y) == (UP, 10, 10)
    assert tracker.release(0.3) == []


def test_moves_of_nobody_are_ignored() -> None:
    assert strokes(at(MOVE, 10, 10, 0), at(UP, 10, 10, 0.1), at(LOST, 0, 0, 0.2)) == []


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_places_that_are_no_numbers_are_ignored(bad: float) -> None:
    events = [at(DOWN, 10, 10, 0), at(MOVE, bad, 10, 0.01), at(UP, 30, 10, 0.02)]
    assert strokes(*events) == [[(10, 10), (30, 10)]]


EVENTS = st.lists(
    st.builds(
        PointerEvent,
        phase=st.sampled_from([DOWN, MOVE, UP, LOST]),
        pointer=st.sampled_from([MOUSE, FINGER, OTHER]),
        x=st.floats(-50, 900),
        y=st.floats(-50, 900),
        time=st.just(0.0),
        synthetic=st.booleans(),
    ),
    max_size=40,
)


@given(EVENTS, st.data())
def test_any_events_make_whole_strokes(events: list[PointerEvent], data: st.DataObject) -> None:
    tracker, down, time = PointerTracker(), False, 0.0
    for event in events:
        time += data.draw(st.sampled_from([0.0, 0.01, 0.1, 1.0, 3.0]))
        stamped = PointerEvent(event.phase, event.pointer, event.x, event.y, time, event.synthetic)
        for told in tracker.feed(stamped):
            assert (told.phase in (DOWN, RESUME)) != down
            down = told.phase is not UP
        assert tracker.is_down == down
    assert len(tracker.release(time)) == int(down)
