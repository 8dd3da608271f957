"""The answer of a syllable model: five heads of one network, combined into one score a syllable.

Nearly every miss in handwriting is one wrong jamo. Heads for the jamo know what was seen in each
place and reach all 11,172 syllables; a head for whole syllables knows which of them exist. With
the logits x of an ink,

    z(s)     = a * (log p_initial + log p_medial + log p_final) + b * log p_syllable(s)
               + c * log prior(s)
    score(s) = sigmoid(x_valid / T_v) * softmax(z / T)(s)

where the numbers are a `Combination` and the p are the softmax of each head. (What a head's logits
all have in common moves every z alike, so nothing here spends time on normalising them.) The
syllable head has one class for each of the 2,350 common syllables and a last one, "other", for
the 8,822 rarer ones together. For those, by the chain rule,

    log p_syllable(s) = log p(other) + log p(s | other)

and p(s | other) is the softmax of the jamo's log-probabilities among the rarer syllables: nothing
else tells them apart. A flat 1 / 8,822 in its place would be simpler, but would take 9.1 * b from
the z of a rare syllable that the heads are sure of, about what a wrong jamo costs a common one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from edge_app import hangul
from edge_app.logits import log_sum_exp, sigmoid, softmax

JAMO = {"initial": hangul.INITIALS, "medial": hangul.MEDIALS, "final": hangul.FINALS}
"""The jamo of each place, in the order of the head of that name."""

HEADS = {
    **{place: len(jamo) for place, jamo in JAMO.items()},
    "syllable": len(hangul.KS_X_1001) + 1,
    "valid": 1,
}
"""The heads and their number of logits. "syllable": `hangul.KS_X_1001` in order, then "other".
"valid": one logit, high where the ink is a syllable at all."""

SETS = {"ks2350": hangul.KS_X_1001, "all11172": hangul.SYLLABLES}
"""The syllables that may be answered, by the name of the set."""

PRIOR_FLOOR = -14.0
"""Least log prior: a syllable never met counts as met once in 1.2 million, so it can still win."""

_FAINT = 1e-30
"""Sums of exp below this times its largest are taken again, from their own largest."""

Floats = npt.NDArray[np.float32]

Heads = Mapping[str, Floats]
"""Logits of each of `HEADS`, (..., its number); the leading axes are the same for all."""

_WIDTH = sum(HEADS.values())
_PLACES = {
    name: slice(end - count, end)
    for (name, count), end in zip(HEADS.items(), accumulate(HEADS.values()), strict=True)
}
_SHAPE = tuple(map(len, JAMO.values()))
_COMMON = np.fromiter(map(ord, hangul.KS_X_1001), np.intp) - ord(hangul.SYLLABLES[0])
_RARE = np.setdiff1d(np.arange(len(hangul.SYLLABLES)), _COMMON)
_COMMON_INITIAL, _COMMON_RHYME = np.divmod(_COMMON, _SHAPE[1] * _SHAPE[2])
_IS_RARE = np.ones((_SHAPE[0], _SHAPE[1] * _SHAPE[2]), np.float32)
_IS_RARE[_COMMON_INITIAL, _COMMON_RHYME] = 0
"""(19, 588): 1 for a rare syllable, by its initial and its rhyme, which is its medial and final."""


@dataclass(frozen=True)
class Combination:
    """How the heads are weighed; fitted once after training (``model.json``, "combination")."""

    jamo: float
    """a: weight of the three jamo heads, at least 0."""
    syllable: float
    """b: weight of the syllable head, at least 0."""
    prior: float
    """c: weight of the syllables' frequency in text, at least 0."""
    temperature: float
    """T: z is divided by it before the softmax, so that scores are honest probabilities."""
    valid_temperature: float
    """T_v: the same for the logit of "valid"."""

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise ValueError(f"combination {name} must be a number, not {value!r}")
            least = "above 0" if "temperature" in name else "at least 0"
            if not math.isfinite(value) or value < 0 or (value == 0 and least == "above 0"):
                raise ValueError(f"combination {name} must be {least}, not {value!r}")
        if not self.jamo + self.syllable:
            raise ValueError("combination needs a jamo or a syllable weight above 0")

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Combination:
        """A combination from parsed JSON. Raises ValueError for other keys or wrong values."""
        names = {field.name for field in fields(cls)}
        if set(data) != names:
            raise ValueError(
                f"combination has the keys {', '.join(sorted(data)) or 'none'}, "
                f"expected {', '.join(sorted(names))}"
            )
        return cls(**data)

    def to_dict(self) -> dict[str, float]:
        """The numbers by name, for JSON."""
        return asdict(self)


def split(outputs: Floats) -> dict[str, Floats]:
    """The heads of (..., 2420) logits that lie end to end in the order of `HEADS`."""
    if outputs.shape[-1:] != (_WIDTH,):
        raise ValueError(f"a syllable model gives {_WIDTH} logits, not {outputs.shape[-1:]}")
    return {name: outputs[..., place] for name, place in _PLACES.items()}


def join(heads: Heads) -> Floats:
    """The logits of all heads end to end, (..., 2420): what `split` takes apart."""
    return np.concatenate([heads[name] for name in HEADS], axis=-1)


def log_scores(
    heads: Heads,
    combination: Combination,
    labels: str = "all11172",
    prior: Floats | None = None,
) -> Floats:
    """z of the module's formula, (..., n): what ranks the n syllables of the set `labels`.

    It is z but for a number that is the same for all syllables of an ink.

    prior: (11172,) log prior of all syllables in Unicode's order; without it c counts as 0.
    Raises ValueError for logits that are missing, of another shape or not finite.
    """
    _check(heads)
    if labels not in SETS:
        raise ValueError(f"unknown set of syllables {labels!r}; known: {', '.join(SETS)}")
    a, b, c = map(np.float32, (combination.jamo, combination.syllable, combination.prior))
    # Unicode's order is that of the three nested, so the sums are all there is to it.
    initial = heads["initial"]
    rhyme = _sums(heads["medial"], heads["final"])
    jamo = initial.take(_COMMON_INITIAL, -1) + rhyme.take(_COMMON_RHYME, -1)
    common = a * jamo + b * heads["syllable"][..., :-1]
    if labels == "all11172":
        whole = b * (heads["syllable"][..., -1:] - _log_sum_rare(initial, rhyme))
        found = _sums((a + b) * initial + whole, (a + b) * rhyme)
        found[..., _COMMON] = common
    else:
        found = common
    if prior is not None:
        found += c * (prior if labels == "all11172" else prior[_COMMON])
    return np.asarray(found, np.float32)


def scores(
    heads: Heads,
    combination: Combination,
    labels: str = "all11172",
    prior: Floats | None = None,
) -> Floats:
    """The probability of each of the n syllables, (..., n); what is missing to 1 is "none".

    Takes and raises what `log_scores` does.
    """
    ranked = log_scores(heads, combination, labels, prior)
    valid = sigmoid(heads["valid"] / np.float32(combination.valid_temperature))
    return softmax(ranked, combination.temperature, valid)


def _sums(first: Floats, second: Floats) -> Floats:
    """Every sum of one of each, (..., m * n), of (..., m) and (..., n): the second runs faster."""
    table = first[..., :, np.newaxis] + second[..., np.newaxis, :]
    return table.reshape(*table.shape[:-2], -1)


def _log_sum_rare(initial: Floats, rhyme: Floats) -> Floats:
    """Logarithm of the sum of exp(initial + rhyme) over the rare syllables, (..., 1).

    initial: (..., 19) logits. rhyme: (..., 588) sums of a medial's and a final's.
    """
    first, rest = initial.max(axis=-1, keepdims=True), rhyme.max(axis=-1, keepdims=True)
    # The exponential of a sum is a product: 607 of them do for 8,822 syllables.
    total = np.exp(rhyme - rest) @ _IS_RARE.T
    total *= np.exp(initial - first)
    total = total.sum(axis=-1, keepdims=True)
    if total.min(initial=1.0) < _FAINT:  # next to common ones that are certain, too few digits
        return log_sum_exp(_sums(initial, rhyme).take(_RARE, -1))
    return np.asarray(first + rest + np.log(total), np.float32)


def _check(heads: Heads) -> None:
    for name, count in HEADS.items():
        if name not in heads or heads[name].shape[-1:] != (count,):
            raise ValueError(f"a syllable model has a head {name!r} of {count} logits")
        if not np.isfinite(heads[name]).all():
            raise ValueError(f"some logits of the head {name!r} are not finite numbers")
