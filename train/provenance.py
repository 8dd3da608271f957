"""What a run learned from, as its result.json and the model card list it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from train.data import Source
from train.shards import Manifest
from train.split import Part


def entry(
    manifest: Manifest, parts: Sequence[Part] = ("train",), without: Collection[str] = ()
) -> dict[str, Any]:
    """The entry among the "sources" of a run for a prepared folder that it trained on.

    It is that of `Source.to_dict`, for the samples of the parts but those by the writers in
    without. Where the folder is of fonts it also has "fonts": every face of the folder, as
    "file name/face", with what it says of its licence; those that only validation or test drew
    are among them.
    """
    source = Source(manifest.source, manifest.licence, manifest.url)
    left_out = sum(count for writer, count in manifest.writers.items() if writer in without)
    found = source.to_dict(sum(sum(manifest.shards.get(part, [])) for part in parts) - left_out)
    if licences := manifest.options.get("licences"):
        found["fonts"] = {
            face: licences.get(face, "not stated") for face in sorted(manifest.writers)
        }
    return found


def invented(shares: Mapping[str, float], samples: int) -> list[dict[str, Any]]:
    """The entries of ink that nobody wrote, of a run that draws so many samples in all.

    shares: how often each kind of ink is drawn, in any unit.
    """
    return [
        Source(name, "MIT", "").to_dict(round(samples * shares[kind] / sum(shares.values())))
        for kind, name in (("synthetic", "Synthetic writers"), ("scraps", "Synthetic scraps"))
        if kind in shares
    ]


def merged(*stages: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The sources of a training, in stages or not: each once, with most of the samples it had.

    stages: for each the entries that `entry` and `invented` make.
    """
    found: dict[str, dict[str, Any]] = {}
    for one in chain(*stages):
        key = json.dumps({**one, "samples": None}, sort_keys=True)
        # A model that was begun with has no count.
        if (one["samples"] or 0) >= (found.setdefault(key, one)["samples"] or 0):
            found[key] = one
    return list(found.values())
