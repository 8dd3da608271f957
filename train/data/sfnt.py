"""What a font file says of its faces, read without trusting any size that it claims.

Formats: Microsoft, OpenType specification 1.9, "otff" (tables and collections) and "name"; W3C,
WOFF File Format 1.0, sections 3 to 5, and WOFF File Format 2.0, sections 4 and 5. Only the name
tables are unpacked here; FreeType reads the rest, once the claimed sizes are known to be bearable.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Mapping

import brotli

ENDINGS = (".ttf", ".otf", ".ttc", ".otc", ".woff", ".woff2")

LARGEST = 64 << 20
"""Bytes of a font file, packed or unpacked, at most."""

MOST_FACES = 64
"""Faces of a collection at most."""

COPYRIGHT, FAMILY, FULL_NAME, LICENCE, LICENCE_URL, WIDE_FAMILY = 0, 1, 4, 13, 14, 16
"""Name IDs. The last is the family of all weights, where the second holds at most four."""

_WANTED = (COPYRIGHT, FAMILY, FULL_NAME, LICENCE, LICENCE_URL, WIDE_FAMILY)

_PLAIN = (b"\x00\x01\x00\x00", b"OTTO", b"true")

_LONGEST_NAME = 2048
"""Bytes of one name that are decoded: some fonts carry the whole text of their licence."""

_LARGEST_TABLE = 1 << 20
"""Bytes of a name table that are looked at: its 16-bit counts and offsets reach no further."""

_MOST_NAMES = 4096
"""Names of a face that are looked at; fonts in many languages have a few hundred."""

_NAME, _GLYF, _LOCA, _ANY = 5, 10, 11, 63
"""WOFF2's numbers of tables; the last one says that four letters follow."""


def names(content: bytes) -> list[dict[int, str]]:
    """The names of every face of a font file by the name IDs above, in English where possible.

    Raises ValueError for what is no font, is cut, or claims to be larger than `LARGEST`.
    """
    try:
        return [_decode(table) for table in _name_tables(content)]
    except struct.error:
        raise ValueError("the file is cut off") from None
    except (zlib.error, brotli.error):
        raise ValueError("its names cannot be unpacked; the file is damaged") from None


def _name_tables(content: bytes) -> Iterable[bytes]:
    """The name table of every face; empty where it has none."""
    kind = content[:4]
    if kind in _PLAIN:
        return [_plain(content, 0)]
    if kind == b"ttcf":
        (count,) = struct.unpack_from(">L", content, 8)
        if not 0 < count <= MOST_FACES:
            raise ValueError(f"byte 8: claims {count} faces, not 1 to {MOST_FACES}")
        return [_plain(content, start) for start in struct.unpack_from(f">{count}L", content, 12)]
    if kind == b"wOFF":
        return [_woff(content)]
    if kind == b"wOF2":
        return [_woff2(content)]
    raise ValueError("byte 0: neither a TrueType nor an OpenType, WOFF or WOFF2 font")


def _plain(content: bytes, start: int) -> bytes:
    (count,) = struct.unpack_from(">H", content, start + 4)
    for number in range(count):
        tag, _, offset, length = struct.unpack_from(">4s3L", content, start + 12 + 16 * number)
        if tag == b"name":
            return content[offset : offset + min(length, _LARGEST_TABLE)]
    return b""


def _woff(content: bytes) -> bytes:
    count, _, total = struct.unpack_from(">HHL", content, 12)
    table = b""
    claimed = 0
    for number in range(count):
        tag, offset, packed, size, _ = struct.unpack_from(">4s4L", content, 44 + 20 * number)
        claimed += size
        _check(claimed)
        if tag == b"name" and size:
            table = content[offset : offset + packed]
            if packed != size:
                table = zlib.decompressobj().decompress(table, min(size, _LARGEST_TABLE))
    _check(total)
    return table


def _woff2(content: bytes) -> bytes:
    flavour = content[4:8]
    if flavour == b"ttcf":
        raise ValueError("a collection as WOFF2 is not read; unpack it to a .ttc")
    count, _, total, packed = struct.unpack_from(">HHLL", content, 12)
    _check(total)
    place, claimed, stored = 48, 0, 0
    table = slice(0, 0)
    for _ in range(count):
        (flags,) = struct.unpack_from(">B", content, place)
        number, transform = flags & 63, flags >> 6
        named = number == _NAME or (number == _ANY and content[place + 1 : place + 5] == b"name")
        size, place = _base128(content, place + (5 if number == _ANY else 1))
        claimed += size
        # Of glyf and loca it is transform 3 that changes nothing, of other tables 0.
        if transform != (3 if number in (_GLYF, _LOCA) else 0):
            size, place = _base128(content, place)
        if named:
            table = slice(stored, stored + min(size, _LARGEST_TABLE))
        stored += size
        _check(max(claimed, stored))
    if table.stop == table.start:
        return b""
    # The limit holds for the tables up to this one only, whatever follows them.
    unpacked = brotli.Decompressor().process(
        content[place : place + packed], output_buffer_limit=table.stop
    )
    return bytes(unpacked[table])


def _base128(content: bytes, place: int) -> tuple[int, int]:
    """A number of 7 bits a byte, at most five bytes, and the place after it."""
    number = 0
    for byte in content[place : place + 5]:
        place += 1
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            return number, place
    raise ValueError(f"byte {place}: a size that does not end")


def _check(size: int) -> None:
    if size > LARGEST:
        raise ValueError(f"claims to hold {size:,} bytes, more than {LARGEST >> 20} MiB")


def _decode(table: bytes) -> dict[int, str]:
    if not table:
        return {}
    count, storage = struct.unpack_from(">HH", table, 2)
    best: dict[int, tuple[int, str]] = {}
    for number in range(min(count, _MOST_NAMES)):
        platform, script, language, name, length, offset = struct.unpack_from(
            ">6H", table, 6 + 12 * number
        )
        if platform == 1 and script == 0:
            encoding, rank = "mac_roman", 2 if language == 0 else 0
        elif platform in (0, 3):
            encoding, rank = "utf-16-be", 3 if language == 0x409 else 1
        else:
            continue
        if name not in _WANTED or (name in best and best[name][0] >= rank):
            continue
        place = storage + offset
        text = table[place : place + min(length, _LONGEST_NAME)].decode(encoding, "replace")
        # On one line, without what cannot be shown.
        text = "".join(char if char.isprintable() else " " for char in text)
        if text := " ".join(text.split()):
            best[name] = rank, text
    return {name: text for name, (_, text) in best.items()}


def licence(of: Mapping[int, str]) -> str:
    """What a face's names say of its licence: licence and address, else copyright."""
    stated = [of[name] for name in (LICENCE, LICENCE_URL) if name in of]
    return "; ".join(stated) or of.get(COPYRIGHT) or "not stated"
