"""The command that starts the pad, in the three grammars that have to be told it."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Command:
    """A program with its arguments."""

    words: tuple[str, ...]
    folder: Path | None = None
    """Where it has to be started, None for anywhere."""

    def for_shell(self) -> str:
        """As a line of sh."""
        line = shlex.join(self.words)
        return line if self.folder is None else f"cd {shlex.quote(str(self.folder))} && {line}"

    def for_desktop(self) -> str:
        """As the value of Exec in a desktop entry.

        Desktop Entry Specification 1.5, "The Exec key": arguments in double quotes, in which
        ", `, $ and \\ are escaped, and % doubled everywhere; then, as for every string, each \\
        doubled.
        """
        quoted = []
        for word in self.words:
            for special in '\\"`$':
                word = word.replace(special, f"\\{special}")
            quoted.append(f'"{word}"')
        return " ".join(quoted).replace("%", "%%").replace("\\", "\\\\")

    def for_systemd(self) -> str:
        """As the value of ExecStart: C escapes in double quotes and % doubled (systemd.service(5)).

        The colon in front has $ mean nothing. A program whose path holds quotes or backslashes is
        refused ("Executable name contains special characters"), so sh starts that.
        """
        words = self.words
        if set(words[0]) & set("'\"\\"):
            words = ("/bin/sh", "-c", 'exec "$0" "$@"', *words)
        quoted = (word.replace("\\", "\\\\").replace('"', '\\"') for word in words)
        return ":" + " ".join(f'"{word}"' for word in quoted).replace("%", "%%")


def this_pad(*arguments: str) -> Command:
    """The pad of the very interpreter that runs this, with arguments."""
    script = Path(sys.executable).absolute().with_name("hangul-pad")
    if script.is_file():
        return Command((str(script), *arguments))
    # Run from its sources, which are found in their own folder only.
    sources = Path(__file__).absolute().parents[2]
    return Command((str(Path(sys.executable).absolute()), "-m", "edge_app", *arguments), sources)
