"""What the pad learns of a hand, on the bundled model: habits, syllables, and whose hand it is."""

from __future__ import annotations

import shutil
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from edge_app import bundle, hangul, modes, samples, syllables
from edge_app.bundle import Bundle
from edge_app.memory import features
from edge_app.memory.habits import CANDIDATES, CAPACITY, Experience, Habits, unit
from edge_app.memory.likeness import WINDOW, Likeness
from edge_app.memory.personal import Personal
from edge_app.modes import Reader
from edge_app.recognizer import Recognizer
from tests.tiny import syllables as drawn
from train import evaluate_memory

COUNT = len(hangul.SYLLABLES)
ALL = np.arange(COUNT)
Strokes = list[npt.NDArray[np.float64]]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return modes.open_bundled()


def written(label: str) -> Strokes:
    return next(list(one.strokes) for one in samples.fitting([label]))


def varied(ink: Strokes, seed: int) -> Strokes:
    rng = np.random.default_rng(seed)
    bend = np.eye(2) + rng.uniform(-0.08, 0.08, (2, 2))
    return [stroke @ bend + rng.normal(0, 0.5, stroke.shape) for stroke in ink]


def best(reader: Reader, ink: Strokes, mode: str = "hangul") -> str:
    return reader.read(ink, mode).predictions[0].label


def experience(
    label: str, taken_for: str, direction: npt.ArrayLike, sure: float = 0.9
) -> Experience:
    scores = np.full(COUNT, 1e-6, np.float32)
    scores[hangul.SYLLABLES.index(label)] = 1 - sure
    scores[hangul.SYLLABLES.index(taken_for)] = sure
    return Experience.of(np.asarray(direction, np.float32), scores, ALL, label)


@contextmanager
def traced() -> Iterator[Callable[[], tuple[int, int]]]:
    """Gives what was allocated since and is still held, and the most of it at a time, bytes."""
    tracemalloc.start()
    try:
        yield tracemalloc.get_traced_memory
    finally:
        tracemalloc.stop()


def taken(label: str, taken_for: str, sure: float = 0.9) -> npt.NDArray[np.float32]:
    scores = np.full(COUNT, 1e-6, np.float32)
    scores[hangul.SYLLABLES.index(label)] = 1 - sure
    scores[hangul.SYLLABLES.index(taken_for)] = sure
    return scores


# Habits


def test_a_habit_carries_over_to_other_syllables() -> None:
    habits = Habits()
    # This person's final ㅁ looks like ㅇ: features say so, whatever stands before it.
    rng = np.random.default_rng(0)
    for key, (label, wrong) in enumerate(
        [("감", "강"), ("남", "낭"), ("돔", "동"), ("솜", "송")] * 5
    ):
        habits.learn(key, experience(label, wrong, [1, 0, *rng.uniform(0, 0.3, 4)], 0.6))
    for key, label in enumerate("강낭동송" * 5, 100):
        habits.learn(key, experience(label, "가", [0, 1, *rng.uniform(0, 0.3, 4)], 0.01))
    like_m = np.array([1, 0, 0.1, 0.2, 0, 0.1], np.float32)
    corrected = habits.rerank(like_m, taken("밤", "방", 0.6), ALL)
    assert hangul.SYLLABLES[int(corrected.argmax())] == "밤"
    like_ng = np.array([0, 1, 0.1, 0.2, 0, 0.1], np.float32)
    corrected = habits.rerank(like_ng, taken("밤", "방", 0.6), ALL)
    assert hangul.SYLLABLES[int(corrected.argmax())] == "방"


def test_scores_keep_their_sum_and_without_a_memory_their_values() -> None:
    habits = Habits()
    scores = taken("밤", "방") * np.float32(0.7)
    ink = np.array([1, 0, 0], np.float32)
    assert habits.rerank(ink, scores, ALL) is scores
    for key in range(5):
        habits.learn(key, experience("밤", "방", [1, 0, 0]))
    corrected = habits.rerank(ink, scores, ALL)
    assert corrected.argmax() == hangul.SYLLABLES.index("밤")
    assert corrected.sum() == pytest.approx(scores.sum(), rel=1e-5) and (corrected >= 0).all()
    assert habits.rerank(ink, scores, ALL, 0.0) is scores
    # The same, where only the common syllables may be answered.
    codes = np.array([hangul.SYLLABLES.index(label) for label in hangul.KS_X_1001])
    some = habits.rerank(ink, scores[codes], codes)
    assert hangul.KS_X_1001[int(some.argmax())] == "밤"


def test_the_jamo_know_of_it_too() -> None:
    habits = Habits()
    for key in range(20):
        habits.learn(key, experience("밤", "방", [1, 0, 0]))
    even = {
        place: np.full(len(jamo), 1 / len(jamo), np.float32)
        for place, jamo in syllables.JAMO.items()
    }
    judged = habits.rejudge(np.array([1, 0, 0], np.float32), even)
    assert hangul.FINALS[int(judged["final"].argmax())] == "ㅁ"
    assert all(one.sum() == pytest.approx(1, rel=1e-5) for one in judged.values())


def test_what_is_forgotten_leaves_nothing_and_the_order_does_not_matter() -> None:
    rng = np.random.default_rng(1)
    some = [experience("밤", "방", rng.uniform(0, 1, 8), 0.7) for _ in range(20)]
    some += [experience("강", "감", rng.uniform(0, 1, 8), 0.7) for _ in range(20)]
    ink = rng.uniform(0, 1, 8).astype(np.float32)
    one_by_one, backwards = Habits(), Habits()
    for key, each in enumerate(some):
        one_by_one.learn(key, each)
        one_by_one.jamo(ink)
    for key, each in reversed(list(enumerate(some))):
        backwards.learn(key, each)
    np.testing.assert_allclose(one_by_one.jamo(ink), backwards.jamo(ink), atol=0.15)
    for key in range(1, len(some)):
        one_by_one.forget(key)
    alone = Habits()
    alone.learn(0, some[0])
    one_by_one.forget(999)
    for _ in range(3):
        one_by_one.forget(0)
        one_by_one.learn(0, some[0])
        one_by_one.jamo(ink)
    np.testing.assert_allclose(one_by_one.jamo(ink), alone.jamo(ink), atol=0.05)


def test_it_is_bounded_and_its_answers_can_be_repeated() -> None:
    def make() -> Habits:
        rng = np.random.default_rng(2)
        habits = Habits(capacity=30)
        for key in range(100):
            habits.learn(key, experience("밤", "방", rng.uniform(0, 1, 8)))
        return habits

    first, second = make(), make()
    assert len(first) == 30 and first.numbers() == list(range(70, 100))
    ink = np.ones(8, np.float32)
    np.testing.assert_array_equal(first.jamo(ink), second.jamo(ink))
    with pytest.raises(ValueError, match="length 9, before 8"):
        first.learn(100, experience("밤", "방", np.ones(9)))


def test_two_thousand_characters_take_little_room_and_time() -> None:
    rng = np.random.default_rng(3)
    habits = Habits()
    for key in range(2000):
        direction = np.maximum(rng.normal(0.4, 1, 128), 0)
        habits.learn(key, experience("밤", "방", direction, 0.9 if key % 10 == 0 else 0.001))
    ink, scores = unit(rng.uniform(0, 1, 128).astype(np.float32)), taken("밤", "방")
    habits.rerank(ink, scores, ALL)
    kept = habits.experiences()
    assert sum(one.features.nbytes + 6 * CANDIDATES for one in kept) < 1_500_000
    times = []
    for _ in range(50):
        start = time.perf_counter()
        habits.rerank(ink, scores, ALL)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.001


def test_what_is_kept_stays_in_order_whatever_goes() -> None:
    rng = np.random.default_rng(5)
    habits, kept = Habits(capacity=20), dict[int, int]()
    for key in range(200):
        habits.learn(key, experience(hangul.SYLLABLES[key], "힣", rng.uniform(0, 1, 4)))
        kept[key] = key
        if len(kept) > 20:
            del kept[min(kept)]
        if key % 3 == 0:
            gone = int(rng.choice(list(kept)))
            habits.forget(gone)
            del kept[gone]
        assert habits.numbers() == list(kept)
        found = [(one.label, one.answers[1]) for one in habits.experiences()]
        assert found == [(label, label) for label in kept]
    again = Habits(capacity=20)
    for key, one in zip(habits.numbers(), habits.experiences(), strict=True):
        again.learn(key, one)
    ink = np.array([1, 0, 0, 0], np.float32)
    for _ in range(5):  # the same place, reached from elsewhere
        for each in habits, again:
            each.forget(-1)
            each.learn(next(iter(kept)), next(iter(again.experiences())))
            each.jamo(ink)
    np.testing.assert_allclose(habits.jamo(ink), again.jamo(ink), atol=0.05)


def test_learning_takes_no_more_room_once_the_memory_is_full() -> None:
    rng = np.random.default_rng(6)
    some = [experience("밤", "방", rng.uniform(0, 1, 128)) for _ in range(50)]
    habits = Habits(capacity=900)

    def learn(first: int, last: int) -> None:
        for key in range(first, last):
            habits.learn(key, some[key % len(some)])
        habits.jamo(some[0].features)
        Likeness().know(habits.experiences())

    def peak(key: int) -> int:
        """The most that one more takes for a moment, besides what is held anyhow."""
        held, _ = memory()
        tracemalloc.reset_peak()
        learn(key, key + 1)
        return memory()[1] - held

    with traced() as memory:
        learn(0, 520)
        few = peak(520)
        learn(521, 1500)
        many = peak(1500)
        full, _ = memory()
        learn(1501, 2700)
        assert memory()[0] - full < 20_000
    assert many < 1.2 * few


def test_a_label_that_the_model_cannot_answer_is_remembered_as_unlikely() -> None:
    codes = np.array([hangul.SYLLABLES.index(label) for label in hangul.KS_X_1001])
    scores = np.full(len(codes), 1 / len(codes), np.float32)
    one = Experience.of(np.ones(4, np.float32), scores, codes, "놐")
    assert hangul.SYLLABLES[one.answers[-1]] == "놐"
    assert one.log_scores[-1] == pytest.approx(np.log(1e-9))


# Whose hand


def test_a_stranger_is_noticed_and_the_owner_is_not() -> None:
    rng = np.random.default_rng(4)
    letters = hangul.KS_X_1001[::12]
    shapes = {label: rng.normal(1, 0.5, 32) for label in letters}

    def write(label: str, habit: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
        ink: npt.NDArray[np.float32] = unit(
            np.asarray(shapes[label] + habit + rng.normal(0, 0.4, 32), np.float32)
        )
        return ink

    def share(habit: npt.NDArray[np.float64]) -> float:
        for label in rng.choice(letters, WINDOW):
            likeness.see(write(label, habit), hangul.SYLLABLES.index(label))
        return likeness.share()

    mine, other = np.zeros(32), rng.normal(0, 0.4, 32)
    likeness = Likeness()
    assert likeness.share() == 1
    kept = [experience(one, "가", write(one, mine)) for one in rng.choice(letters[1:], 250)]
    likeness.know(kept[:50])
    assert share(other) == 1  # too little is known to call anybody a stranger
    likeness.know(kept)
    assert share(mine) > 0.4
    assert share(other) == 0
    assert share(mine) > 0.4


# With the bundled model


def test_a_syllable_corrected_five_times_is_right_the_sixth(reader: Reader) -> None:
    ink = written("글")
    assert best(reader, ink) == "글"
    personal = Personal(paused=False)
    taught = replace(reader, personal=personal)
    for seed in range(5):
        personal.learn(varied(ink, seed), "갈", "hangul")
    for mode in ("hangul", "auto"):
        assert best(taught, varied(ink, 6), mode) == "갈"
    reading = taught.read(varied(ink, 6), "auto", 5)
    assert sum(one.score for one in reading.predictions) <= 1 + 1e-6
    # Everything else is read as before, and so are the other modes.
    for sample in samples.fitting(hangul.SYLLABLES):
        if sample.label != "글":
            assert best(taught, list(sample.strokes)) == best(reader, list(sample.strokes))
    for mode, labels in (("digits", hangul.DIGITS), ("jamo", hangul.JAMO)):
        for sample in samples.fitting(labels):
            assert taught.read(sample.strokes, mode) == reader.read(sample.strokes, mode)
    for seed in range(5):
        personal.unlearn(varied(ink, seed), "갈")
    assert personal.count == 0
    assert best(taught, varied(ink, 6)) == "글"


@dataclass(frozen=True)
class Taken:
    ink: Strokes
    label: str
    mode: str = "hangul"


def test_the_window_hands_over_what_was_accepted(reader: Reader) -> None:
    personal = Personal(paused=False)
    one = Taken(written("글"), "갈")
    personal.accept(one)
    personal.accept(one)
    assert personal.count == 2
    personal.take_back(one)
    assert personal.count == 1
    personal.take_back(one)
    personal.take_back(one)
    assert personal.count == 0
    personal.paused = True
    personal.accept(one)
    assert personal.count == 0


def test_a_start_takes_up_where_the_last_one_ended(reader: Reader, tmp_path: Path) -> None:
    folder = tmp_path / "hangul-pad"
    ink = written("글")
    personal = Personal.open(folder, paused=False)
    taught = replace(reader, personal=personal)
    for seed in range(5):
        personal.learn(varied(ink, seed), "갈", "hangul")
    before = taught.read(varied(ink, 6), "hangul")
    personal.close()
    assert {path.name for path in folder.iterdir()} == {"samples.journal", features.FILE}
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in folder.iterdir())

    def again() -> modes.Reading:
        opened = Personal.open(folder)
        reading = replace(reader, personal=opened).read(varied(ink, 6), "hangul")
        opened.close()
        return reading

    for damage in (None, b"", b"PK\x03\x04 no archive", "gone"):
        if isinstance(damage, bytes):
            (folder / features.FILE).write_bytes(damage)
        elif damage:
            (folder / features.FILE).unlink()
        found = again()
        assert [one.label for one in found.predictions] == [one.label for one in before.predictions]
        scores = [one.score for one in found.predictions]
        np.testing.assert_allclose(scores, [one.score for one in before.predictions], atol=0.02)
    opened = Personal.open(folder)
    opened.erase()
    assert best(replace(reader, personal=opened), varied(ink, 6)) == "글"
    opened.close()
    assert sum(path.stat().st_size for path in folder.iterdir()) == 0


def test_features_of_another_model_are_not_taken(tmp_path: Path) -> None:
    habits = Habits()
    habits.learn(3, experience("밤", "방", [1, 0]))
    features.save(tmp_path, "one", habits)
    found = features.load(tmp_path, "one")
    assert list(found) == [3] and found[3].label == hangul.SYLLABLES.index("밤")
    assert features.load(tmp_path, "another") == {}


def test_a_model_without_features_reads_as_before() -> None:
    alone = Reader({"hangul": Recognizer(drawn.MODEL)})
    personal = Personal(paused=False)
    for _ in range(5):
        personal.learn(drawn.write("가"), "나", "hangul")
    taught = replace(alone, personal=personal)
    assert taught.read(drawn.write("가"), "hangul") == alone.read(drawn.write("가"), "hangul")


def test_what_nothing_reads_is_remembered_within_bounds() -> None:
    personal, ink = Personal(paused=False), written("글")

    def learn(first: int, last: int) -> None:
        for number in range(first, last):
            personal.learn([stroke + number for stroke in ink], "글", "hangul")

    with traced() as memory:
        learn(0, CAPACITY)
        full, _ = memory()
        learn(CAPACITY, 2 * CAPACITY)
        assert memory()[0] - full < 100_000


def test_learning_while_reading(reader: Reader) -> None:
    personal = Personal(paused=False)
    taught, ink, failed = replace(reader, personal=personal), written("글"), []

    def teach() -> None:
        try:
            for seed in range(100):
                personal.learn(varied(ink, seed), "갈", "hangul")
                if seed % 3 == 0:
                    personal.unlearn(varied(ink, seed), "갈")
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=teach)
    thread.start()
    while thread.is_alive():
        taught.read(ink, "auto")
    thread.join()
    assert not failed and personal.count == 66
    assert best(taught, varied(ink, 200)) == "갈"


# The model directory


def described() -> dict[str, Any]:
    return bundle.load(bundle.MODELS / "hangul")[0].to_dict()


def test_the_shipped_model_gives_what_its_heads_are_linear_in(reader: Reader) -> None:
    model = reader.models["hangul"]
    outputs = []
    for sample in samples.fitting(hangul.SYLLABLES):
        for seed in range(12):
            framed = model.frame(varied(list(sample.strokes), seed))
            assert framed is not None
            outputs.append(model.outputs(framed))
    x = np.stack([one.features for one in outputs if one.features is not None])
    assert x.shape == (len(outputs), 128)
    design = np.concatenate((x, np.ones((len(x), 1))), axis=1).astype(np.float64)
    logits = np.stack([one.logits for one in outputs]).astype(np.float64)
    np.testing.assert_allclose(design @ (np.linalg.pinv(design) @ logits), logits, atol=0.02)


@pytest.mark.parametrize("value", [None, 3, "initial"])
def test_features_must_name_an_output_of_their_own(value: object) -> None:
    with pytest.raises(ValueError, match="features must name an output of its own"):
        Bundle.from_dict({**described(), "features": value})


def test_features_may_be_left_out() -> None:
    data = described()
    assert Bundle.from_dict(data).features == "features"
    del data["features"]
    assert Bundle.from_dict(data).features is None
    assert Bundle.from_dict(data).to_dict() == data


def test_a_description_that_denies_the_features_does_not_fit_the_file(tmp_path: Path) -> None:
    folder = shutil.copytree(bundle.MODELS / "hangul", tmp_path / "hangul")
    path = folder / bundle.DESCRIPTION_FILE
    path.write_text(
        path.read_text(encoding="utf-8").replace('"features": "features"', '"features": "none"'),
        encoding="utf-8",
    )
    with pytest.raises(bundle.BundleError, match="has no signature"):
        Recognizer(folder)


# The command that measures


def test_the_measuring_command_needs_people_and_features(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run: Callable[..., int] = evaluate_memory.main
    assert run(["--model", str(drawn.MODEL), "--people", str(tmp_path)]) == 1
    assert "gives no features" in capsys.readouterr().err
    assert run(["--people", str(tmp_path)]) == 1
    assert "name a folder that prepare.py wrote" in capsys.readouterr().err
