"""Turns data sets as they are published into the files that training reads.

python train/prepare.py fetch mnist --out data/mnist
python train/prepare.py unipen unipen-CDROM-train_r01_v07.tgz --out data
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

# Run as a file, Python looks for modules beside it and would take train.py for the package.
if not __package__:
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import numpy as np

from train.data import DataError, Sample, Source, mnist, strokes, unipen
from train.files import replace, write_json


@dataclass(frozen=True)
class Preparation:
    """How one source of pen ink is prepared."""

    read: Callable[[Path, Callable[[DataError], None]], Iterator[Sample]]
    """Yields the samples of a path; the second argument is told of each bad one."""
    source: Source
    """The collection, for the file's .source.json."""
    file: str
    """Name of the file that is written."""
    help: str
    """What the path is."""


SOURCES = {
    "unipen": Preparation(
        unipen.read,
        unipen.SOURCE,
        "unipen_digits.jsonl.gz",
        "UNIPEN train_r01_v07 (doi:10.5281/zenodo.1195803): its archive or top folder",
    ),
}
"""Sources by the name that the command line gives them."""

FETCHES = {"mnist": mnist.fetch}
"""Data sets that can be downloaded, by name."""


def line(number: int, sample: Sample) -> str:
    """A sample of strokes as the JSON object that `train.data.strokes` reads.

    Strokes are moved to 0 and scaled so that their longer side is 1.
    """
    points = np.concatenate(list(sample.ink))
    low = points.min(axis=0)
    extent = float((points.max(axis=0) - low).max()) or 1.0
    strokes = [np.round((stroke - low) / extent, 4).tolist() for stroke in sample.ink]
    fields = {
        "id": f"u{number:05}",
        "label": sample.label,
        "writer": sample.writer,
        "src": sample.source,
        "strokes": strokes,
    }
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def write(samples: Iterable[Sample], path: Path) -> int:
    """Writes samples as gzipped JSON Lines, whole or not at all; returns how many.

    Raises DataError where there is none, and whatever reading them raises.
    """
    written = 0

    def fill(place: Path) -> None:
        nonlocal written
        # No time stamp: the same samples give the same file.
        with place.open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
            for sample in samples:
                file.write(f"{line(written, sample)}\n".encode())
                written += 1
        if not written:
            raise DataError(f"{path}: not written, as no sample was found")

    path.parent.mkdir(parents=True, exist_ok=True)
    replace(path, fill)
    return written


def prepare(source: Preparation, path: Path, out: Path, skip_bad: bool) -> str:
    """Writes out/FILE from a source's path; returns a sentence that says what was done."""
    skipped: list[DataError] = []

    def bad(error: DataError) -> None:
        if not skip_bad:
            raise DataError(f"{error}; --skip-bad leaves such samples out")
        skipped.append(error)

    target = out / source.file
    count = write(source.read(path, bad), target)
    write_json(strokes.source_file(target), asdict(source.source))
    done = f"{target}: {count:,} samples"
    if skipped:
        done += f"; {len(skipped):,} left out, the first: {skipped[0]}"
    return done


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="prepare.py", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    commands = parser.add_subparsers(dest="source", required=True, metavar="SOURCE")
    fetch = commands.add_parser("fetch", help="download a data set")
    fetch.add_argument("name", choices=sorted(FETCHES))
    fetch.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write to")
    for name, source in SOURCES.items():
        command = commands.add_parser(name, help=source.help)
        command.add_argument("path", type=Path, help=source.help)
        command.add_argument(
            "--out", type=Path, required=True, metavar="DIR", help=f"folder for {source.file}"
        )
        command.add_argument(
            "--skip-bad", action="store_true", help="leave out what cannot be read and count it"
        )
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        if options.source == "fetch":
            print(FETCHES[options.name](options.out))
        else:
            source = SOURCES[options.source]
            print(prepare(source, options.path, options.out, options.skip_bad))
    except (DataError, OSError) as error:
        print(f"prepare.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
