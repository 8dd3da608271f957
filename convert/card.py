"""The model card: README.md of a model directory."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from convert import VARIANTS
from convert.golden import Golden
from convert.runs import Run
from convert.verify import COUNTS, Figures, Gate, rows
from edge_app.answers import SyllableAnswers
from edge_app.bundle import Bundle
from train import rundir

_SHOWN_APART = ("name", "task", "labels", "ink")
"""Keys of config.json that the card tells in its own words."""

_STATED = (
    *("epochs", "epoch_samples", "batch", "learning_rate", "average", "plain", "rare_share"),
    "blend",
    "seed",
)
"""Keys of config.json whose values the command states."""

_LONGEST_LABELS = 40
"""Labels listed one by one; of more, the first and the last are named."""

_LONGEST_LICENCE = 200
"""Letters of a font's licence that are shown: some files hold the whole text."""


def write(
    run: Run,
    bundle: Bundle,
    figures: Mapping[str, Figures],
    gate: Gate,
    golden: Golden,
    frames: int,
) -> str:
    """The card's Markdown.

    figures: of the Keras model and of every variant that was tried. frames: how many held-out
    frames they were measured on.
    """
    shipped = figures[bundle.quantization]
    result = run.result
    parts = [
        f"# {bundle.name}",
        f"Model of hangul-pad that reads one handwritten character: {_labels(bundle.labels)}. "
        f"Exported {bundle.created} as **{bundle.quantization}** "
        f"({VARIANTS[bundle.quantization]}), {shipped.size_kib:.1f} KiB.",
        "## Intended use",
        "One character at a time, as pen strokes or as an image, framed by `edge_app.ink`, on a "
        "Raspberry Pi or a laptop, offline:",
        "```python\n"
        "from edge_app import Recognizer\n"
        f'Recognizer("{bundle.name}").recognize(ink)\n'
        "```",
        "## Training",
        f"Run `{run.folder.name}`, finished {run.finished or 'at an unknown time'}: "
        f"{result.get('epochs', '?')} epochs{_before(run)} in "
        f"{_minutes(result.get('train_seconds'))}{_untold(result.get('stages'))} "
        f"on {result.get('backend', 'an unknown backend')} ({_versions(result)}).",
        *_sources(result.get("sources")),
        "Configuration:",
        "```json\n"
        + _json({key: _named(run.config[key]) for key in run.config if key not in _SHOWN_APART})
        + "\n```",
        "Ink settings (also in `model.json`):",
        "```json\n" + _json(bundle.ink.to_dict()) + "\n```",
    ]
    if result.get("metrics"):
        parts += [
            "Figures of the Keras model, as training recorded them:",
            "```json\n" + _json(result["metrics"]) + "\n```",
        ]
    parts += [
        "## Figures",
        f"On {frames:,} held-out frames, every variant through `edge_app.Recognizer` under "
        "LiteRT at one thread. Agreement: the same best answer as the Keras model. Top-3 "
        "overlap: the mean share of its best three; top-3 kept: the same for those of them that "
        f"score {COUNTS:.1%} or more, which are the ones a reader could want. Ties: ink on which "
        "equal logits leave the rank of the best three to chance. Doubt: mean difference of the "
        "scores' sum, which is the probability that the ink is one of the labels at all. Latency: "
        "median from frame to logits, float32 = 1.",
        _markdown(rows(figures)),
        f"Of the {len(golden.labels)} inks in `golden.npz` it reads {golden.read_right} right. "
        + _scores(bundle),
        f"Command: `python convert/to_tflite.py runs/{run.folder.name}`. A file is refused below "
        f"{gate.agreement:.1%} agreement or {gate.kept:.1%} top-3 kept, or above "
        f"{100 * gate.accuracy_loss:.1f} points of lost accuracy, or above {gate.doubt:.1%} "
        f"doubt{_size_limit(gate)}.",
        "## Limits",
        f"{_doubt(bundle)}\n"
        "- The figures and the scores hold for ink like that of the sources above; people who "
        "write otherwise are read worse.\n"
        "- Size and place of the ink do not matter and cannot tell characters apart.",
        "## Rebuild",
        f"```sh\n{_training_commands(run)}\npython convert/to_tflite.py\n```",
        "The weights come under the project's MIT licence; the sources keep their own.",
    ]
    return "\n\n".join(parts) + "\n"


def _scores(bundle: Bundle) -> str:
    """How scores come about."""
    if isinstance(bundle.answers, SyllableAnswers):
        how = "Scores weigh five outputs, as `edge_app/syllables.py` says"
        if prior := bundle.answers.prior:
            how += f", and how often syllables are written ({prior.source}; {prior.licence})"
        return f"{how}, at temperature {bundle.temperature:.3g}."
    return f"Scores are the softmax of the logits at temperature {bundle.temperature:.3g}."


def _doubt(bundle: Bundle) -> str:
    """What becomes of ink that says none of the labels."""
    if isinstance(bundle.answers, SyllableAnswers):
        return (
            "- Scribbles, digits, single jamo and two characters at once mostly score below 0.5 "
            "altogether, but not always."
        )
    return (
        "- Every ink gets one of the labels: a scribble or two characters at once get one too, "
        "sometimes with a high score."
    )


def _labels(labels: Sequence[str]) -> str:
    if len(labels) <= _LONGEST_LABELS:
        return " ".join(labels)
    return f"{len(labels):,} of them, {labels[0]} to {labels[-1]}"


def _before(run: Run) -> str:
    """What this run began with and learned from, whose time counts too."""
    start, teachers = run.config.get("start"), run.config.get("teachers")
    told = f" after those of `{_named(start)}`" if start else ""
    if teachers:
        told += f", taught by {' and '.join(f'`{_named(one)}`' for one in teachers)}"
    return f"{told}, together" if told else ""


def _minutes(seconds: Any) -> str:
    return f"{seconds / 60:.1f} minutes" if isinstance(seconds, (int, float)) else "unknown time"


def _untold(stages: Any) -> str:
    """What else took time before, of models that do not say how much."""
    names = [name for name, seconds in (stages or {}).items() if seconds is None]
    return "".join(f" and what {name} had taken" for name in names)


def _size_limit(gate: Gate) -> str:
    return f", or above {gate.size_kib:.0f} KiB" if math.isfinite(gate.size_kib) else ""


def _named(value: Any) -> Any:
    """A value of the configuration with paths cut to file names: nobody else has that disk."""
    if isinstance(value, list):
        return [_named(one) for one in value]
    if isinstance(value, str) and Path(value).is_absolute():
        return Path(value).name
    return value


def _training_commands(run: Run) -> str:
    """The run's command after those of the runs that it needs, as far as they are there."""
    lines: dict[str, None] = {}

    def add(name: str, config: Mapping[str, Any], result: Mapping[str, Any]) -> None:
        for earlier in map(Path, _needed(config)):
            try:
                needed = [rundir.read_json(earlier / one) for one in (rundir.CONFIG, rundir.RESULT)]
            except ValueError:
                continue
            add(earlier.name, *needed)
        line = _training_command(run.task, config, name)
        if (trained := result.get("epochs", 0)) and trained < config.get("epochs", 0):
            line += f"    # stopped after {trained} epochs"
        lines[line] = None

    add(run.folder.name, run.config, run.result)
    return "\n".join(lines)


def _needed(config: Mapping[str, Any]) -> list[str]:
    """The runs that one begins with or learns from."""
    return [run for run in (*config.get("teachers", ()), config.get("start")) if run]


def _training_command(task: str, config: Mapping[str, Any], name: str) -> str:
    words = ["python train/train.py", task]
    words += [
        f"--{key.replace('_', '-')} {config[key]}" for key in _STATED if config.get(key) is not None
    ]
    words += [
        f"--{key} {_named(path)}"
        for key in ("pen", "people", "fonts", "traced", "phd08", "drawings")
        for path in config.get(key, [])
    ]
    words += [f"--{key} {_named(config[key])}" for key in ("mnist", "start") if config.get(key)]
    if weights := config.get("weights"):
        words.append("--weights " + " ".join(f"{kind}={share}" for kind, share in weights.items()))
    if config.get("everyone"):
        words += ["--everyone", *(f"--without {who}" for who in config["without"])]
    if teachers := config.get("teachers"):
        words.append(f"--teachers {' '.join(map(_named, teachers))} --taught {config['taught']}")
    if config.get("believed"):
        words.append("--believed")
    if folds := config.get("folds"):
        words.append("--folds " + " ".join(map(_named, folds)))
    return " ".join([*words, f"--out runs/{name}"])


def _versions(result: Mapping[str, Any]) -> str:
    versions = result.get("versions")
    if not isinstance(versions, dict) or not versions:
        return "versions unknown"
    return ", ".join(f"{name} {version}" for name, version in versions.items())


def _sources(sources: Any) -> list[str]:
    """The sources' table and, where there are fonts among them, that of the fonts."""
    if not isinstance(sources, list) or not sources:
        return ["The run does not say what ink it learned from."]
    table = [["source", "licence", "samples", "note"]]
    fonts: dict[str, str] = {}
    for source in sources:
        name = _cell(source.get("name", "?"))
        if url := source.get("url"):
            name = f"[{name}]({url})"
        samples = source.get("samples")
        count = f"{samples:,}" if isinstance(samples, int) else ""
        table.append(
            [name, _cell(source.get("licence", "?")), count, _cell(source.get("note", ""))]
        )
        fonts |= source.get("fonts", {})
    parts = [_markdown(table)]
    if fonts:
        faces = [["font", "file", "licence, as the file states it"]]
        for face, licence in sorted(fonts.items()):
            file, _, name = face.partition("/")
            faces.append([_cell(name), _cell(file), _cell(_shortened(licence))])
        parts += [f"Fonts ({len(fonts):,}), of which some may serve the tests only:"]
        parts += [_markdown(faces)]
    return parts


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_LICENCE else f"{text[:_LONGEST_LICENCE].rstrip()} ..."


def _cell(value: Any) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")


def _markdown(table: Sequence[Sequence[str]]) -> str:
    heading, *others = table
    lines = [heading, ["---"] * len(heading), *others]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
