"""Switching modes, and what the pad says of its answers, on SDL's dummy driver."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pygame
import pytest

from edge_app.modes import Reading
from edge_app.pad import theme
from edge_app.pad.layout import Rect
from edge_app.recognizer import Prediction
from edge_app.worker import Answer
from tests.paddriver import LATER_S, Driver, line, middle

OFFERED = ("hangul", "digits", "jamo", "auto")


@pytest.mark.parametrize("way", ["tap", "touch", "key"])
def test_a_mode_is_chosen_and_the_next_ink_read_in_it(
    open_pad: Callable[..., Driver], way: str
) -> None:
    pad = open_pad(offered=OFFERED)
    keys = {"hangul": pygame.K_h, "digits": pygame.K_d, "jamo": pygame.K_j, "auto": pygame.K_a}
    for mode in ("digits", "jamo", "hangul", "auto"):
        if way == "tap":
            pad.tap(mode)
        elif way == "touch":
            pad.finger(middle(pad.pad.layout.modes[mode]))
        else:
            pad.key(keys[mode])
        assert pad.pad.mode == mode
        pad.mouse(*line())
        pad.until(lambda: pad.pad.predictions)
        pad.tap("delete")
    assert pad.recognised.modes == ["digits", "jamo", "hangul", "auto"]


def test_tab_goes_round_the_modes_both_ways(open_pad: Callable[..., Driver]) -> None:
    pad = open_pad(offered=OFFERED)
    seen = []
    for mod in (0, 0, 0, 0, pygame.KMOD_LSHIFT, pygame.KMOD_LSHIFT):
        pad.key(pygame.K_TAB, mod)
        seen.append(pad.pad.mode)
    assert seen == ["hangul", "digits", "jamo", "auto", "jamo", "digits"]


def test_a_switch_reads_the_ink_that_is_there_again(open_pad: Callable[..., Driver]) -> None:
    pad = open_pad(offered=OFFERED)
    pad.mouse(*line())
    pad.until(lambda: pad.pad.predictions)
    pad.tap("jamo")
    pad.until(lambda: not pad.pad.stale)
    assert pad.recognised.modes == ["auto", "jamo"]
    first, again = pad.recognised.inks
    np.testing.assert_array_equal(first[0], again[0])


def test_a_switch_outdates_the_answer_under_way(open_pad: Callable[..., Driver]) -> None:
    pad = open_pad(offered=OFFERED, delay_s=LATER_S)
    pad.mouse(*line())
    pad.pad.command("recognise")
    serial = pad.pad._serial
    assert serial is not None
    pad.pad.command("digits")
    assert not pad.pad.receive(Answer(serial, Reading((Prediction("가", 1.0),))), 0.0)
    pad.until(lambda: pad.pad.predictions)
    assert pad.recognised.modes[-1] == "digits"


def test_a_switch_during_a_stroke_waits_for_its_end(open_pad: Callable[..., Driver]) -> None:
    pad = open_pad(offered=OFFERED)
    pad.post(pygame.MOUSEBUTTONDOWN, pos=(200, 100), button=1, touch=False)
    pad.key(pygame.K_d)
    assert pad.recognised.inks == []
    pad.post(pygame.MOUSEBUTTONUP, pos=(200, 100), button=1, touch=False)
    pad.until(lambda: pad.pad.predictions)
    assert pad.recognised.modes == ["digits"]


def test_modes_that_are_not_offered_are_not_there(open_pad: Callable[..., Driver]) -> None:
    pad = open_pad(offered=("digits",))
    assert pad.pad.layout.modes == {}
    for key in (pygame.K_h, pygame.K_j, pygame.K_a, pygame.K_TAB):
        pad.key(key)
        assert pad.pad.mode == "digits"


def test_the_chosen_mode_and_its_hint_are_seen(open_pad: Callable[..., Driver]) -> None:
    pad = open_pad(offered=OFFERED)

    def looks() -> list[bytes]:
        rects = [pad.pad.layout.page, *pad.pad.layout.modes.values()]
        surface = pygame.display.get_surface()
        return [pygame.image.tobytes(surface.subsurface(rect), "RGB") for rect in rects]

    page, hangul, digits, jamo, auto = looks()
    pad.tap("hangul")
    now = looks()
    assert now[0] != page, "another hint"
    assert now[1] != hangul and now[4] != auto
    assert now[2:4] == [digits, jamo]
    pad.tap("auto")
    assert looks() == [page, hangul, digits, jamo, auto]


@pytest.mark.parametrize(("best", "unsure"), [(0.9, False), (0.45, True)])
def test_a_guess_is_called_one(open_pad: Callable[..., Driver], best: float, unsure: bool) -> None:
    pad = open_pad(best=best)
    layout = pad.pad.layout

    def shown(rect: Rect) -> Any:
        return pygame.surfarray.array3d(pygame.display.get_surface().subsurface(rect))

    empty = shown(layout.note)
    pad.mouse(*line())
    pad.until(lambda: pad.pad.predictions)
    assert pad.pad.unsure == unsure
    assert (shown(layout.note) != empty).any() == unsure
    edge = shown(layout.candidates[0])[0, layout.candidates[0].height // 2]
    assert tuple(edge) == (theme.LIGHT.border if unsure else theme.LIGHT.accent)
    pad.post(pygame.MOUSEBUTTONDOWN, pos=(200, 100), button=1, touch=False)
    pad.frame()
    assert not pad.pad.unsure, "the answers are out of date"
    assert (shown(layout.note) == empty).all()


def test_a_model_that_is_missing_is_told_on_the_empty_page(open_pad: Callable[..., Driver]) -> None:
    with_all = open_pad().inked()
    pad = open_pad(missing=("hangul",))
    assert pad.inked() > with_all
    pad.mouse(*line())
    written = pad.inked()
    pad.tap("delete")
    assert pad.inked() > with_all
    assert written < pad.inked()
