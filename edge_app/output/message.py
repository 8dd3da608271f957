"""What the person is told of an output: in Korean, and in English."""

from __future__ import annotations

Message = tuple[str, str]
"""The same sentence in Korean and in English."""


class OutputError(Exception):
    """The text could not go where it should; `message` says why, for the person."""

    def __init__(self, korean: str, english: str) -> None:
        super().__init__(f"{korean} · {english}")
        self.message: Message = korean, english
