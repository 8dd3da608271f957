"""Where the text goes: files for real, tools for real; what needs a screen is in tests/window."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_app import output
from edge_app.output import saving, tools, typing
from edge_app.output.message import OutputError
from edge_app.output.session import Session
from tests.conftest import PATIENCE_S, ROOT

HANGUL = "안녕하세요 2026"
NOBODY = 65534
BARE = ""
"""A path without tools."""

texts = st.text(
    st.one_of(
        st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3),
        st.characters(min_codepoint=0x3131, max_codepoint=0x3163),
        st.sampled_from("0123456789 .,?!·\n'\"$`-\\"),
    ),
    min_size=1,
)
"""What the pad can write, and what a shell would trip over."""


@contextmanager
def ordinary_user() -> Iterator[None]:
    """No superuser, who may write anywhere."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


@contextmanager
def files_end_at(size: int) -> Iterator[None]:
    """The kernel refuses what would make a file longer than that, bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


# Saving


@given(texts)
@settings(max_examples=50)
def test_a_saved_text_is_a_file_of_its_own_with_a_final_newline(text: str) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name) / "문서"
        for _ in range(3):  # within one second, or across two
            korean, english = saving.save_new(text, folder)
        paths = list(folder.iterdir())
        assert len(paths) == 3
        for path in paths:
            assert path.name.startswith("손글씨-")
            assert path.read_bytes().decode() == (text if text[-1] == "\n" else text + "\n")
        assert any(str(path) in korean and str(path) in english for path in paths)


def test_a_clock_that_stands_still_overwrites_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "strftime", lambda _: "손글씨-1970-01-01-000000")
    for word in ("하나", "둘", "셋"):
        saving.save_new(word, tmp_path)
    stem = "손글씨-1970-01-01-000000"
    read = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    assert read == {f"{stem}.txt": "하나\n", f"{stem}-2.txt": "둘\n", f"{stem}-3.txt": "셋\n"}


@given(st.lists(texts, min_size=1, max_size=4), st.sampled_from(["", "앞줄", "앞줄\n"]))
@settings(max_examples=50)
def test_texts_are_added_to_a_named_file(written: list[str], before: str) -> None:
    with TemporaryDirectory() as name:
        path = Path(name) / "모음.txt"
        if before:
            path.write_text(before, encoding="utf-8")
        for text in written:
            saving.append(text, path)
        parts = ([before] if before else []) + written
        expected = "".join(part if part.endswith("\n") else part + "\n" for part in parts)
        assert path.read_bytes().decode() == expected


def test_a_full_disk_is_told_in_a_sentence_in_both_languages() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full: only Linux has one")
    save = output.actions_for(Session("console"), Path("/dev/full"))["save"]
    korean, english = save(HANGUL)
    assert korean.startswith("저장하지 못했습니다. /dev/full: 저장 공간이 가득 찼습니다.")
    assert english.startswith("Not saved. /dev/full: no space left; delete something")


def test_where_there_is_no_room_what_was_there_stays(tmp_path: Path) -> None:
    path = tmp_path / "모음.txt"
    saving.append("처음", path)
    before = path.read_bytes()
    with files_end_at(len(before) + 5), pytest.raises(OutputError):
        saving.append(HANGUL, path)
    assert path.read_bytes() == before
    folder = tmp_path / "새 글"
    with files_end_at(5), pytest.raises(OutputError):
        saving.save_new(HANGUL, folder)
    assert list(folder.iterdir()) == []


def test_a_home_that_is_read_only_is_told_in_a_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o500)
    with ordinary_user():
        acts: list[Callable[[], object]] = [
            lambda: saving.save_new(HANGUL, folder / "Documents"),
            lambda: saving.append(HANGUL, folder / "모음.txt"),
        ]
        for act in acts:
            with pytest.raises(OutputError) as caught:
                act()
            korean, english = caught.value.message
            assert "권한이 없습니다" in korean
            assert str(folder) in english
            assert "--save FILE" in english


@pytest.mark.parametrize(
    ("line", "below_home"),
    [
        ('XDG_DOCUMENTS_DIR="$HOME/문서"', "문서"),
        ('# XDG_DOCUMENTS_DIR="$HOME/옛 문서"\nXDG_MUSIC_DIR="$HOME/음악"', "Documents"),
        ('XDG_DOCUMENTS_DIR="$HOME"', ""),
        ('XDG_DOCUMENTS_DIR="$HOME/"', ""),
        ("", "Documents"),
    ],
)
def test_documents_lie_where_the_desktop_says(tmp_path: Path, line: str, below_home: str) -> None:
    (tmp_path / ".config").mkdir()
    (tmp_path / ".config/user-dirs.dirs").write_text(f"# notes\n{line}\n", encoding="utf-8")
    environment = {"HOME": str(tmp_path)}
    assert saving.documents(environment) == tmp_path / below_home
    assert saving.documents({**environment, "XDG_DOCUMENTS_DIR": "/mnt/글"}) == Path("/mnt/글")


def test_documents_may_lie_outside_home(tmp_path: Path) -> None:
    (tmp_path / "user-dirs.dirs").write_text('XDG_DOCUMENTS_DIR="/mnt/글"', encoding="utf-8")
    environment = {"HOME": "/home/nobody", "XDG_CONFIG_HOME": str(tmp_path)}
    assert saving.documents(environment) == Path("/mnt/글")


# Tools


@given(texts)
@settings(max_examples=20)
def test_a_tool_gets_the_text_as_it_is(text: str) -> None:
    with TemporaryDirectory() as name:
        path = Path(name) / "got"
        tools.run(["tee", str(path)], text)
        assert path.read_bytes().decode() == text


@pytest.mark.parametrize(
    ("program", "why"),
    [("import sys; sys.exit(3)", "status 3"), ("import time; time.sleep(60)", "timed out")],
)
def test_a_tool_that_fails_or_hangs_ends_in_an_error(program: str, why: str) -> None:
    begin = time.monotonic()
    with pytest.raises(tools.ToolError, match=why):
        tools.run([sys.executable, "-c", program], HANGUL, 10.0 if "exit" in program else 0.5)
    assert time.monotonic() - begin < 30
    assert not tools.works(["no-such-tool-anywhere"])


def test_a_tool_that_goes_on_in_the_background_is_not_waited_for() -> None:
    begin = time.monotonic()
    tools.run(["sh", "-c", "sleep 20 & cat > /dev/null"], HANGUL, 15.0)
    assert time.monotonic() - begin < 15


# Sessions


@pytest.mark.parametrize(
    ("environment", "kind"),
    [
        ({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, "wayland"),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": ""}, "x11"),
        ({"XDG_SESSION_TYPE": "tty"}, "console"),
    ],
)
def test_the_environment_names_the_session(environment: dict[str, str], kind: str) -> None:
    assert Session.detect(environment).kind == kind


def test_without_a_desktop_text_can_only_be_saved() -> None:
    assert set(output.actions_for(Session("console"))) == {"save"}


def test_without_tools_a_desktop_still_copies() -> None:
    for kind in ("x11", "wayland"):
        assert set(output.actions_for(Session(kind, BARE))) == {"copy", "save"}


def test_nothing_written_is_said_and_not_saved(tmp_path: Path) -> None:
    path = tmp_path / "모음.txt"
    korean, english = output.actions_for(Session("console"), path)["save"]("")
    assert (korean, english) == ("쓴 글이 없습니다.", "Nothing has been written yet.")
    assert not path.exists()


@pytest.mark.parametrize(
    ("session", "remedies"),
    [
        (Session("console", BARE), ["desktop"]),
        (Session("x11", BARE), ["apt install xclip", "apt install xdotool xclip"]),
        (Session("wayland", BARE), ["apt install wl-clipboard", "apt install wtype"]),
    ],
)
def test_doctor_names_what_to_install(session: Session, remedies: list[str]) -> None:
    found = list(output.lines(session))
    assert len(found) == len(remedies)
    for (_, _, remedy), expected in zip(found, remedies, strict=True):
        assert expected in remedy


def tool(folder: Path, name: str, script: str) -> None:
    """A program of that name that stands in for a compositor this machine has not got."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def test_a_compositor_that_takes_no_virtual_keyboard_leaves_ydotool(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool(tmp_path, "wtype", "exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    session = Session("wayland", str(tmp_path))
    assert typing.way(session) is None
    assert "no virtual keyboard" in list(output.lines(session))[1][1]
    tool(tmp_path, "ydotool", f'cat > "{tmp_path}/got"')
    how = typing.way(session)
    assert how is not None
    assert how.tool == "ydotool"
    how.type(session, "2026 ok")
    assert (tmp_path / "got").read_text(encoding="utf-8") == "2026 ok"
    with pytest.raises(OutputError, match="no Hangul"):
        typing.type_aside(session, how, HANGUL)


def test_events_after_stepping_aside_name_a_window_that_is_there() -> None:
    program = """
import gc, pygame
from pygame._sdl2.video import Window
from edge_app.output import typing

pygame.display.set_mode((64, 48))
with typing._aside():
    pass
gc.collect()
others = [Window.__new__(Window) for _ in range(99)]  # take the memory of one that was freed
named = [event.window for event in pygame.event.get() if hasattr(event, "window")]
assert any(one is typing._aside_window for one in named), named
assert not any(one is other for one in named for other in others)
"""
    environment = {**os.environ, "SDL_VIDEODRIVER": "dummy"}
    command = [sys.executable, "-c", program]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=PATIENCE_S)


def test_pygame_is_left_for_the_pad_to_load() -> None:
    program = "import sys, edge_app.output as o; list(o.lines()); sys.exit('pygame' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=PATIENCE_S)
