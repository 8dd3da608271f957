"""Kills the whole pad at random moments while somebody writes, and looks at what is left.

    python -m tests.kill.window --times 20

The real window on an X server, with memory switched on in settings.toml; xdotool writes sample
ink and takes each answer with a key. X hands events on in order: once the pad has answered to the
following character, the one before was accepted. After each kill all of those must be kept, the
settings must be whole, and the next start, which is the next round's, must be normal.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from edge_app import paths, samples, settings
from edge_app.memory import store
from edge_app.modes import MODES
from tests.conftest import ROOT
from tests.window.padwindow import PadWindow
from tests.window.server import server
from tests.window.test_window import placed

_SIZE = (480, 320)
_MOST_S = 6.0
"""Of writing, before the kill."""


def kill(times: int, seed: int, home: Path, display: str) -> tuple[int, int]:
    """How many characters were accepted for certain, and how many are kept.

    Raises AssertionError for anything lost, damaged, or not normal at a start.
    """
    chosen = paths.config() / "settings.toml"
    chosen.parent.mkdir(parents=True)
    chosen.write_text('learn = "on"\nmode = "digits"\n', encoding="utf-8")
    rng = random.Random(seed)
    accepted = kept = 0
    for _ in range(times):
        with _opened(display, home) as window:
            timer = threading.Timer(rng.uniform(0, _MOST_S), window.process.kill)
            timer.start()
            certain = _write(window)
            timer.join()
            status, errors = window.close()
            assert status == -signal.SIGKILL, f"the pad ended by itself: {status}, {errors}"
            assert "Traceback" not in errors, errors
        found, before = _kept(paths.data()), kept
        assert found >= before + certain, f"{certain} accepted, {found - before} kept of them"
        accepted, kept = accepted + certain, found
        _, complaints = settings.load()
        assert not complaints, complaints
    with _opened(display, home) as window:
        status, errors = window.close()
        assert (status, "Traceback" in errors) == (0, False), errors
    return accepted, kept


@contextmanager
def _opened(display: str, home: Path) -> Iterator[PadWindow]:
    """The pad's own command, its window painted."""
    command = ["-m", "edge_app", "--print", "--size", f"{_SIZE[0]}x{_SIZE[1]}"]
    window = PadWindow(display, command, home / "errors", ROOT)
    try:
        window.wait_for_size(*_SIZE)
        yield window
    finally:
        window.close()


def _write(window: PadWindow) -> int:
    """Writes until the pad is gone; how many characters it had certainly accepted."""
    written = samples.load()
    page = window.layout(MODES).page
    for number in count():
        window.draw(*placed(written[number % len(written)].strokes, page))
        while window.is_silent(0.02):
            if window.process.poll() is not None:
                return max(0, number - 1)
        window.answer()
        window.key("1")
    raise AssertionError("the count never ends")


def _kept(folder: Path) -> int:
    """How many samples are kept; none of them is damaged."""
    if not folder.exists():
        return 0
    contents = store.read(folder)
    assert not contents.damaged, f"{contents.damaged} records are damaged"
    return len(contents.samples)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.kill.window")
    parser.add_argument("--times", type=int, default=20, metavar="N", help="kills (20)")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, server() as display:
        os.environ["HOME"] = home
        for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            os.environ.pop(variable, None)
        accepted, kept = kill(options.times, options.seed, Path(home), display)
    print(f"{options.times} kills: {accepted} characters accepted for certain, {kept} kept")
    return 0


if __name__ == "__main__":
    sys.exit(main())
