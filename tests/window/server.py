"""An X server of its own, without a screen."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.window.padwindow import SCREEN, TIMEOUT_S


@contextmanager
def server() -> Iterator[str]:
    """Runs Xvfb; the name of a display that nobody else uses."""
    screen = f"{SCREEN[0]}x{SCREEN[1]}x24"
    reading, writing = os.pipe()
    # A server that resets when its last client goes may cut off the next one.
    options = ["-noreset", "-nolisten", "tcp", "-screen", "0", screen]
    xvfb = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), *options],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as numbers:
            number = numbers.readline().strip()
        assert number, "Xvfb did not start"
        yield f":{number}"
    finally:
        xvfb.terminate()
        xvfb.wait(TIMEOUT_S)
