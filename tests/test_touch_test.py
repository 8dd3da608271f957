"""`doctor --touch` in a window that nobody sees, and the touch devices of /proc/bus/input."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pygame
import pytest

from edge_app.kiosk.devices import TouchDevice, ranges, touch_devices
from edge_app.kiosk.mapping import TARGETS, conclude
from edge_app.kiosk.touchtest import PATIENCE_S, TouchTest
from edge_app.pad import theme
from edge_app.pad.screen import Window
from edge_app.pointer import Kind

SIZES = ((800, 480), (720, 1280), (480, 320))


@pytest.fixture(params=SIZES, ids=str)
def window(request: pytest.FixtureRequest, dummy: None) -> Iterator[Window]:
    with Window(request.param) as opened:
        yield opened


def finger(x: float, y: float, kind: int = pygame.FINGERDOWN) -> pygame.event.Event:
    return pygame.event.Event(kind, touch_id=3, finger_id=0, x=x, y=y, dx=0.0, dy=0.0, pressure=1.0)


def touch_all(test: TouchTest, places: tuple[tuple[float, float], ...]) -> None:
    for number, (x, y) in enumerate(places):
        now = 10.0 * number
        test.take([finger(x, y)], now)
        test.take([finger(x, y, pygame.FINGERUP)], now + 0.1)


def test_five_fingers_on_the_crosses(window: Window) -> None:
    test = TouchTest(window)
    test.draw()
    touch_all(test, TARGETS)
    assert test.done
    assert test.kinds == {Kind.FINGER}
    assert conclude(test.touches).right


def test_a_panel_that_lies_otherwise_is_told(window: Window) -> None:
    test = TouchTest(window)
    touch_all(test, tuple((1 - y, x) for x, y in TARGETS))
    assert conclude(test.touches).orientation == "rotated 90"


def test_a_touch_that_comes_twice_counts_once(window: Window) -> None:
    """As a finger, and as the mouse that SDL makes of it."""
    test = TouchTest(window)
    width, height = window.surface.get_size()
    place = (round(TARGETS[0][0] * width), round(TARGETS[0][1] * height))
    mouse = pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=place, button=1, touch=False)
    test.take([finger(*TARGETS[0]), mouse], 0.0)
    assert len(test.touches) == 1
    assert not test.done


def test_a_panel_that_comes_as_a_mouse_counts_too(window: Window) -> None:
    test = TouchTest(window)
    mouse = pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=(10, 20), button=1, touch=False)
    test.take([mouse], 0.0)
    width, height = window.surface.get_size()
    assert test.touches == [(10 / width, 20 / height)]
    assert test.kinds == {Kind.MOUSE}


def test_each_cross_is_drawn_at_its_target(window: Window) -> None:
    test = TouchTest(window)
    width, height = window.surface.get_size()
    for number, (x, y) in enumerate(TARGETS):
        test.draw()
        middle = window.surface.get_at((round(x * width), round(y * height)))
        assert (middle.r, middle.g, middle.b) == theme.LIGHT.accent
        touch_all(test, TARGETS[number : number + 1])


def test_it_ends_by_touches_keys_and_neglect(dummy: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with Window((480, 320)) as window:
        started = time.monotonic()
        for event in (
            pygame.event.Event(pygame.KEYDOWN, key=pygame.K_ESCAPE),
            pygame.event.Event(pygame.QUIT),
        ):
            pygame.event.post(finger(0.9, 0.9, pygame.FINGERMOTION))  # it need not come alone
            pygame.event.post(event)
            assert not TouchTest(window).run()
        assert time.monotonic() - started < PATIENCE_S / 2, "neither of them was heard"
        monkeypatch.setattr("edge_app.kiosk.touchtest.PATIENCE_S", 0.3)
        assert PATIENCE_S > 0.3
        assert not TouchTest(window).run()


DEVICES = """\
I: Bus=0018 Vendor=0000 Product=0000 Version=0000
N: Name="10-005d Goodix Capacitive TouchScreen"
H: Handlers=mouse0 event4
B: PROP=2
B: ABS=260800000000003

I: Bus=0000 Vendor=0000 Product=0000 Version=0000
N: Name="ADS7846 Touchscreen"
H: Handlers=event5
B: PROP=2
B: ABS=1000003

I: Bus=0011 Vendor=0002 Product=0007 Version=01b1
N: Name="SynPS/2 Synaptics TouchPad"
H: Handlers=mouse1 event6
B: PROP=1
B: ABS=260800011000003
"""


def test_touchscreens_with_their_event_nodes() -> None:
    assert touch_devices(DEVICES) == [
        TouchDevice("10-005d Goodix Capacitive TouchScreen", Path("/dev/input/event4"), True),
        TouchDevice("ADS7846 Touchscreen", Path("/dev/input/event5"), False),
    ]
    assert touch_devices("") == []


def test_ranges_of_what_is_no_event_device_are_unknown(tmp_path: Path) -> None:
    plain = tmp_path / "event0"
    plain.touch()
    for node in (None, plain, tmp_path / "gone"):
        assert ranges(TouchDevice("x", node, True)) is None
