"""Pictures of every screen of the pad, to be looked at.

    python -m edge_app.pad.gallery --out DIR

draws without a screen, in every language, palette and size, for the right hand and the left, and
writes a PNG for each. Nothing is read: the answers shown are made up.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pygame

from edge_app import hangul, samples
from edge_app.modes import MODES, Reading
from edge_app.pad import words
from edge_app.pad.app import function_groups
from edge_app.pad.composer import Composer
from edge_app.pad.layout import fit
from edge_app.pad.preferences import Preferences
from edge_app.pad.state import Pad
from edge_app.pad.theme import PALETTES
from edge_app.pad.view import View
from edge_app.pointer import Kind, Phase, Pointer, PointerEvent
from edge_app.recognizer import Prediction
from edge_app.settings import Settings
from edge_app.syllables import JAMO
from edge_app.text import LANGUAGES, Text
from edge_app.worker import Answer

SIZES = ((480, 320), (800, 480), (960, 640), (720, 1280))

SCREENS = (
    "empty", "answers", "unsure", "line", "opened", "parts", "more", "help", "help 2",
    "settings", "settings 2", "erase", "message", "notice", "leaving",
)  # fmt: skip

_LONG = Text(
    "저장하지 못했습니다. /home/pi/Documents: 저장 공간이 가득 찼습니다. "
    "파일을 지워 자리를 만드세요.",
    "Not saved. /home/pi/Documents: no space left; delete something to make room.",
)


class _Samples:
    """A memory with something in it."""

    paused, used = False, True
    count = 1234

    def erase(self) -> None:
        """Forgets nothing: nobody presses it here."""


class Sitter:
    """A pad that is put into each of its screens."""

    def __init__(self, size: tuple[int, int], settings: Settings) -> None:
        actions = dict.fromkeys(("copy", "type", "save", "done"), _copied)
        functions = function_groups(actions, fullscreen=True)
        layout = fit(*size, MODES, functions=functions, hand=settings.hand)
        preferences = Preferences(settings, memory=_Samples(), offered=MODES)
        self._serial = 0
        self.pad = Pad(layout, self._submit, MODES, "auto", preferences, Composer(), actions)
        self._time = 0.0

    def show(self, screen: str) -> None:
        """Puts the pad into one of `SCREENS`; call it once."""
        pad = self.pad
        if screen == "empty":
            return
        if screen in ("line", "opened", "more", "message"):
            for label in "한글책":
                self._write(label, 0.93)
                pad.command("0")
                if label == "글":
                    pad.command("space")
        if screen == "opened":
            pad.command("open")
        elif screen == "message":
            pad.say(words.CHOOSE)
        elif screen == "notice":
            pad.say(_LONG)
        elif screen == "leaving":
            corner = pad.layout.more
            self._point(Phase.DOWN, corner.x + corner.width / 2, corner.y + corner.height / 2)
            pad.tick(self._time + 2)
        elif screen in ("answers", "unsure", "parts"):
            self._write("밤", 0.41 if screen == "unsure" else 0.93)
            if screen == "parts":
                pad.command("parts")
        elif screen == "more":
            pad.command(screen)
        elif screen.startswith("help"):
            for _ in range(int(screen.partition(" ")[2] or 1)):
                pad.command("help")
        elif screen == "erase":
            pad.command("settings")
            pad.command("set erase")
        elif screen.startswith("settings"):
            pad.command("settings")
            for _ in range(int(screen.partition(" ")[2] or 1) - 1):
                pad.command("next page")

    def _submit(self, _ink: object, _mode: str) -> int:
        self._serial += 1
        return self._serial

    def _point(self, phase: Phase, x: float, y: float) -> None:
        self._time += 0.01
        self.pad.point(PointerEvent(phase, Pointer(Kind.MOUSE, 0, 0), x, y, self._time))

    def _write(self, label: str, score: float) -> None:
        """Writes one of the bundled samples, and answers with its label."""
        page = self.pad.layout.page
        side = 0.7 * min(page.width, page.height)
        strokes = next(one.strokes for one in samples.load("hangul") if one.label == label)
        low = np.min([stroke.min(axis=0) for stroke in strokes], axis=0)
        high = np.max([stroke.max(axis=0) for stroke in strokes], axis=0)
        scale = side / max(high - low)
        corner = (page.x + (page.width - side) / 2, page.y + (page.height - side) / 2)
        for stroke in strokes:
            placed = (stroke - low) * scale + corner
            for i, (x, y) in enumerate(placed.tolist()):
                self._point(Phase.MOVE if i else Phase.DOWN, x, y)
            self._point(Phase.UP, x, y)
        self.pad.command("recognise")
        self.pad.receive(Answer(self._serial, _reading(label, score)), self._time)


def pictures(
    sizes: Sequence[tuple[int, int]] = SIZES, languages: Sequence[str] = LANGUAGES
) -> Iterator[tuple[str, pygame.Surface]]:
    """Every screen of every look: its name, and the picture."""
    for size in sizes:
        for settings in _looks(languages):
            for screen in SCREENS:
                name = f"{size[0]}x{size[1]}-{settings.language}-{settings.theme}-{settings.hand}"
                yield f"{name}-{screen.replace(' ', '')}", picture(size, settings, screen)


def picture(size: tuple[int, int], settings: Settings, screen: str) -> pygame.Surface:
    """One of `SCREENS`, in one look."""
    sitter = Sitter(size, settings)
    sitter.show(screen)
    surface = pygame.Surface(size, depth=32)
    View(("hangul",) if screen == "empty" else ()).draw(surface, sitter.pad)
    return surface


def _looks(languages: Sequence[str]) -> Iterator[Settings]:
    """All languages in the light, all palettes in both languages, and the left hand."""
    plain = Settings(learn="on")
    for language in languages:
        yield replace(plain, language=language)
    for theme in PALETTES:
        if theme != plain.theme:
            yield replace(plain, theme=theme)
    yield replace(plain, hand="left")


def _copied(_text: str) -> Text:
    return Text("복사했습니다.", "Copied.")


def _reading(label: str, score: float) -> Reading:
    """Made up, but such as a model of syllables gives."""
    jamo = {place: np.full(len(known), 0.001, np.float32) for place, known in JAMO.items()}
    here = hangul.decompose(label)
    for place, index in zip(JAMO, here, strict=True):
        jamo[place][:9] += np.linspace(0.3, 0.1, 9, dtype=np.float32)
        jamo[place][index] = 0.9
    finals = [final for final in (4, 21, 16) if final != here.final]
    others = [hangul.compose(*here._replace(final=final)) for final in finals[:2]]
    scores = (score, 0.6 * (1 - score), 0.003)
    return Reading(tuple(map(Prediction, (label, *others), scores)), jamo)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Draw every screen of the pad into PNG files.")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--size", metavar="WxH", help="this one alone")
    options = parser.parse_args()
    os.environ["SDL_VIDEODRIVER"] = "dummy"
    pygame.display.init()
    sizes: Sequence[tuple[int, int]] = SIZES
    if options.size:
        width, height = (int(side) for side in options.size.split("x"))
        sizes = ((width, height),)
    options.out.mkdir(parents=True, exist_ok=True)
    for name, drawn in pictures(sizes):
        pygame.image.save(drawn, options.out / f"{name}.png")


if __name__ == "__main__":
    main()
