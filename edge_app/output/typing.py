"""Typing into another window.

The pad has the focus when its button is tapped. So it steps aside: its window goes, the desktop
gives the focus to the window that had it before, the text is typed, and the pad comes back. That
needs no tool, works alike on X11 and Wayland, and on a small screen it shows the person the text
arriving in a window that the pad had covered.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from edge_app.output import clipboard, tools
from edge_app.output.message import Message, OutputError
from edge_app.output.session import Session

_SETTLE_S = 0.4
"""From hiding the window until the desktop has given the focus to another, and from the last key
until that one has taken it."""

_PATIENCE_S = 10.0
"""For a text to be typed; wtype takes about 2 ms a character."""

TYPED = Message("글을 넣었습니다.", "Typed into the other window.")
_FAILED = Message(
    "글을 넣지 못했습니다. 대신 복사하세요.", "It could not be typed. Copy it instead."
)
_NOWHERE = Message("글을 넣을 다른 창이 없습니다.", "There is no other window to type into.")
_ASCII_ONLY = Message(
    "ydotool은 한글을 넣지 못합니다. 대신 복사하세요.",
    "ydotool types no Hangul. Copy it instead.",
)


@dataclass(frozen=True)
class Way:
    """A way of typing that works here."""

    tool: str
    remark: str
    """What `doctor` adds to its name, in English; may be empty."""
    check: Callable[[str], None]
    """Raises OutputError for a text that it cannot type."""
    type: Callable[[Session, str], None]
    """Types into the window with the focus. Raises OutputError or ToolError."""


def way(session: Session) -> Way | None:
    """The best way of typing that a harmless trial shows to work in this session."""
    if session.kind == "wayland":
        # Without a compositor that takes virtual keyboards it fails; otherwise it waits 1 ms.
        if session.has("wtype") and tools.works(["wtype", "-s", "1"]):
            return Way("wtype", "", _anything, _wtype)
        if session.has("ydotool") and tools.works(["ydotool", "type", ""]):
            return Way("ydotool", "digits and Latin letters only", _ascii_only, _ydotool)
    elif (
        session.kind == "x11"
        and session.has("xdotool")
        and clipboard.holder(session)
        and tools.works(["xdotool", "getdisplaygeometry"])
    ):
        return Way("xdotool", "which pastes with Shift+Insert", _anything, _paste)
    return None


def type_aside(session: Session, how: Way, text: str) -> Message:
    """Types text into the window that had the focus before the pad.

    Blocks while the pad's window is hidden. Raises OutputError. Needs the window's thread.
    """
    how.check(text)
    try:
        with _aside():
            how.type(session, text)
    except tools.ToolError:
        raise OutputError(_FAILED) from None
    return TYPED


_aside_window: Any = None
"""The window that stepped aside last. pygame 2.6 hands this object out with each later event of the
window and does not count that as a use (github.com/pygame-community/pygame-ce/issues/1889): freed,
it would be memory that has gone to others, and the pad would crash."""


@contextmanager
def _aside() -> Iterator[None]:
    from pygame._sdl2.video import Window

    global _aside_window
    window = _aside_window = Window.from_display_module()
    window.hide()
    try:
        time.sleep(_SETTLE_S)
        yield
        time.sleep(_SETTLE_S)
    finally:
        window.show()


def _anything(_text: str) -> None:
    pass


def _ascii_only(text: str) -> None:
    """ydotool sends the key codes of a US keyboard, which has no Hangul."""
    if not text.isascii():
        raise OutputError(_ASCII_ONLY)


def _wtype(_session: Session, text: str) -> None:
    # Where there is no keyboard but this virtual one, as on a device with a touchscreen alone,
    # windows learn of it only now. Without the wait one of four runs lost its first character.
    tools.run(["wtype", "-s", "200", "-"], text, _PATIENCE_S)


def _ydotool(_session: Session, text: str) -> None:
    tools.run(["ydotool", "type", "--file", "-"], text, _PATIENCE_S)


def _another_is_active() -> bool:
    """Whether the window manager has made another window the active one.

    Where there is none Openbox goes on naming the hidden one; without a manager nobody is named.
    """
    import pygame

    try:
        active = tools.ask(["xdotool", "getactivewindow"])
    except tools.ToolError:
        return False
    return active != str(pygame.display.get_wm_info().get("window"))


def _paste(session: Session, text: str) -> None:
    """`xdotool type` lends a spare key to one syllable after another, and programs that are slow
    to learn of it lose some (docs/output.md); a paste arrives whole."""
    if not _another_is_active():
        raise OutputError(_NOWHERE)
    clipboard.hold_everywhere(session, text)
    # Toolkits paste the clipboard at this key, terminals the primary selection.
    tools.run(["xdotool", "key", "--clearmodifiers", "shift+Insert"])
