"""How long the drawing loop's frames take."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

FRAME_S = 1 / 60
"""Time between two frames; one whose work takes longer is late."""


@dataclass
class FrameClock:
    """Counts frames, and those that were late."""

    frames: int = 0
    late: int = 0
    slowest_s: float = 0.0
    """Work of the slowest frame, s."""
    work_s: float = 0.0
    """Work of all frames, s."""

    @contextmanager
    def frame(self) -> Iterator[None]:
        """Measures the work done in its block as one frame."""
        start = time.perf_counter()
        yield
        work = time.perf_counter() - start
        self.frames += 1
        self.late += work > FRAME_S
        self.slowest_s = max(self.slowest_s, work)
        self.work_s += work

    @property
    def late_share(self) -> float:
        """Late frames over all frames; 0 before the first."""
        return self.late / self.frames if self.frames else 0.0
