"""The line of text, its cursor, and what of it is in sight."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_app import hangul
from edge_app.pad.line import INKED, NEWLINE, POINTS, Accepted, Cell, Line, pack, text_of
from edge_app.pad.ribbon import advance, arrange
from edge_app.recognizer import Prediction

EM = 30


def written(label: str = "가", points: int = 80) -> Accepted:
    ink = pack([np.linspace((-0.4, -0.4), (0.4, 0.4), points)])
    return Accepted(ink, label, "hangul", (Prediction(label, 0.9),))


def typed(text: str) -> Line:
    line = Line()
    for character in text:
        line.insert(character)
    return line


def test_characters_come_and_go_before_the_cursor() -> None:
    line = typed("가나다")
    line.move(-1)
    line.insert("라")
    assert (line.text, line.cursor) == ("가나라다", 3)
    assert line.delete() == "라"
    assert line.delete() == "나"
    assert (line.text, line.cursor) == ("가다", 1)
    line.move(-9)
    assert (line.cursor, line.delete()) == (0, None)
    line.move(9)
    assert line.cursor == 2


def test_a_character_is_replaced_where_it_stands() -> None:
    line = typed("가나다")
    assert line.replace(0, "마") == "가"
    assert (line.text, line.cursor) == ("마나다", 3)


EDITS = st.lists(
    st.tuples(st.sampled_from(["insert", "delete", "replace", "move"]), st.integers(-5, 5))
)


@given(EDITS)
def test_every_edit_can_be_taken_back(edits: list[tuple[str, int]]) -> None:
    line, cursor, texts = Line(), 0, [""]
    model: list[str] = []
    for kind, number in edits:
        label = hangul.SYLLABLES[number + 5]
        cell: Cell = written(label) if number % 2 else label
        if kind == "move":
            line.move(number)
            cursor = min(max(0, cursor + number), len(model))
        elif kind == "insert":
            line.insert(cell)
            model.insert(cursor, label)
            cursor += 1
        elif kind == "delete" and cursor:
            line.delete()
            cursor -= 1
            del model[cursor]
        elif kind == "replace" and model:
            line.replace(number % len(model), cell)
            model[number % len(model)] = label
        else:
            continue
        assert (line.text, line.cursor) == ("".join(model), cursor)
        if kind != "move":
            texts.append(line.text)
    while len(texts) > 1:
        texts.pop()
        assert line.take_back() is not None
        assert line.text == texts[-1]
        assert 0 <= line.cursor <= len(line)
    assert line.take_back() is None


def test_only_the_latest_characters_keep_their_ink() -> None:
    line = Line()
    for number in range(3 * INKED):
        line.insert(written(hangul.SYLLABLES[number]))
    assert line.text == "".join(hangul.SYLLABLES[: 3 * INKED])
    inked = [isinstance(line[i], Accepted) for i in range(len(line))]
    assert INKED // 2 <= sum(inked) <= INKED
    assert inked == sorted(inked)


def test_characters_of_several_code_points_stay_whole() -> None:
    line = Line()
    for number in range(2 * INKED):
        line.insert(written("10" if number % 2 else "가"))
    line.insert("3½")
    assert len(line) == 2 * INKED + 1
    assert (line[1], line[2 * INKED]) == ("10", "3½")
    assert line.text == "가10" * INKED + "3½"
    line.replace(1, "\U0001d7d8")
    assert (line[1], line[3]) == ("\U0001d7d8", "10")


def test_much_ink_is_kept_for_fewer_characters() -> None:
    line = Line()
    for _ in range(20):
        line.insert(written(points=POINTS // 8))
    kept = [cell for i in range(len(line)) if isinstance(cell := line[i], Accepted)]
    assert 0 < len(kept) < 6
    assert sum(len(stroke) for one in kept for stroke in one.ink) <= POINTS


def test_a_day_of_writing_stays_small() -> None:
    """20,000 characters of 80 points each, four bytes for each and ink for the latest."""
    line = Line()
    tracemalloc.start()
    try:
        for number in range(20_000):
            line.insert(written(hangul.KS_X_1001[number % 2350]))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(line) == 20_000
    assert most < 0.55e6


@given(st.text("가나12 .\n", max_size=60), st.integers(0, 60), st.integers(60, 700))
def test_the_cursor_is_always_in_sight(text: str, cursor: int, width: int) -> None:
    line = typed(text)
    line.cursor = min(cursor, len(line))
    ribbon = arrange(line, EM, width)
    assert 0 <= ribbon.edge(line.cursor) <= width
    assert ribbon.edges[-1] <= width
    assert list(ribbon.edges) == sorted(ribbon.edges)
    unseen = [*range(ribbon.first), *range(ribbon.last, len(line))]
    whole = sum(advance(text_of(line[i])) * EM for i in range(len(line)))
    assert (whole <= width) == (not unseen) or whole == pytest.approx(width)
    for index in range(ribbon.first, ribbon.last):
        middle = (ribbon.edge(index) + ribbon.edge(index + 1)) / 2
        assert ribbon.character_at(middle) == index
        assert ribbon.is_on(middle)
        assert not ribbon.is_on(ribbon.edge(index))
        assert ribbon.gap_at(ribbon.edge(index) + 1) == index
    assert ribbon.character_at(width + 1) is None
    assert ribbon.gap_at(width + 1) == ribbon.last


def test_widths_are_those_of_the_script() -> None:
    assert advance("가") == advance("ㅋ") == advance(NEWLINE) == 1.0
    assert 0.5 < advance("7") < advance("10") <= 1.3
    assert advance(" ") < advance(".")
