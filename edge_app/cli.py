"""The `hangul-pad` command. Light to start: what a command needs is imported when it runs."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from edge_app import __version__, opening
from edge_app.interpreter import RUNTIMES, RuntimeMissingError
from edge_app.kiosk import install
from edge_app.opening import DONE, FAILED, USAGE

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


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line (by default the process's own) and returns its exit status."""
    for stream in (sys.stdout, sys.stderr):
        # Hangul and odd file names must not end the program in a terminal without UTF-8.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    # Read once by OpenCV, pygame and numpy, when they are loaded; a user's own setting wins.
    os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(_MAX_PIXELS))
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    # For matrices as small as ours numpy's threads cost more than they save: they wait in a loop.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
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
        remedy = "on Debian and Raspberry Pi OS: sudo apt install libgl1 libglib2.0-0"
        opening.complain(f"{error}; {remedy}")
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
        metavar="hangul|digits|jamo|DIR",
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


def _pad(options: argparse.Namespace) -> int:
    from edge_app import log

    with log.session():
        return opening.window(options)


def _predict(options: argparse.Namespace) -> int:
    from edge_app import images
    from edge_app.recognizer import Recognizer

    directory = opening.model_of(options)
    if directory is None:
        return USAGE
    recognizer = opening.opened(options, Recognizer, directory)
    if isinstance(recognizer, int):
        return recognizer
    status = DONE
    for path in options.images:
        try:
            predictions = recognizer.recognize(images.read(path), options.k)
        except images.ImageError as error:
            opening.complain(error)
            status = FAILED
            continue
        if options.json:
            answers = [one._asdict() for one in predictions]
            line = json.dumps({"file": path, "predictions": answers}, ensure_ascii=False)
        else:
            line = f"{path}: {opening.ranking(predictions)}"
        print(line, flush=True)
    return status


def _bench(options: argparse.Namespace) -> int:
    from edge_app import bench

    directory = opening.model_of(options)
    if directory is None:
        return USAGE
    try:
        rows = bench.measure(directory)
    except (ValueError, RuntimeMissingError) as error:
        opening.complain(error)
        return FAILED
    print(bench.as_json(rows) if options.json else bench.as_table(rows))
    return DONE


def _export(options: argparse.Namespace) -> int:
    from edge_app import paths
    from edge_app.memory.export import export

    if not options.file.name.endswith(".jsonl.gz"):
        complaint = "파일 이름은 .jsonl.gz로 끝나야 합니다. Name it *.jsonl.gz"
        opening.complain(f"{options.file}: {complaint}")
        return USAGE
    try:
        count = export(paths.data(), options.file, options.writer)
    except OSError as error:
        # The store says which file; the system's own errors do when they are put together.
        opening.complain(error)
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
        opening.complain(complaint)
    return FAILED if complaints else DONE
