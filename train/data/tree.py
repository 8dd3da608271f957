"""Files of a data release, from its folder or straight out of its archive.

Nothing is unpacked to disk, so no name in an archive can write anywhere, and what is read into
memory is bounded.
"""

from __future__ import annotations

import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from train.data import DataError, must_exist

LARGEST_FILE = 64 << 20
"""Bytes of one file that are read at most: MNIST's training images are 45 MiB, unpacked."""

LARGEST_SUM = 1 << 30
"""Bytes of all files together that are read at most."""


DAMAGED = (
    OSError,
    EOFError,
    # For what zipfile cannot decrypt or decompress.
    RuntimeError,
    # For a name that is not the UTF-8 that it says it is.
    UnicodeDecodeError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
)
"""What tarfile and zipfile raise for an archive that is none or is damaged."""


def read_files(path: Path, key: Callable[[str], str | None]) -> dict[str, bytes]:
    """Files of a folder, of a .tar (also compressed) or of a .zip.

    key says for each name (with "/", relative to path) under which key its content is returned,
    or None where it is not wanted. Raises DataError for a path that is none of these, is damaged
    or holds too much.
    """
    must_exist(path)
    files: dict[str, bytes] = {}
    total = 0
    with _told(path):
        for name, read in _members(path):
            wanted = key(name)
            if wanted is None:
                continue
            content = read(LARGEST_FILE + 1)
            total += len(content)
            if len(content) > LARGEST_FILE or total > LARGEST_SUM:
                raise DataError(f"{path}: {name} is more than may be read; is this the release?")
            files[wanted] = content
    return files


def holds(path: Path, key: Callable[[str], str | None]) -> bool:
    """Whether there is a file that key wants; reads no more than names. Raises as `read_files`."""
    must_exist(path)
    with _told(path):
        return any(key(name) is not None for name, _ in _members(path))


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turns what a damaged archive raises into one sentence."""
    try:
        yield
    except DAMAGED as error:
        # tarfile says on one line each what the file is not; a bare EOFError says nothing.
        reason = " ".join(str(error).split()) or "it ends too early"
        raise DataError(f"{path}: cannot be read ({reason}); fetch it again") from None


def _members(path: Path) -> Iterator[tuple[str, Callable[[int], bytes]]]:
    if path.is_dir():
        for entry in sorted(path.rglob("*")):
            if entry.is_file():
                yield entry.relative_to(path).as_posix(), partial(_read_plain, entry)
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as zipped:
            for name in zipped.namelist():
                yield name, partial(_read_zipped, zipped, name)
    else:
        # Not as a stream ("r|*"): that takes a cut .gz for a short, whole one.
        with tarfile.open(path, "r:*") as tarred:
            for member in tarred:
                if member.isreg():
                    yield member.name, partial(_read_tarred, tarred, member)


def _read_plain(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        return file.read(most)


def _read_zipped(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    with archive.open(name) as file:
        return file.read(most)


def _read_tarred(archive: tarfile.TarFile, member: tarfile.TarInfo, most: int) -> bytes:
    file = archive.extractfile(member)
    return b"" if file is None else file.read(most)
