"""The keyboard: every function by keys alone. One table, which the help shows as well."""

from __future__ import annotations

from typing import NamedTuple

import pygame

from edge_app.text import Text

_PLAIN, _SHIFT, _CTRL = 0, pygame.KMOD_SHIFT, pygame.KMOD_CTRL

Key = tuple[int, int]
"""A key, and the modifier held with it."""


class Binding(NamedTuple):
    """Keys that belong together, as the help shows them."""

    shown: str
    korean: str
    english: str
    commands: dict[Key, str]
    """What `edge_app.pad.state.Pad.command` is told."""

    @property
    def means(self) -> Text:
        """What they do."""
        return Text(self.korean, self.english)


def _plain(**commands: str) -> dict[Key, str]:
    """Commands of keys without modifier, by pygame's names for them."""
    return {(getattr(pygame, f"K_{name}"), _PLAIN): command for name, command in commands.items()}


def _ctrl(**commands: str) -> dict[Key, str]:
    return {(key, _CTRL): command for (key, _), command in _plain(**commands).items()}


_NUMBERS = {f"{pad}{i + 1}": str(i) for pad in ("", "KP") for i in range(3)}

BINDINGS = (
    Binding("1 2 3", "후보 고르기", "Take an answer", _plain(**_NUMBERS)),
    Binding("Enter", "첫 후보, 줄 바꿈", "First answer, new line",
            _plain(RETURN="enter", KP_ENTER="enter")),
    Binding("Space", "띄어쓰기", "Space", _plain(SPACE="space")),
    Binding("Backspace", "지우기", "Delete", _plain(BACKSPACE="delete")),
    Binding("Delete  C", "획 모두 지우기", "Clear the page", _plain(DELETE="clear", c="clear")),
    Binding("Ctrl+Z  U", "되돌리기", "Undo", {**_ctrl(z="undo"), **_plain(u="undo")}),
    Binding("← →  Home End", "커서 옮기기", "Move the cursor",
            _plain(LEFT="left", RIGHT="right", HOME="home", END="end")),
    Binding("↑ ↓", "글자 열기, 닫기", "Open, close a character",
            _plain(UP="open", DOWN="close")),
    Binding("P", "자모 고치기", "Mend one jamo", _plain(p="parts")),
    Binding("R", "지금 읽기", "Read now", _plain(r="recognise")),
    Binding("Tab  H D J A", "방식", "Mode",
            {**_plain(TAB="next", h="hangul", d="digits", j="jamo", a="auto"),
             (pygame.K_TAB, _SHIFT): "previous"}),
    Binding("M", "더 보기", "More", _plain(m="more", MENU="more")),
    Binding("Ctrl+C  T  S", "복사, 입력, 저장", "Copy, type, save",
            _ctrl(c="copy", t="type", s="save")),
    Binding("Ctrl+Enter  Ctrl+,", "완료, 설정", "Done, settings",
            _ctrl(RETURN="done", COMMA="settings")),
    Binding("F1  F11", "도움말, 전체 화면", "Help, full screen",
            _plain(F1="help", F11="full screen")),
    Binding("Esc", "닫기, 끝내기", "Close, leave", _plain(ESCAPE="escape")),
)  # fmt: skip
"""All of them. In an open panel the arrows, Tab and Enter walk among its buttons."""

MARKS = {
    ".": (pygame.K_PERIOD, _PLAIN),
    ",": (pygame.K_COMMA, _PLAIN),
    "?": (pygame.K_SLASH, _SHIFT),
    "!": (pygame.K_1, _SHIFT),
    "~": (pygame.K_BACKQUOTE, _SHIFT),
    ":": (pygame.K_SEMICOLON, _SHIFT),
    "-": (pygame.K_MINUS, _PLAIN),
    '"': (pygame.K_QUOTE, _SHIFT),
    "(": (pygame.K_9, _SHIFT),
    ")": (pygame.K_0, _SHIFT),
}
"""The marks that can be put into the line, and their keys."""

_COMMANDS = {
    **{key: command for binding in BINDINGS for key, command in binding.commands.items()},
    **{key: f"mark {mark}" for mark, key in MARKS.items()},
}


def command_of(key: int, modifiers: int) -> str | None:
    """What a key means; modifiers as pygame reports them."""
    held = (_SHIFT if modifiers & _SHIFT else 0) | (_CTRL if modifiers & _CTRL else 0)
    return _COMMANDS.get((key, held))
