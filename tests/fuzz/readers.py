"""Feeds damaged files to the readers of data: python tests/fuzz/readers.py phd08 --runs 100000

Every input is a valid one of `tests.sourcefiles`, damaged in ways drawn from a seed. A reader may
yield samples and may raise DataError with one sentence that names the file. Anything else, more
than ten seconds of computing for one input, or more than 512 MiB beyond what the start took, is a
failure: the run ends, keeps the input and says how to repeat it.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

# Run as a file, Python looks for modules beside it alone.
if not __package__:
    sys.path[0] = str(Path(__file__).resolve().parents[2])

import numpy as np

from edge_app import hangul
from tests import pages, sourcefiles
from train import shards, shardwriter
from train.data import (
    BadSamples,
    DataError,
    Report,
    Sample,
    Source,
    aihub,
    folder,
    fonts,
    form,
    hgu1,
    omniglot,
    phd08,
    scans,
    strokes,
    writers,
)

SECONDS = 10
"""Of computing for one input at most: on a busy machine the clock says nothing of a reader."""

MEMORY = 512 << 20
"""Bytes beyond what the process takes at its start."""

_WORDS = (
    b"\0",
    b"\xff",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"0",
    b"-1",
    b"99999999999",
    b"\r\n",
    b"\n",
    b" ",
    b"{",
    b"[",
    b"(",
    b"'",
    b"nan",
    b"1e999",
    b"\x80\x80",
)
"""What damaged and hostile files hold where something else belongs."""


def damage(content: bytes, chance: random.Random) -> bytes:
    """The content with one to four changes."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(data) + 1)
        length = min(len(data) - place, int(chance.expovariate(0.1)) + 1)
        kind = chance.randrange(7)
        if kind == 0:
            del data[place:]
        elif kind == 1:
            del data[place : place + length]
        elif kind == 2:
            data[place:place] = chance.randbytes(length)
        elif kind == 3:
            data[place : place + length] = chance.randbytes(length)
        elif kind == 4:
            word = chance.choice(_WORDS)
            data[place : place + chance.choice((0, len(word)))] = word
        elif kind == 5:
            other = chance.randrange(len(data) + 1)
            data[place:place] = data[other : other + length * 8]
        elif place < len(data):
            data[place] ^= 1 << chance.randrange(8)
    return bytes(data)


def _damage_word(content: bytes, chance: random.Random) -> bytes:
    """A file with up to eight of its 16-bit words replaced by extreme or random ones."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        place = 2 * chance.randrange(len(data) // 2)
        word = chance.choice((b"\0\0", b"\xff\xff", b"\x7f\xff", b"\x80\0", chance.randbytes(2)))
        data[place : place + 2] = word
    return bytes(data)


def _damage_member(content: bytes, chance: random.Random) -> bytes:
    """A zip with one file in it damaged and its checksums right, so that readers look inside."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = chance.choice(sorted(members))
    head = chance.choice((128, len(members[name])))  # more often than not the header
    members[name] = damage(members[name][:head], chance) + members[name][head:]
    result = BytesIO()
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members.items():
            archive.writestr(member, data)
    return result.getvalue()


_BLANK = zlib.compress(bytes(1 << 20))
"""Rows of pixels, more than most pictures here have."""

_CHUNKS = (
    b"IHDR",
    b"PLTE",
    b"tRNS",
    b"gAMA",
    b"iCCP",
    b"eXIf",
    b"tEXt",
    b"zTXt",
    b"iTXt",
    b"acTL",
    b"fcTL",
    b"fdAT",
    b"IDAT",
    b"IEND",
)


def _damage_chunk(content: bytes, chance: random.Random) -> bytes:
    """A PNG with a chunk damaged or added, its length and checksum right."""
    if not content.startswith(b"\x89PNG"):
        return damage(content, chance)
    chunks, place = [], 8
    while place < len(content):
        end = place + 8 + int.from_bytes(content[place : place + 4], "big")
        chunks.append((content[place + 4 : place + 8], content[place + 8 : end]))
        place = end + 4
    at = chance.randrange(len(chunks))
    kind, data = chunks[at]
    if chance.random() < 0.5:
        chunks[at] = kind, damage(data, chance)
    else:
        data = damage(chance.choice((bytes(26), data, _BLANK)), chance)
        chunks.insert(at + 1, (chance.choice(_CHUNKS), data))
    return content[:8] + b"".join(
        len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
        for kind, data in chunks
    )


_VALUES: tuple[Any, ...] = (
    None,
    True,
    "",
    "가",
    "가나",
    "\ud800\n",
    "../00000001.png\0",
    "00000000",
    [],
    {},
    [[[]]],
    -1,
    0.5,
    1e300,
    10**100,
    "x" * 5000,
)
"""What valid JSON may hold where something else belongs."""


def _damage_json(content: bytes, chance: random.Random) -> bytes:
    """JSON that is still valid, with one to four values others or gone; else a PNG's chunks."""
    if not content.startswith(b"{"):
        return _damage_chunk(content, chance)
    top: Any = json.loads(content)
    for _ in range(chance.randint(1, 4)):
        holder, inner, key = top, top, None
        while inner and isinstance(inner, dict | list) and (key is None or chance.random() < 0.9):
            holder = inner
            key = chance.choice(sorted(inner) if isinstance(inner, dict) else range(len(inner)))
            inner = holder[key]
        if key is not None and chance.random() < 0.2:
            del holder[key]
        elif key is not None:
            holder[key] = copy.deepcopy(chance.choice(_VALUES))
    return json.dumps(top).encode()


def _damage_tables(content: bytes, chance: random.Random) -> bytes:
    """A shard with its index or origins damaged and their checksum right."""
    start, count, length, _, magic = shards.TAIL.unpack(content[-shards.TAIL.size :])
    tables = bytearray(content[start : -shards.TAIL.size])
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(tables))
        word = chance.choice(_WORDS)[: len(tables) - place]
        tables[place : place + len(word)] = word
    tail = shards.TAIL.pack(start, count, length, zlib.crc32(tables), magic)
    return content[:start] + tables + tail


@dataclass(frozen=True)
class Target:
    """One reader, with valid files for it."""

    files: Callable[[], list[tuple[str, bytes]]]
    """Names and contents, one of which is damaged each time."""
    read: Callable[[Path, Report], Iterable[Sample]]
    """Reads a damaged file, lying among the others' names in a folder of its own."""
    inside: Callable[[bytes, random.Random], bytes] = damage
    """Damage that the format's own checksums do not catch."""


def _shard_files() -> list[tuple[str, bytes]]:
    ink = [np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([[1.0, 1.0]])]
    samples = [
        Sample(sourcefiles.glyph(1), "가", "ann", "test", "train"),
        Sample(ink, "ㄱ", "bob", "test", "train"),
        Sample(sourcefiles.glyph(2), "7", "ann", "test", "train"),
    ]
    with tempfile.TemporaryDirectory() as work:
        out = Path(work) / "out"
        shardwriter.write(samples, out, Source("test", "none", ""), {}, BadSamples(skip=False))
        return [(path.name, path.read_bytes()) for path in sorted(out.iterdir())]


def _read_shards(path: Path, bad: Report) -> Iterator[Sample]:
    opened = shards.Shards(path.parent, "train")
    for number in range(min(len(opened), 100)):
        try:
            yield opened[number]
        except DataError as error:
            bad(error)


def _strokes() -> list[tuple[str, bytes]]:
    line = {"label": "각", "writer": "ann", "strokes": [[[0, 0], [1, 0.5]], [[2, 2]]]}
    return [("pen.jsonl", f"{json.dumps(line)}\n{json.dumps(line)}\n".encode())]


def _aihub_files() -> list[tuple[str, bytes]]:
    """Both forms of annotations with their images."""
    boxed = sourcefiles.aihub("가", "나")
    boxed["annotations"][1]["bbox"] = [1, 2, 9, 12.5]
    word = sourcefiles.aihub_image("다.라", (0, 0, 12, 20), (12, 0, 14, 20), (14, 0, 30, 20))
    texts = [json.dumps(text, ensure_ascii=False).encode() for text in (boxed, word)]
    image = np.hstack([sourcefiles.glyph(1), sourcefiles.glyph(2)])
    return [
        ("a.json", texts[0]),
        ("b.json", texts[1]),
        ("c.json", json.dumps(boxed, indent=1).replace("\n", "\r\n").encode()),
        ("00000000.png", sourcefiles.picture(".png")),
        ("00000001.png", sourcefiles.picture(".png", sourcefiles.glyph(7))),
        ("00140001001.jpg", sourcefiles.picture(".jpg", image)),
    ]


def _pictures(name: str, page: pages.Image) -> list[tuple[str, bytes]]:
    """A page as the two kinds of picture."""
    return [(f"{name}{kind}", sourcefiles.picture(kind, page)) for kind in (".png", ".jpg")]


def _scans_files() -> list[tuple[str, bytes]]:
    cells = [pages.ink(number, 24) for number in range(3)]
    return _pictures("a", pages.turned(pages.grid([*cells, None], 2, 32), 1))


def _form_files() -> list[tuple[str, bytes]]:
    cells = {number: pages.ink(number, 30) for number in range(3)}
    return _pictures("a", pages.form(hangul.DIGITS, cells, dpi=80))


TARGETS = {
    "aihub": Target(
        _aihub_files,
        lambda path, bad: aihub.read([path.parent], 1, path.name < "b", bad),
        _damage_json,
    ),
    "phd08": Target(
        lambda: [("가.txt", sourcefiles.phd08()), ("나.txt", sourcefiles.phd08(end="\n"))],
        lambda path, bad: phd08.read([path], bad=bad),
    ),
    "form": Target(_form_files, lambda path, bad: form.read([path], bad=bad), _damage_chunk),
    "scans": Target(
        _scans_files,
        lambda path, bad: scans.read([path], tuple("가나다"), 2, 2, bad=bad),
        _damage_chunk,
    ),
    "hgu1": Target(
        lambda: [("a_train.hgu1", sourcefiles.hgu1())],
        lambda path, bad: hgu1.read([path], 1, bad),
    ),
    "folder": Target(
        lambda: [
            ("가.png", sourcefiles.picture(".png")),
            ("나.jpg", sourcefiles.picture(".jpg")),
            ("다.png", sourcefiles.picture(".png", np.full((9, 9, 4), 7, np.uint8))),
        ],
        lambda path, bad: folder.read([path], bad=bad),
        _damage_chunk,
    ),
    "fonts": Target(
        lambda: [
            ("a.ttf", sourcefiles.font_file()),
            ("b.woff", sourcefiles.font_file(flavour="woff")),
            ("c.woff2", sourcefiles.font_file(flavour="woff2")),
            ("d.ttc", sourcefiles.font_collection(sourcefiles.font(), sourcefiles.font("하"))),
        ],
        lambda path, bad: fonts.read([path], tuple("가나다라하"), bad=bad),
        _damage_word,
    ),
    "writers": Target(
        lambda: [
            ("a.npz", sourcefiles.npz(sourcefiles.cells())),
            ("b.npz", sourcefiles.npz(sourcefiles.cells(), packed=False)),
        ],
        lambda path, bad: writers.read([path], bad=bad),
        _damage_member,
    ),
    "omniglot": Target(
        lambda: [
            (f"Korean/character0{number}/000{number}_01.txt", text)
            for number, text in enumerate((b"START\n1.5,-2,0\n3,-4,9\nBREAK\n",) * 2, 1)
        ],
        lambda path, bad: omniglot.read([path.parents[2]], bad),
    ),
    "strokes": Target(_strokes, lambda path, _: strokes.read(path)),
    "shards": Target(
        _shard_files,
        _read_shards,
        lambda content, chance: (_damage_tables if content.startswith(shards.MAGIC) else damage)(
            content, chance
        ),
    ),
}


def _check(samples: Iterable[Sample]) -> int:
    """Reads to the end; returns how many samples. Raises AssertionError for a wrong one."""
    count = 0
    for sample in samples:
        count += 1
        assert sample.writer, "no writer"
        if isinstance(sample.ink, np.ndarray):
            assert sample.ink.ndim == 2 and sample.ink.dtype == np.uint8 and sample.ink.size
            assert hangul.as_label(sample.label) == sample.label, f"label {sample.label!r}"
        else:
            assert all(np.isfinite(stroke).all() and len(stroke) for stroke in sample.ink)
    return count


def run(name: str, runs: int, first: int, seed: int) -> Counter[str]:
    """Feeds one reader; returns how often what came of it. Raises what a reader must not."""
    target = TARGETS[name]
    files = target.files()
    results: Counter[str] = Counter()

    def bad(error: DataError) -> None:
        check(error)
        results["bad samples"] += 1

    def check(error: DataError) -> None:
        text = str(error).replace(str(place), "PLACE")
        assert "PLACE" in text and "\n" not in text, f"message {error}"
        # FreeType's words for a count that it refuses before it asks for any memory.
        text = text.lower().replace("array allocation size too large", "")
        assert "alloc" not in text and "memory" not in text, f"too much memory: {error}"

    for number in range(first, first + runs):
        chance = random.Random(f"{name} {seed} {number}")
        with tempfile.TemporaryDirectory(prefix="fuzz-") as work:
            place = Path(work)
            chosen = chance.randrange(len(files))
            for index, (file_name, content) in enumerate(files):
                if index == chosen:
                    harm = chance.choice((damage, target.inside))
                    content = harm(content, chance)
                    path = place / file_name
                sourcefiles.put(place / file_name, content)
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            try:
                results["samples"] += _check(target.read(path, bad))
            except DataError as error:
                check(error)
                results["refused"] += 1
            except BaseException:
                kept = Path(tempfile.mkdtemp(prefix=f"{name}-{number}-"))
                shutil.copytree(place, kept, dirs_exist_ok=True)
                print(f"failed; input in {kept}; again: {name} --first {number} --runs 1")
                raise
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)
    results["inputs"] = runs
    return results


def _overdue(*_: object) -> None:
    raise TimeoutError(f"more than {SECONDS} s of computing for one input")


def main() -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("reader", choices=sorted(TARGETS))
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    signal.signal(signal.SIGPROF, _overdue)
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, taken + MEMORY))
    start = time.monotonic()
    results = run(options.reader, options.runs, options.first, options.seed)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    counted = ", ".join(f"{number:,} {what}" for what, number in results.items())
    print(f"{options.reader}: {counted}; {time.monotonic() - start:.0f} s, peak {peak} MiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
