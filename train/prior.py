"""How often each syllable is written, so that an answer may weigh it.

    python train/prior.py runs/hangul

gives a finished run its prior: one that ended where `wordfreq` was not installed, or that is to
have another --weight. Where it is, training ends with that by itself.

The frequency of a syllable is the sum, over the words of wordfreq's Korean list, of the word's
frequency times how often the syllable is in it. The words are morphemes as they are spelled, so
that endings count as often as they are written. The list ends at words met once in a million,
and of the 2,350 common syllables it has 1,608. To forbid none of the others, the frequencies are
mixed with 0.93 % of chance alone, which gives a syllable that was never met `PRIOR_FLOOR`; about
4 % of written words are too rare for the list.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

# Run as a file, Python looks for modules beside it and would take train.py for the package.
if not __package__:
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import numpy as np
import numpy.typing as npt

from edge_app import hangul
from edge_app.syllables import PRIOR_FLOOR, Combination
from train import files, rundir
from train.config import HangulConfig, read

LICENCE = "CC BY-SA 4.0"
"""Of wordfreq's lists; its code is under the Apache licence."""

_SOURCE = (
    "syllables counted in the Korean words of wordfreq {version} (Robyn Speer, "
    "https://github.com/rspeer/wordfreq), which come from Wikipedia, OpenSubtitles "
    "(http://www.opensubtitles.org/), Twitter and Reddit"
)

_MISSING = "no prior, as wordfreq is not installed: pip install 'hangul-pad[train]'"


def frequencies() -> npt.NDArray[np.float64]:
    """How often each syllable is written, (11172,) in Unicode's order: shares that sum to 1.

    Raises ImportError in one sentence where wordfreq is not installed.
    """
    try:
        from wordfreq import get_frequency_dict
    except ImportError:
        raise ImportError(_MISSING) from None
    return of_words(get_frequency_dict("ko"))


def of_words(words: Mapping[str, float]) -> npt.NDArray[np.float64]:
    """The same from the frequencies of words, in any unit."""
    first, count = ord(hangul.SYLLABLES[0]), len(hangul.SYLLABLES)
    found = np.zeros(count)
    for word, frequency in words.items():
        for character in word:
            if 0 <= (place := ord(character) - first) < count:
                found[place] += frequency
    if not found.any():
        raise ValueError("the words have no syllable; name a list of Korean words")
    chance = np.exp(PRIOR_FLOOR)
    return np.asarray((1 - count * chance) * found / found.sum() + chance)


def weigh(combination: Combination, weight: float, folder: Path) -> dict[str, Any]:
    """What result.json says of the combination and of the prior, whose file goes into the folder.

    weight: as `HangulConfig.prior_weight`. Scores are the softmax of z / T, so of a prior that is
    to count by that weight in the score's logarithm, z has T times as much.
    Raises ImportError in one sentence where wordfreq is not installed and a weight needs it.
    """
    weighed = replace(combination, prior=weight * combination.temperature).to_dict()
    if not weight:
        return {"combination": weighed, "prior": None}
    log_prior = np.log(frequencies()).astype(np.float32)
    rundir.write_arrays(folder / rundir.PRIOR, log_prior=log_prior)
    source = _SOURCE.format(version=importlib.metadata.version("wordfreq"))
    return {"combination": weighed, "prior": {"source": source, "licence": LICENCE}}


def give(folder: Path, weight: float | None) -> float:
    """Gives a finished run a prior anew, and a new weight unless that is None; returns its weight.

    Raises ValueError for a folder that is no such run, or ImportError, in one sentence.
    """
    config = read(rundir.read_json(folder / rundir.CONFIG))
    result = rundir.read_json(folder / rundir.RESULT)
    if not isinstance(config, HangulConfig):
        raise ValueError(f"{folder}: reads no syllables; name a run of hangul")
    if weight is not None:
        config = replace(config, prior_weight=weight)
    combination = Combination.from_dict(result["combination"])
    result |= weigh(combination, config.prior_weight, folder)
    files.write_json(folder / rundir.CONFIG, config.to_dict())
    files.write_json(folder / rundir.RESULT, result)
    return config.prior_weight


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="prior.py",
        description="Gives a finished run that reads syllables a prior: how often each is written.",
    )
    parser.add_argument("run", type=Path, metavar="RUN", help="the run's folder")
    parser.add_argument(
        "--weight",
        type=float,
        help="what it counts: 0 nothing, 1 as in Bayes' rule (default: what config.json says)",
    )
    options = parser.parse_args(arguments)
    try:
        weight = give(options.run, options.weight)
    except (ValueError, ImportError) as error:
        print(f"prior.py: {error}", file=sys.stderr)
        return 1
    print(f"{options.run}: weighs how often syllables are written by {weight:g}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
