from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pygame
import pytest

from edge_app.pad import theme
from edge_app.pad.canvas import Canvas
from edge_app.pad.layout import Rect
from edge_app.pad.sheet import Point

PAGE = Rect(20, 10, 300, 200)
SIZE = (360, 240)
WAVE = [(40.0 + 6 * i, 110 + 60 * math.sin(i / 4)) for i in range(40)]


@pytest.fixture
def screen() -> Iterator[pygame.Surface]:
    surface = pygame.Surface(SIZE, depth=32)
    surface.fill(theme.LIGHT.ground)
    yield surface


def darkness(screen: pygame.Surface) -> npt.NDArray[np.float64]:
    """(height, width) of the page: 0 paper, 1 ink."""
    x, y, width, height = PAGE
    red = np.array(pygame.surfarray.array3d(screen), float)[x : x + width, y : y + height, 0].T
    return np.asarray((theme.LIGHT.paper[0] - red) / (theme.LIGHT.paper[0] - theme.LIGHT.ink[0]))


def draw(canvas: Canvas, screen: pygame.Surface, points: list[Point], every: int) -> None:
    """Draws a stroke and shows it after every so many points."""
    canvas.begin(*points[0])
    for i, point in enumerate(points[1:]):
        canvas.extend(*point)
        if i % every == 0:
            canvas.show(screen)
    canvas.end()
    canvas.show(screen)


def test_ink_goes_through_its_points_and_no_further_than_the_pen(screen: pygame.Surface) -> None:
    canvas = Canvas(PAGE, theme.LIGHT)
    draw(canvas, screen, WAVE, every=3)
    ink = darkness(screen)
    for x, y in (WAVE[0], *WAVE[1:-1:8], WAVE[-1]):
        assert ink[round(y) - PAGE.y, round(x) - PAGE.x] > 0.9
    dense = np.concatenate([np.linspace(a, b, 8) for a, b in pairwise(WAVE)])
    rows, columns = np.nonzero(ink > 0)
    for row, column in zip(rows, columns, strict=True):
        place = np.array((column + PAGE.x, row + PAGE.y))
        assert np.hypot(*(dense - place).T).min() < 7


def test_however_it_is_shown_the_picture_is_the_same(screen: pygame.Surface) -> None:
    """Drawing bit by bit must not differ visibly from a repaint after a resize."""
    canvas = Canvas(PAGE, theme.LIGHT)
    draw(canvas, screen, WAVE, every=1)
    slowly = darkness(screen)
    canvas.repaint([WAVE])
    canvas.show(screen)
    assert np.abs(darkness(screen) - slowly).max() < 0.2


def test_edges_are_soft(screen: pygame.Surface) -> None:
    canvas = Canvas(PAGE, theme.LIGHT)
    draw(canvas, screen, [(60, 60), (200, 150)], every=1)
    ink = darkness(screen)
    assert ((ink > 0.1) & (ink < 0.9)).sum() > 100


def test_only_what_is_new_is_updated(screen: pygame.Surface) -> None:
    canvas = Canvas(PAGE, theme.LIGHT)
    assert canvas.show(screen) == pygame.Rect(PAGE)
    assert canvas.show(screen) is None
    canvas.begin(*WAVE[0])
    for point in WAVE[1:]:
        canvas.extend(*point)
        shown = canvas.show(screen)
        assert shown is not None
        assert shown.width < 40
        assert shown.height < 60
    assert canvas.show(screen) is None


def test_a_dot_is_seen(screen: pygame.Surface) -> None:
    canvas = Canvas(PAGE, theme.LIGHT)
    draw(canvas, screen, [(100, 100)], every=1)
    assert 10 < darkness(screen).sum() < 60


def test_ink_at_the_edge_stays_on_the_page(screen: pygame.Surface) -> None:
    canvas = Canvas(PAGE, theme.LIGHT)
    corners = [(20, 10), (319, 10), (319, 209), (20, 209), (20, 10)]
    draw(canvas, screen, [(float(x), float(y)) for x, y in corners], every=1)
    outside = pygame.surfarray.array3d(screen)
    outside[PAGE.x : PAGE.right, PAGE.y : PAGE.bottom] = theme.LIGHT.ground
    assert (outside == np.array(theme.LIGHT.ground)).all()
    assert darkness(screen)[0, 150] > 0.9
