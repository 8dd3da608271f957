"""The pad's loop on SDL's dummy driver, driven through SDL's event queue."""

from __future__ import annotations

import itertools
import json
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pygame
import pytest

from edge_app import modes
from edge_app.modes import Reading
from edge_app.pad import NoScreenError, app, run
from edge_app.pad.app import App
from edge_app.pad.preferences import Preferences
from edge_app.pad.screen import Window
from edge_app.settings import Settings
from edge_app.worker import Ink, Worker
from tests.paddriver import LATER_S, SIZE, TIMEOUT_S, Counting, Driver, line, middle


def test_a_mouse_stroke_is_drawn_recognised_and_shown(open_pad: Callable[..., Driver]) -> None:
    pad = open_pad()
    pad.frame()
    hint = pad.inked()
    assert hint > 0
    pad.mouse(*line())
    pad.until(lambda: pad.pad.predictions)
    (ink,) = pad.recognised.inks
    assert [len(stroke) for stroke in ink] == [5]
    assert [p.label for p in pad.pad.predictions] == ["3", "7", "9"]
    assert pad.inked() > 300


@pytest.mark.parametrize("repeat", ["flagged", "bare", "none"])
def test_one_touch_is_one_stroke(open_pad: Callable[..., Driver], repeat: str) -> None:
    pad = open_pad(delay_s=LATER_S)
    pad.finger(*line(), repeat=repeat)
    pad.finger(*line((300, 100)), repeat=repeat)
    assert [len(stroke) for stroke in pad.pad.page.sheet.ink()] == [5, 5]
    assert pad.pad.page.sheet.strokes_px()[0] == [pytest.approx(point) for point in line()]


def test_a_touch_beyond_the_window_stays_on_the_page(open_pad: Callable[..., Driver]) -> None:
    pad = open_pad(delay_s=LATER_S)
    pad.finger((100, 100), (-400, 9000))
    page = pad.pad.layout.page
    assert pad.pad.page.sheet.strokes_px()[0][-1] == pytest.approx((page.x, page.bottom - 1))


def test_other_buttons_and_hovering_do_not_draw(open_pad: Callable[..., Driver]) -> None:
    pad = open_pad(delay_s=LATER_S)
    pad.mouse(*line(), button=3)
    pad.post(pygame.MOUSEMOTION, pos=(90, 90), rel=(1, 1), buttons=(0, 0, 0), touch=False)
    pad.frame()
    assert len(pad.pad.page) == 0


@pytest.mark.parametrize(
    "loss",
    [
        {"type": pygame.WINDOWFOCUSLOST},
        {"type": pygame.WINDOWLEAVE},
        {
            "type": pygame.MOUSEMOTION,
            "pos": (700, 400),
            "rel": (0, 0),
            "buttons": (0, 0, 0),
            "touch": False,
        },
    ],
    ids=["focus", "leave", "release unseen"],
)
def test_a_stroke_does_not_stick(open_pad: Callable[..., Driver], loss: dict[str, Any]) -> None:
    pad = open_pad()
    pad.post(pygame.MOUSEBUTTONDOWN, pos=(100, 100), button=1, touch=False)
    details = dict(loss)
    pad.post(details.pop("type"), **details)
    pad.post(pygame.MOUSEMOTION, pos=(200, 200), rel=(0, 0), buttons=(1, 0, 0), touch=False)
    pad.until(lambda: pad.pad.predictions)
    assert [len(stroke) for stroke in pad.pad.page.sheet.ink()] == [1]


def test_recognition_waits_for_the_pen_and_the_next_stroke_postpones_it(
    open_pad: Callable[..., Driver],
) -> None:
    pad = open_pad(delay_s=0.1)
    pad.mouse(*line())
    first_due = pad.pad.due
    assert first_due is not None
    pad.post(pygame.MOUSEBUTTONDOWN, pos=(200, 260), button=1, touch=False)
    pad.frame()
    assert pad.pad.due is None
    time.sleep(0.12)
    pad.frame()
    assert pad.recognised.inks == []
    pad.post(pygame.MOUSEBUTTONUP, pos=(200, 290), button=1, touch=False)
    pad.until(lambda: pad.pad.predictions)
    assert [len(ink) for ink in pad.recognised.inks] == [2]


def test_the_ink_is_read_at_once_when_asked_for(open_pad: Callable[..., Driver]) -> None:
    pad = open_pad(delay_s=LATER_S)
    pad.key(pygame.K_r)
    assert pad.recognised.inks == []
    pad.mouse(*line())
    pad.key(pygame.K_r)
    pad.until(lambda: pad.pad.predictions)
    assert pad.pad.due is None


def test_answers_to_older_ink_are_not_shown(open_pad: Callable[..., Driver]) -> None:
    pad = open_pad(delay_s=LATER_S)
    pad.mouse(*line())
    pad.key(pygame.K_r)
    pad.tap("delete")
    pad.until(lambda: pad.recognised.inks)
    time.sleep(0.05)
    pad.frame()
    assert list(pad.pad.predictions) == []


def test_new_ink_outdates_the_answers_shown(open_pad: Callable[..., Driver]) -> None:
    pad = open_pad()
    pad.mouse(*line())
    pad.until(lambda: pad.pad.predictions)
    assert not pad.pad.stale
    pad.post(pygame.MOUSEBUTTONDOWN, pos=(200, 260), button=1, touch=False)
    pad.frame()
    assert pad.pad.stale
    pad.post(pygame.MOUSEBUTTONUP, pos=(200, 260), button=1, touch=False)
    pad.until(lambda: not pad.pad.stale)


@pytest.mark.parametrize("way", ["tap", "u", "ctrl-z"])
def test_undo_removes_a_stroke_and_recognises_the_rest(
    open_pad: Callable[..., Driver], way: str
) -> None:
    pad = open_pad(delay_s=LATER_S)
    pad.mouse(*line())
    one = pad.inked()
    pad.mouse(*line((300, 120)))
    assert pad.inked() > one
    if way == "tap":
        pad.tap("undo")
    else:
        key = pygame.K_u if way == "u" else pygame.K_z
        pad.key(key, pygame.KMOD_LCTRL if way == "ctrl-z" else 0)
    assert len(pad.pad.page) == 1
    assert pad.inked() == one
    pad.until(lambda: pad.pad.predictions)
    pad.tap("undo")
    assert len(pad.pad.page) == 0
    assert list(pad.pad.predictions) == []


@pytest.mark.parametrize("way", ["tap", "backspace", "delete", "c"])
def test_clear_removes_ink_and_answers(open_pad: Callable[..., Driver], way: str) -> None:
    pad = open_pad()
    empty = pad.inked()
    pad.mouse(*line())
    pad.mouse(*line((300, 120)))
    pad.until(lambda: pad.pad.predictions)
    if way == "tap":
        pad.tap("delete")
    else:
        keys = {"backspace": pygame.K_BACKSPACE, "delete": pygame.K_DELETE, "c": pygame.K_c}
        pad.key(keys[way])
    assert len(pad.pad.page) == 0
    assert list(pad.pad.predictions) == []
    assert pad.inked() == empty, "the hint is back"


def test_candidates_are_accepted_by_tap_touch_and_key_and_taken_back(
    open_pad: Callable[..., Driver],
) -> None:
    pad = open_pad()

    def write() -> None:
        pad.mouse(*line())
        pad.until(lambda: pad.pad.predictions)

    write()
    pad.tap("1")
    write()
    pad.finger(middle(pad.pad.layout.candidates[0]))
    write()
    pad.key(pygame.K_3)
    pad.key(pygame.K_3)  # nothing is left to accept
    assert pad.pad.line.text == "739"
    assert len(pad.pad.page) == 0
    pad.key(pygame.K_BACKSPACE)
    pad.tap("delete")
    assert pad.pad.line.text == "7"


def test_a_tap_counts_where_it_began_and_ended(open_pad: Callable[..., Driver]) -> None:
    pad = open_pad()
    pad.mouse(*line())
    clear, undo = (middle(pad.pad.layout.buttons()[name]) for name in ("delete", "undo"))
    pad.mouse(clear, undo)
    pad.mouse(clear, (100, 100))
    pad.mouse((100, 100), clear)
    assert len(pad.pad.page) == 2, "the last one is a stroke"
    pad.mouse(clear, undo, clear)
    assert len(pad.pad.page) == 0


@pytest.mark.parametrize("repeat", ["bare", "none"])
def test_a_chattering_panel_taps_once(
    open_pad: Callable[..., Driver], repeat: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pad = open_pad(delay_s=LATER_S)
    # Chatter is quick; on a busy machine this test is not.
    clock = itertools.count()
    monkeypatch.setattr("edge_app.pad.app.time.monotonic", lambda: 1e-3 * next(clock))
    for x in (100, 200, 300):
        pad.mouse(*line((x, 120)))
    undo = middle(pad.pad.layout.undo)
    for _ in range(3):
        pad.finger(undo, repeat=repeat)
    assert len(pad.pad.page) == 2


def test_a_resize_keeps_ink_and_answers(open_pad: Callable[..., Driver]) -> None:
    pad = open_pad()
    pad.mouse(*line())
    pad.until(lambda: pad.pad.predictions)
    ink = pad.pad.page.sheet.ink()[0]
    pygame.display.set_mode((320, 480), pygame.RESIZABLE)
    pad.frame()
    assert pad.pad.layout.candidates[0].y > pad.pad.layout.sheet.bottom
    np.testing.assert_array_equal(pad.pad.page.sheet.ink()[0], ink)
    assert pad.pad.predictions
    assert pad.inked() > 200


def test_full_screen_comes_and_goes(open_pad: Callable[..., Driver]) -> None:
    pad = open_pad()
    pad.mouse(*line())
    pad.key(pygame.K_F11)
    assert "leave" in pad.pad.layout.functions
    assert len(pad.pad.page) == 1
    pad.key(pygame.K_F11)
    assert "leave" not in pad.pad.layout.functions
    pad.key(pygame.K_F11)
    pad.tap("more")
    pad.tap("leave")
    assert pad.pad.leaving


def test_a_failing_recogniser_ends_the_loop_with_its_reason(dummy: None) -> None:
    def fail(_: Ink, mode: str) -> Reading:
        raise RuntimeError("the interpreter broke")

    with Window(SIZE) as window, Worker(fail, app.wake) as worker:
        opened = App(
            window, worker, ["digits"], "digits", preferences=Preferences(Settings(delay_s=0.1))
        )
        Driver(opened, Counting()).mouse(*line())
        with pytest.raises(RuntimeError, match="interpreter broke"):
            opened.loop()


def test_answers_are_printed_as_json(
    open_pad: Callable[..., Driver], capsys: pytest.CaptureFixture[str]
) -> None:
    pad = open_pad(print_answers=True)
    pad.mouse(*line())
    pad.until(lambda: pad.pad.predictions)
    (printed,) = capsys.readouterr().out.splitlines()
    best = json.loads(printed)["predictions"][0]
    assert best == {"label": "3", "score": 0.9}


@pytest.mark.parametrize("way", ["escape", "close", "SIGTERM", "SIGINT"])
def test_every_way_out_ends_an_idle_loop(dummy: None, way: str) -> None:
    posted = {
        "escape": pygame.event.Event(pygame.KEYDOWN, key=pygame.K_ESCAPE, mod=0),
        "close": pygame.event.Event(pygame.QUIT),
    }

    def leave() -> None:
        if way in posted:
            pygame.event.post(posted[way])
        else:
            os.kill(os.getpid(), getattr(signal, way))

    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    timer = threading.Timer(0.5, leave)
    timer.start()
    start = time.monotonic()
    assert run(modes.open_model("digits"), size=SIZE) == 0
    assert 0.4 < time.monotonic() - start < TIMEOUT_S
    timer.join()
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before
    assert not pygame.display.get_init()


def test_an_idle_pad_sleeps(open_pad: Callable[..., Driver]) -> None:
    pad = open_pad()
    timer = threading.Timer(1.0, pad.post, (pygame.QUIT,))
    timer.start()
    frames = pad.app.clock.frames
    pad.app.loop()
    timer.join()
    assert pad.app.clock.frames - frames < 10


def test_no_screen_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SDL_VIDEODRIVER", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    if list(Path("/dev").glob("dri/card*")):
        pytest.skip("this machine has a console screen to open a window on")
    with pytest.raises(NoScreenError, match="DISPLAY"):
        Window(SIZE)
    assert not pygame.display.get_init()


def test_a_driver_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "nonesuch")
    with pytest.raises(NoScreenError, match="nonesuch"):
        Window(SIZE)
