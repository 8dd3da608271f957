"""The command line, run as a user runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from edge_app import (
    __version__,
    bundle,
    cli,
    hangul,
    modes,
    opening,
    samples,
    settings,
    syllables,
)
from tests.conftest import PATIENCE_S, ROOT, package
from tests.images.make import HERE as IMAGES
from tests.tiny import syllables as drawn

READ_AS_3 = IMAGES / "photo-corner-small-3.jpg"
EMPTY_SHEET = IMAGES / "photo-empty.jpg"
NOT_AN_IMAGE = IMAGES / "text.png"


def run(
    *arguments: str | Path, folder: Path = ROOT, **environment: str
) -> subprocess.CompletedProcess[str]:
    """hangul-pad with arguments, of the package in a folder, where there is no screen."""
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")
    inherited = {name: value for name, value in os.environ.items() if name not in hidden}
    return subprocess.run(
        [sys.executable, "-m", "edge_app", *map(str, arguments)],
        cwd=folder,
        env={**inherited, "PYTHONPATH": str(folder), **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=PATIENCE_S,
    )


def complaints(done: subprocess.CompletedProcess[str]) -> list[str]:
    """What hangul-pad itself wrote to standard error; the runtime adds lines of its own."""
    return [line for line in done.stderr.splitlines() if line.startswith("hangul-pad: ")]


def test_version() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, f"hangul-pad {__version__}\n")


@pytest.mark.parametrize(
    "command", [[], ["predict"], ["bench"], ["doctor"], ["settings"], ["install-kiosk"]]
)
def test_help_in_both_languages(command: list[str]) -> None:
    done = run(*command, "--help")
    assert done.returncode == 0
    assert done.stderr == ""
    assert any("가" <= letter <= "힣" for letter in done.stdout)


# predict


def test_one_json_object_per_image() -> None:
    done = run("predict", "--model", "digits", READ_AS_3, EMPTY_SHEET, "--json", "-k", "2")
    assert done.returncode == 0
    first, second = map(json.loads, done.stdout.splitlines())
    assert set(first) == {"file", "predictions"}
    assert first["file"] == str(READ_AS_3)
    assert first["predictions"][0]["label"] == "3"
    assert [set(one) for one in first["predictions"]] == [{"label", "score"}] * 2
    scores = [one["score"] for one in first["predictions"]]
    assert 1 >= scores[0] >= scores[1] >= 0
    assert second == {"file": str(EMPTY_SHEET), "predictions": []}


def test_lines_to_read() -> None:
    done = run("predict", "--model", "digits", READ_AS_3, EMPTY_SHEET, "-k", "1")
    first, second = done.stdout.splitlines()
    assert first.startswith(f"{READ_AS_3}: 3 ")
    assert first.endswith("%")
    assert second == f"{EMPTY_SHEET}: 글씨 없음 (no ink found)"


def test_a_failed_image_is_named_and_the_others_are_done(tmp_path: Path) -> None:
    missing = tmp_path / "없는 파일.png"
    done = run("predict", "--json", missing, READ_AS_3, NOT_AN_IMAGE, EMPTY_SHEET)
    assert done.returncode == 1
    assert [json.loads(line)["file"] for line in done.stdout.splitlines()] == [
        str(READ_AS_3),
        str(EMPTY_SHEET),
    ]
    first, second = complaints(done)
    assert first.startswith(f"hangul-pad: {missing}: No such file")
    assert second.startswith(f"hangul-pad: {NOT_AN_IMAGE}: not an image")


def test_names_that_are_not_ascii_stay_readable(tmp_path: Path) -> None:
    path = Path(shutil.copy(READ_AS_3, tmp_path / "손글씨 셋.jpg"))
    done = run("predict", "--json", path)
    assert str(path) in done.stdout
    assert json.loads(done.stdout)["file"] == str(path)


def test_a_terminal_without_hangul_does_not_end_it(tmp_path: Path) -> None:
    path = Path(shutil.copy(READ_AS_3, tmp_path / "셋.jpg"))
    done = run("predict", "--json", path, EMPTY_SHEET, PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert json.loads(done.stdout.splitlines()[0])["file"] == str(path)


def test_a_reader_that_stops_early_is_no_failure() -> None:
    line = f'"{sys.executable}" -m edge_app predict {f"{READ_AS_3} " * 40} | head -n 1'
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert len(done.stdout.splitlines()) == 1


def test_a_model_by_name_by_folder_and_on_either_side_of_the_command() -> None:
    answers = {
        run("predict", "--model", "digits", READ_AS_3).stdout,
        run("predict", READ_AS_3, "--model", bundle.MODELS / "digits").stdout,
        run("--model", "digits", "predict", READ_AS_3).stdout,
        run(
            "--threads", "2", "predict", READ_AS_3, "--runtime", "litert", "--model", "digits"
        ).stdout,
    }
    assert len(answers) == 1
    assert READ_AS_3.name in answers.pop()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["predict"], "IMAGE"),
        (["predict", READ_AS_3, "-k", "0"], "'0' is not a whole number of at least 1"),
        (["predict", READ_AS_3, "-k", "many"], "'many' is not a whole number"),
        (["predict", READ_AS_3, "--runtime", "onnx"], "onnx"),
        (["predict", READ_AS_3, "--labels", "ks1001"], "ks1001"),
        (
            ["predict", READ_AS_3, "--model", "digits", "--labels", "ks2350"],
            "the model digits reads no syllables",
        ),
        (["--model", "digits", "--labels", "ks2350"], "the model digits reads no syllables"),
        (["bench", "--labels", "ks2350"], "unrecognized arguments: --labels"),
        (["--labels", "ks2350", "bench"], "bench has no option --labels"),
        (["--mode", "vowels"], "vowels"),
        (["--mode", "digits", "--model", "digits"], "--model is one model alone"),
        (["--mode", "digits", "predict", READ_AS_3], "predict has no option --mode"),
        (["--once", "--print"], "--once prints the text alone"),
        (["--once", "predict", READ_AS_3], "predict has no option --once"),
        (["predict", READ_AS_3, "--model", "no-such"], "no such model directory"),
        (["--fullscreen", "predict", READ_AS_3], "predict has no option --fullscreen"),
        (["--threads", "2", "bench"], "bench has no option --threads"),
        (["--model", "digits", "doctor"], "doctor has no option --model"),
        (["--no-fullscreen", "settings"], "settings has no option --fullscreen"),
        (["--size", "800"], "'800' is not WIDTHxHEIGHT"),
        (["--size", "0x480"], "'0' is not a whole number of at least 1"),
        (["photo.png"], "invalid choice"),
        (["--no-such-option"], "--no-such-option"),
    ],
)
def test_wrong_usage_ends_with_2(arguments: list[str | Path], reason: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert reason in done.stderr


def test_a_damaged_model_fails_in_one_sentence(tmp_path: Path) -> None:
    spoilt = Path(shutil.copytree(bundle.find("digits"), tmp_path / "spoilt"))
    (spoilt / bundle.MODEL_FILE).write_bytes(b"")
    for command in (["predict", READ_AS_3], ["bench"], []):
        done = run(*command, "--model", spoilt)
        assert done.returncode == 1
        (complaint,) = complaints(done)
        assert f"{spoilt / bundle.MODEL_FILE}: not a TensorFlow Lite model" in complaint
        assert "Traceback" not in done.stderr


def test_syllables_are_read_from_the_set_that_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "갘.png"
    assert cv2.imwrite(str(path), samples.draw(drawn.write("갘")))

    def first(*options: str) -> str:
        done = run("predict", "--json", path, "--model", drawn.MODEL, *options)
        assert done.returncode == 0, done.stderr
        return str(json.loads(done.stdout)["predictions"][0]["label"])

    assert first() == first("--labels", "all11172") == "갘"
    assert first("--labels", "ks2350") in hangul.KS_X_1001
    done = run("--labels", "ks2350", "predict", "--json", path, "--model", drawn.MODEL)
    assert json.loads(done.stdout)["predictions"][0]["label"] in hangul.KS_X_1001


def test_the_sets_named_in_the_help_are_those_there_are() -> None:
    assert list(cli._SYLLABLE_SETS) == list(syllables.SETS)


def test_the_modes_named_in_the_help_are_those_there_are() -> None:
    assert cli._MODES == modes.MODES


# The pad without a screen, bench, doctor


def test_without_a_screen_it_says_so_and_reads_the_sample_ink() -> None:
    done = run("--model", "digits")
    assert done.returncode == 0
    korean, english, *answers = done.stdout.splitlines()
    assert "화면이 없어" in korean
    assert "No screen" in english
    assert len(answers) == 10
    for answer in answers:
        written, _, ranking = answer.partition(" -> ")
        assert ranking.startswith(f"{written} ")
        assert ranking.count("%") == 3
    assert complaints(done) == []


def test_a_script_that_asks_for_a_word_gets_no_sample_ink() -> None:
    done = run("--model", "digits", "--once")
    assert (done.returncode, done.stdout) == (1, "")
    (complaint,) = complaints(done)
    assert "화면이 없어" in complaint
    assert "No screen" in complaint


def written(done: subprocess.CompletedProcess[str]) -> list[str]:
    """What the sample ink says that was read without a screen."""
    assert done.returncode == 0, done.stderr
    return [line.partition(" -> ")[0] for line in done.stdout.splitlines()[2:]]


def test_the_mode_says_which_sample_ink_is_read(tmp_path: Path) -> None:
    digits, jamo = bundle.MODELS / "digits", ROOT / "tests/tiny/jamo"
    folder = package(tmp_path, hangul=drawn.MODEL, digits=digits, jamo=jamo)
    ink = {name: [one.label for one in samples.load(name)] for name in samples.NAMES}
    for mode, labels in ink.items():
        assert written(run("--mode", mode, folder=folder)) == labels
    everything = run(folder=folder)
    assert complaints(everything) == []
    assert written(everything) == ink["digits"] + ink["hangul"] + ink["jamo"]
    common = run("--mode", "auto", "--labels", "ks2350", folder=folder)
    assert written(common) == written(everything)
    assert common.stdout != everything.stdout


@pytest.mark.parametrize(
    ("there", "said", "offered"),
    [
        ("digits", "한글 모델이 없어 한글은 읽지 못합니다. No Hangul model", "digits"),
        ("hangul", "숫자 모델이 없어 숫자는 읽지 못합니다. No digit model", "hangul"),
    ],
)
def test_one_model_is_enough_and_the_other_is_missed_in_a_sentence(
    tmp_path: Path, there: str, said: str, offered: str
) -> None:
    model = {"digits": bundle.MODELS / "digits", "hangul": drawn.MODEL}[there]
    folder = package(tmp_path, **{there: model})
    done = run(folder=folder)
    assert written(done) == [one.label for one in samples.load(there)]
    (complaint,) = complaints(done)
    assert said in complaint
    assert complaint.endswith(f": {offered}")
    for mode in {"hangul", "digits", "jamo", "auto"} - {there}:
        done = run("--mode", mode, folder=folder)
        assert done.returncode == 2
        assert done.stdout == ""
        assert f"No model for the mode {mode}; " in complaints(done)[-1]
        assert complaints(done)[-1].endswith(f": {offered}")


def test_no_model_at_all_fails_in_one_sentence(tmp_path: Path) -> None:
    done = run(folder=package(tmp_path))
    assert done.returncode == 1
    (complaint,) = complaints(done)
    assert "holds no model for any mode; reinstall hangul-pad" in complaint


# Settings


def settings_in(tmp_path: Path, text: str) -> str:
    """A value for XDG_CONFIG_HOME: a folder with those settings."""
    path = tmp_path / "config" / "hangul-pad" / "settings.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return str(tmp_path / "config")


def test_settings_shows_what_holds_and_where(tmp_path: Path) -> None:
    done = run("settings", XDG_CONFIG_HOME=str(tmp_path))
    heading, *lines = done.stdout.splitlines()
    assert heading.startswith(f"# {tmp_path}/hangul-pad/settings.toml (")
    assert (done.returncode, "\n".join(lines) + "\n") == (0, settings.as_toml(settings.DEFAULTS))
    folder = settings_in(tmp_path, 'theme = "dark"\nhand = "both"\n')
    done = run("settings", XDG_CONFIG_HOME=folder)
    assert done.returncode == 1
    assert done.stdout.startswith(f"# {folder}/hangul-pad/settings.toml\n")
    assert '\ntheme = "dark"\nhand = "right"\n' in done.stdout
    (complaint,) = complaints(done)
    assert f'{folder}/hangul-pad/settings.toml:2: hand의 값으로 "both"' in complaint


def test_settings_are_the_windows_defaults_and_options_win(tmp_path: Path) -> None:
    digits = bundle.MODELS / "digits"
    folder = package(tmp_path, hangul=drawn.MODEL, digits=digits)
    config = settings_in(tmp_path, 'mode = "hangul"\nlabels = "ks2350"\n')

    def answers(*options: str, **environment: str) -> str:
        done = run(*options, folder=folder, **environment)
        assert (done.returncode, complaints(done)) == (0, [])
        return done.stdout

    plain, with_settings = answers(), answers(XDG_CONFIG_HOME=config)
    assert with_settings == answers("--mode", "hangul", "--labels", "ks2350")
    assert with_settings not in (plain, answers("--mode", "hangul"))
    everything = answers("--mode", "hangul", "--labels", "all11172", XDG_CONFIG_HOME=config)
    assert everything == answers("--mode", "hangul")
    # Of one model alone they say nothing.
    assert answers("--model", "digits", XDG_CONFIG_HOME=config) == answers("--model", "digits")


def test_settings_that_cannot_hold_do_not_stop_the_pad(tmp_path: Path) -> None:
    folder = package(tmp_path, digits=bundle.MODELS / "digits")
    text = 'mode = "hangul"\nlabels = "ks2350"\ndelay_s = 60\nlive = maybe\n'
    done = run(folder=folder, XDG_CONFIG_HOME=settings_in(tmp_path, text))
    assert written(done) == [one.label for one in samples.load("digits")]
    third, fourth, missing = complaints(done)
    assert "settings.toml:3: delay_s" in third and "settings.toml:4: TOML" in fourth
    assert "No Hangul model" in missing


def test_the_window_opens_as_the_settings_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", settings_in(tmp_path, "fullscreen = true\ndelay_s = 2\n"))
    chosen = settings.load().settings
    filled = {}
    for given in ([], ["--fullscreen"], ["--no-fullscreen"], ["--labels", "ks2350"]):
        options = cli._parse(given)
        opening.fill_in(options, chosen)
        filled[" ".join(given)] = options.fullscreen, options.labels
    assert filled == {
        "": (True, None),
        "--fullscreen": (True, None),
        "--no-fullscreen": (False, None),
        "--labels ks2350": (True, "ks2350"),
    }


@pytest.mark.parametrize("model", ["digits", drawn.MODEL])
def test_bench_measures_every_step(model: str | Path) -> None:
    done = run("bench", "--json", "--model", model)
    assert done.returncode == 0
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert {row["ink"] for row in rows} == {"strokes", "image"}
    assert {row["threads"] for row in rows} >= {1}
    for row in rows:
        parts = row["preprocessing"] + row["invoke"] + row["bookkeeping"]
        assert min(row["preprocessing"], row["invoke"], row["bookkeeping"]) > 0
        assert row["end_to_end"] == pytest.approx(parts, rel=0.5)
        assert row["ratios"]["overhead"] == pytest.approx(
            row["ratios"]["preprocessing"] + row["ratios"]["bookkeeping"], abs=0.01
        )
        if row["threads"] == 1:
            assert row["ratios"]["invoke"] == 1


def test_doctor_finds_this_installation_healthy() -> None:
    done = run("doctor")
    assert done.returncode == 0, done.stdout
    assert "FAIL" not in done.stdout
    for topic in (
        "Python",
        "numpy",
        "opencv-python",
        "pygame",
        "runtime",
        "model digits",
        "font",
        "session",
    ):
        assert f"ok    {topic}" in done.stdout
    assert "10 of 10 samples of ink read" in done.stdout
    missing = [f"note  modes: {english}" for _, english in modes.MISSING.values()]
    there = {"hangul", "digits"} <= set(bundle.available())
    assert any(line in done.stdout for line in missing) != there
    assert "screen: none" in done.stdout
    assert done.stdout.count("->") == done.stdout.count("note")


def test_doctor_names_the_remedy_for_what_is_wrong(tmp_path: Path) -> None:
    """In a copy of the package: one model damaged, the font gone."""
    folder = package(tmp_path, digits=bundle.MODELS / "digits")
    (folder / "edge_app/models/digits" / bundle.MODEL_FILE).write_bytes(b"")
    for font in (folder / "edge_app/pad/fonts").glob("*.ttf"):
        font.unlink()
    done = run("doctor", folder=folder)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    wrong = [number for number, line in enumerate(lines) if "FAIL" in line]
    assert len(wrong) == 2
    assert "model digits" in lines[wrong[0]]
    assert "font" in lines[wrong[1]]
    assert all("-> reinstall hangul-pad" in lines[number + 1] for number in wrong)


def test_doctor_compares_the_answers_of_a_syllable_model(tmp_path: Path) -> None:
    """In a copy of the package with the tiny one among its models."""
    folder = package(tmp_path, hangul=drawn.MODEL)

    def line() -> str:
        lines = run("doctor", folder=folder).stdout.splitlines()
        return next(one for one in lines if "model hangul, litert" in one)

    found = line()
    assert "ok    model hangul" in found
    assert "11172 labels, int8, 24 of 24 golden answers alike" in found
    assert " of 20 samples of ink read" in found
    (folder / "edge_app/models/hangul" / bundle.PRIOR_FILE).write_bytes(b"")
    assert "FAIL" in line()
