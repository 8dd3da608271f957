"""The window itself: opening it, or saying that there is no screen; full screen and back."""

from __future__ import annotations

import os

import pygame

from edge_app.pad import theme

TITLE = "한글 패드 · Hangul Pad"

_BLIND = ("dummy", "offscreen")
"""Video drivers that show nothing; SDL takes the second by itself where no other works."""

_LARGEST_START = (960, 640)
"""Size of a first window, px, on a screen that is larger than `_SMALL_SCREEN`."""

_SMALL_SCREEN = (1024, 768)
"""Screens up to this size (px) are filled from the start."""


class NoScreenError(RuntimeError):
    """There is no display to open a window on; the message says what was tried."""


class Window:
    """The one window. Close it, or use it in a ``with``."""

    def __init__(self, size: tuple[int, int] | None = None, *, fullscreen: bool = False) -> None:
        """size: of the window, px; by default one that suits the screen.

        Raises NoScreenError where no window can be opened.
        """
        asked = os.environ.get("SDL_VIDEODRIVER", "")
        try:
            pygame.display.init()
            driver = pygame.display.get_driver()
            if driver in _BLIND and driver not in asked.split(","):
                raise NoScreenError(
                    "no screen found: start it from a desktop, set DISPLAY or WAYLAND_DISPLAY, "
                    "or run it on a console whose user is in the groups video, render and input"
                )
            if driver == "x11":
                # SDL would put the surface on the screen through OpenGL, whose renderer in software
                # takes 90 MB. Its drivers of Wayland and KMS/DRM know no other way (SDL 2.28).
                os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")
            desktop = pygame.display.get_desktop_sizes()[0]
            self._windowed = size or _start_size(desktop)
            self.fullscreen = fullscreen
            pygame.display.set_caption(TITLE)
            pygame.display.set_icon(_icon())
            self.surface = self._set_mode()
        except pygame.error as error:
            pygame.display.quit()
            setting = f" (SDL_VIDEODRIVER={asked})" if asked else ""
            raise NoScreenError(f"no window can be opened{setting}: {error}") from None
        except BaseException:
            pygame.display.quit()
            raise
        # Otherwise an input method takes the space bar and the digits.
        pygame.key.stop_text_input()

    def toggle_fullscreen(self) -> None:
        """From a window to full screen, or back."""
        if not self.fullscreen:
            self._windowed = self.surface.get_size()
        self.fullscreen = not self.fullscreen
        self.surface = self._set_mode()
        if not self.fullscreen and self.surface.get_size() != self._windowed:
            # pygame asks for the size before it leaves full screen, and SDL takes none until then.
            self.surface = self._set_mode()

    def refresh(self) -> None:
        """Takes over the size that the user gave the window."""
        self.surface = pygame.display.get_surface()

    def close(self) -> None:
        """Closes the window."""
        pygame.display.quit()

    def __enter__(self) -> Window:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _set_mode(self) -> pygame.Surface:
        if self.fullscreen:
            return pygame.display.set_mode((0, 0), pygame.FULLSCREEN)
        return pygame.display.set_mode(self._windowed, pygame.RESIZABLE)


def _start_size(desktop: tuple[int, int]) -> tuple[int, int]:
    """A window size for a screen: all of a small one, a comfortable part of a large one."""
    if desktop[0] <= _SMALL_SCREEN[0] or desktop[1] <= _SMALL_SCREEN[1]:
        return desktop
    return _LARGEST_START


def _icon() -> pygame.Surface:
    icon = pygame.Surface((64, 64))
    icon.fill(theme.LIGHT.accent)
    letter = theme.Fonts().text("한", 46, theme.LIGHT.on_accent)
    icon.blit(letter, letter.get_rect(center=(32, 33)))
    return icon
