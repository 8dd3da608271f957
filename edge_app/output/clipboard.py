"""The clipboard: held by a tool of the desktop where there is one, otherwise by SDL.

X11 and Wayland keep no copied text: whoever copied it hands it out when another program pastes.
wl-copy, xclip and xsel stay in the background to do so, until something else is copied; what SDL
holds is gone when the pad closes, unless the desktop runs a clipboard manager.
"""

from __future__ import annotations

from contextlib import suppress

from edge_app.output import tools
from edge_app.output.message import Message, OutputError
from edge_app.output.session import Session

_HOLDERS: dict[str, dict[str, list[str]]] = {
    # Told the type, wl-copy does not guess it from the text.
    "wayland": {"wl-copy": ["--type", "text/plain;charset=utf-8"]},
    "x11": {"xclip": ["-in", "-selection", "clipboard"], "xsel": ["--input", "--clipboard"]},
}
"""By session: the tools that hold a copied text, best first."""

_PRIMARY = {"xclip": ["-in", "-selection", "primary"], "xsel": ["--input", "--primary"]}
"""The same for X11's other selection, which terminals paste."""

PACKAGE = {"wayland": "wl-clipboard", "x11": "xclip"}
"""By session: the Debian package of the best holder."""

_SDL_TYPE = "text/plain;charset=utf-8"
"""The one type under which pygame hands UTF-8 to SDL's own clipboard (src_c/scrap.c)."""

KEPT = Message("복사했습니다.", "Copied.")
UNTIL_CLOSED = Message(
    "복사했습니다. 패드를 닫기 전에 붙여 넣으세요.",
    "Copied. Paste it before you close the pad.",
)


def holder(session: Session) -> str | None:
    """The tool that will hold a copied text, if any is installed."""
    return next(filter(session.has, _HOLDERS.get(session.kind, {})), None)


def copy(session: Session, text: str) -> Message:
    """Puts text into the clipboard. Raises OutputError. Needs the pad's window and its thread."""
    tool = holder(session)
    if tool is not None:
        with suppress(tools.ToolError):
            tools.run([tool, *_HOLDERS[session.kind][tool]], text)
            return KEPT
    import pygame

    try:
        pygame.scrap.init()
        pygame.scrap.put(_SDL_TYPE, text.encode())
    except pygame.error as error:
        failed = Message(f"복사하지 못했습니다: {error}", f"It could not be copied: {error}")
        raise OutputError(failed) from None
    return UNTIL_CLOSED


def hold_everywhere(session: Session, text: str) -> None:
    """Puts text into both of X11's selections by its holder. Raises ToolError."""
    tool = holder(session)
    if tool is None:
        raise tools.ToolError("neither xclip nor xsel is installed")
    for selection in (_HOLDERS[session.kind], _PRIMARY):
        tools.run([tool, *selection[tool]], text)
