"""The settings' file: read whatever it holds, changed key by key, never destroyed."""

from __future__ import annotations

import ast
import inspect
import os
import re
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from edge_app import modes, settings, syllables
from edge_app.pad import theme
from edge_app.settings import CHOICES, DEFAULTS, RANGES, Complaint, Settings, SettingsError
from tests.conftest import ROOT
from tests.test_files import names, no_room

ANY = st.builds(
    Settings,
    **{name: st.sampled_from(values) for name, values in CHOICES.items()},
    **{name: st.floats(least, greatest) for name, (least, greatest) in RANGES.items()},
)

_WORDS = [*asdict(DEFAULTS), "theem", "[pad]", "[[pad]]", "a.b", "dark", "12", "true", "0.5", "inf"]
_SIGNS = [
    "=",
    " = ",
    '"',
    "'",
    '"""',
    "'''",
    "[",
    "]",
    "{",
    "}",
    ",",
    "#",
    "\n",
    "\r\n",
    "\r",
    "\\",
]
ALMOST_TOML = st.lists(st.sampled_from([*_WORDS, *_SIGNS, "\0", "\ufeff", "가", "\u2028"])).map(
    "".join
)

_LINES = st.sampled_from(
    [
        *("# a remark", "", "  ", 'colour = "red"', "numbers = [1,\n 2]", 'note = """a\nb = 1"""'),
        *(
            'theme = "dark"   # at night',
            "live = false",
            'hand = "both"',
            "delay_s=1",
            '"mode"="jamo"',
        ),
    ]
)
FILES = st.lists(_LINES, unique_by=lambda line: re.split("[ =]", line)[0] or line).map("\n".join)
"""Texts that are TOML, with keys of all kinds."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def read(path: Path, text: str) -> tuple[Settings, list[Complaint]]:
    path.write_bytes(text.encode())
    found, complaints = settings.load(path)
    assert path.read_bytes() == text.encode(), "reading changed the file"
    return found, list(complaints)


# Reading


def test_without_a_file_the_defaults_hold(path: Path) -> None:
    assert settings.load(path) == (DEFAULTS, ())
    assert names(path.parent) == []


def test_the_file_is_in_the_users_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert settings.location() == tmp_path / "hangul-pad" / "settings.toml"
    settings.save(DEFAULTS, replace(DEFAULTS, hand="left"))
    assert settings.load().settings.hand == "left"
    assert settings.location().parent.stat().st_mode & 0o777 == 0o700


@given(chosen=ANY)
def test_what_is_printed_is_what_is_read(tmp_path_factory: Any, chosen: Settings) -> None:
    path = tmp_path_factory.mktemp("settings") / "settings.toml"
    assert read(path, settings.as_toml(chosen)) == (chosen, [])


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_every_fault_is_told_with_its_line_and_the_rest_counts(path: Path, line_end: str) -> None:
    lines = [
        "# mine",
        'theem = "dark"',
        'theme = "dark"   # at night',
        "delay_s = 'fast'",
        "fullscreen = 45",
        'note = """',
        'hand = "left"',
        '"""',
        "live = 1",
        "advance_s = 6.0",
        'mode = "jamo',
        "advance_s = 2",
        'theme = "contrast"',
        "language.first = 'ko'",
        'hand = "left"',
        "[pad]",
        'learn = "on"',
        "[pad",
    ]
    found, complaints = read(path, line_end.join(lines))
    assert found == replace(DEFAULTS, theme="dark", advance_s=2.0, hand="left")
    assert all(one.path == path for one in complaints)
    for one in complaints:
        assert str(one).startswith(f"{path}:{one.line}: {one.text.korean} ")
        assert "\n" not in str(one)
    told = {one.line: one.text.english for one in complaints}
    assert told == {
        2: "There is no setting theem, so it is skipped; did you mean theme?",
        4: "delay_s cannot be 'fast', so the default 0.35 holds; choose from 0.1 to 3.",
        5: "fullscreen cannot be 45, so the default false holds; choose from false, true.",
        6: "There is no setting note, so it is skipped; there are "
        + ", ".join(asdict(found))
        + ".",
        9: "live cannot be 1, so the default true holds; choose from true, false.",
        10: "advance_s cannot be 6.0, so the default 1.2 holds; choose from 0 to 5.",
        11: 'Not TOML, so it is skipped: mode = "jamo (write name = value, text in quotes)',
        13: "theme is there twice and the first one holds; delete one of them.",
        14: "language cannot be first = 'ko', so the default \"both\" holds; "
        'choose from "both", "ko", "en".',
        16: "Settings stand in no table, so all from [pad] on is ignored; move it above.",
        18: "Not TOML, so it is skipped: [pad (write name = value, text in quotes)",
    }


@pytest.mark.parametrize(
    "line",
    [
        *("live = 'true'", "live = 0", "fullscreen = 1"),
        *(
            "delay_s = true",
            "delay_s = nan",
            "delay_s = inf",
            "delay_s = 0.0999",
            "delay_s = 1e400",
        ),
        *("advance_s = -0.1", "language = ['ko']", "theme = {}", "hand = 1979-05-27", "mode = ''"),
        f"fullscreen = 1{'0' * 4000}",
    ],
)
def test_a_value_of_another_kind_or_out_of_range_leaves_the_default(path: Path, line: str) -> None:
    found, (complaint,) = read(path, line)
    assert found == DEFAULTS
    assert complaint.line == 1
    assert " cannot be " in complaint.text.english
    assert len(str(complaint)) < 500


def test_what_never_ends_is_told_where_it_begins(path: Path) -> None:
    found, complaints = read(path, 'note = """\nhand = "left"\ntheme = "dark"\nlist = [1,\n')
    assert found == replace(DEFAULTS, hand="left", theme="dark")
    assert [one.line for one in complaints] == [1, 4]


def test_of_a_file_that_is_nothing_but_faults_only_the_first_are_told(path: Path) -> None:
    _, complaints = read(path, "wrong\n" * 1000)
    assert [one.line for one in complaints] == [*range(1, 22)]
    assert "Not read from here on" in complaints[-1].text.english


def test_a_file_that_is_not_utf_8_is_told_and_still_read(path: Path) -> None:
    path.write_bytes("theme = 'dark'\n# 왼손잡이\nhand = 'left'\n".encode("euc-kr"))
    found, (complaint,) = settings.load(path)
    assert found == replace(DEFAULTS, theme="dark", hand="left")
    assert (complaint.line, "UTF-8" in complaint.text.english) == (2, True)


def test_a_byte_order_mark_is_no_fault(path: Path) -> None:
    assert read(path, '\ufefftheme = "dark"') == (replace(DEFAULTS, theme="dark"), [])


def make_folder(path: Path) -> None:
    path.mkdir()


def make_loop(path: Path) -> None:
    path.symlink_to(path.name)


def make_huge(path: Path) -> None:
    path.write_bytes(b"#" * 100_000)


@pytest.mark.parametrize(
    ("make", "said"),
    [(make_folder, "a folder, not a file"), (make_loop, "itself"), (make_huge, "65536 bytes")],
)
def test_what_cannot_be_read_leaves_the_defaults_and_is_not_touched(
    path: Path, make: Any, said: str
) -> None:
    make(path)
    found, (complaint,) = settings.load(path)
    assert found == DEFAULTS
    assert (complaint.path, complaint.line) == (path, None)
    assert said in complaint.text.english
    with pytest.raises(SettingsError, match=said):
        settings.save(DEFAULTS, replace(DEFAULTS, theme="dark"), path)
    assert names(path.parent) == [path.name]
    assert settings.load(path).complaints == (complaint,)


@given(text=st.one_of(st.text(), ALMOST_TOML))
def test_no_text_stops_it(tmp_path_factory: Any, text: str) -> None:
    path = tmp_path_factory.mktemp("settings") / "settings.toml"
    content = text.encode(errors="surrogatepass")
    path.write_bytes(content)
    found, complaints = settings.load(path)
    for name, value in asdict(found).items():
        assert settings._fits(name, value)
    lines = content.count(b"\n") + 1
    assert all(one.line is not None and 1 <= one.line <= lines for one in complaints)
    changed = replace(found, theme="dark", hand="left", delay_s=1.25, live=not found.live)
    settings.save(found, changed, path)
    assert settings.load(path).settings == changed
    kept = path.with_name("settings.toml.broken-1")
    try:
        tomlkit.parse(content.decode("utf-8-sig"))
    except (ValueError, tomlkit.exceptions.TOMLKitError):
        assert kept.read_bytes() == content
    else:
        assert not kept.exists() or kept.read_bytes() == content


# Saving


@given(text=FILES, before=ANY, after=ANY)
def test_only_what_changed_is_written(
    tmp_path_factory: Any, text: str, before: Settings, after: Settings
) -> None:
    path = tmp_path_factory.mktemp("settings") / "settings.toml"
    found, complaints = read(path, text)
    settings.save(before, after, path)
    changed = {name for name, value in asdict(after).items() if value != getattr(before, name)}
    now = settings.load(path)
    for name, value in asdict(now.settings).items():
        assert value == getattr(after if name in changed else found, name)
    # Lines of other keys are as they were and in their order.
    key = re.compile(r'^\s*"?(\w+)"? *=')
    others = [
        line
        for line in text.split("\n")
        if line.strip() and not ((match := key.match(line)) and match[1] in changed)
    ]
    remaining = iter(path.read_text(encoding="utf-8").split("\n"))
    assert all(line in remaining for line in others)
    assert names(path.parent) == ["settings.toml"]
    assert {one.text for one in now.complaints} <= {one.text for one in complaints}


def test_a_change_keeps_the_remark_beside_it(path: Path) -> None:
    path.write_text('# mine\ntheme = "dark"   # at night\n\ncolour = 3\nhand = "left"', "utf-8")
    before = settings.load(path).settings
    settings.save(before, replace(before, theme="light", live=False), path)
    assert path.read_text("utf-8") == (
        '# mine\ntheme = "light"   # at night\n\ncolour = 3\nhand = "left"\nlive = false\n'
    )


def test_a_new_file_says_what_is_not_as_by_default(path: Path) -> None:
    settings.save(DEFAULTS, replace(DEFAULTS, theme="dark", advance_s=1.5), path)
    heading, *lines = path.read_text("utf-8").splitlines()
    assert heading.startswith("# ")
    assert lines == ['theme = "dark"', "advance_s = 1.5"]


def test_nothing_changed_writes_nothing(path: Path) -> None:
    settings.save(DEFAULTS, DEFAULTS, path)
    assert not path.exists()


def test_a_change_made_meanwhile_in_an_editor_stays(path: Path) -> None:
    path.write_text('theme = "dark"\n', "utf-8")
    before = settings.load(path).settings
    path.write_text('theme = "dark"\nhand = "left"\n', "utf-8")
    settings.save(before, replace(before, theme="light"), path)
    assert settings.load(path).settings == replace(DEFAULTS, hand="left")


def test_a_key_with_a_wrong_value_can_be_changed(path: Path) -> None:
    path.write_text("theme = 3\ndelay_s = 'fast'\n", "utf-8")
    settings.save(DEFAULTS, replace(DEFAULTS, theme="dark"), path)
    assert path.read_text("utf-8") == "theme = \"dark\"\ndelay_s = 'fast'\n"


def test_a_file_that_is_no_toml_is_kept_beside_the_new_one(path: Path) -> None:
    broken = 'theme = "dark"\nhand = left\nlanguage = "ko"\n'
    for number in (1, 2):
        path.write_text(broken, "utf-8")
        before = settings.load(path).settings
        settings.save(before, replace(before, hand="left"), path)
        found, complaints = settings.load(path)
        assert found == replace(DEFAULTS, theme="dark", language="ko", hand="left")
        assert complaints == ()
        assert path.with_name(f"settings.toml.broken-{number}").read_text("utf-8") == broken
    assert len(names(path.parent)) == 3


def test_a_table_of_a_keys_name_gives_way_to_it(path: Path) -> None:
    path.write_text('[pad]\nx = 1\n[theme]\nname = "dark"\n', "utf-8")
    settings.save(DEFAULTS, replace(DEFAULTS, theme="dark"), path)
    assert settings.load(path).settings.theme == "dark"
    everything = "".join(one.read_text("utf-8") for one in path.parent.iterdir())
    assert "x = 1" in everything


def test_of_a_link_the_target_is_changed(path: Path) -> None:
    target = path.parent / "dotfiles" / "pad.toml"
    path.symlink_to("dotfiles/pad.toml")  # which is not there yet
    for chosen in ("dark", "contrast"):
        settings.save(DEFAULTS, replace(DEFAULTS, theme=chosen), path)
        assert path.is_symlink()
        assert f'theme = "{chosen}"' in target.read_text("utf-8")


def test_permissions_stay(path: Path) -> None:
    path.write_text('theme = "dark"\n', "utf-8")
    path.chmod(0o640)
    settings.save(DEFAULTS, replace(DEFAULTS, theme="contrast"), path)
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("text", ['theme = "dark"\n', "theme = dark\n"])
def test_on_a_full_disk_the_file_stays_and_the_reason_is_told(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")
    with pytest.raises(SettingsError) as raised, no_room():
        settings.save(DEFAULTS, replace(DEFAULTS, theme="contrast"), path)
    assert str(path) in raised.value.text.korean and str(path) in raised.value.text.english
    assert "저장 공간" in raised.value.text.korean
    assert "no space left" in raised.value.text.english
    assert path.read_text("utf-8") == text
    assert names(path.parent) == [path.name]


def test_where_no_folder_can_be_made_the_reason_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    path = tmp_path / "home" / ".config" / "settings.toml"
    assert settings.load(path).settings == DEFAULTS
    with pytest.raises(SettingsError, match="should be its folder is a file"):
        settings.save(DEFAULTS, replace(DEFAULTS, theme="dark"), path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_in_a_folder_that_may_not_be_written_the_reason_is_told(path: Path) -> None:
    path.write_text('theme = "dark"\n', "utf-8")
    path.parent.chmod(0o500)
    with pytest.raises(SettingsError, match="permission denied"):
        settings.save(DEFAULTS, replace(DEFAULTS, theme="light"), path)
    path.parent.chmod(0o700)
    assert path.read_text("utf-8") == 'theme = "dark"\n'


# The table of keys


def test_every_key_has_its_values_and_a_line_of_meaning() -> None:
    assert set(CHOICES) | set(RANGES) == set(asdict(DEFAULTS))
    assert not set(CHOICES) & set(RANGES)
    for name, value in asdict(DEFAULTS).items():
        assert settings._fits(name, value)
    (body,) = (
        node.body
        for node in ast.parse(inspect.getsource(Settings)).body
        if isinstance(node, ast.ClassDef)
    )
    fields, meanings = body[1::2], body[2::2]
    assert all(isinstance(one, ast.AnnAssign) for one in fields)
    assert all(isinstance(one, ast.Expr) for one in meanings)
    assert len(fields) == len(meanings) == len(asdict(DEFAULTS))


def test_values_named_after_something_are_its_names() -> None:
    assert CHOICES["theme"] == tuple(theme.PALETTES)
    assert CHOICES["mode"] == modes.MODES
    assert CHOICES["labels"] == ("model", *syllables.SETS)


def test_the_document_has_every_key_with_its_values_and_default() -> None:
    text = (ROOT / "docs/settings.md").read_text("utf-8")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    told = {key.strip("`"): (values, default) for key, _, values, default in rows}
    expected = {}
    for line in settings.as_toml(DEFAULTS).splitlines():
        name, _, default = line.partition(" = ")
        if name in RANGES:
            values = "{:g} to {:g}".format(*RANGES[name])
        else:
            values = ", ".join(f"`{settings._toml(one)}`" for one in CHOICES[name])
        expected[name] = (values, f"`{default}`")
    assert list(told.items()) == list(expected.items())


def test_the_documents_example_is_understood(path: Path) -> None:
    (example,) = re.findall(
        r"```toml\n(.*?)```", (ROOT / "docs/settings.md").read_text("utf-8"), re.S
    )
    found, complaints = read(path, example)
    assert complaints == []
    assert found == replace(DEFAULTS, theme="dark", hand="left", delay_s=0.6, fullscreen=True)
