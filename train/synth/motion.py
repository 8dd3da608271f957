"""The motion of a pen: from the points that a hand aims at to the ink that it leaves.

A hand does not follow corners; it moves from aim to aim, in the air as on the paper, and the
faster it goes the sooner it sets off for the next aim before it has reached the last. Here a
motion runs straight from aim to aim, short ways taking relatively long (the isochrony of
handwriting: Viviani and Terzuolo, Trajectory determines movement dynamics, Neuroscience 7, 1982),
rests where the hand takes care, and is then smoothed in time. Rounded corners, hooks towards the
next stroke, swallowed detours and loops all follow from the one smoothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]

_STEP = 0.025
"""Time between two points of a trace; a stroke across the whole character takes 1."""

_ISOCHRONY = 0.65
"""Exponent of a way's length in the time that it takes."""

_FLIGHT = 0.55
"""Time of a way in the air over that of the same way on paper."""

_LEAST = 0.04
"""Time of the shortest way."""

_RISE = 1e-9
"""Time added to every way and rest, as np.interp wants times that rise."""


@dataclass(frozen=True)
class Gait:
    """How a hand moves. Times are in units of a stroke across the whole character."""

    smoothing: float
    """Standard deviation of the smoothing in time."""
    corner_rest: float
    """Rest at a corner."""
    end_rest: float
    """Rest at both ends of a stroke."""
    lead: float
    """How much longer than the stroke's own time the pen is down, at each end; may be negative."""
    bow: float
    """Sideways shift of the middle of a straight way, as a share of its length."""
    tremor: float
    """Standard deviation of the hand's shaking, as a share of the character."""


def trace(
    aims: Points,
    corner: npt.NDArray[np.bool_],
    down: npt.NDArray[np.bool_],
    gait: Gait,
    rng: np.random.Generator,
) -> list[Points]:
    """The strokes that a pen leaves on its way past (n, 2) aims, y down, character about 1.

    corner (n,): whether the pen turns there. down (n - 1,): whether each way is on paper.
    """
    aims, corner, down = _bend(aims, corner, down, gait.bow)
    ways = aims[1:] - aims[:-1]
    times = np.maximum(np.hypot(ways[:, 0], ways[:, 1]) ** _ISOCHRONY, _LEAST)
    times[~down] *= _FLIGHT
    # An aim between two ways on paper is a corner or a bend, any other is the end of a stroke.
    rests = np.full(len(aims), gait.end_rest)
    rests[1:-1][down[1:] & down[:-1]] = 0.0
    rests[1:-1][down[1:] & down[:-1] & corner[1:-1]] = gait.corner_rest
    # When each aim is reached and, after its rest, left.
    knots = np.zeros(2 * len(aims))
    knots[1::2], knots[2::2] = rests, times
    knots = np.cumsum(knots + _RISE)
    around = 3 * gait.smoothing
    ticks = np.arange(-around, knots[-1] + around + _STEP, _STEP)
    path = np.empty((len(ticks), 2))
    path[:, 0] = np.interp(ticks, knots, np.repeat(aims[:, 0], 2))
    path[:, 1] = np.interp(ticks, knots, np.repeat(aims[:, 1], 2))
    if gait.tremor:
        path += rng.normal(0.0, gait.tremor, path.shape)
    sigma = gait.smoothing / _STEP
    if sigma > 0.2:
        path = np.asarray(
            cv2.GaussianBlur(
                path, (1, 0), sigmaX=0.1, sigmaY=sigma, borderType=cv2.BORDER_REPLICATE
            )
        )
    return _cut(path, ticks, knots, down, gait.lead)


def _bend(
    aims: Points, corner: npt.NDArray[np.bool_], down: npt.NDArray[np.bool_], bow: float
) -> tuple[Points, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Adds a middle to every way between corners, moved aside."""
    ways = aims[1:] - aims[:-1]
    long = down & (np.abs(ways).sum(axis=1) > 0.15)
    at = long.nonzero()[0]
    if not len(at) or not bow:
        return aims, corner, down
    times = np.ones(len(aims), np.intp)
    times[at] = 2
    middle = at + np.arange(1, len(at) + 1)
    bent, turned = np.repeat(aims, times, axis=0), np.repeat(corner, times)
    way = ways[at]
    bent[middle] = aims[at] + way / 2 + bow * way[:, ::-1] * (1.0, -1.0)
    turned[middle] = False
    return bent, turned, np.repeat(down, times[:-1])


def _cut(
    path: Points, ticks: Points, knots: Points, down: npt.NDArray[np.bool_], lead: float
) -> list[Points]:
    """The pieces of a path during which the pen is down."""
    paper = np.zeros(len(down) + 2, bool)
    paper[1:-1] = down
    # Aims at which the pen comes down and goes up, by turns.
    ends = (paper[1:] != paper[:-1]).nonzero()[0]
    begins = np.searchsorted(ticks, knots[2 * ends[::2]] - lead).tolist()
    lasts = np.searchsorted(ticks, knots[2 * ends[1::2] + 1] + lead).tolist()
    pieces = []
    for first, last in zip(begins, lasts, strict=True):
        first = min(first, len(path) - 1)
        pieces.append(path[first : max(last, first + 1)])
    return pieces
