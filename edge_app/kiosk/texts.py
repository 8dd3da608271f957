"""The files that a kiosk is made of, as texts."""

from __future__ import annotations

import shlex
from pathlib import Path

from edge_app.kiosk.command import Command

WRITTEN_BY = (
    "# `hangul-pad install-kiosk` wrote this; `hangul-pad install-kiosk --uninstall` removes it."
)

UNIT = "hangul-pad.service"
"""The unit of the user's own manager, which a desktop session starts."""

CONSOLE_UNIT = "hangul-pad-kiosk.service"
"""The system's unit, for a machine without a desktop."""

PAM_SERVICE = "hangul-pad"

_SESSION_VARIABLES = "WAYLAND_DISPLAY DISPLAY XAUTHORITY XDG_SESSION_TYPE XDG_CURRENT_DESKTOP"
"""What a unit has to be told of the session that starts it."""

_LIMITS = """\
# Leaving it (exit status 0) leaves it closed; after a crash it is back in three seconds, and a pad
# that cannot start at all is given up after the fifth time.
Restart=on-failure
RestartSec=3
KillSignal=SIGTERM
TimeoutStopSec=10
# Far above what it needs: a leak ends the pad, not the device. Raspberry Pi OS counts memory only
# with cgroup_enable=memory on the kernel's command line; without it MemoryMax means nothing.
MemoryMax=512M
TasksMax=64
NoNewPrivileges=yes
"""


def desktop_entry(command: Command, *, autostart: bool = False) -> str:
    """A desktop entry: of the menu, or of the folder whose entries a session starts by itself."""
    folder = "" if command.folder is None else f"Path={_entry(str(command.folder))}\n"
    kind = "NoDisplay=true\n" if autostart else "Categories=Utility;Accessibility;\n"
    return (
        f"{WRITTEN_BY}\n"
        "[Desktop Entry]\n"
        "Type=Application\n"
        "Name=Hangul Pad\n"
        "Name[ko]=한글 패드\n"
        "Comment=Write Hangul and digits by hand\n"
        "Comment[ko]=한글과 숫자를 손으로 쓰는 패드\n"
        f"Exec={command.for_desktop()}\n"
        f"{folder}"
        "Icon=input-tablet\n"
        "Terminal=false\n"
        "StartupWMClass=hangul-pad\n"
        f"{kind}"
    )


def _entry(text: str) -> str:
    """A string of a desktop entry that is no command: backslashes alone are special."""
    return text.replace("\\", "\\\\")


def unit(command: Command, environment: dict[str, str]) -> str:
    """The unit that holds the pad in a desktop session (systemd.service(5)).

    It wants no target: Raspberry Pi OS's labwc session never reaches graphical-session.target, so
    the session's own start starts it.
    """
    return (
        f"{WRITTEN_BY}\n"
        "[Unit]\n"
        "Description=Hangul Pad\n"
        "PartOf=graphical-session.target\n"
        "StartLimitIntervalSec=300\n"
        "StartLimitBurst=5\n"
        "\n"
        "[Service]\n"
        "Type=simple\n"
        f"{_environment(environment)}"
        f"{_working_directory(command)}"
        f"ExecStart={command.for_systemd()}\n"
        f"{_LIMITS}"
    )


def console_unit(command: Command, user: str, home: Path, environment: dict[str, str]) -> str:
    """The system's unit for a machine without a desktop, on the first virtual terminal.

    Screen and touch devices belong to whoever has the seat's active session, so the unit takes the
    terminal from its login prompt and opens a session through PAM (cage's wiki, "Starting Cage on
    boot with systemd"; pam_systemd(8)).
    """
    return (
        f"{WRITTEN_BY}\n"
        "[Unit]\n"
        "Description=Hangul Pad on the console\n"
        "After=systemd-user-sessions.service plymouth-quit-wait.service getty@tty1.service\n"
        "Wants=dbus.socket systemd-logind.service\n"
        "After=dbus.socket systemd-logind.service\n"
        "Conflicts=getty@tty1.service\n"
        "ConditionPathExists=/dev/tty0\n"
        "StartLimitIntervalSec=300\n"
        "StartLimitBurst=5\n"
        # Given up or left, the terminal is a login prompt again.
        "OnFailure=getty@tty1.service\n"
        "OnSuccess=getty@tty1.service\n"
        "\n"
        "[Service]\n"
        "Type=simple\n"
        f"User={user}\n"
        f"PAMName={PAM_SERVICE}\n"
        "UtmpIdentifier=tty1\n"
        "UtmpMode=user\n"
        "TTYPath=/dev/tty1\n"
        "TTYReset=yes\n"
        "TTYVHangup=yes\n"
        "TTYVTDisallocate=yes\n"
        "StandardInput=tty-fail\n"
        "StandardOutput=journal\n"
        "StandardError=journal\n"
        f"{_environment(environment)}"
        f"WorkingDirectory={_specifiers(str(command.folder or home))}\n"
        f"ExecStart={command.for_systemd()}\n"
        f"{_LIMITS}"
        "\n"
        "[Install]\n"
        "WantedBy=multi-user.target\n"
    )


PAM = f"""\
{WRITTEN_BY}
auth     required pam_unix.so nullok
account  required pam_unix.so
session  required pam_unix.so
session  required pam_systemd.so type=wayland
"""
"""The PAM service of the console's unit; pam_systemd makes the session that owns the seat."""


def session_script(*steps: str) -> str:
    """What a desktop session runs when it begins: some steps, then the unit."""
    return "\n".join(
        (
            "#!/bin/sh",
            WRITTEN_BY,
            *steps,
            f"systemctl --user import-environment {_SESSION_VARIABLES}",
            f"exec systemctl --user start {UNIT}",
            "",
        )
    )


def script(*steps: str) -> str:
    """Any other script of these lines."""
    return "\n".join(("#!/bin/sh", WRITTEN_BY, *steps, ""))


def autostart_line(path: Path) -> str:
    """The line that has labwc run the session's script without waiting for it."""
    return f"{shlex.quote(str(path))} &"


def _environment(settings: dict[str, str]) -> str:
    return "".join(
        f'Environment="{_specifiers(f"{name}={value}")}"\n' for name, value in settings.items()
    )


def _working_directory(command: Command) -> str:
    return (
        "" if command.folder is None else f"WorkingDirectory={_specifiers(str(command.folder))}\n"
    )


def _specifiers(text: str) -> str:
    return text.replace("%", "%%")
