"""Saving text: a new file each time, or one more line of a file that was named."""

from __future__ import annotations

import errno
import itertools
import os
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

from edge_app import files
from edge_app.output.message import Message, OutputError

_DOCUMENTS = re.compile(r'^XDG_DOCUMENTS_DIR="(\$HOME/?)?(.*)"$', re.MULTILINE)
"""A line of user-dirs.dirs: a path below the home directory, or an absolute one
(user-dirs.dirs(5) of xdg-user-dirs)."""

_ELSEWHERE = Message(
    "--save FILE로 다른 곳을 정해도 됩니다.", "Or choose another place with --save FILE."
)


def save_new(text: str, folder: Path) -> Message:
    """Writes text to a new file in a folder, which is made if need be. Raises OutputError.

    The file appears with all of the text or, after a loss of power, empty.
    """
    stem = time.strftime("손글씨-%Y-%m-%d-%H%M%S")
    write = partial(Path.write_bytes, data=_ended(text).encode())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # A clock that stands still or goes back may give a name twice.
        for number in itertools.count(1):
            path = folder / f"{stem}{'' if number == 1 else f'-{number}'}.txt"
            with suppress(FileExistsError):
                files.create(path, write)
                break
    except OSError as error:
        raise _failure(error, folder) from None
    return _saved(path)


def append(text: str, path: Path) -> Message:
    """Adds text to the end of a file, as lines of their own. Raises OutputError.

    What the file held stays as it is, also where the disk has no room for all of the text.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b", buffering=0) as file:
            before = file.seek(0, os.SEEK_END)
            file.seek(max(0, before - 1))
            cut_off = file.read(1) not in (b"", b"\n")
            data = ("\n" * cut_off + _ended(text)).encode()
            try:
                if file.write(data) != len(data):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                os.fsync(file)
            except OSError:
                with suppress(OSError):  # the first error is the one to tell
                    file.truncate(before)
                raise
    except OSError as error:
        raise _failure(error, path) from None
    return _saved(path)


def documents(environment: Mapping[str, str] = os.environ) -> Path:
    """The person's folder for documents, as the desktop names it (xdg-user-dirs).

    Raises OutputError for a person without a home directory.
    """
    try:
        home = Path(environment.get("HOME") or Path.home())
    except RuntimeError:
        homeless = Message(
            "홈 폴더가 없어 저장하지 못했습니다. --save FILE로 파일을 정해 주세요.",
            "Not saved: there is no home directory; name a file with --save FILE.",
        )
        raise OutputError(homeless) from None
    if named := environment.get("XDG_DOCUMENTS_DIR"):
        return Path(named)
    settings = Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "user-dirs.dirs"
    with suppress(OSError, UnicodeDecodeError):  # few have the file; ~/Documents follows
        if found := _DOCUMENTS.search(settings.read_text(encoding="utf-8")):
            below_home, path = found.groups()
            return home / path if below_home else Path(path)
    return home / "Documents"


def _ended(text: str) -> str:
    return text if text.endswith("\n") else f"{text}\n"


def _saved(path: Path) -> Message:
    return Message(f"저장했습니다: {path}", f"Saved to {path}")


def _failure(error: OSError, path: Path) -> OutputError:
    why = files.explain(error)
    return OutputError(
        Message(
            f"저장하지 못했습니다. {path}: {why.korean} {_ELSEWHERE.korean}",
            f"Not saved. {path}: {why.english} {_ELSEWHERE.english}",
        )
    )
