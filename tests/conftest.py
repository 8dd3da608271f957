"""Fixtures that several test files share."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from edge_app import Recognizer, samples

if TYPE_CHECKING:
    from edge_app.modes import Reading
    from edge_app.pad.preferences import Memory
    from tests.paddriver import Driver

ROOT = Path(__file__).parents[1]

PATIENCE_S = 3600
"""A process that takes longer hangs. An honest one may take many times what it does alone."""

# The same examples every time, and no clock: a busy machine is no failure.
settings.register_profile("hangul-pad", deadline=None, derandomize=True, max_examples=200)
settings.load_profile("hangul-pad")


def package(folder: Path, **models: Path) -> Path:
    """A folder with a copy of the package in which those models are bundled, and no others."""
    skipped = shutil.ignore_patterns("models", "__pycache__")
    shutil.copytree(ROOT / "edge_app", folder / "edge_app", ignore=skipped)
    for name, model in models.items():
        shutil.copytree(model, folder / "edge_app" / "models" / name)
    return folder


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home without settings for every command that a test runs; nobody's own is touched."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(folder))
        for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            patch.delenv(variable, raising=False)
        yield folder


@pytest.fixture(scope="session")
def digits() -> Recognizer:
    """The shipped digit model under the preferred runtime."""
    return Recognizer("digits")


@pytest.fixture(scope="session")
def ink() -> list[samples.Sample]:
    """The ten digits of the bundled sample ink."""
    return samples.load()


@pytest.fixture
def dummy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows open where nobody sees them."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")


@pytest.fixture
def open_pad(dummy: None, tmp_path: Path) -> Iterator[Callable[..., Driver]]:
    """Opens pads, whose ink a `Counting` reads, and closes them after the test."""
    from edge_app.pad import app
    from edge_app.pad.preferences import Preferences
    from edge_app.pad.screen import Window
    from edge_app.settings import Settings
    from edge_app.worker import Worker
    from tests.paddriver import SIZE, Counting, Driver

    closers: list[Callable[[], None]] = []

    def open_one(
        *,
        delay_s: float = 0.0,
        live: bool = True,
        advance_s: float = 0.0,
        memory: Memory | None = None,
        size: tuple[int, int] | None = None,
        fullscreen: bool = False,
        settings: Mapping[str, Any] = MappingProxyType({}),
        offered: Sequence[str] = ("digits",),
        best: float = 0.9,
        reading: Reading | None = None,
        **options: Any,
    ) -> Driver:
        window = Window(size or SIZE, fullscreen=fullscreen)
        recognised = Counting(best, reading)
        worker = Worker(recognised, app.wake)
        closers.extend((window.close, worker.close))
        chosen = Settings(live=live, delay_s=delay_s, advance_s=advance_s, **settings)
        preferences = Preferences(
            chosen, path=tmp_path / "settings.toml", memory=memory, offered=offered
        )
        opened = app.App(
            window,
            worker,
            offered,
            offered[-1],
            preferences=preferences,
            **options,
        )
        driver = Driver(opened, recognised)
        driver.frame()
        return driver

    yield open_one
    while closers:
        closers.pop()()
