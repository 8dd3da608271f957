"""Archives in several parts, NAME.z01, NAME.z02 and so on to NAME.zip, joined to one.

Format: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3.12 (central directory), 4.3.16 (its end) and 8
(splitting). Every place in such an archive is given as a part and an offset in it; zipfile reads
only archives in one part.
"""

from __future__ import annotations

import itertools
import shutil
import struct
from pathlib import Path
from typing import BinaryIO

from train.data import DataError

_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_END_MAGIC, _ENTRY_MAGIC = b"PK\x05\x06", b"PK\x01\x02"

_LONGEST_COMMENT = 0xFFFF

_LARGEST = 0xFFFFFFFF
"""Bytes of a joined archive at most: the format's larger kind is not read."""


def parts(last: Path) -> list[Path]:
    """All parts of an archive from the path of its last one; that alone for one in one part."""
    numbered = (last.with_suffix(f".z{number:02}") for number in itertools.count(1))
    return [*itertools.takewhile(Path.exists, numbered), last]


def join(parts: list[Path], target: Path) -> None:
    """Writes the parts as one archive to target, a new file.

    Raises DataError, naming the last part, where they are not all of one archive.
    """
    starts = list(itertools.accumulate((part.stat().st_size for part in parts), initial=0))
    if starts[-1] >= _LARGEST:
        raise DataError(f"{parts[-1].name} and its parts are larger than 4 GiB")
    with target.open("xb+") as file:
        for part in parts:
            with part.open("rb") as source:
                shutil.copyfileobj(source, file)
        try:
            _renumber(file, starts)
        except (struct.error, IndexError, ValueError):
            raise DataError(f"{parts[-1].name} and its parts do not make up an archive") from None


def _renumber(file: BinaryIO, starts: list[int]) -> None:
    """Turns places in parts into places in the whole; starts: of each part, and the end.

    Raises struct.error, IndexError or ValueError for what is not as it should be.
    """
    size = starts[-1]
    file.seek(max(0, size - _END.size - _LONGEST_COMMENT))
    tail = file.read()
    place = tail.rindex(_END_MAGIC)
    magic, last, part, _, count, length, offset, comment = _END.unpack_from(tail, place)
    start = starts[part] + offset
    if last != len(starts) - 2 or start + length > size:
        raise ValueError
    file.seek(size - len(tail) + place)
    file.write(_END.pack(magic, 0, 0, count, count, length, start, comment))
    file.seek(start)
    directory = bytearray(file.read(length))
    at = 0
    for _ in range(count):
        fields = list(_ENTRY.unpack_from(directory, at))
        if fields[0] != _ENTRY_MAGIC:
            raise ValueError
        # Lengths of name, extra field and comment, then the part, attributes and the offset.
        *lengths, part = fields[10:14]
        fields[13], fields[16] = 0, starts[part] + fields[16]
        _ENTRY.pack_into(directory, at, *fields)
        at += _ENTRY.size + sum(lengths)
    file.seek(start)
    file.write(directory)
