"""What the pad is doing: ink, answers and the line of text, apart from the window."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from edge_app import modes
from edge_app.log import LOG
from edge_app.pad import helppage, words
from edge_app.pad.composer import Composer
from edge_app.pad.desk import Part
from edge_app.pad.exit import ExitGesture
from edge_app.pad.layout import Layout, Rect, walked
from edge_app.pad.line import NEWLINE, Accepted
from edge_app.pad.parts import PLACES, most_doubtful
from edge_app.pad.preferences import Preferences
from edge_app.pad.ribbon import advance
from edge_app.pad.scribe import Scribe
from edge_app.pad.settingspage import SettingsPage, question, settings_page
from edge_app.pointer import Phase, PointerEvent
from edge_app.text import Text
from edge_app.worker import Answer, Ink

REPEAT_S = (0.5, 0.1)
"""The delete button held down deletes again after the first time, then every so often."""

EXIT_FRAME_S = 0.05
"""How often the ring around a corner that is held grows."""

_LEAST_MESSAGE = 11
"""A message that fits into the line in no size from this on gets a panel."""

Actions = Mapping[str, Callable[[str], Text]]
"""What is done with the text, by the names of their buttons: given all of it, says what came of
that. "done" then leaves the pad."""


class Pad(Scribe):
    """The pad's state. It is told what pointers and keys do; times are seconds from any start."""

    def __init__(
        self,
        layout: Layout,
        submit: Callable[[Ink, str], int],
        offered: Sequence[str],
        mode: str,
        preferences: Preferences,
        composer: Composer,
        actions: Actions,
    ) -> None:
        """actions: what can be done with the text here. The others as for `Scribe`."""
        super().__init__(layout, submit, offered, mode, preferences, composer)
        self.panel: str | None = None
        """The panel that is open: "more", "parts", "help", "settings", "erase" or "message"."""
        self.pressed: str | None = None
        """The button that the pointer went down on, while the pointer is on it."""
        self.focus: str | None = None
        """The button of a panel that the keyboard has reached."""
        self.leaving = False
        self.held = 0.0
        """How much of the time has passed for which the corner is held to leave, 0 to 1."""
        self._exit = ExitGesture(layout.corner)
        self.help_number = 0
        """The page of the help that is open, from 0."""
        self.notice: Text | None = None
        """What the panel "message" says."""
        self._behind: str | None = None
        self._page_number = 0
        self._repeats: float | None = None
        self._actions = actions
        self._held: str | None = None
        self._commands: Mapping[str, Callable[[], None]] = {
            "undo": self._undo,
            "clear": self._clear,
            "delete": self._delete,
            "recognise": self._recognise,
            "space": lambda: self._type("space", " "),
            "newline": lambda: self._type("newline", NEWLINE),
            "enter": self._enter,
            "left": lambda: self._move(-1),
            "right": lambda: self._move(1),
            "home": lambda: self._move(-len(self.line)),
            "end": lambda: self._move(len(self.line)),
            "open": lambda: self._open(self.line.cursor - 1),
            "close": self._close,
            "escape": self._escape,
            "leave": self._leave,
            "more": lambda: self._show_panel(None if self.panel == "more" else "more"),
            "help": self._help,
            "settings": lambda: self._show_panel(None if self.panel == "settings" else "settings"),
            "previous page": lambda: self._turn(-1),
            "next page": lambda: self._turn(1),
            "yes": self._erase,
            "no": lambda: self._show_panel("settings"),
            "parts": self._toggle_parts,
            "next": lambda: self._next_mode(1),
            "previous": lambda: self._next_mode(-1),
        }

    @property
    def next_due(self) -> float | None:
        """When `tick` will have something to do; None while nothing is waited for."""
        growing = self.held or self._exit.due() is not None
        growth = self._now + EXIT_FRAME_S if growing else None
        times = (self.due, self._settles, self._silent, self._repeats, growth)
        return min((time for time in times if time is not None), default=None)

    @property
    def settings_page(self) -> SettingsPage:
        """The page of the settings that is looked at."""
        return settings_page(self.layout, self.preferences.rows, self._page_number)

    def buttons(self) -> dict[str, Rect]:
        """Everything to tap, by command, the open panel's included."""
        if self.panel == "settings":
            return {"more": self.layout.more, **self.settings_page.buttons}
        if self.panel == "erase":
            return {"more": self.layout.more, **question(self.layout)}
        if self.panel == "message":
            return {"more": self.layout.more, "escape": self.layout.overlay}
        return self.layout.buttons(self.panel)

    def say(self, message: Text) -> None:
        """Shows a message in the line for a while; one that is too long there, until it is read."""
        width = self.layout.writing.width / self.layout.scale
        lines = message.lines(self.preferences.settings.language)
        if all(_LEAST_MESSAGE * sum(map(advance, line)) <= width for line in lines):
            super().say(message)
        else:
            self.notice = message
            self._behind = self.panel if self.panel == "settings" else None
            self._show_panel("message")

    def resize(self, layout: Layout) -> None:
        """Lays everything out anew; ink and answers stay. No pointer may be down."""
        super().resize(layout)
        self._exit.resize(layout.corner)
        self.help_number = min(self.help_number, helppage.pages(layout) - 1)

    def point(self, event: PointerEvent) -> None:
        """Takes what a `PointerTracker` tells."""
        self._now = event.time
        self._exit.point(event)
        if event.phase is Phase.DOWN:
            self._down(event)
        elif event.phase is Phase.RESUME:
            self._resume(event)
        elif event.phase is Phase.MOVE:
            self._moved(event)
        else:
            self._up(event)

    def key(self, command: str) -> None:
        """Takes what a key stands for; in an open panel some keys walk among its buttons."""
        if self.panel == "help" and command != "escape":
            self._help()
        elif self.panel == "message":
            self._escape()
        elif self.panel is None or not self._walk(command):
            self.command(command)

    def command(self, name: str) -> None:
        """Does what a button or key stands for.

        Besides the names in the table of `keys`: "0" to "2" take an answer, "mark ." and so on put
        a mark into the line, "place 0" to "place 2" choose which jamo is mended, "jamo 0" on take
        the syllable with another one. What is not there (a mode, an action) does nothing.
        """
        kind, _, what = name.partition(" ")
        if name in self._commands:
            self._commands[name]()
        elif name in self._actions:
            self._act(name)
        elif name in modes.MODES:
            self._switch(name)
        elif kind == "mark":
            self._show_panel(None)
            self._type(name, what)
        elif kind == "set":
            self._set(what)
        elif kind == "place":
            self.place = PLACES[int(what)]
            self.changed.add(Part.CANDIDATES)
        elif kind == "jamo" and int(what) < len(found := self.alternatives()):
            self._take(found[int(what)])
        elif name.isdigit() and int(name) < len(self.predictions):
            self._take(self.predictions[int(name)].label)

    def tick(self, now: float) -> None:
        """Does what the time has come for."""
        super().tick(now)
        if (held := self._exit.progress(now)) != self.held:
            self.held = held
            self.changed.add(Part.BUTTONS)
            self.leaving = self.leaving or held == 1
        if self._repeats is not None and now >= self._repeats:
            self._repeats = now + REPEAT_S[1]
            self._held = None  # lifting the finger is no tap any more
            self.command("delete")

    def receive(self, answer: Answer, now: float) -> bool:
        """Takes an answer; False if the ink has changed since it was asked for."""
        if not super().receive(answer, now):
            return False
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self.command(waiting)
        return True

    # Pointers

    def _down(self, event: PointerEvent) -> None:
        self._held = self._button_at(event)
        if self._held is not None:
            self._press(self._held)
            if self._held == "delete":
                self._repeats = event.time + REPEAT_S[0]
        elif self.layout.takes_ink(event.x, event.y, self.panel):
            self._show_panel(None)
            self._make_room()
            self.page.begin(event.x, event.y, event.time)
            self._cleared = None
            self._outdate()

    def _resume(self, event: PointerEvent) -> None:
        """The stroke goes on, if it was one; a button is not tapped twice."""
        if len(self.page) and self._held is None and self.due is not None:
            self.page.resume()
            self._outdate()
            self._moved(event)

    def _moved(self, event: PointerEvent) -> None:
        if self.page.drawing:
            self.page.extend(event.x, event.y)
        elif self._held is not None:
            on_it = self._button_at(event) == self._held
            self._press(self._held if on_it else None)

    def _up(self, event: PointerEvent) -> None:
        self._repeats = None
        if self.page.drawing:
            if not self._end_stroke(event.time):
                conduct = self.preferences.conduct
                self.due = event.time + conduct.delay_s if conduct.live else math.inf
        elif self.pressed is not None:
            name, tapped = self.pressed, self._held is not None
            self._press(None)
            if tapped and name == "line":
                self._tap_line(event.x - self.layout.writing.x)
            elif tapped:
                self.command(name)

    def _button_at(self, event: PointerEvent) -> str | None:
        named = self.buttons().items()
        return next((name for name, rect in named if rect.contains(event.x, event.y)), None)

    def _press(self, name: str | None) -> None:
        if name != self.pressed:
            self.pressed = name
            self.changed |= {Part.BUTTONS, Part.CANDIDATES}

    def _tap_line(self, x: float) -> None:
        """Opens the character there; near the edge of one, the cursor goes between the two."""
        ribbon = self.ribbon()
        index = ribbon.character_at(x)
        if index is not None and index == self.composer.opened:
            self._close()
        elif index is not None and isinstance(self.line[index], Accepted) and ribbon.is_on(x):
            self._open(index)
        else:
            self._close()
            self.line.cursor = ribbon.gap_at(x)
            self._silence()

    # The keyboard in a panel

    def _walk(self, command: str) -> bool:
        """Moves the focus or presses the button that has it; False for any other key."""
        buttons = self._walkable()
        if command == "enter" and self.focus is not None:
            self.command(self.focus)
        elif (focus := walked(buttons, self.focus, command)) is not None:
            self.focus = focus
        else:
            return False
        self.changed |= {Part.BUTTONS, Part.CANDIDATES}
        return True

    def _walkable(self) -> Mapping[str, Rect]:
        if self.panel == "more":
            return self.layout.functions
        if self.panel != "parts":
            return {name: rect for name, rect in self.buttons().items() if name != "more"}
        count = len(PLACES) + len(self.alternatives())
        shown = [name for name in self.layout.buttons("parts") if name[:5] in ("place", "jamo ")]
        return {name: self.layout.buttons("parts")[name] for name in shown[:count]}

    def _outdate(self) -> None:
        super()._outdate()
        if self.panel == "parts":
            self._show_panel(None)

    # Panels and the way out

    def _show_panel(self, panel: str | None) -> None:
        if panel != self.panel:
            self.panel, self.focus = panel, None
            self.expose()

    def _toggle_parts(self) -> None:
        if self.panel == "parts":
            self._show_panel(None)
        elif self.syllable is None:
            self.say(words.NO_PARTS)
        else:
            self.place = most_doubtful(self.syllable, self.reading)
            self._show_panel("parts")

    def _act(self, name: str) -> None:
        """Does something with the text, that of a sure answer on the page included."""
        if self._ready(name):
            self._show_panel(None)
            try:
                self.say(self._actions[name](self.line.text))
            except Exception:
                LOG.exception("%s failed", name)
                self.say(words.FAILED)
            else:
                self.leaving = self.leaving or name == "done"

    def _escape(self) -> None:
        if self.panel is not None:
            self._show_panel(self._behind if self.panel == "message" else None)
        elif self.composer.opened is not None:
            self._close()
        else:
            self.leaving = True

    def _help(self) -> None:
        """Opens the help, turns to its next page, or after the last one closes it."""
        self.help_number = self.help_number + 1 if self.panel == "help" else 0
        if self.help_number < helppage.pages(self.layout):
            self._show_panel("help")
            self.expose()
        else:
            self._show_panel(None)

    def _turn(self, step: int) -> None:
        count = self.settings_page.count
        self._page_number = (self.settings_page.number + step) % count
        self.focus = None
        self.expose()

    def _set(self, name: str) -> None:
        """Changes a setting, or asks whether to forget what was learned."""
        if name not in self.preferences.rows:
            return
        if name == "erase":
            self._show_panel("erase")
            return
        message = self.preferences.step(name)
        self.page.canvas.recolour(self.preferences.palette)
        if name == "mode":
            self._switch(self.preferences.settings.mode)
        self.expose()
        if message is not None:
            self.say(message)

    def _erase(self) -> None:
        self._show_panel("settings")
        self.say(self.preferences.erase())

    def _leave(self) -> None:
        self.leaving = True
