from __future__ import annotations

import time
from dataclasses import astuple
from typing import Any

import pytest

from edge_app import samples
from edge_app.modes import Reader, Reading
from edge_app.pad import latency
from edge_app.pad.latency import Wait
from edge_app.pad.layout import Rect
from edge_app.settings import DEFAULTS

SIZE = (480, 320)


@pytest.fixture(autouse=True)
def two_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    found = samples.load("digits")[3:5]
    monkeypatch.setattr(samples, "fitting", lambda labels: [s for s in found if s.label in labels])


def test_a_sample_is_written_within_the_page() -> None:
    page = Rect(20, 30, 400, 200)
    (sample, _) = samples.fitting("34")
    written = latency.steps(sample, page)
    assert [len(stroke) - 1 for stroke in written] == [len(stroke) for stroke in sample.strokes]
    places = [place for stroke in written for _, place in stroke]
    assert all(page.contains(*place) for place in places)
    low, high = min(y for _, y in places), max(y for _, y in places)
    assert high - low == pytest.approx(120, abs=1)


def test_slow_recognition_shows_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    read = Reader.read

    def slowly(*arguments: Any) -> Reading:
        time.sleep(0.3)
        return read(*arguments)

    monkeypatch.setattr(Reader, "read", slowly)
    waits, invoke_s = latency.measure("digits", SIZE, rounds=2)
    assert len(waits) == 4
    for wait in waits:
        *parts, total = astuple(wait)
        assert total == pytest.approx(sum(parts))
        assert wait.pause == DEFAULTS.delay_s
        assert wait.recognition >= 0.3
        assert min(wait.painting, wait.waiting) > 0
    assert 0 < invoke_s < 0.3


def test_a_sample_without_an_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latency, "_PATIENCE_S", 0.05)  # less than the pause
    with pytest.raises(RuntimeError, match=r"no answer to the sample 3 within 0\.05 s"):
        latency.measure("digits", SIZE, rounds=1)


def test_a_model_that_reads_no_sample_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "fitting", lambda labels: [])
    with pytest.raises(ValueError, match="digits: reads none of the sample ink"):
        latency.measure("digits", SIZE, rounds=1)


def test_the_table_tells_median_tail_and_ratios() -> None:
    waits = [Wait(0.35, 0.001 * i, 0.002, 0.02, 0.372 + 0.001 * i) for i in range(1, 102)]
    table = latency.as_table(waits, invoke_s=0.017).splitlines()
    assert table[0].split() == ["101", "characters,", "ms", "median", "95", "%", "worst"]
    assert table[2].split() == ["recognition", "51.0", "96.0", "101.0"]
    assert table[5].split() == ["total", "423.0", "468.0", "473.0"]
    assert table[6] == "recognition: 3.0 times a bare invoke (17.00 ms)"
    assert table[7] == "all but the pause: 4.4 times a frame (16.67 ms)"
