"""Imports point one way, and the device's part is light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

HEAVY = {"tensorflow", "keras", "jax", "torch", "matplotlib"}
FORBIDDEN = {
    "edge_app": {"train", "convert", "tests", "PIL", *HEAVY},
    "train": {"convert", "tests"},
    "convert": {"tests"},
}


def imported(path: Path) -> set[str]:
    """Top-level names that a file imports anywhere, in functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("package", FORBIDDEN)
def test_imports_point_one_way(package: str) -> None:
    files = sorted((ROOT / package).rglob("*.py"))
    assert files
    against = {
        str(path.relative_to(ROOT)): sorted(imported(path) & FORBIDDEN[package]) for path in files
    }
    assert {path: names for path, names in against.items() if names} == {}


def loaded_by(code: str) -> set[str]:
    """Top-level modules that are loaded after some code ran in a fresh interpreter."""
    report = f"{code}\nimport sys; print('LOADED', *{{m.partition('.')[0] for m in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", report], cwd=ROOT, capture_output=True, text=True, check=True
    )
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("LOADED"))
    return set(line.split())


def test_recognising_and_the_window_load_nothing_heavy() -> None:
    code = (
        "from edge_app import Recognizer, samples, bench, doctor, images, pad\n"
        "Recognizer('digits').recognize(samples.load()[0].strokes)"
    )
    loaded = loaded_by(code)
    assert {"numpy", "cv2", "pygame"} <= loaded
    assert not loaded & HEAVY


def test_the_command_line_starts_without_any_library() -> None:
    code = "import edge_app.cli\ntry: edge_app.cli.main(['--help'])\nexcept SystemExit: pass"
    assert not loaded_by(code) & {"numpy", "cv2", "pygame", "ai_edge_litert", "tomlkit", *HEAVY}


def test_showing_the_settings_loads_one_library() -> None:
    loaded = loaded_by("import edge_app.cli\nedge_app.cli.main(['settings'])")
    assert "tomlkit" in loaded
    assert not loaded & {"numpy", "cv2", "pygame", "ai_edge_litert", *HEAVY}
