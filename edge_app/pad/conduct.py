"""How the pad behaves, as the settings say."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Conduct:
    """When ink is read, and when writing on takes the answer."""

    live: bool
    """Whether ink is read by itself after a pause; otherwise only when asked for."""
    delay_s: float
    """From the last pen-up to the reading, s."""
    advance_s: float | None
    """From a sure answer to the moment from which the next stroke takes it and begins another
    character, s. None leaves every answer to a tap."""
