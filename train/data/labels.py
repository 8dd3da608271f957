"""The order of labels on pages that people fill: a label set by name, or a text file."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from edge_app import hangul
from train.data import DataError

MOST_BYTES = 1 << 20
"""Larger files (bytes) are no list of characters."""


def read(name: str) -> tuple[str, ...]:
    """The labels of a set in `hangul.LABEL_SETS`, or of a UTF-8 file, in reading order.

    White space in a file does not count, so that it may be laid out like the page. Raises
    DataError, naming file and line, for what is no label.
    """
    if name in hangul.LABEL_SETS:
        return hangul.LABEL_SETS[name]
    path = Path(name)
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        sets = ", ".join(hangul.LABEL_SETS)
        raise DataError(
            f"{path}: cannot be read ({error.strerror}); name a text file or one of {sets}"
        ) from None
    if len(content) > MOST_BYTES:
        raise DataError(f"{path}: larger than {MOST_BYTES >> 20} MiB; this is no list of labels")
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: byte {error.start}: not UTF-8; save it as UTF-8") from None
    labels = []
    for number, line in enumerate(lines, 1):
        # Put together first: in pieces, as some systems save it, a syllable is three characters.
        for sign in "".join(unicodedata.normalize("NFC", line).split()):
            label = hangul.as_label(sign)
            if label is None:
                raise DataError(
                    f"{path}: line {number}: {sign!r} is no digit, single jamo or syllable"
                )
            labels.append(label)
    if not labels:
        raise DataError(f"{path}: holds no labels; write them in the order of the cells")
    return tuple(labels)
