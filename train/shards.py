"""Shards: prepared samples as training streams them, read at random or in order.

A prepared folder holds `manifest.json` and shards, PART-00000.shard and so on. A shard is

    magic (8 bytes)
    the samples' contents, zlib, one after another
    the index: an `ENTRY` for each sample
    the origins: JSON, [[writer, source], ...], which index entries point into
    the tail (`TAIL`): where the index starts, samples, bytes of origins, CRC-32 of index and
    origins, magic

all numbers little-endian. An image's content is its grey, row by row. Strokes are moved to 0,
scaled so that their longer side is 1, and stored as their number, the number of points of each
(32-bit numbers) and the points (32-bit floats, x then y). Each content has its own CRC-32 in the
index. Files are mapped into memory, so any number of processes shares one copy.
"""

from __future__ import annotations

import json
import mmap
import struct
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_args

import numpy as np
import numpy.typing as npt

from edge_app import hangul
from train.data import DataError, Sample
from train.split import Part

FORMAT = 1
"""Version of the folder's format; a reader refuses any other."""

MANIFEST = "manifest.json"

MOST_BYTES = 1 << 24
"""Bytes of one sample's content before compression at most."""

PARTS: tuple[Part, ...] = get_args(Part)

MAGIC = b"HPSHARD\x01"
ENTRY = np.dtype(
    [
        ("offset", "<u8"),  # of the content in the file
        ("length", "<u4"),  # of the content in the file, bytes
        ("size", "<u4"),  # of the content when decompressed, bytes
        ("crc", "<u4"),  # of the content in the file
        ("label", "<u4"),  # code point
        ("origin", "<u4"),  # index into the origins
        ("height", "<u2"),  # of an image, px; 0 for strokes
        ("width", "<u2"),
    ]
)
TAIL = struct.Struct("<QIII8s")


@dataclass(frozen=True)
class Manifest:
    """What a prepared folder holds, and where it comes from."""

    format: int
    """Version of the format, `FORMAT`."""
    source: str
    """Name of the collection."""
    licence: str
    """Its licence, as the source states it."""
    url: str
    """Where it comes from."""
    options: dict[str, Any]
    """How it was read: selections and the like."""
    shards: dict[str, list[int]]
    """For each part the samples of each of its shards, in order."""
    labels: dict[str, int]
    """Samples of each label."""
    writers: dict[str, int]
    """Samples of each writer or font."""
    duplicates: int
    """Samples left out because the same ink had come before under the same label."""
    contradictions: int
    """Samples left out because the same ink had come before under another label."""
    left_out: int
    """Samples or files left out because they could not be read."""

    @property
    def samples(self) -> int:
        """Samples of all parts."""
        return sum(sum(counts) for counts in self.shards.values())

    @classmethod
    def load(cls, folder: Path) -> Manifest:
        """The manifest of a prepared folder. Raises DataError for none or a damaged one."""
        path = folder / MANIFEST
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            if not isinstance(data, dict) or data.get("format") != FORMAT:
                raise ValueError(f"its format is not {FORMAT}")
            names = {field.name for field in fields(cls)}
            if set(data) != names:
                raise ValueError(f"unknown or missing keys: {', '.join(set(data) ^ names)}")
            for part, counts in data["shards"].items():
                if part not in PARTS or not all(type(n) is int and n > 0 for n in counts):
                    raise ValueError(f"shards of {part} are not as they should be")
        except OSError as error:
            raise DataError(
                f"{path}: {error.strerror}; name a folder that prepare.py wrote"
            ) from None
        except (ValueError, AttributeError, TypeError, RecursionError) as error:
            raise DataError(f"{path}: {error}; prepare the data again") from None
        return cls(**data)


def shard_path(folder: Path, part: str, number: int) -> Path:
    """Where a part's shard lies in its folder."""
    return folder / f"{part}-{number:05}.shard"


def _unpack_strokes(content: bytes) -> list[npt.NDArray[np.float64]]:
    """Raises ValueError for bytes that `_pack_strokes` did not make."""
    count = int.from_bytes(content[:4], "little")
    start = 4 * (count + 1)
    if not 0 < start - 4 <= len(content) - 4:
        raise ValueError("not strokes")
    counts = np.frombuffer(content, "<u4", count, 4).astype(np.int64)
    if not counts.all() or start + 8 * int(counts.sum()) != len(content):
        raise ValueError("not strokes")
    points = np.frombuffer(content, "<f4", offset=start).reshape(-1, 2).astype(np.float64)
    if not np.isfinite(points).all():
        raise ValueError("not strokes")
    return np.split(points, np.cumsum(counts[:-1]))


class _Shard:
    """One shard, mapped into memory. Raises DataError for a damaged one."""

    def __init__(self, path: Path, samples: int) -> None:
        self._path = path
        try:
            with path.open("rb") as file:
                self._bytes = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
            start, count, length, checksum, magic = TAIL.unpack(self._bytes[-TAIL.size :])
            end = start + count * ENTRY.itemsize
            if magic != MAGIC or count != samples or end + length + TAIL.size != len(self._bytes):
                raise ValueError("its size is not what its tail says")
            if zlib.crc32(self._bytes[start : end + length]) != checksum:
                raise ValueError("the checksum of its index differs")
            self.index = np.frombuffer(self._bytes[start:end], ENTRY)
            self.origins: list[tuple[str, str]] = [
                (str(writer), str(source))
                for writer, source in json.loads(bytes(self._bytes[end : end + length]))
            ]
        except OSError as error:
            raise DataError(f"{path}: {error.strerror}; prepare the data again") from None
        except (ValueError, TypeError, RecursionError, struct.error) as error:
            raise DataError(f"{path}: damaged ({error}); prepare the data again") from None

    def sample(self, number: int, part: Part) -> Sample:
        entry = self.index[number]
        start, length = int(entry["offset"]), int(entry["length"])
        stored = self._bytes[start : start + length]
        try:
            if zlib.crc32(stored) != entry["crc"]:
                raise ValueError("its checksum differs")
            size = int(entry["size"])
            content = zlib.decompressobj().decompress(stored, max(1, min(size, MOST_BYTES)))
            if len(content) != size:
                raise ValueError("its size differs")
            height, width = int(entry["height"]), int(entry["width"])
            ink: list[npt.NDArray[np.float64]] | npt.NDArray[np.uint8]
            if height:
                ink = np.frombuffer(content, np.uint8).reshape(height, width)
            else:
                ink = _unpack_strokes(content)
            writer, source = self.origins[int(entry["origin"])]
            label = hangul.as_label(chr(int(entry["label"])))
            if label is None or not writer:
                raise ValueError("no label or no writer")
            return Sample(ink, label, writer, source, part)
        except (ValueError, IndexError, OverflowError, zlib.error) as error:
            raise DataError(
                f"{self._path}: sample {number}: damaged ({error}); prepare the data again"
            ) from None


class Shards:
    """The samples of one part of a prepared folder, by number.

    Any order may be read; the order of numbers is that of the files. Several processes may each
    open the folder, or share one object by fork or pickling.
    """

    def __init__(self, folder: Path, part: Part) -> None:
        """Raises DataError for a folder that `write` did not make or that is damaged."""
        self.manifest = Manifest.load(folder)
        self.part: Part = part
        self._folder = folder
        self._counts = self.manifest.shards.get(part, [])
        self._ends = np.cumsum(self._counts, dtype=np.int64)
        self._open: dict[int, _Shard] = {}

    def __getstate__(self) -> dict[str, Any]:
        # Another process maps the files anew; pickled, their contents would go along.
        return {**self.__dict__, "_open": {}}

    def __len__(self) -> int:
        return int(self._ends[-1]) if len(self._ends) else 0

    def __getitem__(self, number: int) -> Sample:
        """Sample 0 to len - 1. Raises IndexError beyond, DataError for a damaged one."""
        if not 0 <= number < len(self):
            raise IndexError(f"sample {number} of {len(self)}")
        shard = int(np.searchsorted(self._ends, number, side="right"))
        first = int(self._ends[shard]) - self._counts[shard]
        return self._shard(shard).sample(number - first, self.part)

    def __iter__(self) -> Iterator[Sample]:
        return (self[number] for number in range(len(self)))

    def labels(self) -> npt.NDArray[np.uint32]:
        """The code point of every sample's label, (len,); 4 bytes a sample."""
        if not self._counts:
            return np.zeros(0, np.uint32)
        numbers = range(len(self._counts))
        return np.concatenate([self._shard(number).index["label"] for number in numbers])

    def writers(self) -> npt.NDArray[np.uint32]:
        """A number for every sample's writer, (len,), the same wherever the writer is the same."""
        known: dict[str, int] = {}
        found = [np.zeros(0, np.uint32)]
        for number in range(len(self._counts)):
            shard = self._shard(number)
            writers = [known.setdefault(writer, len(known)) for writer, _ in shard.origins]
            found.append(np.array(writers, np.uint32)[shard.index["origin"]])
        return np.concatenate(found)

    def written_by(self, names: Collection[str]) -> npt.NDArray[np.bool_]:
        """Whether each sample's writer is one of these, (len,)."""
        found = [np.zeros(0, bool)]
        for number in range(len(self._counts)):
            shard = self._shard(number)
            theirs = np.array([writer in names for writer, _ in shard.origins], bool)
            found.append(theirs[shard.index["origin"]])
        return np.concatenate(found)

    def _shard(self, number: int) -> _Shard:
        if number not in self._open:
            path = shard_path(self._folder, self.part, number)
            self._open[number] = _Shard(path, self._counts[number])
        return self._open[number]
