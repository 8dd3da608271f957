"""A real X display of its own for the test run, and pads that run on it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.conftest import ROOT
from tests.window.padwindow import PadWindow
from tests.window.server import server

OUTPUT = Path(__file__).parents[1] / "output"
"""Where pictures of the window go when a test fails."""


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    """The name of an X display that nobody else uses."""
    for tool in ("Xvfb", "xdotool"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed: apt-get install xvfb xdotool")
    with server() as name:
        yield name


@pytest.fixture
def start(
    display: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[..., PadWindow]]:
    """Starts the pad; of windows still open when a test fails, a picture is kept."""
    opened: list[PadWindow] = []
    failed_before = request.session.testsfailed

    def run(
        size: tuple[int, int] = (800, 480),
        *arguments: str,
        command: str | None = None,
        model: str | None = "digits",
        folder: Path = ROOT,
    ) -> PadWindow:
        alone = [] if model is None else ["--model", model]
        program = ["-m", "edge_app", "--print", *alone, *arguments]
        if command is not None:
            program = ["-c", command]
        elif "--fullscreen" not in arguments:
            program += ["--size", f"{size[0]}x{size[1]}"]
        opened.append(PadWindow(display, program, tmp_path / f"{len(opened)}.log", folder))
        opened[-1].wait_for_size(*size)
        return opened[-1]

    yield run
    try:
        for number, window in enumerate(opened):
            if request.session.testsfailed > failed_before and window.process.poll() is None:
                OUTPUT.mkdir(exist_ok=True)
                picture = OUTPUT / f"{request.node.name}-{number}.png"
                Image.fromarray(window.picture()).save(picture)
    finally:
        for window in opened:
            window.close()
