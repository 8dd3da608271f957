"""What `train.evaluate_hangul` measured, as text for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from train.measures import BINS

_LISTED = 40
"""Writers or fonts that are listed, those read worst first; --json has all."""

_WORST_JAMO = 6
"""Jamo of each place that are listed, those read worst first."""

_SETS = {"ks2350": "2,350", "all11172": "11,172", "rare": "8,822 rare"}
"""What the table calls the syllables of a row."""


def text(report: dict[str, Any]) -> str:
    """The report as text, the exact command first."""
    lines = [f"$ {report['command']}"]
    if "left_out" in report:
        return "\n".join([*lines, "", *_left_out(report["left_out"])])
    model = report["model"]
    lines.append(
        f"{model['path']}: {model['bytes']:,} bytes, {model['kind']}, {model['runtime']}, "
        f"{model['labels']:,} syllables, prior weighed {model['prior_weight']:.3g}"
    )
    if "unweighted" in report:
        lines.append(report["unweighted"])
    for folder, figures in report["folders"].items():
        lines += ["", *_folder(folder, figures)]
    for aspect, values in report.get("redrawn", {}).items():
        lines += ["", f"people, drawn anew by {aspect}:"]
        heading = ["", "top-1", "top-3"]
        rows = [[name, *map(_share, _tops(one))] for name, one in values.items()]
        lines += _aligned([heading, *rows])
    lines += ["", "ink that is no syllable, best score below 0.5:"]
    lines += _aligned([[kind, _share(share)] for kind, share in report["scraps"].items()])
    return "\n".join(lines)


def _folder(folder: str, figures: dict[str, Any]) -> list[str]:
    lines = [
        f"{folder}: {figures['samples']:,} samples of {figures['writers']} writers or fonts",
        *_aligned(_ways(figures["ways"])),
        "  in detail, each sample counting once, no prior weighed:",
        f"  top-1 {figures['top1']:.2%}, mean of writers {figures['top1_mean_of_writers']:.2%}; "
        f"top-3 {figures['top3']:.2%}; "
        f"expected calibration error ({BINS} bins) {figures['calibration_error']:.4f}",
    ]
    for place, share in figures["jamo"].items():
        worst = sorted(figures["by_jamo"][place].items(), key=lambda item: item[1]["right"])
        named = ", ".join(
            f"{jamo} {one['right']:.1%} of {one['samples']}" for jamo, one in worst[:_WORST_JAMO]
        )
        lines.append(f"  {place:<8}{share:7.2%}   worst: {named}")
    jamo = [
        f"{one['place']} {one['true']} > {one['answer']} {one['count']}x"
        for one in figures["jamo_confusions"]
    ]
    pairs = [f"{one['true']} > {one['answer']} {one['count']}x" for one in figures["confusions"]]
    lines += [f"  jamo, true > answer: {', '.join(jamo)}", f"  true > answer: {', '.join(pairs)}"]
    for one in figures.get("published", ()):
        lines.append(f"  {one['collection']}: top-1 {one['top1']:.2%} of {one['samples']:,}")
        lines += [f"    {share:.2%}  {paper}" for paper, share in one["papers"].items()]
    writers = figures["by_writer"]
    shown = dict(list(writers.items())[:_LISTED])
    rows = [[name, f"{one['samples']:,}", *map(_share, _tops(one))] for name, one in shown.items()]
    lines += _aligned([["read worst first", "samples", "top-1", "top-3"], *rows])
    if len(writers) > len(shown):
        lines.append(f"  and {len(writers) - len(shown)} more, read better; --json has them")
    return lines


def _ways(ways: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """A row for each way; the columns of text only where they were measured."""
    heading = ["syllables", "prior", "samples", "top-1", "top-3", "ECE"]
    weighted = all("as_written" in way for way in ways)
    if weighted:
        heading += ["as written: top-1", "top-3", "ECE", "counts as"]
    rows = [heading]
    for way in ways:
        prior = f"{way['prior_weight']:.3g}" if way["prior_weight"] else "no"
        row = [_SETS[way["labels"]], prior, f"{way['samples']:,}", *map(_share, _tops(way))]
        row.append(f"{way['calibration_error']:.4f}")
        if weighted:
            one = way["as_written"]
            row += [*map(_share, _tops(one)), f"{one['calibration_error']:.4f}"]
            row.append(f"{one['effective_samples']:.0f}")
        rows.append(row)
    return rows


def _left_out(writers: dict[str, dict[str, Any]]) -> list[str]:
    rows = [
        [name, f"{one['samples']:,}", *map(_share, _tops(one)), f"{one['calibration_error']:.4f}"]
        for name, one in writers.items()
    ]
    means = [
        float(np.mean([one[name] for one in writers.values()]))
        for name in ("top1", "top3", "calibration_error")
    ]
    rows.append(["mean", "", *map(_share, means[:2]), f"{means[2]:.4f}"])
    heading = ["writer, not seen in training", "samples", "top-1", "top-3", "ECE"]
    lines = ["each sample counting once, no prior weighed:", *_aligned([heading, *rows])]
    for name, one in writers.items():
        lines += ["", f"{name} ({one['run']}), every way:", *_aligned(_ways(one["ways"]))]
    return lines


def _tops(figures: Mapping[str, Any]) -> tuple[float, float]:
    return figures["top1"], figures["top3"]


def _share(share: float) -> str:
    return f"{share:.2%}"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns as wide as their widest text, all but the first to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  "
        + "  ".join(
            [row[0].ljust(widths[0])]
            + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        )
        for row in rows
    ]
