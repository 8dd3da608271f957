"""Pages of handwriting as a scanner or a camera sees them, drawn here."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from edge_app.ink import InkSettings, frame
from train.data import formlayout, formpdf

Image = npt.NDArray[np.uint8]

_FRAME = InkSettings(size=48, margin=3)

MARGIN = 30
"""Paper around a grid, px."""


def ink(number: int, side: int, pen: int = 2) -> Image:
    """Four strokes that no other number has, on white, side px square."""
    chance = np.random.default_rng(number)
    image = np.full((side, side), 255, np.uint8)
    for _ in range(4):
        points = chance.uniform(0.12, 0.88, (3, 2)) * side * 16
        cv2.polylines(image, [points.astype(np.int32)], False, 30, pen, cv2.LINE_AA, 4)
    return image


def lay(page: Image, image: Image, left: int, top: int) -> None:
    """Lays ink onto a page; what would be beyond the page is left out."""
    height, width = image.shape
    part = page[max(0, top) : top + height, max(0, left) : left + width]
    image = image[max(0, -top) :, max(0, -left) :][: part.shape[0], : part.shape[1]]
    part[:] = np.minimum(part, image)


def grid(
    cells: Sequence[Image | None],
    columns: int,
    side: int,
    line: int = 2,
    tone: int = 40,
    shift: tuple[int, int] = (0, 0),
) -> Image:
    """A page with a ruled grid, side px to the cell, each with an image (None: nothing) on it.

    line: thickness of the lines, px; tone: their grey; shift: of all images, x and y, px.
    """
    rows = -(-len(cells) // columns)
    page = np.full((rows * side + 2 * MARGIN, columns * side + 2 * MARGIN), 255, np.uint8)
    for row in range(rows + 1):
        y = MARGIN + row * side
        cv2.line(page, (MARGIN, y), (MARGIN + columns * side, y), tone, line)
    for column in range(columns + 1):
        x = MARGIN + column * side
        cv2.line(page, (x, MARGIN), (x, MARGIN + rows * side), tone, line)
    for number, image in enumerate(cells):
        if image is not None:
            row, column = divmod(number, columns)
            room = (side - image.shape[1]) // 2, (side - image.shape[0]) // 2
            left = MARGIN + column * side + room[0] + shift[0]
            lay(page, image, left, MARGIN + row * side + room[1] + shift[1])
    return page


def form(
    labels: Sequence[str],
    cells: Mapping[int, Image],
    page: int = 1,
    sheet: str = "a4",
    dpi: int = 150,
) -> Image:
    """A page of the form with images, dpi fine as well, in the middle of some boxes."""
    drawn = formpdf.figure(labels, page, sheet)
    file = io.BytesIO()
    drawn.savefig(file, format="raw", dpi=dpi)
    width, height = drawn.get_size_inches() * dpi
    paper = np.frombuffer(file.getvalue(), np.uint8).reshape(int(height), int(width), 4)[..., 0]
    paper = paper.copy()
    size = formlayout.PAPERS[sheet]
    margin = (size[0] - formlayout.WIDTH) / 2, (size[1] - formlayout.HEIGHT) / 2
    for cell, image in cells.items():
        x, y = np.add(formlayout.box(cell), margin) + formlayout.BOX / 2
        lay(
            paper,
            image,
            round(x * dpi / 25.4 - image.shape[1] / 2),
            round(y * dpi / 25.4 - image.shape[0] / 2),
        )
    return paper


def turned(page: Image, degrees: float, grain: float = 0, seed: int = 0) -> Image:
    """A page that lay askew in a scanner, with its grain."""
    height, width = page.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    reach = np.abs(turn[:, :2]) @ (width, height)
    turn[:, 2] += (reach - np.array([width, height])) / 2
    size = (int(reach[0]), int(reach[1]))
    moved = cv2.warpAffine(page, turn, size, flags=cv2.INTER_CUBIC, borderValue=255)
    noise = np.random.default_rng(seed).normal(0, grain, moved.shape)
    return np.asarray(np.clip(noise - 5 + moved, 0, 255), np.uint8)


def photograph(
    page: Image, degrees: float, seed: int = 0, size: tuple[int, int] = (2000, 1700)
) -> Image:
    """A sheet on a darker, mottled table, seen from aside, half of it in shadow, with grain.

    degrees: by which it is turned; size: width and height of the picture.
    """
    chance = np.random.default_rng(seed)
    height, width = page.shape
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    sheet = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    corners = (sheet - (width / 2, height / 2)) @ turn.T * chance.uniform(0.85, 1, (4, 1))
    corners *= 0.46 * min(np.array(size) / np.abs(corners).max(0))
    corners += np.array(size) / 2
    seen = cv2.getPerspectiveTransform(sheet.astype(np.float32), corners.astype(np.float32))
    table = cv2.GaussianBlur(chance.normal(80, 60, size[::-1]), (0, 0), 3)
    paper = cv2.warpPerspective(page.astype(np.float64), seen, size, flags=cv2.INTER_AREA)
    share = cv2.warpPerspective(np.ones_like(page, np.float64), seen, size)
    light = np.linspace(0.6, 1, size[0]) * np.ones((size[1], 1))
    light[np.add.outer(np.arange(size[1]), np.arange(size[0])) < sum(size) / 2] *= 0.6
    soft = cv2.GaussianBlur(light, (0, 0), 12)
    picture = cv2.GaussianBlur((table * (1 - share) + 0.9 * paper * share) * soft, (0, 0), 0.8)
    return np.asarray(np.clip(picture + chance.normal(0, 4, picture.shape), 0, 255), np.uint8)


def agreement(found: Image, put_in: Image) -> float:
    """Share of the ink of either that has ink of the other near, as training frames them."""
    ink = [np.asarray(frame(image, _FRAME)).reshape(48, 48) > 128 for image in (found, put_in)]
    assert all(one.any() for one in ink)
    wide = [cv2.dilate(one.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0 for one in ink]
    both = (ink[0] & wide[1]).sum() + (ink[1] & wide[0]).sum()
    return float(both / (ink[0].sum() + ink[1].sum()))
