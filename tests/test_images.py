"""Image files: the picture set of tests/images, and what would exhaust a small device."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from edge_app import Recognizer, images, samples
from tests.conftest import PATIENCE_S, ROOT
from tests.images import make

MANIFEST: dict[str, dict[str, Any]] = json.loads(
    (make.HERE / "images.json").read_text(encoding="utf-8")
)
READABLE = [name for name, facts in MANIFEST.items() if "label" in facts]
REFUSED = [name for name, facts in MANIFEST.items() if "refused" in facts]


def read(recognizer: Recognizer, path: Path) -> str | None:
    """The best answer for a picture; None where it shows no ink."""
    answers = recognizer.recognize(images.read(path))
    return answers[0].label if answers else None


@pytest.mark.parametrize("name", READABLE)
def test_the_picture_set_is_read(digits: Recognizer, name: str) -> None:
    assert read(digits, make.HERE / name) == MANIFEST[name]["label"]


@pytest.mark.parametrize("name", REFUSED)
def test_files_that_are_no_pictures_are_refused_in_one_sentence(
    name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(images.ImageError, match=MANIFEST[name]["refused"]) as caught:
        images.read(make.HERE / name)
    assert str(caught.value).startswith(f"{make.HERE / name}: ")
    assert "\n" not in str(caught.value)
    assert capfd.readouterr().err == ""  # neither OpenCV nor libpng adds its own


@pytest.mark.parametrize("kind", make.PHOTOS)
def test_every_digit_in_every_kind_of_photograph(digits: Recognizer, kind: str) -> None:
    rng = np.random.default_rng(7)
    wrong = []
    for label in "0123456789":
        answers = digits.recognize(make.PHOTOS[kind](label, rng))
        if not answers or answers[0].label != label:
            wrong.append((label, answers))
    assert not wrong


def test_the_set_is_small_and_complete() -> None:
    files = {path.name for path in make.HERE.iterdir() if path.suffix in (".png", ".jpg")}
    assert files == set(MANIFEST)
    assert sum((make.HERE / name).stat().st_size for name in files) < 1_500_000


@pytest.mark.parametrize(
    ("name", "reason"), [("nothing.png", "No such file"), (".", "Is a directory")]
)
def test_what_cannot_be_opened_is_named(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(images.ImageError, match=reason) as caught:
        images.read(tmp_path / name)
    assert str(tmp_path / name) in str(caught.value)


def test_a_phone_sized_photograph(digits: Recognizer, tmp_path: Path) -> None:
    small = make.PHOTOS["wooden-desk"]("6", np.random.default_rng(3))
    large = cv2.resize(small, (4000, 3000), interpolation=cv2.INTER_CUBIC)
    path = tmp_path / "IMG_0001.jpg"
    path.write_bytes(cv2.imencode(".jpg", large)[1].tobytes())
    assert read(digits, path) == "6"


def test_a_transparent_photograph_keeps_its_paper(tmp_path: Path) -> None:
    sheet = samples.draw(samples.load()[2].strokes)
    alpha = np.zeros_like(sheet)
    alpha[10:-10, 10:-10] = 255  # as an editor leaves rounded or torn edges
    path = tmp_path / "cut-out.png"
    path.write_bytes(cv2.imencode(".png", np.dstack([sheet] * 3 + [alpha]))[1].tobytes())
    np.testing.assert_array_equal(images.read(path)[10:-10, 10:-10], sheet[10:-10, 10:-10])
    assert (images.read(path)[:10] == 255).all()


def test_a_wholly_transparent_picture_is_empty(digits: Recognizer, tmp_path: Path) -> None:
    path = tmp_path / "clear.png"
    path.write_bytes(cv2.imencode(".png", np.zeros((90, 60, 4), np.uint8))[1].tobytes())
    assert read(digits, path) is None


@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
def test_other_depths(digits: Recognizer, tmp_path: Path, dtype: type[np.generic]) -> None:
    sheet = samples.draw(samples.load()[4].strokes).astype(dtype)
    path = tmp_path / "deep.tiff"
    image = sheet * dtype(257) if dtype == np.uint16 else sheet / dtype(255)
    path.write_bytes(cv2.imencode(".tiff", image)[1].tobytes())
    assert read(digits, path) == "4"


# Hugely wide: through the command line, which sets the limits, in a process of its own.

WATCHED = """
import re, sys
from edge_app.cli import main
status = main(["predict", "--model", "digits", "--json", sys.argv[1]])
peak = re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())  # not ru_maxrss, which
print(int(peak.group(1)) // 1024, "MiB", file=sys.stderr)  # remembers the process that forked
sys.exit(status)
"""


def predict(path: Path) -> tuple[int, str, str, int]:
    """Exit status, stdout, stderr and peak memory (MiB) of predicting one file."""
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    *messages, memory = done.stderr.strip().splitlines()
    return done.returncode, done.stdout, "\n".join(messages), int(memory.split()[0])


@pytest.mark.parametrize("height", [400, 3000])
def test_a_picture_20000_px_wide_is_read(tmp_path: Path, height: int) -> None:
    wide = np.full((height, 20_000), 255, np.uint8)
    side = (height, height)
    wide[:, 9000 : 9000 + height] = cv2.resize(samples.draw(samples.load()[3].strokes), side)
    path = tmp_path / "wide.png"
    path.write_bytes(cv2.imencode(".png", wide)[1].tobytes())
    status, answer, _, memory = predict(path)
    assert status == 0
    assert json.loads(answer)["predictions"][0]["label"] == "3"
    assert memory < 500


def test_a_picture_of_400_megapixels_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(cv2.imencode(".png", np.full((20_000, 20_000), 255, np.uint8))[1].tobytes())
    assert path.stat().st_size < 5_000_000
    status, answer, message, memory = predict(path)
    assert (status, answer) == (1, "")
    assert f"hangul-pad: {path}: has too many pixels; save it smaller" in message
    assert memory < 300
