"""How numba compiles the loops that numpy cannot say.

Kernels ask for no memory, and give none back: Python hands them the arrays that they fill, flat
ones of plain numbers. That is also what makes them quick to compile, which every new machine has to
do once.
"""

from typing import Any

KERNEL: dict[str, Any] = {
    "cache": True,
    "nogil": True,
    "error_model": "numpy",
    "no_cfunc_wrapper": True,
}
"""Options of a loop that Python calls. It is kept on disk; other threads run beside it."""

PART: dict[str, Any] = {
    "nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True, "no_cpython_wrapper": True,
}  # fmt: skip
"""Options of a piece of kernels, which Python cannot call. It stands in the file of its kernels,
because the date of that file is all that the kept ones are checked against."""
