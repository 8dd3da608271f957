"""Tesseract 5 as a reader of single characters, through its command line."""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from convert import ConversionError

LANGUAGE = "kor"

INSTALL = "apt-get install tesseract-ocr tesseract-ocr-kor"

_OPTIONS = ("stdout", "--psm", "10", "-l", LANGUAGE, "--dpi", "200", "tsv")
"""One character an image, told in a table: as text, an image without one would leave no trace."""

_PAGE, _WORD = "1", "5"
"""Levels of the table's lines: one for each image, and for each word in it."""

_PEAK = (
    "import resource, subprocess, sys\n"
    "subprocess.run(sys.argv[1:], check=True, capture_output=True)\n"
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
)
"""Runs a command and prints its peak of memory, KiB. In a process of its own, because the peak
that Linux tells of a child begins with that of the process that started it."""


def texts(table: str, count: int) -> list[str]:
    """What was read in each of count images, "" where nothing was, from Tesseract's table (TSV).

    Its columns are level, page from 1, seven or more others, and last the text. Raises
    ConversionError for another number of images.
    """
    lines = [line.split("\t") for line in table.splitlines()[1:]]
    pages = sum(line[0] == _PAGE for line in lines)
    if pages != count:
        raise ConversionError(
            f"tesseract answered {pages} of {count} images; run it by hand on one of them"
        )
    found = [""] * count
    for line in lines:
        if line[0] == _WORD:
            found[int(line[1]) - 1] += line[-1].strip()
    return [unicodedata.normalize("NFC", text) for text in found]


@dataclass
class Tesseract:
    """An installed Tesseract with Korean, at one thread."""

    command: str
    """Path of the program."""
    version: str
    """E.g. "5.3.0"."""
    data: Path
    """Its file for `LANGUAGE`."""
    answers: list[list[str]] = field(default_factory=list)
    """What it read so far, for each ink one answer at most."""
    seconds: list[float] = field(default_factory=list)
    """Processor time of one character, starting the program not counted; one figure a batch."""
    alone: list[float] = field(default_factory=list)
    """Processor time of one character with a process of its own."""

    def read(self, inks: Sequence[Path]) -> None:
        """Reads two pictures or more in one process, and the first one again in another.

        Raises ConversionError where Tesseract fails.
        """
        one, _ = self._timed(inks[:1])
        all_, output = self._timed(inks)
        self.answers += [[text] if text else [] for text in texts(output, len(inks))]
        self.alone.append(one)
        self.seconds.append((all_ - one) / (len(inks) - 1))

    def peak(self, ink: Path) -> int:
        """The most memory that reading one ink takes, bytes."""
        command = [sys.executable, "-c", _PEAK, self.command, str(ink), *_OPTIONS]
        return 1024 * int(_run(command))

    def _timed(self, inks: Sequence[Path]) -> tuple[float, str]:
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as listed:
            listed.write("".join(f"{ink}\n" for ink in inks))
            listed.flush()
            start = _children()
            output = _run([self.command, listed.name, *_OPTIONS])
            return _children() - start, output


def find() -> Tesseract | None:
    """The installed Tesseract; None where there is none, or none that reads Korean."""
    command = shutil.which("tesseract")
    if command is None:
        return None
    folder, *languages = _run([command, "--list-langs"]).splitlines()
    place = re.search(r'"(.+)"', folder)
    if LANGUAGE not in languages or place is None:
        return None
    version = _run([command, "--version"]).split()[1]
    return Tesseract(command, version, Path(place[1], f"{LANGUAGE}.traineddata"))


def _children() -> float:
    """Processor time of all processes that this one started and that have ended, s."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _run(command: Sequence[str]) -> str:
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise ConversionError(
            f"{Path(command[0]).name}: failed ({said[-1] if said else done.returncode}); "
            f"install it anew: {INSTALL}"
        )
    return done.stdout
