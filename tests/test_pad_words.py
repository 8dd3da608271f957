"""The window's texts: in both languages, complete, and such that the font can draw them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pygame
import pytest

from edge_app import modes, settings
from edge_app.output import clipboard, typing
from edge_app.pad import theme, words
from edge_app.pad.app import function_groups
from edge_app.pad.layout import fit
from edge_app.pad.paint import SIGNS
from edge_app.pad.preferences import Preferences
from edge_app.pad.settingspage import question, settings_page
from edge_app.settings import Complaint
from edge_app.text import LANGUAGES, Text
from tests.paddriver import Learned


def texts(table: object) -> Iterator[Text]:
    """Every text of a table of texts, or of tables."""
    if isinstance(table, Text):
        yield table
    elif isinstance(table, Mapping | tuple):
        for inner in table.values() if isinstance(table, Mapping) else table:
            yield from texts(inner)


ALL = [
    *(text for name, table in vars(words).items() if name.isupper() for text in texts(table)),
    words.value("delay_s", 0.35),
    words.value("advance_s", 0.0),
    words.samples(12),
    words.complained([Complaint(Path("settings.toml"), 3, Text("틀립니다.", "Wrong."))] * 2),
    clipboard.KEPT,
    clipboard.UNTIL_CLOSED,
    typing.TYPED,
]


@pytest.mark.parametrize("text", ALL, ids=lambda text: text.english)
def test_each_language_is_itself(text: Text) -> None:
    hangul = [any("가" <= letter <= "힣" for letter in line) for line in text]
    assert hangul == [True, False] or text.korean == text.english


@pytest.mark.parametrize("text", [text for text in ALL if text.korean[-1] in ".?"], ids=str)
def test_sentences_are_polite(text: Text) -> None:
    assert text.korean.endswith(("니다.", "세요.", "까요?"))
    assert text.english[-1] == text.korean[-1]


def test_the_font_draws_all_of_them() -> None:
    pygame.font.init()
    letters = sorted({letter for text in ALL for line in text for letter in line} - {" "})
    metrics = pygame.font.Font(theme.FONT, 24).metrics("".join(letters))
    assert [one for one, drawn in zip(letters, metrics, strict=True) if drawn is None] == []


def test_nothing_that_has_a_name_elsewhere_lacks_one_here() -> None:
    assert tuple(words.MODES) == modes.MODES
    assert set(words.HINTS) == set(modes.MODELS)
    assert words.MISSING == modes.MISSING
    assert tuple(words.SETTINGS) == tuple(vars(settings.DEFAULTS))
    assert {name: tuple(named) for name, named in words.VALUES.items()} == settings.CHOICES
    assert tuple(words.LEARNING) == settings.CHOICES["learn"]


def test_every_button_has_a_name_or_a_sign() -> None:
    memory = Learned()
    preferences = Preferences(memory=memory, offered=modes.MODES)
    functions = function_groups(("copy", "type", "save", "done"), fullscreen=True)
    layout = fit(800, 480, modes.MODES, functions=functions)
    page = settings_page(layout, preferences.rows, 0)
    buttons = {*layout.buttons(), *layout.functions, *page.buttons, *question(layout), "erase"}
    named = {
        name
        for name in buttons - {"line", *SIGNS, *modes.MODES}
        if not name.isdigit() and name.partition(" ")[0] not in ("mark", "set")
    }
    assert named == set(words.BUTTONS)
    assert {name for name in preferences.rows if name != "erase"} <= set(words.SETTINGS)


def test_no_two_buttons_are_called_the_same() -> None:
    for language in (0, 1):
        assert len({text[language] for text in words.BUTTONS.values()}) == len(words.BUTTONS)


def test_a_language_says_which_lines_are_shown() -> None:
    space = words.BUTTONS["space"]
    assert {language: space.lines(language) for language in LANGUAGES} == {
        "both": ("띄어쓰기", "Space"),
        "ko": ("띄어쓰기",),
        "en": ("Space",),
    }
    with pytest.raises(ValueError, match="unknown language 'de'; known: both, ko, en"):
        space.lines("de")


@pytest.mark.parametrize(
    ("name", "value", "english"),
    [
        ("delay_s", 0.35, "0.35 s"),
        ("delay_s", 0.1 + 0.2, "0.3 s"),
        ("delay_s", 2.0, "2 s"),
        ("advance_s", 0.0, "Off"),
        ("advance_s", 1.5, "1.5 s"),
        ("live", True, "On"),
    ],
)
def test_values_are_named(name: str, value: settings.Value, english: str) -> None:
    assert words.value(name, value).english == english
