"""What a storm consists of: random events, as plain values that can be printed and left out.

A step is a tuple: ("post", name of pygame's event, its attributes), ("key", key, modifier),
("tap", which of the buttons in sight, 0 to 1, seconds it is held), ("line", where in the line, 0
to 1), ("size", width, height), ("wait", seconds), ("answers", whether they come), ("frame",), and
as the last one ("release", by lost focus or not).
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import pygame

from edge_app.pad import keys

Step = tuple[Any, ...]

_FINGERS = ("FINGERDOWN", "FINGERMOTION", "FINGERUP")
_MICE = ("MOUSEBUTTONDOWN", "MOUSEMOTION", "MOUSEBUTTONUP")

_SCREENS = (3, 3, 3, 4, -1, 2**64 - 1)
"""Touch devices; the last two are SDL's own repeats of mouse events."""

_LARGEST = 4000
"""Of a window's sides, px."""

_BOUND = [*{key for binding in keys.BINDINGS for key in binding.commands}, *keys.MARKS.values()]
"""Every key that means something."""

_ALL_KEYS = sorted({getattr(pygame, name) for name in dir(pygame) if name.startswith("K_")})
_MODIFIERS = (0, 0, pygame.KMOD_LSHIFT, pygame.KMOD_RCTRL, pygame.KMOD_ALT, pygame.KMOD_CAPS)
_LEAVING = (pygame.K_ESCAPE, pygame.K_RETURN)

_WINDOW = (
    "WINDOWLEAVE", "WINDOWENTER", "WINDOWFOCUSLOST", "WINDOWFOCUSGAINED", "WINDOWMINIMIZED",
    "WINDOWRESTORED", "WINDOWSIZECHANGED", "WINDOWMOVED", "VIDEOEXPOSE", "ACTIVEEVENT",
)  # fmt: skip
_OTHERS = ("MOUSEWHEEL", "MULTIGESTURE", "TEXTINPUT", "KEYUP", "DROPFILE", "CLIPBOARDUPDATE")
_PAUSES = (0.005, 0.03, 0.1, 0.4, 0.6, 1.3, 3.1)


def sequence(rng: random.Random) -> list[Step]:
    """A storm: some hands, some accidents, and all pointers gone in the end."""
    steps: list[Step] = []
    for _ in range(rng.randint(2, 8)):
        (kind,) = rng.choices(list(_KINDS), list(_KINDS.values()))
        for step in kind(rng):
            steps.append(step)
            if rng.random() < 0.3:
                steps.append(("frame",))
        steps.append(("wait", rng.choice(_PAUSES)))
    return [*steps, ("release", rng.random() < 0.5)]


def _place(rng: random.Random) -> tuple[float, float]:
    """A share of the window; now and then far outside."""
    if rng.random() < 0.02:
        return rng.uniform(-1e6, 1e6), rng.uniform(-1e6, 1e6)
    low, high = (-3.0, 4.0) if rng.random() < 0.1 else (-0.05, 1.05)
    return rng.uniform(low, high), rng.uniform(low, high)


def _finger(kind: int, screen: int, finger: int, place: tuple[float, float]) -> Step:
    details = {"touch_id": screen, "finger_id": finger, "dx": 0.0, "dy": 0.0, "pressure": 1.0}
    return "post", _FINGERS[kind], {**details, "x": place[0], "y": place[1]}


def _mouse(kind: int, place: tuple[float, float], *, button: int = 1, touch: bool = False) -> Step:
    """place: share of a window of 800x480, as mice come in pixels."""
    x, y = (round(share * side) for share, side in zip(place, (800, 480), strict=True))
    held: dict[str, Any] = {"button": button}
    if kind == 1:
        held = {"buttons": tuple(int(button == i) for i in (1, 2, 3)), "rel": (0, 0)}
    return "post", _MICE[kind], {"pos": (x, y), "touch": touch, **held}


def _touches(rng: random.Random) -> list[Step]:
    """Many fingers at once, with repeats; some never come up, some never went down."""
    waiting: list[list[Step]] = []
    for number in range(rng.randint(1, 6)):
        screen, finger = rng.choice(_SCREENS), rng.choice((number, rng.randint(0, 2**40)))
        doings = [0, *[1] * rng.randint(0, 6), 2]
        if rng.random() < 0.2:
            doings.pop()
        if rng.random() < 0.1:
            doings = doings[1:]
        if rng.random() < 0.15:
            rng.shuffle(doings)
        steps: list[Step] = []
        for kind in doings:
            place = _place(rng)
            repeat = rng.random()
            if repeat < 0.2:
                steps.append(_mouse(kind, place, touch=repeat < 0.1))
            steps.append(_finger(kind, screen, finger, place))
        waiting.append(steps)
    mixed: list[Step] = []
    while waiting := [steps for steps in waiting if steps]:
        mixed.append(rng.choice(waiting).pop(0))
        if rng.random() < 0.1:
            mixed.append(("wait", rng.choice(_PAUSES)))
    return mixed


def _mice(rng: random.Random) -> list[Step]:
    """A mouse whose presses or releases may be missing, with any button."""
    button = rng.choice((1, 1, 1, 2, 3, 5))
    kinds = [0, *[1] * rng.randint(0, 8), 2]
    if rng.random() < 0.2:
        kinds.remove(rng.choice((0, 2)))
    return [_mouse(kind, _place(rng), button=button) for kind in kinds]


def _along(places: list[tuple[float, float]]) -> list[Step]:
    """A stroke of the mouse through places, shares of the window."""
    moved = [_mouse(1, place) for place in places[1:]]
    return [_mouse(0, places[0]), *moved, _mouse(2, places[-1])]


def _writing(rng: random.Random) -> list[Step]:
    """One to three strokes where the page mostly is, and what is made of them."""
    steps: list[Step] = []
    for _ in range(rng.randint(1, 3)):
        x, y = rng.uniform(0.15, 0.6), rng.uniform(0.3, 0.9)
        turn = rng.uniform(0, 2 * math.pi)
        places = []
        for _ in range(rng.randint(1, 8)):
            places.append((x, y))
            x, y = x + 0.05 * math.cos(turn), y + 0.07 * math.sin(turn)
            turn += rng.uniform(-1, 1)
        steps += _along(places)
    if rng.random() < 0.8:
        steps += [("answers", True), ("wait", 0.4)]
    if rng.random() < 0.5:
        steps += [rng.choice((("key", pygame.K_1, 0), ("key", pygame.K_RETURN, 0), ("wait", 1.3)))]
    return steps


def _gestures(rng: random.Random) -> list[Step]:
    """A flick to the left, or a scratch-out."""
    y = rng.uniform(0.3, 0.9)
    if rng.random() < 0.5:
        return _along([(0.6 - 0.1 * i, y) for i in range(5)])
    return _along([((0.1, 0.6)[i % 2], y - 0.02 * i) for i in range(rng.randint(4, 9))])


def _chatter(rng: random.Random) -> list[Step]:
    """A drag that a resistive panel tells as a chain of pairs."""
    steps: list[Step] = []
    x, y = rng.uniform(0.1, 0.9), rng.uniform(0.1, 0.9)
    for _ in range(rng.randint(2, 6)):
        steps += [_finger(0, 3, 0, (x, y)), _finger(2, 3, 0, (x, y)), ("wait", 0.01)]
        x, y = x + rng.uniform(-0.03, 0.03), y + rng.uniform(-0.03, 0.03)
    return steps


def _taps(rng: random.Random) -> list[Step]:
    return [
        ("tap", rng.random(), rng.choice((0.0, 0.0, 0.0, 0.7))) for _ in range(rng.randint(1, 5))
    ]


def _keys(rng: random.Random) -> list[Step]:
    """Keys that mean something, and a few that do not; seldom those that leave."""
    steps: list[Step] = []
    for _ in range(rng.randint(1, 6)):
        key, modifier = rng.choice(_BOUND)
        if rng.random() < 0.2:
            key, modifier = rng.choice(_ALL_KEYS), rng.choice(_MODIFIERS)
        if key not in _LEAVING or rng.random() < 0.1:
            steps.append(("key", key, modifier))
    return steps


def _line(rng: random.Random) -> list[Step]:
    """A character is opened, or the cursor set; then perhaps something is done with it."""
    after: tuple[Step, ...] = (
        ("key", pygame.K_BACKSPACE, 0), ("key", pygame.K_2, 0), ("key", pygame.K_p, 0),
        ("key", pygame.K_UP, 0), ("key", pygame.K_DOWN, 0), ("key", pygame.K_d, 0),
    )  # fmt: skip
    return [("line", rng.random()), *rng.sample(after, rng.randint(0, 3))]


def _take_back(rng: random.Random) -> list[Step]:
    return [("key", pygame.K_z, pygame.KMOD_LCTRL)] * rng.randint(1, 6)


def _modes(rng: random.Random) -> list[Step]:
    switches = (pygame.K_h, pygame.K_d, pygame.K_j, pygame.K_a, pygame.K_TAB)
    return [("key", rng.choice(switches), 0) for _ in range(rng.randint(1, 4))]


def _resize(rng: random.Random) -> list[Step]:
    """Any size there is, small ones as often as large ones."""
    width, height = (round(_LARGEST ** rng.random()) for _ in range(2))
    if rng.random() < 0.7:
        width, height = rng.randint(200, 1300), rng.randint(200, 1300)
    return [("size", width, height)]


def _window(rng: random.Random) -> list[Step]:
    name = rng.choice(_WINDOW) if rng.random() < 0.7 else rng.choice(_OTHERS)
    return [("post", name, {})]


def _answers(rng: random.Random) -> list[Step]:
    """From now on answers wait, or come."""
    return [("answers", rng.random() < 0.7)]


def _close(rng: random.Random) -> list[Step]:
    return [("post", "QUIT", {})] if rng.random() < 0.1 else []


_KINDS: dict[Callable[[random.Random], list[Step]], int] = {
    _touches: 20, _mice: 12, _writing: 30, _gestures: 5, _chatter: 5, _taps: 25, _keys: 15,
    _line: 8, _take_back: 6, _modes: 5, _resize: 5, _window: 6, _answers: 5, _close: 1,
}  # fmt: skip
"""What happens, by how often."""
