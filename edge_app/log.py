"""What the pad did, for whoever has to find out why it stopped; never what was written with it.

The log tells of versions, models, modes and failures. Ink, labels and texts have no place in it:
no line is given any, and a failure is told by its kind and its place in the code, because the
message of an exception may quote what was being worked on.
"""

from __future__ import annotations

import logging
import platform
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import metadata
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from edge_app import __version__, files, paths

LOG = logging.getLogger("hangul-pad")
"""Takes the lines. They may name files, settings, modes and models, and nothing that was written.
"""

_BYTES = 256 * 1024
"""Size at which the file becomes log.1, in place of the one before."""

_LIBRARIES = ("numpy", "opencv-python", "pygame", "ai-edge-litert", "tflite-runtime")

_Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
"""What `sys.exc_info` gives."""


def location() -> Path:
    """Where the log is."""
    return paths.state() / "log"


@contextmanager
def session() -> Iterator[None]:
    """Logs what happens within: its start and end, what `LOG` is told, an error that ends it.

    Where the file cannot be written, standard error takes the lines, and the reason first.
    """
    handler, trouble = _handler()
    handler.setFormatter(_Formatter("%(asctime)s %(levelname)s %(message)s"))
    propagated, LOG.propagate = LOG.propagate, False
    LOG.setLevel(logging.INFO)
    LOG.addHandler(handler)
    try:
        if trouble is not None:
            LOG.warning("%s: %s", location(), files.explain(trouble))
        LOG.info("started: %s", _versions())
        yield
        LOG.info("ended")
    except BaseException:
        LOG.exception("ended by an error")
        raise
    finally:
        LOG.removeHandler(handler)
        LOG.propagate = propagated
        with suppress(OSError):  # what the file had no room for, standard error has
            handler.close()


class _File(RotatingFileHandler):
    """The bounded file; a line that it has no room for goes to standard error instead."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  (logging's own name)
        with suppress(OSError):  # nobody is left to be told
            print(self.format(record), file=sys.stderr)


class _Formatter(logging.Formatter):
    """Tells an exception by kind and place, of the operating system's also the number."""

    def formatException(self, ei: _Raised) -> str:  # noqa: N802  (logging's own name)
        lines, error = [], ei[1]
        while error is not None:
            lines += [*traceback.format_tb(error.__traceback__), f"{_kind(error)}\n"]
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "".join(lines).rstrip()


def _kind(error: BaseException) -> str:
    """An exception's name, and of an OSError what the system says but not of which file."""
    name = type(error).__qualname__
    if isinstance(error, OSError) and error.errno is not None:
        return f"{name}: [Errno {error.errno}] {error.strerror}"
    return name


def _handler() -> tuple[logging.Handler, OSError | None]:
    """What takes the lines, and why that is not the file."""
    path = location()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _File(path, maxBytes=_BYTES, backupCount=1, encoding="utf-8", errors="replace"), None
    except OSError as error:
        return logging.StreamHandler(), error


def _versions() -> str:
    found = [f"hangul-pad {__version__}", f"Python {platform.python_version()}"]
    found.append(f"{platform.system()} {platform.machine()}")
    for library in _LIBRARIES:
        try:
            found.append(f"{library} {metadata.version(library)}")
        except metadata.PackageNotFoundError:  # not every device needs or has each of them
            continue
    return ", ".join(found)
