"""Prepared handwriting: what an .npz may hold, and the sentence for what it may not."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.sourcefiles import cells, glyph, npz, put
from train.data import BadSamples, DataError, writers


@pytest.mark.parametrize("packed", [True, False])
def test_cells_labels_and_hands(tmp_path: Path, packed: bool) -> None:
    path = put(tmp_path / "scan_7.npz", npz(cells("가나7ㄹ"), packed))
    samples = list(writers.read([path]))
    assert [sample.label for sample in samples] == ["가", "나", "7", "ㄹ"]
    assert [sample.writer for sample in samples] == [f"scan_7-{hand}" for hand in (0, 1, 0, 1)]
    for number, sample in enumerate(samples):
        np.testing.assert_array_equal(sample.ink, glyph(number))
    assert [s.label for s in writers.read([path], doubtful=False)] == ["가", "7", "ㄹ"]


def test_other_arrays_may_be_missing_or_odd(tmp_path: Path) -> None:
    arrays = cells(extra=np.zeros((2, 2)))
    del arrays["scale"]
    assert len(list(writers.read([put(tmp_path / "a.npz", npz(arrays))]))) == 4


@pytest.mark.parametrize("code", [0, -1, ord("漢"), 0x110000, 2**31 - 1, 0xD800])
def test_codes_that_are_no_label_cost_one_row(tmp_path: Path, code: int) -> None:
    labels = np.array([ord("가"), code, ord("다"), ord("라")], np.int32)
    path = put(tmp_path / "a.npz", npz(cells(labels=labels)))
    with pytest.raises(DataError) as caught:
        list(writers.read([path]))
    assert str(caught.value).startswith(f"{path}: row 1: {code} is no label's code point")
    bad = BadSamples(skip=True)
    assert [sample.label for sample in writers.read([path], bad=bad)] == ["가", "다", "라"]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"images": np.zeros((4, 8, 8), np.float32)}, "images holds '<f4', not '|u1'"),
        ({"images": np.zeros((4, 64), np.uint8)}, "images has shape (4, 64)"),
        ({"images": np.zeros((4, 600, 2), np.uint8)}, "images has shape (4, 600, 2)"),
        ({"images": np.zeros((3, 8, 8), np.uint8)}, "its arrays have different numbers"),
        ({"images": np.zeros((4, 8, 9), np.uint8, order="F")}, "images holds '|u1', not"),
        ({"labels": np.zeros(4, np.int64)}, "labels holds '<i8', not '<i4'"),
        ({"labels": np.zeros((4, 1), np.int32)}, "labels has shape (4, 1)"),
        ({"labels": np.zeros(writers.MOST_ROWS + 1, np.int32)}, "labels has shape (1048577,)"),
        ({"hand": np.zeros(5, np.uint8)}, "its arrays have different numbers"),
    ],
)
def test_arrays_of_another_type_or_shape(
    tmp_path: Path, changed: dict[str, Any], problem: str
) -> None:
    path = put(tmp_path / "a.npz", npz(cells(**changed)))
    with pytest.raises(DataError) as caught:
        list(writers.read([path]))
    assert str(caught.value).startswith(f"{path}: {problem}")


def repacked(**changed: bytes) -> bytes:
    """A file whose members begin with other bytes; their checksums are right."""
    result = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(npz(cells()))) as old,
        zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, changed.get(name.removesuffix(".npy"), old.read(name)))
    return result.getvalue()


def header(text: str, version: int = 1) -> bytes:
    return b"\x93NUMPY" + bytes((version, 0)) + len(text).to_bytes(2, "little") + text.encode()


def test_a_claim_of_4_gb_is_refused_before_anything_is_decompressed(tmp_path: Path) -> None:
    text = "{'descr': '|u1', 'fortran_order': False, 'shape': (262144, 128, 128), }\n"
    # It does hold much: 60 MB of zeros that compress to 60 kB.
    path = put(tmp_path / "a.npz", repacked(images=header(text) + bytes(60_000_000)))
    tracemalloc.start()
    with pytest.raises(DataError, match="different numbers of rows"):
        list(writers.read([path]))
    text = "{'descr': '<i4', 'fortran_order': False, 'shape': (1073741824,), }\n"
    path = put(tmp_path / "a.npz", repacked(labels=header(text)))
    with pytest.raises(DataError, match=r"labels has shape \(1073741824,\)"):
        list(writers.read([path]))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"PK", "damaged, or no .npz file"),
        (b"", "damaged, or no .npz file"),
        (npz(cells())[:700], "damaged, or no .npz file"),
        (npz({"images": glyph(0)}), "holds no array labels"),
        (repacked(labels=b"\x93NUMPX" + bytes(99)), "labels is no .npy array"),
        (repacked(labels=b"\x93NUM"), "an array ends before"),
        (repacked(labels=header("{'descr': ")), "labels has a damaged header"),
        (repacked(labels=header("[" * 3000)), "labels has a damaged header"),
        (repacked(labels=header("[]")), "labels has a damaged header"),
        (repacked(labels=header("{}")), "labels has a damaged header"),
        (repacked(labels=header(" " * 9999)), "labels claims a header of 9999 bytes"),
        (
            repacked(labels=header("{'descr': '|O', 'fortran_order': False, 'shape': (4,)}")),
            "labels holds '|O', not '<i4'",
        ),
        (
            repacked(labels=header("{'descr': '<i4', 'fortran_order': False, 'shape': (-4,)}")),
            "labels has the shape (-4,)",
        ),
        (
            repacked(labels=header("{'descr': '<i4', 'fortran_order': False, 'shape': (9,)}")),
            "an array ends before",
        ),
    ],
)
def test_damaged_files(tmp_path: Path, content: bytes, problem: str) -> None:
    path = put(tmp_path / "a.npz", content)
    put(tmp_path / "b.npz", npz(cells()))
    with pytest.raises(DataError) as caught:
        list(writers.read([tmp_path]))
    assert str(caught.value).startswith(f"{path}: {problem}")
    assert "\n" not in str(caught.value)
    bad = BadSamples(skip=True)
    assert len(list(writers.read([tmp_path], bad=bad))) == 4
    assert bad.count == 1


def test_compression_with_large_dictionaries_is_refused(tmp_path: Path) -> None:
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("labels.npy", b"")
    with pytest.raises(DataError, match="compressed in a way that numpy does not write"):
        list(writers.read([put(tmp_path / "a.npz", result.getvalue())]))


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    file = io.BytesIO()
    np.savez(file, allow_pickle=True, **cells(labels=np.array([print, 1, 2, 3], object)))
    with pytest.raises(DataError, match=r"labels holds '\|O'"):
        list(writers.read([put(tmp_path / "a.npz", file.getvalue())]))
