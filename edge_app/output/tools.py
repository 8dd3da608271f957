"""Running the desktop's small tools: no shell, text on standard input, never for long."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

PATIENCE_S = 2.0
"""A tool that takes longer hangs: its display server no longer answers."""


class ToolError(Exception):
    """A tool is missing, failed, or did not end in time."""


def run(command: Sequence[str], text: str = "", patience_s: float = PATIENCE_S) -> None:
    """Gives a tool the text as UTF-8. Raises ToolError."""
    # Nothing it says is read: the tools that hold a selection go on in the background with
    # these streams open, and reading to their end would wait for as long.
    try:
        subprocess.run(
            command,
            input=text.encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=patience_s,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ToolError(f"{command[0]}: {error}") from None


def ask(command: Sequence[str]) -> str:
    """What a tool that ends by itself prints, without the end of the line. Raises ToolError."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE_S, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ToolError(f"{command[0]}: {error}") from None
    return done.stdout.decode(errors="replace").strip()


def works(command: Sequence[str]) -> bool:
    """Whether a harmless call of a tool succeeds here."""
    try:
        run(command)
    except ToolError:
        return False
    return True
