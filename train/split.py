"""Who trains and who judges: writers are split whole, by name, so that no file must say it."""

from __future__ import annotations

import hashlib
from typing import Literal

Part = Literal["train", "val", "test"]

TEST_SHARE = 0.12
"""Share of the writers kept from training for the final figures."""

VAL_SHARE = 0.08
"""Share of the writers kept for choosing between training runs and calibrating scores."""


def part_of(writer: str) -> Part:
    """The part that a writer belongs to: always the same one, whatever the rest of the data."""
    digest = hashlib.sha1(writer.encode(), usedforsecurity=False).digest()
    return part_at(int.from_bytes(digest[:8], "big") / 2**64)


def part_at(place: float) -> Part:
    """The part at a place from 0 to 1, each as long as its share."""
    if place < TEST_SHARE:
        return "test"
    return "val" if place < TEST_SHARE + VAL_SHARE else "train"
