"""Where the pad keeps what is its user's: settings, learned data, and what it did.

The folders are those of the XDG Base Directory Specification 0.8, which has each of its variables
ignored if it is empty or holds a relative path.
"""

from __future__ import annotations

import os
from pathlib import Path

_NAME = "hangul-pad"

_NO_HOME = "/nonexistent"
"""Where users without a home have theirs (Debian Policy 9.2.3): nothing is found or kept there."""


def config() -> Path:
    """The folder of what the user chose. Like the others it need not exist yet."""
    return _base("XDG_CONFIG_HOME", ".config") / _NAME


def data() -> Path:
    """The folder of what the user made and wants to keep."""
    return _base("XDG_DATA_HOME", ".local/share") / _NAME


def state() -> Path:
    """The folder of what may be lost, such as logs."""
    return _base("XDG_STATE_HOME", ".local/state") / _NAME


def _base(variable: str, otherwise: str) -> Path:
    folder = Path(os.environ.get(variable, ""))
    return folder if folder.is_absolute() else _home() / otherwise


def _home() -> Path:
    """The home that the environment names, or else the system's list of users."""
    home = Path(os.environ.get("HOME", ""))
    if home.is_absolute():
        return home
    import pwd

    try:
        return Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:  # as in a container that runs under any number
        return Path(_NO_HOME)
