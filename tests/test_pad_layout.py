from __future__ import annotations

from itertools import combinations

import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_app.pad import layout
from edge_app.pad.app import function_groups
from edge_app.pad.layout import SMALLEST, Layout, Rect
from edge_app.pad.preferences import ROWS
from edge_app.pad.settingspage import settings_page

SIDES = st.integers(SMALLEST, 3840)
TAP_PX = 48
ALL = ("hangul", "digits", "jamo", "auto")
OFFERED = st.sampled_from([ALL[:count] for count in range(5)])
ACTIONS = ("copy", "type", "save", "done")


PANELS = st.sampled_from([None, "more", "parts", "help"])


def fit(width: int, height: int, offered: tuple[str, ...], fullscreen: bool) -> Layout:
    functions = function_groups(ACTIONS, fullscreen=fullscreen)
    return layout.fit(width, height, offered, functions=functions)


def rectangles(found: Layout, panel: str | None = None) -> dict[str, Rect]:
    """All that is in sight together."""
    rects = found.buttons(panel)
    if panel is None:
        rects |= {"sheet": found.sheet, "note": found.note}
    return rects


@given(SIDES, SIDES, OFFERED, st.booleans(), PANELS)
def test_all_is_inside_and_apart(
    width: int, height: int, offered: tuple[str, ...], fullscreen: bool, panel: str | None
) -> None:
    found = fit(width, height, offered, fullscreen)
    rects = rectangles(found, panel)
    for name, rect in rects.items():
        assert rect.x > 0, name
        assert rect.y > 0, name
        assert rect.right < width, name
        assert rect.bottom < height, name
    for (one, a), (other, b) in combinations(rects.items(), 2):
        apart = a.right < b.x or b.right < a.x or a.bottom < b.y or b.bottom < a.y
        assert apart, f"{one} and {other} touch"


@given(SIDES, SIDES, OFFERED, st.booleans(), PANELS)
def test_buttons_are_large_enough_to_tap(
    width: int, height: int, offered: tuple[str, ...], fullscreen: bool, panel: str | None
) -> None:
    found = fit(width, height, offered, fullscreen)
    least = int(TAP_PX * layout.scale_of(width, height))
    for name, rect in found.buttons(panel).items():
        assert min(rect.width, rect.height) >= least, name


@given(SIDES, SIDES, st.integers(1, len(ROWS)))
def test_the_settings_are_all_on_one_page_or_another(width: int, height: int, count: int) -> None:
    found = fit(width, height, ALL, True)
    least = int(TAP_PX * layout.scale_of(width, height))
    seen: list[str] = []
    first = settings_page(found, ROWS[:count], 0)
    for number in range(first.count):
        rects = settings_page(found, ROWS[:count], number).buttons
        seen += [name for name in rects if name.startswith("set ")]
        for name, rect in rects.items():
            assert min(rect.width, rect.height) >= least, name
            assert pygame.Rect(found.overlay).contains(rect), name
        for (one, a), (other, b) in combinations(rects.items(), 2):
            assert not pygame.Rect(a).inflate(2, 2).colliderect(b), f"{one} and {other} touch"
    assert seen == [f"set {row}" for row in ROWS[:count]]


@given(SIDES, SIDES, OFFERED, st.booleans())
def test_the_sheet_is_the_largest_part(
    width: int, height: int, offered: tuple[str, ...], fullscreen: bool
) -> None:
    found = fit(width, height, offered, fullscreen)
    side = min(found.sheet.width, found.sheet.height)
    # Square windows, which no screen has, reach the least.
    usual = max(width, height) >= 1.5 * min(width, height)
    assert side >= (0.6 if usual else 0.24) * min(width, height)
    assert all(
        found.sheet.width * found.sheet.height > rect.width * rect.height
        for name, rect in rectangles(found).items()
        if name != "sheet"
    )
    assert found.sheet.contains(found.page.x, found.page.y)
    assert found.sheet.contains(found.page.right - 1, found.page.bottom - 1)


@given(SIDES, SIDES, PANELS)
def test_every_button_is_found_at_its_corners(width: int, height: int, panel: str | None) -> None:
    found = fit(width, height, ALL, True)
    for name, rect in found.buttons(panel).items():
        assert found.button_at(rect.x, rect.y, panel) == name
        assert found.button_at(rect.right - 1, rect.bottom - 1, panel) == name
        assert found.button_at(rect.right, rect.bottom, panel) is None


@given(SIDES, SIDES)
def test_what_a_panel_covers_takes_no_ink(width: int, height: int) -> None:
    found = fit(width, height, ALL, True)
    x, y = found.page.x, found.page.y
    assert found.takes_ink(x, y)
    assert found.takes_ink(x, y, "parts")
    assert not found.takes_ink(x, y, "more")
    assert found.button_at(x, y) is None
    for rect in (*found.places, *found.alternatives):
        assert not found.takes_ink(rect.x, rect.y, "parts")


@given(SIDES, SIDES, st.lists(st.sampled_from(["left", "right", "open", "close"]), max_size=30))
def test_the_keyboard_reaches_buttons_both_ways(width: int, height: int, way: list[str]) -> None:
    rects = fit(width, height, ALL, True).functions
    focus = layout.walked(rects, None, "next")
    assert focus == next(iter(rects))
    for command in way:
        focus = layout.walked(rects, focus, command)
        assert focus in rects
    seen = set()
    for _ in rects:
        focus = layout.walked(rects, focus, "next")
        seen.add(focus)
    assert seen == set(rects)
    assert layout.walked(rects, focus, "undo") is None


@pytest.mark.parametrize(("width", "height"), [(480, 320), (800, 480), (1920, 1080), (3840, 2160)])
def test_landscape_screens_have_the_panel_beside_a_full_sheet(width: int, height: int) -> None:
    found = layout.fit(width, height, ALL)
    assert found.candidates[0].x > found.sheet.right
    assert found.sheet.bottom >= 0.95 * height
    assert all(rect.right < found.sheet.x for rect in found.modes.values())
    turned = layout.fit(height, width, ALL)
    assert turned.candidates[0].y > turned.sheet.bottom
    assert turned.sheet.width >= 0.9 * height
    assert all(rect.bottom < turned.sheet.y for rect in turned.modes.values())


@pytest.mark.parametrize(("width", "height"), [(1, 1), (200, 100), (100, 900)])
def test_windows_too_small_are_cut_off_rather_than_refused(width: int, height: int) -> None:
    wide, high = max(width, SMALLEST), max(height, SMALLEST)
    assert layout.fit(width, height) == layout.fit(wide, high)


def test_modes_have_buttons_where_there_are_several() -> None:
    assert list(layout.fit(800, 480, ALL).modes) == list(ALL)
    assert list(layout.fit(480, 800, ALL[1:3]).modes) == ["digits", "jamo"]
    assert layout.fit(800, 480, ["digits"]) == layout.fit(800, 480)
    assert layout.fit(800, 480).modes == {}


def test_only_full_screen_has_a_leave_button() -> None:
    assert "leave" not in fit(800, 480, ALL, False).functions
    assert "leave" in fit(800, 480, ALL, True).functions


@pytest.mark.parametrize("size", [(480, 320), (800, 480), (960, 640), (320, 480), (720, 1280)])
def test_the_line_has_room_for_a_few_words(size: tuple[int, int]) -> None:
    found = fit(*size, ALL, True)
    assert found.writing.width >= (6 if size[0] < size[1] else 12) * found.em
    assert found.writing.height >= found.em
