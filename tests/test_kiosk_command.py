"""The command of a kiosk in the grammars of sh, desktop entries and systemd, with odd paths."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from edge_app.kiosk import texts
from edge_app.kiosk.command import Command, this_pad
from tests.conftest import ROOT

ODD_NAMES = (
    "plain",
    "두 글자 이름",
    "a b",
    "it's",
    'say "hi"',
    "100%",
    "$HOME",
    "back\\slash",
    "`x`",
)


# the three grammars


@pytest.mark.parametrize("name", ODD_NAMES)
def test_sh_runs_the_very_program(name: str, tmp_path: Path) -> None:
    folder = tmp_path / name
    folder.mkdir()
    program = folder / "hangul-pad"
    program.write_text('#!/bin/sh\npwd; printf "<%s>" "$0" "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    line = Command((str(program), "--fullscreen", name), folder).for_shell()
    done = subprocess.run(["sh", "-c", line], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout == f"{folder}\n<{program}><--fullscreen><{name}>"


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_desktop_entry_names_the_very_program(name: str) -> None:
    """Undone by the specification's own steps: string escapes, then quotes, then field codes."""
    value = Command((f"/opt/{name}/hangul-pad", "--fullscreen")).for_desktop()
    unescaped = value.replace("\\\\", "\\")
    quoted = re.findall(r'"((?:[^"\\]|\\.)*)"', unescaped)
    first, second = (re.sub(r"\\(.)", r"\1", word).replace("%%", "%") for word in quoted)
    assert (first, second) == (f"/opt/{name}/hangul-pad", "--fullscreen")


def test_special_characters_of_each_grammar() -> None:
    command = Command(('/a "b" $c %d \\e/pad',))
    assert command.for_desktop() == '"/a \\\\"b\\\\" \\\\$c %%d \\\\\\\\e/pad"'
    path = '"/a \\"b\\" $c %%d \\\\e/pad"'
    assert command.for_systemd() == f':"/bin/sh" "-c" "exec \\"$0\\" \\"$@\\"" {path}'


def test_the_pad_is_this_interpreters() -> None:
    command = this_pad("--fullscreen")
    script = Path(sys.executable).with_name("hangul-pad")
    if script.exists():
        assert command == Command((str(script), "--fullscreen"))
    else:
        assert command == Command((sys.executable, "-m", "edge_app", "--fullscreen"), ROOT)


# what other programs say of the files


@pytest.mark.parametrize("name", ODD_NAMES)
def test_systemd_accepts_the_units(name: str, tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd-analyze here")
    program = tmp_path / name / "hangul-pad"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    pad = Command((str(program), "--fullscreen"), program.parent)
    user, system = tmp_path / texts.UNIT, tmp_path / texts.CONSOLE_UNIT
    user.write_text(texts.unit(pad, {"SDL_VIDEODRIVER": "wayland,x11"}), encoding="utf-8")
    system.write_text(texts.console_unit(pad, "root", tmp_path, {"A": "b c%d"}), encoding="utf-8")
    for unit, options in ((user, ["--user"]), (system, [])):
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *options, unit],
            capture_output=True,
            encoding="utf-8",
            env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert unit.name not in done.stderr


@pytest.mark.parametrize("name", ODD_NAMES)
def test_desktop_file_validate_accepts_the_entries(name: str, tmp_path: Path) -> None:
    if not shutil.which("desktop-file-validate"):
        pytest.skip("no desktop-file-validate here")
    pad = Command((f"/opt/{name}/hangul-pad", "--fullscreen"), Path(f"/opt/{name}"))
    for autostart in (False, True):
        path = tmp_path / "hangul-pad.desktop"
        path.write_text(texts.desktop_entry(pad, autostart=autostart), encoding="utf-8")
        done = subprocess.run(
            ["desktop-file-validate", path], capture_output=True, encoding="utf-8", check=False
        )
        assert (done.returncode, done.stdout) == (0, "")
