"""What five touches say of a panel, and whether the remedy mends it."""

from __future__ import annotations

import re

import numpy as np
import pytest

from edge_app.kiosk.devices import TouchDevice
from edge_app.kiosk.mapping import (
    KOREAN,
    NEAR,
    ORIENTATIONS,
    TARGETS,
    Mapping,
    conclude,
    overlay_parameters,
    remedy,
)

PLACES = np.array(TARGETS)
PANEL = TouchDevice("Goodix Capacitive TouchScreen", None, True)


def touched(
    name: str,
    scale: tuple[float, float] = (1, 1),
    shift: tuple[float, float] = (0, 0),
    noise: float = 0.0,
    seed: int = 0,
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Where touches of the targets are reported by a panel that lies so."""
    rng = np.random.default_rng(seed)
    at = PLACES + rng.uniform(-noise, noise, PLACES.shape)
    return np.asarray((at - 0.5) @ np.array(ORIENTATIONS[name]).T * scale + 0.5 + shift)


def corrected(
    mapping: Mapping, touches: object
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    rows = np.array(mapping.correction).reshape(2, 3)
    return np.asarray(np.asarray(touches) @ rows[:, :2].T + rows[:, 2])


@pytest.mark.parametrize("name", ORIENTATIONS)
def test_every_orientation_is_told_through_noise(name: str) -> None:
    for seed in range(200):
        touches = touched(name, noise=0.045, seed=seed)
        mapping = conclude(touches)
        assert (mapping.orientation, mapping.scaled) == (name, False), seed
        assert np.abs(corrected(mapping, touches) - PLACES).max() <= NEAR
    assert mapping.right == (name == "right")


def test_the_eight_orientations_are_eight() -> None:
    assert len(set(ORIENTATIONS.values())) == 8 == len(KOREAN)
    for rows in ORIENTATIONS.values():
        assert abs(np.linalg.det(np.array(rows))) == pytest.approx(1)
    assert set(KOREAN) == set(ORIENTATIONS)


def test_corrections_are_those_that_libinput_documents() -> None:
    """libinput, "Static device configuration via udev", LIBINPUT_CALIBRATION_MATRIX: what it calls
    90 degrees clockwise mends a panel that reports as if turned anticlockwise."""
    assert conclude(touched("right")).correction == (1, 0, 0, 0, 1, 0)
    assert conclude(touched("rotated 270")).correction == (0, -1, 1, 1, 0, 0)
    assert conclude(touched("rotated 180")).correction == (-1, 0, 1, 0, -1, 1)
    assert conclude(touched("rotated 90")).correction == (0, 1, 0, -1, 0, 1)
    assert conclude(touched("mirrored x")).correction == (-1, 0, 1, 0, 1, 0)


@pytest.mark.parametrize("name", ORIENTATIONS)
def test_the_overlay_parameters_mend_it_as_the_kernel_applies_them(name: str) -> None:
    """touchscreen_apply_prop_to_x_y: x and y are inverted first, then swapped."""
    parameters = overlay_parameters(conclude(touched(name)))
    x, y = touched(name).T
    if "invx" in parameters:
        x = 1 - x
    if "invy" in parameters:
        y = 1 - y
    if "swapxy" in parameters:
        x, y = y, x
    assert np.allclose(np.column_stack([x, y]), PLACES)
    assert bool(parameters) == (name != "right")


@pytest.mark.parametrize("name", ORIENTATIONS)
@pytest.mark.parametrize(
    ("scale", "shift"), [((0.5, 1), (-0.25, 0)), ((0.7, 0.7), (0, 0)), ((1, 1), (0.15, -0.1))]
)
def test_a_panel_that_is_stretched_or_shifted_is_mended_too(
    name: str, scale: tuple[float, float], shift: tuple[float, float]
) -> None:
    """As where it covers half of a desktop of two screens."""
    touches = touched(name, scale, shift, noise=0.01, seed=3)
    mapping = conclude(touches)
    assert (mapping.orientation, mapping.scaled, mapping.right) == (name, True, False)
    assert np.abs(corrected(mapping, touches) - PLACES).max() < 0.03


def test_touches_off_the_targets_prove_nothing() -> None:
    rng = np.random.default_rng(1)
    for touches in (np.full((5, 2), 0.5), PLACES[[0, 1, 3, 2, 4]], rng.uniform(size=(5, 2))):
        mapping = conclude(touches)
        assert mapping.orientation == ""
        assert not mapping.right
        assert "다시" in remedy(mapping, "labwc", PANEL, "DSI-1")[0]
    turned = (PLACES - 0.5) @ np.array([[0.7, -0.7], [0.7, 0.7]]) + 0.5
    assert conclude(turned).orientation == ""


def test_every_session_has_its_remedy() -> None:
    wrong = conclude(touched("rotated 270"))
    assert remedy(conclude(touched("right")), "labwc", PANEL, "DSI-1") == []
    labwc = remedy(wrong, "labwc", PANEL, "DSI-1")
    assert f'<touch deviceName="{PANEL.name}" mapToOutput="DSI-1"/>' in labwc[0]
    rule = f'ATTRS{{name}}=="{PANEL.name}", ENV{{ID_INPUT_TOUCHSCREEN}}=="1", '
    assert labwc[1].endswith(f'{rule}ENV{{LIBINPUT_CALIBRATION_MATRIX}}="0 -1 1 1 0 0"')
    assert "mapToOutput" not in " ".join(remedy(wrong, "wayland", PANEL, "DSI-1"))
    x11 = remedy(wrong, "x11", PANEL, "HDMI-A-1")
    assert x11[0] == f"xinput map-to-output '{PANEL.name}' HDMI-1"
    assert x11[1].endswith("'Coordinate Transformation Matrix' 0 -1 1 1 0 0 0 0 1")
    (kms,) = remedy(wrong, "kms", None, "")
    assert re.search(r"dtoverlay=[^,]+,(invx|invy),swapxy ", kms)
    (kms,) = remedy(conclude(touched("right", scale=(0.5, 1))), "kms", None, "")
    assert "cage" in kms
