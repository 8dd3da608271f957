"""Where everything is on the form that people fill, and the code that says which page it is.

All places are in mm from the top left corner of the frame that the corner marks span, x right and
y down. The frame fits on A4 and on Letter alike. A change of any of it needs another VERSION.
"""

from __future__ import annotations

import binascii
import zlib
from collections.abc import Sequence
from typing import NamedTuple

VERSION = 1
"""Of this layout; forms of another are refused."""

WIDTH, HEIGHT = 190.0, 259.0
"""The frame."""

PAPERS = {"a4": (210.0, 297.0), "letter": (215.9, 279.4)}
"""Width and height of the sheets that it is printed on."""

MODULE = 1.0
"""A corner mark is a ring with a square in it: 1 black, 1 white, 3 black, 1 white, 1 black."""

MARK = 7 * MODULE
"""Side of a corner mark."""

MARKS = (
    (MARK / 2, MARK / 2),
    (WIDTH - MARK / 2, MARK / 2),
    (WIDTH - MARK / 2, HEIGHT - MARK / 2),
    (MARK / 2, HEIGHT - MARK / 2),
)
"""Middles of the marks, clockwise from the top left."""

ROWS, COLUMNS = 11, 10
"""Of boxes."""

CELLS = ROWS * COLUMNS
"""Boxes of a page."""

BOX = 15.5
"""Side of a box."""

LABEL = 4.4
"""Height of the strip with the printed label above each box."""

_LEFT, _TOP = 4.45, 25.0
_STEP_X, _STEP_Y = 18.4, 20.4

CODE_LEFT, CODE_TOP, CODE_HEIGHT = 22.5, 253.0, 4.0
"""The row of squares between the lower marks."""

SQUARE = 2.5
"""Width of one of them: black for 1, white for 0."""

_FIELDS = (4, 10, 24, 16)
"""Bits of version, page, order and check."""

_BEFORE, _AFTER = (1, 0), (0, 1)
"""Squares around these bits."""

BITS = len(_BEFORE) + sum(_FIELDS) + len(_AFTER)
"""Squares of the row."""

MOST_LABELS = ((1 << _FIELDS[1]) - 1) * CELLS
"""That a form can have."""


class Identity(NamedTuple):
    """Which page of which form."""

    page: int
    """From 1."""
    order: int
    """`order_of` its labels."""


def box(cell: int) -> tuple[float, float]:
    """Left and top of a page's box; cells count row by row from 0."""
    row, column = divmod(cell, COLUMNS)
    return _LEFT + column * _STEP_X, _TOP + row * _STEP_Y + LABEL


def order_of(labels: Sequence[str]) -> int:
    """24 bits that tell one sequence of labels from another."""
    return zlib.crc32("".join(labels).encode()) & 0xFFFFFF


def pages(labels: Sequence[str]) -> int:
    """How many pages the labels fill."""
    return -(-len(labels) // CELLS)


def encode(identity: Identity) -> tuple[int, ...]:
    """The squares of a page, 1 for black."""
    bits: tuple[int, ...] = _BEFORE
    values = VERSION, identity.page, identity.order, _check(VERSION, identity)
    for size, value in zip(_FIELDS, values, strict=True):
        bits += tuple(value >> place & 1 for place in reversed(range(size)))
    return bits + _AFTER


def decode(bits: Sequence[int]) -> tuple[int, Identity] | None:
    """The version and identity that a page's squares tell, or None where its check fails."""
    values, start = [], len(_BEFORE)
    for size in _FIELDS:
        values.append(int("".join(map(str, bits[start : start + size])), 2))
        start += size
    version, identity = values[0], Identity(values[1], values[2])
    framed = tuple(bits[: len(_BEFORE)]) == _BEFORE and tuple(bits[start:]) == _AFTER
    return (version, identity) if framed and values[3] == _check(version, identity) else None


def _check(version: int, identity: Identity) -> int:
    """CRC-16 (polynomial 0x1021, as ITU-T V.41) of the other fields."""
    content = version << 34 | identity.page << 24 | identity.order
    return binascii.crc_hqx(content.to_bytes(5, "big"), 0xFFFF)
