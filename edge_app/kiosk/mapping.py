"""How a touch panel lies on its screen, told by five touches; and the remedy where it lies wrong.

Positions are shares of the screen: x to the right, y down, both 0 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from edge_app.kiosk.devices import TouchDevice

TARGETS = ((0.15, 0.15), (0.85, 0.15), (0.85, 0.85), (0.15, 0.85), (0.5, 0.5))
"""Where to touch."""

NEAR = 0.08
"""A touch this near its target (share of the screen's side) is on it: some 12 mm of a 7 inch
screen's width, what a finger that aims with a little parallax reaches."""

Matrix = NDArray[np.float64]

ORIENTATIONS: dict[str, tuple[tuple[int, int], tuple[int, int]]] = {
    "right": ((1, 0), (0, 1)),
    "mirrored x": ((-1, 0), (0, 1)),
    "mirrored y": ((1, 0), (0, -1)),
    "rotated 180": ((-1, 0), (0, -1)),
    "swapped": ((0, 1), (1, 0)),
    "rotated 90": ((0, -1), (1, 0)),
    "rotated 270": ((0, 1), (-1, 0)),
    "swapped and rotated 180": ((0, -1), (-1, 0)),
}
"""By name, what takes a place's offset from the middle to that of the reported touch."""

KOREAN = {
    "right": "맞음",
    "mirrored x": "좌우가 뒤집힘",
    "mirrored y": "위아래가 뒤집힘",
    "rotated 180": "180° 돌아감",
    "swapped": "가로세로가 바뀜",
    "rotated 90": "시계 방향으로 90° 돌아감",
    "rotated 270": "시계 방향으로 270° 돌아감",
    "swapped and rotated 180": "가로세로가 바뀌고 180° 돌아감",
}


@dataclass(frozen=True)
class Mapping:
    """What touches say of a panel."""

    orientation: str
    """One of `ORIENTATIONS`; empty if the touches fit none, so they were not on the targets."""
    scaled: bool
    """Whether it is stretched or shifted as well, as when a panel covers two screens."""
    correction: tuple[float, ...]
    """Two rows of three: what takes a reported share to where the finger was."""

    @property
    def right(self) -> bool:
        """Whether touch needs no mending."""
        return self.orientation == "right" and not self.scaled


def conclude(touches: ArrayLike, targets: ArrayLike = TARGETS) -> Mapping:
    """What five touches say, one for each target and in their order, as shares of the screen."""
    reported, aimed = np.asarray(touches, float) - 0.5, np.asarray(targets, float) - 0.5
    rows = np.column_stack([aimed, np.ones(len(aimed))])
    fit, *_ = np.linalg.lstsq(rows, reported, rcond=None)
    turn, shift = fit[:2].T, fit[2]
    distance = np.abs(rows @ fit - reported).max()
    name = max(ORIENTATIONS, key=lambda one: float((turn * np.array(ORIENTATIONS[one])).sum()))
    pure = np.array(ORIENTATIONS[name], float)
    # Each axis must be carried by one of the panel's, the other way round by none.
    carried = np.abs(turn[pure != 0])
    if distance > NEAR or carried.min() < 0.2 or np.abs(turn[pure == 0]).max() > 0.2:
        return Mapping("", False, ())
    scaled = bool(np.abs(aimed @ pure.T - reported).max() > NEAR)
    if not scaled:
        turn, shift = pure, np.zeros(2)
    back = np.linalg.inv(turn)
    offset = 0.5 - back @ (0.5 + shift)
    rounded = np.round(np.column_stack([back, offset]), 4) + 0.0  # no minus zero
    return Mapping(name, scaled, tuple(float(one) for one in rounded.ravel()))


def overlay_parameters(mapping: Mapping) -> tuple[str, ...]:
    """Parameters of the panel's dtoverlay that mend an orientation, if it has none of them yet.

    The kernel inverts first and swaps then (touchscreen_apply_prop_to_x_y in
    drivers/input/touchscreen.c). The overlays of both Raspberry Pi panels take these three
    (Raspberry Pi documentation, Touch Display 2, "Device Tree options").
    """
    rows = np.array(mapping.correction).reshape(2, 3)[:, :2]
    inverted = rows.sum(axis=0) < 0
    named = zip(("invx", "invy", "swapxy"), (*inverted, abs(rows[0, 1]) > 0.5), strict=True)
    return tuple(name for name, needed in named if needed)


def remedy(mapping: Mapping, session: str, device: TouchDevice | None, output: str) -> list[str]:
    """What to do about it, a line each; none where all is well.

    session: one of `machine.DESKTOPS`, "cage", or "kms". device: which panel, None if unknown.
    output: the screen's name, empty if unknown.
    """
    if mapping.right:
        return []
    if not mapping.orientation:
        return [
            "표적을 눌러 다시 하세요. The touches were not on the targets; run it again and touch "
            "each cross in the middle"
        ]
    name = device.name if device else "NAME"
    numbers = " ".join(f"{number:g}" for number in mapping.correction)
    if session == "kms":
        return [_overlay(mapping)]
    if session == "x11":
        matrix = f"{numbers} 0 0 1"
        return [
            f"xinput map-to-output '{name}' {output.replace('HDMI-A-', 'HDMI-') or 'OUTPUT'}",
            "그래도 다르면 / if that does not do: "
            f"xinput set-prop '{name}' 'Coordinate Transformation Matrix' {matrix}",
        ]
    lines = []
    if session == "labwc":
        lines.append(
            "화면을 돌렸다면 먼저 / with a turned screen first, in <labwc_config> of "
            f'~/.config/labwc/rc.xml: <touch deviceName="{name}" '
            f'mapToOutput="{output or "OUTPUT"}"/>'
        )
    rule = (
        f'ATTRS{{name}}=="{name}", ENV{{ID_INPUT_TOUCHSCREEN}}=="1", '
        f'ENV{{LIBINPUT_CALIBRATION_MATRIX}}="{numbers}"'
    )
    lines.append(
        "/etc/udev/rules.d/98-hangul-pad-touch.rules 에 넣고 다시 켜세요 / put into that file, "
        f"then restart: {rule}"
    )
    if not mapping.scaled:
        lines.append(f"또는 / or {_overlay(mapping)}")
    return lines


def _overlay(mapping: Mapping) -> str:
    """Before libinput, so it helps where there is none: SDL on KMS/DRM reads the panel itself."""
    if mapping.scaled:
        return (
            "커널 드라이버의 보정이 필요합니다. KMS/DRM has no calibration of its own; use "
            "--console cage, whose libinput has"
        )
    return (
        "/boot/firmware/config.txt: dtoverlay=<패널 overlay>,"
        f"{','.join(overlay_parameters(mapping))} (Touch Display 2: vc4-kms-dsi-ili9881-7inch; "
        "7 inch: vc4-kms-dsi-7inch)"
    )
