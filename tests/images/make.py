"""Makes the picture set of this folder: python tests/images/make.py

Simulated, not taken: our own sample ink is drawn on sheets that are then lit, shaded, tilted,
blurred, grained and compressed as photographs and scans are. Everything is seeded. The files are
checked in because encoders differ between versions; `images.json` says what each one holds.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from edge_app import samples

HERE = Path(__file__).parent
WIDTH, HEIGHT = 640, 480
"""Of the simulated photographs, px."""

Picture = npt.NDArray[np.float32]
"""(height, width) reflectance or brightness, 0 black to 1 white."""

_INK = {sample.label: sample.strokes for sample in samples.load()}


def write(
    sheet: Picture,
    label: str,
    *,
    height: float = 220,
    pen: float = 9,
    tone: float = 0.12,
    at: tuple[float, float] = (0.5, 0.5),
) -> Picture:
    """A digit on a sheet: height and pen in px, the middle at a share of the sheet's sides."""
    points = np.concatenate(_INK[label])
    low, high = points.min(axis=0), points.max(axis=0)
    scale = height / (high[1] - low[1])
    middle = np.multiply(at, sheet.shape[::-1])
    lines = [(stroke - (low + high) / 2) * scale + middle for stroke in _INK[label]]
    fixed = [np.rint(line * 16).astype(np.int32) for line in lines]
    ink = np.zeros(sheet.shape, np.uint8)
    cv2.polylines(ink, fixed, False, 255, round(pen), cv2.LINE_AA, 4)
    cover = cv2.GaussianBlur(ink, (0, 0), 0.8).astype(np.float32) / 255
    return np.asarray(sheet * (1 - cover) + tone * cover, np.float32)


def paper(rng: np.random.Generator, tone: float = 0.86, grain: float = 0.012) -> Picture:
    """An empty sheet: fibres of a few pixels on an even tone."""
    fibres = cv2.GaussianBlur(rng.normal(0, 1, (HEIGHT, WIDTH)).astype(np.float32), (0, 0), 1.5)
    return np.asarray(tone + grain * fibres / fibres.std(), np.float32)


def ruled(sheet: Picture, step: int, *, grid: bool = False, tone: float = 0.72) -> Picture:
    """Printed lines every step px; squares where grid is set."""
    sheet = sheet.copy()
    sheet[step // 2 :: step] = tone
    if grid:
        sheet[:, step // 2 :: step] = tone
    return sheet


def lit(sheet: Picture, *, towards: tuple[float, float] = (0.2, 0.1), fall: float = 0.5) -> Picture:
    """Light from one side: full at a share of the sheet's sides, less by fall at the far end."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    far = np.hypot(x / WIDTH - towards[0], y / HEIGHT - towards[1])
    return np.asarray(sheet * (1 - fall * far / far.max()), np.float32)


def shaded(sheet: Picture, depth: float = 0.45) -> Picture:
    """The soft shadow of a hand or a phone over one corner."""
    shade = np.zeros(sheet.shape, np.float32)
    corner = np.array([(WIDTH * 0.35, HEIGHT), (WIDTH * 0.75, HEIGHT * 0.3), (WIDTH, HEIGHT * 0.2)])
    outline = np.concatenate((corner, [(WIDTH, HEIGHT)])).astype(np.int32)
    cv2.fillPoly(shade, [outline], 1.0)
    return np.asarray(sheet * (1 - depth * cv2.GaussianBlur(shade, (0, 0), 25)), np.float32)


def tilted(sheet: Picture, *, table: float = 0.18, inset: float = 0.07) -> Picture:
    """The sheet seen from aside, on a table of its own tone that shows around it."""
    w, h = WIDTH, HEIGHT
    corners = np.array([(0, 0), (w, 0), (w, h), (0, h)], np.float32)
    shares = [(inset * 1.6, inset), (1 - inset, inset * 0.4), (1 - inset * 0.3, 1 - inset), (0, 1)]
    seen = np.array([(x * w, y * h) for x, y in shares], np.float32)
    turn = cv2.getPerspectiveTransform(corners, seen)
    view = cv2.warpPerspective(sheet, turn, (w, h), borderValue=(table,))
    return np.asarray(view, np.float32)


def on_wood(sheet: Picture, rng: np.random.Generator) -> Picture:
    """The sheet seen from aside on a grained wooden desk."""
    grain = cv2.GaussianBlur(
        rng.normal(0, 1, sheet.shape).astype(np.float32), (0, 0), 40, None, 1.5
    )
    wood = 0.3 + 0.05 * grain / grain.std()
    view = tilted(sheet, table=-1, inset=0.12)
    return np.asarray(np.where(view < 0, wood, view), np.float32)


def taken(
    scene: Picture, rng: np.random.Generator, *, blur: float = 0.7, noise: float = 0.015
) -> npt.NDArray[np.uint8]:
    """What a small camera makes of a scene: unsharp, with noise in every pixel."""
    view = cv2.GaussianBlur(scene, (0, 0), blur) + rng.normal(0, noise, scene.shape)
    return np.asarray(np.clip(view * 255, 0, 255).round(), np.uint8)


def _chalk(label: str, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    board = write(paper(rng, 0.2, 0.03), label, height=260, pen=14, tone=0.85)
    dust = cv2.GaussianBlur(rng.random(board.shape, np.float32), (0, 0), 1.2)
    return taken(lit(board - 0.25 * (board > 0.4) * (dust > 0.52), fall=0.4), rng)


PHOTOS: dict[str, Callable[[str, np.random.Generator], npt.NDArray[np.uint8]]] = {
    "window-light": lambda d, rng: taken(lit(write(paper(rng), d), fall=0.6), rng),
    "hand-shadow": lambda d, rng: taken(shaded(write(paper(rng), d)), rng),
    "corner-small": lambda d, rng: taken(
        lit(write(paper(rng), d, height=110, pen=6, at=(0.75, 0.65))), rng
    ),
    "dark-table": lambda d, rng: taken(lit(tilted(write(paper(rng), d)), fall=0.3), rng),
    "wooden-desk": lambda d, rng: taken(shaded(on_wood(write(paper(rng), d), rng)), rng),
    "light-table": lambda d, rng: taken(tilted(write(paper(rng), d), table=0.55), rng),
    "blurry": lambda d, rng: taken(lit(write(paper(rng), d), fall=0.3), rng, blur=5),
    "pencil": lambda d, rng: taken(lit(write(paper(rng), d, pen=3, tone=0.5), fall=0.3), rng),
    "felt-pen": lambda d, rng: taken(shaded(write(paper(rng), d, pen=24, tone=0.05)), rng),
    "dim-room": lambda d, rng: taken(lit(write(paper(rng), d) * 0.3, fall=0.4), rng, noise=0.02),
    "ruled": lambda d, rng: taken(lit(write(ruled(paper(rng), 60), d), fall=0.3), rng),
    "grid": lambda d, rng: taken(lit(write(ruled(paper(rng), 40, grid=True), d), fall=0.3), rng),
    "blackboard": _chalk,
}
"""Kinds of photograph; each draws one digit."""


def _jpeg(image: npt.NDArray[np.uint8], quality: int = 72) -> bytes:
    return _pillow(Image.fromarray(image), "JPEG", quality=quality)


def _png(image: npt.NDArray[Any]) -> bytes:
    return cv2.imencode(".png", image)[1].tobytes()


def _pillow(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _transparent(label: str, tone: int) -> bytes:
    ink = 255 - samples.draw(_INK[label], pen=10)
    return _png(np.dstack([np.full((*ink.shape, 3), tone, np.uint8), ink]))


def _turned(label: str, rng: np.random.Generator) -> bytes:
    """Lies on its side in the file; the EXIF note (orientation 6) sets it upright."""
    image = Image.fromarray(np.rot90(PHOTOS["hand-shadow"](label, rng)).copy())
    exif = Image.Exif()
    exif[0x0112] = 6
    return _pillow(image, "JPEG", quality=72, exif=exif)


def make() -> dict[str, tuple[bytes, dict[str, str | None]]]:
    """Every file: its name, its bytes, and what the manifest says of it.

    label: what a reader should see, null for an empty sheet; or refused: a word of the reason.
    """
    files: dict[str, tuple[bytes, dict[str, str | None]]] = {}

    def add(name: str, content: bytes, label: str | None, what: str) -> None:
        files[name] = content, {"label": label, "what": what}

    def refuse(name: str, content: bytes, reason: str, what: str) -> None:
        files[name] = content, {"refused": reason, "what": what}

    rng = np.random.default_rng(2024)
    for (kind, photo), label in zip(PHOTOS.items(), "2534076193582", strict=True):
        add(f"photo-{kind}-{label}.jpg", _jpeg(photo(label, rng)), label, "simulated photograph")
    add("photo-empty.jpg", _jpeg(taken(lit(paper(rng)), rng)), None, "photograph of an empty sheet")
    page = write(paper(rng, 0.97, 0.01), "3", height=300, pen=12)
    scan = np.asarray(np.clip(page * 255, 0, 255), np.uint8)
    scan[:, :14] = np.linspace(90, 240, 14).astype(np.uint8)
    add("scan-edge-3.jpg", _jpeg(scan), "3", "scan with a dark edge where the lid stood open")
    bilevel = cv2.resize(samples.draw(_INK["7"]), (400, 400)) > 128
    add("scan-bilevel-7.png", _pillow(Image.fromarray(bilevel), "PNG"), "7", "1-bit scan")
    dark = 255 - samples.draw(_INK["0"], pen=12)
    add("white-on-black-0.png", _png(dark), "0", "light ink on a black screen")
    add("transparent-dark-ink-4.png", _transparent("4", 20), "4", "dark ink, no ground")
    add("transparent-light-ink-6.png", _transparent("6", 250), "6", "light ink, no ground")
    palette = Image.fromarray(samples.draw(_INK["9"])).convert("P")
    add("palette-9.png", _pillow(palette, "PNG", transparency=255), "9", "palette, clear ground")
    deep = samples.draw(_INK["5"]).astype(np.uint16) * 200 + 7000
    add("sixteen-bit-5.png", _png(deep), "5", "16-bit grey")
    blue = Image.merge(
        "RGB", [Image.fromarray(np.maximum(samples.draw(_INK["8"]), low)) for low in (20, 40, 170)]
    )
    cmyk = _pillow(blue.convert("CMYK"), "JPEG", quality=80)
    add("cmyk-8.jpg", cmyk, "8", "blue ink, saved for print (CMYK)")
    add("사진-누운-2.jpg", _turned("2", rng), "2", "on its side, upright by its EXIF note")
    refuse("empty-file.png", b"", "empty", "0 bytes")
    whole = _png(samples.draw(_INK["1"]))
    refuse("cut-short.png", whole[: len(whole) // 2], "cut short", "first half of a PNG")
    entire = _jpeg(PHOTOS["felt-pen"]("1", rng))
    refuse("cut-short.jpg", entire[: len(entire) // 3], "cut short", "first third of a JPEG")
    refuse("text.png", b"This is a note, not a picture.\n", "not an image", "text named .png")
    return files


def main() -> None:
    """Writes the files and their manifest beside this script."""
    manifest = {}
    for name, (content, facts) in make().items():
        (HERE / name).write_bytes(content)
        manifest[name] = facts
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    (HERE / "images.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
