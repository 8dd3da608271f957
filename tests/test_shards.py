"""Shards: what goes in comes out, in any order and process, once, whole or not at all."""

from __future__ import annotations

import json
import multiprocessing
import pickle
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.sourcefiles import glyph
from train import shards, shardwriter
from train.data import BadSamples, DataError, Sample, Source
from train.shards import PARTS, Manifest, Shards
from train.split import part_of

SOURCE = Source("test", "CC0", "https://example.org")


def images(count: int, part: Any = "train") -> Iterator[Sample]:
    """Samples that all differ, by ten writers."""
    for number in range(count):
        image = np.full((12, 16), 255, np.uint8)
        image[2, :8] = list(number.to_bytes(8, "little"))
        label = chr(ord("가") + number % 7)
        yield Sample(image, label, f"w{number % 10}", "test", part)


def prepared(out: Path, samples: Any, skip: bool = False) -> Manifest:
    return shardwriter.write(samples, out, SOURCE, {"size": ["1"]}, BadSamples(skip))


def same(a: Sample, b: Sample) -> bool:
    return np.array_equal(np.asarray(a.ink), np.asarray(b.ink)) and replace(a, ink=[]) == replace(
        b, ink=[]
    )


def test_images_come_back_as_they_went_in_any_order(tmp_path: Path) -> None:
    given = list(images(50))
    manifest = prepared(tmp_path / "out", given)
    read = Shards(tmp_path / "out", "train")
    assert len(read) == manifest.samples == 50
    for number in np.random.default_rng(0).permutation(50):
        assert same(read[int(number)], given[int(number)])
    assert all(map(same, read, given))
    assert [chr(code) for code in read.labels()] == [sample.label for sample in given]
    for beyond in (-1, 50):
        with pytest.raises(IndexError):
            read[beyond]


def test_strokes_come_back_moved_and_scaled(tmp_path: Path) -> None:
    strokes = [
        np.array([[1e9, 5.0], [1e9 + 4, 7.0]]),
        np.array([[1e9 + 1, 5.0]]),
    ]
    prepared(tmp_path / "out", [Sample(strokes, "ㄴ", "ann", "pad", "val")])
    (sample,) = Shards(tmp_path / "out", "val")
    assert (sample.label, sample.writer, sample.source) == ("ㄴ", "ann", "pad")
    np.testing.assert_allclose(sample.ink[0], [[0.0, 0.0], [1.0, 0.5]])
    np.testing.assert_allclose(sample.ink[1], [[0.25, 0.0]])


def test_writers_are_split_whole_unless_the_collection_did(tmp_path: Path) -> None:
    given = [replace(sample, assigned=None) for sample in images(40)]
    given.append(replace(next(iter(images(1))), ink=glyph(9), assigned="test"))
    manifest = prepared(tmp_path / "out", given)
    found = {part: list(Shards(tmp_path / "out", part)) for part in PARTS}
    assert sum(map(len, found.values())) == 41
    for part, samples in found.items():
        for sample in samples:
            assert part_of(sample.writer) == part or np.array_equal(sample.ink, glyph(9))
    assert part_of("w0") != "test"
    assert any(np.array_equal(sample.ink, glyph(9)) for sample in found["test"])
    assert manifest.writers == {f"w{number}": 4 + (number == 0) for number in range(10)}


def test_shards_end_at_their_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shardwriter, "SHARD_SAMPLES", 7)
    given = list(images(22))
    assert prepared(tmp_path / "a", given).shards == {"train": [7, 7, 7, 1]}
    assert all(map(same, Shards(tmp_path / "a", "train"), given))
    assert len(Shards(tmp_path / "a", "train").labels()) == 22
    monkeypatch.setattr(shardwriter, "SHARD_BYTES", 1)
    assert prepared(tmp_path / "b", given).shards == {"train": [1] * 22}
    assert all(map(same, Shards(tmp_path / "b", "train"), given))


def test_repeated_ink_is_kept_once(tmp_path: Path) -> None:
    first, second, third = images(3)
    other = replace(first, writer="zoe", assigned="test")
    wrong = replace(second, label="힣")
    turned = replace(third, ink=np.ascontiguousarray(np.asarray(third.ink).reshape(16, 12)))
    manifest = prepared(tmp_path / "out", [first, second, third, other, wrong, turned, first])
    assert (manifest.samples, manifest.duplicates, manifest.contradictions) == (4, 2, 1)
    assert manifest.shards == {"train": [4]}  # the copy for the test part would be a leak
    assert "힣" not in manifest.labels


def test_the_manifest_says_what_there_is(tmp_path: Path) -> None:
    given = [*images(8), Sample(np.zeros((0, 3), np.uint8), "가", "w", "test")]
    written = prepared(tmp_path / "out", given, skip=True)
    read = Manifest.load(tmp_path / "out")
    assert read == written
    assert (read.source, read.licence, read.url) == ("test", "CC0", "https://example.org")
    assert read.options == {"size": ["1"]}
    assert read.labels == {"가": 2, **dict.fromkeys("각갂갃간갅갆", 1)}
    assert (read.samples, read.left_out) == (8, 1)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"label": "가나"}, "its label is not one digit, jamo or syllable"),
        ({"label": "\u1100\u1161"}, "its label is not one digit, jamo or syllable"),
        ({"writer": ""}, "it names no writer"),
        ({"ink": np.zeros((3, 3, 3), np.uint8)}, "its image is not a 2-D uint8 array"),
        ({"ink": np.ones((3, 3), np.float32)}, "its image is not a 2-D uint8 array"),
        ({"ink": np.full((3, 3), 9, np.uint8)}, "its image is blank"),
        ({"ink": np.eye(5000, dtype=np.uint8)}, "its image has 5000x5000 pixels"),
        ({"ink": []}, "it has no strokes"),
        ({"ink": [np.zeros((3, 3))]}, "has shape"),
        ({"ink": [np.array([[0, np.nan]])]}, "a coordinate is no finite number"),
        ({"ink": [np.array([[-1e308, 0], [1e308, 0]])]}, "a coordinate is no finite number"),
        ({"ink": [np.zeros((3_000_000, 2))]}, "it has 3000000 points"),
    ],
)
def test_samples_that_cannot_be_used(tmp_path: Path, changed: dict[str, Any], problem: str) -> None:
    good, other = images(2)
    wrong = replace(good, **changed)
    with pytest.raises(DataError) as caught:
        prepared(tmp_path / "out", [other, wrong])
    assert problem in str(caught.value)
    assert list(tmp_path.iterdir()) == []
    manifest = prepared(tmp_path / "out", [other, wrong], skip=True)
    assert (manifest.samples, manifest.left_out) == (1, 1)


def test_written_whole_or_not_at_all(tmp_path: Path) -> None:
    def broken() -> Iterator[Sample]:
        yield from images(20)
        assert list(tmp_path.iterdir()) != []  # under way, under another name
        assert not (tmp_path / "out").exists()
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        prepared(tmp_path / "out", broken())
    with pytest.raises(DataError, match="no sample was found"):
        prepared(tmp_path / "out", [])
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    with shardwriter._Seen(tmp_path / "seen.sqlite") as seen:
        seen._base.execute("PRAGMA max_page_count=4")

        def fill() -> None:
            for number in range(10_000):
                seen.label_of(shardwriter._Packed(number.to_bytes(4, "little"), 1, 4), "가")

        with pytest.raises(OSError, match=r"seen\.sqlite: .*; make room on the disk"):
            fill()


def test_an_older_folder_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    prepared(tmp_path / "empty", images(2))
    before = {path: path.read_bytes() for path in (tmp_path / "empty").iterdir()}
    with pytest.raises(DataError, match="exists already"):
        prepared(tmp_path / "empty", images(3))
    assert {path: path.read_bytes() for path in (tmp_path / "empty").iterdir()} == before
    assert len(list(tmp_path.iterdir())) == 1


def test_the_same_samples_give_the_same_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        prepared(tmp_path / name, images(30))
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_memory_does_not_grow_with_the_samples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shardwriter, "SHARD_SAMPLES", 500)

    def peak(count: int) -> int:
        tracemalloc.start()
        prepared(tmp_path / str(count), images(count))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(100)  # what is loaded once
    assert peak(6000) < peak(1500) + 20_000


def _sum(opened: Shards, number: int) -> int:
    return int(np.asarray(opened[number].ink).sum())


def test_several_processes_read_at_once(tmp_path: Path) -> None:
    prepared(tmp_path / "out", images(60))
    opened = Shards(tmp_path / "out", "train")
    expected = [_sum(opened, number) for number in range(60)]
    assert len(pickle.dumps(opened)) < 4000  # though it has files open
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=spawn) as pool:
        assert list(pool.map(_sum, [opened] * 60, range(60), chunksize=5)) == expected


@pytest.mark.parametrize("place", ["content", "index", "origins", "tail", "cut", "gone"])
def test_damage_is_found(tmp_path: Path, place: str) -> None:
    prepared(tmp_path / "out", images(10))
    path = tmp_path / "out" / "train-00000.shard"
    content = bytearray(path.read_bytes())
    start, count, *_ = shards.TAIL.unpack(content[-shards.TAIL.size :])
    index = start + count * shards.ENTRY.itemsize
    if place == "gone":
        path.unlink()
    elif place == "cut":
        path.write_bytes(content[: len(content) // 2])
    else:
        at = {"content": 20, "index": start + 5, "origins": index + 3, "tail": -3}[place]
        content[at] ^= 4
        path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        list(Shards(tmp_path / "out", "train"))
    assert str(caught.value).startswith(str(path))
    assert "prepare the data again" in str(caught.value)


def test_one_damaged_sample_leaves_the_others(tmp_path: Path) -> None:
    prepared(tmp_path / "out", images(10))
    path = tmp_path / "out" / "train-00000.shard"
    content = bytearray(path.read_bytes())
    content[20] ^= 1
    path.write_bytes(content)
    opened = Shards(tmp_path / "out", "train")
    with pytest.raises(DataError, match="sample 0: damaged"):
        opened[0]
    assert opened[9].writer == "w9"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "prepare the data again"),
        ("[]", "its format is not 1"),
        ('{"format": 2}', "its format is not 1"),
        ('{"format": 1}', "unknown or missing keys"),
        ("{" + "[" * 100_000, "prepare the data again"),
    ],
)
def test_damaged_manifests(tmp_path: Path, text: str, problem: str) -> None:
    prepared(tmp_path / "out", images(2))
    (tmp_path / "out" / shards.MANIFEST).write_text(text)
    with pytest.raises(DataError) as caught:
        Shards(tmp_path / "out", "train")
    assert problem in str(caught.value)


def test_a_manifest_of_other_shards(tmp_path: Path) -> None:
    prepared(tmp_path / "out", images(2))
    path = tmp_path / "out" / shards.MANIFEST
    data = json.loads(path.read_text())
    for counts in ([3], [2, 1]):
        path.write_text(json.dumps({**data, "shards": {"train": counts}}))
        with pytest.raises(DataError, match="prepare the data again"):
            list(Shards(tmp_path / "out", "train"))
    path.write_text(json.dumps({**data, "shards": {"train": ["2"]}}))
    with pytest.raises(DataError, match="not as they should be"):
        Shards(tmp_path / "out", "train")


def test_a_folder_that_was_not_prepared(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"name a folder that prepare\.py wrote"):
        Shards(tmp_path, "train")
