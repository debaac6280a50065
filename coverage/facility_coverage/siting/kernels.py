"""Compiled loops over savings: reduced profits, greedy choice, exchanges, odd sets of rows.

Columns are given as (indptr, indices, saving), rows likewise; every index ascends within its
column or row, so that float sums run in one order and ties go to the lower index.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from facility_coverage.compiled import KERNEL

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@njit(**KERNEL)
def reduced_profits(
    indptr: Ints, indices: Ints, saving: Floats, paid: Floats, profit: Floats
) -> None:
    """Fill in what each column saves beyond what its rows are paid already."""
    for j in range(len(profit)):
        total = 0.0
        for k in range(indptr[j], indptr[j + 1]):
            total += max(saving[k] - paid[indices[k]], 0.0)
        profit[j] = total


@njit(**KERNEL)
def turn(
    indptr: Ints, indices: Ints, saving: Floats, paid: Floats, share: Floats, memory: float,
    direction: Floats,
) -> None:  # fmt: skip
    """Turn a direction, keeping a share of it, to pay rows less that are served more than once."""
    for i in range(len(direction)):
        direction[i] = memory * direction[i] + (1.0 - memory)
    for j in range(len(share)):
        if share[j] > 0.0:
            for k in range(indptr[j], indptr[j + 1]):
                if saving[k] > paid[indices[k]]:
                    direction[indices[k]] -= (1.0 - memory) * share[j]


@njit(**KERNEL)
def walk(paid: Floats, direction: Floats, lowest: Floats, highest: Floats, far: float) -> float:
    """Move payments against a direction within their limits; return the square of its length.

    The way is ``far`` over that square, the step that would close a gap of ``far``.
    """
    square = 0.0
    for i in range(len(paid)):
        d = direction[i]
        if not ((paid[i] <= lowest[i] and d > 0.0) or (paid[i] >= highest[i] and d < 0.0)):
            square += d * d
    if square > 0.0:
        for i in range(len(paid)):
            paid[i] = min(max(paid[i] - far / square * direction[i], lowest[i]), highest[i])
    return square


@njit(**KERNEL)
def best_two(
    indptr: Ints, indices: Ints, saving: Floats, chosen: Ints, best: Floats, second: Floats,
    server: Ints,
) -> None:  # fmt: skip
    """Fill in each row's best and second-best saving among chosen columns, and whose is best."""
    best[:] = 0.0
    second[:] = 0.0
    server[:] = -1
    for place in range(len(chosen)):
        for k in range(indptr[chosen[place]], indptr[chosen[place] + 1]):
            i = indices[k]
            if saving[k] > best[i]:
                second[i] = best[i]
                best[i] = saving[k]
                server[i] = place
            elif saving[k] > second[i]:
                second[i] = saving[k]


@njit(**KERNEL)
def exchange_changes(
    row_indptr: Ints, row_indices: Ints, row_saving: Floats, best: Floats, second: Floats,
    server: Ints, change: Floats,
) -> None:  # fmt: skip
    """Fill in what replacing the chosen column at each place by each other column changes.

    ``change`` has shape (places + 1, columns); its last row is what adding a column gains.
    """
    places = change.shape[0] - 1
    loss = np.zeros(places)
    change[:] = 0.0
    for i in range(len(best)):
        place = server[i]
        if place >= 0:
            loss[place] += best[i] - second[i]
        for k in range(row_indptr[i], row_indptr[i + 1]):
            j = row_indices[k]
            s = row_saving[k]
            if s > best[i]:
                change[places, j] += s - best[i]
            if place >= 0 and s > second[i]:
                change[place, j] += min(s, best[i]) - second[i]
    for place in range(places):
        for j in range(change.shape[1]):
            change[place, j] += change[places, j] - loss[place]


@njit(**KERNEL)
def dominated_columns(
    indptr: Ints, indices: Ints, saving: Floats, row_indptr: Ints, row_indices: Ints,
    price: Floats,
) -> NDArray[np.bool_]:  # fmt: skip
    """Mark columns that another one outdoes in every row at no higher price.

    Of equal columns the lowest stays.
    """
    n = len(indptr) - 1
    out = np.zeros(n, dtype=np.bool_)
    own = np.full(len(row_indptr) - 1, -1.0)
    for j in range(n):
        lo, hi = indptr[j], indptr[j + 1]
        if lo == hi:
            out[j] = True
            continue
        narrow = indices[lo]
        for k in range(lo, hi):
            i = indices[k]
            own[i] = saving[k]
            if row_indptr[i + 1] - row_indptr[i] < row_indptr[narrow + 1] - row_indptr[narrow]:
                narrow = i
        for q in range(row_indptr[narrow], row_indptr[narrow + 1]):
            other = row_indices[q]
            size = indptr[other + 1] - indptr[other]
            if other == j or out[other] or size < hi - lo or price[other] > price[j]:
                continue
            as_good = 0
            better = price[other] < price[j] or size > hi - lo
            for k in range(indptr[other], indptr[other + 1]):
                mine = own[indices[k]]
                if mine > 0.0 and saving[k] >= mine:
                    as_good += 1
                    better = better or saving[k] > mine
            if as_good == hi - lo and (better or other < j):
                out[j] = True
                break
        for k in range(lo, hi):
            own[indices[k]] = -1.0
    return out


@njit(**KERNEL)
def implied_rows(
    indptr: Ints, indices: Ints, row_indptr: Ints, row_indices: Ints
) -> NDArray[np.bool_]:
    """Mark rows that are covered whenever some other row is; of equal rows the lowest stays."""
    n = len(row_indptr) - 1
    out = np.zeros(n, dtype=np.bool_)
    mark = np.full(len(indptr) - 1, -1)
    for r in range(n):
        lo, hi = row_indptr[r], row_indptr[r + 1]
        if out[r]:
            continue
        narrow = row_indices[lo]
        for k in range(lo, hi):
            j = row_indices[k]
            mark[j] = r
            if indptr[j + 1] - indptr[j] < indptr[narrow + 1] - indptr[narrow]:
                narrow = j
        for q in range(indptr[narrow], indptr[narrow + 1]):
            other = indices[q]
            size = row_indptr[other + 1] - row_indptr[other]
            if other == r or out[other] or size < hi - lo or (size == hi - lo and other < r):
                continue
            shared = 0
            for k in range(row_indptr[other], row_indptr[other + 1]):
                if mark[row_indices[k]] == r:
                    shared += 1
            out[other] = shared == hi - lo
    return out


@njit(**KERNEL)
def odd_triples(
    bits: Ints, slack: Floats, value: Floats, room: float, most: int
) -> tuple[Ints, Floats]:
    """Find three rows whose odd-set inequality a fractional answer violates.

    ``bits`` has 62 columns a word, ``value`` the share of each column, ``slack`` ascends;
    ``room`` is the slack that a triple may have. Every two of the three share a column.
    """
    n, words = bits.shape
    found = np.empty((most, 3), dtype=np.int64)
    left = np.empty(most)
    near = np.zeros((n, n), dtype=np.bool_)
    for a in range(n):
        for other in range(a + 1, n):
            for q in range(words):
                if bits[a, q] & bits[other, q]:
                    near[a, other] = True
                    break
    later = [np.flatnonzero(near[a]) for a in range(n)]
    m = 0
    for a in range(n):
        for b in later[a]:
            if slack[a] + 2.0 * slack[b] > room:
                break
            for c in later[b]:
                total = slack[a] + slack[b] + slack[c]
                if total > room:
                    break
                if not near[a, c]:
                    continue
                for q in range(words):
                    odd = bits[a, q] ^ bits[b, q] ^ bits[c, q]
                    k = q * 62
                    while odd and total <= room:
                        if odd & 1:
                            total += value[k]
                        odd >>= 1
                        k += 1
                if total <= room and m < most:
                    found[m, 0], found[m, 1], found[m, 2] = a, b, c
                    left[m] = total
                    m += 1
    return found[:m], left[:m]
