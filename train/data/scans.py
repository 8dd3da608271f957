"""Scanned pages of a ruled grid, each cell filled by hand with one character.

For instance HHR-SKKU/HangulRecog's: 14 rows and 9 columns, the syllables of KS X 1001 in order,
19 pages to a writer (its Data/main.m). Pages must lie upright; a few degrees of skew are found.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, Sequence
from pathlib import Path

from train.data import DataError, Report, Sample, give_up, grid, paper


def read(
    paths: Sequence[Path],
    labels: Sequence[str],
    rows: int,
    columns: int,
    first: int = 1,
    writer: str | None = None,
    source: str = "scans",
    counts: MutableMapping[str, int] | None = None,
    bad: Report = give_up,
) -> Iterator[Sample]:
    """The cells of pages, row by row, as grey pictures.

    labels: what the cells hold in reading order, page after page as `paper.pages` numbers them;
    first: number, from 1, of the label in the first cell of a writer's page 1; writer: who wrote
    all of them, where the names do not say it; counts["blank"] grows by the cells that are blank.
    Raises DataError, naming file and cell, for a page without the grid, with ink after the last
    label or beyond it, unless bad takes it.
    """
    counts = {} if counts is None else counts
    for page in paper.pages(paths, writer, bad):
        start = first - 1 + (page.number - 1) * rows * columns
        try:
            if start >= len(labels):
                raise DataError(
                    f"{page.path}: is page {page.number}, but the labels end before it; are all "
                    "its writer's pages in a folder of their own, none twice?"
                )
            cells = grid.cut(paper.decode(page.path), rows, columns)
        except grid.GridError as error:
            bad(DataError(f"{page.path}: {error}; count them, and scan the whole page upright"))
            continue
        except DataError as error:
            bad(error)
            continue
        for number, picture in enumerate(cells):
            if start + number < len(labels):
                if picture is None:
                    counts["blank"] = counts.get("blank", 0) + 1
                else:
                    yield Sample(picture, labels[start + number], page.writer, source)
            elif picture is not None:
                place = f"row {number // columns + 1}, column {number % columns + 1}"
                bad(
                    DataError(
                        f"{page.path}: {place}: has ink, but the labels end before it; "
                        "do they start where the page does?"
                    )
                )
