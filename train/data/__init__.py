"""One reader for each source of ink, all yielding the same `Sample`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


class DataError(ValueError):
    """A data file that cannot be used; the message names file, place and remedy."""


@dataclass(frozen=True)
class Sample:
    """One labelled character, whatever it came from."""

    ink: Sequence[npt.NDArray[np.float64]] | npt.NDArray[np.uint8]
    """Strokes, (n, 2) arrays, x right, y down, any unit; or one 2-D uint8 image."""
    label: str
    """The character."""
    writer: str
    """Who wrote it, or the font it was drawn with; unique within the source."""
    source: str
    """Name of the collection."""


@dataclass(frozen=True)
class Source:
    """A collection of ink, as the model card lists it."""

    name: str
    """Short name, as in `Sample.source`."""
    licence: str
    """Licence, as the source states it."""
    url: str
    """Where it comes from, with a DOI where it has one."""

    def to_dict(self, samples: int) -> dict[str, Any]:
        """The entry of a run's "sources" for so many samples."""
        return {"name": self.name, "licence": self.licence, "url": self.url, "samples": samples}
