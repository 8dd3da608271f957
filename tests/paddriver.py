"""The pad's window on SDL's dummy driver, and the hands in front of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pygame

from edge_app.modes import Reading
from edge_app.pad import theme
from edge_app.pad.app import App
from edge_app.pad.layout import Rect
from edge_app.pad.line import text_of
from edge_app.recognizer import Prediction
from edge_app.worker import Ink

SIZE = (800, 480)
TIMEOUT_S = 10.0
LATER_S = 1000.0
"""A delay that does not pass within a test."""


class Counting:
    """Stands for the recogniser where only the way there and back matters."""

    def __init__(self, best: float = 0.9, reading: Reading | None = None) -> None:
        """best: score of the first of three digits. reading: what to answer in their place."""
        self.inks: list[Ink] = []
        self.modes: list[str] = []
        self.best, self.reading = best, reading

    def __call__(self, ink: Ink, mode: str) -> Reading:
        self.inks.append(ink)
        self.modes.append(mode)
        if self.reading is not None:
            return self.reading
        scores = (self.best, (1 - self.best) * 0.6, (1 - self.best) * 0.4)
        return Reading(
            tuple(Prediction(label, score) for label, score in zip("379", scores, strict=True))
        )


class Learned:
    """Stands for a memory of the writer's hand."""

    def __init__(self, count: int = 12) -> None:
        self.paused, self.used, self.count = False, True, count

    def erase(self) -> None:
        self.count = 0


class Driver:
    """An open pad, and the hands in front of it."""

    def __init__(self, opened: App, recognised: Counting) -> None:
        self.app, self.recognised = opened, recognised
        self.pad = opened.pad

    def frame(self) -> None:
        self.app.frame(pygame.event.get())

    def until(self, reached: Callable[[], object]) -> None:
        end = time.monotonic() + TIMEOUT_S
        while not reached():
            assert time.monotonic() < end, "it never came to that"
            self.frame()
            time.sleep(0.001)

    def post(self, kind: int, **details: Any) -> None:
        pygame.event.post(pygame.event.Event(kind, **details))

    def mouse(self, *points: tuple[float, float], button: int = 1, touch: bool = False) -> None:
        self.post(pygame.MOUSEBUTTONDOWN, pos=points[0], button=button, touch=touch)
        for point in points[1:]:
            buttons = tuple(int(button == i) for i in (1, 2, 3))
            self.post(pygame.MOUSEMOTION, pos=point, rel=(0, 0), buttons=buttons, touch=touch)
        self.post(pygame.MOUSEBUTTONUP, pos=points[-1], button=button, touch=touch)
        self.frame()

    def finger(
        self, *points: tuple[float, float], repeat: str = "flagged", finger: int = 0
    ) -> None:
        """A touch with the mouse events that come with it; a frame after each point."""
        width, height = pygame.display.get_window_size()
        kinds = [
            (pygame.FINGERDOWN, pygame.MOUSEBUTTONDOWN),
            *[(pygame.FINGERMOTION, pygame.MOUSEMOTION)] * (len(points) - 1),
            (pygame.FINGERUP, pygame.MOUSEBUTTONUP),
        ]
        for (kind, mouse), (x, y) in zip(kinds, [*points, points[-1]], strict=True):
            more: dict[str, Any] = {"button": 1}
            if mouse == pygame.MOUSEMOTION:
                more = {"buttons": (1, 0, 0), "rel": (0, 0)}
            if repeat == "flagged":
                self.post(mouse, pos=(round(x), round(y)), touch=True, **more)
            elif repeat == "bare" and mouse != pygame.MOUSEMOTION:
                self.post(mouse, pos=(round(x), round(y)), touch=False, **more)
            place = {"x": x / width, "y": y / height, "dx": 0.0, "dy": 0.0, "pressure": 1.0}
            self.post(kind, touch_id=3, finger_id=finger, **place)
            self.frame()

    def write(self) -> None:
        """A stroke, and the answer to it."""
        self.mouse(*line())
        self.until(lambda: not self.pad.stale)

    def settle(self) -> None:
        """Writes, and pauses until the next stroke would take the answer."""
        self.write()
        self.until(lambda: self.pad.settled)

    def tap_text(self, index: int) -> None:
        """Taps the middle of a character of the line."""
        ribbon, writing = self.pad.ribbon(), self.pad.layout.writing
        x = (ribbon.edge(index) + ribbon.edge(index + 1)) / 2
        self.mouse((writing.x + round(x), middle(writing)[1]))

    @property
    def text(self) -> str:
        """The line; the caret is |, and the character that is open in brackets."""
        cells = [text_of(self.pad.line[i]) for i in range(len(self.pad.line))]
        opened = self.pad.composer.opened
        if opened is not None:
            cells[opened] = f"[{cells[opened]}]"
        cells.insert(self.pad.line.cursor, "|")
        return "".join(cells)

    def tap(self, name: str) -> None:
        rect = self.pad.buttons()[name]
        self.mouse(middle(rect))

    def key(self, key: int, mod: int = 0) -> None:
        self.post(pygame.KEYDOWN, key=key, mod=mod, unicode="", scancode=0)
        self.frame()

    def inked(self) -> int:
        """Pixels of the page that are not paper."""
        page = pygame.Rect(self.pad.layout.page)
        picture = pygame.surfarray.array3d(pygame.display.get_surface().subsurface(page))
        return int((picture != np.array(theme.LIGHT.paper)).any(axis=2).sum())


def middle(rect: Rect) -> tuple[int, int]:
    return rect.x + rect.width // 2, rect.y + rect.height // 2


def line(start: tuple[int, int] = (100, 100), steps: int = 5) -> Sequence[tuple[float, float]]:
    return [(start[0] + 20 * i, start[1] + 15 * i) for i in range(steps)]
