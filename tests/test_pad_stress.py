from __future__ import annotations

import os
import time
from pathlib import Path

import pygame
import pytest

from edge_app.pad import stress
from edge_app.pad.frames import FRAME_S, FrameClock
from edge_app.pad.layout import Rect


def test_a_scribble_is_one_stroke_on_the_page() -> None:
    page = Rect(20, 30, 400, 300)
    steps = list(stress.scribble(page, 500))
    kinds = [kind for kind, _ in steps]
    assert kinds[0] == pygame.MOUSEBUTTONDOWN
    assert kinds[-1] == pygame.MOUSEBUTTONUP
    assert set(kinds[1:-1]) == {pygame.MOUSEMOTION}
    assert all(page.contains(*place) for _, place in steps)
    assert len({place for _, place in steps}) > 400


def test_a_late_frame_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([0.0, FRAME_S * 0.5, 1.0, 1.0 + FRAME_S * 3])
    monkeypatch.setattr("edge_app.pad.frames.time.perf_counter", lambda: next(times))
    clock = FrameClock()
    assert clock.late_share == 0
    for _ in range(2):
        with clock.frame():
            pass
    assert (clock.frames, clock.late, clock.late_share) == (2, 1, 0.5)
    assert clock.slowest_s == pytest.approx(FRAME_S * 3)


def test_the_load_runs_through_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setattr(stress, "LONG_STROKE", 100)
    clock = stress.measure("digits", (480, 320), seconds=0.3)
    assert clock.frames > 20
    assert clock.slowest_s > 0
    assert 0 <= clock.late_share <= 1


def test_busy_processes_end_with_the_load() -> None:
    before = children()
    with stress.load(2):
        busy = children() - before
        assert len(busy) == 2
        begin = [cpu_ticks(process) for process in busy]
        time.sleep(0.5)
        assert all(cpu_ticks(one) > ticks for one, ticks in zip(busy, begin, strict=True))
    assert children() == before


def children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


def cpu_ticks(process: str) -> int:
    """Field 14 of proc(5)'s stat."""
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11])
