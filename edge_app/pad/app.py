"""The pad's loop: events in, frames out."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType

import pygame

from edge_app.log import LOG
from edge_app.modes import Reader
from edge_app.pad import keys, layout, words
from edge_app.pad.composer import Composer, Told, nobody
from edge_app.pad.events import pointer_event
from edge_app.pad.frames import FRAME_S, FrameClock
from edge_app.pad.line import Accepted
from edge_app.pad.preferences import Memory, Preferences
from edge_app.pad.screen import Window
from edge_app.pad.state import Actions, Pad
from edge_app.pad.view import View
from edge_app.pointer import Kind, PointerTracker
from edge_app.recognizer import Prediction
from edge_app.settings import DEFAULTS, Complaint, Settings
from edge_app.worker import Worker

_NAP_S = 0.008
"""Between two looks for events while nothing happens: half of a frame."""

_PATIENCE_S = 0.25
"""Longest wait for an event; a signal that comes meanwhile is noticed after it."""

_ANSWER = pygame.USEREVENT
"""Wakes the loop when the worker has news."""

_ACTIONS = ("copy", "type", "save", "done")
"""What can be done with the text, in the order of their buttons; there for those that can."""

_NO_ACTIONS: Actions = {}


def run(
    reader: Reader,
    mode: str | None = None,
    *,
    fullscreen: bool = False,
    size: tuple[int, int] | None = None,
    settings: Settings = DEFAULTS,
    complaints: Sequence[Complaint] = (),
    memory: Memory | None = None,
    on_accept: Told = nobody,
    on_take_back: Told = nobody,
    actions: Actions = _NO_ACTIONS,
    print_answers: bool = False,
) -> int:
    """Opens the pad and returns when it is closed, with the exit status.

    reader: from now on this window's. mode: one of its modes to begin with, by default its first.
    size: of the window, px. settings: in force, which the window may change and save; complaints:
    what was wrong with their file, told first of all. memory: what was learned of the writer's
    hand, to be paused or erased in the window. on_accept and on_take_back as for `Composer`.
    print_answers: a line of JSON for each recognition on standard output. Raises NoScreenError.
    """
    preferences = Preferences(
        settings, memory=memory, offered=reader.modes, syllables="hangul" in reader.models
    )
    preferences.show_fullscreen(fullscreen)
    with (
        Window(size, fullscreen=fullscreen) as window,
        Worker(reader.read, wake) as worker,
        _signals_close_the_window(),
    ):
        app = App(
            window,
            worker,
            reader.modes,
            mode or reader.first,
            missing=reader.missing,
            preferences=preferences,
            on_accept=on_accept,
            on_take_back=on_take_back,
            actions=actions,
            print_answers=print_answers,
        )
        if complaints:
            app.pad.say(words.complained(complaints))
        app.loop()
    return 0


def wake() -> None:
    """Makes a waiting loop look for answers; may be called from any thread."""
    with suppress(pygame.error):  # a full queue wakes the loop as well
        pygame.event.post(pygame.event.Event(_ANSWER))


class App:
    """Ties window, pointers, pad and worker together."""

    def __init__(
        self,
        window: Window,
        worker: Worker,
        modes: Sequence[str],
        mode: str,
        *,
        missing: Sequence[str] = (),
        preferences: Preferences | None = None,
        on_accept: Told = nobody,
        on_take_back: Told = nobody,
        actions: Actions = _NO_ACTIONS,
        print_answers: bool = False,
    ) -> None:
        self.clock = FrameClock()
        self._window, self._worker, self._print = window, worker, print_answers
        self._modes, self._actions = modes, actions
        self._view, self._tracker = View(missing), PointerTracker()
        self._preferences = preferences or Preferences(offered=modes)
        self._followed = self._preferences.settings
        self._unlearned = False
        """Whether somebody has still to be told that learning has failed."""
        self._failed = False
        composer = Composer(self._guarded(on_accept), self._guarded(on_take_back))
        self.pad = Pad(
            self._layout(), worker.submit, modes, mode, self._preferences, composer, actions
        )

    def loop(self) -> None:
        """Runs until the pad is left. Raises what recognition raised, if it failed."""
        next_frame = 0.0
        while not self.pad.leaving:
            first = self._next_event()
            # Events gather while the last frame has its time; after a pause none is lost.
            time.sleep(max(0.0, next_frame - time.monotonic()))
            next_frame = time.monotonic() + FRAME_S
            with self.clock.frame():
                self.frame([first, *pygame.event.get()])

    def frame(self, events: list[pygame.event.Event]) -> None:
        """One frame: takes the events, then draws what they changed."""
        now = time.monotonic()
        for event in events:
            self._handle(event, now)
        self._follow(now)
        self.pad.tick(now)
        if self._unlearned:
            self._unlearned = False
            self.pad.say(words.NOT_LEARNED)
        answer = self._worker.poll()
        if answer is not None and self.pad.receive(answer, now) and self._print:
            print(_json(answer.reading.predictions), flush=True)
        if drawn := self._view.draw(self._window.surface, self.pad):
            pygame.display.update(drawn)

    def _guarded(self, told: Told) -> Told:
        """Who is told of choices, such that their failure stops nobody; it is said once."""

        def tell(accepted: Accepted) -> None:
            try:
                told(accepted)
            except Exception:
                LOG.exception("what was chosen could not be learned")
                self._unlearned, self._failed = not self._failed, True

        return tell

    def _next_event(self) -> pygame.event.Event:
        """The next event, or one of type NOEVENT when something is due or patience ends.

        `pygame.event.wait` looks for events every millisecond, which an idle pad pays for.
        """
        end = time.monotonic() + _PATIENCE_S
        if self.pad.next_due is not None:
            end = min(end, self.pad.next_due)
        while not (event := pygame.event.poll()).type and (left := end - time.monotonic()) > 0:
            time.sleep(min(_NAP_S, left))
        return event

    def _layout(self) -> layout.Layout:
        width, height = self._window.surface.get_size()
        functions = function_groups(self._actions, fullscreen=self._window.fullscreen)
        hand = self._preferences.settings.hand
        return layout.fit(width, height, self._modes, functions=functions, hand=hand)

    def _follow(self, now: float) -> None:
        """Does what a changed setting means for the window."""
        before, self._followed = self._followed, self._preferences.settings
        after = self._followed
        if after.fullscreen != before.fullscreen and after.fullscreen != self._window.fullscreen:
            self._window.toggle_fullscreen()
            self._resize(now)
        elif after.hand != before.hand:
            self._resize(now)

    def _handle(self, event: pygame.event.Event, now: float) -> None:
        if event.type == pygame.QUIT:
            self.pad.leaving = True
        elif event.type == pygame.KEYDOWN:
            self._key(event)
        elif event.type == pygame.WINDOWSIZECHANGED:
            self._window.refresh()
            self._resize(now)
        elif event.type == pygame.VIDEOEXPOSE:
            self.pad.expose()
        elif event.type == pygame.WINDOWFOCUSLOST:
            self._release(now)
        elif event.type == pygame.WINDOWLEAVE:
            self._release(now, Kind.MOUSE)
        else:
            self._point(event, now)

    def _key(self, event: pygame.event.Event) -> None:
        command = keys.command_of(event.key, event.mod)
        if command == "full screen":
            self._window.toggle_fullscreen()
            self._preferences.show_fullscreen(self._window.fullscreen)
            self._resize(time.monotonic())
        elif command is not None:
            self.pad.key(command)

    def _point(self, event: pygame.event.Event, now: float) -> None:
        report = pointer_event(event, self._window.surface.get_size(), now)
        if report is not None:
            for told in self._tracker.feed(report):
                self.pad.point(told)

    def _release(self, now: float, kind: Kind | None = None) -> None:
        for told in self._tracker.release(now, kind):
            self.pad.point(told)

    def _resize(self, now: float) -> None:
        self._release(now)
        self.pad.resize(self._layout())


def function_groups(actions: Collection[str], *, fullscreen: bool) -> list[list[str]]:
    """What lies behind the button "more": the marks, what moves the cursor, and the rest.

    Only a full-screen window needs a button to leave it: it has no frame.
    """
    marks = [f"mark {mark}" for mark in keys.MARKS]
    editing = ["left", "right", "newline", "help", *(["leave"] if fullscreen else [])]
    return [marks, editing, [*(name for name in _ACTIONS if name in actions), "settings"]]


def _json(predictions: Sequence[Prediction]) -> str:
    found = [{"label": label, "score": round(score, 6)} for label, score in predictions]
    return json.dumps({"predictions": found}, ensure_ascii=False)


@contextmanager
def _signals_close_the_window() -> Iterator[None]:
    """SIGTERM and SIGINT leave as the window's close button does; a kiosk has no other way."""

    def close(_number: int, _frame: FrameType | None) -> None:
        pygame.event.post(pygame.event.Event(pygame.QUIT))

    before = {number: signal.signal(number, close) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
