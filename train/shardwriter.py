"""Writing shards: checks samples, leaves out repeated ink and splits people between parts.

The format is that of `train.shards`, which reads it.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
import sqlite3
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from edge_app import hangul
from edge_app.ink import check_strokes
from train.data import BadSamples, DataError, Sample, Source
from train.shards import (
    ENTRY,
    FORMAT,
    MAGIC,
    MANIFEST,
    MOST_BYTES,
    PARTS,
    TAIL,
    Manifest,
    shard_path,
)
from train.split import Part

SHARD_SAMPLES, SHARD_BYTES = 1 << 16, 1 << 26
"""A shard ends when it holds so many samples or bytes."""


def write(
    samples: Iterable[Sample],
    out: Path,
    source: Source,
    options: Mapping[str, Any],
    bad: BadSamples,
) -> Manifest:
    """Writes samples to a new folder, whole or not at all.

    Ink that came before is left out, and samples go to the part of their writer unless the
    collection assigned one. Memory does not grow with the number of samples: what was seen is
    kept in a file. bad is told of samples that cannot be used. Raises DataError where out is
    not empty or there is no sample, and whatever reading samples raises.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DataError(f"{out}: exists already; remove it or name another folder")
    out.parent.mkdir(parents=True, exist_ok=True)
    # Beside its place, so that it can be moved there at once.
    work = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}-"))
    try:
        content = work / "content"
        content.mkdir()
        counts = _Counts()
        with _Seen(work / "seen.sqlite") as seen, ExitStack() as files:
            writers = {part: files.enter_context(_PartWriter(content, part)) for part in PARTS}
            for sample in samples:
                _sort(sample, seen, writers, counts, bad)
            shards = {part: writer.finish() for part, writer in writers.items()}
        manifest = Manifest(
            format=FORMAT,
            source=source.name,
            licence=source.licence,
            url=source.url,
            options=dict(options),
            shards={part: numbers for part, numbers in shards.items() if numbers},
            labels=dict(sorted(counts.labels.items())),
            writers=dict(sorted(counts.writers.items())),
            duplicates=counts.duplicates,
            contradictions=counts.contradictions,
            left_out=bad.count,
        )
        if not manifest.samples:
            raise DataError(f"{out}: not written, as no sample was found{bad.said()}")
        text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1)
        (content / MANIFEST).write_text(f"{text}\n", encoding="utf-8")
        if out.exists():
            out.rmdir()  # empty, as seen above
        content.replace(out)
    finally:
        shutil.rmtree(work)
    return manifest


@dataclass
class _Counts:
    """What the manifest counts."""

    labels: Counter[str] = field(default_factory=Counter)
    writers: Counter[str] = field(default_factory=Counter)
    duplicates: int = 0
    contradictions: int = 0


def _sort(
    sample: Sample,
    seen: _Seen,
    writers: Mapping[Part, _PartWriter],
    counts: _Counts,
    bad: BadSamples,
) -> None:
    """Adds a sample to its part, unless it is bad or its ink came before."""
    try:
        packed = _pack(sample)
    except ValueError as error:
        bad(DataError(f"{sample.source}: {sample.label!r} by {sample.writer}: {error}"))
        return
    before = seen.label_of(packed, sample.label)
    if before is None:
        writers[sample.part].add(sample, packed)
        counts.labels[sample.label] += 1
        counts.writers[sample.writer] += 1
    elif before == sample.label:
        counts.duplicates += 1
    else:
        counts.contradictions += 1


class _Seen:
    """Which ink has come, by its hash, in a file: 5 million samples would take 500 MB as a set."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._base = sqlite3.connect(path, isolation_level=None)
        # The file is thrown away in any case, so nothing need survive a crash.
        self._base.execute("PRAGMA journal_mode=OFF")
        self._base.execute("PRAGMA synchronous=OFF")
        self._base.execute("PRAGMA cache_size=-32768")  # KiB
        self._base.execute("CREATE TABLE seen (ink BLOB PRIMARY KEY, label TEXT) WITHOUT ROWID")
        self._base.execute("BEGIN")

    def label_of(self, packed: _Packed, label: str) -> str | None:
        """The label that this ink came under before; None if it is new, which is noted."""
        size = f"{packed.height} {packed.width} ".encode()
        ink = hashlib.blake2b(size + packed.content, digest_size=16).digest()
        try:
            done = self._base.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (ink, label))
        except sqlite3.Error as error:
            raise OSError(f"{self._path}: {error}; make room on the disk") from None
        if done.rowcount:
            return None
        row = self._base.execute("SELECT label FROM seen WHERE ink = ?", (ink,)).fetchone()
        return str(row[0])

    def __enter__(self) -> _Seen:
        return self

    def __exit__(self, *_: object) -> None:
        self._base.close()


@dataclass(frozen=True)
class _Packed:
    """A sample's ink as bytes."""

    content: bytes
    height: int
    """Of an image, px; 0 for strokes."""
    width: int


def _pack(sample: Sample) -> _Packed:
    """Checks a sample and makes bytes of its ink. Raises ValueError saying what is wrong."""
    if hangul.as_label(sample.label) != sample.label:
        raise ValueError("its label is not one digit, jamo or syllable")
    if not sample.writer:
        raise ValueError("it names no writer")
    if not isinstance(sample.ink, np.ndarray):
        return _Packed(_pack_strokes(check_strokes(sample.ink)), 0, 0)
    image = sample.ink
    if image.ndim != 2 or image.dtype != np.uint8 or not image.size:
        raise ValueError("its image is not a 2-D uint8 array")
    if image.size > MOST_BYTES or max(image.shape) > 0xFFFF:
        raise ValueError(f"its image has {image.shape[1]}x{image.shape[0]} pixels")
    if image.min() == image.max():
        raise ValueError("its image is blank")
    return _Packed(image.tobytes(), *image.shape)


def _pack_strokes(strokes: list[npt.NDArray[np.float64]]) -> bytes:
    if not strokes:
        raise ValueError("it has no strokes")
    points = np.concatenate(strokes)
    if 8 * len(points) + 4 * len(strokes) + 4 > MOST_BYTES:
        raise ValueError(f"it has {len(points)} points")
    low = points.min(axis=0)
    with np.errstate(over="ignore"):
        extent = float((points.max(axis=0) - low).max())
    if not math.isfinite(extent):
        raise ValueError("a coordinate is no finite number")
    scaled = ((points - low) / (extent or 1.0)).astype("<f4")
    counts = np.array([len(strokes), *map(len, strokes)], "<u4")
    return bytes(counts.tobytes() + scaled.tobytes())


class _PartWriter:
    """Writes the shards of one part; leaving it without `finish` leaves a shard half written."""

    def __init__(self, folder: Path, part: Part) -> None:
        self._folder, self._part = folder, part
        self._shard: _ShardWriter | None = None
        self._counts: list[int] = []

    def __enter__(self) -> _PartWriter:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shard is not None:
            self._shard.file.close()

    def add(self, sample: Sample, packed: _Packed) -> None:
        if self._shard is None:
            path = shard_path(self._folder, self._part, len(self._counts))
            self._shard = _ShardWriter(path.open("wb"))
        self._shard.add(sample, packed)
        if self._shard.count == SHARD_SAMPLES or self._shard.file.tell() >= SHARD_BYTES:
            self._end(self._shard)

    def finish(self) -> list[int]:
        """Ends the last shard; returns the samples of each."""
        if self._shard is not None:
            self._end(self._shard)
        return self._counts

    def _end(self, shard: _ShardWriter) -> None:
        shard.end()
        self._counts.append(shard.count)
        self._shard = None


class _ShardWriter:
    """Writes one shard."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.count = 0
        self._index = bytearray()
        self._origins: dict[tuple[str, str], int] = {}
        file.write(MAGIC)

    def add(self, sample: Sample, packed: _Packed) -> None:
        stored = zlib.compress(packed.content, 6)
        entry = (
            self.file.tell(),
            len(stored),
            len(packed.content),
            zlib.crc32(stored),
            ord(sample.label),
            self._origins.setdefault((sample.writer, sample.source), len(self._origins)),
            packed.height,
            packed.width,
        )
        self._index += np.array(entry, ENTRY).tobytes()
        self.file.write(stored)
        self.count += 1

    def end(self) -> None:
        """Writes the tables and sees the file onto the disk."""
        origins = json.dumps(list(self._origins), ensure_ascii=False).encode()
        checksum = zlib.crc32(origins, zlib.crc32(self._index))
        with self.file as file:
            start = file.tell()
            file.write(self._index)
            file.write(origins)
            file.write(TAIL.pack(start, self.count, len(origins), checksum, MAGIC))
            file.flush()
            os.fsync(file.fileno())
