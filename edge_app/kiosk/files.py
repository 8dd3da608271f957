"""Putting a kiosk's files in place, and taking them away again.

Files of our own are written whole. In a file that is the user's, such as labwc's autostart, only
the lines between two marks are ours; every other byte stays what it was.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from edge_app import files

BEGIN = "# >>> hangul-pad install-kiosk >>>"
END = "# <<< hangul-pad install-kiosk <<<"
_JOINED = f"{BEGIN} joined"
"""Begins our lines where the user's last one had no end; the newline before it is ours."""


class State(Enum):
    """What a change would do, or did, to its file."""

    NEW = "새로 씀 · new"
    CHANGED = "고침 · changed"
    SAME = "그대로 · unchanged"
    REMOVED = "지움 · removed"
    RESTORED = "되돌림 · restored"
    ABSENT = "없음 · not there"


class KioskError(Exception):
    """A kiosk cannot be installed; the message says why and what to do."""


@dataclass(frozen=True)
class File:
    """A file that is all ours, or some lines of ours in a file that is the user's."""

    path: Path
    text: str
    """Its whole text, or our lines."""
    executable: bool = False
    shared: bool = False
    """Whether the file is the user's."""

    def install(self, *, dry: bool = False) -> State:
        """Writes it unless it is so already. Raises KioskError."""
        before = _read(self.path)
        wanted = self.wanted(before)
        if before == wanted and (before is None or self._mode_fits()):
            return State.SAME
        if not dry:
            _replace(self.path, wanted, self._mode())
        return State.NEW if before is None else State.CHANGED

    def uninstall(self, *, dry: bool = False) -> State:
        """Takes it away; a user's file goes only if nothing but our lines was in it."""
        before = _read(self.path)
        if before is None:
            return State.ABSENT
        rest = without_block(before, self.path) if self.shared else b""
        if rest == before:
            return State.ABSENT
        if not dry:
            try:
                if rest:
                    _replace(self.path, rest, self._mode())
                else:
                    self.path.unlink()
            except OSError as error:
                raise KioskError(f"{self.path}: {error.strerror}") from None
        return State.RESTORED if rest else State.REMOVED

    def wanted(self, before: bytes | None) -> bytes:
        """What the file should hold, given what it holds. Raises KioskError."""
        if not self.shared:
            return self.text.encode()
        before = before or b""
        start, end = _block(before, self.path)
        if start < 0:
            start = end = len(before)
        joined = before[:start] and not before[:start].endswith(b"\n")
        begin = f"\n{_JOINED}" if joined else BEGIN
        return before[:start] + f"{begin}\n{self.text}{END}\n".encode() + before[end:]

    def _mode(self) -> int:
        """Permissions: a user's file keeps its own."""
        if self.shared and self.path.exists():
            return self.path.stat().st_mode & 0o777
        return 0o755 if self.executable else 0o644

    def _mode_fits(self) -> bool:
        return not self.executable or os.access(self.path, os.X_OK)


def without_block(text: bytes, path: Path) -> bytes:
    """A user's file without our lines. path: for the message of a KioskError."""
    start, end = _block(text, path)
    return text if start < 0 else text[:start] + text[end:]


def _block(text: bytes, path: Path) -> tuple[int, int]:
    """From where to where our lines reach, -1 if there are none."""
    lines = text.splitlines(keepends=True)
    marks = (BEGIN.encode(), _JOINED.encode())
    begins = [i for i, line in enumerate(lines) if line.strip() in marks]
    ends = [i for i, line in enumerate(lines) if line.strip() == END.encode()]
    if not begins and not ends:
        return -1, -1
    if len(begins) != 1 or len(ends) != 1 or ends[0] < begins[0]:
        place = f"{path}:{min(begins + ends) + 1}"
        raise KioskError(
            f"{place}: 표시 줄의 짝이 맞지 않습니다. 두 표시 줄을 지우고 다시 하세요. "
            f"The marks of hangul-pad do not match; delete both lines and run this again"
        )
    start, end = (sum(map(len, lines[:i])) for i in (begins[0], ends[0] + 1))
    return start - (lines[begins[0]].strip() == _JOINED.encode()), end


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise KioskError(f"{path}: {error.strerror}; move it out of the way") from None


def _replace(path: Path, data: bytes, mode: int) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.replace(path, lambda beside: beside.write_bytes(data), mode)
    except OSError as error:
        korean, english = files.explain(error)
        raise KioskError(f"{path}: {korean} {english}") from None
