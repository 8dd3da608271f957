"""What machine this is: model, system, session, screens. Only files are read and nothing is run.

Every path is taken below a root, which is not `/` only for those who feed it other machines' files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DESKTOPS = ("labwc", "wayfire", "wayland", "x11")
"""Kinds of sessions that have a desktop; "wayland" is any other compositor. Raspberry Pi OS has had
labwc as its default since October 2024, Wayfire before that on Bookworm, and LXDE on X11 for those
who ask raspi-config for it."""

CONSOLE = "console"

_LIGHTDM = ("etc/lightdm/lightdm.conf", "etc/lightdm/lightdm.conf.d")
_SESSION_LINE = re.compile(r"^\s*(autologin-session|user-session)\s*=\s*(\S+)", re.MULTILINE)
"""Raspberry Pi OS calls them LXDE-pi-labwc, LXDE-pi-wayfire, LXDE-pi-x; from Trixie rpd-labwc and
rpd-x (raspi-config, do_wayland)."""


@dataclass(frozen=True)
class Machine:
    """A machine and the session that this process, or else its screen, has."""

    model: str
    """As the device tree names it, such as "Raspberry Pi 5 Model B Rev 1.0"; or empty."""
    system: str
    """PRETTY_NAME of os-release; empty if there is none."""
    release: int
    """Debian's number: 12 is Bookworm, 13 Trixie; 0 if unknown."""
    session: str
    """One of `DESKTOPS`, or `CONSOLE`."""
    source: str
    """What the session was told by."""
    outputs: tuple[str, ...]
    """Connected screens by their DRM names, such as DSI-1 or HDMI-A-1; built-in ones first."""
    has_desktop: bool
    """Whether a desktop can be logged into."""
    boots_desktop: bool
    """Whether the system starts into its desktop."""


def detect(environment: Mapping[str, str], root: Path = Path("/")) -> Machine:
    """Looks at files below a root and at the environment of a session."""
    release = _os_release(_text(root / "etc/os-release"))
    number = release.get("VERSION_ID", "").partition(".")[0]
    debian = "debian" in f"{release.get('ID', '')} {release.get('ID_LIKE', '')}"
    target = root / "etc/systemd/system/default.target"
    default = target.readlink().name if target.is_symlink() else "graphical.target"
    has_desktop = (root / "usr/sbin/lightdm").exists()
    boots_desktop = has_desktop and default == "graphical.target"
    session, source = _session(environment, root, boots_desktop)
    return Machine(
        model=_text(root / "proc/device-tree/model").rstrip("\0\n"),
        system=release.get("PRETTY_NAME", ""),
        release=int(number) if debian and number.isdecimal() else 0,
        session=session,
        source=source,
        outputs=_outputs(root / "sys/class/drm"),
        has_desktop=has_desktop,
        boots_desktop=boots_desktop,
    )


def _session(environment: Mapping[str, str], root: Path, boots_desktop: bool) -> tuple[str, str]:
    """The session of this process; over ssh the one that the display manager starts."""
    desktop = environment.get("XDG_CURRENT_DESKTOP", "")
    if environment.get("WAYLAND_DISPLAY"):
        return _compositor(
            desktop, "wayland"
        ), f"WAYLAND_DISPLAY, XDG_CURRENT_DESKTOP={desktop or '-'}"
    if environment.get("DISPLAY"):
        return "x11", f"DISPLAY={environment['DISPLAY']}"
    if boots_desktop:
        for path in (root / _LIGHTDM[0], *sorted((root / _LIGHTDM[1]).glob("*.conf"))):
            # An automatic login says more than what a greeter would offer first.
            found = dict(_SESSION_LINE.findall(_text(path)))
            name = found.get("autologin-session") or found.get("user-session")
            if name:
                return _compositor(name, "x11"), f"{path.name}: {name}"
        return "x11", "lightdm"
    return CONSOLE, "no desktop"


def _compositor(name: str, otherwise: str) -> str:
    return next((one for one in ("labwc", "wayfire") if one in name.lower()), otherwise)


def _outputs(folder: Path) -> tuple[str, ...]:
    """Connected connectors, which the kernel lists as cardN-NAME (Documentation/gpu/drm-uapi)."""
    found = [
        path.parent.name.partition("-")[2]
        for path in folder.glob("card*-*/status")
        if _text(path).strip() == "connected"
    ]
    return tuple(sorted(found, key=lambda name: (not name.startswith(("DSI", "DPI", "SPI")), name)))


def _os_release(text: str) -> dict[str, str]:
    """Its settings (os-release(5)): NAME=value, quoted or not, one a line."""
    lines = (line.partition("=") for line in text.splitlines() if not line.startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, _, value in lines if value}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
