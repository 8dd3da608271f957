"""Data sets that live in git repositories, fetched at a pinned commit.

A data set gets a folder with the files that are wanted of it and `fetched.json`, which says the
commit and the SHA-256 of each file; by that a finished folder is known again. The folder appears
whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from train.data import DataError, git, splitzip
from train.files import write_json

RECORD = "fetched.json"
"""Name of the file that says what was fetched."""

LARGEST_MEMBER = 256 << 20
"""Bytes of one member of an archive at most."""

LARGEST_ARCHIVE = 8 << 30
"""Bytes that one archive may unpack to."""

_PAPERS = re.compile(r"(licen[cs]e|readme)(\.[a-z]+)?", re.IGNORECASE)
"""Files beside the data that say whose it is."""

_DAMAGE = (EOFError, RuntimeError, ValueError, struct.error, zlib.error, zipfile.BadZipFile)
"""What damaged archives bring out of zipfile."""

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Repository:
    """A data set in a git repository."""

    name: str
    """Name of its folder."""
    url: str
    """Where it is fetched from."""
    commit: str
    """The pinned commit's full id."""
    wanted: str
    """Regular expression that the paths of its data match whole."""
    checksums: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of files, by path, where a public source states it. Together they are the data, so
    that they can be brought by hand."""
    members: str = ""
    """Regular expression that the names of what is unpacked from its .zip files match whole;
    empty where they stay packed."""


HHR_SKKU = Repository(
    "HangulRecog",
    "https://github.com/HHR-SKKU/HangulRecog",
    "f1a7792048e7a353c420ad8da9f6801339bf99c9",
    r"Data/scan_data/[^/]+\.jpg",
)
"""Scanned pages of handwriting; MIT."""

HANGUL_DB = Repository(
    "HangulDB",
    "https://github.com/callee2006/HangulDB",
    "05f49b6d0069d184ff39b4fd5b8740d2c3fce370",
    r".+\.(zip|z[0-9][0-9]|hgu1)",
    # Archives made on a Mac hold a twin "._NAME" of each file, which is no data.
    members=r"(.*/)?[^./][^/]*\.hgu1",
)
"""PE92, SERI95 and HanDB in HGU1 files; no licence stated."""

OMNIGLOT = Repository(
    "omniglot",
    "https://github.com/brendenlake/omniglot",
    "057f034baf2ecb8530bc5710e5a23584d2a519cc",
    r"python/strokes_background\.zip",
    {
        "python/strokes_background.zip": (
            "c1e445d158fd74b6adf81f1387ebe051f5a23923bdb0c16f539d6e707ce056d4"
        )
    },
)
"""Letters as pen strokes; MIT."""


def fetch(repository: Repository, folder: Path) -> Path:
    """Brings a repository's data into its own folder within folder; returns that.

    A bare clone, folder/NAME.git, is taken in place of the network where it has been put there.
    Raises DataError, saying how to bring the data by hand, where it cannot be had, and what to do
    where it cannot be written.
    """
    place = folder / repository.name
    if place.exists():
        _check(repository, place)
        return place
    # Both under fixed names, so that a killed fetch leaves nothing that the next does not take up
    # or clear away.
    store, work = folder / f".{repository.name}.git", folder / f".{repository.name}.part"
    clone = folder / f"{repository.name}.git"
    source = str(clone.resolve()) if clone.exists() else repository.url
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        git.fetch(source, repository.commit, store)
        files = _write(repository, store, work)
        write_json(work / RECORD, {"commit": repository.commit, "files": files})
        work.replace(place)
    except DataError as error:
        shutil.rmtree(store, ignore_errors=True)
        raise DataError(
            f"{source} cannot be fetched ({error}): {_by_hand(repository, folder)}"
        ) from None
    except OSError as error:
        # What git has brought stays: with room for the rest, nothing is downloaded again.
        raise DataError(
            f"{error.filename or folder}: {error.strerror}; make room there or name another "
            "folder, then fetch again"
        ) from None
    finally:
        shutil.rmtree(work, ignore_errors=True)
    shutil.rmtree(store)
    return place


def _by_hand(repository: Repository, folder: Path) -> str:
    name = f"{repository.name}.git"
    text = (
        f"run `git clone --bare {repository.url} {name}` where there is a network, put {name} "
        f"into {folder} and fetch again, which takes commit {repository.commit[:12]} out of it"
    )
    for path, checksum in repository.checksums.items():
        text += f"; or put {folder / repository.name / path} there, of SHA-256 {checksum[:12]}..."
    return text


def _check(repository: Repository, place: Path) -> None:
    """Raises DataError unless the files of a folder are those of the repository."""
    record = place / RECORD
    files = repository.checksums
    if record.exists():
        try:
            read = json.loads(record.read_text(encoding="utf-8"))
            commit, files = read["commit"], dict(read["files"])
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            raise DataError(f"{record}: damaged; remove {place} and fetch again") from None
        if commit != repository.commit:
            raise DataError(f"{place}: holds commit {commit}; remove it and fetch again")
    if not files:
        raise DataError(f"{place}: has no {RECORD} to check it by; move it away and fetch again")
    for path, checksum in files.items():
        try:
            same = _sha256(place / path) == checksum
        except OSError as error:
            raise DataError(
                f"{place / path}: {error.strerror}; remove {place} and fetch again"
            ) from None
        if not same:
            raise DataError(
                f"{place / path}: does not have its checksum; remove {place} and fetch again"
            )


def _write(repository: Repository, store: Path, work: Path) -> dict[str, str]:
    """Writes what is wanted of a snapshot; returns the SHA-256 of each file by its path."""
    found = False
    for entry in git.entries(store, repository.commit):
        wanted = re.fullmatch(repository.wanted, entry.path) is not None
        if not wanted and not _PAPERS.fullmatch(entry.path):
            continue
        if entry.size is None:
            raise DataError(f"its {entry.path} is a link, not a file")
        found = found or wanted
        target = work / _inside(entry.path)
        target.parent.mkdir(parents=True, exist_ok=True)
        git.write(store, entry, target)
        expected = repository.checksums.get(entry.path)
        if expected is not None and _sha256(target) != expected:
            raise DataError(f"its {entry.path} does not have the pinned checksum")
    if not found:
        raise DataError(f"its commit {repository.commit} has no file {repository.wanted}")
    if repository.members:
        for archive in sorted(work.rglob("*.zip")):
            parts = splitzip.parts(archive)
            if len(parts) > 1:
                whole = archive.with_suffix(".joined")
                splitzip.join(parts, whole)
                whole.replace(archive)
            _unpack(archive, repository.members, archive.with_suffix(""))
            for part in parts:
                part.unlink()
    return {
        path.relative_to(work).as_posix(): _sha256(path)
        for path in sorted(work.rglob("*"))
        if path.is_file()
    }


def _inside(name: str) -> PurePosixPath:
    """A name in a snapshot or archive as a path that cannot leave its folder.

    Raises DataError for any other.
    """
    parts = name.split("/")
    if not name.isprintable() or "\\" in name or ":" in name or {"", ".", ".."} & set(parts):
        raise DataError(f"its {name!r} would not stay within its folder")
    return PurePosixPath(*parts)


def _unpack(archive: Path, members: str, target: Path) -> None:
    """Unpacks the members of a .zip whose names match whole into target, a new folder."""
    total = 0
    try:
        with zipfile.ZipFile(archive) as packed:
            target.mkdir()
            for member in packed.infolist():
                if not re.fullmatch(members, member.filename):
                    continue
                path = target / _inside(member.filename)
                if stat.S_ISLNK(member.external_attr >> 16):
                    raise DataError(f"its {archive.name} holds a link, {member.filename}")
                path.parent.mkdir(parents=True, exist_ok=True)
                total += _copy(packed, member, path, LARGEST_ARCHIVE - total)
    except DataError:
        raise
    except (FileExistsError, NotADirectoryError):
        raise DataError(f"its {archive.name} would overwrite other files") from None
    except _DAMAGE as error:
        raise DataError(f"its {archive.name} cannot be unpacked ({error})") from None


def _copy(packed: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path, most: int) -> int:
    """Writes a member to a new file; returns its bytes, which are counted, not believed."""
    size = 0
    with packed.open(member) as source, path.open("xb") as file:
        while chunk := source.read(_CHUNK):
            size += len(chunk)
            if size > min(most, LARGEST_MEMBER):
                raise DataError(f"its {member.filename} is larger than may be unpacked")
            file.write(chunk)
    return size


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
