"""Savings as levels to be covered: the integer program of all models of this folder.

Row i reaches its l-th best saving if one of the sites that save so much is open (the radius
formulation, Cornuéjols, Nemhauser and Wolsey 1980; covering has one level)::

    max Σ_l a_l X_l  subject to  X_l ≤ Σ_{j ∈ N_l} Y_j,  Σ_j b_j Y_j ≤ B,  0 ≤ X ≤ 1,  Y ∈ {0, 1}

Rounding up half the sum of three such rows a, b, c and of X ≤ 1 gives an inequality that every
choice of sites satisfies and the linear relaxation often does not (a {0, ½}-cut, Caprara and
Fischetti 1996)::

    X_a + X_b + X_c ≤ 1 + Σ_j ⌈n_j / 2⌉ Y_j,   n_j = how many of N_a, N_b, N_c hold j
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, eye_array, hstack, vstack

from facility_coverage.siting.integer_program import Program
from facility_coverage.siting.kernels import odd_triples
from facility_coverage.siting.savings import Savings

_WORD = 62
_ROOM = 0.95
"""Slack up to which a triple counts as violated; 1 is none at all."""
_MOST_PATTERNS = 600
_MOST_TRIPLES = 100_000
_MOST_CUTS = 500
_OPEN = 1e-7


@dataclass(frozen=True, eq=False)
class Levels:
    """Levels to be covered.

    Attributes
    ----------
    sets
        Shape (levels, sites), marks: the sites that reach the level.
    gain
        Shape (levels,): what reaching it is worth.
    must
        Shape (levels,): whether it has to be reached.
    """

    sets: csr_array
    gain: NDArray[np.float64]
    must: NDArray[np.bool_]


def count_entries(savings: Savings) -> int:
    """Return how many matrix entries the levels of a problem have at most.

    Parameters
    ----------
    savings
        The problem.

    Returns
    -------
    int
        Exact where no two sites save a row the same; an upper bound for coverings otherwise.
    """
    owner, rank, last = _ranked(savings)[:3]
    return int((rank[last] + 1).sum()) if len(owner) else 0


def levels_of(savings: Savings) -> Levels:
    """Take savings apart into levels; levels with equal sets are added up.

    Parameters
    ----------
    savings
        The problem.

    Returns
    -------
    Levels
        In the order of their first rows.
    """
    owner, rank, last, site, unit = _ranked(savings)
    at = np.flatnonzero(last)
    below = np.append(np.where(owner[at[1:]] == owner[at[:-1]], unit[at[1:]], 0.0), 0.0)
    gain = (unit[at] - below) * savings.weight[owner[at]]
    lowest = np.append(owner[at[1:]] != owner[at[:-1]], True)
    size = rank[at] + 1
    stop = np.cumsum(size)
    source = np.arange(stop[-1]) - np.repeat(stop - size, size) + np.repeat(at - rank[at], size)
    sets = csr_array(
        (np.ones(len(source)), site[source], np.append(0, stop)),
        shape=(len(at), savings.unit.shape[1]),
    )
    sets.sort_indices()
    return _merged(Levels(sets, gain, savings.must[owner[at]] & lowest))


def best_choice(levels: Levels, price: NDArray[np.float64], allowance: float) -> Program:
    """Pose the program above.

    Parameters
    ----------
    levels
        What can be reached.
    price, allowance
        Prices of the sites, and their sum at most.

    Returns
    -------
    Program
        Variables are the sites, then the levels.
    """
    n, m = levels.sets.shape
    spent = np.concatenate([price, np.zeros(n)])[None, :]
    return _program(
        levels,
        np.concatenate([np.zeros(m), levels.gain]),
        csr_array(spent),
        (-np.inf, allowance),
        levels.must,
    )


def fewest_sites(levels: Levels, price: NDArray[np.float64], need: float) -> Program:
    """Pose the program that spends the least on reaching levels worth ``need`` together.

    Parameters
    ----------
    levels
        What can be reached.
    price
        Prices of the sites.
    need
        Sum of the gains of the levels reached, at least.

    Returns
    -------
    Program
        Its objective is the negative sum of prices.
    """
    n, m = levels.sets.shape
    worth = np.concatenate([np.zeros(m), levels.gain])
    return _program(
        levels,
        np.concatenate([-price, np.zeros(n)]),
        csr_array(worth[None, :]),
        (need, np.inf),
        levels.must,
    )


def odd_cuts(levels: Levels, values: NDArray[np.float64]) -> csr_array:
    """Find inequalities of the kind above that a fractional answer violates.

    Parameters
    ----------
    levels
        The levels.
    values
        Shape (sites + levels,): the answer of the linear relaxation.

    Returns
    -------
    csr_array
        Shape (cuts, sites + levels); the right side of each is 1. Of three rows each takes part
        in at most one cut.
    """
    m = levels.sets.shape[1]
    open_, reached = values[:m], values[m:]
    slack = np.maximum(levels.sets @ open_ - reached, 0.0) + np.maximum(1.0 - reached, 0.0)
    patterns = _patterns(levels, open_, slack)
    support = np.flatnonzero(open_ > _OPEN)
    least = np.array([slack[rows[0]] for rows in patterns])
    bits = _as_bits(levels.sets, [rows[0] for rows in patterns], support)
    share = np.zeros(bits.shape[1] * _WORD)
    share[: len(support)] = open_[support]
    triples, left = odd_triples(bits, least, share, _ROOM, _MOST_TRIPLES)
    used = [0] * len(patterns)
    cuts: list[list[int]] = []
    for t in np.argsort(left, kind="stable").tolist():
        group = triples[t].tolist()
        if len(cuts) == _MOST_CUTS:
            break
        if any(used[g] == len(patterns[g]) for g in group):
            continue
        rows = [patterns[g][used[g]] for g in group]
        if left[t] + float(slack[rows].sum() - least[group].sum()) > _ROOM:
            continue
        cuts.append(rows)
        for g in group:
            used[g] += 1
    return _cut_rows(levels.sets, cuts)


def _program(
    levels: Levels,
    gain: NDArray[np.float64],
    side: csr_array,
    bounds: tuple[float, float],
    must: NDArray[np.bool_],
) -> Program:
    """Put the rows of the levels and one side row together."""
    n, m = levels.sets.shape
    return Program(
        gain,
        csr_array(vstack([hstack([-levels.sets, eye_array(n)]), side], format="csr")),
        np.append(np.full(n, -np.inf), bounds[0]),
        np.append(np.zeros(n), bounds[1]),
        np.concatenate([np.zeros(m), must.astype(float)]),
        np.ones(m + n),
        m,
    )


def _ranked(savings: Savings) -> tuple[NDArray[np.int64], ...]:
    """Sort each row's savings: owner, rank, last of its level?, site, saving of a person."""
    unit = savings.unit
    owner = np.repeat(np.arange(unit.shape[0]), np.diff(unit.indptr))
    order = np.lexsort((unit.indices, -unit.data, owner))
    value = unit.data[order]
    rank = np.arange(len(order)) - np.repeat(unit.indptr[:-1], np.diff(unit.indptr))
    last = np.append((owner[1:] != owner[:-1]) | (value[1:] != value[:-1]), True)
    return owner, rank, last[: len(owner)], unit.indices[order], value


def _merged(levels: Levels) -> Levels:
    """Add up levels that the same sites reach."""
    sets = levels.sets
    group: dict[bytes, int] = {}
    ends = sets.indptr
    of = [
        group.setdefault(sets.indices[ends[i] : ends[i + 1]].tobytes(), len(group))
        for i in range(sets.shape[0])
    ]
    first = np.unique(of, return_index=True)[1]
    gain = np.bincount(of, weights=levels.gain).astype(np.float64)
    must = np.bincount(of, weights=levels.must) > 0
    return Levels(csr_array(sets[first]), gain, must)


def _patterns(
    levels: Levels, open_: NDArray[np.float64], slack: NDArray[np.float64]
) -> list[list[int]]:
    """Group levels by which open sites reach them; the tightest and heaviest first."""
    marks = csr_array(levels.sets[:, np.flatnonzero(open_ > _OPEN)])
    ends = marks.indptr
    found: dict[bytes, list[int]] = {}
    for i in np.lexsort((-levels.gain, slack)).tolist():
        if slack[i] > _ROOM or ends[i] == ends[i + 1]:
            continue
        found.setdefault(marks.indices[ends[i] : ends[i + 1]].tobytes(), []).append(i)
    return list(found.values())[:_MOST_PATTERNS]


def _as_bits(sets: csr_array, rows: list[int], support: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return which of the supporting sites each row holds, as bits of words."""
    marks = sets[rows][:, support].tocoo()
    bits = np.zeros((len(rows), max(-(-len(support) // _WORD), 1)), dtype=np.int64)
    np.bitwise_or.at(
        bits,
        (marks.row, marks.col // _WORD),
        np.left_shift(np.int64(1), (marks.col % _WORD).astype(np.int64)),
    )
    return bits


def _cut_rows(sets: csr_array, cuts: list[list[int]]) -> csr_array:
    """Write cuts as rows over sites and levels."""
    n, m = sets.shape
    indices: list[int] = []
    values: list[float] = []
    ends = [0]
    for rows in cuts:
        held = Counter[int]()
        for i in rows:
            held.update(sets.indices[sets.indptr[i] : sets.indptr[i + 1]].tolist())
        indices += [*held, *(m + i for i in rows)]
        values += [-float((count + 1) // 2) for count in held.values()] + [1.0] * len(rows)
        ends.append(len(indices))
    return csr_array(
        (np.array(values), np.array(indices, dtype=np.int64), ends), shape=(len(cuts), m + n)
    )
