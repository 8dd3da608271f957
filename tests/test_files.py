"""Replacing a file: all of it or nothing."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from edge_app import files
from tests.conftest import PATIENCE_S, ROOT

_LOOP = """
import itertools, sys
from pathlib import Path
from edge_app import files
for number in itertools.count():
    text = f"{number % 10}" * 100_000
    files.replace(Path(sys.argv[1]), lambda place: place.write_text(text))
    print(number, flush=True)
"""


def put(path: Path, text: str) -> None:
    files.replace(path, partial(Path.write_text, data=text))


def names(folder: Path) -> list[str]:
    """What lies in a folder, hidden files too."""
    return sorted(path.name for path in folder.iterdir())


@contextmanager
def no_room() -> Iterator[None]:
    """No file can grow, as on a full disk: the system itself refuses the write."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_file_is_made_or_replaced_and_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "one.txt"
    put(path, "first")
    assert path.stat().st_mode & 0o777 == 0o644
    path.chmod(0o600)
    put(path, "second")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("second", 0o600)
    assert names(tmp_path) == ["one.txt"]


def test_of_a_link_the_target_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    target, link = tmp_path / "dotfiles" / "real.txt", tmp_path / "link.txt"
    target.write_text("old")
    link.symlink_to("dotfiles/real.txt")
    put(link, "new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert names(target.parent) == ["real.txt"]


def test_without_room_the_old_file_stays_whole(tmp_path: Path) -> None:
    path = tmp_path / "one.txt"
    put(path, "old")
    with pytest.raises(OSError) as raised, no_room():
        put(path, "new")
    assert raised.value.errno == errno.EFBIG
    assert path.read_text() == "old"
    assert names(tmp_path) == ["one.txt"]
    assert "no space left" in files.explain(raised.value).english


def test_a_writer_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail(place: Path) -> None:
        place.write_text("half")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        files.replace(tmp_path / "one.txt", fail)
    assert names(tmp_path) == []


def test_killed_at_any_moment_the_file_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "one.txt"
    for turn in range(5):
        with subprocess.Popen(
            [sys.executable, "-c", _LOOP, path], cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            for _ in range(2 + turn):
                assert writer.stdout.readline()
            writer.send_signal(signal.SIGKILL)
            writer.wait(PATIENCE_S)
        text = path.read_text()
        assert len(text) == 100_000
        assert len(set(text)) == 1


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "no space left"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "check the permissions"),
        (errno.EIO, os.strerror(errno.EIO)),
    ],
)
def test_an_error_is_explained_in_both_languages(number: int, said: str) -> None:
    text = files.explain(OSError(number, os.strerror(number)))
    assert said in text.english
    assert all(line.endswith(".") for line in text)


def test_an_error_of_our_own_says_what_it_says() -> None:
    assert files.explain(OSError("larger than 9 bytes")).english == "larger than 9 bytes."
