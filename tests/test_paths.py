"""The user's folders, as the XDG Base Directory Specification has them."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from edge_app import paths


def test_without_any_variable_they_are_in_the_home(home: Path) -> None:
    assert paths.config() == home / ".config/hangul-pad"
    assert paths.data() == home / ".local/share/hangul-pad"
    assert paths.state() == home / ".local/state/hangul-pad"


def test_each_has_a_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    found = paths.config(), paths.data(), paths.state()
    assert found == tuple(tmp_path / name / "hangul-pad" for name in ("CONFIG", "DATA", "STATE"))


@pytest.mark.parametrize("value", ["", "relative/folder", "~/.config"])
def test_what_is_not_absolute_is_ignored(
    monkeypatch: pytest.MonkeyPatch, home: Path, value: str
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", value)
    assert paths.config() == home / ".config/hangul-pad"


@pytest.mark.parametrize("value", [None, "", "here"])
def test_a_home_that_the_environment_does_not_name_is_looked_up(
    monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    if value is None:
        monkeypatch.delenv("HOME")
    else:
        monkeypatch.setenv("HOME", value)
    assert paths.state() == Path(pwd.getpwuid(os.getuid()).pw_dir) / ".local/state/hangul-pad"
