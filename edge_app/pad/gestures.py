"""Strokes that are no writing: scratch-out and flick. Pure geometry, in units of the page.

Both are judged against everything that people write: no syllable, digit or jamo has a stroke
that runs straight to the left over half the page before anything else is written, or one that
goes to and fro five times over most of the ink that is already there.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Stroke = npt.NDArray[np.floating]
"""(n, 2): x to the right, y down."""

FLICK_S = 0.4
"""A flick takes no longer, s; a stroke of that length, written with care, does."""

_FLICK_SHARE = 0.5
"""Of the page's width, how far a flick goes at least."""

_FLICK_SLOPE = 0.2
"""How far it may rise or fall, as a share of that."""

_FLICK_BOW = 1.08
"""Its length over the distance of its ends, at most."""

_LEGS = 5
"""A scratch-out goes to and fro at least that often: four reversals."""

_LEG_SHARE = 0.5
"""Each leg is at least this share of the scratch-out's length."""

_SHARP = -0.5
"""Cosine of the angle between two legs, at most: they turn back by 120 degrees or more."""

_LEG_BOW = 1.3
"""A leg's length over the distance of its ends, at most; half a circle has 1.57."""

_COVERED = 0.6
"""Share of the ink's points that lie in the scratch-out's box, at least."""

_STEP = 0.02
"""Distance at which strokes are compared, in units of the page."""


def is_flick(stroke: Stroke, seconds: float, page_width: float) -> bool:
    """Whether a stroke on an empty page is a quick straight one to the left.

    seconds: how long it took. page_width: in the stroke's units.
    """
    if seconds > FLICK_S or len(stroke) < 2:
        return False
    across, down = stroke[-1] - stroke[0]
    if across > -_FLICK_SHARE * page_width or abs(down) > _FLICK_SLOPE * -across:
        return False
    return _length(stroke) <= _FLICK_BOW * float(np.hypot(across, down))


def is_scratch(stroke: Stroke, ink: Sequence[Stroke]) -> bool:
    """Whether a stroke crosses out the ink that was there before it."""
    if not ink or len(stroke) < _LEGS + 1:
        return False
    points = np.concatenate([_resampled(one) for one in ink])
    low, high = stroke.min(axis=0), stroke.max(axis=0)
    covered = ((points >= low) & (points <= high)).all(axis=1).mean()
    return bool(covered >= _COVERED) and _legs(stroke) >= _LEGS


def _legs(stroke: Stroke) -> int:
    """How many long straight legs, each turning sharply back from the last, a stroke has in a row.

    Turning points are found along the direction in which the stroke reaches farthest.
    """
    centred = stroke - stroke.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    along = centred @ axes[0]
    least = _LEG_SHARE * float(np.ptp(along))
    if not least:
        return 0
    turns = _turns(along, least)
    straight = [
        _length(stroke[start : end + 1])
        <= _LEG_BOW * float(np.hypot(*(stroke[end] - stroke[start])))
        for start, end in pairwise(turns)
    ]
    legs = np.diff(stroke[turns], axis=0)
    best = run = int(any(straight))
    for i, (one, other) in enumerate(pairwise(legs)):
        turned = straight[i] and straight[i + 1] and _cosine(one, other) <= _SHARP
        run = run + 1 if turned else 1
        best = max(best, run)
    return best


def _turns(along: Stroke, least: float) -> list[int]:
    """Where a walk along a line turns round after at least that far, with its first and last."""
    turns, extreme, direction = [0], 0, 0
    for i, place in enumerate(along):
        gone = place - along[extreme]
        if direction == 0:
            if abs(gone) >= least:
                direction, extreme = (1 if gone > 0 else -1), i
        elif gone * direction > 0:
            extreme = i
        elif -gone * direction >= least:
            turns.append(extreme)
            direction, extreme = -direction, i
    return [*turns, extreme] if extreme else turns


def _cosine(a: Stroke, b: Stroke) -> float:
    lengths = float(np.hypot(*a) * np.hypot(*b))
    return float(a @ b) / lengths if lengths else 1.0


def _length(stroke: Stroke) -> float:
    return float(np.hypot(*np.diff(stroke, axis=0).T).sum())


def _resampled(stroke: Stroke) -> Stroke:
    """Points at equal distances: how much ink there is, not how slowly it was written."""
    if len(stroke) < 2:
        return stroke
    gone = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(stroke, axis=0).T))))
    places = np.linspace(0, gone[-1], 2 + int(gone[-1] / _STEP))
    return np.stack([np.interp(places, gone, axis) for axis in stroke.T], axis=1)
