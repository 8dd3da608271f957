"""Handwriting pad for Hangul and digits: the part that runs on the device.

    from edge_app import Recognizer
    Recognizer("digits").recognize(ink)

Names are imported on first use, so that `hangul-pad --help` need not load OpenCV.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from edge_app.recognizer import Prediction as Prediction
    from edge_app.recognizer import Recognizer as Recognizer

__version__ = "0.1.0"
__all__ = ["Prediction", "Recognizer", "__version__"]


def __getattr__(name: str) -> Any:
    if name in ("Prediction", "Recognizer"):
        from edge_app import recognizer

        return getattr(recognizer, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
