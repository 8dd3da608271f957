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
    ways = np.hypot(*np.diff(aims, axis=0).T)
    times = np.maximum(ways**_ISOCHRONY, _LEAST)
    times[~down] *= _FLIGHT
    # An aim between two ways on paper is a corner or a bend, any other is the end of a stroke.
    inner = np.zeros(len(aims), bool)
    inner[1:-1] = down[1:] & down[:-1]
    rests = np.where(inner, np.where(corner, gait.corner_rest, 0.0), gait.end_rest)
    # Each aim is reached and, after its rest, left.
    arrive = np.concatenate(([0.0], np.cumsum(times + rests[:-1])))
    leave = arrive + rests
    knots = np.stack((arrive, leave), axis=1).ravel()
    knots += np.arange(len(knots)) * 1e-9  # np.interp wants them to rise
    held = np.repeat(aims, 2, axis=0)
    end = float(knots[-1])
    ticks = np.arange(-3 * gait.smoothing, end + 3 * gait.smoothing + _STEP, _STEP)
    path = np.stack([np.interp(ticks, knots, held[:, axis]) for axis in (0, 1)], axis=1)
    if gait.tremor:
        path += rng.normal(0.0, gait.tremor, path.shape)
    sigma = gait.smoothing / _STEP
    if sigma > 0.2:
        path = cv2.GaussianBlur(
            path[:, None, :], (1, 0), sigmaX=0.1, sigmaY=sigma, borderType=cv2.BORDER_REPLICATE
        )[:, 0]
    return _cut(path, ticks, arrive, leave, down, gait.lead)


def _bend(
    aims: Points, corner: npt.NDArray[np.bool_], down: npt.NDArray[np.bool_], bow: float
) -> tuple[Points, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Adds a middle to every way between corners, moved aside."""
    ways = np.diff(aims, axis=0)
    long = down & (np.abs(ways).sum(axis=1) > 0.15)
    at = np.flatnonzero(long)
    if not len(at) or not bow:
        return aims, corner, down
    aside = np.stack((ways[at, 1], -ways[at, 0]), axis=1)
    middle = (aims[at] + aims[at + 1]) / 2 + bow * aside
    return (
        np.insert(aims, at + 1, middle, axis=0),
        np.insert(corner, at + 1, False),
        np.insert(down, at, True),
    )


def _cut(
    path: Points,
    ticks: Points,
    arrive: Points,
    leave: Points,
    down: npt.NDArray[np.bool_],
    lead: float,
) -> list[Points]:
    """The pieces of a path during which the pen is down."""
    edges = np.diff(np.concatenate(([False], down, [False])).astype(np.int8))
    begins = arrive[np.flatnonzero(edges == 1)] - lead
    ends = leave[np.flatnonzero(edges == -1)] + lead
    firsts = np.searchsorted(ticks, begins)
    lasts = np.searchsorted(ticks, ends)
    pieces = []
    for first, last in zip(firsts, lasts, strict=True):
        first = min(first, len(path) - 1)
        pieces.append(path[first : max(last, first + 1)])
    return pieces
