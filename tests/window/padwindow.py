"""A running pad, seen and handled through the X server alone."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt
from PIL import ImageGrab

from edge_app.pad import layout

TIMEOUT_S = 30.0
SCREEN = (1280, 1300)
"""Large enough for the portrait window."""


class PadWindow:
    """The pad in a process of its own, on an X display."""

    def __init__(self, display: str, command: list[str], errors: Path) -> None:
        self._display = display
        self._errors = errors
        environment = {**os.environ, "DISPLAY": display, "SDL_VIDEODRIVER": "x11"}
        with errors.open("w") as stream:
            self.process = subprocess.Popen(
                [sys.executable, *command],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=stream,
                encoding="utf-8",
            )
        assert self.process.stdout is not None
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, args=(self.process.stdout,))
        self._reader.start()
        self._window = ""

    def wait_until_painted(self) -> None:
        """Waits for the window, and gives it the keyboard, as a window manager would."""
        self.until(self._is_mapped)
        self.xdotool("windowfocus", "--sync", self._window)
        self.until(lambda: len(np.unique(self.picture())) > 10)

    def xdotool(self, *arguments: str) -> str:
        done = subprocess.run(
            ["xdotool", *arguments],
            env={**os.environ, "DISPLAY": self._display},
            capture_output=True,
            encoding="utf-8",
            timeout=TIMEOUT_S,
        )
        assert done.returncode == 0, f"xdotool {arguments[0]}: {done.stderr}"
        return done.stdout

    def until(self, reached: Callable[[], bool]) -> None:
        end = time.monotonic() + TIMEOUT_S
        while not reached():
            assert time.monotonic() < end, "the window never came to that"
            assert self.process.poll() is None, f"the pad ended: {self.close()[1]}"
            time.sleep(0.02)

    def geometry(self) -> tuple[int, int, int, int]:
        """Left, top, width and height on the screen."""
        lines = self.xdotool("getwindowgeometry", "--shell", self._window).splitlines()
        values = dict(line.split("=") for line in lines)
        x, y, width, height = (int(values[key]) for key in ("X", "Y", "WIDTH", "HEIGHT"))
        return x, y, width, height

    def layout(self, *, fullscreen: bool = False) -> layout.Layout:
        _, _, width, height = self.geometry()
        return layout.fit(width, height, fullscreen=fullscreen)

    def draw(self, *strokes: npt.ArrayLike) -> None:
        """Draws strokes, px of the window, with the mouse at a hand's pace."""
        left, top, _, _ = self.geometry()
        steps: list[str] = []
        for stroke in strokes:
            for i, (x, y) in enumerate(np.asarray(stroke)):
                steps += ["mousemove", str(left + round(x)), str(top + round(y)), "sleep", "0.005"]
                if i == 0:
                    steps += ["mousedown", "1"]
            steps += ["mouseup", "1", "sleep", "0.02"]
        self.xdotool(*steps)

    def tap(self, rect: layout.Rect) -> None:
        self.draw([(rect.x + rect.width // 2, rect.y + rect.height // 2)])

    def key(self, name: str) -> None:
        self.xdotool("key", name)

    def resize(self, width: int, height: int) -> None:
        self.xdotool("windowsize", "--sync", self._window, str(width), str(height))

    def answer(self) -> list[str]:
        """The labels of the next answer that the pad prints, best first."""
        line = self._lines.get(timeout=TIMEOUT_S)
        return [one["label"] for one in json.loads(line)["predictions"]]

    def is_silent(self, seconds: float) -> bool:
        """Whether no answer comes for that long."""
        time.sleep(seconds)
        return self._lines.empty()

    def picture(self) -> npt.NDArray[np.uint8]:
        """The window as the X server shows it, (height, width) grey."""
        left, top, width, height = self.geometry()
        box = (left, top, left + width, top + height)
        return np.asarray(ImageGrab.grab(box, xdisplay=self._display).convert("L"))

    def part(self, rect: layout.Rect) -> npt.NDArray[np.uint8]:
        """A part of the picture."""
        return self.picture()[rect.y : rect.bottom, rect.x : rect.right]

    def close(self) -> tuple[int, str]:
        """Ends the pad if it still runs; its exit status and what it said on standard error."""
        self.process.terminate()
        status = self.process.wait(TIMEOUT_S)
        self._reader.join(TIMEOUT_S)
        return status, self._errors.read_text(encoding="utf-8")

    def _read(self, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                self._lines.put(line)

    def _is_mapped(self) -> bool:
        done = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--class", "hangul-pad"],
            env={**os.environ, "DISPLAY": self._display},
            capture_output=True,
            encoding="utf-8",
            timeout=TIMEOUT_S,
        )
        self._window = done.stdout.strip()
        return self._window.isdecimal()
