"""Turns data sets as they are published into the files that training reads.

python train/prepare.py fetch mnist --out data/mnist
python train/prepare.py unipen unipen-CDROM-train_r01_v07.tgz --out data
python train/prepare.py phd08 PHD08 --noise 0 --resolution 2 --threshold 1 --out data/phd08
python train/prepare.py fetch fonts-npm --out fonts/npm
python train/prepare.py fonts fonts --labels all11172 --out data/fonts
python train/prepare.py traced data/fonts --out data/traced
python train/prepare.py scans scan_data --rows 14 --columns 9 --out data/scans
python train/prepare.py blank --labels ks2350 --out form.pdf
python train/prepare.py form photographs --out data/class
python train/prepare.py strokes me.jsonl.gz --out data/me
python train/prepare.py sheet data/phd08 --out phd08.png
python train/prepare.py sheet data/fonts --loosened --out loosened.png
python train/prepare.py sheet --synthetic --out synthetic.png
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

# Run as a file, Python looks for modules beside it and would take train.py for the package.
if not __package__:
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import numpy as np

from edge_app import hangul
from train import contact
from train.data import (
    BadSamples,
    DataError,
    Report,
    Sample,
    Source,
    fontpackages,
    formlayout,
    github,
    labels,
    mnist,
    strokes,
    unipen,
)
from train.files import replace, write_json
from train.shards import PARTS, Manifest
from train.shardwriter import write as write_shards
from train.sources import SHARD_SOURCES, at_least


@dataclass(frozen=True)
class Preparation:
    """How one source of pen ink is prepared."""

    read: Callable[[Path, Report], Iterator[Sample]]
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
"""Sources of pen ink by the name that the command line gives them."""

FETCHES: dict[str, fontpackages.Fetch] = {
    "fonts-debian": fontpackages.fetch_debian,
    "fonts-npm": fontpackages.fetch_npm,
    "hangul-db": partial(github.fetch, github.HANGUL_DB),
    "hhr-skku": partial(github.fetch, github.HHR_SKKU),
    "mnist": mnist.fetch,
    "omniglot": partial(github.fetch, github.OMNIGLOT),
}
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
    bad = BadSamples(skip_bad)
    target = out / source.file
    count = write(source.read(path, bad), target)
    write_json(strokes.source_file(target), asdict(source.source))
    return f"{target}: {count:,} samples{bad.said()}"


def prepare_shards(options: argparse.Namespace) -> str:
    """Writes a folder of shards from a source's paths; returns what was done."""
    source = SHARD_SOURCES[options.source]
    bad = BadSamples(options.skip_bad)
    general = ("source", "paths", "out", "skip_bad")
    own = {name: value for name, value in vars(options).items() if name not in general}
    samples = source.read(options, bad)
    manifest = write_shards(samples, options.out, source.about(options), own, bad)
    return f"{options.out}: {_summary(manifest)}{source.more(options)}{bad.said()}"


def _summary(manifest: Manifest) -> str:
    parts = [f"{part} {sum(manifest.shards[part]):,}" for part in PARTS if part in manifest.shards]
    text = (
        f"{manifest.samples:,} samples ({', '.join(parts)}) of {len(manifest.labels):,} labels "
        f"by {len(manifest.writers):,} writers or fonts"
    )
    if manifest.duplicates:
        text += f"; {manifest.duplicates:,} repeated ones left out"
    if manifest.contradictions:
        text += f"; {manifest.contradictions:,} left out whose ink also has another label"
    return text


def draw_sheet(options: argparse.Namespace) -> str:
    """Writes a contact sheet; returns its path."""
    if options.synthetic:
        written = hangul.LABEL_SETS[options.labels]
        sheet = contact.draw_synthetic(options.samples, options.seed, written)
    else:
        sheet = contact.draw(
            options.folder,
            [options.part] if options.part else PARTS,
            options.samples,
            options.seed,
            loosened=options.loosened,
        )
    contact.save(sheet, options.out)
    return str(options.out)


def make_form(name: str, paper: str, out: Path) -> str:
    """Writes the form for the labels of a name; returns what was done."""
    # Matplotlib takes longer to import than all the rest, and nothing else needs it.
    from train.data import formpdf

    order = labels.read(name)
    count = formpdf.write(order, paper, out)
    return f"{out}: {count:,} pages for {len(order):,} labels"


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
    for name, shard_source in SHARD_SOURCES.items():
        command = commands.add_parser(name, help=shard_source.help)
        command.add_argument("paths", type=Path, nargs="+", metavar="PATH", help=shard_source.help)
        command.add_argument(
            "--out", type=Path, required=True, metavar="DIR", help="new folder for the shards"
        )
        command.add_argument(
            "--skip-bad", action="store_true", help="leave out what cannot be read and count it"
        )
        shard_source.add_options(command)
    blank = commands.add_parser("blank", help="make a form to print, to be filled by hand")
    blank.add_argument(
        "--labels",
        default="ks2350",
        metavar="NAME",
        help="what to ask for: a text file of characters, or one of "
        f"{', '.join(hangul.LABEL_SETS)} (ks2350)",
    )
    blank.add_argument(
        "--paper", choices=sorted(formlayout.PAPERS), default="a4", help="size of the sheets (a4)"
    )
    blank.add_argument("--out", type=Path, required=True, metavar="PDF", help="file to write")
    sheet = commands.add_parser("sheet", help="draw samples of a prepared folder with labels")
    shown = sheet.add_mutually_exclusive_group(required=True)
    shown.add_argument("folder", type=Path, nargs="?", metavar="DIR", help="folder of shards")
    shown.add_argument(
        "--synthetic", action="store_true", help="writers who do not exist, a row to each"
    )
    sheet.add_argument(
        "--labels",
        choices=("all11172", "jamo", "ks2350"),
        default="ks2350",
        help="what --synthetic writers write (ks2350)",
    )
    sheet.add_argument("--out", type=Path, required=True, metavar="PNG", help="picture to write")
    sheet.add_argument("--part", choices=PARTS, help="of a folder only this part")
    sheet.add_argument(
        "--loosened",
        action="store_true",
        help="a folder's type, traced or not, as training makes it look written",
    )
    sheet.add_argument(
        "--samples", type=at_least(1), default=240, metavar="N", help="how many (240)"
    )
    sheet.add_argument("--seed", type=at_least(0), default=0, help="another seed draws others")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        if options.source == "fetch":
            print(FETCHES[options.name](options.out))
        elif options.source == "sheet":
            print(draw_sheet(options))
        elif options.source == "blank":
            print(make_form(options.labels, options.paper, options.out))
        elif options.source in SHARD_SOURCES:
            print(prepare_shards(options))
        else:
            source = SOURCES[options.source]
            print(prepare(source, options.path, options.out, options.skip_bad))
    except (DataError, OSError) as error:
        print(f"prepare.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
