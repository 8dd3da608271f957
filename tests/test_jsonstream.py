"""Large JSON in pieces: the same values as the whole, wherever the pieces end."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from tests.sourcefiles import put
from train.data import DataError
from train.data.jsonstream import MOST_CHARACTERS, members


@pytest.mark.parametrize("start", range(65_480, 65_540))
def test_values_that_a_chunk_cuts(tmp_path: Path, start: int) -> None:
    values = [12345, "가각\n", {"값": [1.5e-3, None, [True]]}, [], -7]
    head = '{"one": {}, "pad": "'
    text = head + "x" * (start - len(head)) + f'", "많은": {json.dumps(values)}, "end": 99}}  '
    found = list(members(put(tmp_path / "a.json", text.encode())))
    assert [item.value for item in found[2:]] == [*values, 99]
    assert [item.name for item in found] == ["one", "pad", *["많은"] * 5, "end"]
    for item in found[2:]:
        rest = text.encode()[item.byte :].decode()
        assert json.JSONDecoder().raw_decode(rest)[0] == item.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", []),
        ("\ufeff { } \r\n", []),
        ('{"a":[]}', []),
        ('{"a" : [ [] , [1] ] , "b" : 2}', [("a", []), ("a", [1]), ("b", 2)]),
        ('{"a":"\\uac00\\ud83d\\ude00"}', [("a", "가😀")]),
    ],
)
def test_small_files(tmp_path: Path, text: str, expected: list[tuple[str, Any]]) -> None:
    found = members(put(tmp_path / "a.json", text.encode()))
    assert [(item.name, item.value) for item in found] == expected


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "byte 0: no valid JSON (no { here)"),
        (b"[]", "byte 0: no valid JSON (no { here)"),
        (b'{"a": 1', "byte 7: no valid JSON (neither a comma nor })"),
        (b'{"a": [1, 2', "byte 11: no valid JSON (neither a comma nor ])"),
        (b'{"a": [1, 2}', "byte 11: no valid JSON (neither a comma nor ])"),
        ('{"가": [{"나": 1}, {"나" 2}]}'.encode(), "byte 28: no valid JSON (Expecting ':'"),
        (b'{"a": [{"b": "', "byte 13: no valid JSON (Unterminated string"),
        (b'{"a": NaN}', "byte 6: no valid JSON (NaN is no JSON)"),
        (b'{"a": 1} x', "byte 9: no valid JSON (text after the end)"),
        (b'{"a" 1}', "byte 5: no valid JSON (no : here)"),
        (b"{1: 2}", "byte 2: no valid JSON (the name of a member is no string)"),
        (b'{"a": "\xff"}', "byte 7: not UTF-8"),
        (b'{"a": "' + b"x" * 70_000 + b'\xea\xb0"}', "byte 70007: not UTF-8"),
        (b'{"a": "\xea\xb0', "byte 7: not UTF-8"),
        (b'{"a": ' + b"[" * 100_000, "byte 7: no valid JSON ("),
        (b'{"a": ' + b"9" * 5000 + b"}", "byte 6: no valid JSON (Exceeds the limit"),
        (b'{"a": "' + b"x" * 3_000_000 + b'"}', "byte 6: no valid JSON (Unterminated string"),
    ],
)
def test_what_is_no_json(tmp_path: Path, content: bytes, problem: str) -> None:
    path = put(tmp_path / "a.json", content)
    with pytest.raises(DataError) as caught:
        list(members(path))
    assert str(caught.value).startswith(f"{path}: {problem}")
    assert "\n" not in str(caught.value)


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        list(members(tmp_path))


@pytest.mark.parametrize("size", [1_000_000, 4_000_000])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, size: int) -> None:
    element = b'{"id": "00000001", "text": "\xea\xb0\x80"}, '
    path = put(tmp_path / "a.json", b'{"a": [' + element * (size // len(element)) + b"0]}")
    tracemalloc.start()
    count = sum(1 for _ in members(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == size // len(element) + 1
    assert peak < MOST_CHARACTERS
