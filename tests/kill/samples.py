"""Kills a program that keeps samples, at random moments, and looks at what is left.

    python -m tests.kill.samples --times 200

The program learns and takes back as fast as it can, says so through a pipe as soon as each call
has returned, and writes its journal anew every few samples. After each kill all that it said must
be true of the files, the next start must be normal, and nothing may lie about that does not
belong there.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from edge_app import hangul
from edge_app.memory import store
from edge_app.memory.personal import Personal

MOST = 40
"""Samples that are kept at most here, so that the journal is written anew often."""


def kill(times: int, seed: int, folder: Path) -> tuple[int, int]:
    """How many samples were accepted in all, and how many last records a kill had cut short.

    Raises AssertionError for anything lost, damaged or left over.
    """
    store.MOST_SAMPLES = MOST
    rng = random.Random(seed)
    accepted = cut = serial = 0
    for _ in range(times):
        said, reached = _one(folder, serial, rng)
        accepted += said
        serial = reached + 2  # it may have begun one more
        found = {int(one.strokes[0][0, 0]) for one in store.read(folder).samples.values()}
        # Of what it learned last, each third is taken back again.
        for number in range(max(reached - MOST // 3, reached - said + 1), reached):
            assert (number in found) == (number % 3 != 0), f"sample {number} is not as it was said"
        opened = store.Store(folder)
        assert opened.lost is None or "no whole record" in opened.lost, opened.lost
        cut += opened.lost is not None
        opened.close()
        assert {one.name for one in folder.iterdir()} == {store.FILE}
    return accepted, cut


def _one(folder: Path, serial: int, rng: random.Random) -> tuple[int, int]:
    """Runs the program from a sample's serial on and kills it: how many it said, and the last."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(reading)
            _write(folder, serial, writing)
        finally:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        first = pipe.readline()
        assert first, "the program ended before it learned anything"
        time.sleep(rng.uniform(0, 0.05))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        said = [int(line) for line in (first + pipe.read()).split()]
    return len(said), said[-1]


def _write(folder: Path, serial: int, pipe: int) -> None:
    personal = Personal.open(folder, paused=False)
    while True:
        label = hangul.SYLLABLES[serial % len(hangul.SYLLABLES)]
        # Strokes of many sizes, so that a record may be cut anywhere.
        ink = [[(serial, 0), *((x, x % 7) for x in range(serial % 400))]]
        personal.learn(ink, label, "hangul")
        if serial % 3 == 0:
            personal.unlearn(ink, label)
        os.write(pipe, b"%d\n" % serial)
        serial += 1


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.kill.samples")
    parser.add_argument("--times", type=int, default=200, metavar="N", help="kills (200)")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        accepted, cut = kill(options.times, options.seed, Path(folder, "hangul-pad"))
    print(f"{options.times} kills: {accepted} samples accepted, none lost; {cut} last records cut")
    return 0


if __name__ == "__main__":
    sys.exit(main())
