"""One model in a process of its own, which `convert.compare` asks to read ink.

python convert/contestant.py DIR INK [LABELS]

DIR: a model directory. INK: a grey PNG, which is framed before the model is opened. LABELS: of a
model that reads syllables, which it may answer. Then every line of the input is a JSON list of
PNGs, and answered by a JSON list of [best labels, seconds of framing, of the model, of scoring],
all of processor time.
The first line of the output describes the model; the last one, when the input ends, is the peak of
the process's memory. Nothing is imported but what the pad needs, or that would not be the pad's.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import process_time
from typing import Any

if not __package__:  # run as a file: its own folder is on the path, the project is not
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import cv2
import numpy as np
import numpy.typing as npt

from edge_app import interpreter
from edge_app.answers import SyllableAnswers
from edge_app.bundle import DESCRIPTION_FILE, Bundle
from edge_app.ink import frame
from edge_app.recognizer import Recognizer, top_k

RUNTIME = "litert"

_STATUS = Path("/proc/self/status")


def peak() -> int | None:
    """The most memory this process ever held, bytes; None where the system does not say.

    getrusage's figure will not do: on Linux it begins with that of the process that started this.
    """
    if not _STATUS.is_file():
        return None
    (line,) = (one for one in _STATUS.read_text().splitlines() if one.startswith("VmHWM:"))
    return 1024 * int(line.split()[1])


def main() -> None:
    """Answers lines of the input until it ends."""
    cv2.setNumThreads(1)
    directory, first = Path(sys.argv[1]), sys.argv[2]
    bundle = Bundle.from_dict(json.loads((directory / DESCRIPTION_FILE).read_text("utf-8")))
    frame(_open(first), bundle.ink)
    interpreter.factory(RUNTIME)
    without = peak()
    labels = sys.argv[3] if sys.argv[3:] and isinstance(bundle.answers, SyllableAnswers) else None
    recognizer = Recognizer(directory, labels=labels, prior=False, runtime=RUNTIME)
    _say({"kind": bundle.quantization, "labels": len(recognizer.labels), "without": without})
    for line in sys.stdin:
        _say([_read(recognizer, path) for path in json.loads(line)])
    _say(peak())


def _read(recognizer: Recognizer, path: str) -> tuple[list[str], float, float, float]:
    image = _open(path)
    start = process_time()
    framed = recognizer.frame(image)
    framed_at = process_time()
    if framed is None:
        return [], framed_at - start, 0.0, 0.0
    logits = recognizer.logits(framed)
    read_at = process_time()
    best = top_k(recognizer.scores_of(logits), recognizer.labels)
    end = process_time()
    return [one.label for one in best], framed_at - start, read_at - framed_at, end - read_at


def _open(path: str) -> npt.NDArray[np.uint8]:
    image = cv2.imread(path, cv2.IMREAD_GRAYSCALE)
    if image is None:
        raise ValueError(f"{path}: is no picture")
    return np.asarray(image, np.uint8)


def _say(data: Any) -> None:
    print(json.dumps(data), flush=True)


if __name__ == "__main__":
    main()
