"""A file that only grows: one record a line, whole or not there at all.

Each line is the CRC-32 of the record (8 hexadecimal digits), a space, and the record, JSON without
line breaks, in UTF-8. A line is written by one write to the file's end before `append` returns, so
that killing the program loses nothing, and is flushed to the disk by a thread, so that a power cut
loses the last moments at most. Either may cut the last line short: what is not whole is dropped
when the file is next opened, and what came before stays as it is.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from edge_app import files

_PRIVATE = 0o600
"""Permissions: it is a person's hand."""


class StoreError(OSError):
    """The person's samples cannot be kept; the message says why, and what helps."""


def encode(record: Any) -> bytes:
    """The line of a record."""
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
    return b"%08x %s\n" % (zlib.crc32(text), text)


def decode(line: bytes) -> Any:
    """The record of a line with its end. Raises ValueError for one that is not whole."""
    checksum, text = line[:8], line[9:-1]
    if line[8:9] != b" " or line[-1:] != b"\n" or checksum != b"%08x" % zlib.crc32(text):
        raise ValueError("a record is damaged")
    return json.loads(text)


def read(path: Path) -> Iterator[Any]:
    """All records of a file, first written first; None for one that is damaged.

    A last line that is not whole may still be on its way and is passed over. Raises StoreError.
    """
    return (record for _, record in _lines(path))


def _lines(path: Path) -> Iterator[tuple[bytes, Any]]:
    """The same, with the line that each is."""
    try:
        with path.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    try:
                        record = decode(line)
                    except ValueError:  # also JSON and UTF-8 errors
                        record = None
                    yield line, record
    except OSError as error:
        raise StoreError(
            f"{path}: {error.strerror}; check that it is there and may be read"
        ) from None


class Journal:
    """One such file, in a folder that no second program may use at the same time."""

    def __init__(self, path: Path) -> None:
        """Opens or makes the file, mode 0600, and its folder, 0700. Raises StoreError."""
        self.path = path
        self.cut = 0
        """Bytes of a last record that was not whole; they are gone."""
        self._folder = self._file = -1
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folder = os.open(path.parent, os.O_RDONLY)
            fcntl.flock(self._folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.parent.chmod(0o700)
            for left in path.parent.glob(f"{files.spare(path.name)}*"):
                left.unlink()  # a kill while replacing
            self._open()
            self._drop_tail()
        except BlockingIOError:
            self._release()
            raise StoreError(
                f"{path.parent}: another window keeps samples there; close it first"
            ) from None
        except OSError as error:
            self._release()
            raise _failure(path, error) from None
        self._dirty = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._flush, name="journal", daemon=True)
        self._thread.start()

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self._size

    def append(self, record: Any) -> None:
        """Writes a record. Raises StoreError; what was there before is not touched."""
        line = encode(record)
        try:
            written = os.write(self._file, line)
            if written < len(line):
                # A full disk took a part: it must not be the beginning of the next record.
                os.ftruncate(self._file, self._size)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            raise _failure(self.path, error) from None
        self._size += written
        self._dirty.set()

    def keep(self, wanted: Callable[[Any], bool]) -> None:
        """Drops the other records, at once. Raises StoreError; all stays then.

        wanted: asked of each record, in order; None is one that is damaged. They are copied one by
        one and as they are: the window waits for this.
        """

        def write(path: Path) -> None:
            with path.open("wb") as file:
                file.writelines(line for line, record in _lines(self.path) if wanted(record))

        try:
            files.replace(self.path, write, _PRIVATE)
            os.close(self._file)
            self._open()
        except OSError as error:
            raise _failure(self.path, error) from None

    def erase(self) -> None:
        """Empties the file, on the disk as well, before it returns. Raises StoreError."""
        try:
            os.ftruncate(self._file, 0)
            os.fsync(self._file)
        except OSError as error:
            raise _failure(self.path, error) from None
        self._size = 0

    def close(self) -> None:
        """Flushes and closes the file."""
        self._closing = True
        self._dirty.set()
        self._thread.join()
        with suppress(OSError):  # what was written is in the file, if not yet on the disk
            os.fsync(self._file)
        self._release()

    def _open(self) -> None:
        self._file = os.open(
            self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, _PRIVATE
        )
        os.fchmod(self._file, _PRIVATE)
        self._size = os.fstat(self._file).st_size

    def _drop_tail(self) -> None:
        """Cuts off the last line if it is not whole."""
        end = start = 0
        whole = True
        with self.path.open("rb") as file:
            for line in file:
                start, end = end, end + len(line)
                whole = line.endswith(b"\n")
        if not whole:
            os.ftruncate(self._file, start)
            self.cut, self._size = end - start, start

    def _flush(self) -> None:
        while not self._closing:
            self._dirty.wait()
            self._dirty.clear()
            # A disk that fails shows in the next write, which has somebody to tell.
            with suppress(OSError):
                os.fsync(self._file)

    def _release(self) -> None:
        for handle in (self._file, self._folder):
            if handle >= 0:
                os.close(handle)
        self._file = self._folder = -1


def _failure(path: Path, error: OSError) -> StoreError:
    return StoreError(
        f"{path}: {error.strerror or error}; what you write is learned until the window closes, "
        "but not kept: make room or permission there"
    )
