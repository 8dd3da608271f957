"""What `hangul-pad doctor` says of copying and typing."""

from __future__ import annotations

from collections.abc import Iterator

from edge_app.output import clipboard, typing
from edge_app.output.session import Session


def lines(session: Session | None = None) -> Iterator[tuple[str, str, str]]:
    """Topic, finding and, where something is missing, its remedy; by default of this session."""
    session = session or Session.detect()
    if session.kind == "console":
        remedy = "start the pad on a desktop (X11, labwc) to copy text or type it elsewhere"
        yield "copying and typing", "no desktop, so no other window", remedy
        return
    package = clipboard.PACKAGE[session.kind]
    tool = clipboard.holder(session)
    if tool is not None:
        yield "copying", f"{tool}, also after the pad is closed", ""
    else:
        yield "copying", "SDL, until the pad is closed", f"to keep it: sudo apt install {package}"
    how = typing.way(session)
    if how is None:
        yield "typing", *_untyped(session)
    else:
        found = f"{how.tool}, {how.remark}" if how.remark else how.tool
        yield "typing", found, _untyped(session)[1] if how.tool == "ydotool" else ""


def _untyped(session: Session) -> tuple[str, str]:
    """Why the best way of typing does not work, and what to do."""
    if session.kind == "x11":
        needed = {"xdotool": "xdotool", clipboard.holder(session) or "xclip": "xclip"}
        missing = [package for tool, package in needed.items() if not session.has(tool)]
        if missing:
            return f"no {' and no '.join(missing)}", f"sudo apt install {' '.join(missing)}"
        return "xdotool finds no display", "check DISPLAY and XAUTHORITY"
    if not session.has("wtype"):
        return "no wtype", "sudo apt install wtype"
    return (
        "wtype is there, but this compositor takes no virtual keyboard",
        "labwc and sway do, GNOME and KDE do not: copy the text and paste it there",
    )
