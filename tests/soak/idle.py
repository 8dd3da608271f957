"""What an open window costs while nobody writes: a real process on a real X server."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from tests.conftest import ROOT
from tests.window.padwindow import PadWindow
from tests.window.server import server

_SIZE = (800, 480)
_WARM_S = 5.0


def measure(seconds: float) -> tuple[float, int]:
    """The share of one core that the idle pad takes, and its resident memory, bytes."""
    with tempfile.TemporaryDirectory() as home, server() as display:
        os.environ["HOME"] = home
        command = ["-m", "edge_app", "--size", f"{_SIZE[0]}x{_SIZE[1]}"]
        window = PadWindow(display, command, Path(home, "errors"), ROOT)
        try:
            window.wait_for_size(*_SIZE)
            time.sleep(_WARM_S)
            before, begin = _cpu_s(window.process.pid), time.monotonic()
            time.sleep(seconds)
            share = (_cpu_s(window.process.pid) - before) / (time.monotonic() - begin)
            return share, _resident(window.process.pid)
        finally:
            status, errors = window.close()
            print(errors, end="", file=sys.stderr)
            assert status == 0, f"the pad ended with the status {status}"


def _cpu_s(process: int) -> float:
    """CPU time of all threads of a process: fields 14 and 15 of proc(5)'s stat."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident(process: int) -> int:
    pages = Path(f"/proc/{process}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
