"""All defaults of a training run, in one place; an experiment states only what differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from typing import Any, ClassVar

from edge_app.hangul import JAMO
from edge_app.ink import InkSettings
from edge_app.syllables import SETS
from train.augment import Augmentation


@dataclass(frozen=True)
class RunConfig:
    """What every training run states; written to its folder as ``config.json``."""

    task: str
    """What is learned."""
    name: str
    """Name of the model directory that conversion writes."""
    ink: InkSettings
    """The framing; goes into the model directory unchanged."""
    augmentation: Augmentation
    """How training ink varies."""
    seed: int = 0
    """Seed of everything random."""
    epochs: int = 30
    """Passes of `epoch_samples`; the learning rate falls to nothing over them."""
    epoch_samples: int = 60_000
    """Samples called an epoch; after each, the run is validated and saved."""
    batch: int = 128
    """Samples a step."""
    learning_rate: float = 2e-3
    """Peak of the cosine schedule."""
    weight_decay: float = 5e-3
    """AdamW's decay."""
    label_smoothing: float = 0.03
    """Share of a label's weight spread over all labels."""
    average: float = 0.0
    """Momentum, a step, of the moving average of the weights that is validated and kept in place of
    the weights themselves; 0 keeps these."""
    patience: int = 0
    """Stop after so many epochs without a better validation loss; 0 never stops early."""
    workers: int = 1
    """Processes that prepare ink; 0 prepares it in the one that trains."""
    start: str = ""
    """Folder of a finished run with the same network, or a model directory (see train/earlier.py):
    training begins with its weights."""
    blend: float = 1.0
    """Share of the trained weights in the network that is kept; the rest are those of `start`.
    Less than 1 keeps more of what that one knew and later ink has not got (M. Wortsman et al.,
    "Robust fine-tuning of zero-shot models", CVPR 2022)."""

    def __post_init__(self) -> None:
        if min(self.epochs, self.epoch_samples // max(1, self.batch)) < 1:
            raise ValueError("epochs and the steps of an epoch must be at least 1")
        if self.workers < 0:
            raise ValueError("workers must be at least 0")
        if not 0 <= self.average < 1:
            raise ValueError(f"average must be at least 0 and below 1, not {self.average!r}")
        if not 0 < self.blend <= 1:
            raise ValueError(f"blend must be above 0 and at most 1, not {self.blend!r}")
        if self.blend < 1 and not (self.start and self.average):
            raise ValueError("to blend with earlier weights, a run needs start and average")

    @property
    def steps(self) -> int:
        """Steps of an epoch."""
        return self.epoch_samples // self.batch

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class DigitConfig(RunConfig):
    """A run that learns digits."""

    task: str = "digits"
    name: str = "digits"
    ink: InkSettings = field(default_factory=InkSettings)
    augmentation: Augmentation = field(default_factory=Augmentation)
    labels: tuple[str, ...] = tuple("0123456789")
    """What the outputs mean, in order."""
    mnist: str = "data/mnist"
    """Folder of MNIST's four IDX files; fetched into it if it is missing."""
    pen: tuple[str, ...] = ()
    """Files of pen strokes (see train/data/strokes.py)."""
    pen_share: float = 0.4
    """Share of a batch that is pen ink, where there is any."""
    pen_cap: int = 60
    """A writer with more pen samples than this is drawn no more often than one with so many."""


@dataclass(frozen=True)
class NetConfig:
    """The shape of a network that reads syllables, `train.model.syllable_net`."""

    answers: ClassVar[str] = "syllables"
    """What its outputs mean, as a model directory says it."""
    name: str
    """What to call it."""
    widths: tuple[int, int, int, int]
    """Channels of the first convolution and of the three stages, each half as wide and high."""
    blocks: tuple[int, int, int]
    """Residual blocks of each stage."""
    pooled: int
    """Channels of the last map, each of which becomes one number by weights of its own."""
    features: int
    """What the heads see. The syllable head takes 9,404 bytes of the file for each of them."""
    dropout: float = 0.2
    """Share of the pooled numbers that are left out at random in training."""

    def __post_init__(self) -> None:
        sizes = (*self.widths, *self.blocks, self.pooled, self.features)
        if len(self.widths) != 4 or len(self.blocks) != 3 or min(self.widths) < 1 or min(sizes) < 0:
            raise ValueError("a network needs 4 widths above 0 and 3 numbers of blocks")


@dataclass(frozen=True)
class BaselineConfig:
    """A network of other people, which ours is compared with: `train.baselines` builds it."""

    name: str
    """What to call it: one of `train.baselines.BODIES`."""
    size: int
    """Side of the input that it was made for, px."""
    answers: str
    """What its outputs mean, as a model directory says it: "labels" where its authors gave it one
    output for the common syllables, "syllables" where it has the heads of ours instead."""


NETS: dict[str, NetConfig | BaselineConfig] = {
    net.name: net
    for net in (
        NetConfig("student", (24, 32, 64, 128), (1, 2, 1), pooled=256, features=128),
        NetConfig("teacher", (48, 96, 192, 384), (2, 3, 2), pooled=768, features=384),
        BaselineConfig("ibm", size=64, answers="labels"),
        BaselineConfig("inception", size=60, answers="labels"),
        BaselineConfig("googlenet", size=60, answers="labels"),
        BaselineConfig("mobilenet", size=48, answers="syllables"),
    )
}
"""Networks that read syllables, by name: one for devices, a large one to learn from, and those of
other people."""


_ONE_OUTPUT = "ks2350"
"""The labels of a network with one output."""


@dataclass(frozen=True)
class Weights:
    """How often each kind of ink is drawn, in any unit; what there is no data of counts as 0."""

    fonts: float = 0.30
    """Type, made to look written."""
    people: float = 0.25
    """Real handwriting."""
    phd08: float = 0.05
    """Type as it was printed and scanned."""
    synthetic: float = 0.32
    """Writers who do not exist."""
    traced: float = 0.30
    """Type written anew by such writers."""
    scraps: float = 0.08
    """Ink that is nothing of what is learned."""

    def __post_init__(self) -> None:
        if min(asdict(self).values()) < 0:
            raise ValueError("weights must be at least 0")


@dataclass(frozen=True)
class HangulConfig(RunConfig):
    """A run that learns syllables."""

    task: str = "hangul"
    name: str = "hangul"
    ink: InkSettings = field(
        default_factory=lambda: InkSettings(size=48, margin=2, pen=0.05, min_pen=0.04)
    )
    augmentation: Augmentation = field(
        default_factory=lambda: Augmentation(
            rotation=15.0, min_scale=0.4, min_pen=0.035, max_pen=0.20
        )
    )
    epochs: int = 60
    epoch_samples: int = 40_960
    batch: int = 256
    learning_rate: float = 3e-3
    label_smoothing: float = 0.05
    average: float = 0.998
    answers: str = "syllables"
    """What the outputs mean, as a model directory says it."""
    labels: str = "all11172"
    """Name in `edge_app.syllables.SETS` of the syllables that are learned."""
    net: NetConfig | BaselineConfig = NETS["student"]
    """The network; `with_net` says what else a run of it must state."""
    fonts: tuple[str, ...] = ()
    """Prepared folders of type, which is loosened (see train/synth/loosen.py)."""
    people: tuple[str, ...] = ()
    """Prepared folders of real handwriting."""
    plain: float = 0.6
    """Share of the type that is varied as other ink is, affine, elastic and in its pen, but not
    loosened."""
    phd08: tuple[str, ...] = ()
    """Prepared folders of scanned type, such as PHD08."""
    traced: tuple[str, ...] = ()
    """Prepared folders of type that was traced: its strokes are written anew."""
    drawings: tuple[str, ...] = ()
    """Omniglot's stroke files, which synthetic writers know besides our own forms."""
    mnist: str = ""
    """Folder of MNIST's files, whose digits then count as no syllables."""
    weights: Weights = field(default_factory=Weights)
    """How often each kind of ink is drawn."""
    rare_share: float = 0.2
    """Share of the 8,822 syllables outside KS X 1001 in what a source draws, where they are
    learned and the source has them; people hardly ever write them."""
    writer_cap: int = 1000
    """A person with more samples than this is drawn no more often than one with so many."""
    everyone: bool = False
    """Whether people train whichever part they were prepared for, but for those left out."""
    without: tuple[str, ...] = ()
    """Names of people who are left out of training where everyone else trains: what they wrote is
    this run's validation and test part."""
    teachers: tuple[str, ...] = ()
    """Folders of finished runs, or model directories, that read syllables from frames of this
    size: what they say of each sample is learned beside its label."""
    taught: float = 0.7
    """Share of the teachers in that, where there are any; the rest is the label's."""
    believed: bool = False
    """Whether teachers are believed even where they are wrong, but for the rare syllables, which
    they may never have met. A letter drawn by chance may look like another: of ink without people
    an opinion teaches more than the label (docs/figures.md)."""
    folds: tuple[str, ...] = ()
    """Folders of finished runs, alike but for who was left out. What they say of the ink of those
    stands in, when the heads are weighed, for the ink that a run of everyone has none left of."""
    judged: int = 3000
    """Most samples of a folder's validation and test parts that are looked at."""
    prior_weight: float = 0.1
    """What the logarithm of a syllable's frequency in text counts in that of its score: 0 nothing,
    1 as Bayes' rule has it for whoever writes text (see docs/training.md for the choice)."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.labels not in SETS:
            raise ValueError(f"labels must be {' or '.join(SETS)}, not {self.labels!r}")
        if self.answers != self.net.answers:
            raise ValueError(
                f"the network {self.net.name} answers {self.net.answers}, not {self.answers!r}"
            )
        if self.answers == "labels" and self.labels != _ONE_OUTPUT:
            raise ValueError(
                f"the network {self.net.name} has one output, for the labels {_ONE_OUTPUT}; "
                f"it cannot learn {self.labels}"
            )
        if not 0 <= self.plain <= 1:
            raise ValueError(f"plain must be 0 to 1, not {self.plain!r}")
        if not 0 < self.rare_share < 1:
            raise ValueError(f"rare_share must be between 0 and 1, not {self.rare_share!r}")
        if not 0 <= self.taught <= 1:
            raise ValueError(f"taught must be 0 to 1, not {self.taught!r}")
        if self.teachers and self.answers != "syllables":
            raise ValueError(f"teachers say nothing to the one output of {self.net.name}")
        if self.believed and not self.teachers:
            raise ValueError("believed is said of teachers: name them, or leave it out")
        if self.without and not self.everyone:
            raise ValueError("without names people whom everyone else trains without: say everyone")
        if min(self.writer_cap, self.judged) < 1:
            raise ValueError("writer_cap and judged must be at least 1")
        if not 0 <= self.prior_weight <= 1:
            raise ValueError(f"prior_weight must be 0 to 1, not {self.prior_weight!r}")


def with_net(name: str) -> dict[str, Any]:
    """Fields of a `HangulConfig` in which a run of one of `NETS` differs from the defaults."""
    net = NETS[name]
    if isinstance(net, NetConfig):
        return {"net": net}
    # Under a name of its own it is never converted in the place of our model.
    made = {"net": net, "name": net.name, "answers": net.answers}
    if net.answers == "labels":
        made["labels"] = _ONE_OUTPUT
    return {**made, "ink": replace(HangulConfig().ink, size=net.size)}


@dataclass(frozen=True)
class JamoConfig(RunConfig):
    """A run that learns single jamo."""

    task: str = "jamo"
    name: str = "jamo"
    ink: InkSettings = field(
        default_factory=lambda: InkSettings(size=40, margin=2, pen=0.06, min_pen=0.05)
    )
    augmentation: Augmentation = field(
        default_factory=lambda: Augmentation(min_scale=0.3, min_pen=0.045, max_pen=0.11)
    )
    epoch_samples: int = 20_480
    average: float = 0.99
    labels: tuple[str, ...] = JAMO
    """What the outputs mean, in order."""
    fonts: tuple[str, ...] = ()
    """Prepared folders of type, which is loosened (see train/synth/loosen.py)."""
    people: tuple[str, ...] = ()
    """Prepared folders of real handwriting."""
    drawings: tuple[str, ...] = ()
    """Omniglot's stroke files, which synthetic writers know besides our own forms; those by the
    people who judge are left out."""
    mnist: str = ""
    """Folder of MNIST's files, whose digits then count as no jamo."""
    weights: Weights = field(default_factory=Weights)
    """How often each kind of ink is drawn."""
    judged: int = 3000
    """Most samples of a folder's validation and test parts that are looked at."""


Config = DigitConfig | HangulConfig | JamoConfig
"""What a run states, of whichever task."""

CONFIGS: dict[str, type[DigitConfig] | type[HangulConfig] | type[JamoConfig]] = {
    "digits": DigitConfig,
    "hangul": HangulConfig,
    "jamo": JamoConfig,
}
"""The configuration of each task."""


def read(data: Mapping[str, Any]) -> Config:
    """The configuration of an earlier run, as `to_dict` gave it.

    Raises ValueError for an unknown task, unknown keys or values that cannot be.
    """
    task = data.get("task")
    if task not in list(CONFIGS):
        raise ValueError(f"unknown task {task!r}; known: {', '.join(CONFIGS)}")
    config: Config = _restore(CONFIGS[task](), data)
    return config


def _restore(default: Any, data: Any) -> Any:
    """A dataclass like the default from the values of `asdict`, which JSON has made lists of."""
    if isinstance(default, InkSettings):
        return InkSettings.from_dict(data)
    if isinstance(default, tuple):
        return tuple(data)
    if isinstance(default, NetConfig):  # of which there are two kinds
        default = NETS.get(data.get("name"), default)
    if not is_dataclass(default):
        return data
    if unknown := sorted(set(data) - {entry.name for entry in fields(default)}):
        raise ValueError(f"unknown keys: {', '.join(unknown)}")
    kind: Any = type(default)
    made = {name: _restore(getattr(default, name), value) for name, value in data.items()}
    return kind(**made)
