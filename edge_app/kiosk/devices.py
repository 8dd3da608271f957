"""Touchscreens, as the kernel lists them, and the ranges of their axes."""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from pathlib import Path

INPUT_DEVICES = Path("/proc/bus/input/devices")

_ABS_X, _ABS_Y, _ABS_MT_POSITION_X, _ABS_MT_POSITION_Y = 0x00, 0x01, 0x35, 0x36
"""Event codes of an absolute position, of one finger and of several
(include/uapi/linux/input-event-codes.h)."""

_INPUT_PROP_DIRECT = 0x01
"""Property of a surface that lies over a screen, unlike a laptop's touchpad (same source)."""

_ABSINFO = struct.Struct("6i")
"""struct input_absinfo: value, minimum, maximum, fuzz, flat, resolution (uapi/linux/input.h)."""


@dataclass(frozen=True)
class TouchDevice:
    """One touchscreen."""

    name: str
    node: Path | None
    """Its event device; None if the kernel names none."""
    several_fingers: bool


def touch_devices(devices: str) -> list[TouchDevice]:
    """The touchscreens in the text of /proc/bus/input/devices.

    Its blocks hold lines such as ``N: Name="..."``, ``H: Handlers=mouse0 event4`` and, as bit sets,
    ``B: PROP=2`` and ``B: ABS=2608000 0``: words of the kernel's long, in hexadecimal, highest
    first (input_devices_seq_show and input_bits_to_string in the kernel's drivers/input/input.c).
    """
    found = []
    for block in devices.split("\n\n"):
        lines = dict(
            line.partition(": ")[2].split("=", 1) for line in block.splitlines() if "=" in line
        )
        axes, properties = _bits(lines.get("ABS", "")), _bits(lines.get("PROP", ""))
        several = bool(axes >> _ABS_MT_POSITION_X & 1)
        if properties >> _INPUT_PROP_DIRECT & 1 and (several or axes >> _ABS_X & 1):
            handlers = lines.get("Handlers", "").split()
            nodes = [Path("/dev/input", one) for one in handlers if one.startswith("event")]
            name = lines.get("Name", "").strip().strip('"')
            found.append(TouchDevice(name, nodes[0] if nodes else None, several))
    return found


def here() -> list[TouchDevice]:
    """The touchscreens of this machine."""
    try:
        return touch_devices(INPUT_DEVICES.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return []


def ranges(device: TouchDevice) -> tuple[range, range] | None:
    """The values that its x and y take, None where the device may not be read."""
    axes = (_ABS_MT_POSITION_X, _ABS_MT_POSITION_Y) if device.several_fingers else (_ABS_X, _ABS_Y)
    if device.node is None:
        return None
    try:
        handle = os.open(device.node, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        x, y = (_range(handle, axis) for axis in axes)
    except OSError:
        return None
    finally:
        os.close(handle)
    return x, y


def _range(handle: int, axis: int) -> range:
    """EVIOCGABS(axis): _IOR('E', 0x40 + axis, struct input_absinfo) (uapi/linux/input.h)."""
    import fcntl  # which Windows has not, where the command line starts as well

    request = 2 << 30 | _ABSINFO.size << 16 | ord("E") << 8 | 0x40 + axis
    answer = fcntl.ioctl(handle, request, bytes(_ABSINFO.size))
    _, lowest, highest, *_ = _ABSINFO.unpack(answer)
    return range(lowest, highest + 1)


def _bits(words: str) -> int:
    size = 8 * struct.calcsize("L")
    value = 0
    for word in words.split():
        value = value << size | int(word, 16)
    return value
