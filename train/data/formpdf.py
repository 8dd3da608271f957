"""Draws the form that people fill, for a printer."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import matplotlib
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle

from train.data import DataError, formlayout
from train.files import replace

TITLE = "한글 손글씨 · Hangul handwriting"

FIELD = "별명 (실명은 쓰지 마세요) · Pseudonym, no real name:"

CONSENT = (
    "여기 쓴 글씨는 손글씨 인식기를 학습하고 시험하는 데에만 씁니다. "
    "쓰고 싶지 않으면 쓰지 않아도 됩니다.",
    "What you write here is used only to train and test handwriting recognition. "
    "Writing it is up to you.",
)
"""What the ink is used for, in Korean and English."""

HINT = "위의 글자를 칸 안에 한 자씩 · one character in each box, not beyond it"

_LINE = 0.25
"""Thickness of the boxes' lines, mm."""

_GREY = "0.35"
"""Of labels."""


def write(labels: Sequence[str], paper: str, path: Path) -> int:
    """Writes a PDF with a box for each label; returns its number of pages.

    paper: one of `formlayout.PAPERS`. Raises DataError for more labels than a form can have.
    """
    if len(labels) > formlayout.MOST_LABELS:
        most = formlayout.MOST_LABELS
        raise DataError(f"{len(labels):,} labels are more than the {most:,} of a form; split them")
    path.parent.mkdir(parents=True, exist_ok=True)

    def fill(place: Path) -> None:
        # Without a date: the same labels give the same file. Type 42 keeps the font as it is.
        with (
            matplotlib.rc_context({"pdf.fonttype": 42}),
            PdfPages(place, metadata={"Title": TITLE, "CreationDate": None}) as pdf,
        ):
            for page in range(1, formlayout.pages(labels) + 1):
                pdf.savefig(figure(labels, page, paper))

    replace(path, fill)
    return formlayout.pages(labels)


def figure(labels: Sequence[str], page: int, paper: str) -> Figure:
    """A page, from 1, of the form for labels, in its true size."""
    width, height = formlayout.PAPERS[paper]
    sheet = Figure((width / 25.4, height / 25.4))
    axes = sheet.add_axes((0, 0, 1, 1))
    left, top = (width - formlayout.WIDTH) / 2, (height - formlayout.HEIGHT) / 2
    axes.set(xlim=(-left, width - left), ylim=(height - top, -top))
    axes.set_axis_off()
    identity = formlayout.Identity(page, formlayout.order_of(labels))
    axes.add_collection(PatchCollection(_squares(identity), color="black", linewidth=0))
    shown = labels[(page - 1) * formlayout.CELLS : page * formlayout.CELLS]
    boxes = [
        Rectangle(formlayout.box(n), formlayout.BOX, formlayout.BOX) for n in range(len(shown))
    ]
    thick = _LINE / 25.4 * 72
    axes.add_collection(
        PatchCollection(boxes, facecolor="none", edgecolor="black", linewidth=thick)
    )
    with resources.as_file(resources.files("edge_app") / "pad/fonts/NanumSquareRoundR.ttf") as file:
        font = FontProperties(fname=file)

        def text(
            x: float, y: float, size: float, line: str, ha: str = "left", color: str = "black"
        ) -> None:
            """A line of text, size mm high, standing on y."""
            points = size / 25.4 * 72
            axes.text(x, y, line, fontproperties=font, fontsize=points, ha=ha, color=color)

        for number, label in enumerate(shown):
            x, y = formlayout.box(number)
            middle = x + formlayout.BOX / 2
            text(middle, y - 1.1, 3.3, label, ha="center", color=_GREY)
        start, end = formlayout.MARK + 4, formlayout.WIDTH - formlayout.MARK - 4
        text(start, 5, 5, TITLE)
        text(end, 5, 4, f"{page} / {formlayout.pages(labels)}", ha="right")
        text(start, 12.5, 3, FIELD)
        for number, sentence in enumerate((*CONSENT, HINT)):
            text(start, 17 + 3.4 * number, 2.4, sentence)
    axes.plot((start + 72, end), (13, 13), color="black", linewidth=thick)
    return sheet


def _squares(identity: formlayout.Identity) -> list[Rectangle]:
    """What is black of the corner marks and of the page's code."""
    squares = []
    for x, y in formlayout.MARKS:
        side, module = formlayout.MARK, formlayout.MODULE
        left, top = x - side / 2, y - side / 2
        for far in (0, side - module):
            squares.append(Rectangle((left, top + far), side, module))
            squares.append(Rectangle((left + far, top), module, side))
        squares.append(Rectangle((x - 1.5 * module, y - 1.5 * module), 3 * module, 3 * module))
    place = formlayout.CODE_LEFT, formlayout.CODE_TOP
    for number, bit in enumerate(formlayout.encode(identity)):
        if bit:
            left = place[0] + number * formlayout.SQUARE
            squares.append(Rectangle((left, place[1]), formlayout.SQUARE, formlayout.CODE_HEIGHT))
    return squares
