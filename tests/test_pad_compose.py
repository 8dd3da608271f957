"""Composing a line of text with the pad, on SDL's dummy driver."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pygame
import pytest

from edge_app.modes import Reading
from edge_app.pad.helppage import pages
from edge_app.pad.line import Accepted
from edge_app.pad.scribe import MESSAGE_S
from edge_app.pad.words import CHOOSE
from edge_app.recognizer import Prediction
from edge_app.syllables import JAMO
from edge_app.text import Text
from tests.paddriver import LATER_S, Driver, line, middle

Open = Callable[..., Driver]

SOON_S = 0.01
SCRATCH = [(300 if i % 2 else 96, 98 + 10 * i) for i in range(9)]
"""A zigzag over the stroke that `line` makes."""

FLICK = [(500, 300), (300, 302), (110, 304)]


def syllable(label: str = "감") -> Reading:
    """A reading whose final is the least certain, ㅇ next."""
    jamo = {place: np.full(len(known), 0.001, np.float32) for place, known in JAMO.items()}
    for place, known, likely in (("initial", JAMO["initial"], "ㄱㅋ"),
                                 ("medial", JAMO["medial"], "ㅏㅓ"),
                                 ("final", JAMO["final"], "ㅇㅁㅂ")):  # fmt: skip
        for rank, one in enumerate(likely):
            jamo[place][known.index(one)] = 0.9 / (rank + 1)
    return Reading((Prediction(label, 0.8), Prediction("갑", 0.1)), jamo)


def test_writing_on_after_a_pause_takes_the_first_answer(open_pad: Open) -> None:
    pad = open_pad(advance_s=SOON_S)
    pad.settle()
    assert pad.text == "|"
    pad.mouse(*line((300, 120)))
    assert pad.text == "3|"
    assert len(pad.pad.page) == 1
    assert not pad.pad.settled


def test_a_stroke_before_the_pause_belongs_to_the_character(open_pad: Open) -> None:
    pad = open_pad(advance_s=LATER_S)
    pad.write()
    pad.write()
    assert (pad.text, len(pad.pad.page)) == ("|", 2)


@pytest.mark.parametrize("options", [{"best": 0.4, "advance_s": SOON_S}, {"advance_s": 0.0}])
def test_what_is_not_sure_or_not_wanted_is_not_taken(
    open_pad: Open, options: dict[str, float]
) -> None:
    pad = open_pad(**options)
    for _ in range(3):
        pad.write()
        pad.frame()
    assert not pad.pad.settled
    assert (pad.text, len(pad.pad.page)) == ("|", 3)


def test_settled_ink_is_seen_to_be(open_pad: Open) -> None:
    pad = open_pad(advance_s=SOON_S)
    pad.settle()
    pad.frame()
    x, y = (round(side) for side in line()[2])
    settled = pygame.display.get_surface().get_at((x, y))
    pad.mouse(*line((100, 100)))
    assert sum(settled[:3]) > sum(pygame.display.get_surface().get_at((x, y))[:3]) + 150


def test_undo_takes_back_a_stroke_with_what_it_took(open_pad: Open) -> None:
    pad = open_pad(advance_s=SOON_S)
    pad.settle()
    before = pad.pad.page.sheet.ink()[0]
    pad.mouse(*line((300, 120)))
    pad.tap("undo")
    assert pad.text == "|"
    np.testing.assert_allclose(pad.pad.page.sheet.ink()[0], before, atol=1e-6)
    assert [one.label for one in pad.pad.predictions] == ["3", "7", "9"]
    assert not pad.pad.settled, "what was taken back is not taken at once again"


def test_take_back_brings_ink_and_answers_back(open_pad: Open) -> None:
    pad = open_pad()
    pad.write()
    ink = pad.pad.page.sheet.ink()
    pad.tap("1")
    assert (pad.text, len(pad.pad.page)) == ("7|", 0)
    pad.tap("undo")
    assert pad.text == "|"
    np.testing.assert_allclose(pad.pad.page.sheet.ink()[0], ink[0], atol=1e-6)
    pad.tap("2")
    assert pad.text == "9|"


def test_clearing_and_deleting_are_undone(open_pad: Open) -> None:
    pad = open_pad()
    pad.write()
    pad.key(pygame.K_c)
    assert len(pad.pad.page) == 0
    pad.tap("undo")
    assert len(pad.pad.page) == 1
    pad.tap("0")
    pad.tap("delete")
    assert pad.text == "|"
    pad.tap("undo")
    assert pad.text == "3|"


def test_a_tap_opens_a_character_and_an_answer_replaces_it(open_pad: Open) -> None:
    pad = open_pad()
    for rank in "012":
        pad.write()
        pad.tap(rank)
    pad.tap_text(0)
    assert pad.text == "[3]79|"
    assert len(pad.pad.page) == 1
    pad.tap("2")
    assert pad.text == "979|"
    assert len(pad.pad.page) == 0


@pytest.mark.parametrize("way", ["tap", "down", "escape", "undo"])
def test_leaving_an_open_character_keeps_it(open_pad: Open, way: str) -> None:
    told: list[Accepted] = []
    pad = open_pad(on_take_back=told.append)
    for _ in range(2):
        pad.write()
        pad.tap("1")
    pad.tap_text(0)
    if way == "tap":
        pad.tap_text(0)
    elif way == "undo":
        pad.tap("undo")
    else:
        pad.key({"down": pygame.K_DOWN, "escape": pygame.K_ESCAPE}[way])
    assert pad.text == "7|7"
    assert len(pad.pad.page) == 0
    assert not pad.pad.leaving
    assert told == []


def test_an_open_character_is_written_anew(open_pad: Open) -> None:
    pad = open_pad(advance_s=SOON_S)
    for _ in range(2):
        pad.settle()
        pad.tap("1")
    pad.tap_text(0)
    pad.settle()
    assert pad.text == "[7]7|"
    assert len(pad.pad.page) == 1, "the ink that was there is gone"
    pad.mouse(*line((300, 120)))
    assert pad.text == "37|"


def test_deleting_deletes_the_open_character(open_pad: Open) -> None:
    pad = open_pad()
    for rank in "012":
        pad.write()
        pad.tap(rank)
    pad.tap_text(1)
    pad.tap("delete")
    assert pad.text == "39|"


def test_a_tap_between_characters_puts_the_cursor_there(open_pad: Open) -> None:
    pad = open_pad()
    for rank in "012":
        pad.write()
        pad.tap(rank)
    ribbon, writing = pad.pad.ribbon(), pad.pad.layout.writing
    pad.mouse((writing.x + round(ribbon.edge(1)), middle(writing)[1]))
    assert pad.text == "3|79"
    pad.mouse((writing.right - 1, middle(writing)[1]))
    assert pad.text == "379|"
    for key, text in (
        (pygame.K_HOME, "|379"),
        (pygame.K_RIGHT, "3|79"),
        (pygame.K_END, "379|"),
        (pygame.K_LEFT, "37|9"),
        (pygame.K_UP, "3[7]|9"),
    ):
        pad.key(key)
        assert pad.text == text


def test_space_and_marks_take_a_sure_answer_first(open_pad: Open) -> None:
    pad = open_pad(delay_s=LATER_S)
    pad.mouse(*line())
    pad.tap("space")  # it was not read yet
    pad.until(lambda: pad.pad.line.text)
    assert pad.text == "3 |"
    pad.tap("more")
    pad.tap("mark ?")
    assert (pad.text, pad.pad.panel) == ("3 ?|", None)
    pad.key(pygame.K_1, pygame.KMOD_LSHIFT)
    pad.key(pygame.K_RETURN)
    assert pad.text == "3 ?!\n|"
    pad.key(pygame.K_BACKSPACE)
    assert pad.text == "3 ?!|"


def test_a_guess_is_not_taken_with_a_space(open_pad: Open) -> None:
    pad = open_pad(best=0.4)
    pad.write()
    pad.tap("space")
    assert (pad.text, pad.pad.message) == ("|", CHOOSE)
    assert len(pad.pad.page) == 1
    pad.key(pygame.K_RETURN)
    assert pad.text == "3|", "that was asked for"


def test_on_demand_ink_waits_for_the_space_key(open_pad: Open) -> None:
    pad = open_pad(live=False)
    pad.mouse(*line())
    for _ in range(5):
        pad.frame()
    assert pad.recognised.inks == []
    pad.key(pygame.K_SPACE)
    pad.until(lambda: pad.pad.predictions)
    assert pad.text == "|"
    pad.key(pygame.K_SPACE)
    assert pad.text == "3 |"


def test_a_jamo_is_mended(open_pad: Open) -> None:
    pad = open_pad(reading=syllable())
    pad.write()
    pad.tap("parts")
    assert (pad.pad.panel, pad.pad.place) == ("parts", "final")
    assert pad.pad.alternatives()[:2] == ["강", "갑"]
    pad.tap("place 0")
    assert pad.pad.alternatives()[0] == "캄"
    pad.tap("place 2")
    pad.tap("jamo 0")
    assert (pad.text, pad.pad.panel) == ("강|", None)
    pad.tap_text(0)
    pad.key(pygame.K_p)
    pad.tap("place 0")
    assert pad.pad.alternatives()[0] == "캉", "the other parts are those that were chosen"
    pad.tap("jamo 0")
    assert pad.text == "캉|"


def test_what_is_no_syllable_has_no_parts(open_pad: Open) -> None:
    pad = open_pad()
    pad.write()
    pad.tap("parts")
    assert pad.pad.panel is None
    assert pad.pad.message is not None


def test_panels_are_walked_by_key(open_pad: Open) -> None:
    pad = open_pad(reading=syllable())
    pad.key(pygame.K_m)
    pad.key(pygame.K_TAB)
    pad.key(pygame.K_RIGHT)
    pad.key(pygame.K_DOWN)
    pad.key(pygame.K_UP)
    assert pad.pad.focus == "mark ,"
    pad.key(pygame.K_RETURN)
    assert pad.text == ",|"
    pad.write()
    pad.key(pygame.K_p)
    for key in (pygame.K_DOWN, pygame.K_DOWN, pygame.K_RIGHT):
        pad.key(key)
    assert pad.pad.focus == "jamo 1"
    pad.key(pygame.K_RETURN)
    assert pad.text == ",갑|"


def test_whoever_listens_is_told_of_choices_and_corrections(open_pad: Open) -> None:
    told: list[tuple[str, str]] = []
    pad = open_pad(
        on_accept=lambda one: told.append(("accept", one.label)),
        on_take_back=lambda one: told.append(("take back", one.label)),
    )
    pad.write()
    pad.tap("1")
    pad.tap_text(0)
    pad.tap("2")
    pad.tap("undo")
    assert told == [
        ("accept", "7"), ("take back", "7"), ("accept", "9"), ("take back", "9"), ("accept", "7"),
    ]  # fmt: skip
    told.clear()
    pad.key(pygame.K_DOWN)
    pad.tap("space")
    pad.key(pygame.K_BACKSPACE)
    pad.key(pygame.K_BACKSPACE)
    assert (pad.text, told) == ("|", []), "deleted later, it was not wrong"
    pad.write()
    pad.tap("0")
    pad.key(pygame.K_BACKSPACE)
    assert told == [("accept", "3"), ("take back", "3")]


def test_a_choice_is_told_with_its_ink(open_pad: Open) -> None:
    told: list[Accepted] = []
    pad = open_pad(on_accept=told.append)
    pad.write()
    ink = pad.pad.page.sheet.ink()
    pad.tap("1")
    (one,) = told
    assert (one.label, one.mode) == ("7", "digits")
    assert [found.label for found in one.predictions] == ["3", "7", "9"]
    np.testing.assert_allclose(one.ink[0], ink[0], atol=1e-6)


@pytest.mark.parametrize("settled", [False, True])
def test_scratching_out_clears_the_page(open_pad: Open, settled: bool) -> None:
    told: list[Accepted] = []
    pad = open_pad(advance_s=SOON_S if settled else 0.0, on_take_back=told.append)
    pad.settle() if settled else pad.write()
    pad.mouse(*SCRATCH)
    assert (pad.text, len(pad.pad.page)) == ("|", 0)
    assert len(told) == settled, "what the stroke had taken"
    pad.tap("undo")
    assert len(pad.pad.page) == 1


def test_a_flick_deletes_a_character(open_pad: Open) -> None:
    pad = open_pad()
    pad.write()
    pad.tap("0")
    pad.mouse(*FLICK)
    assert (pad.text, len(pad.pad.page)) == ("|", 0)
    pad.write()
    pad.mouse(*FLICK)
    assert len(pad.pad.page) == 2, "over other ink it is a stroke"


def test_buttons_do_things_with_the_text(open_pad: Open) -> None:
    given: list[str] = []

    def copy(text: str) -> Text:
        given.append(text)
        return Text("복사했습니다", "Copied")

    pad = open_pad(actions={"copy": copy, "done": copy})
    assert {"copy", "done"} < set(pad.pad.layout.functions)
    assert "save" not in pad.pad.layout.functions
    pad.write()
    pad.tap("more")
    pad.tap("copy")
    assert given == ["3"], "the sure answer on the page is part of it"
    assert pad.pad.message == ("복사했습니다", "Copied")
    pad.pad.tick(pad.pad.next_due or 0)
    assert pad.pad.message is None
    pad.key(pygame.K_RETURN, pygame.KMOD_LCTRL)
    assert given == ["3", "3"]
    assert pad.pad.leaving


def test_a_message_goes_after_a_while(open_pad: Open) -> None:
    pad = open_pad()
    pad.pad.tick(10.0)
    pad.pad.say(Text("저장했습니다", "Saved"))
    assert pad.pad.next_due == 10.0 + MESSAGE_S
    pad.pad.tick(10.0 + MESSAGE_S)
    assert pad.pad.message is None
    assert pad.pad.next_due is None


def test_delete_held_down_deletes_on(open_pad: Open) -> None:
    pad = open_pad()
    for _ in range(4):
        pad.key(pygame.K_SPACE)
    place = middle(pad.pad.layout.delete)
    pad.post(pygame.MOUSEBUTTONDOWN, pos=place, button=1, touch=False)
    pad.until(lambda: pad.text == "  |")
    pad.post(pygame.MOUSEBUTTONUP, pos=place, button=1, touch=False)
    pad.frame()
    assert pad.text == "  |"
    assert pad.pad.next_due is None


def test_help_covers_the_pad_until_it_is_tapped(open_pad: Open) -> None:
    pad = open_pad()
    pad.key(pygame.K_F1)
    for page in range(pages(pad.pad.layout)):
        assert (pad.pad.panel, pad.pad.help_number) == ("help", page)
        pad.mouse(*line())
    assert pad.pad.panel is None
    assert len(pad.pad.page) == 0
    pad.mouse(*line())
    assert len(pad.pad.page) == 1
