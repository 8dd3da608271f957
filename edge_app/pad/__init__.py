"""The pad's window: `run` opens it."""

from __future__ import annotations

import os

# Before pygame is imported: standard output belongs to the answers.
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

from edge_app.pad.app import run
from edge_app.pad.screen import NoScreenError

__all__ = ["NoScreenError", "run"]
