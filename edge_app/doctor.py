"""`hangul-pad doctor`: what this installation has and, where something is wrong, the remedy."""

from __future__ import annotations

import importlib
import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from edge_app import __version__
from edge_app.interpreter import RUNTIMES, factory
from edge_app.kiosk import devices, sdl
from edge_app.kiosk.machine import CONSOLE, Machine, detect

_GOOD, _NOTE, _WRONG = "좋음 ok  ", "참고 note", "문제 FAIL"

_ALIKE = 0.1
"""Two answers whose log-scores differ by less are as good as each other: runtimes round otherwise,
and which of them comes first is then no sign that one computes wrongly."""


@dataclass(frozen=True)
class Check:
    """One finding."""

    topic: str
    state: str
    """One of _GOOD, _NOTE (works, but not everything will) and _WRONG (will not work)."""
    found: str
    remedy: str = ""
    """What to do about it; empty where all is well."""


def report() -> int:
    """Prints every finding; returns 1 where something essential is wrong, otherwise 0."""
    wrong = False
    for check in checks():
        print(f"{check.state}  {check.topic}: {check.found}", flush=True)
        if check.remedy:
            print(f"           -> {check.remedy}", flush=True)
        wrong |= check.state == _WRONG
    return int(wrong)


def checks() -> Iterator[Check]:
    """Every finding about this installation, most basic first."""
    yield Check("hangul-pad", _GOOD, f"{__version__}, {Path(__file__).parent}")
    yield _python()
    libraries = [_library("numpy", "numpy"), _library("cv2", "opencv-python")]
    libraries.append(_library("pygame", "pygame"))
    yield from libraries
    yield from _runtimes()
    if libraries[0].state == libraries[1].state == _GOOD:
        yield from _models()
    machine = detect(os.environ)
    yield from _session(machine)
    if libraries[2].state == _GOOD:
        yield _font()
        yield _screen()
        if machine.session == CONSOLE:
            yield _console(machine)
        yield from _ways_out()
    yield from _touch()
    if not _desktop():
        yield _groups()


def _python() -> Check:
    found = f"{platform.python_version()}, {platform.system()} {platform.machine()}"
    if (3, 10) <= sys.version_info < (3, 14):
        return Check("Python", _GOOD, found)
    return Check("Python", _NOTE, found, "tested with Python 3.10 to 3.13")


def _library(module: str, package: str) -> Check:
    try:
        library = importlib.import_module(module)
    except ImportError as error:
        remedy = f"pip install {package}"
        if module == "cv2" and "lib" in str(error):
            remedy = "sudo apt install libgl1 libglib2.0-0"
        return Check(package, _WRONG, str(error), remedy)
    found = library.__version__
    if module == "pygame":
        found += f", SDL {'.'.join(map(str, library.get_sdl_version()))}"
    return Check(package, _GOOD, found)


def _runtimes() -> Iterator[Check]:
    working = 0
    for name, (_, package) in RUNTIMES.items():
        try:
            factory(name)
        except ImportError:
            continue
        working += 1
        yield Check("runtime", _GOOD, f"{name}, {package} {metadata.version(package)}")
    if not working:
        packages = " or ".join(f"pip install {package}" for _, package in RUNTIMES.values())
        yield Check("runtime", _WRONG, "no TensorFlow Lite runtime", packages)


def _models() -> Iterator[Check]:
    """Opens each bundled model under each runtime: its golden answers, and the sample ink."""
    from edge_app import bundle
    from edge_app.modes import MISSING

    names = bundle.available()
    if not names:
        yield Check("model", _WRONG, f"none in {bundle.MODELS}", "reinstall hangul-pad")
    elif missing := [english for name, (_, english) in MISSING.items() if name not in names]:
        remedy = "reinstall hangul-pad, or train the model (README)"
        yield Check("modes", _NOTE, "; ".join(missing), remedy)
    for name in names:
        for runtime in RUNTIMES:
            try:
                factory(runtime)
            except ImportError:
                continue
            yield _model(name, runtime)


def _model(name: str, runtime: str) -> Check:
    import numpy as np

    from edge_app import samples
    from edge_app.bundle import GOLDEN_FILE
    from edge_app.recognizer import Recognizer

    topic = f"model {name}, {runtime}"
    try:
        recognizer = Recognizer(name, runtime=runtime)
        with np.load(recognizer.directory / GOLDEN_FILE, allow_pickle=False) as golden:
            frames, expected = golden["frames"], golden["logits"]
        logits = np.stack([recognizer.logits(frame) for frame in frames])
        right = recognizer.log_scores(expected).argmax(axis=1)
        given = recognizer.log_scores(logits)
        lost = given.max(axis=1) - given[np.arange(len(right)), right]
        ink = samples.fitting(recognizer.labels)
        read = sum(recognizer.recognize(one.strokes, 1)[0].label == one.label for one in ink)
    except (OSError, ValueError, KeyError) as error:
        return Check(topic, _WRONG, str(error), "reinstall hangul-pad")
    same = int((lost < _ALIKE).sum())
    found = (
        f"{len(recognizer.labels)} labels, {recognizer.bundle.quantization}, "
        f"{same} of {len(frames)} golden answers alike, "
        f"logits within {np.abs(logits - expected).max():.2g}, "
        f"{read} of {len(ink)} samples of ink read"
    )
    if same == len(frames):
        return Check(topic, _GOOD, found)
    return Check(topic, _WRONG, found, "this runtime computes it wrongly: try another version")


def _font() -> Check:
    import pygame

    from edge_app.pad.theme import FONT

    pygame.font.init()
    try:
        drawn = pygame.font.Font(FONT, 24).metrics("가힣0")
    except (OSError, pygame.error) as error:
        return Check("font", _WRONG, f"{FONT}: {error}", "reinstall hangul-pad")
    if None in drawn:
        return Check("font", _WRONG, f"{FONT}: draws no Hangul", "reinstall hangul-pad")
    return Check("font", _GOOD, FONT.name)


def _desktop() -> str:
    """The display server that the environment names, or nothing."""
    names = ("WAYLAND_DISPLAY", "DISPLAY")
    return ", ".join(f"{name}={os.environ[name]}" for name in names if os.environ.get(name))


def _screen() -> Check:
    import pygame

    remedy = (
        "start it on a desktop (over ssh: export DISPLAY=:0), or on the console of a device "
        "whose screen is attached"
    )
    try:
        pygame.display.init()
        driver, sizes = pygame.display.get_driver(), pygame.display.get_desktop_sizes()
    except pygame.error as error:
        where = _desktop() or "neither DISPLAY nor WAYLAND_DISPLAY is set"
        return Check("screen", _NOTE, f"none ({error}; {where})", remedy)
    finally:
        pygame.display.quit()
    found = f"SDL driver {driver}, {', '.join(f'{w}x{h}' for w, h in sizes)}"
    if driver in ("dummy", "offscreen"):
        return Check("screen", _NOTE, f"none ({found})", remedy)
    return Check("screen", _GOOD, f"{found} ({_desktop() or 'no desktop'})")


def _ways_out() -> Iterator[Check]:
    """Which ways the text can go, to the clipboard or into another window."""
    from edge_app import output

    for topic, found, remedy in output.lines():
        yield Check(topic, _NOTE if remedy else _GOOD, found, remedy)


def _session(machine: Machine) -> Iterator[Check]:
    """What shows the pad, on which machine."""
    device = ", ".join(one for one in (machine.model, machine.system) if one)
    found = f"{machine.session} ({machine.source}); {device or 'unknown system'}"
    yield Check("session", _GOOD, found)
    outputs = [f"{output} {_modes(output)}".strip() for output in machine.outputs]
    if outputs:
        yield Check("outputs", _GOOD, ", ".join(outputs))


def _console(machine: Machine) -> Check:
    """Whether the pad can be shown where there is no desktop."""
    if sdl.draws_without_a_desktop():
        return Check("console", _GOOD, "pygame's SDL draws on KMS/DRM")
    library = sdl.debian_library(machine)
    return Check(
        "console",
        _NOTE,
        "pygame's own SDL draws only on X11 and Wayland, not on KMS/DRM",
        f"export SDL_DYNAMIC_API={library}"
        if library
        else "hangul-pad install-kiosk --console: the compositor cage, which needs no desktop",
    )


def _modes(output: str) -> str:
    """The resolution that a screen prefers, as the kernel lists it first; empty if unknown."""
    for path in Path("/sys/class/drm").glob(f"card*-{output}/modes"):
        return next(iter(path.read_text(encoding="ascii").splitlines()), "")
    return ""


def _touch() -> Iterator[Check]:
    found = devices.here()
    for device in found:
        fingers = "several fingers" if device.several_fingers else "one finger"
        said = f"{device.name} ({device.node}, {fingers}"
        if axes := devices.ranges(device):
            x, y = (f"{axis.start} to {axis.stop - 1}" for axis in axes)
            said += f", x {x}, y {y}"
        elif not _desktop():
            said += ", may not be read"
        yield Check("touch", _GOOD, f"{said})")
    if found:
        yield Check(
            "mapping",
            _GOOD,
            "touch fits the screen if a finger's ink comes out under it in all corners: "
            "hangul-pad doctor --touch finds out, and names the remedy",
        )
    else:
        yield Check(
            "touch",
            _NOTE,
            "no touchscreen; mouse and pen will do",
            "for a touchscreen that is attached: check its cable and `dtoverlay`, then `dmesg`",
        )


def touch() -> int:
    """Has five crosses touched and says whether the panel fits; 1 where it does not."""
    import pygame

    from edge_app.kiosk import mapping
    from edge_app.kiosk.touchtest import TouchTest
    from edge_app.pad.screen import NoScreenError, Window

    try:
        with Window(fullscreen=True) as window:
            size, driver = window.surface.get_size(), pygame.display.get_driver()
            test = TouchTest(window)
            finished = test.run()
    except NoScreenError as error:
        print(f"{_WRONG}  screen: {error}")
        return 1
    if not finished:
        print(f"{_NOTE}  mapping: 끝까지 누르지 않았습니다. It was left before the fifth touch")
        return 1
    machine = detect(os.environ)
    found = mapping.conclude(test.touches)
    said = mapping.KOREAN.get(found.orientation, "알 수 없음")
    kinds = ", ".join(sorted(kind.value for kind in test.kinds))
    print(
        f"{_GOOD if found.right else _WRONG}  mapping: {said} · {found.orientation or 'unclear'}"
        f"{', 크기가 다름 · scaled' if found.scaled else ''} "
        f"({size[0]}x{size[1]}, SDL driver {driver}, as {kinds})"
    )
    panels, outputs = devices.here(), machine.outputs
    way = "kms" if driver.lower() == "kmsdrm" else machine.session
    panel = panels[0] if panels else None
    for line in mapping.remedy(found, way, panel, outputs[0] if outputs else ""):
        print(f"           -> {line}")
    return int(not found.right)


def _groups() -> Check:
    """Without a desktop SDL opens screen and touch devices itself, which needs their groups."""
    import grp

    mine = {*os.getgroups(), os.getegid()}
    missing = [
        group.gr_name
        for group in grp.getgrall()
        if group.gr_name in ("input", "render", "video") and group.gr_gid not in mine
    ]
    if os.geteuid() == 0 or not missing:
        return Check("groups", _GOOD, "screen and touch devices may be opened")
    return Check(
        "groups",
        _NOTE,
        f"this user is not in {' and '.join(missing)}",
        f"sudo usermod -aG {','.join(missing)} $USER, then log in again",
    )
