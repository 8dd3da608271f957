"""The pad's window: `run` opens it."""

from __future__ import annotations

import os

# Before pygame is imported. Standard output belongs to the answers, and without a class of its
# own, desktops file the window under the name of the script.
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
os.environ.setdefault("SDL_VIDEO_X11_WMCLASS", "hangul-pad")
os.environ.setdefault("SDL_VIDEO_WAYLAND_WMCLASS", "hangul-pad")

from edge_app.pad.app import run
from edge_app.pad.screen import NoScreenError

__all__ = ["NoScreenError", "run"]
