"""The Colab notebook: a valid file whose commands and options exist."""

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
NOTEBOOK: dict[str, Any] = json.loads((ROOT / "train/colab.ipynb").read_text(encoding="utf-8"))
CODE = ["".join(cell["source"]) for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]
COMMANDS = re.findall(r"^[#\s]*!python (.+)$", "\n".join(CODE), re.MULTILINE)


def test_it_is_a_notebook() -> None:
    """What the nbformat 4.5 schema asks for."""
    assert (NOTEBOOK["nbformat"], NOTEBOOK["nbformat_minor"]) == (4, 5)
    assert isinstance(NOTEBOOK["metadata"], dict)
    identities = [cell["id"] for cell in NOTEBOOK["cells"]]
    assert len(set(identities)) == len(identities)
    for cell in NOTEBOOK["cells"]:
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


def test_text_is_in_both_languages() -> None:
    for cell in NOTEBOOK["cells"]:
        if cell["cell_type"] == "markdown":
            text = "".join(cell["source"])
            assert re.search("[가-힣]", text)
            assert re.search("[a-z]{4}", text)


def test_cells_are_python_apart_from_their_shell_lines() -> None:
    for source in CODE:
        plain = re.sub(r"^(\s*)[!%].*$", r"\1pass", source, flags=re.MULTILINE)
        compile(plain, "cell", "exec")


def test_it_walks_the_whole_road() -> None:
    scripts = [shlex.split(command)[0] for command in COMMANDS]
    for script in (
        "train/prepare.py",
        "train/train.py",
        "convert/to_tflite.py",
        "train/evaluate.py",
    ):
        assert script in scripts


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_and_their_options_exist(command: str) -> None:
    words = shlex.split(command.replace("{PEN}", "--pen FILE").replace("{RUN}", "runs/x"))
    done = subprocess.run(
        [sys.executable, *words, "--help"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for word in words:
        if word.startswith("--"):
            assert re.search(rf"{word}\b", done.stdout), f"{words[0]} has no {word}"
