"""Turning the screen and letting it rest, in the commands of each kind of session.

A turn is told in degrees clockwise from how the panel is built, as Raspberry Pi's documentation and
`xrandr` have it (Touch Display 2, "Change screen orientation"; xrandr(1), --rotate).
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence

TURNS = (0, 90, 180, 270)
"""Degrees clockwise."""

_XRANDR = {0: "normal", 90: "right", 180: "inverted", 270: "left"}

STAY_LIT = 0
"""Instead of seconds: the screen never goes dark."""


def wayland_transform(turn: int) -> str:
    """The name that Wayland has for a turn: its own are anticlockwise.

    wayland.xml, wl_output.transform: "90 degrees counter-clockwise". Tried with cage 0.1.4's -r,
    which is that transform, whatever its manual says: the picture's top comes to lie on the left.
    """
    return str(-turn % 360) if turn else "normal"


def turn_wayland(output: str, turn: int) -> str:
    """A line of sh that turns a screen of a wlroots compositor: labwc, Wayfire, cage from 0.1.5."""
    transform = wayland_transform(turn)
    return f"wlr-randr --output {shlex.quote(output)} --transform {transform}"


def turn_x11(output: str, turn: int, touch: Sequence[str]) -> list[str]:
    """Lines of sh that turn a screen of X11 and its touch devices with it.

    output: its DRM name; Xorg's modesetting driver calls HDMI-A-1 HDMI-1. touch: the devices'
    names, which `xinput map-to-output` has follow the turn, until the next one (xinput(1)).
    """
    name = shlex.quote(output.replace("HDMI-A-", "HDMI-"))
    mapped = [f"xinput map-to-output {shlex.quote(one)} {name}" for one in touch]
    return [f"xrandr --output {name} --rotate {_XRANDR[turn]}", *mapped]


def rest_wayland(after_s: int) -> list[str]:
    """Lines of sh that switch off the screens of labwc or Wayfire after idle seconds.

    With wlopm, as Raspberry Pi OS has it; wlr-randr --off would make windows move. To stay lit
    nothing is needed: while SDL's window shows, it inhibits.
    """
    if after_s == STAY_LIT:
        return []
    return [f"swayidle -w timeout {after_s} 'wlopm --off \\*' resume 'wlopm --on \\*' &"]


def rest_x11(after_s: int) -> list[str]:
    """Lines of sh that set X11's screen saver and DPMS (xset(1)), seconds or never."""
    if after_s == STAY_LIT:
        return ["xset s off -dpms"]
    return [f"xset s {after_s} +dpms dpms {after_s} {after_s} {after_s}"]


def rest_environment(after_s: int) -> dict[str, str]:
    """What SDL must be told, which keeps screens lit by itself.

    SDL_HINT_VIDEO_ALLOW_SCREENSAVER: "By default SDL will disable the screensaver", since 2.0.2.
    """
    return {} if after_s == STAY_LIT else {"SDL_VIDEO_ALLOW_SCREENSAVER": "1"}
