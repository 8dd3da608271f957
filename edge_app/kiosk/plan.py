"""What a kiosk is on a given machine: which files, and what a person has to do with sudo."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from edge_app.kiosk import screen, texts
from edge_app.kiosk.command import Command
from edge_app.kiosk.files import File, KioskError
from edge_app.kiosk.machine import CONSOLE, DESKTOPS, Machine

WAYS = (*DESKTOPS, "cage", "kms")
"""How the pad can come onto the screen: in a desktop session, in the compositor cage, by itself."""

_SDL_WAYLAND = {"SDL_VIDEODRIVER": "wayland,x11"}
"""SDL 2 prefers X11, so under a Wayland compositor it would go through Xwayland, where its request
to keep the screen lit reaches nobody. Where there is no Wayland the second name counts."""

_CAGE_WITHOUT_RANDR = 12
"""Bookworm's cage (0.1.4) turns by -r; later ones listen to wlr-randr and have no -r."""


@dataclass(frozen=True)
class Wish:
    """What was asked for."""

    way: str
    """One of `WAYS`."""
    turn: int | None = None
    """Degrees clockwise, None to leave the screen as it is."""
    rest_s: int = screen.STAY_LIT
    """Idle seconds until the screen goes dark."""


@dataclass(frozen=True)
class Step:
    """Something for a person to do or to know."""

    korean: str
    english: str
    commands: tuple[str, ...] = ()


@dataclass(frozen=True)
class Places:
    """Where a user's files are."""

    user: str
    home: Path
    config: Path
    data: Path

    @property
    def kiosk(self) -> Path:
        """The folder of what only this command uses."""
        return self.data / "hangul-pad" / "kiosk"

    @property
    def session_script(self) -> Path:
        """What the session starts."""
        return self.kiosk / "session.sh"


def places(environment: Mapping[str, str], user: str) -> Places:
    """The XDG base directories of a user (XDG Base Directory Specification 0.8)."""
    home = Path(environment.get("HOME") or Path.home())
    config, data = (
        Path(base) if (base := environment.get(name, "")).startswith("/") else home / otherwise
        for name, otherwise in (("XDG_CONFIG_HOME", ".config"), ("XDG_DATA_HOME", ".local/share"))
    )
    return Places(user, home, config, data)


@dataclass(frozen=True)
class Plan:
    """A kiosk: files to write, and steps that follow."""

    files: tuple[File, ...]
    steps: tuple[Step, ...]


def every_file(at: Places) -> list[Path]:
    """Every path that any plan writes to."""
    return [
        at.data / "applications" / "hangul-pad.desktop",
        at.config / "systemd" / "user" / texts.UNIT,
        at.session_script,
        at.config / "autostart" / "hangul-pad.desktop",
        at.kiosk / texts.CONSOLE_UNIT,
        at.kiosk / "hangul-pad.pam",
        at.kiosk / "cage.sh",
        at.config / "labwc" / "autostart",
    ]


def leftover(at: Places, plan: Plan) -> list[File]:
    """What earlier installations of another kind may have left, to be taken away."""
    kept = {file.path for file in plan.files}
    shared = at.config / "labwc" / "autostart"
    return [File(path, "", shared=path == shared) for path in every_file(at) if path not in kept]


NOTHING = Plan((), ())


def make(
    wish: Wish,
    machine: Machine,
    at: Places,
    pad: Command,
    *,
    touch: Sequence[str] = (),
    tools: Sequence[str] = (),
    sdl: Path | None = None,
) -> Plan:
    """The plan for a wish. Raises KioskError where it cannot be had.

    pad: what starts it, filling the screen. touch: names of the touchscreens. tools: programs that
    are there. sdl: another SDL to use without a desktop, if pygame's own cannot do so.
    """
    output = machine.outputs[0] if machine.outputs else ""
    if wish.turn is not None and not output:
        raise KioskError(
            "연결된 화면을 /sys/class/drm에서 찾지 못해 돌릴 수 없습니다. 화면을 연결하고 다시 "
            "하세요. No connected screen under /sys/class/drm to turn; attach it, then run this "
            "again"
        )
    menu = File(at.data / "applications" / "hangul-pad.desktop", texts.desktop_entry(pad))
    if wish.way in DESKTOPS:
        return _desktop(wish, machine, at, pad, menu, output, touch, tools)
    return _console(wish, machine, at, pad, menu, output, tools, sdl)


def _desktop(
    wish: Wish,
    machine: Machine,
    at: Places,
    pad: Command,
    menu: File,
    output: str,
    touch: Sequence[str],
    tools: Sequence[str],
) -> Plan:
    lines: list[str] = []
    steps: list[Step] = []
    on_x11 = wish.way == "x11"
    if wish.turn is not None and on_x11:
        lines += screen.turn_x11(output, wish.turn, touch)
    elif wish.turn is not None:
        lines.append(screen.turn_wayland(output, wish.turn))
        if wish.way == "labwc" and touch:
            steps.append(_touch_follows(at, output, touch))
    lines += (screen.rest_x11 if on_x11 else screen.rest_wayland)(wish.rest_s)
    environment = {**_SDL_WAYLAND, **screen.rest_environment(wish.rest_s)}
    files = [
        menu,
        File(at.config / "systemd" / "user" / texts.UNIT, texts.unit(pad, environment)),
        File(at.session_script, texts.session_script(*lines), executable=True),
    ]
    if wish.way == "labwc":
        line = texts.autostart_line(at.session_script)
        files.append(File(at.config / "labwc" / "autostart", f"{line}\n", shared=True))
    else:
        starter = Command((str(at.session_script),))
        entry = texts.desktop_entry(starter, autostart=True)
        files.append(File(at.config / "autostart" / "hangul-pad.desktop", entry))
    needed = {"wlr-randr", "swayidle", "wlopm", "xinput", "xrandr"} & _programs(lines)
    packages = {"xrandr": "x11-xserver-utils"}
    if missing := sorted(packages.get(one, one) for one in needed - set(tools)):
        steps.append(_install(missing))
    if machine.session == CONSOLE:
        steps.append(
            Step(
                "데스크톱으로 자동 로그인하게 합니다.",
                "Have the device log into its desktop by itself.",
                ("sudo raspi-config nonint do_boot_behaviour B4",),
            )
        )
    steps.append(
        Step(
            "다시 로그인하면 시작됩니다. 지금 시작하려면:",
            "It starts at the next login. To start it now:",
            ("systemctl --user daemon-reload", shlex.quote(str(at.session_script))),
        )
    )
    return Plan(tuple(files), tuple(steps))


def _touch_follows(at: Places, output: str, touch: Sequence[str]) -> Step:
    """labwc turns touch with the screen that it is mapped to (labwc-config(5), TOUCH)."""
    lines = "".join(f'<touch deviceName="{name}" mapToOutput="{output}"/>' for name in touch)
    return Step(
        f"터치가 화면과 함께 돌도록 {at.config / 'labwc' / 'rc.xml'}의 <labwc_config> 안에 "
        "넣으세요.",
        f"So that touch turns with the screen, put into <labwc_config> of that file: {lines}",
    )


def _console(
    wish: Wish,
    machine: Machine,
    at: Places,
    pad: Command,
    menu: File,
    output: str,
    tools: Sequence[str],
    sdl: Path | None,
) -> Plan:
    if wish.rest_s != screen.STAY_LIT:
        raise KioskError(
            "데스크톱 없이는 화면이 늘 켜져 있습니다. --blank-after는 --desktop과 쓰세요. "
            "Without a desktop the screen stays lit; --blank-after goes with --desktop"
        )
    files = [menu]
    packages: list[str] = []
    if wish.way == "cage":
        command, script = _in_cage(wish, machine, at, pad, output)
        environment = dict(_SDL_WAYLAND)
        files += script
        packages += ["cage"] + ["wlr-randr"] * bool(script)
    else:
        if wish.turn:
            raise KioskError(
                "KMS/DRM에서는 화면을 돌릴 수 없습니다. --console cage로 돌리세요. "
                "KMS/DRM cannot turn the screen (rotate= in cmdline.txt turns text alone); "
                "use --console cage"
            )
        command, environment = pad, {"SDL_VIDEODRIVER": "kmsdrm"}
        if sdl is not None:
            environment["SDL_DYNAMIC_API"] = str(sdl)
    unit, pam = at.kiosk / texts.CONSOLE_UNIT, at.kiosk / "hangul-pad.pam"
    files += [
        File(unit, texts.console_unit(command, at.user, at.home, environment)),
        File(pam, texts.PAM),
    ]
    steps = (
        [_install(missing)] if (missing := [one for one in packages if one not in tools]) else []
    )
    commands = [
        f"sudo usermod -aG video,render,input {shlex.quote(at.user)}",
        f"sudo install -m 644 {shlex.quote(str(pam))} /etc/pam.d/{texts.PAM_SERVICE}",
        f"sudo install -m 644 {shlex.quote(str(unit))} /etc/systemd/system/{texts.CONSOLE_UNIT}",
        "sudo systemctl daemon-reload",
        f"sudo systemctl enable {texts.CONSOLE_UNIT}",
    ]
    if machine.boots_desktop:
        commands.append("sudo systemctl set-default multi-user.target")
    steps.append(
        Step(
            "시스템 유닛을 설치하고 다시 시작합니다.",
            "Install the system's unit, then restart.",
            (*commands, "sudo reboot"),
        )
    )
    return Plan(tuple(files), tuple(steps))


def _in_cage(
    wish: Wish, machine: Machine, at: Places, pad: Command, output: str
) -> tuple[Command, list[File]]:
    """cage with the pad in it, turned; and the script that turns it, where cage needs one."""
    turn = wish.turn or 0
    if machine.release == _CAGE_WITHOUT_RANDR or not turn:
        quarters = ["-r"] * (-turn // 90 % 4)  # each is a quarter anticlockwise
        return Command(("/usr/bin/cage", "-s", *quarters, "--", *pad.words), pad.folder), []
    path = at.kiosk / "cage.sh"
    lines = (screen.turn_wayland(output, turn), f"exec {Command(pad.words).for_shell()}")
    script = File(path, texts.script(*lines), executable=True)
    return Command(("/usr/bin/cage", "-s", "--", str(path)), pad.folder), [script]


def removal_steps(machine: Machine, installed: bool) -> tuple[Step, ...]:
    """What a person has to do when the kiosk goes. installed: whether its system unit is."""
    steps = [
        Step(
            "지금 떠 있는 패드를 끕니다.",
            "Close the pad that runs now.",
            (f"systemctl --user stop {texts.UNIT}", "systemctl --user daemon-reload"),
        )
    ]
    if installed:
        commands = [
            f"sudo systemctl disable --now {texts.CONSOLE_UNIT}",
            f"sudo rm /etc/systemd/system/{texts.CONSOLE_UNIT} /etc/pam.d/{texts.PAM_SERVICE}",
            "sudo systemctl daemon-reload",
        ]
        if machine.has_desktop:
            commands.append("sudo systemctl set-default graphical.target")
        steps.append(Step("시스템 유닛을 지웁니다.", "Remove the system's unit.", tuple(commands)))
    return tuple(steps)


def _install(packages: Sequence[str]) -> Step:
    return Step(
        "없는 프로그램을 설치합니다.",
        "Install the programs that are missing.",
        (f"sudo apt install -y {' '.join(packages)}",),
    )


def _programs(lines: Sequence[str]) -> set[str]:
    """The words of some lines of sh, among them its programs."""
    return {word.strip("'") for line in lines for word in line.split()}
