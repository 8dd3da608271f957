"""Pages that people fill by hand: which there are, whose, and the ink on them.

A file called NAME~3.jpg is page 3 of the writer NAME, as HHR-SKKU/HangulRecog names its scans. Of
other files each folder is a writer, and its files are pages 1, 2 and so on in the order of their
names, where page 10 comes after page 9.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from train.data import Report, find, folder, give_up

MOST_PIXELS = 40_000_000
"""Pages with more are not decoded; A4 at 600 dpi has 35 million."""

BORDER = 2
"""Paper put around the ink of a cell, px: framing learns the paper's tone from it."""

_NUMBERED = re.compile(r"(.+)~(\d{1,6})")

_LIGHT_SIDE = 256
"""Longer side (px) of the reduced page on which the light is estimated: A4 at a px a mm or so."""

_LIGHT_WINDOW = 9
"""Side (px there) of the window in which the lightest place is taken for paper."""

_FAINTEST = 32
"""Grey levels (of 255) by which ink or a printed line must be darker than its paper."""

_GRAIN = 6
"""Deviations of the paper's grain by which ink must stand out."""

_PAPER = 200
"""Grey level to which paper is brought; above it there is room for its grain."""

_FINE_GRAIN = 6.0
"""Deviation in grey levels above which grain is blurred away first."""

_HAIRLINE = 1.0
"""px of that blur, about the thinnest stroke of a page of 200 dpi."""

_INK_LEVEL = 0.4
"""Where the outline of a stroke lies between paper (0) and ink (1), as in `edge_app.lift`."""

SPECK = 1 / 40
"""Parts of a cell's ink with no side longer than this share of the cell are dirt."""

_BLANK = 1 / 10
"""A cell whose ink has no side longer than this share of it is blank."""


@dataclass(frozen=True)
class Page:
    """One file of a writer."""

    path: Path
    """The image."""
    writer: str
    """Who filled it."""
    number: int
    """Which of the writer's pages it is, from 1."""


def pages(
    paths: Sequence[Path], writer: str | None = None, bad: Report = give_up
) -> Iterator[Page]:
    """The pages of image files, or of folders of them, in order.

    writer: who filled all of them; the names say where it is None. Raises DataError for a path
    that does not exist and, unless bad takes it, for one without images.
    """
    found = [(path, find([path], *folder.ENDINGS, bad=bad)) for path in paths]
    for path, images in found:
        given = path if path.is_dir() else path.parent
        top = Path(given.resolve().name)
        for above, files in groupby(images, key=lambda file: file.parent):
            within = top / above.relative_to(given)
            for place, file in enumerate(sorted(files, key=_natural), 1):
                named = _NUMBERED.fullmatch(file.stem)
                who = writer or (within / named[1] if named else within).as_posix()
                yield Page(file, who, int(named[2]) if named else place)


def _natural(file: Path) -> list[tuple[int, str]]:
    """A key that sorts the numbers in names by their value."""
    parts = re.split(r"(\d{1,18})", file.name)
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def decode(file: Path) -> npt.NDArray[np.uint8]:
    """A page as a grey picture. Raises DataError for no PNG or JPEG, or one too large."""
    return folder.decode(file, MOST_PIXELS)


def darkness(page: npt.NDArray[np.uint8]) -> tuple[npt.NDArray[np.uint8], int]:
    """How much darker than the paper each place is, 0 paper to 255 black, whatever the light.

    Also the darkness from which on something is printed or written rather than grain. page:
    (height, width), most of it paper, which is lighter than ink.
    """
    height, width = page.shape
    shrink = min(1.0, _LIGHT_SIDE / max(page.shape))
    target = (max(1, round(width * shrink)), max(1, round(height * shrink)))
    small = cv2.resize(page, target, interpolation=cv2.INTER_AREA)
    window = np.ones((_LIGHT_WINDOW, _LIGHT_WINDOW), np.uint8)
    # Closing takes ink and lines away and leaves edges of shadows where they are.
    light = cv2.morphologyEx(small, cv2.MORPH_CLOSE, window)
    light = cv2.GaussianBlur(light, (0, 0), _LIGHT_WINDOW / 4)
    light = cv2.resize(light, (width, height), interpolation=cv2.INTER_LINEAR)
    even = np.asarray(cv2.divide(page, light, scale=_PAPER), np.uint8)
    tone, grain = _grain(even)
    if grain > _FINE_GRAIN:
        even = np.asarray(cv2.GaussianBlur(even, (0, 0), _HAIRLINE), np.uint8)
        tone, grain = _grain(even)
    dark = cv2.convertScaleAbs(cv2.subtract(np.full_like(even, tone), even), alpha=255 / tone)
    faint = max(_FAINTEST, round(_GRAIN * grain * 255 / tone))
    return np.asarray(dark, np.uint8), min(faint, 254)


def _grain(even: npt.NDArray[np.uint8]) -> tuple[int, float]:
    """Tone of the paper and its deviation, in grey levels, of an evenly lit page."""
    # Nothing but paper is lighter than its middle, and half of its grain is.
    middle, above = np.percentile(even[:: 1 + even.shape[0] // 256], (50, 75))
    return max(1, round(middle)), float(above - middle) / 0.674


def ink_tone(dark: npt.NDArray[np.uint8], inked: npt.NDArray[np.bool_]) -> float:
    """The darkness of full ink on a page. inked: where it shows ink, the more the better."""
    # Most ink of a thin pen is edge; its darkest fifth is its own tone.
    return float(np.percentile(dark[inked], 80)) if inked.any() else 255.0


def ink_level(tone: float, faint: int) -> int:
    """The darkness at the outline of strokes that are tone dark."""
    return max(faint, math.ceil(_INK_LEVEL * tone))


def is_blank(height: int, width: int, cell: float) -> bool:
    """Whether ink so large, px, leaves a cell with a shorter side of cell px blank."""
    return max(height, width) < _BLANK * cell


def without_specks(ink: npt.NDArray[np.uint8], cell: float) -> npt.NDArray[np.uint8]:
    """Ink (1) without dirt. cell: shorter side of its cell, px."""
    _, part, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    real = longer_side(stats) >= SPECK * cell
    real[0] = False
    return np.asarray(real[part], np.uint8)


def longer_side(stats: cv2.typing.MatLike) -> npt.NDArray[np.int32]:
    """Of OpenCV's table of connected parts, the longer side of each, px."""
    sides = stats[:, (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT)]
    return np.asarray(sides.max(1), np.int32)


def picture(
    dark: npt.NDArray[np.uint8], ink: npt.NDArray[np.uint8], tone: float
) -> npt.NDArray[np.uint8]:
    """The ink of a cell as a grey picture, paper 255, cut to the ink with a border.

    dark: darkness of its place on the page; ink: 1 where its strokes are, at least at one place,
    of the same shape; tone: the darkness of full ink.
    """
    # One pixel more on each side is the strokes' soft edge.
    room = BORDER + 1
    ink = np.pad(ink, room)
    left, top, width, height = cv2.boundingRect(ink)
    near = cv2.dilate(ink, np.ones((3, 3), np.uint8))
    cut = np.s_[top - room : top + height + room, left - room : left + width + room]
    coverage = cv2.convertScaleAbs(np.pad(dark, room)[cut], alpha=255 / tone)
    return np.asarray(255 - coverage * near[cut], np.uint8)
