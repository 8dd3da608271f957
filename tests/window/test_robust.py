"""Surroundings that a pad meets sooner or later: it writes and reads all the same, and says so."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edge_app.bundle import MODELS
from edge_app.memory import store
from tests.conftest import ROOT, package
from tests.window.padwindow import PadWindow
from tests.window.test_window import on_page

Start = Callable[..., PadWindow]

_NOBODYS = 54321
"""A number that no user has."""


def write(window: PadWindow) -> None:
    """Two digits are written, read and taken."""
    for label in "83":
        window.draw(*on_page(label, window.layout().page))
        assert window.answer()[0] == label
        window.key("1")


def said(window: PadWindow) -> str:
    """What the pad has said when it has ended as it should."""
    status, errors = window.close()
    assert (status, "Traceback" in errors) == (0, False), errors
    return errors


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home on a file system of its own, of 64 KiB."""
    home = tmp_path / "home"
    home.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", home], capture_output=True
    ).returncode:
        pytest.skip("only root may mount a file system")
    try:
        config = home / ".config/hangul-pad"
        config.mkdir(parents=True)
        (config / "settings.toml").write_text('learn = "on"\n')
        monkeypatch.setenv("HOME", str(home))
        yield home
    finally:
        subprocess.run(["umount", "--lazy", home], check=True)


def test_a_full_disk(small: Path, start: Start) -> None:
    with pytest.raises(OSError, match="No space"), (small / "filling").open("wb") as file:
        while True:
            file.write(bytes(4096))
            file.flush()
    window = start()
    write(window)
    assert "INFO mode digits" in said(window), "the log found no room, and standard error has it"


def test_a_read_only_home(small: Path, start: Start) -> None:
    subprocess.run(["mount", "-o", "remount,ro", small], check=True)
    window = start()
    write(window)
    assert "read-only" in said(window)


@pytest.mark.skipif(
    os.getuid() != 0 or shutil.which("setpriv") is None, reason="only root can be somebody else"
)
def test_a_user_who_has_no_home(start: Start) -> None:
    # Somebody who may read everything, as the interpreter's folder may be its owner's alone.
    become = ["setpriv", f"--reuid={_NOBODYS}", f"--regid={_NOBODYS}", "--clear-groups"]
    become += ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    pad = ["-m", "edge_app", "--print", "--model", "digits", "--size", "800x480"]
    window = start(
        command="import os, sys; os.environ.pop('HOME', None);"
        f"os.execvp('setpriv', [*{become!r}, sys.executable, *{pad!r}])"
    )
    write(window)
    assert "/nonexistent" in said(window)


def test_a_model_that_is_missing(start: Start, tmp_path: Path) -> None:
    package(tmp_path, digits=MODELS / "digits", jamo=ROOT / "tests/tiny/jamo")
    window = start((800, 480), "--mode", "digits", model=None, folder=tmp_path)
    window.draw(*on_page("8", window.layout(("digits", "jamo", "auto")).page))
    assert window.answer()[0] == "8"
    assert "No Hangul model" in said(window)


@pytest.mark.parametrize(
    "content",
    [b"mode = \n", b"\xff\xfe\x00", b"[" * 5000],
    ids=["no value", "not UTF-8", "deeply nested"],
)
def test_settings_that_are_broken(
    content: bytes, start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    file = tmp_path / ".config/hangul-pad/settings.toml"
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    window = start()
    window.key("Escape")  # what the window says of it
    write(window)
    assert str(file) in said(window)
    assert file.read_bytes() == content


_WRONG_CLOCK = """
import itertools, runpy, sys, time

year, given, written = 31_557_600, time.gmtime, time.strftime
looks = itertools.cycle((0, 400 * year, 56 * year, 3))
time.time = lambda: float(next(looks))
time.time_ns = lambda: 10**9 * next(looks)
time.strftime = lambda form, when=None: written(form, when or given(time.time()))
sys.argv = ["hangul-pad", "--print", "--model", "digits", "--size", "800x480"]
runpy.run_module("edge_app", run_name="__main__")
"""
"""The pad with a calendar that is another one at each look: 1970, as on a Pi without a battery
until the network tells, 2370, 2026, 1970. How much time has passed is another clock's business."""


def test_a_wrong_clock(start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    config = tmp_path / ".config/hangul-pad"
    config.mkdir(parents=True)
    (config / "settings.toml").write_text('learn = "on"\n')
    window = start(command=_WRONG_CLOCK)
    write(window)
    documents = tmp_path / "Documents"
    window.key("ctrl+s")
    window.until(lambda: documents.exists() and bool(list(documents.glob("*.txt"))))
    said(window)
    (saved,) = documents.iterdir()
    assert saved.name.split("-")[1] in ("1970", "2026", "2370")
    assert saved.read_text(encoding="utf-8") == "83\n"
    assert len(store.read(tmp_path / ".local/share/hangul-pad").samples) == 2
