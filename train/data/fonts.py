"""Printed and hand-drawn type: every character of a label set that a font file really draws.

Files are read by FreeType (through Pillow), packed ones as they are, after `train.data.sfnt` has
seen that no size in them asks for too much memory. What a face covers is found by drawing: a
character that it lacks comes out as its .notdef glyph, so that one comparison tells missing
characters and look-alikes of that glyph. Reading the character map instead would trust what many
fonts map to boxes or to nothing.
"""

from __future__ import annotations

import hashlib
import io
import math
from collections import Counter
from collections.abc import Collection, Iterator, MutableMapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from edge_app import hangul
from train.data import DataError, Report, Sample, Source, find, give_up, sfnt
from train.split import part_of

SOURCE = Source("fonts", "each font's own, listed under options, licences", "")

SIZE = 64
"""Size of the type unless another is asked for, px to the em."""

SIZES = range(32, 257)
"""Sizes that can be asked for; below, some faces have bitmaps in place of their outlines."""

BORDER = 2
"""Paper put around each character, px: framing learns the paper's tone from an image's border."""

_MOST_EMS = 4
"""Longest side of a character, in em; swashes end below 3."""

_FAINT = 32
"""A character whose darkest pixel has less ink, of 255, counts as blank."""

_ABSENT = ("\ufdd0", "\U0001fffe", "\U0010ffff")
"""Code points that stand for no character (The Unicode Standard, section 23.7)."""


def read(
    paths: Sequence[Path],
    labels: Sequence[str] = hangul.KS_X_1001,
    size: int = SIZE,
    licences: MutableMapping[str, str] | None = None,
    bad: Report = give_up,
    only: Collection[str] | None = None,
) -> Iterator[Sample]:
    """The characters of font files, or of folders of them, as grey pictures, paper 255.

    size: px to the em, in `SIZES`. licences is filled with what each face that is drawn says of
    its licence, by the sample's writer, which is "file name/face". only: the writers to draw,
    where not all are wanted. A family of several weights is assigned to one part. Characters that
    a face draws blank, like .notdef or like one another are left out. Raises DataError, naming the
    file, for one that cannot be read or that has none of the labels, unless bad takes it.
    """
    if size not in SIZES:
        raise ValueError(f"size must be {SIZES[0]} to {SIZES[-1]} px, not {size}")
    for path in find(paths, *sfnt.ENDINGS, bad=bad):
        try:
            content = _content(path)
            faces = sfnt.names(content)
        except DataError as error:
            bad(error)
            continue
        except ValueError as error:
            bad(DataError(f"{path}: {error}"))
            continue
        for index, names in enumerate(faces):
            name = names.get(sfnt.FULL_NAME) or names.get(sfnt.FAMILY) or f"face {index}"
            writer = f"{path.name}/{name}"
            if only is not None and writer not in only:
                continue
            part = part_of(names.get(sfnt.WIDE_FAMILY) or names.get(sfnt.FAMILY) or writer)
            try:
                face = _Face(content, index, size, f"{path}: {name}")
                drawn = _drawn(face, labels, bad)
                if licences is not None:
                    licences[writer] = sfnt.licence(names)
                for label in drawn:
                    yield Sample(face.draw(label), label, writer, SOURCE.name, part)
            except DataError as error:
                bad(error)


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > sfnt.LARGEST:
            raise DataError(f"{path}: larger than {sfnt.LARGEST >> 20} MiB; subset it first")
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from None


class _Face:
    """One face at one size."""

    def __init__(self, content: bytes, index: int, size: int, place: str) -> None:
        """place: file and face, for errors. Raises DataError for what FreeType refuses."""
        self.place = place
        try:
            self._font = ImageFont.truetype(
                io.BytesIO(content),
                size,
                index,
                encoding="unic",  # a face without Unicode's code points is refused
                layout_engine=ImageFont.Layout.BASIC,
            )
        except (OSError, ValueError) as error:
            raise DataError(f"{place}: FreeType cannot read it ({error})") from None
        self._most = _MOST_EMS * size

    def draw(self, character: str) -> npt.NDArray[np.uint8]:
        """A character cut to its ink, with a border; (0, 0) for a blank one.

        Raises DataError for a damaged or far too large outline.
        """
        try:
            box = self._font.getbbox(character)
            left, top = math.floor(box[0]), math.floor(box[1])
            width, height = math.ceil(box[2]) - left, math.ceil(box[3]) - top
            # Checked before anything is drawn, as an outline may claim any size.
            if max(width, height) > self._most:
                raise DataError(
                    f"{self.place}: U+{ord(character):04X} is {width}x{height} px large"
                )
            image = Image.new("L", (width, height))
            ImageDraw.Draw(image).text((-left, -top), character, 255, self._font)
        except (OSError, ValueError) as error:
            if isinstance(error, DataError):
                raise
            raise DataError(
                f"{self.place}: U+{ord(character):04X} cannot be drawn ({error})"
            ) from None
        # Cut by what is drawn: Pillow's box holds the advance as well.
        ink = np.asarray(image.crop(image.getbbox()), np.uint8)
        if ink.max(initial=0) < _FAINT:
            return np.zeros((0, 0), np.uint8)
        grey = np.full((ink.shape[0] + 2 * BORDER, ink.shape[1] + 2 * BORDER), 255, np.uint8)
        grey[BORDER:-BORDER, BORDER:-BORDER] -= ink
        return grey


def _drawn(face: _Face, labels: Sequence[str], bad: Report) -> list[str]:
    """The labels that a face draws, each as itself.

    Only hashes are kept, and characters drawn again later: a face has up to 11,172 of them.
    """
    absent = {_hash(face.draw(character)) for character in _ABSENT}
    hashes = {}
    for label in labels:
        try:
            image = face.draw(label)
        except DataError as error:
            bad(error)
            continue
        if image.size:
            hashes[label] = _hash(image)
    counts = Counter(hashes.values())
    drawn = [label for label, hash_ in hashes.items() if counts[hash_] == 1 and hash_ not in absent]
    if not drawn:
        raise DataError(f"{face.place}: draws none of the {len(labels):,} labels")
    return drawn


def _hash(image: npt.NDArray[np.uint8]) -> bytes:
    shape = f"{image.shape} ".encode()
    return hashlib.blake2b(shape + image.tobytes(), digest_size=16).digest()


def read_faces(path: Path) -> frozenset[str]:
    """The faces that a UTF-8 file lists, a line each, as "file name/face"; # begins a comment.

    Raises DataError naming the file.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read ({error}); name a list of faces") from None
    found = frozenset(name for line in lines if (name := line.partition("#")[0].strip()))
    if not found:
        raise DataError(f'{path}: lists no face; write one a line, as "file name/face"')
    return found
