"""The `hangul-pad` command. Light to start: what a command needs is imported when it runs."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from edge_app import __version__
from edge_app.interpreter import RUNTIMES, RuntimeMissingError
from edge_app.kiosk import install

if TYPE_CHECKING:
    from edge_app.modes import Reader
    from edge_app.recognizer import Prediction
    from edge_app.settings import Settings

_MAX_PIXELS = 1 << 26
"""Larger images (px) are refused before they are decoded: 67 megapixels, above any phone's."""

_DEFAULTS = {
    "model": None,
    "mode": None,
    "labels": None,
    "threads": 1,
    "runtime": None,
    "fullscreen": None,
    "size": None,
    "print": False,
    "once": False,
    "save": None,
}
"""The window's options; None leaves it to the settings, or to what there is.

Some commands take some of them too, before or after their name.
"""

_TAKEN_BY = {
    "predict": {"model", "labels", "threads", "runtime"},
    "bench": {"model"},
    "doctor": set[str](),
    "export": set[str](),
    "settings": set[str](),
    "install-kiosk": set[str](),
}

_MODES = ("hangul", "digits", "jamo", "auto")
"""`edge_app.modes.MODES`, which would load OpenCV."""

_SYLLABLE_SETS = ("ks2350", "all11172")
"""The names of `edge_app.syllables.SETS`, which would load numpy."""

DONE, FAILED, USAGE = 0, 1, 2
"""Exit statuses: all done; an input failed (the others are done); wrong usage."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line (by default the process's own) and returns its exit status."""
    for stream in (sys.stdout, sys.stderr):
        # Hangul and odd file names must not end the program in a terminal without UTF-8.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    # Read once by OpenCV and pygame, when they are loaded; a user's own setting wins.
    os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(_MAX_PIXELS))
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    options = _parse(arguments)
    try:
        status: int = options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader (`| head`) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        return 130  # as a shell reports SIGINT
    except ImportError as error:
        # OpenCV's wheel leaves two libraries to the system, which a bare one has not got.
        _complain(f"{error}; on Debian and Raspberry Pi OS: sudo apt install libgl1 libglib2.0-0")
        return FAILED
    return status


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="hangul-pad",
        description="손글씨 한글·숫자 인식 패드. A handwriting pad for Hangul and digits, offline. "
        "명령 없이 쓰면 창이 열립니다. Without a command it opens the window.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    parser.set_defaults(run=_pad, **_DEFAULTS)
    _add_model_options(parser)
    parser.add_argument(
        "--mode",
        choices=_MODES,
        help="처음 방식: 한글, 숫자, 자모, 자동 / the mode to begin with (default: the "
        "settings', or auto, where there are several)",
    )
    parser.add_argument(
        "--fullscreen",
        action=argparse.BooleanOptionalAction,
        help="전체 화면 / fill the screen (default: the settings')",
    )
    parser.add_argument(
        "--size", type=_size, metavar="WxH", help="창 크기 / window size, e.g. 800x480"
    )
    parser.add_argument(
        "--print", action="store_true", help="인식할 때마다 JSON 한 줄 / a JSON line per answer"
    )
    parser.add_argument(
        "--once",
        action="store_true",
        help="쓴 글을 출력하고 끝냄 / print the text when done, for scripts; status 1 without one",
    )
    parser.add_argument(
        "--save",
        type=Path,
        metavar="FILE",
        help="저장할 때 덧붙일 파일 / add saved texts to this file (default: a new one for each)",
    )
    commands = parser.add_subparsers(dest="command", title="명령 / commands", metavar="")

    text = "그림 파일 인식 / recognise image files"
    predict = commands.add_parser("predict", help=text, description=text)
    predict.add_argument("images", nargs="+", metavar="IMAGE", help="그림 파일 / image file")
    _add_model_options(predict)
    predict.add_argument(
        "-k", type=_positive, default=3, help="후보 수 / answers per image (default 3)"
    )
    predict.add_argument("--json", action="store_true", help="JSON 한 줄씩 / one object per line")
    predict.set_defaults(run=_predict)

    text = "속도 측정 / measure the speed"
    bench = commands.add_parser("bench", help=text, description=text)
    _add_model_option(bench)
    bench.add_argument("--json", action="store_true", help="JSON 출력 / print JSON")
    bench.set_defaults(run=_bench)

    text = "배운 글씨를 학습 자료로 저장 / write what was learned as training data"
    export = commands.add_parser("export", help=text, description=text)
    export.add_argument("file", type=Path, metavar="FILE", help="새 파일 / new file, .jsonl.gz")
    export.add_argument(
        "--writer", metavar="NAME", help="쓴 사람 이름 / who wrote it (default: an anonymous name)"
    )
    export.set_defaults(run=_export)

    text = "설치 점검 / check this installation"
    doctor = commands.add_parser("doctor", help=text, description=text)
    doctor.add_argument(
        "--touch",
        action="store_true",
        help="화면을 눌러 터치 위치 점검 / find out by five touches whether touch fits the screen",
    )
    doctor.set_defaults(run=_doctor)

    text = "설정 보기 / show the settings and where they are"
    shown = commands.add_parser("settings", help=text, description=text)
    shown.set_defaults(run=_settings)

    install.add_command(commands)

    options = parser.parse_args(arguments)
    if options.command:
        for name, default in _DEFAULTS.items():
            if getattr(options, name) != default and name not in _TAKEN_BY[options.command]:
                parser.error(f"{options.command} has no option --{name}")
    if options.model and options.mode:
        parser.error("--model is one model alone: it leaves no --mode to choose")
    if options.once and options.print:
        parser.error("--once prints the text alone: it cannot be combined with --print")
    return options


def _add_model_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model",
        default=argparse.SUPPRESS,  # or a command's default would undo what stood before its name
        metavar="hangul|digits|DIR",
        help="모델 / a bundled model or a model folder",
    )


def _add_model_options(parser: argparse.ArgumentParser) -> None:
    _add_model_option(parser)
    parser.add_argument(
        "--labels",
        choices=_SYLLABLE_SETS,
        default=argparse.SUPPRESS,
        help="답할 음절: KS X 1001의 2,350자 또는 전체 / syllables to choose from: the 2,350 of "
        "KS X 1001 or all (default: the model's)",
    )
    parser.add_argument(
        "--threads",
        type=_positive,
        default=argparse.SUPPRESS,
        help="스레드 수 / threads (default 1, the fastest for models this small)",
    )
    parser.add_argument(
        "--runtime",
        choices=list(RUNTIMES),
        default=argparse.SUPPRESS,
        help="실행 엔진 / TensorFlow Lite runtime",
    )


def _positive(text: str) -> int:
    with suppress(ValueError):
        if (number := int(text)) >= 1:
            return number
    raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")


def _size(text: str) -> tuple[int, int]:
    width, separator, height = text.lower().partition("x")
    if not separator:
        raise argparse.ArgumentTypeError(f"{text!r} is not WIDTHxHEIGHT, such as 800x480")
    return _positive(width), _positive(height)


def _complain(message: object) -> None:
    print(f"hangul-pad: {message}", file=sys.stderr)


def _model(options: argparse.Namespace) -> Path | None:
    """The directory of the model asked for, or of the best one bundled; None if there is none."""
    from edge_app import bundle

    name = options.model or ("hangul" if "hangul" in bundle.available() else "digits")
    try:
        return bundle.find(name)
    except bundle.BundleError as error:
        _complain(error)
        return None


_Opened = TypeVar("_Opened")


def _open(
    options: argparse.Namespace, opener: Callable[..., _Opened], *model: Path
) -> _Opened | int:
    """What a function opens with the model options; or, told on stderr why not, the exit status."""
    from edge_app.bundle import BundleError

    try:
        return opener(
            *model, labels=options.labels, threads=options.threads, runtime=options.runtime
        )
    except (BundleError, RuntimeMissingError) as error:
        _complain(error)
        return FAILED
    except ValueError as error:  # labels that the model has not got
        _complain(error)
        return USAGE


def _reader(options: argparse.Namespace) -> Reader | int:
    """What the pad reads with; or, told on stderr why there is none, the exit status."""
    from edge_app import modes

    if options.model is None:
        reader = _open(options, modes.open_bundled)
    elif (directory := _model(options)) is None:
        return USAGE
    else:
        reader = _open(options, modes.open_model, directory)
    if isinstance(reader, int):
        return reader
    for name in reader.missing:
        korean, english = modes.MISSING[name]
        _complain(f"{korean}. {english}; {_offers(reader)}")
    if options.mode not in (None, *reader.modes):
        _complain(
            f"{options.mode} 방식에 쓸 모델이 없습니다. "
            f"No model for the mode {options.mode}; {_offers(reader)}"
        )
        return USAGE
    return reader


def _offers(reader: Reader) -> str:
    return f"있는 방식 / modes here: {', '.join(reader.modes)}"


def _pad(options: argparse.Namespace) -> int:
    from edge_app import log

    with log.session():
        return _window(options)


def _window(options: argparse.Namespace) -> int:
    from edge_app import output, pad, settings
    from edge_app.log import LOG

    chosen, complaints = settings.load()
    for complaint in complaints:
        _complain(complaint)
        LOG.warning("%s", complaint)
    _fill_in(options, chosen)
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
    try:
        status = pad.run(
            reader,
            mode,
            fullscreen=options.fullscreen,
            size=options.size,
            conduct=pad.Conduct(chosen.live, chosen.delay_s, chosen.advance_s or None),
            print_answers=options.print,
            actions=actions,
        )
    except pad.NoScreenError as error:
        LOG.warning("no window: %s", error)
        if options.once:  # a script must not take sample ink for a person's
            _complain(f"화면이 없어 글을 쓸 수 없습니다. No screen to write on: {error}")
            return FAILED
        _without_screen(reader, mode, str(error))
        return DONE
    if options.once and status == DONE:
        text = "".join(written)
        if not text:
            return FAILED
        print(text)
    return status


def _keep(written: list[str], text: str) -> tuple[str, str]:
    """What "done" does for --once: standard output gets the text after the window has closed."""
    written[:] = [text]
    return "완료", "Done"


def _fill_in(options: argparse.Namespace, chosen: Settings) -> None:
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

    print("화면이 없어 창을 열 수 없습니다. 대신 준비된 견본 글씨를 인식합니다.")
    print(f"No screen, so no window ({reason}). Recognising the bundled sample ink instead.")
    for sample in samples.fitting(reader.labels(mode)):
        print(f"{sample.label} -> {_ranking(reader.recognize(sample.strokes, mode))}")


def _predict(options: argparse.Namespace) -> int:
    from edge_app import images
    from edge_app.recognizer import Recognizer

    directory = _model(options)
    if directory is None:
        return USAGE
    recognizer = _open(options, Recognizer, directory)
    if isinstance(recognizer, int):
        return recognizer
    status = DONE
    for path in options.images:
        try:
            predictions = recognizer.recognize(images.read(path), options.k)
        except images.ImageError as error:
            _complain(error)
            status = FAILED
            continue
        if options.json:
            answers = [one._asdict() for one in predictions]
            line = json.dumps({"file": path, "predictions": answers}, ensure_ascii=False)
        else:
            line = f"{path}: {_ranking(predictions)}"
        print(line, flush=True)
    return status


def _ranking(predictions: Sequence[Prediction]) -> str:
    if not predictions:
        return "글씨 없음 (no ink found)"
    return "  ".join(f"{label} {score:.1%}" for label, score in predictions)


def _bench(options: argparse.Namespace) -> int:
    from edge_app import bench

    directory = _model(options)
    if directory is None:
        return USAGE
    try:
        rows = bench.measure(directory)
    except (ValueError, RuntimeMissingError) as error:
        _complain(error)
        return FAILED
    print(bench.as_json(rows) if options.json else bench.as_table(rows))
    return DONE


def _export(options: argparse.Namespace) -> int:
    from edge_app import paths
    from edge_app.memory.export import export

    if not options.file.name.endswith(".jsonl.gz"):
        _complain(f"{options.file}: 파일 이름은 .jsonl.gz로 끝나야 합니다. Name it *.jsonl.gz")
        return USAGE
    try:
        count = export(paths.data(), options.file, options.writer)
    except OSError as error:
        # The store says which file; the system's own errors do when they are put together.
        _complain(error)
        return FAILED
    print(f"{options.file}: 글씨 {count:,}개를 저장했습니다. {count:,} samples written")
    return DONE


def _doctor(options: argparse.Namespace) -> int:
    from edge_app import doctor

    return doctor.touch() if options.touch else doctor.report()


def _settings(_options: argparse.Namespace) -> int:
    """Prints the settings in force as their file would say them; what is wrong, on stderr."""
    from edge_app import settings

    path = settings.location()
    chosen, complaints = settings.load()
    there = "" if os.path.lexists(path) else " (없습니다 · not there, so the defaults)"
    print(f"# {path}{there}\n{settings.as_toml(chosen)}", end="")
    for complaint in complaints:
        _complain(complaint)
    return FAILED if complaints else DONE
