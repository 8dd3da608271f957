"""Contact sheets: samples of a prepared folder as training frames them, each with its label."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

# Before pygame is imported: standard output belongs to the answers.
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import cv2
import numpy as np
import numpy.typing as npt
import pygame

from edge_app.ink import InkSettings, frame
from edge_app.pad.theme import Fonts
from train.data import DataError, Sample
from train.files import replace
from train.shards import Shards
from train.split import Part

INK = InkSettings(size=72, margin=4)
"""How samples are framed on the sheet; the frame is as large as the cell is wide."""

COLUMNS = 20

_LABEL, _WRITER = 22, 11
"""Height of the label and of the writer's name under a frame, px."""

_GAP = 6
"""Around every cell, px."""

_MOST = 10_000
"""Samples of a sheet at most: 25 MB as a picture."""


def draw(folder: Path, parts: Sequence[Part], count: int, seed: int) -> npt.NDArray[np.uint8]:
    """A sheet of up to count samples of a folder, 10,000 at most, as a grey picture, paper 255.

    The samples are drawn at random and sorted by label, then writer, so that one that does not
    belong stands out beside the others. Raises DataError for a damaged folder or an empty part.
    """
    opened = [Shards(folder, part) for part in parts]
    ends = np.cumsum([len(shards) for shards in opened])
    total = int(ends[-1])
    if not total:
        raise DataError(f"{folder}: has no samples of {' or '.join(parts)}")
    chosen = np.random.default_rng(seed).choice(total, min(count, total, _MOST), replace=False)
    samples = []
    for number in map(int, chosen):
        which = int(np.searchsorted(ends, number, side="right"))
        samples.append(opened[which][number - int(ends[which]) + len(opened[which])])
    samples.sort(key=lambda sample: (sample.label, sample.writer))
    return _lay_out(samples)


def save(sheet: npt.NDArray[np.uint8], path: Path) -> None:
    """Writes a sheet as PNG, at once."""
    done, png = cv2.imencode(".png", sheet)
    if not done:
        raise OSError(f"{path}: cannot be encoded")
    path.parent.mkdir(parents=True, exist_ok=True)
    replace(path, partial(Path.write_bytes, data=png.tobytes()))


def _lay_out(samples: Sequence[Sample]) -> npt.NDArray[np.uint8]:
    fonts = Fonts()
    wide, tall = INK.size + _GAP, INK.size + _LABEL + _WRITER + _GAP
    rows = -(-len(samples) // COLUMNS)
    sheet = np.full((rows * tall + _GAP, min(len(samples), COLUMNS) * wide + _GAP), 255, np.uint8)
    for number, sample in enumerate(samples):
        row, column = divmod(number, COLUMNS)
        y, x = row * tall + _GAP, column * wide + _GAP
        framed = frame(sample.ink, INK)
        if framed is not None:
            sheet[y : y + INK.size, x : x + INK.size] = 255 - framed
        sheet[y + INK.size, x : x + INK.size] = 190
        _write(sheet, fonts, sample.label, x, y + INK.size + 2, _LABEL - 4)
        _write(sheet, fonts, sample.writer, x, y + INK.size + _LABEL, _WRITER - 2)
    return sheet


def _write(sheet: npt.NDArray[np.uint8], fonts: Fonts, text: str, x: int, y: int, px: int) -> None:
    """Puts a text on a sheet, cut to the width of a frame."""
    drawn = fonts.text(text, px, (0, 0, 0))
    cover = pygame.surfarray.array_alpha(drawn).T[: sheet.shape[0] - y, : INK.size]
    height, width = cover.shape
    sheet[y : y + height, x : x + width] = np.minimum(
        sheet[y : y + height, x : x + width], 255 - cover
    )
