"""A day of writing, replayed fast in one process: what grows, and what is left behind."""

from __future__ import annotations

import gc
import os
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pygame

from edge_app import modes, samples
from edge_app.memory.personal import Personal
from edge_app.modes import Reader
from edge_app.pad.app import App, wake
from edge_app.pad.layout import Rect
from edge_app.pad.preferences import Preferences
from edge_app.pad.screen import Window
from edge_app.settings import Settings
from edge_app.worker import Worker

_SIZE = (800, 480)
_TIMEOUT_S = 60.0
_KEYS = {"hangul": pygame.K_h, "digits": pygame.K_d, "jamo": pygame.K_j, "auto": pygame.K_a}
_TAKE = (pygame.K_1, pygame.K_2, pygame.K_3)
"""The keys that take an answer, by its rank."""

_PER_MODE, _PER_SLIP, _PER_REGRET = 50, 7, 23
"""Characters that are written before another mode is chosen, and for each wrong answer taken, and
each right one taken back."""


@dataclass(frozen=True)
class Usage:
    """What the process holds."""

    recognitions: int
    seconds: float
    rss: int
    """Resident memory, bytes."""
    threads: int
    files: int
    """Open ones."""

    def __str__(self) -> str:
        """One line."""
        return (
            f"{self.recognitions} recognitions, {self.seconds:.0f} s: {self.rss / 1e6:.2f} MB "
            f"resident, {self.threads} threads, {self.files} open files"
        )


class Writer:
    """A hand that writes the bundled sample ink, never twice the same, and takes an answer."""

    def __init__(self, app: App, reader: Reader) -> None:
        self._app, self._modes = app, reader.modes
        self._inks = {mode: samples.fitting(reader.labels(mode)) for mode in reader.modes}
        self._rng = random.Random(0)
        self.written = 0

    def character(self) -> None:
        """Writes one character, waits for its answers and takes the one that says what was written.

        Now and then it takes a wrong one before and takes that back, or in the end thinks better of
        it. Where the right one is not offered, the first is taken. Raises AssertionError where that
        does not come about.
        """
        number, pad = self.written, self._app.pad
        if number % _PER_MODE == 0:
            self._key(_KEYS[self._modes[number // _PER_MODE % len(self._modes)]])
        inks = self._inks[pad.mode]
        sample = inks[number % len(inks)]
        for stroke in self._placed(sample.strokes, pad.layout.page):
            self._draw(stroke)
        end = time.monotonic() + _TIMEOUT_S
        while pad.stale:
            assert time.monotonic() < end, "no answer comes"
            self._app.frame([pygame.event.wait(1), *pygame.event.get()])
        offered, length = [one.label for one in pad.predictions], len(pad.line)
        assert len(offered) == len(_TAKE), "the answers are not all there"
        right = offered.index(sample.label) if sample.label in offered else 0
        if number % _PER_SLIP == 0:
            self._key(_TAKE[right - 1])
            self._key(pygame.K_z, pygame.KMOD_LCTRL)
            assert len(pad.line) == length, "the wrong answer was not taken back"
        self._key(_TAKE[right])
        assert len(pad.line) == length + 1, "the answer was not taken"
        if number % _PER_REGRET == 0:
            self._key(pygame.K_z, pygame.KMOD_LCTRL)
            self._key(pygame.K_c)
        self.written += 1

    def _placed(
        self, strokes: Sequence[npt.NDArray[np.float64]], page: Rect
    ) -> list[npt.NDArray[np.float64]]:
        points = np.concatenate(strokes)
        low, high = points.min(axis=0), points.max(axis=0)
        scale = min(page.width, page.height) / 1.6 / (high - low).max() * self._rng.uniform(0.9, 1)
        middle = page.x + page.width / 2, page.y + page.height / 2
        moved = np.add(middle, [self._rng.uniform(-9, 9) for _ in range(2)])
        return [(stroke - (low + high) / 2) * scale + moved for stroke in strokes]

    def _draw(self, stroke: npt.NDArray[np.float64]) -> None:
        places = [(round(x), round(y)) for x, y in stroke]
        self._post(pygame.MOUSEBUTTONDOWN, pos=places[0], button=1, touch=False)
        for place in places[1:]:
            self._post(pygame.MOUSEMOTION, pos=place, buttons=(1, 0, 0), touch=False)
        self._post(pygame.MOUSEBUTTONUP, pos=places[-1], button=1, touch=False)
        self._app.frame(pygame.event.get())

    def _key(self, key: int, modifier: int = 0) -> None:
        self._post(pygame.KEYDOWN, key=key, mod=modifier, unicode="", scancode=0)
        self._app.frame(pygame.event.get())

    @staticmethod
    def _post(kind: int, **details: object) -> None:
        pygame.event.post(pygame.event.Event(kind, details))


@contextmanager
def opened(personal: Personal | None) -> Iterator[Writer]:
    """The pad as it is shipped, on SDL's dummy driver, which the environment must name."""
    reader = replace(modes.open_bundled(), personal=personal)
    told = (personal.accept, personal.take_back) if personal else (lambda _: None, lambda _: None)
    with Window(_SIZE) as window, Worker(reader.read, wake) as worker:
        app = App(
            window,
            worker,
            reader.modes,
            reader.first,
            preferences=Preferences(Settings(delay_s=0.0, advance_s=0.0), offered=reader.modes),
            on_accept=told[0],
            on_take_back=told[1],
        )
        yield Writer(app, reader)


def write(
    recognitions: int, seconds: float, warm_up: int, memory: bool, tell: Callable[[Usage], None]
) -> list[Usage]:
    """Writes that many characters, or for that long; what was held after each warm_up of them.

    memory: whether the hand is learned, and kept in a folder that goes again. Before the first
    value and after the last one no pad is open.
    """
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        personal = Personal.open(Path(folder, "hangul-pad"), paused=False) if memory else None
        held = []
        with opened(personal) as writer:
            while writer.written < recognitions and time.monotonic() - start < seconds:
                writer.character()
                if writer.written % warm_up == 0:
                    held.append(usage(writer.written, start))
                    tell(held[-1])
            held.append(usage(writer.written, start))
        if personal is not None:
            personal.close()
    return held


def usage(recognitions: int, start: float) -> Usage:
    """What the process holds now. start: of the writing, s of `time.monotonic`."""
    gc.collect()
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    threads = len(list(Path("/proc/self/task").iterdir()))
    assert threads >= threading.active_count()
    files = len(list(Path("/proc/self/fd").iterdir()))
    return Usage(recognitions, time.monotonic() - start, resident, threads, files)
