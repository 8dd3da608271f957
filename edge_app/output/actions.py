"""What the window can do with the text here, each as a function that answers with a message."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from edge_app.output import clipboard, saving, typing
from edge_app.output.message import Message, OutputError
from edge_app.output.session import Session

Action = Callable[[str], Message]
"""Takes the whole text, returns what came of it. Call it in the window's thread; raises nothing.

It returns within a few seconds: a hanging tool is given `tools.PATIENCE_S`, and while a text is
typed, for up to ten seconds, the pad's window is not on the screen.
"""

_EMPTY = Message("쓴 글이 없습니다.", "Nothing has been written yet.")


def actions_for(session: Session, file: Path | None = None) -> dict[str, Action]:
    """Of "copy", "type" and "save", those that work in a session.

    file: saved texts are added to its end; by default each becomes a file among the documents.
    """
    actions: dict[str, Action] = {}
    if session.kind != "console":
        actions["copy"] = partial(clipboard.copy, session)
    if how := typing.way(session):
        actions["type"] = partial(typing.type_aside, session, how)
    if file is None:
        actions["save"] = lambda text: saving.save_new(text, saving.documents())
    else:
        actions["save"] = partial(saving.append, path=file)
    return {name: partial(_told, action) for name, action in actions.items()}


def _told(action: Action, text: str) -> Message:
    """What an action says, its errors included."""
    if not text:
        return _EMPTY
    try:
        return action(text)
    except OutputError as error:
        return error.message
