"""What the commands open: models by the options of the command line, and the pad's window."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from edge_app.interpreter import RuntimeMissingError
from edge_app.text import Text

if TYPE_CHECKING:
    from edge_app.memory.personal import Personal
    from edge_app.modes import Reader
    from edge_app.recognizer import Prediction
    from edge_app.settings import Complaint, Settings

DONE, FAILED, USAGE = 0, 1, 2
"""Exit statuses: all done; an input failed (the others are done); wrong usage."""


def complain(message: object) -> None:
    """Tells something on standard error, which belongs to the commands' complaints."""
    print(f"hangul-pad: {message}", file=sys.stderr)


def model_of(options: argparse.Namespace) -> Path | None:
    """The directory of the model asked for, or of the best one bundled; None if there is none."""
    from edge_app import bundle

    name = options.model or ("hangul" if "hangul" in bundle.available() else "digits")
    try:
        return bundle.find(name)
    except bundle.BundleError as error:
        complain(error)
        return None


_Opened = TypeVar("_Opened")


def opened(
    options: argparse.Namespace, opener: Callable[..., _Opened], *model: Path
) -> _Opened | int:
    """What a function opens with the model options; or, told on stderr why not, the exit status."""
    from edge_app.bundle import BundleError

    try:
        return opener(
            *model, labels=options.labels, threads=options.threads, runtime=options.runtime
        )
    except (BundleError, RuntimeMissingError) as error:
        complain(error)
        return FAILED
    except ValueError as error:  # labels that the model has not got
        complain(error)
        return USAGE


def ranking(predictions: Sequence[Prediction]) -> str:
    """Answers in a line, best first."""
    if not predictions:
        return "글씨 없음 (no ink found)"
    return "  ".join(f"{label} {score:.1%}" for label, score in predictions)


def _reader(options: argparse.Namespace) -> Reader | int:
    """What the pad reads with; or, told on stderr why there is none, the exit status."""
    from edge_app import modes

    if options.model is None:
        reader = opened(options, modes.open_bundled)
    elif (directory := model_of(options)) is None:
        return USAGE
    else:
        reader = opened(options, modes.open_model, directory)
    if isinstance(reader, int):
        return reader
    for name in reader.missing:
        korean, english = modes.MISSING[name]
        complain(f"{korean}. {english}; {_offers(reader)}")
    if options.mode not in (None, *reader.modes):
        complain(
            f"{options.mode} 방식에 쓸 모델이 없습니다. "
            f"No model for the mode {options.mode}; {_offers(reader)}"
        )
        return USAGE
    return reader


def _offers(reader: Reader) -> str:
    return f"있는 방식 / modes here: {', '.join(reader.modes)}"


def window(options: argparse.Namespace) -> int:
    """Opens the pad by the options and the settings; returns the exit status when it is left."""
    from edge_app import output, pad, settings
    from edge_app.log import LOG

    chosen, complaints = settings.load()
    for complaint in complaints:
        complain(complaint)
        LOG.warning("%s", complaint)
    fill_in(options, chosen)
    reader = _reader(options)
    if isinstance(reader, int):
        LOG.error("no model to read with; exit status %d", reader)
        return reader
    mode = options.mode or (chosen.mode if chosen.mode in reader.modes else reader.first)
    for name, model in reader.models.items():
        LOG.info("model %s of %s, %s", name, model.bundle.created, model.runtime)
    LOG.info("mode %s", mode)
    actions = output.actions_for(output.Session.detect(), options.save)
    written: list[str] = []
    if options.once:
        actions["done"] = partial(_keep, written)
    personal, unkept = _memory(chosen)
    reader = replace(reader, personal=personal)
    try:
        status = pad.run(
            reader,
            mode,
            fullscreen=options.fullscreen,
            size=options.size,
            settings=chosen,
            complaints=complaints if unkept is None else (*complaints, unkept),
            memory=personal,
            on_accept=personal.accept,
            on_take_back=personal.take_back,
            print_answers=options.print,
            actions=actions,
        )
    except pad.NoScreenError as error:
        LOG.warning("no window: %s", error)
        if options.once:  # a script must not take sample ink for a person's
            complain(f"화면이 없어 글을 쓸 수 없습니다. No screen to write on: {error}")
            return FAILED
        _without_screen(reader, mode, str(error))
        return DONE
    finally:
        personal.close()
    if options.once and status == DONE:
        text = "".join(written)
        if not text:
            return FAILED
        print(text)
    return status


def _memory(chosen: Settings) -> tuple[Personal, Complaint | None]:
    """What was learned of the writer's hand, and what is wrong with where it is kept."""
    from edge_app import paths
    from edge_app.log import LOG
    from edge_app.memory.personal import NOT_KEPT, Personal, StoreError
    from edge_app.settings import Complaint

    folder, complaint = paths.data(), None
    try:
        # Of who does not learn nothing is opened: it may be another window's.
        personal = Personal(folder) if chosen.learn == "off" else Personal.open(folder)
    except StoreError as error:
        personal, complaint = Personal(), Complaint(folder, None, Text(*NOT_KEPT))
        complain(f"{NOT_KEPT[0]}. {NOT_KEPT[1]}: {error}")
        LOG.warning("what is learned cannot be kept: %s", error)
    if personal.lost:
        complain(personal.lost)
        LOG.warning("%s", personal.lost)
    personal.paused, personal.used = chosen.learn != "on", chosen.learn != "off"
    return personal, complaint


def _keep(written: list[str], text: str) -> Text:
    """What "done" does for --once: standard output gets the text after the window has closed."""
    written[:] = [text]
    return Text("완료", "Done")


def fill_in(options: argparse.Namespace, chosen: Settings) -> None:
    """Sets what the command line left open as the settings have it."""
    from edge_app import bundle

    if options.fullscreen is None:
        options.fullscreen = chosen.fullscreen
    # Of one model alone it is not known whether it reads syllables.
    if options.labels is None and options.model is None and "hangul" in bundle.available():
        options.labels = None if chosen.labels == "model" else chosen.labels


def _without_screen(reader: Reader, mode: str, reason: str) -> None:
    """What the pad does where no window can open: shows on sample ink that the rest works."""
    from edge_app import samples
    from edge_app.modes import AUTO

    print("화면이 없어 창을 열 수 없습니다. 대신 준비된 견본 글씨를 인식합니다.")
    print(f"No screen, so no window ({reason}). Recognising the bundled sample ink instead.")
    # Automatic mode takes ㅇ for 0, being written more often: each kind in its own mode instead.
    kinds = [kind for kind in samples.NAMES if kind in reader.modes] if mode == AUTO else [mode]
    for kind in kinds:
        for sample in samples.fitting(reader.labels(kind)):
            print(f"{sample.label} -> {ranking(reader.recognize(sample.strokes, kind))}")
