"""Contact sheets: ink as training frames it, each with its label and who wrote it.

It comes from a prepared folder, as it is or as training makes its type look written, or from
writers who do not exist.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

# Before pygame is imported: standard output belongs to the answers.
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import cv2
import numpy as np
import numpy.typing as npt
import pygame

from edge_app.ink import Frame, InkSettings, frame, frame_strokes
from edge_app.pad.theme import Fonts
from train.augment import Augmentation
from train.data import DataError, traced
from train.files import replace
from train.shards import Shards
from train.split import Part
from train.synth.loosen import loosen
from train.synth.retrace import retrace
from train.synth.writers import Writer

INK = InkSettings(size=72, margin=4)
"""How samples are framed on the sheet; the frame is as large as the cell is wide."""

COLUMNS = 20

_PEN = 0.05
"""What synthetic writers hold, as a share of the character; thinner than the frame's own."""

_PENS = Augmentation(min_pen=0.035, max_pen=0.09)
"""What loosened type is drawn with."""

_LABEL, _WRITER = 22, 11
"""Height of the label and of the writer's name under a frame, px."""

_GAP = 6
"""Around every cell, px."""

_MOST = 10_000
"""Samples of a sheet at most: 25 MB as a picture."""


@dataclass(frozen=True)
class _Cell:
    """One sample on a sheet."""

    framed: Frame | None
    label: str
    writer: str


def draw(
    folder: Path, parts: Sequence[Part], count: int, seed: int, *, loosened: bool = False
) -> npt.NDArray[np.uint8]:
    """A sheet of up to count samples of a folder, 10,000 at most, as a grey picture, paper 255.

    The samples are drawn at random and sorted by label, then writer, so that one that does not
    belong stands out beside the others. loosened: as `train.synth.loosen` makes them look written,
    or `train.synth.retrace` the strokes of traced type.
    Raises DataError for a damaged folder or an empty part.
    """
    opened = [Shards(folder, part) for part in parts]
    ends = np.cumsum([len(shards) for shards in opened])
    total = int(ends[-1])
    if not total:
        raise DataError(f"{folder}: has no samples of {' or '.join(parts)}")
    rng = np.random.default_rng(seed)
    chosen = rng.choice(total, min(count, total, _MOST), replace=False)
    cells = []
    for number in map(int, chosen):
        which = int(np.searchsorted(ends, number, side="right"))
        sample = opened[which][number - int(ends[which]) + len(opened[which])]
        way = retrace if sample.source == traced.SOURCE.name else loosen
        framed = way(sample, rng, _PENS, INK) if loosened else frame(sample.ink, INK)
        cells.append(_Cell(framed, sample.label, sample.writer))
    return _lay_out(sorted(cells, key=lambda cell: (cell.label, cell.writer)))


def draw_synthetic(count: int, seed: int, labels: Sequence[str]) -> npt.NDArray[np.uint8]:
    """A sheet of up to count samples by writers who do not exist, a row to each, as `draw`.

    labels: syllables or jamo. All write the same few of them. The neatest comes first, and all are
    named by number and haste.
    """
    rng = np.random.default_rng(seed)
    chosen = rng.choice(labels, COLUMNS, replace=False).tolist()
    hands = [(Writer(seed, n), n) for n in range(-(-min(count, _MOST) // COLUMNS))]
    cells = [
        _Cell(
            frame_strokes(hand.write(label, rng), INK, _PEN),
            label,
            f"{number}: {hand.haste:.2f}",
        )
        for hand, number in sorted(hands, key=lambda pair: pair[0].haste)
        for label in chosen
    ]
    return _lay_out(cells[:count])


def save(sheet: npt.NDArray[np.uint8], path: Path) -> None:
    """Writes a sheet as PNG, at once."""
    done, png = cv2.imencode(".png", sheet)
    if not done:
        raise OSError(f"{path}: cannot be encoded")
    path.parent.mkdir(parents=True, exist_ok=True)
    replace(path, partial(Path.write_bytes, data=png.tobytes()))


def _lay_out(cells: Sequence[_Cell]) -> npt.NDArray[np.uint8]:
    fonts = Fonts()
    wide, tall = INK.size + _GAP, INK.size + _LABEL + _WRITER + _GAP
    rows = -(-len(cells) // COLUMNS)
    sheet = np.full((rows * tall + _GAP, min(len(cells), COLUMNS) * wide + _GAP), 255, np.uint8)
    for number, cell in enumerate(cells):
        row, column = divmod(number, COLUMNS)
        y, x = row * tall + _GAP, column * wide + _GAP
        if cell.framed is not None:
            sheet[y : y + INK.size, x : x + INK.size] = 255 - cell.framed
        sheet[y + INK.size, x : x + INK.size] = 190
        _write(sheet, fonts, cell.label, x, y + INK.size + 2, _LABEL - 4)
        _write(sheet, fonts, cell.writer, x, y + INK.size + _LABEL, _WRITER - 2)
    return sheet


def _write(sheet: npt.NDArray[np.uint8], fonts: Fonts, text: str, x: int, y: int, px: int) -> None:
    """Puts a text on a sheet, cut to the width of a frame."""
    drawn = fonts.text(text, px, (0, 0, 0))
    cover = pygame.surfarray.array_alpha(drawn).T[: sheet.shape[0] - y, : INK.size]
    height, width = cover.shape
    sheet[y : y + height, x : x + width] = np.minimum(
        sheet[y : y + height, x : x + width], 255 - cover
    )
