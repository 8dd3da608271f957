"""Files that are replaced at once, as `edge_app.files` does it, and JSON in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from edge_app.files import replace

__all__ = ["replace", "write_json"]


def write_json(path: Path, data: Any) -> None:
    """Replaces a JSON file atomically."""
    text = json.dumps(data, ensure_ascii=False, indent=1)
    replace(path, lambda place: place.write_text(text, encoding="utf-8"))
