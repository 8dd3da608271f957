"""Snapshots of public git repositories, brought by git's own client and never checked out.

A commit id is a checksum of its whole snapshot, and git computes the hash of every object that
comes, so nothing else can come under a pinned id. Files are written straight from git's objects:
no hook, filter, submodule or link of a repository is ever run or followed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from train.data import DataError

_SETTINGS = {
    "protocol.allow": "never",
    "protocol.version": "2",  # the version in which any commit can be asked for by its id
    "fetch.fsckObjects": "true",
    "transfer.fsckObjects": "true",
    "fetch.unpackLimit": "1",  # one pack, which appears whole or not at all
    "gc.auto": "0",
    "maintenance.auto": "false",
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "credential.helper": "",
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "60",
}
"""Put before the user's own, which may name a proxy: one transport, no program of other people's,
no question asked, and an end to a connection that brings less than 1,000 bytes/s for a minute."""

_KEPT = ("GIT_SSL_", "GIT_HTTP_", "GIT_PROXY_", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM")
"""Variables of git that may stay; others, as a hook has them, point to another repository."""

_CHUNK = 1 << 20

_PLAIN_FILES = ("100644", "100755")


@dataclass(frozen=True)
class Entry:
    """One file of a snapshot."""

    path: str
    """Relative to the snapshot, with "/"; as the repository has it, so it may be anything."""
    blob: str
    """Git's id of its content."""
    size: int | None
    """Bytes; None for what is no ordinary file but a link or a submodule."""


def fetch(url: str, commit: str, store: Path) -> None:
    """Brings the snapshot of a commit into the bare repository store, unless it is there.

    url: https://..., or the path of a repository on this machine. A store that an interrupted
    fetch has left is started over. Raises DataError with git's reason, and leaves no store, where
    the commit cannot be had.
    """
    if _has(store, commit):
        return
    transport = "https" if url.startswith("https://") else "file"
    try:
        shutil.rmtree(store, ignore_errors=True)
        _run(["init", "--quiet", "--bare", "--template=", str(store)])
        options = ["--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules"]
        setting = f"protocol.{transport}.allow=always"
        _run([f"--git-dir={store}", "-c", setting, "fetch", *options, "--", url, commit])
        if not _has(store, commit):
            raise DataError(f"{commit} is no commit there")
    except BaseException:
        shutil.rmtree(store, ignore_errors=True)
        raise


def entries(store: Path, commit: str) -> list[Entry]:
    """The files of a commit's snapshot. Raises DataError for a name that is not UTF-8."""
    listed = _run([f"--git-dir={store}", "ls-tree", "-r", "-l", "-z", "--full-tree", commit])
    found = []
    for line in listed.split(b"\0")[:-1]:
        about, _, name = line.partition(b"\t")
        mode, _, blob, size = about.decode("ascii").split()
        plain = mode in _PLAIN_FILES
        try:
            found.append(Entry(name.decode(), blob, int(size) if plain else None))
        except UnicodeDecodeError:
            raise DataError(f"its file {name!r} has a name that is not UTF-8") from None
    return found


def write(store: Path, entry: Entry, target: Path) -> None:
    """Writes a file's content to target, a new file, and checks it against git's id.

    Raises DataError where it differs or is missing, OSError where it cannot be written.
    """
    command, environment = _command([f"--git-dir={store}", "cat-file", "blob", entry.blob])
    # What git hashes: the header "blob SIZE", a zero byte and the content (Pro Git, chapter 10.2).
    digest = hashlib.sha1(f"blob {entry.size}\0".encode(), usedforsecurity=False)
    with (
        target.open("xb") as file,
        subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process,
    ):
        assert process.stdout is not None
        while chunk := process.stdout.read(_CHUNK):
            digest.update(chunk)
            file.write(chunk)
    if digest.hexdigest() != entry.blob:
        raise DataError(f"its {entry.path} does not have the content that its commit states")


def _has(store: Path, commit: str) -> bool:
    """Whether the store holds the commit, which comes in one pack with all of its snapshot."""
    if not (store / "HEAD").is_file():
        return False
    try:
        found = _run([f"--git-dir={store}", "rev-parse", "--verify", f"{commit}^{{commit}}"])
    except DataError:
        return False
    return found.decode("ascii").strip() == commit


def _run(arguments: list[str]) -> bytes:
    """Runs git; returns what it prints. Raises DataError with its reason where it fails."""
    command, environment = _command(arguments)
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").splitlines()
        reasons = [line for line in said if line.startswith(("fatal: ", "error: "))]
        reason = (reasons or said or [f"it ended with status {done.returncode}"])[0]
        raise DataError(f"git: {reason.removeprefix('fatal: ').removeprefix('error: ')}")
    return done.stdout


def _command(arguments: list[str]) -> tuple[list[str], dict[str, str]]:
    """Git's command line and its environment."""
    program = shutil.which("git")
    if program is None:
        raise DataError("git is not installed")
    settings = [word for key, value in _SETTINGS.items() for word in ("-c", f"{key}={value}")]
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name.startswith(_KEPT)
    }
    own = {"GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "", "LC_ALL": "C"}
    return [program, *settings, *arguments], kept | own
