"""A short storm of random events; `python -m tests.storm` is the long one."""

from __future__ import annotations

import pytest

from edge_app.pad.app import App
from edge_app.pad.state import Pad
from edge_app.pointer import Kind, Phase, PointerEvent
from tests.storm.__main__ import failure, shortened, storm
from tests.storm.pad import opened

SEQUENCES = 100


def test_a_storm_breaks_nothing_and_leaves_nothing_stuck(dummy: None) -> None:
    with opened() as pad:
        for number in range(SEQUENCES):
            one = storm(0, number)
            assert (number, failure(pad, one, one.steps)) == (number, None)
    # It went where a storm is meant to go.
    for place in ("answered", "accepted", "taken back", "opened", "panel more", "panel parts"):
        assert pad.reached[place] > 0, place


def test_a_storm_is_always_the_same(dummy: None) -> None:
    assert storm(3, 5) == storm(3, 5) != storm(3, 6)
    reached = []
    for _ in range(2):
        with opened() as pad:
            for number in range(5):
                one = storm(3, number)
                pad.run(one.steps, one.live, one.advance_s)
        reached.append(pad.reached)
    assert reached[0] == reached[1]


def test_a_stroke_that_does_not_end_is_found_and_the_storm_shortened(
    dummy: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Pad.point

    def deaf(self: Pad, event: PointerEvent) -> None:
        """Fingers are never up."""
        if event.phase is not Phase.UP or event.pointer.kind is Kind.MOUSE:
            whole(self, event)

    monkeypatch.setattr(Pad, "point", deaf)
    with opened() as pad:
        for number in range(SEQUENCES):
            one = storm(0, number)
            if failure(pad, one, one.steps) is not None:
                break
        else:
            pytest.fail("it was not found")
        few = shortened(pad, one)
        assert isinstance(failure(pad, one, few), AssertionError)
    assert 0 < len(few) <= 5


def test_a_lost_focus_that_is_not_noticed_is_found(
    dummy: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(App, "_release", lambda *_: None)
    with opened() as pad:
        storms = (storm(0, number) for number in range(SEQUENCES))
        assert any(isinstance(failure(pad, one, one.steps), AssertionError) for one in storms)
