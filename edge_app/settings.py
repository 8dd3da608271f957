"""What the user chose for the pad, in one TOML file: read whatever it holds, changed key by key.

Nothing in the file can stop the pad: what cannot be used is told, with its line, and the default
holds instead. A change made in the pad leaves the user's comments, order and other keys as they
are. docs/settings.md describes the keys for users.
"""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import tomlkit

from edge_app import files, paths
from edge_app.text import LANGUAGES, Text
from edge_app.tomllines import UNREADABLE, Statement, shown, statements

Value = str | bool | int | float


@dataclass(frozen=True)
class Settings:
    """The keys of the file, with their defaults."""

    language: str = "both"
    """The window's language, one of `edge_app.text.LANGUAGES`."""
    theme: str = "light"
    """The window's colours, a name of `edge_app.pad.theme.PALETTES`."""
    hand: str = "right"
    """The hand that writes; buttons stand where it does not cover them."""
    mode: str = "auto"
    """What ink is read as to begin with, one of `edge_app.modes.MODES` where its model is there."""
    labels: str = "model"
    """Syllables to choose from: a name of `edge_app.syllables.SETS`, or what the model says."""
    live: bool = True
    """Whether ink is read by itself after a pause, and not only when that is asked for."""
    delay_s: float = 0.35
    """That pause, from the last pen-up, s."""
    advance_s: float = 1.2
    """From a sure answer until the next stroke takes it and begins another character, s; 0 is
    never."""
    learn: str = "off"
    """Whether the writer's hand is learned: "off", "on", or "paused", which adds nothing new."""
    fullscreen: bool = False
    """Whether the window fills the screen."""


CHOICES: Mapping[str, tuple[str | bool | int, ...]] = {
    "language": LANGUAGES,
    "theme": ("light", "dark", "contrast"),
    "hand": ("right", "left"),
    "mode": ("hangul", "digits", "jamo", "auto"),
    "labels": ("model", "ks2350", "all11172"),
    "live": (True, False),
    "learn": ("off", "on", "paused"),
    "fullscreen": (False, True),
}
"""The values of the keys that have a few, in the order in which they are offered."""

RANGES: Mapping[str, tuple[float, float]] = {"delay_s": (0.1, 3.0), "advance_s": (0.0, 5.0)}
"""The least and the greatest value of the others."""

DEFAULTS = Settings()

_NAMES = tuple(field.name for field in fields(Settings))

_LARGEST = 1 << 16
"""Larger files (bytes) are none of ours; a full one takes less than a kilobyte."""

_MOST_COMPLAINTS = 20
"""After as many, the rest of the file is left unread."""

_HEADING = "# hangul-pad의 설정 · settings of hangul-pad: docs/settings.md"


@dataclass(frozen=True)
class Complaint:
    """Something in the file, or the file itself, that cannot be used as it is."""

    path: Path
    line: int | None
    """From 1; None where it is the whole file."""
    text: Text
    """What is wrong, what holds instead, and the remedy."""

    def __str__(self) -> str:
        """One line for a terminal or a log."""
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.text}"


class SettingsError(Exception):
    """Settings that could not be saved; `text`, to be shown, says where, why, and the remedy."""

    def __init__(self, path: Path, reason: Text) -> None:
        self.text = Text(
            f"설정을 저장하지 못했습니다. {path}: {reason.korean}",
            f"The settings could not be saved. {path}: {reason.english}",
        )
        super().__init__(str(self.text))


class Loaded(NamedTuple):
    """What a file came to."""

    settings: Settings
    complaints: tuple[Complaint, ...]


def location() -> Path:
    """Where the file is, or will be once something is changed."""
    return paths.config() / "settings.toml"


def load(path: Path | None = None) -> Loaded:
    """The settings in a file, by default the user's: its own and, for the rest, the defaults.

    Never raises for what the file is or holds; without a file there is nothing to complain of.
    """
    path = path or location()
    try:
        return _read(path, _content(path))
    except FileNotFoundError:
        return Loaded(DEFAULTS, ())
    except OSError as error:
        reason = files.explain(error)
        text = Text(
            f"설정을 읽지 못해 기본값을 씁니다. {reason.korean}",
            f"The settings cannot be read, so the defaults hold: {reason.english}",
        )
        return Loaded(DEFAULTS, (Complaint(path, None, text),))


def save(before: Settings, after: Settings, path: Path | None = None) -> None:
    """Writes the keys in which two settings differ; everything else in the file stays.

    The file is read again first, so that what an editor changed meanwhile stays, too. One that is
    no TOML is kept beside the new one as settings.toml.broken-1 (or -2 and so on). Raises
    SettingsError, and then the file is as it was.
    """
    old = asdict(before)
    changes = {name: value for name, value in asdict(after).items() if value != old[name]}
    if not changes:
        return
    # Of a symbolic link the target: the link, often one into a folder under version control, stays.
    path = Path(os.path.realpath(path or location()))
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        content = _content(path) if os.path.lexists(path) else b""
        text = _changed(path, content, changes) if content else None
        if text is None:
            if content:
                files.replace(_free(path), partial(Path.write_bytes, data=content))
            text = _anew(replace(_read(path, content).settings, **changes))
        files.replace(path, partial(Path.write_bytes, data=text.encode()))
    except OSError as error:
        raise SettingsError(path, files.explain(error)) from error


def as_toml(settings: Settings) -> str:
    """All the settings as they would stand in the file, a line each."""
    return "".join(f"{name} = {_toml(value)}\n" for name, value in asdict(settings).items())


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise OSError(f"larger than {_LARGEST} bytes, so no settings file; move it away")
    return content


def _read(path: Path, content: bytes) -> Loaded:
    """What the bytes of a file say; the path is for the complaints."""
    complaints: list[Complaint] = []
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        wrong = Text(
            "UTF-8이 아닌 글자가 있습니다. 편집기에서 UTF-8로 저장하세요.",
            "Not UTF-8 here; save the file as UTF-8.",
        )
        complaints.append(Complaint(path, line, wrong))
        text = content.decode("utf-8-sig", errors="replace")
    values: dict[str, Any] = {}
    within = False
    """Whether a table has begun, whose keys are none of ours."""
    for statement in statements(text):
        if len(complaints) == _MOST_COMPLAINTS:
            rest = Text(
                "여기부터는 읽지 않았습니다. 위의 것부터 고치세요.",
                "Not read from here on; mend what is above first.",
            )
            complaints.append(Complaint(path, statement.line, rest))
            break
        key = statement.key
        if within and key is not None:
            continue
        if (wrong_with := _complaint(statement, key in values)) is not None:
            complaints.append(Complaint(path, statement.line, wrong_with))
        elif key is not None:
            values[key] = statement.value
        within = within or (key is None and not statement.damaged)
    # A whole number of seconds is a number of seconds.
    seconds = {name: float(values[name]) for name in RANGES if name in values}
    complaints.sort(key=lambda one: one.line or 0)
    return Loaded(Settings(**(values | seconds)), tuple(complaints))


def _complaint(statement: Statement, again: bool) -> Text | None:
    """What is wrong with a statement, if anything. again: whether its key stood there before."""
    key, source = statement.key, statement.source
    if statement.damaged:
        return Text(
            f"TOML 문법에 맞지 않아 건너뜁니다: {source} (이름 = 값, 글자는 따옴표 안에 쓰세요)",
            f"Not TOML, so it is skipped: {source} (write name = value, text in quotes)",
        )
    if key is None:
        return Text(
            f"설정은 표 안에 두지 않습니다. {source}부터는 쓰지 않으니 위로 옮기세요.",
            f"Settings stand in no table, so all from {source} on is ignored; move it above.",
        )
    if key not in _NAMES:
        return _unknown(key)
    default = _toml(getattr(DEFAULTS, key))
    if again:
        return Text(
            f"{key} 설정이 두 번 나와 앞의 것을 씁니다. 하나를 지우세요.",
            f"{key} is there twice and the first one holds; delete one of them.",
        )
    if _fits(key, statement.value):
        return None
    return Text(
        f"{key}의 값으로 {source}은(는) 쓸 수 없어 기본값 {default}을(를) 씁니다. "
        f"{_values(key, '부터 ', '까지의 수')} 가운데에서 고르세요.",
        f"{key} cannot be {source}, so the default {default} holds; "
        f"choose from {_values(key, ' to ', '')}.",
    )


def _unknown(key: str) -> Text:
    name, near = shown(key), difflib.get_close_matches(key, _NAMES, 1)
    if near:
        return Text(
            f"{name}(이)라는 설정은 없어 건너뜁니다. 혹시 {near[0]}인가요?",
            f"There is no setting {name}, so it is skipped; did you mean {near[0]}?",
        )
    return Text(
        f"{name}(이)라는 설정은 없어 건너뜁니다. 있는 설정: {', '.join(_NAMES)}.",
        f"There is no setting {name}, so it is skipped; there are {', '.join(_NAMES)}.",
    )


def _fits(key: str, value: object) -> bool:
    """Whether a key may have a value. True is no 1, and "not a number" lies in no range."""
    if key in RANGES:
        least, greatest = RANGES[key]
        return (
            isinstance(value, int | float)
            and not isinstance(value, bool)
            and least <= value <= greatest
        )
    return any(type(value) is type(one) and value == one for one in CHOICES[key])


def _values(key: str, to: str, numbers: str) -> str:
    """The values that a key may have, for a complaint."""
    if key in RANGES:
        least, greatest = RANGES[key]
        return f"{least:g}{to}{greatest:g}{numbers}"
    return ", ".join(map(_toml, CHOICES[key]))


def _changed(path: Path, content: bytes, changes: Mapping[str, Value]) -> str | None:
    """A file's text with other values for some keys; None if it cannot be kept."""
    try:
        text = content.decode("utf-8-sig")
        document = tomlkit.parse(text)
        for name, value in changes.items():
            document[name] = value
        text = tomlkit.dumps(document)
    except UNREADABLE:  # a UnicodeDecodeError is a ValueError
        return None
    settings = asdict(_read(path, text.encode()).settings)
    return text if all(settings[name] == value for name, value in changes.items()) else None


def _anew(settings: Settings) -> str:
    """The text of a file that says what is not as by default."""
    lines = as_toml(settings).splitlines()
    usual = as_toml(DEFAULTS).splitlines()
    chosen = [line for line in lines if line not in usual]
    return "\n".join((_HEADING, *chosen, ""))


def _toml(value: Value) -> str:
    """A value as TOML writes it, which for those of settings is as JSON does."""
    return json.dumps(value)


def _free(path: Path) -> Path:
    """Where a file that is no TOML can be kept."""
    number = 1
    while os.path.lexists(broken := path.with_name(f"{path.name}.broken-{number}")):
        number += 1
    return broken
