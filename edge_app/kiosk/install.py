"""`hangul-pad install-kiosk`: looks, tells what it found and what it writes, and writes it.

It writes only below the user's own folders and runs nothing; what needs sudo it prints.
"""

from __future__ import annotations

import argparse
import getpass
import os
import shutil
import sys
from pathlib import Path

from edge_app.kiosk import devices, plan, screen, sdl, texts
from edge_app.kiosk.command import this_pad
from edge_app.kiosk.files import File, KioskError, State
from edge_app.kiosk.machine import CONSOLE, DESKTOPS, Machine, detect

DONE, FAILED, USAGE = 0, 1, 2

_TOOLS = ("cage", "wlr-randr", "swayidle", "wlopm", "xinput", "xrandr")

_UNIT_PLACE = Path("/etc/systemd/system") / texts.CONSOLE_UNIT


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command to `hangul-pad`'s."""
    text = "켜면 바로 패드가 뜨는 기기로 / a device that shows the pad when it is switched on"
    parser = commands.add_parser("install-kiosk", help=text, description=text)
    way = parser.add_mutually_exclusive_group()
    way.add_argument(
        "--desktop",
        action="store_true",
        help="데스크톱 안에서 / in the desktop session (default where there is one)",
    )
    way.add_argument(
        "--console",
        nargs="?",
        const="cage",
        choices=("cage", "kms"),
        help="데스크톱 없이 / without a desktop: in the compositor cage, or on KMS/DRM itself",
    )
    parser.add_argument(
        "--rotate",
        type=int,
        choices=screen.TURNS,
        help="화면을 시계 방향으로 돌리기 / turn the screen clockwise, degrees",
    )
    blank = parser.add_mutually_exclusive_group()
    blank.add_argument(
        "--no-blank",
        dest="blank_after",
        action="store_const",
        const=screen.STAY_LIT,
        help="화면을 늘 켜 두기 / keep the screen lit (default)",
    )
    blank.add_argument(
        "--blank-after",
        type=_seconds,
        metavar="SECONDS",
        help="쓰지 않으면 화면 끄기 / let it go dark after idle seconds",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="쓰지 않고 보여 주기만 / only show what it would do"
    )
    parser.add_argument(
        "--uninstall", action="store_true", help="되돌리기 / take everything away again"
    )
    parser.set_defaults(run=run, blank_after=screen.STAY_LIT)


def _seconds(text: str) -> int:
    if text.isdecimal() and int(text) >= 1:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of seconds, at least 1")


def run(options: argparse.Namespace) -> int:
    """Does what the options say; returns the exit status."""
    if os.geteuid() == 0 and os.environ.get("SUDO_USER"):
        print(
            "hangul-pad: sudo 없이 실행하세요. Run it without sudo: the files belong to "
            f"{os.environ['SUDO_USER']}",
            file=sys.stderr,
        )
        return USAGE
    machine = detect(os.environ)
    at = plan.places(os.environ, getpass.getuser())
    _tell_machine(machine)
    try:
        if options.uninstall:
            made, steps = plan.NOTHING, plan.removal_steps(machine, _UNIT_PLACE.exists())
        else:
            wish = plan.Wish(_way(options, machine), options.rotate, options.blank_after)
            made = _planned(wish, machine, at)
            steps = made.steps
            print(f"방식 · way: {wish.way}")
        print()
        _carry_out(made.files, plan.leftover(at, made), dry=options.dry_run)
    except KioskError as error:
        print(f"hangul-pad: {error}", file=sys.stderr)
        return FAILED
    _tell_steps(steps)
    return DONE


def _way(options: argparse.Namespace, machine: Machine) -> str:
    if options.console:
        return str(options.console)
    if machine.session != CONSOLE:
        return machine.session
    return DESKTOPS[0] if options.desktop else "cage"


def _planned(wish: plan.Wish, machine: Machine, at: plan.Places) -> plan.Plan:
    stand_in = None
    if wish.way == "kms" and not sdl.draws_without_a_desktop():
        stand_in = sdl.debian_library(machine)
        if stand_in is None:
            raise KioskError(
                "pygame에 든 SDL에는 KMS/DRM이 없습니다. --console cage를 쓰거나, Trixie라면 "
                "sudo apt install libsdl2-2.0-0. The SDL in pygame's wheel has no KMS/DRM; use "
                "--console cage, or on Trixie: sudo apt install libsdl2-2.0-0"
            )
    return plan.make(
        wish,
        machine,
        at,
        this_pad("--fullscreen"),
        touch=[device.name for device in devices.here()],
        tools=[tool for tool in _TOOLS if shutil.which(tool)],
        sdl=stand_in,
    )


def _tell_machine(machine: Machine) -> None:
    print(f"기기 · device: {machine.model or 'Raspberry Pi가 아님 · no Raspberry Pi'}")
    print(f"시스템 · system: {machine.system or '알 수 없음 · unknown'}")
    print(f"세션 · session: {machine.session} ({machine.source})")
    print(f"화면 · screens: {', '.join(machine.outputs) or '없음 · none found'}")


def _carry_out(files: tuple[File, ...], leftover: list[File], *, dry: bool) -> None:
    """Installs files and takes others away, or shows what that would be."""
    if dry:
        print("아무것도 쓰지 않습니다. Nothing is written.")
    for file in files:
        print(f"{file.install(dry=dry).value}: {file.path}", flush=True)
        if dry:
            print("".join(f"    {line}\n" for line in file.text.splitlines()))
    for file in leftover:
        state = file.uninstall(dry=dry)
        if state is not State.ABSENT:
            print(f"{state.value}: {file.path}", flush=True)


def _tell_steps(steps: tuple[plan.Step, ...]) -> None:
    for step in steps:
        print(f"\n{step.korean}\n{step.english}")
        for command in step.commands:
            print(f"    {command}")
