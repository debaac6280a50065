"""Compiled work given out to threads block by block, and the room that it fills."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

FIRST_ROOM, ROOM_GROWTH = 16_384, 4
"""Rows of a table that a kernel fills; those that it does not write to take no memory."""

GROUPS_PER_BLOCK, BLOCKS_PER_THREAD = 64, 4
"""Groups that are worth a thread's trouble; and blocks, so that threads end at about one time."""


def room(*kinds: type) -> tuple[NDArray[Any], ...]:
    """Return columns for a kernel to fill.

    Parameters
    ----------
    kinds
        The dtype of each column.

    Returns
    -------
    tuple of ndarray
        Columns of one length, without values.
    """
    return tuple(np.empty(FIRST_ROOM, dtype=kind) for kind in kinds)


def more_room(columns: tuple[NDArray[Any], ...], needed: int) -> tuple[NDArray[Any], ...]:
    """Return longer columns where they are too short.

    Parameters
    ----------
    columns
        Columns of one length.
    needed
        Rows that they are to hold.

    Returns
    -------
    tuple of ndarray
        Columns that begin with the same values; the same ones if they are long enough.
    """
    size = len(columns[0])
    if needed <= size:
        return columns
    more = max(needed, ROOM_GROWTH * size) - size
    return tuple(np.concatenate([old, np.empty(more, dtype=old.dtype)]) for old in columns)


def in_blocks(
    work: Callable[[NDArray[np.int64]], tuple[NDArray[Any], ...]],
    offset: NDArray[np.int64],
    threads: int,
) -> tuple[NDArray[Any], ...]:
    """Give groups to compiled work that holds no lock of Python's; lay its answers end to end.

    Parameters
    ----------
    work
        Takes the offsets of some groups; answers with offsets of its own, and columns.
    offset
        Shape (g + 1,), the offsets of all groups.
    threads
        How many blocks of groups are worked on at the same time.

    Returns
    -------
    tuple of ndarray
        Offsets, shape (g + 1,), and columns, as if the work had been done in one piece.
    """
    n_groups = len(offset) - 1
    n_blocks = min(BLOCKS_PER_THREAD * threads, n_groups // GROUPS_PER_BLOCK)
    if threads == 1 or n_blocks <= 1:
        return work(offset)
    cuts = [n_groups * block // n_blocks for block in range(n_blocks + 1)]
    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(lambda cut: work(offset[cut[0] : cut[1] + 1]), pairwise(cuts)))
    offsets, *columns = zip(*found, strict=True)
    counts = np.concatenate([np.diff(own) for own in offsets])
    return np.concatenate([[0], np.cumsum(counts)]), *(np.concatenate(own) for own in columns)
