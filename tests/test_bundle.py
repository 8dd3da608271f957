"""A model directory that is damaged, foreign or mismatched is refused, with file and reason."""

from __future__ import annotations

import hashlib
import io
import json
import math
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_app import Recognizer, bundle
from edge_app.answers import SyllableAnswers
from edge_app.bundle import BundleError
from edge_app.syllables import PRIOR_FLOOR, SETS
from tests.tiny.syllables import MODEL as TINY_SYLLABLES


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the shipped digit model, to be spoilt."""
    return Path(shutil.copytree(bundle.find("digits"), tmp_path / "model"))


@pytest.fixture
def syllables(tmp_path: Path) -> Path:
    """A copy of the tiny model that reads syllables, to be spoilt."""
    return Path(shutil.copytree(TINY_SYLLABLES, tmp_path / "syllables"))


def describe(directory: Path, **changes: Any) -> None:
    """Changes keys of model.json; None removes one."""
    path = directory / bundle.DESCRIPTION_FILE
    data = {**json.loads(path.read_text(encoding="utf-8")), **changes}
    data = {key: value for key, value in data.items() if value is not None}
    path.write_text(json.dumps(data), encoding="utf-8")


def replace_model(directory: Path, content: bytes) -> None:
    """Another model.tflite, with the checksum that belongs to it."""
    (directory / bundle.MODEL_FILE).write_bytes(content)
    describe(directory, sha256=hashlib.sha256(content).hexdigest())


def test_the_copy_itself_opens(copy: Path) -> None:
    assert Recognizer(copy).labels == tuple("0123456789")


@pytest.mark.parametrize("directory", [bundle.find("digits"), TINY_SYLLABLES])
def test_the_description_survives_json(directory: Path) -> None:
    described, _ = bundle.load(directory)
    assert bundle.Bundle.from_dict(json.loads(json.dumps(described.to_dict()))) == described
    text = json.dumps(described.to_dict(), ensure_ascii=False, indent=2) + "\n"
    assert text == (directory / bundle.DESCRIPTION_FILE).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"format": 2}, "this version reads format 1"),
        ({"format": None}, "this version reads format 1"),
        ({"colour": "blue", "angle": 3}, "unknown keys: angle, colour"),
        ({"labels": None, "output": None}, "missing keys: labels, output"),
        ({"name": 7}, "name must be text"),
        ({"output": 7}, "output must be text"),
        ({"answers": "words"}, "answers must be labels or syllables, not 'words'"),
        ({"answers": ["labels"]}, "answers must be labels or syllables"),
        ({"heads": {}}, "unknown keys: heads"),
        ({"labels": "0123456789"}, "labels must be a list"),
        ({"labels": ["0"]}, "labels must be two or more"),
        ({"labels": ["0", "0"]}, "labels must be two or more, each once"),
        ({"labels": ["0", ""]}, "labels must be a list of non-empty texts"),
        ({"temperature": 0}, "temperature must be a positive number"),
        ({"temperature": True}, "temperature must be a positive number"),
        ({"temperature": float("nan")}, "temperature must be a positive number"),
        ({"ink": 3}, "ink must be an object"),
        ({"ink": {"brush": 3}}, "unknown ink settings: brush"),
        ({"ink": {"size": 3}}, "ink size must be 8 to 256"),
    ],
)
def test_wrong_descriptions_are_refused(copy: Path, changes: dict[str, Any], reason: str) -> None:
    describe(copy, **changes)
    with pytest.raises(BundleError, match=re.escape(reason)) as caught:
        Recognizer(copy)
    assert str(copy / bundle.DESCRIPTION_FILE) in str(caught.value)
    assert "reinstall" in str(caught.value)


def test_the_kind_may_be_told_where_it_is_labels(copy: Path) -> None:
    describe(copy, answers="labels")
    assert Recognizer(copy).labels == tuple("0123456789")


HEADS = {name: name for name in ("initial", "medial", "final", "syllable", "valid")}
COMBINATION = {
    "jamo": 0.5,
    "syllable": 0.5,
    "prior": 0.1,
    "temperature": 1,
    "valid_temperature": 1,
}
PRIOR = {"sha256": "0" * 64, "source": "a list", "licence": "CC0"}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"answers": None}, "unknown keys: combination, heads, label_set, prior"),
        ({"labels": ["가", "나"]}, "unknown keys: labels"),
        ({"heads": None, "combination": None}, "missing keys: combination, heads"),
        ({"label_set": "ks1001"}, "label_set must be ks2350 or all11172, not 'ks1001'"),
        ({"label_set": ["ks2350"]}, "label_set must be ks2350 or all11172"),
        ({"heads": ["initial"]}, "heads must name one output each for initial, medial"),
        ({"heads": {**HEADS, "stroke": "x"}}, "heads must name one output each"),
        ({"heads": {**HEADS, "valid": 1}}, "heads must name one output each"),
        ({"heads": {**HEADS, "valid": "final"}}, "heads must name one output each"),
        ({"combination": [1]}, "combination must be an object"),
        ({"combination": {"jamo": 1}}, "combination has the keys jamo, expected jamo, prior"),
        ({"combination": {**COMBINATION, "jamo": -1}}, "combination jamo must be at least 0"),
        ({"prior": 3}, "prior must be null or an object of sha256, source, licence"),
        ({"prior": {**PRIOR, "year": "2026"}}, "prior must be null or an object of"),
        ({"prior": {**PRIOR, "licence": ""}}, "prior must say its sha256, source and licence"),
    ],
)
def test_wrong_descriptions_of_syllable_models_are_refused(
    syllables: Path, changes: dict[str, Any], reason: str
) -> None:
    describe(syllables, **changes)
    with pytest.raises(BundleError, match=re.escape(reason)) as caught:
        Recognizer(syllables)
    assert str(syllables / bundle.DESCRIPTION_FILE) in str(caught.value)


def test_a_prior_is_weighed_or_null(syllables: Path) -> None:
    path = syllables / bundle.DESCRIPTION_FILE
    data = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**data, "prior": None}), encoding="utf-8")
    with pytest.raises(BundleError, match=r"weighs a prior \(0.1\), but prior is null"):
        Recognizer(syllables)
    unweighed = {**COMBINATION, "prior": 0}
    path.write_text(json.dumps({**data, "prior": None, "combination": unweighed}), encoding="utf-8")
    (syllables / bundle.PRIOR_FILE).unlink()
    answers = Recognizer(syllables).bundle.answers
    assert isinstance(answers, SyllableAnswers)
    assert answers.prior is None


def write_prior(directory: Path, content: bytes) -> None:
    """Another prior.npz, with the checksum that belongs to it."""
    (directory / bundle.PRIOR_FILE).write_bytes(content)
    describe(directory, prior={**PRIOR, "sha256": hashlib.sha256(content).hexdigest()})


def packed(values: Any, name: str = "log_prior") -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **{name: values})
    return buffer.getvalue()


FLAT = np.full(len(SETS["all11172"]), -9, np.float16)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "holds no log_prior"),
        (b"PK\x03\x04 cut short", "holds no log_prior"),
        (packed(FLAT, "prior"), "holds no log_prior"),
        (packed(FLAT.astype(np.float32)), "log_prior is not 11172 float16"),
        (packed(FLAT[1:]), "log_prior is not 11172 float16"),
        (packed(FLAT * 2), f"values outside {PRIOR_FLOOR:g} to 0"),
        (packed(-FLAT), f"values outside {PRIOR_FLOOR:g} to 0"),
        (packed(FLAT * np.float16(math.nan)), f"values outside {PRIOR_FLOOR:g} to 0"),
    ],
)
def test_what_is_no_prior_is_refused(syllables: Path, content: bytes, reason: str) -> None:
    write_prior(syllables, content)
    for prior in (True, False):
        with pytest.raises(BundleError, match=reason) as caught:
            Recognizer(syllables, prior=prior)
        assert str(syllables / bundle.PRIOR_FILE) in str(caught.value)


def test_a_damaged_prior_is_refused(syllables: Path) -> None:
    path = syllables / bundle.PRIOR_FILE
    path.write_bytes(_flip(path.read_bytes()))
    with pytest.raises(BundleError, match="does not match the checksum") as caught:
        Recognizer(syllables)
    assert str(path) in str(caught.value)
    path.unlink()
    with pytest.raises(BundleError, match=f"{re.escape(bundle.PRIOR_FILE)}: No such file"):
        Recognizer(syllables)


def test_a_description_of_other_heads_is_refused(syllables: Path) -> None:
    describe(syllables, heads={**HEADS, "valid": "real"})
    with pytest.raises(BundleError, match="has no signature") as caught:
        Recognizer(syllables)
    assert str(syllables / bundle.MODEL_FILE) in str(caught.value)
    describe(syllables, heads={**HEADS, "initial": "medial", "medial": "initial"})
    with pytest.raises(BundleError, match=re.escape("shape (1, 21)")):
        Recognizer(syllables)


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe\x00", b'{"format": 1}'])
def test_damaged_descriptions_are_refused(copy: Path, content: bytes) -> None:
    (copy / bundle.DESCRIPTION_FILE).write_bytes(content)
    with pytest.raises(BundleError, match=re.escape(bundle.DESCRIPTION_FILE)):
        Recognizer(copy)


@pytest.mark.parametrize("name", [bundle.DESCRIPTION_FILE, bundle.MODEL_FILE])
def test_missing_files_are_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(BundleError, match=f"{re.escape(name)}: No such file"):
        Recognizer(copy)


def _flip(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_flip, "does not match the checksum"),
        (lambda content: content[:-100], "does not match the checksum"),
        (lambda content: b"", "not a TensorFlow Lite model"),
        (lambda content: b"PK\x03\x04 something else", "not a TensorFlow Lite model"),
    ],
)
def test_damaged_models_are_refused(
    copy: Path, spoil: Callable[[bytes], bytes], reason: str
) -> None:
    path = copy / bundle.MODEL_FILE
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(BundleError, match=reason) as caught:
        Recognizer(copy)
    assert str(path) in str(caught.value)


def test_a_model_cut_short_before_its_description_was_written(copy: Path) -> None:
    content = (copy / bundle.MODEL_FILE).read_bytes()
    replace_model(copy, content[:2000])
    with pytest.raises(BundleError, match=re.escape(bundle.MODEL_FILE)):
        Recognizer(copy)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"labels": list("012345678")}, "a tensor has shape (1, 10)"),
        ({"ink": {"size": 40}}, "a tensor has shape (1, 32, 32, 1)"),
        ({"input": "picture"}, "has no signature"),
        ({"output": "scores"}, "has no signature"),
    ],
)
def test_a_description_of_another_model_is_refused(
    copy: Path, changes: dict[str, Any], reason: str
) -> None:
    describe(copy, **changes)
    with pytest.raises(BundleError, match=re.escape(reason)) as caught:
        Recognizer(copy)
    assert str(copy / bundle.MODEL_FILE) in str(caught.value)


@pytest.mark.parametrize("name", ["no-such-model", "", "digits/model.json"])
def test_what_is_no_model_is_refused_with_the_names_there_are(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BundleError, match=r"digits|model\.json"):
        Recognizer(name)


def test_a_folder_is_preferred_to_nothing_but_not_to_a_bundled_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "digits").mkdir()
    monkeypatch.chdir(tmp_path)
    assert bundle.find("digits") == bundle.MODELS / "digits"
    assert bundle.find(Path("digits")) == Path("digits")
