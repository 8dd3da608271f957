"""A model directory that is damaged, foreign or mismatched is refused, with file and reason."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edge_app import Recognizer, bundle
from edge_app.bundle import BundleError


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the shipped digit model, to be spoilt."""
    return Path(shutil.copytree(bundle.find("digits"), tmp_path / "model"))


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


def test_the_description_survives_json() -> None:
    described, _ = bundle.load(bundle.find("digits"))
    assert bundle.Bundle.from_dict(json.loads(json.dumps(described.to_dict()))) == described


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"format": 2}, "this version reads format 1"),
        ({"format": None}, "this version reads format 1"),
        ({"colour": "blue", "angle": 3}, "unknown keys: angle, colour"),
        ({"labels": None, "output": None}, "missing keys: labels, output"),
        ({"name": 7}, "name must be text"),
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
