"""What a person sees: lines on stdout, errors and progress on stderr, defects in a log file."""

import json
import secrets
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir
from typing import Any, TextIO

from facility_coverage.progress import Progress, silent
from facility_coverage.words import Remark, Told, catalogue
from facility_coverage_cli.folders import default_cache_folder
from facility_coverage_cli.spoken import spoken


@dataclass
class Session:
    """What the options before the command said; filled in while the command line is read.

    Attributes
    ----------
    debug
        Whether the traceback of an internal error is shown.
    """

    debug: bool = False


def plain(text: str) -> str:
    """Make foreign text safe for a terminal.

    Parameters
    ----------
    text
        One line, such as a name from a register.

    Returns
    -------
    str
        The text with everything that steers a terminal replaced by ``�``.
    """
    return "".join(letter if letter.isprintable() else "�" for letter in text)


def say(line: Told | str) -> None:
    """Write one line of a summary on stdout.

    Parameters
    ----------
    line
        The line; whatever steers a terminal is taken out.
    """
    _write(sys.stdout, plain(_told(line)))


def say_json(value: Any) -> None:  # noqa: ANN401  (anything that JSON can hold)
    """Write a value on stdout as JSON in UTF-8, whatever the terminal's own encoding is.

    Parameters
    ----------
    value
        Made of dicts, lists, strings, numbers and None.
    """
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    sys.stdout.flush()
    sys.stdout.buffer.write(f"{text}\n".encode())
    sys.stdout.flush()


def say_error(message: Told | str) -> None:
    """Write an error on stderr.

    Parameters
    ----------
    message
        Lines, each of them a fault.
    """
    for line in _told(message).splitlines():
        _write(sys.stderr, f"{_told(Remark('error'))}: {plain(line)}")


def say_warning(message: Told | str) -> None:
    """Write a warning on stderr.

    Parameters
    ----------
    message
        What happened, in one line.
    """
    line = " ".join(_told(message).split())
    _write(sys.stderr, f"{_told(Remark('warning'))}: {plain(line)}")


def show_warning(message: Warning | str, *_place: object, **_named: object) -> None:
    """Show a warning of a library in one line, in place of Python's two with source code.

    Parameters
    ----------
    message
        The warning.
    *_place, **_named
        What else ``warnings.showwarning`` is handed: class, file, line. Not shown.
    """
    say_warning(message if isinstance(message, Told) else str(message))


def report_defect(error: Exception, *, debug: bool) -> None:
    """Tell of an error that nobody foresaw: one line, and the traceback in a log file.

    Parameters
    ----------
    error
        The error.
    debug
        Whether to show the traceback on stderr as well.
    """
    trace = "".join(traceback.format_exception(error))
    name = secrets.token_hex(4)
    if debug:
        _write(sys.stderr, trace.rstrip())
    log = _write_log(f"{name}.log", trace)
    message = "internal error {name} ({kind}); please report it with the log {log}"
    say_error(Remark(message, name=name, kind=type(error).__name__, log=log))


@contextmanager
def progress(*, quiet: bool) -> Iterator[Progress]:
    """Show on stderr where the work stands, when a person is looking at it.

    Parameters
    ----------
    quiet
        Show nothing.

    Yields
    ------
    Progress
        What the work is to call.
    """
    if quiet or not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn
    from rich.progress import Progress as Bars

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("", total=1.0)

        def show(stage: str, done_share: float) -> None:
            told = stage if spoken() == "en" else catalogue(spoken()).get(stage, stage)
            bars.update(task, description=told, completed=done_share)

        yield show


def _told(line: Told | str) -> str:
    return line if isinstance(line, str) else line.told(spoken())


def _write(stream: TextIO, line: str) -> None:
    """Write a line; letters that the stream's encoding lacks become question marks."""
    encoding = stream.encoding or "utf-8"
    stream.write(line.encode(encoding, "replace").decode(encoding) + "\n")


def _write_log(name: str, text: str) -> Path:
    """Write a log file beside the cache, or where that is closed, in the temporary folder."""
    folder = default_cache_folder() / "log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / name
        path.write_text(text, encoding="utf-8")
    except OSError:
        path = Path(gettempdir()) / f"facility-coverage-{name}"
        path.write_text(text, encoding="utf-8")
    return path
