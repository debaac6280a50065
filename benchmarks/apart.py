"""Work in a process of its own: what it took, and the most memory that it held."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from memory import peak_mb
from timing import Spent, Turn, clock


class WorkFailedError(RuntimeError):
    """A process of its own ended in an error."""


@dataclass(frozen=True)
class Apart:
    """What a process of its own answers.

    Attributes
    ----------
    value
        The work's result, as JSON carries it.
    before_mb, peak_mb
        The most memory that the process had held before and after the work.
    """

    value: Any
    before_mb: float
    peak_mb: float


def run(
    command: Sequence[str | Path], *, within_s: float | None = None, **variables: str
) -> Turn[str]:
    """Run a command as a user would.

    Parameters
    ----------
    command
        Program and arguments.
    within_s
        Seconds on the wall after which it is given up; None waits as long as it takes.
    variables
        Environment variables besides our own.

    Returns
    -------
    Turn
        What it took, its start included, and its standard output.

    Raises
    ------
    WorkFailedError
        It ended in an error, whose last line is told, or took too long.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started_s = time.perf_counter()
    try:
        finished = subprocess.run(  # noqa: S603  (our own programs)
            command,
            capture_output=True,
            check=False,
            encoding="utf-8",
            env={**os.environ, **variables},
            timeout=within_s,
        )
    except subprocess.TimeoutExpired as error:
        msg = f"no answer within {within_s:.0f} s"
        raise WorkFailedError(msg) from error
    wall_s = time.perf_counter() - started_s
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if finished.returncode:
        said = finished.stderr.strip().splitlines()[-1:]
        raise WorkFailedError(*said or [f"exit code {finished.returncode}"])
    processor_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Turn(Spent(wall_s, processor_s), finished.stdout)


def answer(work: Callable[[], Any]) -> None:
    """Do work in this process and print what the process that asked reads.

    Parameters
    ----------
    work
        What to do; libraries are imported beforehand.
    """
    before_mb = peak_mb()
    turn = clock(work)
    spent = {"wall_s": turn.spent.wall_s, "processor_s": turn.spent.processor_s}
    held = {"value": turn.result, "before_mb": before_mb, "peak_mb": peak_mb()}
    print(json.dumps({"spent": spent, "apart": held}))


def ask(script: Path, *arguments: str | Path, within_s: float | None = None) -> Turn[Apart]:
    """Run a script that calls ``answer``.

    Parameters
    ----------
    script
        The script.
    arguments
        Its arguments.
    within_s
        See ``run``.

    Returns
    -------
    Turn
        What it took inside the process, imports not counted, and its answer.

    Raises
    ------
    WorkFailedError
        See ``run``.
    """
    said = json.loads(
        run([sys.executable, script, *arguments], within_s=within_s).result.splitlines()[-1]
    )
    return Turn(Spent(**said["spent"]), Apart(**said["apart"]))
