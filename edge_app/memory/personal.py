"""What the pad knows of the person who writes on it: the one class that the window uses.

    personal = Personal.open(paths.data(), paused=False)
    reader = dataclasses.replace(reader, personal=personal)     # reads with it from now on
    personal.accept(accepted)                                   # the person took a candidate
    personal.take_back(accepted)                                # and thought better of it

The window's thread calls all but `correct`, which is the recognition thread's.
"""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from edge_app import hangul
from edge_app.memory import features as remembered
from edge_app.memory.habits import CAPACITY, Experience, Habits, unit
from edge_app.memory.journal import StoreError
from edge_app.memory.likeness import Likeness
from edge_app.memory.store import Kept, Store
from edge_app.recognizer import Outputs, Recognizer
from edge_app.syllables import Floats

NOT_KEPT = (
    "글씨를 저장하지 못했습니다. 창을 닫을 때까지만 기억합니다",
    "What you write cannot be kept; it is remembered until the window closes",
)
"""What to say, in Korean and English, where a `StoreError` was raised."""

_AT_ONCE = 64
"""Characters that are looked at again before one reading, after the model has changed."""


class Accepted(Protocol):
    """A character that the person took."""

    @property
    def ink(self) -> Sequence[Any]:
        """Strokes, (n, 2) each."""

    @property
    def label(self) -> str:
        """What it says."""

    @property
    def mode(self) -> str:
        """The mode that it was read in."""


class Personal:
    """The memory of one person's hand. Safe to call from the window while another thread reads."""

    def __init__(self, folder: Path | None = None, *, paused: bool = True) -> None:
        """folder: where samples are kept, which must be opened with `open`; None keeps none.

        paused: whether nothing is learned for now; what was learned counts all the same.
        """
        self.paused = paused
        self.used = True
        """Whether what was learned counts; otherwise answers are the model's own."""
        self.lost: str | None = None
        """What could not be read of the samples, in a sentence."""
        self._unkept = 0
        self._folder = folder
        self._store: Store | None = None
        self._lock = threading.Lock()
        self._pending: deque[Kept | int | None] = deque(maxlen=CAPACITY)
        """For the recognition thread: learn it, forget this number, forget all. Where nothing is
        read that one could learn from, the oldest go: no more than these are remembered."""
        self._numbers: dict[bytes, list[int]] = {}
        # Of the recognition thread:
        self._habits, self._likeness = Habits(), Likeness()
        self._model = ""
        self._codes: tuple[tuple[str, ...], Any] = ((), None)

    @classmethod
    def open(cls, folder: Path, *, paused: bool = True) -> Personal:
        """The memory whose samples lie in a folder, which is made when the first one is kept.

        Raises StoreError where they cannot be read or added to; then use `Personal()`.
        """
        personal = cls(folder, paused=paused)
        if folder.exists():
            personal._open_store()
        return personal

    @property
    def count(self) -> int:
        """Samples that are kept, or where they cannot be, remembered."""
        if self._store is not None:
            return len(self._store)
        return sum(map(len, self._numbers.values()))

    def accept(self, accepted: Accepted) -> None:
        """Learns a character, unless paused. Raises what `learn` raises."""
        self.learn(accepted.ink, accepted.label, accepted.mode)

    def take_back(self, accepted: Accepted) -> None:
        """Unlearns the newest like it, if there is any, paused or not. Raises StoreError."""
        self.unlearn(accepted.ink, accepted.label)

    def learn(self, ink: Sequence[Any], label: str, mode: str) -> None:
        """Learns that some ink says a label, unless paused or it is none of `edge_app.hangul`'s.

        ink: strokes, (n, 2) each. It is on its way to the disk when this returns, and counts from
        the next reading on. Raises StoreError where it cannot be kept; it counts all the same.
        """
        if self.paused or hangul.as_label(label) != label:
            return
        with self._lock:
            # Should it not be kept, it has a number that no kept one has.
            one = Kept.of(-1 - self._unkept, ink, label, mode)
            try:
                if self._folder is not None:
                    if self._store is None:
                        self._open_store()
                    assert self._store is not None
                    one = self._store.add(ink, label, mode)
            finally:
                self._unkept += one.number < 0
                self._note(one)

    def unlearn(self, ink: Sequence[Any], label: str) -> None:
        """Forgets the newest sample of this ink and label, if there is one. Raises StoreError."""
        with self._lock:
            digest = _digest(Kept.of(0, ink, label, ""))
            numbers = self._numbers.get(digest)
            if not numbers:
                return
            number = numbers.pop()
            newest = self._pending[-1] if self._pending else None
            if isinstance(newest, Kept) and newest.number == number:
                self._pending.pop()  # what was not learned yet need not be unlearned
            elif hangul.is_syllable(label):
                self._pending.append(number)
            if self._store is not None:
                self._store.take_back(number)

    def erase(self) -> None:
        """Forgets all, on the disk as well, before it returns. Raises StoreError."""
        with self._lock:
            self._numbers.clear()
            self._pending.clear()
            self._pending.append(None)
            if self._folder is not None and self._folder.exists():
                remembered.erase(self._folder)
                if self._store is None:
                    self._open_store()
                assert self._store is not None
                self._store.erase()

    def close(self) -> None:
        """Ends with everything on the disk. The recognition thread must have ended before."""
        if self._store is not None and self._folder is not None:
            self._store.close()
            self._store = None
            # Only a shortcut for the next start: what it says can be found out again.
            with suppress(OSError):
                remembered.save(self._folder, self._model, self._habits)

    def correct(
        self, model: Recognizer, outputs: Outputs, scores: Floats, jamo: dict[str, Floats]
    ) -> tuple[Floats, dict[str, Floats]]:
        """Scores and jamo of an ink, corrected: what `Reader.read` asks in its own thread.

        outputs: of a model of syllables; scores: of its labels; jamo: as
        `edge_app.recognizer.jamo_probabilities` gives them. Nothing changes without features, or
        while the memory is not used.
        """
        if outputs.features is None or not self.used:
            return scores, jamo
        if self._model != model.bundle.sha256:
            self._begin(model.bundle.sha256)
        codes = self._codes_of(model.labels)
        self._catch_up(model)
        self._likeness.see(unit(outputs.features), int(codes[scores.argmax()]))
        share = self._likeness.share()
        corrected = self._habits.rerank(outputs.features, scores, codes, share)
        return corrected, self._habits.rejudge(outputs.features, jamo, share)

    def _open_store(self) -> None:
        """Reads the samples, and has the recognition thread learn the newest."""
        assert self._folder is not None
        self._store = Store(self._folder)
        self.lost = self._store.lost
        for one in self._store.samples():
            self._note(one)

    def _note(self, one: Kept) -> None:
        self._numbers.setdefault(_digest(one), []).append(one.number)
        if len(self._numbers) > CAPACITY:  # nobody takes back what was written so long ago
            del self._numbers[next(iter(self._numbers))]
        if hangul.is_syllable(one.label):
            self._pending.append(one)

    def _begin(self, sha256: str) -> None:
        """Takes what a model's features of the samples were at the last end."""
        if self._model:
            raise ValueError("a memory is of one model; open another for another")
        self._model = sha256
        if self._folder is None:
            return
        saved = remembered.load(self._folder, sha256)
        with self._lock:
            for _ in range(len(self._pending)):
                one = self._pending.popleft()
                known = saved.get(one.number) if isinstance(one, Kept) else None
                if isinstance(one, Kept) and known and hangul.SYLLABLES[known.label] == one.label:
                    self._habits.learn(one.number, known)
                else:
                    self._pending.append(one)
        self._likeness.know(self._habits.experiences())

    def _catch_up(self, model: Recognizer) -> None:
        """Learns and forgets what the window has asked for since the last reading."""
        with self._lock:
            some = [self._pending.popleft() for _ in range(min(_AT_ONCE, len(self._pending)))]
        for one in some:
            if one is None:
                self._habits.clear()
                self._likeness = Likeness()
            elif isinstance(one, Kept):
                self._look(model, one)
            else:
                self._habits.forget(one)
        if some:
            self._likeness.know(self._habits.experiences())

    def _look(self, model: Recognizer, one: Kept) -> None:
        look = model.look(one.strokes)
        if look is None:
            return
        features, codes = look.outputs.features, self._codes_of(model.labels)
        if features is not None:
            experience = Experience.of(features, look.scores, codes, one.label)
            self._habits.learn(one.number, experience)

    def _codes_of(self, labels: tuple[str, ...]) -> Any:
        """A model's labels as indices into `hangul.SYLLABLES`."""
        if self._codes[0] is not labels:
            first = ord(hangul.SYLLABLES[0])
            self._codes = labels, np.array([ord(label) - first for label in labels])
        return self._codes[1]


def _digest(one: Kept) -> bytes:
    """What tells a sample from others: its label and its points."""
    found = hashlib.sha256(one.label.encode())
    for stroke in one.strokes:
        found.update(b"|" + stroke.tobytes())
    return found.digest()[:16]


__all__ = ["NOT_KEPT", "Accepted", "Personal", "StoreError"]
