from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_app.pad import layout
from edge_app.pad.layout import SMALLEST, Layout, Rect

SIDES = st.integers(SMALLEST, 3840)
TAP_PX = 48
ALL = ("hangul", "digits", "jamo", "auto")
OFFERED = st.sampled_from([ALL[:count] for count in range(5)])


def rectangles(found: Layout) -> dict[str, Rect]:
    return {"sheet": found.sheet, "strip": found.strip, "note": found.note, **found.buttons()}


@given(SIDES, SIDES, OFFERED, st.booleans())
def test_all_is_inside_and_apart(
    width: int, height: int, offered: tuple[str, ...], fullscreen: bool
) -> None:
    found = layout.fit(width, height, offered, fullscreen=fullscreen)
    rects = rectangles(found)
    for name, rect in rects.items():
        assert rect.x > 0, name
        assert rect.y > 0, name
        assert rect.right < width, name
        assert rect.bottom < height, name
    for (one, a), (other, b) in combinations(rects.items(), 2):
        apart = a.right < b.x or b.right < a.x or a.bottom < b.y or b.bottom < a.y
        assert apart, f"{one} and {other} touch"


@given(SIDES, SIDES, OFFERED, st.booleans())
def test_buttons_are_large_enough_to_tap(
    width: int, height: int, offered: tuple[str, ...], fullscreen: bool
) -> None:
    found = layout.fit(width, height, offered, fullscreen=fullscreen)
    least = int(TAP_PX * layout.scale_of(width, height))
    for name, rect in found.buttons().items():
        assert min(rect.width, rect.height) >= least, name


@given(SIDES, SIDES, OFFERED, st.booleans())
def test_the_sheet_is_the_largest_part(
    width: int, height: int, offered: tuple[str, ...], fullscreen: bool
) -> None:
    found = layout.fit(width, height, offered, fullscreen=fullscreen)
    side = min(found.sheet.width, found.sheet.height)
    # Square windows, which no screen has, reach the least.
    usual = max(width, height) >= 1.5 * min(width, height)
    assert side >= (0.6 if usual else 0.29) * min(width, height)
    assert all(
        found.sheet.width * found.sheet.height > rect.width * rect.height
        for name, rect in rectangles(found).items()
        if name != "sheet"
    )
    assert found.sheet.contains(found.page.x, found.page.y)
    assert found.sheet.contains(found.page.right - 1, found.page.bottom - 1)


@given(SIDES, SIDES)
def test_every_button_is_found_at_its_corners(width: int, height: int) -> None:
    found = layout.fit(width, height, ALL, fullscreen=True)
    assert found.leave is not None
    for name, rect in found.buttons().items():
        assert found.button_at(rect.x, rect.y) == name
        assert found.button_at(rect.right - 1, rect.bottom - 1) == name
        assert found.button_at(rect.right, rect.bottom) is None
    assert found.button_at(found.page.x, found.page.y) is None


@pytest.mark.parametrize(("width", "height"), [(480, 320), (800, 480), (1920, 1080), (3840, 2160)])
def test_landscape_screens_have_the_panel_beside_a_full_sheet(width: int, height: int) -> None:
    found = layout.fit(width, height, ALL)
    assert found.candidates[0].x > found.sheet.right
    assert found.sheet.height >= 0.9 * height
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
    assert layout.fit(800, 480).leave is None
    assert layout.fit(800, 480, fullscreen=True).leave is not None
