"""The one place that picks a TensorFlow Lite runtime.

LiteRT (`ai-edge-litert`) is the maintained one; `tflite-runtime` is its predecessor, still the
only one for 32-bit Arm. Both have the same Python interface. Tests and the converter may inject
another (TensorFlow's own); nothing on the device imports TensorFlow.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from typing import Any, Protocol, cast

RUNTIMES = {
    "litert": ("ai_edge_litert.interpreter", "ai-edge-litert"),
    "tflite-runtime": ("tflite_runtime.interpreter", "tflite-runtime"),
}
"""Runtime: (module that holds its Interpreter, package that installs it), preferred first."""


class SignatureRunner(Protocol):
    """What this project uses of `tf.lite.Interpreter.get_signature_runner`."""

    def get_output_details(self) -> dict[str, dict[str, Any]]: ...


class Interpreter(Protocol):
    """What this project uses of `tf.lite.Interpreter`."""

    def allocate_tensors(self) -> None: ...
    def get_signature_list(self) -> dict[str, dict[str, list[str]]]: ...
    def get_signature_runner(self, signature_key: str) -> SignatureRunner: ...
    def get_input_details(self) -> list[dict[str, Any]]: ...
    def set_tensor(self, tensor_index: int, value: Any) -> None: ...
    def get_tensor(self, tensor_index: int) -> Any: ...
    def invoke(self) -> None: ...


InterpreterFactory = Callable[..., Interpreter]
"""Called with model_content (bytes) and num_threads (int)."""


class RuntimeMissingError(ImportError):
    """No usable TensorFlow Lite runtime; the message says what to install."""


def installed() -> list[str]:
    """Names of the runtimes that are installed, preferred first; imports none of them."""
    return [
        name
        for name, (module, _) in RUNTIMES.items()
        if importlib.util.find_spec(module.partition(".")[0]) is not None
    ]


def factory(runtime: str | None = None) -> tuple[str, InterpreterFactory]:
    """The name and the Interpreter class of one runtime, or of the preferred one that works.

    Raises ValueError for an unknown name, RuntimeMissingError where none can be imported.
    """
    if runtime is not None and runtime not in RUNTIMES:
        raise ValueError(f"unknown runtime {runtime!r}; known: {', '.join(RUNTIMES)}")
    names = [runtime] if runtime else list(RUNTIMES)
    problems = []
    for name in names:
        module, package = RUNTIMES[name]
        try:
            found = importlib.import_module(module)
        except ImportError as error:
            problems.append(f"{package}: {error}")
            continue
        return name, cast(InterpreterFactory, found.Interpreter)
    install = " or ".join(f"pip install {RUNTIMES[name][1]}" for name in names)
    raise RuntimeMissingError(f"no TensorFlow Lite runtime ({'; '.join(problems)}): {install}")
