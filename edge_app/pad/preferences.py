"""The settings in force, and their page: what can be changed, by which steps, and what it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from edge_app import settings as files
from edge_app.log import LOG
from edge_app.pad import words
from edge_app.pad.conduct import Conduct
from edge_app.pad.theme import PALETTES, Palette
from edge_app.settings import CHOICES, DEFAULTS, Settings, SettingsError, Value
from edge_app.text import Text

STEPS = {
    "delay_s": (0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0),
    "advance_s": (0.0, 0.5, 0.8, 1.2, 2.0, 3.0, 5.0),
}
"""What a tap offers of `edge_app.settings.RANGES`; the file takes anything in between as well."""

ROWS = (
    "language", "theme", "hand", "live", "delay_s", "advance_s", "mode", "labels", "learn",
    "erase", "fullscreen",
)  # fmt: skip
"""The rows of the page in order: settings, and what erases the memory."""


class Memory(Protocol):
    """What was learned of the writer's hand."""

    paused: bool
    """Whether nothing new is learned."""
    used: bool
    """Whether what was learned counts."""

    @property
    def count(self) -> int:
        """How many samples it holds."""

    def erase(self) -> object:
        """Forgets all of them. May raise where the disk does not let it."""


class Preferences:
    """Settings that are changed one at a time, at once, and saved."""

    def __init__(
        self,
        settings: Settings = DEFAULTS,
        *,
        path: Path | None = None,
        memory: Memory | None = None,
        offered: Sequence[str] = (),
        syllables: bool = True,
    ) -> None:
        """path: of the file, by default the user's. memory: what the setting "learn" is of.

        offered: the modes there are. syllables: whether a model is there that can be told which
        syllables to choose from.
        """
        self.settings = settings
        self.memory = memory
        self._path, self._offered, self._syllables = path, offered, syllables

    @property
    def conduct(self) -> Conduct:
        """How the pad behaves."""
        now = self.settings
        return Conduct(now.live, now.delay_s, now.advance_s or None)

    @property
    def palette(self) -> Palette:
        """The colours."""
        return PALETTES[self.settings.theme]

    @property
    def rows(self) -> tuple[str, ...]:
        """Of `ROWS`, those that have something to change here."""
        absent = set() if self.memory is not None else {"learn", "erase"}
        if len(self._offered) < 2:
            absent.add("mode")
        if not self._syllables:
            absent.add("labels")
        return tuple(row for row in ROWS if row not in absent)

    def shown(self, row: str) -> Text:
        """What stands beside a row's name: the value, or how much there is to erase."""
        if row == "erase":
            return words.samples(self.memory.count if self.memory is not None else 0)
        return words.value(row, getattr(self.settings, row))

    def show_fullscreen(self, filled: bool) -> None:
        """Takes over what the window is for now, which another start need not know."""
        self.settings = replace(self.settings, fullscreen=filled)

    def step(self, name: str) -> Text | None:
        """Changes a setting to its next value; returns what is to be said of it, if anything.

        The change holds also where it cannot be saved.
        """
        before, value = self.settings, self._next(name)
        change: dict[str, Any] = {name: value}
        self.settings = replace(before, **change)
        LOG.info("setting %s = %s", name, value)
        if name == "learn" and self.memory is not None:
            self.memory.paused, self.memory.used = value != "on", value != "off"
        try:
            files.save(before, self.settings, self._path)
        except SettingsError as error:
            LOG.warning("%s", error)
            return error.text
        if name == "learn":
            return words.LEARNING[str(value)]
        return words.NEXT_START if name == "labels" else None

    def erase(self) -> Text:
        """Forgets what was learned; returns what is to be said of it."""
        if self.memory is None:
            return words.ERASED
        try:
            self.memory.erase()
        except Exception:  # whatever it is made of, the pad goes on
            LOG.exception("what was learned could not be erased")
            return words.FAILED
        LOG.info("erased what was learned")
        return words.ERASED

    def _next(self, name: str) -> Value:
        now = getattr(self.settings, name)
        if name in STEPS:
            return next((step for step in STEPS[name] if step > now), STEPS[name][0])
        choices = [one for one in CHOICES[name] if name != "mode" or one in self._offered]
        return choices[(choices.index(now) + 1) % len(choices)] if now in choices else choices[0]
