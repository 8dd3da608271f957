"""Fixtures that several test files share."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from edge_app import Recognizer, samples

ROOT = Path(__file__).parents[1]

PATIENCE_S = 3600
"""A process that takes longer hangs. An honest one may take many times what it does alone."""

# The same examples every time, and no clock: a busy machine is no failure.
settings.register_profile("hangul-pad", deadline=None, derandomize=True, max_examples=200)
settings.load_profile("hangul-pad")


def package(folder: Path, **models: Path) -> Path:
    """A folder with a copy of the package in which those models are bundled, and no others."""
    skipped = shutil.ignore_patterns("models", "__pycache__")
    shutil.copytree(ROOT / "edge_app", folder / "edge_app", ignore=skipped)
    for name, model in models.items():
        shutil.copytree(model, folder / "edge_app" / "models" / name)
    return folder


@pytest.fixture(scope="session")
def digits() -> Recognizer:
    """The shipped digit model under the preferred runtime."""
    return Recognizer("digits")


@pytest.fixture(scope="session")
def ink() -> list[samples.Sample]:
    """The ten digits of the bundled sample ink."""
    return samples.load()
