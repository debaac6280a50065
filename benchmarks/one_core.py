"""One core for everything, so that engines with threads of their own have no head start."""

import os

_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)


def pin_to_one_core() -> None:
    """Let all that this process starts from now on run on one core, one thread per library."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    os.environ.update(_ONE_THREAD)
