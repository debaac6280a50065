"""How many workers fit into this machine's memory."""

import os
from collections.abc import Iterable
from pathlib import Path

from facility_coverage.errors import LimitError

WORKER_MB = 750.0
"""What a worker holds after many studies of up to 60,000 edges: see docs/scale.md."""
MB_PER_EXTRACT_MB = 45.0
"""How much more it holds for each megabyte of its street file, for larger ones."""

_MB = 1e6
_KB = 1024.0


def file_mb(path: Path) -> float:
    """Return how large a file is, megabytes.

    Parameters
    ----------
    path
        A file that is there.

    Returns
    -------
    float
        Megabytes.
    """
    return path.stat().st_size / _MB


def worker_mb(streets_mb: Iterable[float]) -> float:
    """Estimate the most memory that a worker needs: that of its largest district.

    Parameters
    ----------
    streets_mb
        Size of the street file of each district, megabytes.

    Returns
    -------
    float
        Megabytes.
    """
    return WORKER_MB + MB_PER_EXTRACT_MB * max(streets_mb, default=0.0)


def free_mb(proc: Path = Path("/proc"), group: Path = Path("/sys/fs/cgroup")) -> float:
    """Return the memory that is free for us, megabytes.

    Parameters
    ----------
    proc, group
        Where Linux tells of its memory, and of what a container may take.

    Returns
    -------
    float
        What can be had without swapping; within a container no more than that allows.
    """
    told = proc / "meminfo"
    if told.is_file():
        lines = dict(line.split(":") for line in told.read_text().splitlines())
        free = float(lines["MemAvailable"].split()[0]) * _KB
    else:
        free = float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    limit, used = group / "memory.max", group / "memory.current"
    if limit.is_file() and used.is_file() and limit.read_text().strip().isdigit():
        free = min(free, float(limit.read_text()) - float(used.read_text()))
    return free / _MB


def fitting_workers(need_mb: float, have_mb: float) -> int:
    """Return how many workers fit; at least one is always tried.

    Parameters
    ----------
    need_mb
        Of one worker, megabytes.
    have_mb
        What is free, megabytes.

    Returns
    -------
    int
        1 or more.
    """
    return max(1, int(have_mb / need_mb))


def require_room(workers: int, need_mb: float, have_mb: float) -> None:
    """Refuse more workers than fit.

    Parameters
    ----------
    workers
        How many are asked for.
    need_mb, have_mb
        As in ``fitting_workers``.

    Raises
    ------
    LimitError
        They do not fit.
    """
    fitting = fitting_workers(need_mb, have_mb)
    if workers > fitting:
        msg = (
            "--workers {workers}: would hold about {need_gb:,.1f} GB, and {have_gb:,.1f} GB are "
            "free; take --workers {fitting}"
        )
        need_gb, have_gb = workers * need_mb / 1000, have_mb / 1000
        raise LimitError(msg, workers=workers, need_gb=need_gb, have_gb=have_gb, fitting=fitting)
