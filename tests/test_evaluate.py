"""The evaluation: its arithmetic, its sheets, and the command on the model that ships."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge_app import samples
from tests import tinymnist
from train import evaluate, measures, shardwriter, sheets
from train.data import BadSamples, Sample, Source, mnist
from train.measures import Answers
from train.split import part_of

ROOT = Path(__file__).parents[1]

KEPT = [name for name in (f"w{i}" for i in range(99)) if part_of(name) == "test"][:2]
SEEN = [name for name in (f"w{i}" for i in range(99)) if part_of(name) == "train"][:1]


def answers(truth: list[int], scores: list[list[float]]) -> Answers:
    return Answers.of(("a", "b", "c"), np.array(truth), np.array(scores, np.float32))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tinymnist.write(tmp_path_factory.mktemp("mnist"), train=10, test=30)


@pytest.fixture(scope="module")
def pen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pen") / "pen.jsonl"
    with path.open("w") as lines:
        for writer in (*KEPT, *SEEN):
            for sample in samples.load():
                strokes = [stroke.tolist() for stroke in sample.strokes]
                # One of them calls every digit 8: right once in ten.
                label = "8" if writer == KEPT[1] else sample.label
                line = {"label": label, "writer": writer, "src": "desk", "strokes": strokes}
                lines.write(json.dumps(line) + "\n")
            lines.write(json.dumps({**line, "label": "가"}) + "\n")
    return path


def test_accuracy_counts_the_k_best_and_ties_go_to_the_lower_index() -> None:
    given = answers([0, 1, 2, 2], [[0.6, 0.3, 0.1], [0.4, 0.4, 0.2], [0.5, 0.3, 0.2], [0, 0, 0]])
    assert measures.accuracy(given) == 1 / 4
    assert measures.accuracy(given, 2) == 2 / 4
    # No answer is a miss even where all labels would be among the best.
    assert measures.accuracy(given, 3) == 3 / 4
    assert measures.confusions(given) == [
        {"true": "b", "answer": "a", "count": 1},
        {"true": "c", "answer": "nothing", "count": 1},
        {"true": "c", "answer": "a", "count": 1},
    ]


def test_calibration_error_is_the_mean_gap_of_the_bins() -> None:
    sure = answers([0] * 10, [[0.9, 0.05, 0.05]] * 10)
    assert measures.calibration_error(sure) == pytest.approx(0.1, abs=1e-6)
    honest = answers([0] * 9 + [1], [[0.9, 0.05, 0.05]] * 10)
    assert measures.calibration_error(honest) == pytest.approx(0, abs=1e-6)
    # Two bins: 0.9 sure and right half of the time, 0.5 sure and always right.
    two = answers([0, 1, 0, 0], [[0.9, 0.1, 0]] * 2 + [[0.5, 0.3, 0.2]] * 2)
    assert measures.calibration_error(two) == pytest.approx((0.4 + 0.5) / 2, abs=1e-6)
    certain = answers([0], [[1, 0, 0]])
    assert measures.calibration_error(certain) == 0


def test_groups() -> None:
    given = answers([0, 0, 1], [[1, 0, 0], [0, 1, 0], [0, 1, 0]])
    assert measures.by_group(given, ["x", "x", "a"]) == {
        "a": {"samples": 1, "top1": 1.0, "top3": 1.0},
        "x": {"samples": 2, "top1": 0.5, "top3": 1.0},
    }


def test_sheets_cover_what_they_promise_and_repeat(data: Path) -> None:
    digit = mnist.load(data)[1].images[3]
    made = [sheets.place(digit, 5, index) for index in range(300)]
    again = sheets.place(digit, 5, 17)
    np.testing.assert_array_equal(again.image, made[17].image)
    assert any((sheets.place(digit, 6, i).image != made[i].image).any() for i in range(3))
    assert {(s.pen, s.polarity) for s in made} == {
        (pen, polarity)
        for pen in ("thin", "thick")
        for polarity in ("dark on light", "light on dark")
    }
    assert min(s.size for s in made) < 30
    assert max(s.size for s in made) > 130
    for sheet in made:
        assert sheet.image.shape == (200, 200)
        image = sheet.image.astype(int)
        ground = np.median(image)
        dark_on_light = ground > image.mean()
        assert dark_on_light == (sheet.polarity == "dark on light")
        _, _, width, height = cv2.boundingRect((abs(image - ground) > 40).astype(np.uint8))
        # Thinning takes up to one pen away, thickening adds less than a tenth.
        assert 0.65 * sheet.size <= max(width, height) <= 1.1 * sheet.size + 2


def test_thin_lines_are_thin_and_stay_in_one_piece() -> None:
    digit = np.zeros((28, 28), np.uint8)
    cv2.circle(digit, (14, 14), 8, 255, 4)
    for index in range(60):
        sheet = sheets.place(digit, 1, index)
        if sheet.pen == "thick":
            continue
        ink = (abs(sheet.image.astype(int) - int(np.median(sheet.image))) > 40).astype(np.uint8)
        assert cv2.connectedComponents(ink)[0] == 2
        # Nothing is left of a line up to 2 px wide (3 px with its soft edges).
        assert not cv2.erode(ink, np.ones((4, 4), np.uint8)).any()


def test_a_blank_digit_has_no_place() -> None:
    with pytest.raises(ValueError, match="no ink"):
        sheets.place(np.zeros((28, 28), np.uint8), 0, 0)


def test_the_shipped_model_through_the_command(data: Path, pen: Path, tmp_path: Path) -> None:
    """As a user runs it: as a file, from another folder, TensorFlow never imported."""
    picture = tmp_path / "misses.png"
    command = [sys.executable, "-X", "importtime", str(ROOT / "train/evaluate.py"), "digits"]
    options = ["--mnist", str(data), "--pen", str(pen), "--misses", str(picture), "--json"]
    done = subprocess.run(
        [*command, *options], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "tensorflow" not in done.stderr
    assert "keras" not in done.stderr
    report = json.loads(done.stdout)
    assert report["model"]["name"] == "digits"
    assert report["mnist"]["samples"] == report["sheet"]["samples"] == 30
    assert report["mnist"]["top1"] >= 0.9
    assert report["sheet"]["top1"] >= 0.8
    for part in ("size", "pen", "polarity"):
        assert sum(g["samples"] for g in report["sheet"]["by"][part].values()) == 30
    # Only the two kept writers, without the label that the model does not know.
    assert report["pen"]["samples"] == 20
    assert report["pen"]["writers"] == 2
    worst = report["pen"]["by"]["worst writers"]
    assert list(worst) == [f"desk/{KEPT[1]}", f"desk/{KEPT[0]}"]
    assert worst[f"desk/{KEPT[1]}"]["top1"] == pytest.approx(0.1)
    assert report["pen"]["top1"] == pytest.approx(1 - len(report["pen"]["misses"]) / 20)
    drawn = cv2.imread(str(picture), cv2.IMREAD_GRAYSCALE)
    assert drawn is not None
    assert drawn.min() < 50


def test_table_names_the_command_and_every_writer_can_be_asked_for(
    data: Path, pen: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["digits", "--mnist", str(data), "--pen", str(pen), "--all-writers"]
    assert evaluate.main(options) == 0
    text = capsys.readouterr().out
    assert text.startswith("$ python train/evaluate.py digits --mnist ")
    assert "pen strokes: 30 samples" in text
    assert "mean of 3 writers" in text
    assert "by polarity" in text


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--model", "nowhere"], "nowhere: no such model directory"),
        (["--mnist", "nowhere"], "python train/prepare.py fetch mnist --out nowhere"),
        (["--pen", "nowhere.jsonl"], "nowhere.jsonl: no such file"),
    ],
)
def test_wrong_input_is_one_sentence(
    data: Path, capsys: pytest.CaptureFixture[str], options: list[str], says: str
) -> None:
    assert evaluate.main(["digits", "--mnist", str(data), *options]) == 1
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1


def test_automatic_mode_is_measured_by_kind_of_ink(
    pen: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("hangul", "jamo"):
        written = [Sample(one.strokes, one.label, "w", name, "test") for one in samples.load(name)]
        source = Source(name, "CC0", "")
        shardwriter.write(written, tmp_path / name, source, {}, BadSamples(skip=False))
    folders = ["--people", str(tmp_path / "hangul"), "--jamo", str(tmp_path / "jamo")]
    assert evaluate.main(["auto", "--pen", str(pen), *folders, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    digits, syllables, jamo = report["kinds"].values()
    assert (digits["samples"], syllables["samples"], jamo["samples"]) == (20, 20, 40)
    # One of two writers calls every digit 8.
    assert digits["top1"] == pytest.approx(0.55)
    assert digits["kind"] == 1
    assert digits["confusions"][0]["true"] == "8"
    assert syllables["kind"] == syllables["top3"] == 1
    # What looks like a digit is taken for one, but is shown.
    assert jamo["top1"] < jamo["top1_in_own_mode"]
    assert {"true": "ㅇ", "answer": "0", "count": 1} in jamo["confusions"]
    assert jamo["top3"] > 0.9

    assert evaluate.main(["auto", *folders]) == 0
    assert "first answer of the right kind  100.000%" in capsys.readouterr().out
    assert evaluate.main(["auto"]) == 1
    assert "name --pen, --people or --jamo" in capsys.readouterr().err
    assert evaluate.main(["auto", *folders, "--part", "val"]) == 1
    assert "its part val is empty; name another --part" in capsys.readouterr().err


def test_a_file_without_kept_writers_says_so(
    data: Path, pen: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = tmp_path / "seen.jsonl"
    seen.write_text("".join(x for x in pen.read_text().splitlines(True) if f'"{SEEN[0]}"' in x))
    assert evaluate.main(["digits", "--mnist", str(data), "--pen", str(seen)]) == 1
    assert "--all-writers takes every writer" in capsys.readouterr().err


def test_one_model_is_measured_at_a_time(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        evaluate.main(["hangul", "--model", "a", "--model", "b"])
    assert ended.value.code == 2
    assert "--model: b is the second; measure one at a time" in capsys.readouterr().err
