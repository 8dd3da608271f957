"""The Colab notebooks: valid files whose commands and options exist."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "train").glob("*.ipynb"))
}


def code(name: str) -> list[str]:
    """The content of a notebook's code cells."""
    cells = NOTEBOOKS[name]["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def commands(name: str) -> list[str]:
    """What a notebook's cells ask Python to run, commented out or not."""
    return re.findall(r"^[#\s]*!python (.+)$", "\n".join(code(name)), re.MULTILINE)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_it_is_a_notebook(name: str) -> None:
    """What the nbformat 4.5 schema asks for."""
    notebook = NOTEBOOKS[name]
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert isinstance(notebook["metadata"], dict)
    identities = [cell["id"] for cell in notebook["cells"]]
    assert len(set(identities)) == len(identities)
    for cell in notebook["cells"]:
        assert re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", cell["id"])
        assert isinstance(cell["metadata"], dict)
        assert all(isinstance(line, str) for line in cell["source"])
        assert all(line.endswith("\n") for line in cell["source"][:-1])
        if cell["cell_type"] == "code":
            assert set(cell) == {
                "cell_type",
                "execution_count",
                "id",
                "metadata",
                "outputs",
                "source",
            }
            assert cell["outputs"] == []
            assert cell["execution_count"] is None
        else:
            assert set(cell) == {"cell_type", "id", "metadata", "source"}


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_text_is_in_both_languages(name: str) -> None:
    for cell in NOTEBOOKS[name]["cells"]:
        if cell["cell_type"] == "markdown":
            text = "".join(cell["source"])
            assert re.search("[가-힣]", text)
            assert re.search("[a-z]{4}", text)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_cells_are_python_apart_from_their_shell_lines(name: str) -> None:
    for source in code(name):
        plain = re.sub(r"^(\s*)[!%].*$", r"\1pass", source, flags=re.MULTILINE)
        compile(plain, "cell", "exec")


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_it_walks_the_whole_road(name: str) -> None:
    scripts = [shlex.split(command)[0] for command in commands(name)]
    for script in (
        "train/prepare.py",
        "train/train.py",
        "convert/to_tflite.py",
        "train/evaluate.py",
    ):
        assert script in scripts


@pytest.mark.parametrize("command", [command for name in NOTEBOOKS for command in commands(name)])
def test_commands_and_their_options_exist(command: str) -> None:
    filled = re.sub(r"\{MINUTES[^}]*\}", "60", command.replace("{PEN}", "--pen FILE"))
    words = shlex.split(re.sub(r"\{RUNS?\}", "runs/x", filled))
    done = subprocess.run(
        [sys.executable, *words, "--help"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for word in words:
        if word.startswith("--"):
            assert re.search(rf"{word}\b", done.stdout), f"{words[0]} has no {word}"
