"""Models that read syllables, opened to be measured: a model directory, or a finished run.

A directory is read through the pad's own recogniser. Of a run the Keras network is asked. Both see
the same ink, framed by `edge_app.ink`, and both are ranked by `edge_app.answers`.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from edge_app.answers import SyllableAnswers
from edge_app.bundle import MODEL_FILE, load_prior
from edge_app.ink import Frame, InkSettings
from edge_app.recognizer import SLANTS, UNSURE, Recognizer, mean_logits
from edge_app.syllables import HEADS, SETS, Combination, Floats, join
from train import rundir


@dataclass(frozen=True)
class Way:
    """One way of making scores of a model's outputs."""

    label_set: str
    """Name in `edge_app.syllables.SETS` of the syllables that may be answered."""
    weight: float
    """What the prior counts, as `train.config.HangulConfig.prior_weight`; 0 leaves it out."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The syllables that may be answered."""
        return SETS[self.label_set]


@dataclass(frozen=True)
class Reader:
    """A model that reads syllables."""

    about: dict[str, Any]
    """What the report says of it: "path", "bytes", "kind" and "runtime"."""
    ink: InkSettings
    """How it wants its ink framed."""
    answers: SyllableAnswers
    """What its outputs mean."""
    log_prior: npt.NDArray[np.floating[Any]] | None
    """(11172,) logarithms of the frequencies that it weighs, if any."""
    read: Callable[[Sequence[Frame]], Floats]
    """Its raw outputs for frames, (n, 2420)."""
    second_look: bool = True
    """Whether it looks at ink again of which it is unsure, as the pad does."""

    @property
    def weight(self) -> float:
        """What its own prior counts, 0 where it has none."""
        return self.answers.combination.prior / self.answers.temperature

    def weighed(self, combination: Combination) -> Reader:
        """The same with other weights of the heads; that of the prior stays."""
        combination = replace(combination, prior=self.weight * combination.temperature)
        return replace(self, answers=replace(self.answers, combination=combination))

    def scores_of(self, logits: Floats, way: Way) -> Floats:
        """The probability of each of the way's labels, (n, len(labels)), from raw outputs.

        Raises ValueError for a way that weighs a prior where the model has none.
        """
        if way.weight and self.log_prior is None:
            raise ValueError(
                f"{self.about['path']}: has no prior to weigh; leave --prior-weights out"
            )
        combination = self.answers.combination
        combination = replace(combination, prior=way.weight * combination.temperature)
        answers = replace(self.answers, label_set=way.label_set, combination=combination)
        prior = None if self.log_prior is None else np.asarray(self.log_prior, np.float32)
        return answers.scores_of(logits, prior if way.weight else None)


class Looks:
    """What a model says of some ink at first sight and, where that is not sure, at the second.

    The same as `edge_app.recognizer.Recognizer.look`, but of many inks at once and in every way:
    one way may be sure of what another is not.
    """

    def __init__(
        self,
        reader: Reader,
        frames: Mapping[int, Frame],
        slanted: Callable[[int, float], Frame | None],
    ) -> None:
        """frames: of the inks, by their numbers. slanted: such an ink's frame, leaning by degrees.

        Asks the model about all of the frames at once.
        """
        self._reader, self._numbers, self._slanted = reader, list(frames), slanted
        self._logits = reader.read(list(frames.values())) if frames else None
        self._again: dict[int, Floats] = {}

    def scores(self, way: Way) -> Floats:
        """The probability of each of the way's labels, (n, len(labels)), in the frames' order."""
        if self._logits is None:
            return np.zeros((0, len(way.labels)), np.float32)
        scores = self._reader.scores_of(self._logits, way)
        if self._reader.second_look:
            unsure = np.flatnonzero(scores.max(axis=1) < UNSURE)
            if len(unsure):
                scores[unsure] = self._reader.scores_of(self._look_again(unsure), way)
        return scores

    def _look_again(self, places: npt.NDArray[np.intp]) -> Floats:
        """The logits of some inks, by their places in the order, from all looks at them."""
        assert self._logits is not None
        new = [place for place in places.tolist() if place not in self._again]
        frames = [
            (place, framed)
            for place in new
            for slant in SLANTS
            if (framed := self._slanted(self._numbers[place], slant)) is not None
        ]
        looks = {place: [self._logits[place]] for place in new}
        if frames:
            found = self._reader.read([framed for _, framed in frames])
            for (place, _), logits in zip(frames, found, strict=True):
                looks[place].append(logits)
        self._again.update({place: mean_logits(some) for place, some in looks.items()})
        return np.stack([self._again[place] for place in places.tolist()])


def open_reader(model: str, runtime: str | None, second_look: bool = True) -> Reader:
    """A finished run by its folder, or a model directory by its path or bundled name.

    runtime: of a directory; the first that is installed by default. second_look: as for `Reader`.
    Raises ValueError or ImportError in one sentence.
    """
    if (Path(model) / rundir.MODEL).is_file():
        return replace(_run(Path(model)), second_look=second_look)
    return replace(_directory(model, runtime), second_look=second_look)


def _directory(model: str, runtime: str | None) -> Reader:
    recognizer = Recognizer(model, runtime=runtime)
    answers = recognizer.bundle.answers
    if not isinstance(answers, SyllableAnswers):
        raise ValueError(f"{recognizer.directory}: reads no syllables; name another --model")
    about = {
        "path": str(recognizer.directory),
        "bytes": (recognizer.directory / MODEL_FILE).stat().st_size,
        "kind": recognizer.bundle.quantization,
        "runtime": recognizer.runtime,
    }
    prior = None if answers.prior is None else load_prior(recognizer.directory, answers.prior)

    def read(frames: Sequence[Frame]) -> Floats:
        return np.stack([recognizer.logits(framed) for framed in frames])

    return Reader(about, recognizer.bundle.ink, answers, prior, read)


def _run(folder: Path) -> Reader:
    import keras  # seconds that a model directory need not wait for

    from train.task import predict

    config = rundir.read_json(folder / rundir.CONFIG)
    result = rundir.read_json(folder / rundir.RESULT)
    try:
        told, log_prior = result.get("prior"), None
        if told:
            content = folder / rundir.PRIOR
            told = {**told, "sha256": hashlib.sha256(content.read_bytes()).hexdigest()}
            with np.load(content, allow_pickle=False) as stored:
                log_prior = stored["log_prior"]
        data = {
            "label_set": config["labels"],
            "heads": {head: head for head in HEADS},
            "combination": result["combination"],
            "prior": told,
        }
        answers = SyllableAnswers.from_dict(data)
        ink = InkSettings.from_dict(config["ink"])
    except (OSError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise ValueError(f"{folder}: is no finished run of hangul ({error})") from None
    path = folder / rundir.MODEL
    network = keras.models.load_model(path, compile=False)
    size = path.stat().st_size
    about = {"path": str(path), "bytes": size, "kind": "float32", "runtime": "keras"}

    def read(frames: Sequence[Frame]) -> Floats:
        return join(predict(network, np.stack(frames)))

    return Reader(about, ink, answers, log_prior, read)
