"""The desktop session, as the environment and the tools on the path describe it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Session:
    """What the pad runs in."""

    kind: str
    """"wayland", also where the pad itself is a client of Xwayland; "x11"; or "console"."""
    path: str | None = None
    """Where tools are looked for, as in PATH; None for the process's own."""

    @classmethod
    def detect(cls, environment: Mapping[str, str] = os.environ) -> Session:
        """The session that the environment names.

        XDG_SESSION_TYPE is not asked: over ssh it says "tty" whatever DISPLAY was exported.
        """
        kinds = {"WAYLAND_DISPLAY": "wayland", "DISPLAY": "x11"}
        found = (kind for name, kind in kinds.items() if environment.get(name))
        return cls(next(found, "console"), environment.get("PATH"))

    def has(self, tool: str) -> bool:
        """Whether a tool is installed."""
        return shutil.which(tool, path=self.path) is not None
