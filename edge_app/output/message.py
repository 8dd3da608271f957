"""What the person is told of an output: in Korean, and in English."""

from __future__ import annotations

from edge_app.text import Text

Message = Text
"""The same sentence in Korean and in English."""


class OutputError(Exception):
    """The text could not go where it should; `message` says why, for the person."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message
