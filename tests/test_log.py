"""The log: what helps, within bounds, and nothing of what was written."""

from __future__ import annotations

import re
import threading
from contextlib import suppress
from pathlib import Path

import pygame
import pytest

from edge_app import __version__, cli, log, opening
from edge_app.log import LOG
from tests.test_files import no_room

SECRET = "안녕하세요 2026"


@pytest.fixture
def path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "hangul-pad" / "log"


def test_a_session_tells_its_start_its_versions_and_its_end(path: Path) -> None:
    with log.session():
        LOG.info("mode %s", "auto")
    started, mode, ended = path.read_text("utf-8").splitlines()
    stamp = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} INFO "
    assert re.fullmatch(
        rf"{stamp}started: hangul-pad {re.escape(__version__)}, Python .*numpy \d.*pygame \d.*",
        started,
    )
    assert re.fullmatch(rf"{stamp}mode auto", mode)
    assert re.fullmatch(rf"{stamp}ended", ended)


def fail(text: str) -> None:
    """As code does whose error quotes what it was working on."""
    try:
        raise KeyError(text)
    except KeyError as error:
        raise FileNotFoundError(2, "No such file or directory", f"/home/pi/{text}.txt") from error


def test_an_error_is_told_by_kind_and_place_without_what_it_quotes(path: Path) -> None:
    with pytest.raises(ValueError, match=SECRET), log.session():
        try:
            fail(SECRET)
        except OSError:
            raise ValueError(SECRET) from None
    with pytest.raises(OSError), log.session():
        fail(SECRET)
    text = path.read_text("utf-8")
    assert SECRET not in text
    assert text.count("ERROR ended by an error") == 2
    first, second = text.split("ERROR ended by an error")[1:]
    assert "\nValueError\n" in first and "Error" not in first.replace("ValueError", "")
    assert "FileNotFoundError: [Errno 2] No such file or directory\n" in second
    assert "\nKeyError\n" in second
    assert f'{__file__}", line ' in second and ", in fail\n" in second


def test_it_is_bounded(path: Path) -> None:
    with log.session():
        for number in range(12_000):
            LOG.info("%d %s", number, "x" * 80)
    files = sorted(path.parent.iterdir())
    assert [one.name for one in files] == ["log", "log.1"]
    assert sum(one.stat().st_size for one in files) <= 2 * 256 * 1024
    assert " 11999 x" in path.read_text("utf-8")


def test_without_its_folder_standard_error_takes_the_lines(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path.parent.write_text("a file")
    with log.session():
        LOG.info("mode %s", "auto")
    trouble, started, mode, ended = capsys.readouterr().err.splitlines()
    assert f"WARNING {path}: " in trouble
    assert "what should be its folder is a file" in trouble
    assert "INFO started: " in started
    assert mode.endswith("INFO mode auto") and ended.endswith("INFO ended")
    assert path.parent.read_text() == "a file"


def test_a_disk_that_fills_up_does_not_stop_it(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with log.session():
        LOG.info("before")
        with no_room():
            LOG.warning("while it is full")
    assert "WARNING while it is full\n" in capsys.readouterr().err
    assert "INFO before\n" in path.read_text("utf-8")


def test_it_leaves_no_file_open_and_no_handler_behind(path: Path) -> None:
    before = len(list(Path("/dev/fd").iterdir()))
    for _ in range(3):
        with log.session():
            pass
    assert LOG.handlers == []
    assert len(list(Path("/dev/fd").iterdir())) == before


def test_the_pad_keeps_it(path: Path, dummy: None) -> None:
    """The command itself, whose window is closed as soon as it is there."""
    left = threading.Event()

    def close() -> None:
        while not left.wait(0.05):
            with suppress(pygame.error):  # no window yet
                pygame.event.post(pygame.event.Event(pygame.QUIT))

    hand = threading.Thread(target=close)
    hand.start()
    try:
        assert cli.main(["--mode", "digits"]) == opening.DONE
    finally:
        left.set()
        hand.join()
    text = path.read_text("utf-8")
    assert re.search(r"INFO model digits of \d{4}-\d\d-\d\d, (litert|tflite-runtime)\n", text)
    assert "INFO mode digits\n" in text
    assert text.endswith("INFO ended\n")
