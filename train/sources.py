"""The sources that `prepare.py` makes shards of, each with its own options."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from edge_app import hangul
from train.data import (
    Report,
    Sample,
    Source,
    aihub,
    folder,
    fonts,
    form,
    hgu1,
    labels,
    omniglot,
    phd08,
    scans,
    strokes,
    traced,
    writers,
)
from train.shards import PARTS
from train.split import Part


@dataclass(frozen=True)
class ShardSource:
    """How one source is read."""

    help: str
    """What the paths are."""
    add_options: Callable[[ArgumentParser], object]
    """Adds the source's own options to its command."""
    read: Callable[[Namespace, Report], Iterator[Sample]]
    """The samples for parsed options, which hold the paths as well."""
    about: Callable[[Namespace], Source]
    """Name and licence, for the manifest."""
    more: Callable[[Namespace], str] = lambda _: ""
    """What else was seen while reading, to follow a sentence."""


def at_least(low: int) -> Callable[[str], int]:
    """An argument type: whole numbers from low on."""

    def number(text: str) -> int:
        if not text.isdecimal() or int(text) < low:
            raise ArgumentTypeError(f"must be a whole number from {low} on, not {text}")
        return int(text)

    return number


def add_folders(parser: ArgumentParser, **folders: str) -> None:
    """Adds options that take prepared folders, as lists of paths, by what each is for."""
    for name, text in folders.items():
        parser.add_argument(
            f"--{name}",
            type=Path,
            action="append",
            default=[],
            metavar="DIR",
            help=f"{text}; may be repeated",
        )


def add_part(parser: ArgumentParser, text: str) -> None:
    """Adds the option that says which part of the folders is measured, by default the test part."""
    parser.add_argument(
        "--part",
        type=_part,
        default="test",
        metavar="|".join(PARTS),
        help=f"{text} (default: %(default)s, which no training sees)",
    )


def _part(text: str) -> Part:
    for part in PARTS:
        if part == text:
            return part
    raise ArgumentTypeError(f"must be {', '.join(PARTS)}, not {text!r}")


def _phd08_options(parser: ArgumentParser) -> None:
    for field in fields(phd08.Selection):
        levels = getattr(phd08.ALL, field.name)
        parser.add_argument(
            f"--{field.name}",
            nargs="+",
            choices=levels,
            default=levels,
            metavar=levels[0],
            help=f"only these of {' '.join(levels)}",
        )


def _read_phd08(options: Namespace, bad: Report) -> Iterator[Sample]:
    chosen = {field.name: tuple(getattr(options, field.name)) for field in fields(phd08.Selection)}
    return phd08.read(options.paths, phd08.Selection(**chosen), bad)


def _hgu1_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--drop-tail",
        type=at_least(0),
        default=0,
        metavar="N",
        help="leave out the last N images of each file, which PE92 has often mislabelled",
    )


def _aihub_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--min-samples",
        type=at_least(1),
        default=1,
        metavar="N",
        help="leave out syllables with fewer samples than N",
    )
    parser.add_argument(
        "--stratified",
        action="store_true",
        help="spread every syllable over train, val and test, whoever wrote it, rather than keep "
        "people apart",
    )


def _folder_options(parser: ArgumentParser, name: str = "images") -> None:
    parser.add_argument("--name", default=name, help=f"name of the collection ({name})")
    parser.add_argument("--licence", default="not stated", help="licence of the images")


def _about_folder(options: Namespace) -> Source:
    return Source(options.name, options.licence, "")


def _page_options(parser: ArgumentParser, name: str) -> None:
    _folder_options(parser, name)
    parser.add_argument(
        "--writer",
        metavar="NAME",
        help="who wrote all pages, unless folders (a writer's pages each) or names like ann~1.jpg "
        "say it",
    )
    # Counted while reading: the manifest's options are written after that.
    parser.set_defaults(counts={"blank": 0})


def _blank_cells(options: Namespace) -> str:
    return f"; {options.counts['blank']:,} blank cells left out"


def _scans_options(parser: ArgumentParser) -> None:
    _page_options(parser, "scans")
    for way in ("rows", "columns"):
        parser.add_argument(
            f"--{way}", type=at_least(1), required=True, metavar="N", help=f"{way} of cells"
        )
    parser.add_argument(
        "--labels",
        default="ks2350",
        metavar="NAME",
        help="what the cells hold, in reading order: a text file, or one of "
        f"{', '.join(hangul.LABEL_SETS)} (ks2350)",
    )
    parser.add_argument(
        "--start",
        type=at_least(1),
        default=1,
        metavar="N",
        help="number of the label in the first cell of page 1 (1)",
    )


def _read_scans(options: Namespace, bad: Report) -> Iterator[Sample]:
    return scans.read(
        options.paths,
        labels.read(options.labels),
        options.rows,
        options.columns,
        options.start,
        options.writer,
        options.name,
        options.counts,
        bad,
    )


def _form_options(parser: ArgumentParser) -> None:
    _page_options(parser, "form")
    parser.add_argument(
        "--labels",
        default="ks2350",
        metavar="NAME",
        help="what `blank` made the form for, where that was a text file",
    )


def _read_form(options: Namespace, bad: Report) -> Iterator[Sample]:
    order = labels.read(options.labels)
    return form.read(options.paths, order, options.writer, options.name, options.counts, bad)


def _fonts_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--labels",
        choices=sorted(hangul.LABEL_SETS),
        default="ks2350",
        help="characters to draw, where the face has them (ks2350)",
    )
    parser.add_argument(
        "--size",
        type=int,
        choices=fonts.SIZES,
        default=fonts.SIZE,
        metavar="PX",
        help=f"size of the type, px to the em, {fonts.SIZES[0]} to {fonts.SIZES[-1]} (64)",
    )
    parser.add_argument(
        "--faces",
        metavar="FILE",
        help='only the faces that a text file lists, a line each, as "file name/face"; what it '
        "lists and the fonts lack is passed over",
    )
    # Filled while reading: the manifest's options are written after that.
    parser.set_defaults(licences={})


def _read_fonts(options: Namespace, bad: Report) -> Iterator[Sample]:
    labels = hangul.LABEL_SETS[options.labels]
    only = fonts.read_faces(Path(options.faces)) if options.faces else None
    return fonts.read(options.paths, labels, options.size, options.licences, bad, only)


def _traced_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--most",
        type=at_least(1),
        metavar="N",
        help="characters of each folder that are looked at, chosen by chance (default: all)",
    )
    # Filled while reading: the manifest's options are written after that.
    parser.set_defaults(licences={})


def _writers_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--no-doubtful",
        dest="doubtful",
        action="store_false",
        help="leave out what is hard to read even for a person",
    )


SHARD_SOURCES = {
    "phd08": ShardSource(
        "PHD08's original text files, or folders of them",
        _phd08_options,
        _read_phd08,
        lambda _: phd08.SOURCE,
    ),
    "hgu1": ShardSource(
        "HangulDB's .hgu1 files (PE92, SERI95, HanDB), or folders of them",
        _hgu1_options,
        lambda options, bad: hgu1.read(options.paths, options.drop_tail, bad),
        lambda _: hgu1.SOURCE,
    ),
    "aihub": ShardSource(
        "AI Hub's folders of handwriting, with .json files and images, or .json files among them",
        _aihub_options,
        lambda options, bad: aihub.read(
            options.paths, options.min_samples, options.stratified, bad
        ),
        lambda _: aihub.SOURCE,
    ),
    "folder": ShardSource(
        "folders of PNG or JPEG images, named or foldered by label (가_1.png or 가/1.png)",
        _folder_options,
        lambda options, bad: folder.read(options.paths, options.name, bad),
        _about_folder,
    ),
    "form": ShardSource(
        "photographs or scans of the filled form that `blank` makes, or folders of them",
        _form_options,
        _read_form,
        _about_folder,
        _blank_cells,
    ),
    "fonts": ShardSource(
        "TTF, OTF, TTC, WOFF or WOFF2 files, or folders of them",
        _fonts_options,
        _read_fonts,
        lambda _: fonts.SOURCE,
    ),
    "omniglot": ShardSource(
        "Omniglot's strokes_background.zip, or a folder of its files",
        lambda _: None,
        lambda options, bad: omniglot.read(options.paths, bad),
        lambda _: omniglot.SOURCE,
    ),
    "scans": ShardSource(
        "scanned pages of a ruled grid, a character in each cell, or folders of them",
        _scans_options,
        _read_scans,
        _about_folder,
        _blank_cells,
    ),
    "strokes": ShardSource(
        "pen strokes, .jsonl or .jsonl.gz, such as `hangul-pad export` writes, or folders of them",
        lambda _: None,
        lambda options, bad: strokes.read_all(options.paths, bad),
        lambda options: strokes.source(options.paths[0]),
    ),
    "traced": ShardSource(
        "folders that `fonts` prepared, whose training part is traced into strokes",
        _traced_options,
        lambda options, _: traced.read(options.paths, options.most, options.licences),
        lambda _: traced.SOURCE,
    ),
    "writers": ShardSource(
        "prepared .npz files of handwriting, or folders of them",
        _writers_options,
        lambda options, bad: writers.read(options.paths, options.doubtful, bad),
        lambda _: writers.SOURCE,
    ),
}
"""Sources by the name that the command line gives them."""
