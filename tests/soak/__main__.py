"""What the pad costs: open and idle, and over a day of writing.

    python -m tests.soak idle --seconds 20
    python -m tests.soak day --recognitions 100000

Exit status 1 where it is more than the figures in docs/robustness.md.
"""

from __future__ import annotations

import argparse
import os
import sys

IDLE_SHARE, IDLE_BYTES = 0.02, 150_000_000
"""What an idle pad may take of one core, and hold."""

GROWTH_BYTES = 2_000_000
"""What a day may add after the warm-up."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parts = parser.add_subparsers(required=True)
    idle = parts.add_parser("idle")
    idle.add_argument("--seconds", type=float, default=20.0)
    idle.set_defaults(run=_idle)
    day = parts.add_parser("day")
    day.add_argument("--recognitions", type=int, default=100_000, metavar="N")
    day.add_argument("--warm-up", type=int, default=5000, metavar="N", help="of them")
    day.add_argument("--minutes", type=float, default=1e9, help="at most")
    day.add_argument("--no-memory", action="store_true", help="learn no hand meanwhile")
    day.set_defaults(run=_day)
    options = parser.parse_args()
    status: int = options.run(options)
    return status


def _idle(options: argparse.Namespace) -> int:
    from tests.soak.idle import measure

    share, resident = measure(options.seconds)
    print(
        f"idle for {options.seconds:g} s: {share:.2%} of a core, {resident / 1e6:.1f} MB resident"
    )
    return int(share >= IDLE_SHARE or resident >= IDLE_BYTES)


def _day(options: argparse.Namespace) -> int:
    os.environ["SDL_VIDEODRIVER"] = "dummy"
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as edge_app.cli has it
    from tests.soak.day import write

    held = write(
        options.recognitions,
        options.minutes * 60,
        options.warm_up,
        not options.no_memory,
        lambda usage: print(usage, flush=True),
    )
    first, last = held[0], held[-1]
    growth = last.rss - first.rss
    print(
        f"{last.recognitions} recognitions: {growth / 1e6:+.2f} MB after the first "
        f"{first.recognitions}, {last.threads - first.threads:+d} threads, "
        f"{last.files - first.files:+d} open files"
    )
    left = (last.threads, last.files) != (first.threads, first.files)
    return int(growth >= GROWTH_BYTES or left or last.recognitions < options.recognitions)


if __name__ == "__main__":
    sys.exit(main())
