"""What the user reads, in the product's two languages."""

from __future__ import annotations

from typing import NamedTuple

LANGUAGES = ("both", "ko", "en")
"""The choices: Korean above English, Korean alone, English alone."""


class Text(NamedTuple):
    """One text in both languages; as a tuple, Korean first."""

    korean: str
    english: str

    def __str__(self) -> str:
        """Both, for a line that is not the window's: a terminal's or a log's."""
        return f"{self.korean} {self.english}"

    def lines(self, language: str) -> tuple[str, ...]:
        """The lines to show in a language of `LANGUAGES`: two for "both", otherwise one.

        A text that is the same in both is one line. Raises ValueError for another language.
        """
        if language not in LANGUAGES:
            raise ValueError(f"unknown language {language!r}; known: {', '.join(LANGUAGES)}")
        if language == "both":
            return tuple(dict.fromkeys(self))
        return (self.korean if language == "ko" else self.english,)
