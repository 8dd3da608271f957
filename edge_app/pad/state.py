"""What the pad is doing: ink, answers and the line of text, apart from the window."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto

from edge_app import modes
from edge_app.hangul import is_syllable
from edge_app.modes import Reading
from edge_app.pad.composer import Composer
from edge_app.pad.conduct import Conduct
from edge_app.pad.layout import CANDIDATES, Layout, Rect, neighbour
from edge_app.pad.line import NEWLINE, Accepted, Line, Packed
from edge_app.pad.page import Gesture, Page
from edge_app.pad.parts import PLACES, alternatives, most_doubtful, syllable_of
from edge_app.pad.ribbon import Ribbon, arrange
from edge_app.pointer import Phase, PointerEvent
from edge_app.recognizer import Prediction
from edge_app.worker import Answer, Ink

Message = tuple[str, str]
"""Korean and English."""

MESSAGE_S = 3.0
"""How long a message stands in the line."""

NO_PARTS = ("한글을 쓰면 자모를 고칠 수 있습니다", "Write a syllable to mend its jamo")
CHOOSE = ("먼저 후보를 고르세요", "Choose an answer first")

REPEAT_S = (0.5, 0.1)
"""The delete button held down deletes again after the first time, then every so often."""

_STEPS = {"left": (-1, 0), "right": (1, 0), "open": (0, -1), "close": (0, 1)}
"""Where the arrow keys go among the buttons of a panel, by what they mean elsewhere."""


class Part(Enum):
    """A part of the window that is drawn by itself. The page draws what is new on it."""

    LINE = auto()
    CANDIDATES = auto()
    BUTTONS = auto()
    EVERYTHING = auto()


class Pad:
    """The pad's state. It is told what pointers and keys do; times are seconds from any start."""

    def __init__(
        self,
        layout: Layout,
        submit: Callable[[Ink, str], int],
        offered: Sequence[str],
        mode: str,
        conduct: Conduct,
        composer: Composer,
        actions: Mapping[str, Callable[[str], Message]],
    ) -> None:
        """submit: asks for ink to be read in a mode, returns the job's number.

        offered: the modes there are; mode: the one to begin with. actions: what can be done with
        the text, by name; each is given all of it and says what came of that.
        """
        self.layout = layout
        self.mode = mode
        """What ink is read as."""
        self.page = Page(layout.page)
        self.composer = composer
        self.reading = Reading()
        """What was made of the ink."""
        self.stale = False
        """Whether the ink has changed since."""
        self.settled = False
        """Whether the next stroke takes the answer and begins another character."""
        self.panel: str | None = None
        """The panel that is open: "more", "parts" or "help"."""
        self.place = PLACES[0]
        """The place whose jamo is being mended."""
        self.message: Message | None = None
        """What the line says for a while, instead of the text."""
        self.pressed: str | None = None
        """The button that the pointer went down on, while the pointer is on it."""
        self.focus: str | None = None
        """The button of a panel that the keyboard has reached."""
        self.leaving = False
        self.changed = {Part.EVERYTHING}
        """What must be drawn again; whoever draws clears it."""
        self.due: float | None = None
        """When the ink will be read."""
        self._settles: float | None = None
        self._silent: float | None = None
        self._repeats: float | None = None
        self._now = 0.0
        self._submit, self._offered = submit, tuple(offered)
        self._conduct, self._actions = conduct, actions
        self._serial: int | None = None
        self._read_as = mode
        self._held: str | None = None
        self._waiting: str | None = None
        """The command that goes on when the ink has been read."""
        self._took: Accepted | None = None
        """What the first stroke on the page has put into the line."""
        self._cleared: tuple[Packed, Reading, str] | None = None
        """Ink that was just cleared, what was made of it, and in which mode."""
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
            "help": lambda: self._show_panel(None if self.panel == "help" else "help"),
            "parts": self._toggle_parts,
            "next": lambda: self._next_mode(1),
            "previous": lambda: self._next_mode(-1),
        }

    @property
    def line(self) -> Line:
        """The text."""
        return self.composer.line

    @property
    def predictions(self) -> Sequence[Prediction]:
        """The answers on offer, best first."""
        return self.reading.predictions[:CANDIDATES]

    @property
    def unsure(self) -> bool:
        """Whether the answers shown are guesses."""
        return not self.stale and not modes.is_sure(self.predictions)

    @property
    def untouched(self) -> Accepted | None:
        """The open character, while the page shows its ink and nothing else."""
        opened = self.composer.open_one
        return opened if opened is not None and self.page.shows(opened.ink) else None

    @property
    def best(self) -> int | None:
        """Which answer writing on takes, or the open character has; None if none has a claim."""
        if self.stale or not self.predictions:
            return None
        if opened := self.untouched:
            labels = [one.label for one in self.predictions]
            return labels.index(opened.label) if opened.label in labels else None
        return None if self.unsure else 0

    @property
    def space_reads(self) -> bool:
        """Whether the space key reads the ink first of all."""
        return not self._conduct.live and self.stale and bool(len(self.page))

    @property
    def syllable(self) -> str | None:
        """The syllable of which a jamo can be mended."""
        if self.stale:
            return None
        best, opened = syllable_of(self.reading), self.untouched
        return opened.label if best and opened and is_syllable(opened.label) else best

    def alternatives(self) -> list[str]:
        """What the syllable becomes with each of the likeliest other jamo in the chosen place."""
        count = len(self.layout.alternatives)
        return alternatives(self.syllable, self.place, self.reading, count) if self.syllable else []

    def ribbon(self) -> Ribbon:
        """What of the line is in sight in `Layout.writing`."""
        return arrange(self.line, self.layout.em, self.layout.writing.width)

    @property
    def next_due(self) -> float | None:
        """When `tick` will have something to do; None while nothing is waited for."""
        times = (self.due, self._settles, self._silent, self._repeats)
        return min((time for time in times if time is not None), default=None)

    def resize(self, layout: Layout) -> None:
        """Lays everything out anew; ink and answers stay. No pointer may be down."""
        self.layout = layout
        self.page.resize(layout.page)
        self.page.canvas.settle(self.settled)
        self.changed.add(Part.EVERYTHING)

    def expose(self) -> None:
        """Has everything shown again."""
        self.page.canvas.expose()
        self.changed.add(Part.EVERYTHING)

    def say(self, message: Message) -> None:
        """Shows a message for a while, or until the line is edited."""
        self.message, self._silent = message, self._now + MESSAGE_S
        self.changed.add(Part.LINE)

    def point(self, event: PointerEvent) -> None:
        """Takes what a `PointerTracker` tells."""
        self._now = event.time
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
        if self.panel == "help":
            self._show_panel(None)
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
            self._type(name, what)
        elif kind == "place":
            self.place = PLACES[int(what)]
            self.changed.add(Part.CANDIDATES)
        elif kind == "jamo" and int(what) < len(found := self.alternatives()):
            self._take(found[int(what)])
        elif name.isdigit() and int(name) < len(self.predictions):
            self._take(self.predictions[int(name)].label)

    def tick(self, now: float) -> None:
        """Does what the time has come for."""
        self._now = now
        if self.due is not None and now >= self.due:
            self._recognise()
        if self._settles is not None and now >= self._settles:
            self._settles, self.settled = None, True
            self.page.canvas.settle(True)
        if self._silent is not None and now >= self._silent:
            self._silence()
        if self._repeats is not None and now >= self._repeats:
            self._repeats = now + REPEAT_S[1]
            self._held = None  # lifting the finger is no tap any more
            self.command("delete")

    def receive(self, answer: Answer, now: float) -> bool:
        """Takes an answer; False if the ink has changed since it was asked for."""
        if answer.serial != self._serial:
            return False
        self._serial, self._now = None, now
        self._show(answer.reading)
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self.command(waiting)
        elif self._conduct.advance_s is not None and self.best == 0 and not self.untouched:
            self._settles = now + self._conduct.advance_s
        return True

    # Pointers

    def _down(self, event: PointerEvent) -> None:
        self._held = self.layout.button_at(event.x, event.y, self.panel)
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

    def _make_room(self) -> None:
        """Before a stroke: what is done with leaves the page."""
        if self.untouched:
            self._blank()  # it is written anew
        elif self.settled:
            took = self._take(self.predictions[0].label)
            self._took = took

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
            on_it = self.layout.button_at(event.x, event.y, self.panel) == self._held
            self._press(self._held if on_it else None)

    def _up(self, event: PointerEvent) -> None:
        self._repeats = None
        if self.page.drawing:
            gesture = self.page.end(event.time, self._took.ink if self._took else ())
            if gesture is not None:
                self._gesture(gesture)
            elif self._conduct.live:
                self.due = event.time + self._conduct.delay_s
        elif self.pressed is not None:
            name, tapped = self.pressed, self._held is not None
            self._press(None)
            if tapped and name == "line":
                self._tap_line(event.x - self.layout.writing.x)
            elif tapped:
                self.command(name)

    def _press(self, name: str | None) -> None:
        if name != self.pressed:
            self.pressed = name
            self.changed |= {Part.BUTTONS, Part.CANDIDATES}

    def _gesture(self, gesture: Gesture) -> None:
        """Deletes; what the gesture's own stroke had put into the line goes back first."""
        if self._took is not None:
            self._take_back()
            self._clear()
        elif gesture is Gesture.SCRATCH:
            self._clear()
        else:
            self._blank()
            self._delete()

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
        names = list(buttons)
        if command in ("next", "previous"):
            step = 1 if command == "next" else -1
            here = names.index(self.focus) if self.focus in names else -(step > 0)
            self.focus = names[(here + step) % len(names)]
        elif command in _STEPS:
            if self.focus in names:
                self.focus = neighbour(buttons, self.focus, *_STEPS[command])
            else:
                self.focus = names[0]
        elif command == "enter" and self.focus in names:
            self.command(self.focus)
        else:
            return False
        self.changed |= {Part.BUTTONS, Part.CANDIDATES}
        return True

    def _walkable(self) -> Mapping[str, Rect]:
        if self.panel == "more":
            return self.layout.functions
        count = len(PLACES) + len(self.alternatives())
        shown = [name for name in self.layout.buttons("parts") if name[:5] in ("place", "jamo ")]
        return {name: self.layout.buttons("parts")[name] for name in shown[:count]}

    # Ink and answers

    def _outdate(self) -> None:
        """The ink has changed: no answer under way fits it, and none shown does."""
        self.due = self._serial = self._settles = self._waiting = None
        if self.settled:
            self.settled = False
            self.page.canvas.settle(False)
        if not self.stale:
            self.stale = True
            self.changed.add(Part.CANDIDATES)
        if self.panel == "parts":
            self._show_panel(None)

    def _recognise(self) -> None:
        self.due = None
        if len(self.page) and not self.page.drawing:
            self._read_as = self.mode
            self._serial = self._submit(self.page.sheet.ink(), self.mode)

    def _show(self, reading: Reading) -> None:
        self.reading, self.stale = reading, False
        self.changed.add(Part.CANDIDATES)

    def _blank(self) -> None:
        """Empties the page."""
        self.page.clear()
        self._outdate()
        self._show(Reading())
        self._took = None

    def _load(self, ink: Packed, reading: Reading, mode: str) -> None:
        """Shows ink again, with what was made of it."""
        self._blank()
        self.page.load(ink)
        self._read_as = mode
        self._show(reading)

    def _switch(self, mode: str) -> None:
        """Reads in another mode from now on, the ink that is there first of all."""
        if mode == self.mode or mode not in self._offered:
            return
        self.mode = mode
        self.changed.add(Part.BUTTONS)
        if not len(self.page):
            self.page.canvas.expose()  # another hint
        elif not self.page.drawing:
            self._outdate()
            self._recognise()

    def _next_mode(self, step: int) -> None:
        here = self._offered.index(self.mode)
        self._switch(self._offered[(here + step) % len(self._offered)])

    def _undo(self) -> None:
        """Takes back the last stroke and what it took, a clearing, or the last edit of the line."""
        if self.untouched:
            self._close()
        elif len(self.page) > 1:
            self.page.undo()
            self._outdate()
            if self._conduct.live:
                self._recognise()
        elif len(self.page):
            took, opened = self._took, self.composer.open_one
            self._blank()
            if took is not None:
                self._take_back()
            elif opened is not None:
                self._load(opened.ink, opened.reading, opened.mode)
        elif self._cleared is not None:
            self._load(*self._cleared)
            self._cleared = None
        else:
            self._take_back()

    def _clear(self) -> None:
        """Empties the page, which can be undone at once."""
        if len(self.page) and not self.page.drawing:
            self._cleared = self.page.packed(), self.reading, self._read_as
        self._blank()

    # The line

    def _take(self, label: str) -> Accepted:
        """Puts an answer for the ink on the page into the line."""
        reading = self.reading
        accepted = Accepted(
            self.page.packed(), label, self._read_as, reading.predictions, reading.jamo
        )
        self.composer.take(accepted)
        self._show_panel(None)
        self._blank()
        self._edited()
        return accepted

    def _ready(self, command: str | None = None) -> bool:
        """Whether the page is free, after a sure answer for its ink was taken.

        Where the ink is still to be read, the command is done after that.
        """
        if self.untouched:
            self._close()
        elif len(self.page):
            if self.stale:
                self._recognise()
                self._waiting = command
                return False
            if self.best is None:
                self.say(CHOOSE)
                return False
            self._take(self.predictions[0].label)
        return True

    def _type(self, command: str, text: str) -> None:
        only_read = command == "space" and self.space_reads
        if self._ready(None if only_read else command):
            self._close()
            self.line.insert(text)
            self._show_panel(None)
            self._edited()

    def _enter(self) -> None:
        if not len(self.page):
            self._type("newline", NEWLINE)
        elif self.stale:
            self._recognise()
        elif self.predictions:
            self._take(self.predictions[self.best or 0].label)

    def _delete(self) -> None:
        """Removes the ink on the page; if there is none, a character of the line."""
        if len(self.page) and not self.untouched:
            self._clear()
            return
        self.composer.delete()
        self._blank()
        self._edited()

    def _take_back(self) -> None:
        accepted = self.composer.undo()
        self._edited()
        if accepted is not None:
            self._load(accepted.ink, accepted.reading, accepted.mode)

    def _move(self, by: int) -> None:
        self._close()
        self.line.move(by)
        self._silence()

    def _open(self, index: int) -> None:
        """Shows the ink of a character of the line again, if it is known."""
        before, cursor = len(self.line), self.line.cursor
        if not 0 <= index < before or not self._ready():
            return
        if len(self.line) > before and index >= cursor:
            index += 1
        if accepted := self.composer.open(index):
            self._load(accepted.ink, accepted.reading, accepted.mode)
        self._edited()

    def _close(self) -> None:
        """Leaves an open character as it is."""
        if self.composer.opened is not None:
            self.composer.close()
            self._blank()
            self._silence()

    def _edited(self) -> None:
        self._cleared = None
        self._silence()

    def _silence(self) -> None:
        self.message = self._silent = None
        self.changed.add(Part.LINE)

    # Panels and the way out

    def _show_panel(self, panel: str | None) -> None:
        if panel != self.panel:
            self.panel, self.focus = panel, None
            self.expose()

    def _toggle_parts(self) -> None:
        if self.panel == "parts":
            self._show_panel(None)
        elif self.syllable is None:
            self.say(NO_PARTS)
        else:
            self.place = most_doubtful(self.syllable, self.reading)
            self._show_panel("parts")

    def _act(self, name: str) -> None:
        """Does something with the text, that of a sure answer on the page included."""
        if name == "settings" or self._ready(name):
            self._show_panel(None)
            self.say(self._actions[name](self.line.text))
            self.leaving = self.leaving or name == "done"

    def _escape(self) -> None:
        if self.panel is not None:
            self._show_panel(None)
        elif self.composer.opened is not None:
            self._close()
        else:
            self.leaving = True

    def _leave(self) -> None:
        self.leaving = True
