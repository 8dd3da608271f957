"""`hangul-pad doctor --touch`: five crosses to touch, and what the touches say of the panel."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pygame

from edge_app.kiosk.mapping import TARGETS
from edge_app.pad import theme
from edge_app.pad.events import pointer_event
from edge_app.pad.screen import Window
from edge_app.pointer import Kind, Phase, PointerTracker

PATIENCE_S = 60.0
"""With no touch for so long it ends by itself: a dead panel must not hold a screen without keys."""

_ARM = 0.04
"""Half a cross's width, share of the screen's shorter side."""

_WAIT_MS = 100


class TouchTest:
    """Shows one cross after the other and keeps where the touches for them arrived."""

    def __init__(self, window: Window) -> None:
        self.touches: list[tuple[float, float]] = []
        """Shares of the window, one for each cross so far."""
        self.kinds: set[Kind] = set()
        """What the touches came as."""
        self._window, self._tracker, self._fonts = window, PointerTracker(), theme.Fonts()
        self._heard: float | None = None

    @property
    def done(self) -> bool:
        """Whether every cross was touched."""
        return len(self.touches) == len(TARGETS)

    def run(self) -> bool:
        """Runs until every cross was touched; False if it was left, or nobody touched it."""
        self._heard = time.monotonic()
        while not self.done:
            self.draw()
            events = [pygame.event.wait(_WAIT_MS), *pygame.event.get()]
            now = time.monotonic()
            if any(map(self.leaves, events)) or now - self._heard > PATIENCE_S:
                return False
            self.take(events, now)
        return True

    @staticmethod
    def leaves(event: pygame.event.Event) -> bool:
        """Whether an event ends the test."""
        return event.type == pygame.QUIT or (
            event.type == pygame.KEYDOWN and event.key == pygame.K_ESCAPE
        )

    def take(self, events: Sequence[pygame.event.Event], now: float) -> None:
        """Takes what pointers did. now: seconds from any start."""
        width, height = self._window.surface.get_size()
        for event in events:
            if event.type == pygame.WINDOWSIZECHANGED:
                self._window.refresh()
            report = pointer_event(event, (width, height), now)
            for told in self._tracker.feed(report) if report is not None else ():
                if told.phase is Phase.DOWN and not self.done:
                    self.touches.append((told.x / width, told.y / height))
                    self.kinds.add(told.pointer.kind)
                    self._heard = now

    def draw(self) -> None:
        """Draws the cross that is next, and what to do with it."""
        surface = self._window.surface
        width, height = surface.get_size()
        surface.fill(theme.LIGHT.paper)
        side = min(width, height)
        lines = (
            "십자의 가운데를 손가락으로 누르세요",
            "Touch the middle of the cross",
            f"{len(self.touches) + 1} / {len(TARGETS)} · Esc: 끝내기 leave",
        )
        size = self._fonts.fit(lines[0], round(0.06 * side), round(0.6 * width))
        for row, line in enumerate(lines):
            picture = self._fonts.text(line, size, theme.LIGHT.text)
            place = (width // 2, round(height * 0.3) + row * round(1.5 * size))
            surface.blit(picture, picture.get_rect(center=place))
        if not self.done:
            x, y = (
                round(share * whole)
                for share, whole in zip(TARGETS[len(self.touches)], (width, height), strict=True)
            )
            arm, thick = round(_ARM * side), max(2, side // 160)
            pygame.draw.line(surface, theme.LIGHT.accent, (x - arm, y), (x + arm, y), thick)
            pygame.draw.line(surface, theme.LIGHT.accent, (x, y - arm), (x, y + arm), thick)
            pygame.draw.circle(surface, theme.LIGHT.accent, (x, y), arm, thick)
        pygame.display.flip()
