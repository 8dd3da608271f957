"""Measures whether drawing keeps up: a stroke of 5,000 points, then a minute of scribbling.

    xvfb-run -s "-screen 0 1920x1080x24" python -m edge_app.pad.stress --size 800x480

opens the real window, feeds SDL's event queue at a tablet's rate while recognition runs, and
prints how many frames the loop drew and how many of them were late (took longer than 1/60 s to
work out). Nothing is cleared in between, so that the ink only grows. With --load 2, two processes
that never rest take what they can get of the cores.
"""

from __future__ import annotations

import argparse
import math
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pygame

from edge_app import modes
from edge_app.pad.app import App, wake
from edge_app.pad.frames import FrameClock
from edge_app.pad.layout import Rect
from edge_app.pad.screen import Window
from edge_app.worker import Worker

EVENTS_PER_S = 250
"""Reports of a pen or a good mouse."""

LONG_STROKE = 5000
"""Points of the long stroke."""

_BUSY = "import os; parent = os.getppid()\nwhile os.getppid() == parent: pass"
"""A program that never rests, but does not outlive the one that started it."""

Step = tuple[int, tuple[int, int]]
"""An event's type and place."""


def scribble(page: Rect, points: int, start: int = 0) -> Iterator[Step]:
    """One stroke: a curve all over the page that does not repeat itself soon."""
    for i in range(points):
        angle = (start + i) * 0.03
        x = page.x + page.width * (0.5 + 0.45 * math.sin(angle * 1.37))
        y = page.y + page.height * (0.5 + 0.45 * math.cos(angle * 1.91 + angle * angle * 1e-4))
        yield pygame.MOUSEMOTION if i else pygame.MOUSEBUTTONDOWN, (round(x), round(y))
    yield pygame.MOUSEBUTTONUP, (round(x), round(y))


def post(kind: int, place: tuple[int, int]) -> None:
    """Posts one step of the mouse to SDL's queue."""
    pressed: dict[str, Any] = (
        {"button": 1} if kind != pygame.MOUSEMOTION else {"buttons": (1, 0, 0)}
    )
    pygame.event.post(pygame.event.Event(kind, {"pos": place, "touch": False, **pressed}))


def post_all(steps: Iterable[Step]) -> None:
    """Posts steps at a tablet's rate, the first after the time of one."""
    following = time.monotonic()
    for kind, place in steps:
        following += 1 / EVENTS_PER_S
        time.sleep(max(0.0, following - time.monotonic()))
        post(kind, place)


def feed(page: Rect, seconds: float) -> None:
    """Posts the long stroke, scribbling for that long, and the end. Runs beside the loop."""
    post_all(scribble(page, LONG_STROKE))
    end, number = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        number += 1
        post_all(scribble(page, 50 + number * 37 % 200, start=number * 997))
        # Some pauses are long enough for a recognition, some are not.
        time.sleep(0.1 * (1 + number % 6))
    pygame.event.post(pygame.event.Event(pygame.QUIT))


@contextmanager
def load(processes: int) -> Iterator[None]:
    """Keeps that many processes busy meanwhile, of the same priority as this one."""
    started = [subprocess.Popen([sys.executable, "-c", _BUSY]) for _ in range(processes)]
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


def measure(model: str, size: tuple[int, int], seconds: float) -> FrameClock:
    """Runs the pad under that load; returns the count of its frames."""
    reader = modes.open_model(model)
    with Window(size) as window, Worker(reader.read, wake) as worker:
        app = App(window, worker, reader.modes, reader.first)
        # Frames before the first event open the window, which is not what is measured.
        app.frame([])
        feeder = threading.Thread(target=feed, args=(app.pad.layout.page, seconds), daemon=True)
        feeder.start()
        app.loop()
        feeder.join()
        return replace(app.clock)


def parser(description: str) -> argparse.ArgumentParser:
    """A command line with what every measurement in the window asks for."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--model", default="digits", help="its name or directory")
    made.add_argument("--size", type=_size, default="800x480", help="of the window, WxH")
    made.add_argument("--load", type=int, default=0, metavar="N", help="busy processes beside it")
    return made


def main() -> None:
    """The command line."""
    asked = parser("Measure the pad's drawing loop under load.")
    asked.add_argument("--seconds", type=float, default=60.0, help="of scribbling")
    options = asked.parse_args()
    with load(options.load):
        clock = measure(options.model, options.size, options.seconds)
    print(
        f"{clock.frames} frames, {clock.late} late ({clock.late_share:.2%}), "
        f"mean {clock.work_s / max(1, clock.frames) * 1000:.2f} ms, "
        f"slowest {clock.slowest_s * 1000:.1f} ms"
    )


def _size(text: str) -> tuple[int, int]:
    width, height = text.split("x")
    return int(width), int(height)


if __name__ == "__main__":
    main()
