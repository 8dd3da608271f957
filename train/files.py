"""Files that are replaced at once, so that a kill never leaves half of one."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any


def replace(path: Path, write: Callable[[Path], object]) -> None:
    """Writes a file beside its place under the same ending, then moves it there at once."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=path.suffix)
    os.close(handle)
    try:
        write(Path(name))
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_json(path: Path, data: Any) -> None:
    """Replaces a JSON file atomically."""
    text = json.dumps(data, ensure_ascii=False, indent=1)
    replace(path, lambda place: place.write_text(text, encoding="utf-8"))
