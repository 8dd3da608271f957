"""What the pad's personal memory does for a person, and for others who write on the same pad.

    python train/evaluate_memory.py --model DIR --people data/writers

A memory learns some characters of one person, and reads the rest of theirs, none of which it has
seen: prepared people wrote each syllable once. It then reads the other people's ink. The model
directory should be of a run that saw none of them. Its answers are those of the pad: of its own
label set, with its prior, from the file that ships.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Run as a file, Python looks for modules beside it and would take train.py for the package.
if not __package__:
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import numpy as np
import numpy.typing as npt

from edge_app import hangul
from edge_app.ink import Frame
from edge_app.memory.habits import PRECISION, Experience, Habits, unit
from edge_app.memory.likeness import WINDOW, Likeness
from edge_app.recognizer import Outputs, Recognizer
from edge_app.syllables import Floats
from train.augment import vary
from train.config import HangulConfig
from train.data import DataError, Sample
from train.shards import PARTS, Shards
from train.sources import at_least

WRONG = 0.05
"""Share of accepted characters that are given a wrong label, to see what that does."""

CORRECTIONS = 5
"""Times a syllable is corrected before it is read once more."""

Rng = np.random.Generator


@dataclass(frozen=True)
class Seen:
    """One ink as the model sees it."""

    outputs: Outputs
    label: str


class Model:
    """A model directory, and how it answers with a memory and without."""

    def __init__(self, model: str, runtime: str | None) -> None:
        self.recognizer = Recognizer(model, runtime=runtime)
        if not self.recognizer.reads_syllables or self.recognizer.bundle.features is None:
            raise ValueError(
                f"{self.recognizer.directory}: gives no features to remember; convert its run "
                "again with convert/to_tflite.py"
            )
        labels = self.recognizer.labels
        self.codes = np.array([ord(label) - ord(hangul.SYLLABLES[0]) for label in labels])
        self._numbers = {label: number for number, label in enumerate(labels)}

    def see(self, sample: Sample) -> Seen | None:
        """What the model makes of some ink; None where there is none."""
        look = self.recognizer.look(sample.ink)
        return None if look is None else Seen(look.outputs, sample.label)

    def see_frame(self, framed: Frame, label: str) -> Seen:
        """What it makes of a frame, without the ink to look at again."""
        return Seen(self.recognizer.outputs(framed), label)

    def scores(self, seen: Seen) -> Floats:
        """The score of every label."""
        return self.recognizer.scores_of(seen.outputs.logits)

    def rank(self, scores: Floats, label: str) -> int:
        """How many labels have a better score than the right one; many where it is no label."""
        number = self._numbers.get(label)
        return len(scores) if number is None else int((scores > scores[number]).sum())

    def experience(self, seen: Seen, label: str | None = None) -> Experience:
        """What a memory keeps of it, accepted under its own label or another."""
        return Experience.of(
            features(seen), self.scores(seen), self.codes, seen.label if label is None else label
        )

    def best(self, scores: Floats) -> int:
        """The best answer, as an index into `hangul.SYLLABLES`."""
        return int(self.codes[scores.argmax()])


def features(seen: Seen) -> Floats:
    """The features of an ink, which `Model` made sure of."""
    if seen.outputs.features is None:
        raise ValueError("the model gives no features")
    return seen.outputs.features


def learned(experiences: Iterable[Experience], precision: float) -> Habits:
    """A memory of some characters."""
    habits = Habits(precision=precision)
    for key, experience in enumerate(experiences):
        habits.learn(key, experience)
    return habits


def errors(
    model: Model,
    some: Sequence[Seen],
    habits: Habits | None = None,
    likeness: Likeness | None = None,
) -> npt.NDArray[np.float64]:
    """Top-1 and top-3 error on ink in its order, with a memory or without.

    likeness: what it is told of before; None has the memory count fully whoever writes.
    """
    ranks = []
    for seen in some:
        scores = model.scores(seen)
        if habits is not None:
            share = 1.0
            if likeness is not None:
                likeness.see(unit(features(seen)), model.best(scores))
                share = likeness.share()
            scores = habits.rerank(features(seen), scores, model.codes, share)
        ranks.append(model.rank(scores, seen.label))
    found = np.array(ranks)
    return np.array([(found > 0).mean(), (found > 2).mean()])


def likeness_of(model: Model, accepted: Sequence[Seen], habits: Habits) -> Likeness:
    """What is known of a hand after some accepted characters, the last of them written of late."""
    likeness = Likeness()
    likeness.know(habits.experiences())
    for seen in accepted[-WINDOW:]:
        likeness.see(unit(features(seen)), model.best(model.scores(seen)))
    return likeness


def measure(
    model: Model,
    people: dict[str, list[Seen]],
    count: int,
    rounds: int,
    precision: float,
    most: int,
) -> dict[str, Any]:
    """The figures of every person, and of their memory on everybody else."""
    report: dict[str, Any] = {}
    for name, written in people.items():
        if len(written) <= count:
            raise DataError(
                f"{name}: wrote only {len(written)} syllables; ask for less with --accepted"
            )
        rows: dict[str, list[npt.NDArray[np.float64]]] = {}
        strangers: dict[str, dict[str, list[float]]] = {}
        for turn in range(rounds):
            rng = np.random.default_rng((turn, len(written)))
            order = rng.permutation(len(written))
            accepted = [written[number] for number in order[:count]]
            rest = [written[number] for number in order[count:]]
            ways = {
                "all": [model.experience(seen) for seen in accepted],
                "corrections": [
                    model.experience(seen)
                    for seen in accepted
                    if model.rank(model.scores(seen), seen.label)
                ],
                "some_wrong": [mislabelled(model, seen, rng) for seen in accepted],
            }
            rows.setdefault("without", []).append(errors(model, rest))
            for way, experiences in ways.items():
                habits = learned(experiences, precision)
                likeness = likeness_of(model, accepted, habits)
                rows.setdefault(way, []).append(errors(model, rest, habits, likeness))
                if way == "all" and turn == 0:
                    strangers = others(model, people, name, habits, accepted, most)
        report[name] = {
            "syllables": len(written),
            "error": {way: np.mean(found, axis=0).tolist() for way, found in rows.items()},
            "strangers": strangers,
        }
    return report


def mislabelled(model: Model, seen: Seen, rng: Rng) -> Experience:
    """As accepted, but now and then under the best of the wrong answers."""
    if rng.random() >= WRONG:
        return model.experience(seen)
    scores = model.scores(seen)
    numbers = np.argsort(-scores)[:2]
    wrong = next(
        label for number in numbers if (label := model.recognizer.labels[number]) != seen.label
    )
    return model.experience(seen, wrong)


def others(
    model: Model,
    people: dict[str, list[Seen]],
    name: str,
    habits: Habits,
    accepted: Sequence[Seen],
    most: int,
) -> dict[str, dict[str, list[float]]]:
    """What the memory changes in the errors of everybody else, who takes the pen from its owner.

    "first": of their first characters, while nobody can know; "after": of the others;
    "unguarded": of all, if it knew no strangers.
    """
    found = {}
    for other, written in people.items():
        if other == name:
            continue
        order = np.random.default_rng(len(other)).permutation(len(written))[:most]
        some = [written[number] for number in order]
        likeness = likeness_of(model, accepted, habits)
        first, after = some[:WINDOW], some[WINDOW:]
        found[other] = {
            "first": (errors(model, first, habits, likeness) - errors(model, first)).tolist(),
            "after": (errors(model, after, habits, likeness) - errors(model, after)).tolist(),
            "unguarded": (errors(model, some, habits) - errors(model, some)).tolist(),
        }
    return found


def sixth(
    model: Model, samples: Sequence[Sample], precision: float, most: int, seed: int
) -> dict[str, Any]:
    """Syllables that are misread, corrected some times and written once more, each by itself.

    People wrote each once, so each writing is theirs as training varies ink: turned, slanted,
    stretched, bent, with another pen.
    """
    setting = HangulConfig().augmentation
    tried = before = after = 0
    for number, sample in enumerate(samples):
        if tried >= most:
            break
        written = model.see(sample)
        if written is None or not model.rank(model.scores(written), sample.label):
            continue
        rng = np.random.default_rng((seed, number))
        drawn = [vary(sample, rng, setting, model.recognizer.bundle.ink) for _ in range(6)]
        seen = [model.see_frame(one, sample.label) for one in drawn if one is not None]
        if len(seen) <= CORRECTIONS:
            continue
        habits = learned(map(model.experience, seen[:CORRECTIONS]), precision)
        tried += 1
        before += not errors(model, seen[CORRECTIONS:])[0]
        after += not errors(model, seen[CORRECTIONS:], habits)[0]
    return {"syllables": tried, "read_without": before, "read": after}


def read_people(
    model: Model, folder: Path
) -> tuple[dict[str, list[Seen]], dict[str, list[Sample]]]:
    """Everybody in a prepared folder, all parts: their ink as the model sees it, and as it is."""
    seen: dict[str, list[Seen]] = {}
    samples: dict[str, list[Sample]] = {}
    for part in PARTS:
        for sample in Shards(folder, part):
            if hangul.is_syllable(sample.label) and (one := model.see(sample)) is not None:
                seen.setdefault(sample.writer, []).append(one)
                samples.setdefault(sample.writer, []).append(sample)
    if len(seen) < 2:
        raise DataError(f"{folder}: holds fewer than two people who write syllables; name another")
    return dict(sorted(seen.items())), samples


def text(report: dict[str, Any]) -> str:
    """The figures as lines."""
    lines = [f"$ {report['command']}", f"{report['accepted']} characters accepted of each person"]
    lines += [
        "",
        f"{'error on their other syllables':<18}    before  all   corrections  some wrong",
    ]
    cuts: dict[str, list[Sequence[float]]] = {}
    changes: dict[str, list[Sequence[float]]] = {}
    for name, person in report["people"].items():
        before = np.array(person["error"].pop("without"))
        cells = [f"{before[0]:.2%}"]
        for way, after in person["error"].items():
            share = 1 - np.array(after) / before
            cuts.setdefault(way, []).append(share.tolist())
            cells.append(f"{after[0]:.2%} ({-share[0]:+.0%})")
        lines.append(f"  {name:<16} " + "  ".join(cells))
        for figures in person["strangers"].values():
            for way, change in figures.items():
                changes.setdefault(way, []).append(change)
    for way, shares in cuts.items():
        mean = np.mean(shares, axis=0)
        lines.append(f"  mean, {way}: top-1 error {-mean[0]:+.1%}, top-3 error {-mean[1]:+.1%}")
    for way, found in changes.items():
        mean, worst = np.mean(found, axis=0), np.max(found, axis=0)
        lines.append(
            f"  others' ink, {way}: points of top-1 error {100 * mean[0]:+.3f} "
            f"(worst of {len(found)} {100 * worst[0]:+.2f}), top-3 {100 * mean[1]:+.3f}"
        )
    lines += ["", f"a misread syllable corrected {CORRECTIONS} times and written again is read:"]
    lines += [
        f"  {name:<16} {one['read']} of {one['syllables']}, without it {one['read_without']}"
        for name, one in report["sixth"].items()
    ]
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="evaluate_memory.py", description="Measures the pad's personal memory."
    )
    parser.add_argument("--model", default="hangul", help="bundled name or model directory")
    parser.add_argument("--people", type=Path, required=True, metavar="DIR", help="prepared people")
    parser.add_argument("--accepted", type=at_least(1), default=200, metavar="N", help="(200)")
    parser.add_argument(
        "--rounds", type=at_least(1), default=3, metavar="N", help="other choices of them (3)"
    )
    parser.add_argument(
        "--most",
        type=at_least(WINDOW + 1),
        default=400,
        metavar="N",
        help="inks of a stranger (400)",
    )
    parser.add_argument(
        "--corrected", type=at_least(1), default=40, metavar="N", help="syllables of each (40)"
    )
    parser.add_argument("--precision", type=float, default=PRECISION, help="(%(default)s)")
    parser.add_argument("--runtime", help="default: the first installed")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = _parser().parse_args(given)
    try:
        model = Model(options.model, options.runtime)
        people, samples = read_people(model, options.people)
        report = {
            "command": shlex.join(["python", "train/evaluate_memory.py", *given]),
            "accepted": options.accepted,
            "people": measure(
                model, people, options.accepted, options.rounds, options.precision, options.most
            ),
            "sixth": {
                name: sixth(model, samples[name], options.precision, options.corrected, 0)
                for name in people
            },
        }
    except (ValueError, ImportError) as error:
        print(f"evaluate_memory.py: {error}", file=sys.stderr)
        return 1
    print(json.dumps(report, ensure_ascii=False) if options.json else text(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
