"""Where the composed line goes: the clipboard, another window, a file.

Only what uses the window imports pygame, which must not be loaded before `edge_app.pad` has told it
the window's class.
"""

from edge_app.output.actions import Action, actions_for
from edge_app.output.findings import lines
from edge_app.output.message import Message
from edge_app.output.session import Session

__all__ = ["Action", "Message", "Session", "actions_for", "lines"]
