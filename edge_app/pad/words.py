"""Every text of the window, in Korean and English. `Text.lines` gives those of a language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from edge_app import modes
from edge_app.settings import Complaint, Value
from edge_app.text import Text

HINT = Text("여기에 쓰세요", "Write here")
HINTS: Mapping[str, Text] = {
    "hangul": Text("한 글자를 쓰세요", "Write a syllable"),
    "digits": Text("숫자를 쓰세요", "Write a digit"),
    "jamo": Text("자모를 쓰세요", "Write a jamo"),
}
"""What to write, by the mode, where that is not everything."""

MISSING: Mapping[str, Text] = {name: Text(*lines) for name, lines in modes.MISSING.items()}
"""What is said where a bundled model is not there that should be."""

UNSURE = Text("확실하지 않음", "Not sure")
MENDING = Text("고치는 중", "Mending")

MODES: Mapping[str, Text] = {
    "hangul": Text("한글", "Hangul"),
    "digits": Text("숫자", "Digits"),
    "jamo": Text("자모", "Jamo"),
    "auto": Text("자동", "Auto"),
}

NO_FINAL = Text("없음", "None")
"""Stands for the final that a syllable has not got."""

BUTTONS: Mapping[str, Text] = {
    "undo": Text("되돌리기", "Undo"),
    "parts": Text("자모", "Parts"),
    "space": Text("띄어쓰기", "Space"),
    "copy": Text("복사", "Copy"),
    "type": Text("입력", "Type"),
    "save": Text("저장", "Save"),
    "done": Text("완료", "Done"),
    "settings": Text("설정", "Settings"),
    "help": Text("도움말", "Help"),
    "leave": Text("끝내기", "Leave"),
    "previous page": Text("이전", "Back"),
    "next page": Text("다음", "Next"),
    "escape": Text("닫기", "Close"),
    "erase": Text("배운 글씨 지우기", "Erase learned"),
    "yes": Text("예", "Yes"),
    "no": Text("아니요", "No"),
}
"""What a button is called, by its command; some have signs instead (`edge_app.pad.paint`)."""

READ = Text("읽기", "Read")
"""The space button, while it would read the ink."""

GESTURES: tuple[tuple[Text, Text], ...] = (
    (Text("글자 누르기", "Tap a character"), Text("다시 열어 고치기", "Open it again")),
    (Text("지그재그 긋기", "Scratch out"), Text("쓴 글씨 지우기", "Clear the ink")),
    (Text("← 빠르게 긋기", "← Flick left"), Text("빈 곳에서 지우기", "Delete, on an empty page")),
)
"""What hands do besides writing, and what it does, for the help."""

CHOOSE = Text("먼저 후보를 고르세요", "Choose an answer first")
NO_PARTS = Text("한글을 쓰면 자모를 고칠 수 있습니다", "Write a syllable to mend its jamo")
FAILED = Text(
    "실행하지 못했습니다. 기록에 까닭이 있습니다.", "That failed. The log says where it went wrong."
)
NOT_LEARNED = Text(
    "글씨를 배우지 못했습니다. 쓰기는 계속할 수 있습니다.",
    "Your writing could not be learned. The pad goes on without that.",
)
NEXT_START = Text("다음에 켤 때부터 적용됩니다.", "This holds from the next start.")
ERASED = Text("배운 글씨를 모두 지웠습니다.", "All that was learned is erased.")
ERASE = Text(
    "이 기기에 저장된 배운 글씨를 모두 지울까요? 되돌릴 수 없습니다.",
    "Erase all handwriting learned on this device? This cannot be undone.",
)
LEARNING: Mapping[str, Text] = {
    "off": Text("글씨를 배우지 않습니다.", "Your handwriting is not learned."),
    "on": Text(
        "고른 글자의 획을 이 기기에만 저장합니다.",
        "Strokes of accepted characters are kept, on this device only.",
    ),
    "paused": Text(
        "배운 것은 쓰지만 새로 배우지 않습니다.", "What was learned is used; nothing new is kept."
    ),
}
"""What the values of the setting "learn" mean."""

SETTINGS: Mapping[str, Text] = {
    "language": Text("언어", "Language"),
    "theme": Text("화면 색", "Colours"),
    "hand": Text("쓰는 손", "Writing hand"),
    "mode": Text("처음 방식", "First mode"),
    "labels": Text("음절 범위", "Syllables"),
    "live": Text("자동으로 읽기", "Read by itself"),
    "delay_s": Text("읽기 전 기다림", "Pause to read"),
    "advance_s": Text("이어 쓰기", "Writing on"),
    "learn": Text("글씨 배우기", "Learn my hand"),
    "fullscreen": Text("전체 화면", "Full screen"),
}
"""What a setting is called."""

_ON, _OFF = Text("켬", "On"), Text("끔", "Off")

VALUES: Mapping[str, Mapping[Any, Text]] = {
    "language": {
        "both": Text("한국어와 영어", "Korean and English"),
        "ko": Text("한국어", "Korean"),
        "en": Text("영어", "English"),
    },
    "theme": {
        "light": Text("밝게", "Light"),
        "dark": Text("어둡게", "Dark"),
        "contrast": Text("고대비", "High contrast"),
    },
    "hand": {"right": Text("오른손", "Right"), "left": Text("왼손", "Left")},
    "mode": MODES,
    "labels": {
        "model": Text("기본", "As in the model"),
        "ks2350": Text("흔한 2,350자", "The common 2,350"),
        "all11172": Text("11,172자 모두", "All 11,172"),
    },
    "live": {True: _ON, False: _OFF},
    "learn": {"off": _OFF, "on": _ON, "paused": Text("잠시 멈춤", "Paused")},
    "fullscreen": {False: _OFF, True: _ON},
}
"""What the values of `edge_app.settings.CHOICES` are called."""


def value(setting: str, chosen: Value) -> Text:
    """What a value that a setting can have is called; of a time, that in seconds."""
    if setting in VALUES:
        return VALUES[setting][chosen]
    if setting == "advance_s" and chosen == 0:
        return _OFF
    return Text(f"{chosen:g}초", f"{chosen:g} s")


def same(text: str) -> Text:
    """A text that is the same in both languages."""
    return Text(text, text)


def samples(count: int) -> Text:
    """How many characters of the writer are remembered."""
    return Text(f"{count}자", f"{count} kept")


def complained(complaints: Sequence[Complaint]) -> Text:
    """What is wrong with the settings file: the first complaint, and how many more there are."""
    first, more = complaints[0], len(complaints) - 1
    place = first.path.name if first.line is None else f"{first.path.name}:{first.line}"
    return Text(
        f"{place}: {first.text.korean}" + (f" (그 밖에 {more}가지)" if more else ""),
        f"{place}: {first.text.english}" + (f" (and {more} more)" if more else ""),
    )
