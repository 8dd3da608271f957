"""Recognition beside the drawing loop: one thread that owns the models."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edge_app.modes import Reading

Ink = Sequence[npt.NDArray[np.float64]]
"""Strokes, each (n, 2); not to be changed once submitted."""


@dataclass(frozen=True)
class Answer:
    """What became of one job."""

    serial: int
    """The number that `Worker.submit` gave."""
    reading: Reading
    """What was read."""


class Worker:
    """Recognises ink in a thread of its own; the newest job replaces one that still waits.

    Interpreters are not thread-safe: once given here, nobody else may call `read`.
    """

    def __init__(
        self,
        read: Callable[[Ink, str], Reading],
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        """read: called in the thread with ink and the mode to read it in.

        on_change: called there when `poll` has news.
        """
        self._read = read
        self._on_change = on_change
        self._condition = threading.Condition()
        self._job: tuple[int, Ink, str] | None = None
        self._answer: Answer | None = None
        self._error: BaseException | None = None
        self._serial = 0
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="recognition", daemon=True)
        self._thread.start()

    def submit(self, ink: Ink, mode: str) -> int:
        """Asks for the ink to be read in a mode; returns the job's number, higher than any before.

        Never waits for a recognition. Raises what `read` raised, if it failed before.
        """
        with self._condition:
            self._raise_error()
            self._serial += 1
            self._job = (self._serial, ink, mode)
            self._condition.notify()
            return self._serial

    def poll(self) -> Answer | None:
        """The newest answer that was not fetched yet. Raises what `read` raised."""
        with self._condition:
            self._raise_error()
            answer, self._answer = self._answer, None
            return answer

    def close(self) -> None:
        """Drops a waiting job, waits for the running one and ends the thread."""
        with self._condition:
            self._closing = True
            self._condition.notify()
        self._thread.join()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _raise_error(self) -> None:
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        while (job := self._next_job()) is not None:
            serial, ink, mode = job
            try:
                answer = Answer(serial, self._read(ink, mode))
            except BaseException as error:  # the caller's thread must learn of any failure
                with self._condition:
                    self._error = error
                self._on_change()
                return
            with self._condition:
                self._answer = answer
            self._on_change()

    def _next_job(self) -> tuple[int, Ink, str] | None:
        with self._condition:
            self._condition.wait_for(lambda: self._closing or self._job is not None)
            job, self._job = self._job, None
            return None if self._closing else job
