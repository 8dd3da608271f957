"""A running pad, seen and handled through the X server alone."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt
from PIL import ImageGrab

from edge_app.pad.app import function_groups
from edge_app.pad.layout import Layout, Rect, fit

TIMEOUT_S = 30.0
SCREEN = (1280, 1300)
"""Large enough for the portrait window."""

_SEARCH = ("search", "--onlyvisible", "--class", "hangul-pad")
"""Before another command of xdotool: find the window for it."""


class PadWindow:
    """The pad in a process of its own, on an X display."""

    def __init__(self, display: str, command: list[str], errors: Path, folder: Path) -> None:
        """folder: where the package lies that runs."""
        self.display = display
        self._errors = errors
        environment = {
            **os.environ,
            "DISPLAY": display,
            "SDL_VIDEODRIVER": "x11",
            "PYTHONPATH": str(folder),
        }
        with errors.open("w") as stream:
            self.process = subprocess.Popen(
                [sys.executable, *command],
                cwd=folder,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=stream,
                encoding="utf-8",
            )
        assert self.process.stdout is not None
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, args=(self.process.stdout,))
        self._reader.start()

    def wait_for_size(self, width: int, height: int) -> None:
        """Waits until a window of that size is painted, and gives it the keyboard.

        Going to full screen or back makes a new X window, and there is no window manager here.
        """
        self.until(lambda: self.geometry()[2:] == (width, height))
        self.until(lambda: len(np.unique(self.picture())) > 10)
        self.xdotool(*_SEARCH, "windowfocus", "--sync")

    def xdotool(self, *arguments: str) -> None:
        done = self._xdotool(*arguments)
        assert done.returncode == 0, f"xdotool {arguments[0]}: {done.stderr}"

    def until(self, reached: Callable[[], bool]) -> None:
        end = time.monotonic() + TIMEOUT_S
        while not reached():
            assert time.monotonic() < end, "the window never came to that"
            assert self.process.poll() is None, f"the pad ended: {self.close()}"
            time.sleep(0.02)

    def geometry(self) -> tuple[int, int, int, int]:
        """Left, top, width and height on the screen; zeros while there is no window."""
        done = self._xdotool(*_SEARCH, "getwindowgeometry", "--shell")
        values = dict(line.split("=") for line in done.stdout.splitlines())
        x, y, width, height = (int(values.get(key, 0)) for key in ("X", "Y", "WIDTH", "HEIGHT"))
        return x, y, width, height

    def layout(self, modes: Sequence[str] = (), *, fullscreen: bool = False) -> Layout:
        """Where everything is in a window that offers those modes."""
        _, _, width, height = self.geometry()
        return fit(width, height, modes, functions=function_groups((), fullscreen=fullscreen))

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

    def tap(self, rect: Rect) -> None:
        self.draw([(rect.x + rect.width // 2, rect.y + rect.height // 2)])

    def key(self, name: str) -> None:
        self.xdotool("key", name)

    def resize(self, width: int, height: int) -> None:
        self.xdotool(*_SEARCH, "windowsize", "--sync", str(width), str(height))

    def answer(self) -> list[str]:
        """The labels of the next answer that the pad prints, best first."""
        line = self._lines.get(timeout=TIMEOUT_S)
        return [one["label"] for one in json.loads(line)["predictions"]]

    def said(self) -> str:
        """The next line that the pad prints, whatever it is."""
        return self._lines.get(timeout=TIMEOUT_S)

    def is_silent(self, seconds: float) -> bool:
        """Whether no answer comes for that long."""
        time.sleep(seconds)
        return self._lines.empty()

    def picture(self) -> npt.NDArray[np.uint8]:
        """The window as the X server shows it, (height, width) grey."""
        left, top, width, height = self.geometry()
        box = (left, top, left + width, top + height)
        return np.asarray(ImageGrab.grab(box, xdisplay=self.display).convert("L"))

    def part(self, rect: Rect) -> npt.NDArray[np.uint8]:
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

    def _xdotool(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["xdotool", *arguments],
            env={**os.environ, "DISPLAY": self.display},
            capture_output=True,
            encoding="utf-8",
            timeout=TIMEOUT_S,
        )
