"""Files that are replaced at once, so that a kill or a power cut never leaves half of one."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from edge_app.text import Text

_NEW_MODE = 0o644
"""Permissions of a file that was not there before."""

_NOT_ALLOWED = Text(
    "쓰거나 읽을 권한이 없습니다. 권한을 확인하세요.",
    "permission denied; check the permissions.",
)
_FULL = Text(
    "저장 공간이 가득 찼습니다. 파일을 지워 자리를 만드세요.",
    "no space left; delete something to make room.",
)
_NO_FOLDER = Text(
    "폴더여야 할 자리에 파일이 있습니다. 그 파일을 옮기세요.",
    "what should be its folder is a file; move that away.",
)
_REASONS = {
    errno.EACCES: _NOT_ALLOWED,
    errno.EPERM: _NOT_ALLOWED,
    errno.EROFS: Text(
        "읽기 전용 저장소입니다. 쓸 수 있게 다시 마운트하세요.",
        "the storage is read-only; mount it so that it can be written.",
    ),
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: _FULL,
    errno.EISDIR: Text(
        "파일이 아니라 폴더입니다. 옮기거나 이름을 바꾸세요.",
        "a folder, not a file; move or rename it.",
    ),
    errno.ENOTDIR: _NO_FOLDER,
    errno.EEXIST: _NO_FOLDER,
    errno.ELOOP: Text(
        "심볼릭 링크가 제자리를 맴돕니다. 링크를 지우세요.",
        "a symbolic link that leads to itself; delete it.",
    ),
}
"""What is wrong and what to do about it, for the errors that users can mend."""


def replace(path: Path, write: Callable[[Path], object], mode: int | None = None) -> None:
    """Writes a file beside its place under the same ending, then moves it there at once.

    What is there keeps its content until the new file is on the disk, and its permissions unless
    a mode is given; of a symbolic link the target is replaced. Raises OSError, and what `write`
    raises.
    """
    path = Path(os.path.realpath(path))
    if mode is None:
        mode = path.stat().st_mode & 0o7777 if path.exists() else _NEW_MODE
    _put(path, write, mode)


def create(path: Path, write: Callable[[Path], object]) -> None:
    """The same for a file that is new: raises FileExistsError where there is one of that name."""
    path.touch(exist_ok=False)  # the name is taken, by an empty file, before anything is written
    try:
        _put(path, write, path.stat().st_mode & 0o7777)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _put(path: Path, write: Callable[[Path], object], mode: int) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=spare(path.name), suffix=path.suffix)
    os.close(handle)
    try:
        write(Path(name))
        Path(name).chmod(mode)
        _sync(Path(name))
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    with suppress(OSError):  # it is replaced; some file systems cannot promise it of a folder
        _sync(path.parent)


def spare(name: str) -> str:
    """How the files begin that are to replace one of that name; a kill may leave such a file."""
    return f".{name}-"


def explain(error: OSError) -> Text:
    """Why a file could not be read or written, and the remedy; without its path."""
    reason = error.strerror or str(error)
    return _REASONS.get(error.errno or 0, Text(f"{reason}.", f"{reason}."))


def _sync(path: Path) -> None:
    """Waits until a file, or a folder's list of files, is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
