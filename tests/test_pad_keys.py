"""The table of keys."""

from __future__ import annotations

from itertools import combinations

import pygame
import pytest

from edge_app.pad.app import function_groups
from edge_app.pad.keys import BINDINGS, MARKS, command_of
from edge_app.pad.words import MODES


def test_everything_that_has_a_button_has_a_key() -> None:
    known = {command for binding in BINDINGS for command in binding.commands.values()}
    known |= {f"mark {mark}" for mark in MARKS}
    groups = function_groups(("copy", "type", "save", "done", "settings"), fullscreen=True)
    buttons = {name for group in groups for name in group} - {"newline", "leave"}
    buttons |= {"delete", "more", "undo", "parts", "space", "enter", "escape", "0", "1", "2"}
    assert buttons | set(MODES) <= known


def test_no_key_means_two_things() -> None:
    keys = [set(binding.commands) for binding in BINDINGS] + [set(MARKS.values())]
    for one, other in combinations(keys, 2):
        assert not one & other


@pytest.mark.parametrize(
    ("key", "held", "command"),
    [
        (pygame.K_c, 0, "clear"),
        (pygame.K_c, pygame.KMOD_LCTRL, "copy"),
        (pygame.K_c, pygame.KMOD_RCTRL | pygame.KMOD_NUM | pygame.KMOD_CAPS, "copy"),
        (pygame.K_TAB, pygame.KMOD_RSHIFT, "previous"),
        (pygame.K_SLASH, pygame.KMOD_LSHIFT, "mark ?"),
        (pygame.K_q, 0, None),
        (pygame.K_1, pygame.KMOD_LCTRL, None),
    ],
)
def test_modifiers_tell_commands_apart(key: int, held: int, command: str | None) -> None:
    assert command_of(key, held) == command
