"""Copying and typing as other programs meet them: real selections, a real window manager."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edge_app.output import clipboard, typing
from tests.conftest import ROOT
from tests.window.padwindow import TIMEOUT_S

SENTENCE = "안녕하세요 2026\n둘째 줄, '따옴표' $HOME `-- -e`?"
LONG = "한글 손글씨 패드 0123\n" * 4000
"""More than 100 KB of UTF-8."""

RARE = "".join(map(chr, range(0xAC00, 0xD7A4, 161))) + " 힣ㄱㅏㅣ?!"
"""Syllables all over the block, as many as a sentence has."""

COMMAND = """
import sys
from pathlib import Path
import pygame
from edge_app.output import Session, actions_for
from edge_app.pad.screen import Window
action, path, file, fullscreen = sys.argv[1:]
with Window((400, 300), fullscreen=bool(fullscreen)) as window:
    for _ in range(20):
        pygame.event.wait(50)
    session = Session("x11", path or "") if path != "own" else Session.detect()
    size = window.surface.get_size()
    text = Path(file).read_bytes().decode()
    print(*actions_for(session)[action](text), sep="|", flush=True)
    while action == "copy" and pygame.event.wait(50).type != pygame.QUIT:
        pass
    for _ in range(20):
        pygame.event.wait(50)
    assert pygame.display.get_surface().get_size() == size
    assert pygame.key.get_focused() or action == "copy"
"""
"""A window that does one thing with a text; where it copied, it stays until it is closed."""


class Desktop:
    """A display, and what runs on it."""

    def __init__(self, display: str, folder: Path) -> None:
        hidden = {"WAYLAND_DISPLAY"}
        self._environment = {
            **{name: value for name, value in os.environ.items() if name not in hidden},
            "DISPLAY": display,
            "SDL_VIDEODRIVER": "x11",
            "PYTHONPATH": str(ROOT),
        }
        self._folder = folder
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            command, env=self._environment, cwd=self._folder, stdout=subprocess.PIPE
        )
        self._running.append(process)
        return process

    def window(
        self, action: str, text: str, *, path: str = "own", fullscreen: bool = False
    ) -> subprocess.Popen[bytes]:
        """A window with an action on a text."""
        file = self._folder / "text"
        file.write_bytes(text.encode())
        arguments = (action, path, str(file), "yes" if fullscreen else "")
        return self.start(sys.executable, "-c", COMMAND, *arguments)

    def output(self, *command: str) -> str:
        """What a tool prints, decoded; empty where it fails."""
        done = subprocess.run(
            command,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=False,
            timeout=TIMEOUT_S,
        )
        return done.stdout.decode()

    def until(self, reached: Callable[[], bool]) -> None:
        end = time.monotonic() + TIMEOUT_S
        while not reached():
            assert time.monotonic() < end, "it never came to that"
            time.sleep(0.05)

    def close(self) -> None:
        for process in self._running:
            process.kill()
            process.wait(TIMEOUT_S)
            if process.stdout is not None:
                process.stdout.close()


@pytest.fixture
def desktop(display: str, tmp_path: Path) -> Iterator[Desktop]:
    for tool in ("xclip", "openbox", "xterm"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed: apt-get install xclip openbox xterm")
    opened = Desktop(display, tmp_path)
    ready = tmp_path / "ready"
    opened.start("openbox", "--startup", f"touch '{ready}'")
    opened.until(ready.exists)
    yield opened
    opened.close()


def said(process: subprocess.Popen[bytes]) -> tuple[str, ...]:
    """The message of the action."""
    assert process.stdout is not None
    return tuple(process.stdout.readline().decode().strip().split("|"))


def copied(desktop: Desktop) -> str:
    return desktop.output("xclip", "-out", "-selection", "clipboard")


@pytest.mark.parametrize("text", [SENTENCE, LONG], ids=["sentence", "long"])
def test_what_a_tool_copies_outlives_the_pad(desktop: Desktop, text: str) -> None:
    window = desktop.window("copy", text)
    assert said(window) == clipboard.KEPT
    assert copied(desktop) == text
    window.terminate()
    window.wait(TIMEOUT_S)
    assert copied(desktop) == text


@pytest.mark.parametrize("text", [SENTENCE, LONG], ids=["sentence", "long"])
def test_without_a_tool_the_pad_hands_the_text_out_itself(desktop: Desktop, text: str) -> None:
    window = desktop.window("copy", text, path="")
    assert said(window) == clipboard.UNTIL_CLOSED
    assert copied(desktop) == text
    window.terminate()
    window.wait(TIMEOUT_S)
    assert copied(desktop) == ""


@pytest.mark.parametrize("fullscreen", [False, True], ids=["window", "fullscreen"])
def test_text_is_typed_into_the_window_that_had_the_focus(
    desktop: Desktop, tmp_path: Path, fullscreen: bool
) -> None:
    got = tmp_path / "got"
    terminal = desktop.start("xterm", "-u8", "-e", f"cat > '{got}'")
    desktop.until(got.exists)
    text = f"안녕하세요 2026 {RARE}\n"
    window = desktop.window("type", text, fullscreen=fullscreen)
    assert said(window) == typing.TYPED
    assert window.wait(TIMEOUT_S) == 0
    desktop.until(lambda: got.read_text(encoding="utf-8") == text)
    assert terminal.poll() is None


def test_without_another_window_nothing_is_typed(desktop: Desktop) -> None:
    window = desktop.window("type", SENTENCE)
    assert said(window) == (
        "글을 넣을 다른 창이 없습니다.",
        "There is no other window to type into.",
    )
    assert window.wait(TIMEOUT_S) == 0
