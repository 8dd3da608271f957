"""What users install, each in a fresh environment: the plain one, and one with tflite-runtime.

They are installed from a copy of the sources, by pip, as `pip install .` does.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edge_app import bundle
from tests.conftest import ROOT
from tests.images.make import HERE as IMAGES
from tests.tiny.syllables import MODEL as SYLLABLES

PICTURE = IMAGES / "photo-corner-small-3.jpg"
MAX_MB = 420
"""Of the whole environment with the plain install, on disk."""


def run(*command: str | Path, cwd: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert not check or done.returncode == 0, f"{command}:\n{done.stdout}\n{done.stderr}"
    return done


def install(folder: Path, python: str, extra: str = "") -> Path:
    """Makes an environment with hangul-pad in it; returns its bin folder."""
    sources = folder / "sources"
    for package in ("edge_app", "train", "convert"):
        shutil.copytree(ROOT / package, sources / package)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, sources)
    run(python, "-m", "venv", folder / "env", cwd=folder)
    pip = folder / "env" / "bin" / "pip"
    run(pip, "install", "--quiet", "--disable-pip-version-check", f"{sources}{extra}", cwd=folder)
    run(pip, "check", cwd=folder)
    return folder / "env" / "bin"


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(tmp_path_factory.mktemp("plain"), sys.executable)


@pytest.fixture(scope="session")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With the extra tflite-runtime, which has wheels up to Python 3.11."""
    asks = "import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 12))"
    for python in (sys.executable, "python3.11", "python3.10"):
        if (
            shutil.which(python)
            and not subprocess.run([python, "-c", asks], check=False).returncode
        ):
            return install(tmp_path_factory.mktemp("older"), python, "[tflite-runtime]")
    pytest.skip("tflite-runtime needs Python 3.10 or 3.11, and neither is on PATH")


def test_the_plain_install_is_small(plain: Path) -> None:
    files = [path for path in plain.parent.rglob("*") if path.is_file() and not path.is_symlink()]
    size = sum(path.stat().st_blocks * 512 for path in files)
    assert size <= MAX_MB * 1_000_000, f"{size / 1e6:.0f} MB"


def test_the_plain_install_recognises_without_tensorflow(plain: Path, tmp_path: Path) -> None:
    code = (
        "import sys, importlib.util as u, edge_app\n"
        "from edge_app import Recognizer, samples, pad\n"
        "ink = samples.load()\n"
        "print(edge_app.__file__)\n"
        "print(''.join(Recognizer('digits').recognize(s.strokes)[0].label for s in ink))\n"
        "heavy = ('tensorflow', 'keras', 'torch', 'jax', 'matplotlib')\n"
        "print([name for name in heavy if name in sys.modules or u.find_spec(name)])"
    )
    # -I: the checkout is on no path, so what runs is what was installed.
    where, read, heavy = run(plain / "python", "-I", "-c", code, cwd=tmp_path).stdout.splitlines()[
        -3:
    ]
    assert Path(where).is_relative_to(plain.parent)
    assert read == "0123456789"
    assert heavy == "[]"


def test_the_installed_command_predicts(plain: Path, tmp_path: Path) -> None:
    done = run(
        plain / "hangul-pad", "predict", "--model", "digits", "--json", PICTURE, cwd=tmp_path
    )
    assert json.loads(done.stdout)["predictions"][0]["label"] == "3"
    assert run(plain / "hangul-pad", "doctor", cwd=tmp_path).stdout.count("FAIL") == 0


def test_help_starts_quickly(plain: Path, tmp_path: Path) -> None:
    """At most 1.5 times `import numpy, cv2`; both are medians, taken in turns."""
    commands: dict[str, list[str | Path]] = {
        "help": [plain / "hangul-pad", "--help"],
        "libraries": [plain / "python", "-c", "import numpy, cv2"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(12):
        for name, command in commands.items():
            start = time.perf_counter()
            run(*command, cwd=tmp_path)
            if number:  # the first of each fills the caches
                times[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(values) for name, values in times.items()}
    assert medians["help"] <= 1.5 * medians["libraries"], medians


# Both runtimes on every shipped model, and on the tiny one that reads syllables by five outputs

BOTH = """
import json, sys
import numpy as np
from edge_app import Recognizer, bundle
report = {}
for name in (*bundle.available(), *sys.argv[1:]):
    for runtime in ("litert", "tflite-runtime"):
        recognizer = Recognizer(name, runtime=runtime)
        with np.load(recognizer.directory / bundle.GOLDEN_FILE, allow_pickle=False) as golden:
            frames, expected = golden["frames"], golden["logits"]
        logits = np.stack([recognizer.logits(frame) for frame in frames])
        report[f"{name} {runtime}"] = {
            "same": float(
                (recognizer.log_scores(logits).argmax(1)
                 == recognizer.log_scores(expected).argmax(1)).mean()
            ),
            "apart": float(np.abs(logits - expected).max()),
            "spread": float(np.ptp(expected)),
        }
print(json.dumps(report))
"""


def test_both_runtimes_give_the_golden_answers(older: Path, tmp_path: Path) -> None:
    done = run(older / "python", "-I", "-c", BOTH, SYLLABLES, cwd=tmp_path)
    report = json.loads(done.stdout.splitlines()[-1])
    assert len(report) == 2 * (len(bundle.available()) + 1)
    for case, found in report.items():
        # Of jamo one in 160 is so near a tie that rounding decides it.
        assert found["same"] >= 0.99, case
        # Kernels round in other places; a few steps of an 8-bit tensor are all that may come of it.
        assert found["apart"] <= 0.02 * found["spread"], (case, found)


def test_tflite_runtime_serves_alone(older: Path, tmp_path: Path) -> None:
    """As on 32-bit Arm, where LiteRT has no wheel: here its import is made to fail."""
    code = (
        "import sys; sys.modules['ai_edge_litert'] = None\n"
        "from edge_app import Recognizer, samples\n"
        "recognizer = Recognizer('digits')\n"
        "print(recognizer.runtime, *(recognizer.recognize(s.strokes)[0].label"
        " for s in samples.load()), sep='')"
    )
    done = run(older / "python", "-I", "-c", code, cwd=tmp_path)
    assert done.stdout.splitlines()[-1] == "tflite-runtime0123456789"


def test_the_installed_command_takes_either_runtime(older: Path, tmp_path: Path) -> None:
    for runtime in ("litert", "tflite-runtime"):
        words = ("predict", "--model", "digits", PICTURE, "--runtime", runtime)
        done = run(older / "hangul-pad", *words, cwd=tmp_path)
        assert f"{PICTURE}: 3 " in done.stdout
