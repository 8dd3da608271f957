"""What the SDL behind pygame can do without a desktop."""

from __future__ import annotations

from importlib import util
from pathlib import Path

from edge_app.kiosk.machine import Machine

_TRIXIE = 13
"""The first Debian whose SDL (2.32) is newer than the one in pygame's wheels (2.28.4)."""


def draws_without_a_desktop() -> bool:
    """Whether pygame's own SDL has the KMS/DRM driver.

    The SDL in pygame 2.6.1's wheels for x86-64 and aarch64 has not: its drivers are x11, wayland,
    offscreen and dummy. That in pygame-ce 2.5.5's has, and so has Debian's.
    """
    spec = util.find_spec("pygame")
    if spec is None or spec.origin is None:
        return False
    package = Path(spec.origin).parent
    bundled = [
        library
        for folder in ("pygame.libs", "pygame_ce.libs")
        for library in (package.parent / folder).glob("libSDL2-*")
    ]
    return not bundled or any(b"KMSDRM" in library.read_bytes() for library in bundled)


def debian_library(machine: Machine, root: Path = Path("/")) -> Path | None:
    """Debian's SDL where it can stand in for the wheel's by SDL_DYNAMIC_API, otherwise None.

    One that is older than what it stands in for is refused (SDL2's README-dynapi; tried with
    Bookworm's 2.26.5 under the wheel's 2.28.4: "Couldn't load an overriding SDL library").
    """
    if machine.release < _TRIXIE:
        return None
    found = sorted((root / "usr/lib").glob("*-linux-gnu*/libSDL2-2.0.so.0"))
    return found[0] if found else None
