"""A kiosk on machines that are made of files: what it finds, writes, leaves and takes away."""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from edge_app.kiosk import plan, screen, texts
from edge_app.kiosk.command import Command, this_pad
from edge_app.kiosk.files import BEGIN, END, File, KioskError, State
from edge_app.kiosk.machine import detect
from edge_app.kiosk.sdl import debian_library
from tests.conftest import PATIENCE_S, ROOT

BOOKWORM = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n'
TRIXIE = 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nVERSION_ID="13"\nID=debian\n'


def pi(
    root: Path, release: str = TRIXIE, session: str = "rpd-labwc", screen: str = "DSI-1"
) -> Path:
    """A Raspberry Pi's files; without a session, one that starts into the console."""
    for name, text in {
        "etc/os-release": release,
        "proc/device-tree/model": "Raspberry Pi 5 Model B Rev 1.0\0",
        f"sys/class/drm/card1-{screen}/status": "connected\n",
        "sys/class/drm/card1-HDMI-A-2/status": "disconnected\n",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    if session:
        for name in ("usr/sbin/lightdm", "etc/lightdm/lightdm.conf"):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "usr/sbin/lightdm").touch()
        config = f"[Seat:*]\n#user-session=y\nuser-session=x\nautologin-session={session}\n"
        (root / "etc/lightdm/lightdm.conf").write_text(config, encoding="utf-8")
    return root


def at(home: Path) -> plan.Places:
    return plan.places({"HOME": str(home)}, "writer")


def made(way: str, root: Path, home: Path, **wishes: int) -> plan.Plan:
    return plan.make(
        plan.Wish(way, **wishes),
        detect({}, root),
        at(home),
        Command(("/opt/pad/bin/hangul-pad", "--fullscreen")),
        touch=("Goodix Capacitive TouchScreen",),
    )


def text_of(found: plan.Plan, name: str) -> str:
    return next(file.text for file in found.files if file.path.name == name)


# what it finds


@pytest.mark.parametrize(
    ("session", "kind"),
    [
        ("LXDE-pi-labwc", "labwc"),
        ("rpd-labwc", "labwc"),
        ("LXDE-pi-wayfire", "wayfire"),
        ("LXDE-pi-x", "x11"),
        ("rpd-x", "x11"),
        ("", "console"),
    ],
)
def test_over_ssh_the_session_is_the_display_managers(
    session: str, kind: str, tmp_path: Path
) -> None:
    machine = detect({}, pi(tmp_path, BOOKWORM, session))
    assert (machine.session, machine.release) == (kind, 12)
    assert machine.model == "Raspberry Pi 5 Model B Rev 1.0"
    assert machine.outputs == ("DSI-1",)
    assert machine.boots_desktop == machine.has_desktop == bool(session)


def test_a_desktop_that_is_not_started_is_none(tmp_path: Path) -> None:
    pi(tmp_path)
    target = tmp_path / "etc/systemd/system/default.target"
    target.parent.mkdir(parents=True)
    target.symlink_to("/lib/systemd/system/multi-user.target")
    machine = detect({}, tmp_path)
    assert (machine.session, machine.has_desktop, machine.boots_desktop) == ("console", True, False)


@pytest.mark.parametrize(
    ("environment", "kind"),
    [
        ({"WAYLAND_DISPLAY": "wayland-0", "XDG_CURRENT_DESKTOP": "labwc:wlroots"}, "labwc"),
        ({"WAYLAND_DISPLAY": "wayland-0", "XDG_CURRENT_DESKTOP": "wayfire:wlroots"}, "wayfire"),
        (
            {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0", "XDG_CURRENT_DESKTOP": "GNOME"},
            "wayland",
        ),
        ({"DISPLAY": ":0", "XDG_CURRENT_DESKTOP": "LXDE"}, "x11"),
    ],
)
def test_inside_a_session_its_environment_counts(
    environment: dict[str, str], kind: str, tmp_path: Path
) -> None:
    assert detect(environment, pi(tmp_path, session="rpd-x")).session == kind


def test_a_machine_that_says_nothing_of_itself(tmp_path: Path) -> None:
    machine = detect({}, tmp_path)
    assert (machine.model, machine.system, machine.release, machine.outputs) == ("", "", 0, ())
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/os-release").write_text("ID=fedora\nVERSION_ID=42\n", encoding="utf-8")
    assert detect({}, tmp_path).release == 0


def test_only_a_newer_sdl_stands_in(tmp_path: Path) -> None:
    library = tmp_path / "usr/lib/aarch64-linux-gnu/libSDL2-2.0.so.0"
    library.parent.mkdir(parents=True)
    library.touch()
    assert debian_library(detect({}, pi(tmp_path, BOOKWORM)), tmp_path) is None
    assert debian_library(detect({}, pi(tmp_path, TRIXIE)), tmp_path) == library


# what it writes


@pytest.mark.parametrize(
    "theirs", [None, b"", b"waybar &\n", b"#!/bin/sh\n\xff\xfe no end", b"\r\n\t \n"]
)
def test_a_users_file_keeps_its_bytes(theirs: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "labwc" / "autostart"
    if theirs is not None:
        path.parent.mkdir()
        path.write_bytes(theirs)
        path.chmod(0o600)
    file = File(path, "ours &\n", shared=True)
    assert file.install() is (State.NEW if theirs is None else State.CHANGED)
    once = path.read_bytes()
    assert once.startswith(theirs or b"")
    assert f"{BEGIN}".encode() in once
    assert file.install() is State.SAME
    assert path.read_bytes() == once
    later = File(path, "ours anew &\n", shared=True)
    assert later.install() is State.CHANGED
    assert path.read_bytes() == once.replace(b"ours", b"ours anew")
    if theirs is not None:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert later.uninstall() is (State.RESTORED if theirs else State.REMOVED)
    assert (path.read_bytes() if path.exists() else b"") == (theirs or b"")
    assert later.uninstall() is State.ABSENT


def test_what_a_user_wrote_below_stays_too(tmp_path: Path) -> None:
    path = tmp_path / "autostart"
    path.write_bytes(b"above")
    file = File(path, "ours\n", shared=True)
    file.install()
    path.write_bytes(path.read_bytes() + b"below")
    assert file.install() is State.SAME
    file.uninstall()
    assert path.read_bytes() == b"abovebelow"


@pytest.mark.parametrize("marks", [BEGIN, END, f"{END}\n{BEGIN}", f"{BEGIN}\n{BEGIN}\n{END}"])
def test_broken_marks_are_told_with_their_line(marks: str, tmp_path: Path) -> None:
    path = tmp_path / "autostart"
    path.write_text(f"theirs\n{marks}\n", encoding="utf-8")
    before = path.read_bytes()
    for act in (File(path, "x\n", shared=True).install, File(path, "", shared=True).uninstall):
        with pytest.raises(KioskError, match=r"autostart:2: .*do not match"):
            act()
    assert path.read_bytes() == before


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """People keep their settings in a repository and link to them."""
    kept, link = tmp_path / "kept", tmp_path / "autostart"
    kept.write_bytes(b"theirs\n")
    link.symlink_to(kept)
    File(link, "ours\n", shared=True).install()
    assert link.is_symlink()
    assert b"ours" in kept.read_bytes()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(KioskError, match="Not a directory"):
        File(tmp_path / "file" / "below", "x").install()


@pytest.mark.parametrize("way", plan.WAYS)
def test_a_second_run_changes_nothing_and_removal_leaves_nothing(way: str, tmp_path: Path) -> None:
    root, home = pi(tmp_path / "root"), tmp_path / "집 home"
    home.mkdir()
    found = made(way, root, home, **({} if way == "kms" else {"turn": 90}))
    assert all(file.install(dry=True) is State.NEW for file in found.files)
    assert not list(home.iterdir())
    assert all(file.install() is State.NEW for file in found.files)
    assert all(file.install() is State.SAME for file in found.files)
    written = {path for path in home.rglob("*") if path.is_file()}
    assert written == {file.path for file in found.files} <= set(plan.every_file(at(home)))
    for file in plan.leftover(at(home), plan.NOTHING):
        file.uninstall()
    assert not [path for path in home.rglob("*") if path.is_file()]


def test_another_kind_of_session_takes_the_first_ones_place(tmp_path: Path) -> None:
    root, home = pi(tmp_path / "root"), tmp_path / "home"
    for way in ("labwc", "x11", "cage", "labwc"):
        found = made(way, root, home)
        for file in found.files:
            file.install()
        for file in plan.leftover(at(home), found):
            file.uninstall()
        present = {path for path in home.rglob("*") if path.is_file()}
        assert present == {file.path for file in found.files}


def test_the_folders_are_those_of_xdg(tmp_path: Path) -> None:
    there = plan.places(
        {"HOME": "/h", "XDG_CONFIG_HOME": "/c", "XDG_DATA_HOME": "not/absolute"}, "u"
    )
    assert (there.config, there.data) == (Path("/c"), Path("/h/.local/share"))


# turns and rest


def test_a_turn_in_the_words_of_each_session(tmp_path: Path) -> None:
    root, home = pi(tmp_path / "root"), tmp_path / "home"
    lines = text_of(made("labwc", root, home, turn=90), "session.sh").splitlines()
    assert "wlr-randr --output DSI-1 --transform 270" in lines
    hdmi = pi(tmp_path / "hdmi", screen="HDMI-A-1")
    lines = text_of(made("x11", hdmi, home, turn=90), "session.sh").splitlines()
    assert "xrandr --output HDMI-1 --rotate right" in lines
    assert "xinput map-to-output 'Goodix Capacitive TouchScreen' HDMI-1" in lines
    bookworm = pi(tmp_path / "old", BOOKWORM)
    unit = text_of(made("cage", bookworm, home, turn=90), texts.CONSOLE_UNIT)
    assert '"/usr/bin/cage" "-s" "-r" "-r" "-r" "--"' in unit
    newer = made("cage", root, home, turn=180)
    assert "wlr-randr --output DSI-1 --transform 180" in text_of(newer, "cage.sh")
    assert "-r" not in text_of(newer, texts.CONSOLE_UNIT).split("ExecStart")[1].split()
    assert [screen.wayland_transform(turn) for turn in screen.TURNS] == [
        "normal",
        "270",
        "180",
        "90",
    ]


def test_what_cannot_be_had_is_said(tmp_path: Path) -> None:
    root, home = pi(tmp_path / "root"), tmp_path / "home"
    with pytest.raises(KioskError, match="cannot turn"):
        made("kms", root, home, turn=90)
    with pytest.raises(KioskError, match="--desktop"):
        made("cage", root, home, rest_s=60)
    with pytest.raises(KioskError, match="No connected screen"):
        made("labwc", tmp_path / "nothing", home, turn=90)


def test_rest_in_the_words_of_each_session(tmp_path: Path) -> None:
    root, home = pi(tmp_path / "root"), tmp_path / "home"
    rests = "SDL_VIDEO_ALLOW_SCREENSAVER=1"
    lit, dark = made("labwc", root, home), made("labwc", root, home, rest_s=600)
    assert "swayidle" not in text_of(lit, "session.sh")
    assert "swayidle -w timeout 600 'wlopm --off \\*'" in text_of(dark, "session.sh")
    assert rests not in text_of(lit, texts.UNIT)
    assert rests in text_of(dark, texts.UNIT)
    assert "xset s off -dpms" in text_of(made("x11", root, home), "session.sh")
    assert "dpms 600 600 600" in text_of(made("x11", root, home, rest_s=600), "session.sh")


@pytest.mark.parametrize("way", plan.WAYS)
def test_every_script_is_one_that_sh_can_read(way: str, tmp_path: Path) -> None:
    wishes = {} if way in ("cage", "kms") else {"rest_s": 60}
    turn = {} if way == "kms" else {"turn": 90}
    for file in made(way, pi(tmp_path / "r"), tmp_path / "it's 집", **wishes, **turn).files:
        if file.text.startswith("#!/bin/sh") or file.shared:
            subprocess.run(["sh", "-n", "-c", file.text], check=True)


def test_the_session_runs_the_script_it_was_given(tmp_path: Path) -> None:
    """labwc's autostart, run by sh as labwc does, with a systemctl that writes down its orders."""
    home, tools = tmp_path / "it's 집", tmp_path / "bin"
    tools.mkdir()
    told = tmp_path / "told"
    for name in ("systemctl", "wlr-randr"):
        (tools / name).write_text(f'#!/bin/sh\necho "{name} $*" >> {told}\n', encoding="utf-8")
        (tools / name).chmod(0o755)
    found = made("labwc", pi(tmp_path / "root"), home, turn=180)
    for file in found.files:
        file.install()
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    line = f". {shlex.quote(str(home / '.config/labwc/autostart'))}; wait"
    subprocess.run(["sh", "-c", line], env={"PATH": path}, check=True)
    assert told.read_text(encoding="utf-8").splitlines() == [
        "wlr-randr --output DSI-1 --transform 180",
        "systemctl --user import-environment WAYLAND_DISPLAY DISPLAY XAUTHORITY XDG_SESSION_TYPE "
        "XDG_CURRENT_DESKTOP",
        "systemctl --user start hangul-pad.service",
    ]


# the command


def command(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "SUDO_USER")
    inherited = {name: value for name, value in os.environ.items() if name not in hidden}
    return subprocess.run(
        [sys.executable, "-m", "edge_app", "install-kiosk", *arguments],
        env={**inherited, "PYTHONPATH": str(ROOT), "HOME": str(home), **environment},
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=PATIENCE_S,
    )


LABWC = {"WAYLAND_DISPLAY": "wayland-0", "XDG_CURRENT_DESKTOP": "labwc:wlroots"}


def test_the_command_installs_shows_and_removes(tmp_path: Path) -> None:
    autostart = tmp_path / ".config/labwc/autostart"
    autostart.parent.mkdir(parents=True)
    autostart.write_bytes(b"mine &\n")
    dry = command(tmp_path, "--dry-run", **LABWC)
    assert (dry.returncode, dry.stderr) == (0, "")
    assert "[Service]" in dry.stdout
    assert "Nothing is written" in dry.stdout
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [autostart]
    first, second = command(tmp_path, **LABWC), command(tmp_path, **LABWC)
    assert (first.returncode, second.returncode) == (0, 0), first.stderr
    assert first.stdout.count("새로 씀 · new") == 3
    assert second.stdout.count("그대로 · unchanged") == 4
    unit = tmp_path / ".config/systemd/user/hangul-pad.service"
    assert this_pad("--fullscreen").for_systemd() in unit.read_text(encoding="utf-8")
    gone = command(tmp_path, "--uninstall", **LABWC)
    assert gone.returncode == 0
    assert "되돌림 · restored" in gone.stdout
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [autostart]
    assert autostart.read_bytes() == b"mine &\n"


def test_the_command_prints_what_needs_sudo(tmp_path: Path) -> None:
    done = command(tmp_path, "--console")
    assert done.returncode == 0, done.stderr
    for part in ("sudo usermod -aG video,render,input ", "/etc/pam.d/hangul-pad", "sudo reboot"):
        assert part in done.stdout


def test_wrong_usage(tmp_path: Path) -> None:
    for arguments in (
        ["--desktop", "--console"],
        ["--no-blank", "--blank-after", "60"],
        ["--rotate", "45"],
        ["--blank-after", "0"],
    ):
        assert command(tmp_path, *arguments).returncode == 2
    assert command(tmp_path, "--console", "--blank-after", "60").returncode == 1
    if os.geteuid() == 0:
        assert command(tmp_path, SUDO_USER="writer").returncode == 2
    assert not list(tmp_path.iterdir())
