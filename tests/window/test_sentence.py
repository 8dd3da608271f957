"""A sentence, written as people would: with corrections, by mouse and by finger, and copied."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pygame
import pytest

from edge_app import modes, samples
from edge_app.pad import app
from edge_app.pad.layout import Rect
from edge_app.pad.preferences import Preferences
from edge_app.pad.screen import Window
from edge_app.settings import Settings
from edge_app.text import Text
from edge_app.worker import Worker
from tests.paddriver import Counting, Driver, middle
from tests.window.padwindow import TIMEOUT_S, PadWindow
from tests.window.test_window import placed
from train.synth.writers import Writer

SENTENCE = "안녕하세요 2026"
DIGITS = {one.label: one.strokes for one in samples.load("digits")}

Strokes = list[npt.NDArray[np.float64]]
Start = Callable[..., PadWindow]


def hand(number: int) -> Callable[[str], Strokes]:
    """How somebody who does not exist writes each character; digits are the sample ink."""
    writer, rng = Writer(7, number), np.random.default_rng(number)

    def strokes(character: str) -> Strokes:
        if character in DIGITS:
            return DIGITS[character]
        return [np.asarray(stroke, np.float64) for stroke in writer.write(character, rng)]

    return strokes


def test_a_sentence_with_corrections_is_copied(start: Start) -> None:
    if shutil.which("xclip") is None:
        pytest.skip("xclip is not installed: apt-get install xclip")
    window = start(model=None)
    reader = modes.open_bundled()
    found = window.layout(reader.modes)
    strokes = hand(0)

    def write(character: str) -> None:
        window.draw(*placed(strokes(character), found.page))
        window.tap(found.candidates[window.answer().index(character)])

    window.tap(found.modes["hangul"])
    for character in "안녕하":
        write(character)
    write("요")  # too early
    window.key("BackSpace")
    for character in "세요":
        write(character)
    window.key("space")
    window.tap(found.modes["digits"])
    for character in "202":
        write(character)
    window.draw(*placed(strokes("8"), found.page))
    assert window.answer()[0] == "8"
    window.key("c")  # not what was meant
    write("6")
    window.key("ctrl+c")

    def copied() -> bool:
        done = subprocess.run(
            ["xclip", "-selection", "clipboard", "-o"],
            env={**os.environ, "DISPLAY": window.display},
            capture_output=True,
            timeout=TIMEOUT_S,
        )
        return done.stdout.decode() == SENTENCE

    window.until(copied)


def test_a_sentence_by_finger_on_a_portrait_screen(dummy: None) -> None:
    reader = modes.open_bundled()
    settings = Settings(delay_s=0.0, advance_s=0.0)
    copied: list[str] = []

    def copy(text: str) -> Text:
        copied.append(text)
        return Text("복사했습니다", "Copied")

    with Window((720, 1280)) as opened, Worker(reader.read, app.wake) as worker:
        pad = Driver(
            app.App(
                opened,
                worker,
                reader.modes,
                "hangul",
                preferences=Preferences(settings, offered=reader.modes),
                actions={"copy": copy},
            ),
            Counting(),
        )
        pad.frame()

        def touch(rect: Rect) -> None:
            pad.finger(middle(rect))

        def write(character: str) -> None:
            layout = pad.pad.layout
            for stroke in placed(strokes(character), layout.page):
                pad.finger(*[(x, y) for x, y in stroke])
            pad.until(lambda: not pad.pad.stale and pad.pad.predictions)
            labels = [one.label for one in pad.pad.predictions]
            touch(layout.candidates[labels.index(character)])

        strokes = hand(12)
        for character in "안녕하세":
            write(character)
        write("안")
        touch(pad.pad.layout.buttons()["delete"])
        write("요")
        touch(pad.pad.layout.buttons()["space"])
        touch(pad.pad.layout.modes["digits"])
        for character in "2026":
            write(character)
        pad.key(pygame.K_c, pygame.KMOD_CTRL)
        assert copied == [SENTENCE]
