"""Measures how long a writer waits: from the last pen-up of a character to its candidates.

    xvfb-run -s "-screen 0 1920x1080x24" python -m edge_app.pad.latency --model hangul

opens the real window, writes every bundled sample that the model reads through SDL's event queue,
and takes the time until the frame with the answers has been handed to the screen. Milliseconds of
one machine say little of another's, so the model's bare invoke is timed in the same process.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from statistics import median
from time import perf_counter, sleep
from typing import Any

import numpy as np
import numpy.typing as npt
import pygame

from edge_app import samples
from edge_app.interpreter import Interpreter, factory
from edge_app.modes import Reader, Reading
from edge_app.pad.app import App, wake
from edge_app.pad.frames import FRAME_S
from edge_app.pad.layout import Rect
from edge_app.pad.screen import Window
from edge_app.pad.stress import EVENTS_PER_S, Step, load, parser, post, post_all
from edge_app.recognizer import Recognizer
from edge_app.samples import Sample
from edge_app.worker import Ink, Worker

_SHARE = 0.6
"""Longer side of the ink over the shorter side of the page."""

_LIFTED_S = 0.05
"""Between two strokes of a character, and between clearing the page and the next one."""

_PATIENCE_S = 20.0
"""Longest wait for an answer."""

_INVOKES = 300


@dataclass(frozen=True)
class Wait:
    """What a writer waited for after one character, s. The last is the sum of the others."""

    pause: float
    """The setting `delay_s`, in which another stroke might follow."""
    recognition: float
    """Ink to answers, in the thread that does it."""
    painting: float
    """The frame that shows the answers: drawn, and handed to the screen."""
    waiting: float
    """All else: for the loop to see that the pen is up, the pause over and the answer there, for
    the time of its next frame, and for the other thread to begin."""
    total: float
    """From the pen-up to the answers on the screen."""


class _Watched(App):
    """The pad, which notes when a frame has brought answers to the screen."""

    def __init__(self, window: Window, worker: Worker, reader: Reader) -> None:
        super().__init__(window, worker, reader.modes, reader.first)
        self.shown = threading.Event()
        """Set while there are answers on the screen to the ink there."""
        self.began = self.ended = 0.0
        """When the frame began that brought them, and when it was on the screen."""

    def frame(self, events: list[pygame.event.Event]) -> None:
        began = perf_counter()
        super().frame(events)
        if self.pad.stale or not self.pad.predictions:
            self.shown.clear()
        elif not self.shown.is_set():
            self.began, self.ended = began, perf_counter()
            self.shown.set()


class _Timed:
    """A reader, and how long it took the last time."""

    def __init__(self, reader: Reader) -> None:
        self._reader, self.took_s = reader, 0.0

    def read(self, ink: Ink, mode: str) -> Reading:
        start = perf_counter()
        reading = self._reader.read(ink, mode)
        self.took_s = perf_counter() - start
        return reading


def steps(sample: Sample, page: Rect) -> list[list[Step]]:
    """What the mouse does to write a sample in the middle of the page: the steps of each stroke."""
    points = np.concatenate(sample.strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = _SHARE * min(page.width, page.height) / (high - low).max()
    middle = (page.x + page.width / 2, page.y + page.height / 2)

    def step(kind: int, point: npt.NDArray[np.float64]) -> Step:
        x, y = np.rint((point - (low + high) / 2) * scale + middle)
        return kind, (int(x), int(y))

    return [
        [
            step(pygame.MOUSEBUTTONDOWN, stroke[0]),
            *(step(pygame.MOUSEMOTION, point) for point in stroke[1:]),
            step(pygame.MOUSEBUTTONUP, stroke[-1]),
        ]
        for stroke in sample.strokes
    ]


def measure(model: str | Path, size: tuple[int, int], rounds: int) -> tuple[list[Wait], float]:
    """Writes every sample that the model reads `rounds` times, in live mode.

    size: of the window, px. Returns the waits and the median of the bare invoke, s. Raises
    ValueError for a model that reads none of the samples, RuntimeError where one is not answered,
    and what `Recognizer` and `Window` raise.
    """
    _, make = factory()
    interpreters: list[Interpreter] = []

    def keep(**options: Any) -> Interpreter:
        interpreters.append(make(**options))
        return interpreters[-1]

    recognizer = Recognizer(model, interpreter_factory=keep)
    written = samples.fitting(recognizer.labels)
    if not written:
        raise ValueError(
            f"{recognizer.directory}: reads none of the sample ink, so nothing can be measured"
        )
    reader = Reader({recognizer.bundle.name: recognizer})
    timed, waits = _Timed(reader), list[Wait]()
    with Window(size) as window, Worker(timed.read, wake) as worker:
        app = _Watched(window, worker, reader)
        # Frames before the first event open the window, which is not what is measured.
        app.frame([])
        arguments = (app, timed, written * rounds, waits)
        writer = threading.Thread(target=_write_all, args=arguments, daemon=True)
        writer.start()
        app.loop()
        writer.join()
    if len(waits) < len(written) * rounds:
        unread = (written * rounds)[len(waits)].label
        raise RuntimeError(f"no answer to the sample {unread} within {_PATIENCE_S:g} s")
    return waits, _bare_invoke_s(interpreters[0])


def _write_all(app: _Watched, timed: _Timed, written: Sequence[Sample], waits: list[Wait]) -> None:
    """Writes one sample after the other, each when the one before was answered, and the end."""
    pause = app.pad.preferences.conduct.delay_s
    for sample in written:
        strokes = steps(sample, app.pad.layout.page)
        for stroke in strokes:
            sleep(_LIFTED_S)
            post_all(stroke[:-1])
            sleep(1 / EVENTS_PER_S)
            lifted = perf_counter()
            post(*stroke[-1])
        if not app.shown.wait(_PATIENCE_S):
            break
        total, painting = app.ended - lifted, app.ended - app.began
        waiting = total - pause - timed.took_s - painting
        waits.append(Wait(pause, timed.took_s, painting, waiting, total))
        pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_DELETE, mod=0))
        while app.shown.is_set():
            sleep(_LIFTED_S)
    pygame.event.post(pygame.event.Event(pygame.QUIT))


def _bare_invoke_s(interpreter: Interpreter) -> float:
    times = []
    for _ in range(_INVOKES):
        start = perf_counter()
        interpreter.invoke()
        times.append(perf_counter() - start)
    return median(times)


def as_table(waits: Sequence[Wait], invoke_s: float) -> str:
    """The parts of the waits for reading, in ms, and what to hold them against."""
    title = f"{len(waits)} characters, ms"
    lines = [f"{title:<22}{'median':>8}{'95 %':>8}{'worst':>8}"]
    for part in fields(Wait):
        times = [getattr(wait, part.name) * 1000 for wait in waits]
        found = np.percentile(times, (50, 95, 100))
        lines.append(f"{part.name:<22}" + "".join(f"{time:8.1f}" for time in found))
    for name, times, unit_name, unit in (
        ("recognition", [wait.recognition for wait in waits], "bare invoke", invoke_s),
        ("all but the pause", [wait.total - wait.pause for wait in waits], "frame", FRAME_S),
    ):
        ratio = median(times) / unit
        lines.append(f"{name}: {ratio:.1f} times a {unit_name} ({unit * 1000:.2f} ms)")
    return "\n".join(lines)


def main() -> None:
    """The command line."""
    asked = parser("Measure the wait from pen-up to candidates.")
    asked.add_argument("--rounds", type=int, default=3, help="over all samples")
    options = asked.parse_args()
    with load(options.load):
        waits, invoke_s = measure(options.model, options.size, options.rounds)
    print(as_table(waits, invoke_s))


if __name__ == "__main__":
    main()
