"""What is drawn: mixtures by weight, and prepared folders evenly by label and writer."""

from __future__ import annotations

import pickle
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from edge_app import samples
from edge_app.ink import Frame, InkSettings
from train import shardwriter
from train.augment import Augmentation, Rng
from train.data import BadSamples, DataError, Sample, Source
from train.loader import Loader, Plan
from train.shards import Shards
from train.stream import Ink, Mixture, ShardInk, capped, cumulate, pick

INK = InkSettings(size=24, margin=2)
SETTING = Augmentation()
STROKES = {sample.label: sample.strokes for sample in samples.load()}


class Constant:
    """Blank frames of one label."""

    def __init__(self, label: int) -> None:
        self._label = label

    def draw(self, rng: Rng) -> tuple[Frame, int]:
        return np.zeros((8, 8), np.uint8), self._label


def folder(path: Path, counts: dict[tuple[str, str], int], *, images: bool = False) -> Path:
    """Prepares so many samples of each (label, writer), all of them in the training part."""
    made = []
    for number, ((label, writer), count) in enumerate(counts.items()):
        for copy in range(count):
            bent = [
                stroke + 0.02 * np.sin(9 * stroke[:, ::-1] + copy + 50 * number)
                for stroke in (np.asarray(stroke) / 100 for stroke in STROKES[label])
            ]
            ink = samples.draw([100 * stroke for stroke in bent], pen=14) if images else bent
            made.append(Sample(ink, label, writer, "test", "train"))
    shardwriter.write(made, path, Source("test", "CC0", ""), {}, BadSamples(skip=False))
    return path


def labels_of(ink: Ink, count: int) -> Counter[int]:
    return Counter(ink.draw(np.random.default_rng(number))[1] for number in range(count))


def near(found: Counter[int], expected: dict[int, float]) -> bool:
    """Whether counts are within four standard deviations of what chances of them give."""
    total = found.total()
    assert set(found) <= set(expected)
    return all(
        abs(found[label] - total * chance) < 4 * np.sqrt(total * chance * (1 - chance))
        for label, chance in expected.items()
    )


def test_a_mixture_draws_by_weight() -> None:
    mixed = Mixture([(1, Constant(0)), (5, Constant(1)), (2, Constant(2))])
    assert near(labels_of(mixed, 4000), {0: 1 / 8, 1: 5 / 8, 2: 2 / 8})
    nested = Mixture([(1, mixed), (3, Constant(7))])
    assert near(labels_of(nested, 4000), {0: 1 / 32, 1: 5 / 32, 2: 2 / 32, 7: 3 / 4})


@pytest.mark.parametrize("weights", [[], [0.0], [1.0, -1.0], [1.0, float("nan")]])
def test_wrong_weights(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="weights above 0"):
        Mixture([(weight, Constant(0)) for weight in weights])


def test_nothing_of_chance_0_is_picked() -> None:
    ends = cumulate(np.array([0.0, 1.0, 0.0, 3.0, 0.0]))
    rng = np.random.default_rng(0)
    assert {pick(ends, rng) for _ in range(500)} == {1, 3}


def test_caps_weigh_groups() -> None:
    writers = np.array(["many"] * 30 + ["few"] * 2 + ["ten"] * 10)
    weights = capped(writers, 10)
    totals = {name: weights[writers == name].sum() for name in ("many", "few", "ten")}
    assert totals == pytest.approx({"many": 10, "few": 2, "ten": 10})


def test_samples_are_drawn_alike_labels_evenly_and_writers_up_to_a_cap(tmp_path: Path) -> None:
    counts = {("3", "a"): 24, ("4", "a"): 4, ("3", "b"): 2, ("7", "c"): 2}
    path = folder(tmp_path / "shards", counts)
    labels = ("7", "4", "3")
    plain = ShardInk(path, labels, SETTING, INK)
    assert len(plain) == 32
    assert near(labels_of(plain, 1500), {0: 2 / 32, 1: 4 / 32, 2: 26 / 32})
    even = ShardInk(path, labels, SETTING, INK, label_cap=1)
    assert near(labels_of(even, 1500), {0: 1 / 3, 1: 1 / 3, 2: 1 / 3})
    # a's 28 samples together count for 7: 6 of them for 3, 1 for 4.
    writers = ShardInk(path, labels, SETTING, INK, writer_cap=7)
    assert near(labels_of(writers, 1500), {0: 2 / 11, 1: 1 / 11, 2: 8 / 11})


def test_a_writer_is_the_same_in_every_shard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shardwriter, "SHARD_SAMPLES", 3)
    counts = {("1", "a"): 2, ("2", "b"): 2, ("3", "c"): 1, ("4", "a"): 2, ("5", "b"): 1}
    shards = Shards(folder(tmp_path / "shards", counts), "train")
    assert shards.manifest.shards == {"train": [3, 3, 2]}
    numbers = dict(zip([sample.writer for sample in shards], shards.writers(), strict=True))
    assert len(set(numbers.values())) == 3
    assert shards.writers().tolist() == [numbers[sample.writer] for sample in shards]


@pytest.mark.parametrize("images", [False, True])
def test_frames_are_varied_ink_of_their_label(tmp_path: Path, images: bool) -> None:
    path = folder(tmp_path / "shards", {("0", "a"): 3, ("1", "b"): 3}, images=images)
    ink = ShardInk(path, ("1", "0"), SETTING, INK)
    drawn = [ink.draw(np.random.default_rng(number)) for number in range(60)]
    frames = np.stack([frame for frame, _ in drawn])
    labels = np.array([label for _, label in drawn])
    assert frames.shape == (60, 24, 24) and frames.dtype == np.uint8
    assert len({frame.tobytes() for frame in frames}) > 55
    # A zero is wide and hollow, a one narrow.
    width = (frames.max(axis=1) > 64).sum(axis=1)
    assert width[labels == 1].min() > width[labels == 0].mean()
    again = [ink.draw(np.random.default_rng(number)) for number in range(60)]
    assert all(np.array_equal(one[0], other[0]) for one, other in zip(drawn, again, strict=True))


def test_other_labels_are_left_out_at_the_start(tmp_path: Path) -> None:
    path = folder(tmp_path / "shards", {("3", "a"): 20, ("5", "a"): 2})
    only = ShardInk(path, ("4", "5"), SETTING, INK)
    assert len(only) == 2
    assert set(labels_of(only, 40)) == {1}
    with pytest.raises(DataError, match="its part train has no sample of the run's labels"):
        ShardInk(path, ("가", "나"), SETTING, INK)


def test_a_folder_of_other_parts_has_nothing_to_train_with(tmp_path: Path) -> None:
    ink = [np.array([[0.0, 0.0], [1.0, 1.0]])]
    made = [Sample(ink, "1", "a", "test", "val")]
    path = tmp_path / "shards"
    shardwriter.write(made, path, Source("test", "CC0", ""), {}, BadSamples(skip=False))
    with pytest.raises(DataError, match="its part train has no sample"):
        ShardInk(path, ("1",), SETTING, INK)


def test_blank_samples_end_in_a_sentence(tmp_path: Path) -> None:
    faint = np.full((20, 20), 255, np.uint8)
    faint[8:12, 8:12] = 250
    made = [Sample(faint, "1", "a", "test", "train")]
    path = tmp_path / "shards"
    shardwriter.write(made, path, Source("test", "CC0", ""), {}, BadSamples(skip=False))
    with pytest.raises(DataError, match=r"shards: nothing but blank samples"):
        ShardInk(path, ("1",), SETTING, INK).draw(np.random.default_rng(0))


def test_a_loader_streams_shards_and_tells_of_damage(tmp_path: Path) -> None:
    path = folder(tmp_path / "shards", {("3", "a"): 20, ("5", "a"): 20})
    other = folder(tmp_path / "images", {("3", "a"): 5}, images=True)
    ink = Mixture(
        [(1, ShardInk(path, "0123456789", SETTING, INK)), (1, ShardInk(other, "3", SETTING, INK))]
    )
    assert len(pickle.dumps(ink)) < 10_000  # though its files are open
    plan = Plan(INK.size, 16, 0)
    with Loader(ink, plan, 2) as loader:
        for (frames, labels), expected in zip(
            loader.batches(0, 6), (plan.draw(ink, 0, number) for number in range(6)), strict=True
        ):
            np.testing.assert_array_equal(frames, expected[0])
            np.testing.assert_array_equal(labels, expected[1])
    shard = path / "train-00000.shard"
    content = bytearray(shard.read_bytes())
    content[20:2000:40] = bytes(255 - byte for byte in content[20:2000:40])
    shard.write_bytes(content)
    with Loader(ink, plan, 2) as loader, pytest.raises(DataError) as caught:
        list(loader.batches(0, 6))
    assert str(caught.value).startswith(f"{shard}: sample ")
