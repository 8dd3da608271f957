"""AI Hub's handwriting: both forms of annotations, and what is wrong in them."""

from __future__ import annotations

import json
import tracemalloc
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.sourcefiles import aihub as annotated
from tests.sourcefiles import aihub_image, glyph, picture, put
from train.data import BadSamples, DataError, Sample, aihub, folder


def dump(path: Path, data: Any) -> Path:
    return put(path, json.dumps(data, ensure_ascii=False).encode())


def lay(top: Path, data: dict[str, Any]) -> Path:
    """A collection of 2019: annotations, and an image for each one listed, in two folders."""
    path = dump(top / "handwriting_data_info1.json", data)
    for number, image in enumerate(data["images"]):
        place = top / f"{number % 2 + 1}_syllable" / image["file_name"]
        put(place, picture(".png", glyph(number % 200, 20 + number // 200)))
    return path


def read_bad(path: Path, **options: Any) -> tuple[list[Sample], list[str]]:
    """The samples of a path and what was wrong with others."""
    bad: list[DataError] = []
    samples = list(aihub.read([path], bad=bad.append, **options))
    return samples, [str(error) for error in bad]


def test_syllables_of_2019_from_the_folder_or_its_json(tmp_path: Path) -> None:
    data = annotated("가", "각", "값", "가요", "나 다")
    for index, kind in ((3, "단어(어절)"), (4, "문장")):
        data["annotations"][index]["attributes"] = {"type": kind}
    data["annotations"][1]["attributes"] = {"type": "글자(음절)", "gender": "여 ", "age": "20\n"}
    data["annotations"][2]["attributes"] = {"type": "글자(음절)", "age": 30, "gender": None}
    path = lay(tmp_path, data)
    for given in (tmp_path, path):
        samples = list(aihub.read([given]))
        assert [sample.label for sample in samples] == ["가", "각", "값"]
        writers = ["aihub-여-20-학생", "aihub-여-20-?", "aihub-?-30-?"]
        assert [sample.writer for sample in samples] == writers
        for number, sample in enumerate(samples):
            np.testing.assert_array_equal(sample.ink, glyph(number))
            assert (sample.source, sample.assigned) == (aihub.SOURCE.name, None)


def test_annotations_may_come_before_images_and_ids_be_numbers(tmp_path: Path) -> None:
    data = annotated("가", "나")
    for image, annotation in zip(data["images"], data["annotations"], strict=True):
        image["id"] = annotation["image_id"] = int(image["id"])
        image["file_name"] = f"1_syllable\\{image['file_name']}"
    lay(tmp_path, annotated("가", "나"))
    order = {"annotations": data["annotations"], "images": data["images"]}
    dump(tmp_path / "handwriting_data_info1.json", order)
    assert [sample.label for sample in aihub.read([tmp_path])] == ["가", "나"]


def test_printed_text_is_left_out(tmp_path: Path) -> None:
    data = annotated("가", "나")
    data["annotations"][0]["attributes"] = {"type": "글자(음절)", "font": "나눔고딕"}
    lay(tmp_path, data)
    printed = aihub_image("다")
    printed["text"]["output"] = "print"
    dump(tmp_path / "b.json", printed)
    assert [sample.label for sample in aihub.read([tmp_path])] == ["나"]


def test_letters_and_words_of_2020(tmp_path: Path) -> None:
    dump(tmp_path / "label" / "00130001001.json", aihub_image("가", writer="007"))
    word = np.hstack([glyph(10), glyph(20), glyph(30)])
    boxes = (0, 0, 16, 20), (16, 2, 32.4, 20), (32, 0, 48, 20)
    dump(tmp_path / "label" / "word.json", aihub_image("나.다", *boxes, writer=""))
    put(tmp_path / "image" / "00140001001.jpg", picture(".png", word))
    first, second, third = aihub.read([tmp_path])
    assert (first.label, first.writer) == ("가", "aihub-007")
    assert (second.label, second.writer) == ("나", "aihub-female-40")
    assert third.label == "다"
    np.testing.assert_array_equal(first.ink, word)
    for sample, number in ((second, 10), (third, 30)):
        expected = np.pad(glyph(number), aihub.BORDER, constant_values=255)
        np.testing.assert_array_equal(sample.ink, expected)


def test_a_box_among_annotations_of_2019_is_cut(tmp_path: Path) -> None:
    data = annotated("가")
    data["annotations"][0]["bbox"] = [2, 1, 8, 15]
    lay(tmp_path, data)
    (sample,) = aihub.read([tmp_path])
    expected = np.pad(glyph(0)[1:16, 2:10], aihub.BORDER, constant_values=255)
    np.testing.assert_array_equal(sample.ink, expected)


def test_large_images_are_cut_before_they_are_shrunk(tmp_path: Path) -> None:
    wide = np.full((60, 3 * folder.KEPT_SIDE), 255, np.uint8)
    wide[10:50, 1500:1520] = 0
    dump(tmp_path / "a.json", aihub_image("가", (1490, 0, 1530, 60)))
    put(tmp_path / "00140001001.jpg", picture(".png", wide))
    (sample,) = aihub.read([tmp_path])
    np.testing.assert_array_equal(np.asarray(sample.ink)[2:-2, 2:-2], wide[:, 1490:1530])


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"text": "국ㅇㄴ"}, "labelled '국ㅇㄴ', which is not one syllable"),
        ({"text": "ㅎ"}, "labelled 'ㅎ', which is not one syllable"),
        ({"text": ""}, "labelled '', which is not one syllable"),
        ({"text": "7"}, "labelled '7', which is not one syllable"),
        ({"text": None}, "labelled 'None', which is not one syllable"),
        ({"text": "\ud800"}, "labelled '\\ud800', which is not one syllable"),
        ({"text": "가\n" * 999}, "labelled '가\\n가"),
        ({"attributes": None}, "an annotation whose attributes name no type"),
        ({"attributes": {"class": "character"}}, "an annotation whose attributes name no type"),
        ({"bbox": [-1, 0, 5, 5]}, "its box (-1, 0, 4, 5) has a corner that is negative"),
        ({"bbox": [9, 9, -5, 5]}, "its box (9, 9, 4, 14) is empty or turned round"),
        ({"bbox": [9, 9, 0, 5]}, "its box (9, 9, 9, 14) is empty"),
        ({"bbox": [0, 0, 10**300, 5]}, "its box (0, 0, 1e+300, 5) has a corner"),
        ({"bbox": [1, 2, 3]}, "its box is '[1, 2, 3]', not four numbers"),
        ({"bbox": [1, 2, 3, True]}, "its box is '[1, 2, 3, True]', not four numbers"),
        ({"bbox": {}}, "its box is '{}', not four numbers"),
        ({"bbox": [0, 0, 17, 20]}, "'00000001.png': the box (0, 0, 17, 20) goes beyond its 16x20"),
        ({"image_id": "9"}, "its image_id '9' is none of the images'"),
        ({"image_id": [0]}, "its image_id '' is none of the images'"),
    ],
)
def test_what_is_wrong_with_an_annotation_costs_one_sample(
    tmp_path: Path, changed: dict[str, Any], problem: str
) -> None:
    data = annotated("가", "나", "다")
    lay(tmp_path, data)
    data["annotations"][1] |= changed
    path = put(tmp_path / "handwriting_data_info1.json", json.dumps(data).encode())
    samples, bad = read_bad(tmp_path)
    assert [sample.label for sample in samples] == ["가", "다"]
    byte = json.dumps(data).index(json.dumps(data["annotations"][1]))
    assert len(bad) == 1
    assert bad[0].startswith(f"{path}: byte {byte}: {problem}")
    assert "\n" not in bad[0]
    with pytest.raises(DataError) as caught:
        list(aihub.read([tmp_path], bad=BadSamples(skip=False)))
    assert str(caught.value) == f"{bad[0]}; --skip-bad leaves such samples out"


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"text": {**aihub_image("가나")["text"]}}, "byte 0: labelled '가나', which is not one"),
        ({"text": {**aihub_image("ㅏ")["text"]}}, "byte 0: labelled 'ㅏ', which is not one"),
        ({"text": {**aihub_image("가", (0, 0, -4, 9))["text"]}}, "byte 0: its box (0, 0, -4, 9)"),
        ({"image": {}}, "byte 0: an image without file_name"),
        ({"image": {"file_name": "a/.."}}, "byte 0: its image '..' is missing"),
        ({"image": {"file_name": "no\0.png"}}, "byte 0: its image 'no\\x00.png' is missing"),
        ({"text": []}, "holds neither annotations nor a text"),
    ],
)
def test_what_is_wrong_with_an_image_of_2020(
    tmp_path: Path, changed: dict[str, Any], problem: str
) -> None:
    path = dump(tmp_path / "a.json", {**aihub_image("가"), **changed})
    put(tmp_path / "00140001001.jpg", picture(".jpg"))
    samples, bad = read_bad(tmp_path)
    assert samples == []
    assert len(bad) == 1
    assert bad[0].startswith(f"{path}: {problem}")


def test_images_that_are_missing_twice_there_or_damaged(tmp_path: Path) -> None:
    path = lay(tmp_path, annotated("가", "나", "다", "라"))
    (tmp_path / "1_syllable" / "00000000.png").unlink()
    put(tmp_path / "2_word" / "00000001.png", picture(".png"))
    damaged = put(tmp_path / "1_syllable" / "00000002.png", b"no image")
    samples, bad = read_bad(tmp_path)
    assert [sample.label for sample in samples] == ["라"]
    assert len(bad) == 3
    assert bad[0].startswith(f"{path}: byte ")
    assert "'00000000.png' is missing" in bad[0]
    assert "'00000001.png' is there more than once" in bad[1]
    assert bad[2].startswith(f"{damaged}: byte 0: neither a PNG nor a JPEG")


def test_bad_json_keeps_what_came_before(tmp_path: Path) -> None:
    data = annotated("가", "나", "다")
    path = lay(tmp_path, data)
    content = json.dumps(data).encode()
    cut = content.index(b'{"id": "00000002", "image_id"') + 20
    put(path, content[:cut])
    samples, bad = read_bad(tmp_path)
    assert [sample.label for sample in samples] == ["가", "나"]
    assert len(bad) == 1
    assert bad[0].startswith(f"{path}: byte {cut - 1}: no valid JSON (")


def test_nothing_to_read(tmp_path: Path) -> None:
    path = dump(tmp_path / "a.json", {"info": {}})
    put(tmp_path / "a.png", picture(".png"))
    with pytest.raises(DataError, match="neither annotations nor a text"):
        list(aihub.read([path]))
    with pytest.raises(DataError, match="no such file"):
        list(aihub.read([tmp_path / "none" / "a.json"]))


def test_rare_syllables_are_left_out_and_missing_images_do_not_count(tmp_path: Path) -> None:
    lay(tmp_path, annotated("가", "나", "가", "다", "나", "가"))
    (tmp_path / "1_syllable" / "00000004.png").unlink()
    samples, bad = read_bad(tmp_path, min_samples=2)
    assert [sample.label for sample in samples] == ["가", "가", "가"]
    assert len(bad) == 1
    assert "'00000004.png' is missing" in bad[0]


def test_a_stratified_split_gives_every_syllable_its_shares(tmp_path: Path) -> None:
    lay(tmp_path, annotated(*"가" * 50, *"나" * 25, "다"))
    samples = list(aihub.read([tmp_path], stratified=True))
    parts = Counter((sample.label, sample.part) for sample in samples)
    assert [parts["가", part] for part in ("train", "val", "test")] == [40, 4, 6]
    assert [parts["나", part] for part in ("train", "val", "test")] == [20, 2, 3]
    assert parts["다", "train"] == 1
    # Mixed, and not the first ones: those may all be one person's.
    tests = [number for number, sample in enumerate(samples[:50]) if sample.part == "test"]
    assert tests != list(range(6))
    again = list(aihub.read([tmp_path / "handwriting_data_info1.json"], stratified=True))
    assert [sample.part for sample in again] == [sample.part for sample in samples]
    by_group = {sample.part for sample in aihub.read([tmp_path])}
    assert len(by_group) == 1  # one group of people, whole


def test_a_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(tmp_path, annotated(*"가" * 200))
    small = aihub._TABLES.replace("BEGIN", "PRAGMA max_page_count=8; BEGIN")
    monkeypatch.setattr(aihub, "_TABLES", small)
    with pytest.raises(OSError, match="full; make room on the disk"):
        list(aihub.read([tmp_path]))


def test_memory_does_not_grow_with_the_annotated(tmp_path: Path) -> None:
    peaks = []
    for count in (3_000, 12_000):
        data = annotated(*"가" * count)
        lay(tmp_path / str(count), {**data, "images": data["images"][:3]})
        dump(tmp_path / str(count) / "handwriting_data_info1.json", data)
        tracemalloc.start()
        missing = BadSamples(skip=True)
        assert len(list(aihub.read([tmp_path / str(count)], bad=missing))) == 3
        assert missing.count == count - 3
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 300_000
