from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_app.pad.layout import Rect
from edge_app.pad.sheet import Sheet

PAGE = Rect(10, 20, 400, 300)
PAGES = st.builds(
    Rect, st.integers(0, 500), st.integers(0, 500), st.integers(50, 2000), st.integers(50, 2000)
)
POINTS = st.lists(st.tuples(st.floats(-300, 3000), st.floats(-300, 3000)), min_size=1, max_size=20)


def write(sheet: Sheet, *strokes: list[tuple[float, float]]) -> None:
    for (x, y), *others in strokes:
        sheet.begin(x, y)
        for point in others:
            sheet.extend(*point)


def test_ink_is_in_units_of_the_page() -> None:
    sheet = Sheet(Rect(0, 0, 301, 201))
    write(sheet, [(150, 100), (250, 0)], [(150, 200)])
    assert [stroke.tolist() for stroke in sheet.ink()] == [[[0, 0], [0.5, -0.5]], [[0, 0.5]]]
    assert len(sheet) == 2


def test_points_beyond_the_page_go_to_its_edge() -> None:
    sheet = Sheet(PAGE)
    write(sheet, [(200, 100), (9000, 100), (200, -9000)])
    assert sheet.strokes_px()[0] == [
        pytest.approx((200, 100)),
        pytest.approx((PAGE.right - 1, 100)),
        pytest.approx((200, PAGE.y)),
    ]


def test_undo_and_clear() -> None:
    sheet = Sheet(PAGE)
    write(sheet, [(50, 50), (60, 60)], [(90, 90)], [(99, 99)])
    assert sheet.undo()
    assert [len(stroke) for stroke in sheet.ink()] == [2, 1]
    sheet.clear()
    assert len(sheet) == 0
    assert not sheet.undo()


@given(PAGES, PAGES, POINTS)
def test_a_resize_keeps_ink_and_shape_and_all_of_it_on_the_page(
    first: Rect, second: Rect, points: list[tuple[float, float]]
) -> None:
    sheet = Sheet(first)
    write(sheet, points)
    before, units = np.array(sheet.strokes_px()[0]), sheet.ink()[0]
    sheet.resize(second)
    after = np.array(sheet.strokes_px()[0])
    np.testing.assert_array_equal(sheet.ink()[0], units)
    assert (after >= np.array(second[:2]) - 1e-6).all()
    assert (after <= np.array((second.right - 1, second.bottom - 1)) + 1e-6).all()
    scale = sheet.placement.scale / (min(first.width, first.height) - 1)
    np.testing.assert_allclose(after - after[0], (before - before[0]) * scale, atol=1e-6)
    sheet.resize(first)
    np.testing.assert_allclose(np.array(sheet.strokes_px()[0]), before, atol=1e-6)


def test_new_ink_joins_shrunk_ink_where_the_pen_is() -> None:
    sheet = Sheet(Rect(0, 0, 1000, 200))
    write(sheet, [(0, 100), (999, 100)])
    sheet.resize(Rect(0, 0, 200, 200))
    write(sheet, [(40, 60)])
    assert sheet.strokes_px()[1] == [pytest.approx((40, 60))]
    sheet.clear()
    write(sheet, [(0, 0), (199, 199)])
    assert sheet.ink()[0].tolist() == [[-0.5, -0.5], [0.5, 0.5]]
