from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np
import pytest

from edge_app.modes import Reading
from edge_app.recognizer import Prediction
from edge_app.worker import Answer, Ink, Worker

TIMEOUT_S = 10.0


class Slow:
    """Answers with the number of strokes, and not before it is let."""

    def __init__(self) -> None:
        self.started = threading.Event()
        self.go_on = threading.Event()
        self.seen: list[tuple[int, str]] = []
        self.threads: set[int] = set()

    def __call__(self, ink: Ink, mode: str) -> Reading:
        self.seen.append((len(ink), mode))
        self.threads.add(threading.get_ident())
        self.started.set()
        assert self.go_on.wait(TIMEOUT_S)
        return Reading((Prediction(str(len(ink)), 1.0),))


def ink(strokes: int) -> Ink:
    return [np.zeros((2, 2))] * strokes


def until(news: Callable[[], Answer | None]) -> Answer:
    end = time.monotonic() + TIMEOUT_S
    while time.monotonic() < end:
        if (found := news()) is not None:
            return found
        time.sleep(0.001)
    raise TimeoutError("no answer came")


def test_answers_carry_their_number() -> None:
    slow = Slow()
    slow.go_on.set()
    with Worker(slow) as worker:
        first = worker.submit(ink(1), "digits")
        assert until(worker.poll) == Answer(first, Reading((Prediction("1", 1.0),)))
        second = worker.submit(ink(2), "digits")
        assert until(worker.poll) == Answer(second, Reading((Prediction("2", 1.0),)))
        assert second > first
        assert worker.poll() is None
    assert slow.threads.isdisjoint({threading.get_ident()})


def test_the_newest_job_replaces_a_waiting_one() -> None:
    slow = Slow()
    with Worker(slow) as worker:
        worker.submit(ink(1), "digits")
        assert slow.started.wait(TIMEOUT_S)
        for strokes in (2, 3, 4):
            last = worker.submit(ink(strokes), "digits" if strokes < 4 else "hangul")
        slow.go_on.set()
        while until(worker.poll).serial != last:
            pass
    assert slow.seen == [(1, "digits"), (4, "hangul")]
    assert len(slow.threads) == 1


def test_submitting_does_not_wait_for_a_recognition() -> None:
    slow = Slow()
    with Worker(slow) as worker:
        worker.submit(ink(1), "digits")
        assert slow.started.wait(TIMEOUT_S)
        assert worker.poll() is None  # comes back although the thread is busy
        worker.submit(ink(2), "digits")
        slow.go_on.set()


def test_news_are_announced() -> None:
    announced = threading.Event()
    slow = Slow()
    slow.go_on.set()
    with Worker(slow, announced.set) as worker:
        worker.submit(ink(1), "digits")
        assert announced.wait(TIMEOUT_S)
        assert worker.poll() is not None


def test_a_failure_reaches_the_caller() -> None:
    announced = threading.Event()

    def fail(_: Ink, mode: str) -> Reading:
        raise RuntimeError("the interpreter broke")

    with Worker(fail, announced.set) as worker:
        worker.submit(ink(1), "digits")
        assert announced.wait(TIMEOUT_S)
        for call in (worker.poll, lambda: worker.submit(ink(2), "digits")):
            with pytest.raises(RuntimeError, match="interpreter broke"):
                call()


def test_closing_drops_what_waits_and_joins() -> None:
    slow = Slow()
    worker = Worker(slow)
    worker.submit(ink(1), "digits")
    assert slow.started.wait(TIMEOUT_S)
    worker.submit(ink(2), "digits")
    closer = threading.Thread(target=worker.close)
    closer.start()
    time.sleep(0.05)
    slow.go_on.set()
    closer.join(TIMEOUT_S)
    assert not closer.is_alive()
    assert slow.seen == [(1, "digits")]
    assert all(thread.name != "recognition" for thread in threading.enumerate())
