"""Small files in the formats of the data sources, written here from the formats' descriptions."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont

Image = npt.NDArray[np.uint8]


def glyph(number: int, height: int = 20, width: int = 16) -> Image:
    """A picture, paper 255, with ink that no other number below 200 has."""
    image = np.full((height, width), 255, np.uint8)
    image[3:-3, 4:6] = 0
    image[height // 2, 6:-2] = number
    return image


def phd08(
    names: Sequence[str] = ("B_0_0_0_0_0", "H1_1_2_0_1_2", "Y_2_2_2_2_2"),
    end: str = "\r\n",
    column: int = 2,
) -> bytes:
    """A text file of PHD08 with a sample for each name, the first 50 all of different heights.

    column: where their upright stroke stands, 0 to 6.
    """
    lines = []
    for number, name in enumerate(names):
        bits = np.zeros((5 + number % 50, 7), int)
        bits[:, column] = bits[1, column:] = 1
        rows = ["".join(map(str, row)) for row in bits]
        lines += [name, f"{len(rows)} 7", *rows, ""]
    return "".join(f"{line}{end}" for line in lines).encode()


def hgu1(text: str = "가가가가", first: int = 0) -> bytes:
    """An .hgu1 file with an image for each character; first: number of the first one's glyph."""
    content = b"HGU1    "
    for number, label in enumerate(text, first):
        image = glyph(number, 20, 16 + number % 3)
        sides = bytes((image.shape[1], image.shape[0]))
        content += label.encode("euc_kr") + sides + bytes(2) + image.tobytes()
    return content


def cells(text: str = "가나다라", **changed: Any) -> dict[str, npt.NDArray[Any]]:
    """The arrays of prepared handwriting; changed: arrays in place of these."""
    count = len(text)
    arrays = {
        "images": np.stack([glyph(number) for number in range(count)]),
        "labels": np.array([ord(label) for label in text], np.int32),
        "doubt": np.arange(count) == 1,
        "hand": (np.arange(count) % 2).astype(np.uint8),
        "scale": np.ones(count, np.float32),
    }
    return {**arrays, **changed}


def npz(arrays: dict[str, npt.NDArray[Any]], packed: bool = True) -> bytes:
    """Arrays as numpy saves them."""
    file = io.BytesIO()
    (np.savez_compressed if packed else np.savez)(file, allow_pickle=False, **arrays)
    return file.getvalue()


def picture(ending: str, image: Image | None = None) -> bytes:
    """An image file."""
    done, content = cv2.imencode(ending, glyph(0) if image is None else image)
    assert done
    return content.tobytes()


def aihub(*texts: str, **changed: Any) -> dict[str, Any]:
    """AI Hub's annotations of 2019, with a syllable for each text; changed: members in place."""
    numbers = [f"{number:08}" for number in range(len(texts))]
    attributes = {"type": "글자(음절)", "gender": "여", "age": "20", "job": "학생"}
    return {
        "info": {"name": "Text in images", "date_created": "2019-10-14"},
        "licenses": [{"id": "0", "name": "AI Hub"}],
        "images": [
            {"id": number, "file_name": f"{number}.png", "width": 16, "height": 20}
            for number in numbers
        ],
        "annotations": [
            {"id": number, "image_id": number, "text": text, "attributes": attributes}
            for number, text in zip(numbers, texts, strict=True)
        ],
        **changed,
    }


def aihub_image(text: str, *boxes: Sequence[float], writer: str = "001") -> dict[str, Any]:
    """AI Hub's JSON of 2020 for one image: a letter, or with boxes a word of so many."""
    kind = "word" if boxes else "letter"
    word = [{"charbox": list(box), "value": sign} for box, sign in zip(boxes, text, strict=False)]
    return {
        "info": {"name": "Korean OCR Data Set"},
        "image": {"file_name": "00140001001.jpg", "width": 40, "height": 20, "dpi": 300},
        "text": {"type": kind, "output": "handwrite", kind: word or {"value": text}},
        "license": {"writer_no": writer, "writer_gender": "female", "writer_age": "40"},
    }


def put(path: Path, content: bytes) -> Path:
    """Writes a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def font(text: str = "가나다라", box: str = "", blank: str = "", same: str = "") -> TTFont:
    """A small face with a bar for each character of text, each of another height.

    box: more characters, drawn exactly as .notdef is; blank: drawn as nothing; same: all drawn
    alike. Its licence and family are named.
    """
    outlines = {".notdef": (0, 800), **{f"bar{n}": (n, 200 + 20 * n) for n in range(len(text))}}
    outlines |= {f"box{n}": (0, 800) for n in range(len(box))}
    outlines |= {f"same{n}": (300, 100) for n in range(len(same))}
    outlines |= {f"blank{n}": (0, 0) for n in range(len(blank))}
    glyphs = {}
    for name, (left, height) in outlines.items():
        pen = TTGlyphPen(None)
        if height:
            pen.moveTo((left, 0))
            for point in ((left, height), (left + 300, height), (left + 300, 0)):
                pen.lineTo(point)
            pen.closePath()
        glyphs[name] = pen.glyph()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(list(glyphs))
    kinds = {"bar": text, "box": box, "same": same, "blank": blank}
    codes = {ord(c): f"{kind}{n}" for kind, of in kinds.items() for n, c in enumerate(of)}
    builder.setupCharacterMap(codes)
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics(dict.fromkeys(glyphs, (900, 0)))
    builder.setupHorizontalHeader(ascent=900, descent=-100)
    named = {"familyName": "Bars", "styleName": "Bold", "fullName": "막대 Bars Bold"}
    stated = {
        "licenseDescription": "SIL OFL\n 1.1",
        "licenseInfoURL": "https://openfontlicense.org",
    }
    builder.setupNameTable({**named, **stated, "typographicFamily": "Bars of all weights"})
    builder.setupOS2()
    builder.setupPost()
    return builder.font


def font_file(face: TTFont | None = None, flavour: str | None = None) -> bytes:
    """A face as a file: plain, or packed as "woff" or "woff2"."""
    face = font() if face is None else face
    face.flavor = flavour
    file = io.BytesIO()
    face.save(file)
    return file.getvalue()


def font_collection(*faces: TTFont) -> bytes:
    """Faces as a .ttc."""
    collection = TTCollection()
    collection.fonts = list(faces)
    file = io.BytesIO()
    collection.save(file)
    return file.getvalue()
