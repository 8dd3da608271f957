"""A pad for storms: everything is real but the clock, and answers come when they are let."""

from __future__ import annotations

import operator
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import numpy as np
import pygame

from edge_app import modes
from edge_app.modes import Reader
from edge_app.pad import app
from edge_app.pad.preferences import Preferences
from edge_app.pad.screen import Window
from edge_app.recognizer import Recognizer
from edge_app.settings import Settings
from edge_app.text import Text
from edge_app.worker import Answer, Ink, Worker
from tests.storm.steps import Step

SIZE = (800, 480)
_TINY = Path(__file__).parents[1] / "tiny"
_TIMEOUT_S = 60.0
_LEAST = 320
"""Windows narrower or lower than this show only a part of the page."""

_TOLERANCE_PX = 0.01
_DONE = Text("했습니다", "Done")

PANELS = {None, "more", "parts", "help", "settings", "erase", "message"}


class PacedWorker(Worker):
    """A worker whose answers come all at once when they are let, and until then not at all."""

    def __init__(self, reader: Reader) -> None:
        self.flowing = True
        self.answers = 0
        self._asked = self._told = 0
        self._news = threading.Event()
        super().__init__(reader.read, self._news.set)

    def submit(self, ink: Ink, mode: str) -> int:
        self._asked = super().submit(ink, mode)
        return self._asked

    def __enter__(self) -> PacedWorker:
        return self

    def poll(self) -> Answer | None:
        answer = None
        while self.flowing and self._told < self._asked:
            assert self._news.wait(_TIMEOUT_S), "the worker never answers"
            self._news.clear()
            if (newest := super().poll()) is not None:
                answer, self._told = newest, newest.serial
                self.answers += 1
        return answer


class StormedPad:
    """An open pad, anew for each sequence, in one window."""

    def __init__(
        self, window: Window, worker: PacedWorker, reader: Reader, clock: Any, folder: Path
    ) -> None:
        """folder: where settings that are changed are saved."""
        self._window, self._worker, self._reader, self._clock = window, worker, reader, clock
        self._settings = folder / "settings.toml"
        self.reached: Counter[str] = Counter()
        """How often it came to what a storm is meant to bring about."""

    def run(self, steps: Sequence[Step], live: bool, advance_s: float | None) -> None:
        """One sequence. Raises what the pad raises, and AssertionError for a pad that is stuck."""
        self._reset(live, advance_s)
        for step in steps:
            self._do(step)
            if self.pad.leaving:
                self.reached["left"] += 1
                return
        self._settle()
        if not self.pad.leaving:
            self._check()
            self._write_plainly()

    def _reset(self, live: bool, advance_s: float | None) -> None:
        if self._window.fullscreen:
            self._window.toggle_fullscreen()
        self._resize(SIZE)
        self._worker.flowing = True
        self._worker.poll()
        pygame.event.clear()
        self._down: dict[tuple[int, int], dict[str, Any]] = {}
        settings = Settings(live=live, advance_s=advance_s or 0.0)
        self._app = app.App(
            self._window,
            self._worker,
            self._reader.modes,
            self._reader.first,
            preferences=Preferences(settings, path=self._settings, offered=self._reader.modes),
            on_accept=lambda _: self.reached.update(accepted=1),
            on_take_back=lambda _: self.reached.update({"taken back": 1}),
            actions={
                name: lambda _: _DONE for name in ("copy", "type", "save", "done", "settings")
            },
        )
        self.pad = self._app.pad

    def _do(self, step: Step) -> None:
        kind, *what = step
        if kind == "post":
            self._post(what[0], **what[1])
        elif kind == "key":
            self._post("KEYDOWN", key=what[0], mod=what[1], unicode="", scancode=0)
            self._frame()
        elif kind == "tap":
            buttons = list(self.pad.layout.buttons(self.pad.panel).values())
            rect = buttons[int(what[0] * len(buttons))]
            self._tap(rect.x + rect.width // 2, rect.y + rect.height // 2, what[1])
        elif kind == "line":
            writing = self.pad.layout.writing
            reach = self.pad.ribbon().edges[-1]
            self._tap(round(writing.x + what[0] * reach), writing.y + writing.height // 2, 0.0)
        elif kind == "size":
            self._resize((what[0], what[1]))
            self._frame()
        elif kind == "wait":
            self._wait(what[0])
        elif kind == "answers":
            self._worker.flowing = what[0]
        elif kind == "release":
            self._release(by_focus=what[0])
        else:
            self._frame()

    def _frame(self) -> None:
        answers, panel = self._worker.answers, self.pad.panel
        self._clock.now += 1 / 60
        self._app.frame(pygame.event.get())
        self.reached["frames"] += 1
        self.reached["answered"] += self._worker.answers - answers
        if self.pad.panel not in (None, panel):
            self.reached[f"panel {self.pad.panel}"] += 1
        self.reached["opened"] += self.pad.composer.opened is not None
        due = self.pad.next_due
        assert due is None or due > self._clock.now, "the pad would never sleep"

    def _wait(self, seconds: float) -> None:
        self._frame()
        self._clock.now += seconds
        self._frame()

    def _post(self, name: str, **details: Any) -> None:
        kind = getattr(pygame, name)
        pygame.event.post(pygame.event.Event(kind, details))
        self.reached["events"] += 1
        if kind == pygame.FINGERDOWN:
            self._down[details["touch_id"], details["finger_id"]] = details

    def _tap(self, x: int, y: int, seconds: float) -> None:
        self._post("MOUSEBUTTONDOWN", pos=(x, y), button=1, touch=False)
        self._wait(seconds)
        self._post("MOUSEBUTTONUP", pos=(x, y), button=1, touch=False)
        self._frame()

    def _resize(self, size: tuple[int, int]) -> None:
        pygame.display.set_mode(size, pygame.RESIZABLE)
        self._window.refresh()

    def _release(self, *, by_focus: bool) -> None:
        """Every pointer goes up where it went down; or the window loses them all."""
        if by_focus:
            self._post("WINDOWFOCUSLOST")
        else:
            for details in self._down.values():
                self._post("FINGERUP", **details)
            self._post("MOUSEBUTTONUP", pos=(0, 0), button=1, touch=False)
        self._frame()

    def _settle(self) -> None:
        """All that is waited for comes."""
        self._worker.flowing = True
        for seconds in (0.5, 1.5, 4.0):
            self._wait(seconds)

    def _check(self) -> None:
        pad = self.pad
        assert not pad.page.drawing, "a stroke is stuck"
        assert pad.pressed is None, f"the button {pad.pressed} is stuck"
        assert pad.panel in PANELS and pad.mode in self._reader.modes
        assert 0 <= pad.line.cursor <= len(pad.line), "the cursor is outside of the line"
        opened = pad.composer.opened
        assert opened is None or pad.composer.open_one is not None, "nothing is open there"
        ribbon = pad.ribbon()
        assert 0 <= ribbon.first <= pad.line.cursor <= ribbon.last <= len(pad.line)
        assert ribbon.edges[-1] <= pad.layout.writing.width + _TOLERANCE_PX
        page = pad.layout.page
        for stroke in pad.page.sheet.strokes_px():
            x, y = np.array(stroke).T
            assert np.isfinite(x).all() and np.isfinite(y).all()
            assert page.x - _TOLERANCE_PX <= x.min(), "ink lies left of the page"
            assert x.max() <= page.right - 1 + _TOLERANCE_PX, "ink lies right of the page"
            assert page.y - _TOLERANCE_PX <= y.min(), "ink lies above the page"
            assert y.max() <= page.bottom - 1 + _TOLERANCE_PX, "ink lies below the page"
        assert pad.next_due is None or pad.next_due > self._clock.now + 1000, "something is left"

    def _write_plainly(self) -> None:
        """One stroke, as anybody writes it: it is drawn, and answered."""
        pad = self.pad
        if min(pygame.display.get_window_size()) < _LEAST:
            self._resize(SIZE)
            self._post("WINDOWSIZECHANGED", x=SIZE[0], y=SIZE[1])
            self._frame()
        if pad.panel is not None:
            self._do(("key", pygame.K_ESCAPE, 0))
            assert pad.panel is None, "a panel does not close"
        page = pad.layout.page
        step = min(page.width, page.height) // 12
        first = page.x + page.width // 2, page.y + page.height // 2
        path = [(first[0] + i * step, first[1] + i * step) for i in range(5)]
        was_empty = not len(pad.page)
        before = self._colours(path)
        serial = self._worker.answers
        self._post("MOUSEBUTTONDOWN", pos=path[0], button=1, touch=False)
        self._frame()
        assert pad.page.drawing, "no stroke begins"
        for place in path[1:]:
            self._post("MOUSEMOTION", pos=place, rel=(0, 0), buttons=(1, 0, 0), touch=False)
        self._post("MOUSEBUTTONUP", pos=path[-1], button=1, touch=False)
        self._frame()
        assert not pad.page.drawing, "the stroke does not end"
        drawn = pad.page.sheet.strokes_px()[-1]
        assert np.allclose(drawn, path, atol=_TOLERANCE_PX), "the stroke is not where it was drawn"
        seen = sum(map(operator.ne, before, self._colours(path)))
        assert not was_empty or seen == len(path), "the stroke is not seen"
        self._do(("key", pygame.K_r, 0))
        self._settle()
        assert self._worker.answers > serial and not pad.stale, "the stroke is not answered"
        assert pad.predictions, "the answer is empty"

    def _colours(self, places: Sequence[tuple[int, int]]) -> list[int]:
        """What the window shows in some places."""
        return [self._window.surface.get_at_mapped(place) for place in places]


def reader() -> Reader:
    """Hangul and jamo by tiny models, digits by the shipped one: every mode, and quickly."""
    models = {
        "hangul": Recognizer(_TINY / "hangul"),
        "digits": Recognizer("digits"),
        "jamo": Recognizer(_TINY / "jamo"),
    }
    return modes.Reader(models)


@contextmanager
def opened() -> Iterator[StormedPad]:
    """A pad on SDL's dummy driver, which the environment must name."""
    read = reader()
    clock = SimpleNamespace(now=0.0)
    clock.monotonic = lambda: clock.now
    with (
        tempfile.TemporaryDirectory() as folder,
        Window(SIZE) as window,
        PacedWorker(read) as worker,
        mock.patch.object(app, "time", clock),
    ):
        yield StormedPad(window, worker, read, clock, Path(folder))
