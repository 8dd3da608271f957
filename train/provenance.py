"""What a run learned from, as its result.json and the model card list it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from train.data import Source
from train.shards import Manifest


def entries(manifests: Iterable[Manifest]) -> list[dict[str, Any]]:
    """The "sources" of a run that trained on prepared folders, one entry for each.

    An entry is that of `Source.to_dict`, for the samples of the training part. Where the folder
    is of fonts it also has "fonts": every face of the folder, as "file name/face", with what it
    says of its licence; those that only validation or test drew are among them.
    """
    listed = []
    for manifest in manifests:
        source = Source(manifest.source, manifest.licence, manifest.url)
        entry = source.to_dict(sum(manifest.shards.get("train", [])))
        if licences := manifest.options.get("licences"):
            entry["fonts"] = {
                face: licences.get(face, "not stated") for face in sorted(manifest.writers)
            }
        listed.append(entry)
    return listed
