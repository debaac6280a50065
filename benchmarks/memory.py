"""Memory that this process holds."""

import ctypes
import gc
from pathlib import Path


def peak_mb() -> float:
    """Return the most memory that this process has held, megabytes.

    Returns
    -------
    float
        Since its start, or since ``settled_mb``.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    kilobytes = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(kilobytes.split()[1]) / 1024


def settled_mb() -> float:
    """Give back what is free, let the peak start anew, and return what is held now, megabytes.

    Returns
    -------
    float
        The memory that is in use, without the room that the allocator keeps for later.
    """
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return peak_mb()
