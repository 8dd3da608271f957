"""The pad as a user meets it: a real window, a real mouse and keyboard, the shipped model."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from edge_app import Recognizer, hangul, samples, settings
from edge_app.bundle import MODELS
from edge_app.modes import MODES
from edge_app.pad.layout import Rect
from edge_app.settings import DEFAULTS
from tests.conftest import ROOT, package
from tests.tiny import syllables as drawn
from tests.window.padwindow import SCREEN, PadWindow

SAMPLES = {sample.label: sample.strokes for sample in samples.load()}
Start = Callable[..., PadWindow]


def on_page(label: str, page: Rect) -> list[npt.NDArray[np.float64]]:
    """A sample digit, two thirds of the page high, in its middle."""
    return placed(SAMPLES[label], page)


def placed(strokes: list[npt.NDArray[np.float64]], page: Rect) -> list[npt.NDArray[np.float64]]:
    """Strokes, two thirds of the page high or wide, in its middle."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = min(page.width, page.height) / 1.5 / (high - low).max()
    middle = np.array((page.x + page.width / 2, page.y + page.height / 2))
    return [(stroke - (low + high) / 2) * scale + middle for stroke in strokes]


def has_ink(window: PadWindow) -> bool:
    """Whether the page shows ink, which is darker than the hint."""
    return bool((window.part(window.layout().page) < 60).any())


def first_label(window: PadWindow) -> npt.NDArray[np.uint8]:
    """The picture of the best answer's label, without its score."""
    card = window.layout().candidates[0]
    border = card.height // 12
    if card.width > 1.6 * card.height:
        return window.part(Rect(card.x, card.y, card.height, card.height).inset(border))
    return window.part(Rect(card.x, card.y, card.width, round(0.7 * card.height)).inset(border))


def wait_for_label(window: PadWindow, reader: Recognizer, label: str | None) -> None:
    """Waits until the best answer on the screen reads so, or until there is none."""

    def shown() -> str | None:
        read = reader.recognize(first_label(window), 1)
        return read[0].label if read else None

    window.until(lambda: shown() == label)


@pytest.mark.parametrize(
    ("size", "digits"), [((800, 480), "03584"), ((480, 320), "295"), ((720, 1280), "738")]
)
def test_digits_drawn_with_the_mouse_are_shown(
    start: Start, size: tuple[int, int], digits: str
) -> None:
    window, reader = start(size), Recognizer("digits")
    found = window.layout()
    for digit in digits:
        window.draw(*on_page(digit, found.page))
        labels = window.answer()
        assert labels[0] == digit
        assert len(labels) == 3
        assert has_ink(window)
        wait_for_label(window, reader, digit)
        window.tap(found.delete)
        wait_for_label(window, reader, None)
        assert not has_ink(window)


def test_the_space_bar_reads_on_demand(start: Start) -> None:
    window = start(
        command="from edge_app import modes, pad;"
        "reader = modes.open_model('digits');"
        "from edge_app.settings import Settings;"
        "settings = Settings(live=False);"
        "pad.run(reader, size=(800, 480), settings=settings, print_answers=True)"
    )
    window.draw(*on_page("5", window.layout().page))
    assert window.is_silent(0.5)
    window.key("space")
    assert window.answer()[0] == "5"


def test_a_chosen_answer_goes_to_the_line_and_comes_back_off(start: Start) -> None:
    window = start()
    found = window.layout()
    empty = window.part(found.line)
    window.draw(*on_page("4", found.page))
    assert window.answer()[0] == "4"
    window.tap(found.candidates[0])
    window.until(lambda: not has_ink(window))
    first = found.writing._replace(width=round(0.62 * found.em)).inset(2)
    read = Recognizer("digits").recognize(window.part(first), 1)
    assert [p.label for p in read] == ["4"]
    window.key("BackSpace")
    window.until(lambda: np.array_equal(window.part(found.line), empty))


def test_a_line_is_composed_mended_and_handed_over(start: Start) -> None:
    window = start(
        command="from edge_app import modes, pad; from edge_app.text import Text;"
        "reader = modes.open_model('digits');"
        "save = lambda text: print(text, flush=True) or Text('저장했습니다', 'Saved');"
        "from edge_app.settings import Settings;"
        "pad.run(reader, size=(800, 480), settings=Settings(advance_s=1.2),"
        " actions={'save': save}, print_answers=True)"
    )
    found = window.layout()

    def write(digit: str) -> None:
        window.draw(*on_page(digit, found.page))
        assert window.answer()[0] == digit

    for digit in "20":
        write(digit)
        window.tap(found.candidates[0])
    write("8")
    window.key("space")
    window.tap(found.more)
    window.tap(found.functions["mark ?"])
    write("5")
    time.sleep(2.0)  # long enough for the next stroke to take it
    write("3")
    window.tap(found.candidates[0])
    window.key("ctrl+s")
    assert window.said().strip() == "208 ?53"

    # The second character is opened and written anew; the last one is taken back.
    centre = found.writing.x + round(1.5 * 0.62 * found.em)
    window.draw([(centre, found.line.y + found.line.height // 2)])
    write("4")
    window.tap(found.candidates[0])
    window.key("BackSpace")
    window.key("ctrl+s")
    assert window.said().strip() == "248 ?5"


def test_undo_takes_the_last_stroke_back(start: Start) -> None:
    # Otherwise on a slow machine the second stroke would take what the first one said.
    settings.save(DEFAULTS, replace(DEFAULTS, advance_s=0.0))
    window = start()
    page = window.layout().page
    window.draw(*on_page("3", page))
    assert window.answer()[0] == "3"
    before = window.part(page)
    window.draw([(page.x + 5, page.y + 5), (page.right - 5, page.bottom - 5)])
    window.answer()
    assert not np.array_equal(window.part(page), before)
    window.key("ctrl+z")
    assert window.answer()[0] == "3"
    # Drawn in one go, soft edges may differ by some levels; the stroke itself would by 200.
    window.until(lambda: float(cv2.absdiff(window.part(page), before).max()) < 128)


@pytest.mark.parametrize("size", [(800, 480), (480, 320), (720, 1280)])
def test_modes_are_switched_by_tap_and_by_key(
    start: Start, tmp_path: Path, size: tuple[int, int]
) -> None:
    package(tmp_path, hangul=drawn.MODEL, digits=MODELS / "digits", jamo=ROOT / "tests/tiny/jamo")
    window = start(size, model=None, folder=tmp_path)
    found = window.layout(MODES)

    def dark(rect: Rect) -> bool:
        return float(window.part(rect).mean()) < 160

    window.tap(found.modes["hangul"])
    window.draw(*placed(drawn.write("간"), found.page))
    assert window.answer()[0] == "간"
    window.tap(found.modes["digits"])
    assert set(window.answer()) <= set(hangul.DIGITS)
    window.key("j")
    assert set(window.answer()) <= set(hangul.JAMO)
    window.key("Tab")
    assert window.answer()[0] == "간"
    window.tap(found.delete)

    window.tap(found.modes["digits"])
    window.draw(*on_page("2", found.page))
    assert window.answer()[0] == "2"
    window.until(lambda: [mode for mode, rect in found.modes.items() if dark(rect)] == ["digits"])


def test_no_memory_goes_to_opengl(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SDL_FRAMEBUFFER_ACCELERATION", raising=False)
    window = start()
    # One of Mesa's or Nvidia's, loaded with the first context.
    assert "libGLX_" not in Path(f"/proc/{window.process.pid}/maps").read_text()


@pytest.mark.parametrize("accelerated", [False, True])
def test_full_screen_and_resizing_keep_the_ink(
    start: Start, monkeypatch: pytest.MonkeyPatch, accelerated: bool
) -> None:
    if accelerated:  # as a user may ask for, and as Wayland always is
        monkeypatch.setenv("SDL_FRAMEBUFFER_ACCELERATION", "1")
    window = start()
    window.draw(*on_page("8", window.layout().page))
    assert window.answer()[0] == "8"
    window.key("F11")
    window.wait_for_size(*SCREEN)
    window.until(lambda: has_ink(window))
    window.key("r")
    assert window.answer()[0] == "8"
    window.key("F11")
    window.wait_for_size(800, 480)
    window.resize(400, 700)
    window.until(lambda: has_ink(window))
    window.key("r")
    assert window.answer()[0] == "8"


def test_full_screen_from_the_start_gives_way_to_a_window(start: Start) -> None:
    window = start(SCREEN, "--fullscreen")
    for size in [(960, 640), SCREEN, (960, 640)]:
        window.key("F11")
        window.wait_for_size(*size)


def test_full_screen_is_left_by_its_button(start: Start) -> None:
    window = start(SCREEN, "--fullscreen")
    found = window.layout(fullscreen=True)
    window.tap(found.more)
    window.tap(found.functions["leave"])
    assert window.process.wait(10) == 0


@pytest.mark.parametrize("way", ["SIGTERM", "SIGINT", "Escape"])
def test_it_leaves_promptly_and_cleanly(start: Start, way: str) -> None:
    window = start((480, 320))
    begin = time.monotonic()
    if way == "Escape":
        window.key(way)
    else:
        window.process.send_signal(getattr(signal, way))
    window.process.wait(10)
    assert time.monotonic() - begin < 3
    status, said = window.close()
    assert status == 0
    assert "Traceback" not in said
