"""Storms of random events on a real pad, each by its seed and number.

    python -m tests.storm --sequences 100000 --seed 1

A sequence that breaks the pad, or leaves it stuck, is shortened as far as it still does, and
printed; `--first` begins with it again.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from dataclasses import dataclass

from tests.storm.pad import StormedPad, opened
from tests.storm.steps import Step, sequence

_SAID_EVERY = 1000


@dataclass(frozen=True)
class Storm:
    """One sequence, and the pad's conduct in it."""

    steps: list[Step]
    live: bool
    advance_s: float | None


def storm(seed: int, number: int) -> Storm:
    """The one of that seed and number, always the same."""
    rng = random.Random(f"{seed} {number}")
    live, advance_s = rng.random() < 0.8, rng.choice((None, 0.5))
    return Storm(sequence(rng), live, advance_s)


def failure(pad: StormedPad, one: Storm, steps: list[Step]) -> Exception | None:
    """How a pad fails at some steps of a storm, if it does."""
    try:
        pad.run(steps, one.live, one.advance_s)
    except Exception as error:  # whatever a pad raises is a failure
        return error
    return None


def shortened(pad: StormedPad, one: Storm) -> list[Step]:
    """As few of a storm's steps as still fail, by leaving out ever smaller parts."""
    steps, size = one.steps, len(one.steps) // 2
    while size:
        start = 0
        while start < len(steps):
            fewer = steps[:start] + steps[start + size :]
            if failure(pad, one, fewer) is not None:
                steps = fewer
            else:
                start += size
        size //= 2
    return steps


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.storm")
    parser.add_argument("--sequences", type=int, default=100_000, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, metavar="NUMBER", help="to begin with")
    options = parser.parse_args()
    os.environ["SDL_VIDEODRIVER"] = "dummy"
    begin = time.perf_counter()
    with opened() as pad:
        for number in range(options.first, options.first + options.sequences):
            one = storm(options.seed, number)
            error = failure(pad, one, one.steps)
            if error is not None:
                print(f"sequence {number} of seed {options.seed}: {error!r}")
                few = shortened(pad, one)
                print(f"live={one.live}, advance_s={one.advance_s}, the steps that it takes:")
                print(*few, sep="\n", flush=True)
                raise failure(pad, one, few) or error
            if (number + 1) % _SAID_EVERY == 0:
                seconds = time.perf_counter() - begin
                print(f"{number + 1}: {dict(pad.reached)}, {seconds:.0f} s", flush=True)
    print(
        f"{options.sequences} sequences of seed {options.seed}: {dict(pad.reached)}, "
        f"{time.perf_counter() - begin:.0f} s, nothing broken or stuck"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
