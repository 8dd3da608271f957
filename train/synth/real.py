"""Forms of jamo that people drew: Omniglot's letters beside our own."""

from __future__ import annotations

import math
from collections import defaultdict

import cv2
import numpy as np

from train.data import Sample
from train.synth.forms import FORMS, Form, Points, Table

_TOLERANCE = 0.03
"""How far a drawn line may pass from the points that stand for it, as a share of the letter."""

_HASTE = 0.4
"""Letters drawn one by one with a pointer are neither written with care nor in a hurry."""


def with_drawings(samples: list[Sample]) -> Table:
    """Our own forms and those of drawn letters; all drawings of a letter count as one form."""
    drawn: dict[str, list[Form]] = defaultdict(list)
    for sample in samples:
        if sample.label in FORMS and not isinstance(sample.ink, np.ndarray):
            drawn[sample.label].append(_form(list(sample.ink)))
    table = dict(FORMS)
    for name, forms in FORMS.items():
        more = drawn.get(name.split()[0], [])
        rarity = math.log(max(1, len(more)))
        table[name] = forms + tuple(
            Form(form.points, form.corner, form.starts, form.haste, rarity) for form in more
        )
    return table


def _form(strokes: list[Points]) -> Form:
    points = np.concatenate(strokes)
    low = points.min(axis=0)
    # A bar of ㅡ keeps its place in the middle of the box rather than filling it.
    size = np.maximum(
        points.max(axis=0) - low, 0.2 * float((points.max(axis=0) - low).max()) + 1e-6
    )
    aims, starts = [], []
    for stroke in strokes:
        scaled = ((stroke - low) / size).astype(np.float32)
        kept = cv2.approxPolyDP(scaled[:, None, :], _TOLERANCE, False)[:, 0]
        if len(kept) == 1:
            kept = np.repeat(kept, 2, axis=0)
        aims.append(kept.astype(np.float64))
        starts.append(np.arange(len(kept)) == 0)
    joined = np.concatenate(aims)
    return Form(joined, np.zeros(len(joined), bool), np.concatenate(starts), _HASTE)
