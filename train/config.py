"""All defaults of a training run, in one place; an experiment states only what differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from edge_app.ink import InkSettings
from train.augment import Augmentation


@dataclass(frozen=True)
class RunConfig:
    """One training run; written to its folder as ``config.json``."""

    task: str = "digits"
    """What is learned."""
    name: str = "digits"
    """Name of the model directory that conversion writes."""
    labels: tuple[str, ...] = tuple("0123456789")
    """What the outputs mean, in order."""
    ink: InkSettings = field(default_factory=InkSettings)
    """The framing; goes into the model directory unchanged."""
    augmentation: Augmentation = field(default_factory=Augmentation)
    """How training ink varies."""
    mnist: str = "data/mnist"
    """Folder of MNIST's four IDX files; fetched into it if it is missing."""
    pen: tuple[str, ...] = ()
    """Files of pen strokes (see train/data/strokes.py)."""
    pen_share: float = 0.4
    """Share of a batch that is pen ink, where there is any."""
    pen_cap: int = 60
    """A writer with more pen samples than this is drawn no more often than one with so many."""
    seed: int = 0
    """Seed of everything random."""
    epochs: int = 30
    """Passes of `epoch_samples`; the learning rate falls to nothing over them."""
    epoch_samples: int = 60_000
    """Samples called an epoch."""
    batch: int = 128
    """Samples a step."""
    learning_rate: float = 2e-3
    """Peak of the cosine schedule."""
    weight_decay: float = 5e-3
    """AdamW's decay."""
    label_smoothing: float = 0.03
    """Share of a label's weight spread over all labels."""
    patience: int = 0
    """Stop after so many epochs without a better validation loss; 0 never stops early."""
    workers: int = 1
    """Processes that prepare ink; 0 prepares it in the one that trains."""

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> RunConfig:
        """The configuration of an earlier run. Raises ValueError for unknown keys."""
        if unknown := sorted(set(data) - {entry.name for entry in fields(cls)}):
            raise ValueError(f"unknown keys: {', '.join(unknown)}")
        made = {
            "labels": tuple(data["labels"]),
            "pen": tuple(data["pen"]),
            "ink": InkSettings.from_dict(data["ink"]),
            "augmentation": Augmentation(**data["augmentation"]),
        }
        return cls(**{**data, **made})
