"""The person's samples on the disk: killed, cut, full, forbidden, exported."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from edge_app import cli, hangul, samples
from edge_app.memory import journal, store
from edge_app.memory.export import export
from edge_app.memory.journal import StoreError
from edge_app.memory.personal import Personal
from edge_app.memory.store import Store, read
from tests.conftest import ROOT
from tests.kill import samples as killer
from train import prepare
from train.data import strokes
from train.shards import PARTS, Shards

INK = [np.array([[1.234, 2.0], [3.5, 4.25]]), np.array([[7.0, 8.0]])]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data/hangul-pad"


def fill(folder: Path, labels: str) -> None:
    opened = Store(folder)
    for label in labels:
        opened.add(INK, label, "hangul")
    opened.close()


def labels(folder: Path) -> str:
    return "".join(one.label for one in read(folder).samples.values())


def test_samples_come_back_as_they_were_and_for_nobody_else(folder: Path) -> None:
    fill(folder, "가7ㅁ")
    first = next(iter(read(folder).samples.values()))
    assert (first.label, first.mode) == ("가", "hangul")
    np.testing.assert_array_equal(first.strokes[0], [[1.23, 2.0], [3.5, 4.25]])
    np.testing.assert_array_equal(first.strokes[1], [[7.0, 8.0]])
    assert labels(folder) == "가7ㅁ"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / store.FILE).stat().st_mode) == 0o600


def test_nothing_that_was_accepted_is_lost_to_a_kill() -> None:
    command = [
        sys.executable,
        "-m",
        "tests.kill.samples",
        "--times",
        "30",
        "--seed",
        str(os.getpid()),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("30 kills: ")


def test_the_killer_notices_a_lost_sample(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = journal.Journal.append

    def forgetful(self: journal.Journal, record: object) -> None:
        if not (isinstance(record, dict) and record.get("id", 0) % 5 == 4):
            whole(self, record)

    monkeypatch.setattr(journal.Journal, "append", forgetful)
    monkeypatch.setattr(store, "MOST_SAMPLES", store.MOST_SAMPLES)
    with pytest.raises(AssertionError, match="is not as it was said"):
        killer.kill(20, 0, folder)


def test_a_last_record_cut_anywhere_costs_nothing_before_it(folder: Path) -> None:
    fill(folder, "가나")
    path = folder / store.FILE
    before = path.stat().st_size
    fill(folder, "다")
    whole = path.read_bytes()
    for end in range(before, len(whole)):
        path.write_bytes(whole[:end])
        opened = Store(folder)
        assert (opened.lost is None) == (end == before)
        if opened.lost:
            assert f"its last {end - before} bytes were no whole record" in opened.lost
        opened.add(INK, "라", "hangul")
        opened.close()
        assert labels(folder) == "가나라"


def test_a_damaged_record_costs_itself_alone(folder: Path) -> None:
    fill(folder, "가나다")
    path = folder / store.FILE
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    for place in range(len(lines[0]), len(lines[0]) + len(lines[1])):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        opened = Store(folder)
        assert "damaged records are left out" in str(opened.lost)
        opened.close()
        # Without its end a record takes the next one with it.
        assert labels(folder) == ("가" if whole[place] == ord("\n") else "가다")


def test_what_was_taken_back_stays_away_and_leaves_its_number_unused(folder: Path) -> None:
    opened = Store(folder)
    opened.take_back(opened.add(INK, "가", "hangul").number)
    opened.close()
    fill(folder, "나")
    assert labels(folder) == "나"
    assert list(read(folder).samples) == [1]


def test_the_oldest_go_and_what_is_void(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST_SAMPLES", 20)
    written = "".join(hangul.SYLLABLES[:50])
    fill(folder, written)
    assert written.endswith(labels(folder)) and 18 <= len(labels(folder)) <= 20
    opened = Store(folder)
    for _ in range(300):
        opened.take_back(opened.add(INK, "힣", "hangul").number)
    assert len((folder / store.FILE).read_bytes().splitlines()) < 200
    opened.close()
    assert list(folder.iterdir()) == [folder / store.FILE]
    monkeypatch.setattr(store, "MOST_BYTES", 1000)
    fill(folder, "힣")
    assert (folder / store.FILE).stat().st_size <= 1000
    assert labels(folder).endswith("힣")


def test_a_second_window_is_told(folder: Path) -> None:
    opened = Store(folder)
    with pytest.raises(StoreError, match="another window"):
        Store(folder)
    opened.close()
    Store(folder).close()


def test_a_full_disk_loses_nothing_and_is_told(folder: Path) -> None:
    # The limit on a file's size stands in for the disk's: writes come up short, then fail.
    program = f"""
import resource, signal
from pathlib import Path
from edge_app.memory.personal import Personal, StoreError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
personal = Personal.open(Path({str(folder)!r}), paused=False)
failed = 0
for number in range(30):
    try:
        personal.learn([[(number, 0), (number, 9)]], "가", "hangul")
    except StoreError as error:
        assert "not kept: make room" in str(error), error
        failed += 1
print(failed, personal.count)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    failed, kept = map(int, done.stdout.split())
    assert failed + kept == 30 and failed and kept
    opened = Store(folder)
    assert (opened.lost, len(opened)) == (None, kept)
    opened.close()


def test_where_nothing_can_be_kept_it_is_remembered_until_the_end(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where a folder should be")
    personal = Personal.open(tmp_path / "home/hangul-pad", paused=False)
    with pytest.raises(StoreError, match=r"home.*make room or permission"):
        personal.learn(INK, "가", "hangul")
    assert personal.count == 1
    personal.unlearn(INK, "가")
    assert personal.count == 0
    personal.close()


def test_nothing_is_kept_until_it_is_switched_on(folder: Path) -> None:
    personal = Personal.open(folder)
    personal.learn(INK, "가", "hangul")
    assert not folder.exists()
    personal.paused = False
    personal.learn(INK, ",", "hangul")  # no label that anything is trained for
    assert not folder.exists()
    personal.learn(INK, "가", "hangul")
    personal.learn(INK, "7", "digits")
    assert personal.count == 2 == len(read(folder).samples)
    personal.erase()
    assert personal.count == 0
    assert [path.stat().st_size for path in folder.iterdir()] == [0]
    personal.close()


def test_exported_samples_are_training_data(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    opened = Store(folder)
    written = samples.fitting((*hangul.SYLLABLES, *hangul.DIGITS))
    for sample in written:
        opened.add(sample.strokes, sample.label, "auto")
    opened.close()
    monkeypatch.setenv("XDG_DATA_HOME", str(folder.parent))
    target = tmp_path / "me.jsonl.gz"
    assert cli.main(["export", str(target)]) == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    found = list(strokes.read(target))
    assert [one.label for one in found] == [sample.label for sample in written]
    for one, sample in zip(found, written, strict=True):
        for given, stroke in zip(one.ink, sample.strokes, strict=True):
            np.testing.assert_allclose(given, stroke, atol=0.006)
    assert prepare.main(["strokes", str(target), "--out", str(tmp_path / "out")]) == 0
    prepared = [one for part in PARTS for one in Shards(tmp_path / "out", part)]
    assert sorted(one.label for one in prepared) == sorted(sample.label for sample in written)
    assert {one.writer for one in prepared} == {found[0].writer}
    assert "samples written" in capsys.readouterr().out


def test_an_export_that_fails_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert cli.main(["export", str(tmp_path / "me.jsonl.gz")]) == 1
    assert "samples.journal" in capsys.readouterr().err
    assert cli.main(["export", str(tmp_path / "me.txt")]) == 2
    fill(tmp_path / "hangul-pad", "가")
    with pytest.raises(FileNotFoundError):
        export(tmp_path / "hangul-pad", tmp_path / "none/me.jsonl.gz")
