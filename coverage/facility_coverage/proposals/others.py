"""What a proposal adds beside others: alone, last, and on average over every order of building."""

from collections.abc import Sequence
from math import factorial
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from facility_coverage.proposals.measured import Measured
from facility_coverage.proposals.proposal import Frozen, Proposal
from facility_coverage.proposals.reached import Reached, marked, reached_of

MOST_EXACT = 10
"""Of so many proposals that one person's cover hangs on, every order is counted."""
SAMPLED_ORDERS = 4_000
SEED = 20_260

_Signature = tuple[tuple[int, ...], tuple[frozenset[int], ...]]
"""On what a person's cover hangs: the proposals that reach the person; and, for each facility
that covers the person now, the proposals that close it."""


class Standing(Frozen):
    """What each of some proposals adds at the study's target, in people.

    The means add up to ``together``. Where none closes anything, last <= mean <= alone.
    """

    ids: tuple[str, ...]
    alone: tuple[float, ...]
    """If no other were carried out; negative where a closure loses more than is gained."""
    last: tuple[float, ...]
    """If all others were carried out before."""
    mean: tuple[float, ...]
    """Over every order of carrying them out (Shapley value)."""
    together: float
    method: Literal["exact", "sampled"]
    """Whether every order was counted, or orders were drawn for some people."""

    def of(self, proposal_id: str) -> tuple[float, float, float]:
        """Return what one proposal adds.

        Parameters
        ----------
        proposal_id
            One of ``ids``.

        Returns
        -------
        alone, last, mean : float
            People.
        """
        row = self.ids.index(proposal_id)
        return self.alone[row], self.last[row], self.mean[row]


def standing_of(before: Measured, proposals: Sequence[Proposal]) -> Standing:
    """Tell what each of some proposals adds beside the others.

    Parameters
    ----------
    before
        The study without them.
    proposals
        All of them, with ids that differ, each with a street; what they close is known.

    Returns
    -------
    Standing
        In the order of their ids.

    Notes
    -----
    A person's cover hangs on few proposals: those that reach the person, and those that close
    what covers the person now. The Shapley value of the whole is the sum over persons, and a
    proposal on which a person's cover does not hang adds nothing there. So it is exact however
    many proposals there are, unless one person's cover hangs on more than ``MOST_EXACT`` of them
    and closures are among those: then seeded orders are drawn for that person.
    """
    ordered = sorted(proposals, key=lambda one: one.id)
    reached, _ = reached_of(before, ordered)
    return standing_in(reached[before.target], tuple(one.id for one in ordered))


def standing_in(reached: Reached, ids: tuple[str, ...]) -> Standing:
    """Tell what each of some proposals adds, where it is known what they reach.

    Parameters
    ----------
    reached
        Within the study's target.
    ids
        Of the proposals, in the order of its rows.

    Returns
    -------
    Standing
        In that order.
    """
    everybody = range(len(ids))
    together = reached.value(everybody)
    means, sampled = _means(reached)
    return Standing(
        ids=ids,
        alone=tuple(reached.value([row]) for row in everybody),
        last=tuple(
            together - reached.value(other for other in everybody if other != row)
            for row in everybody
        ),
        mean=tuple(means.tolist()),
        together=together,
        method="sampled" if sampled else "exact",
    )


def _means(reached: Reached) -> tuple[NDArray[np.float64], bool]:
    """Return the mean of each proposal over every order, and whether orders were drawn."""
    total = np.zeros(reached.opened.shape[0])
    sampled = False
    for (openers, closing), people in _alike(reached).items():
        players = sorted(set(openers).union(*closing))
        if closing and len(players) > MOST_EXACT:
            share, sampled = _drawn(players, openers, closing), True
        elif closing:
            share = _counted(players, openers, closing)
        else:
            share = np.full(len(players), 1.0 / len(players))
        total[players] += people * share
    return total, sampled


def _alike(reached: Reached) -> dict[_Signature, float]:
    """Add up the people whose cover hangs on the same proposals in the same way.

    The key holds the proposals that reach them, and for each facility that covers them now
    the proposals that close it. Whom a facility covers that stays anyhow is left out.
    """
    never = np.array([not closers for closers in reached.closers], dtype=bool)
    open_ = (reached.people > 0) & ~marked(reached.existing[never])
    openers_of, covers_of = csc_array(reached.opened), csc_array(reached.existing)
    alike: dict[_Signature, float] = {}
    for point in np.flatnonzero(open_).tolist():
        openers = tuple(sorted(_rows(openers_of, point)))
        closing = {reached.closers[row] for row in _rows(covers_of, point)}
        if openers or closing:
            key = openers, tuple(sorted(closing, key=sorted))
            alike[key] = alike.get(key, 0.0) + float(reached.people[point])
    return alike


def _counted(
    players: list[int], openers: tuple[int, ...], closing: tuple[frozenset[int], ...]
) -> NDArray[np.float64]:
    """Return what each player is due of a person, over every order of up to ten players."""
    count = len(players)
    bit = {player: 1 << at for at, player in enumerate(players)}
    subsets = np.arange(1 << count)
    covered = (subsets & sum(bit[one] for one in openers)) > 0
    for closers in closing:
        covered |= (subsets & sum(bit[one] for one in closers)) == 0
    size = np.array([subset.bit_count() for subset in subsets.tolist()])
    weight = np.array(
        [factorial(n) * factorial(count - n - 1) / factorial(count) for n in range(count)]
    )
    due = np.empty(count)
    for at in range(count):
        without = subsets[(subsets >> at) & 1 == 0]
        step = covered[without | (1 << at)].astype(float) - covered[without]
        due[at] = float((weight[size[without]] * step).sum())
    return due


def _drawn(
    players: list[int], openers: tuple[int, ...], closing: tuple[frozenset[int], ...]
) -> NDArray[np.float64]:
    """Return what each player is due of a person, over seeded orders.

    A person who is covered now loses cover when the last of the facilities that cover closes,
    each by whichever of its closers comes first, and gains it when the first opener comes.
    """
    place = {player: at for at, player in enumerate(players)}
    rng = np.random.default_rng(SEED)
    turn = np.argsort(rng.random((SAMPLED_ORDERS, len(players))), axis=1)
    never = np.full(SAMPLED_ORDERS, len(players))
    opens = turn[:, [place[one] for one in openers]].min(axis=1) if openers else never
    closes = np.max(
        [turn[:, [place[one] for one in closers]].min(axis=1) for closers in closing], axis=0
    )
    due = np.zeros(len(players) + 1)
    late = opens > closes
    by_turn = np.argsort(turn, axis=1)
    who = np.column_stack([by_turn, np.full(SAMPLED_ORDERS, len(players))])
    order = np.flatnonzero(late)
    np.add.at(due, who[order, closes[order]], -1.0)
    np.add.at(due, who[order, opens[order]], 1.0)
    return due[:-1] / SAMPLED_ORDERS


def _rows(marks: csc_array, column: int) -> list[int]:
    """Return the rows that mark a column."""
    rows: list[int] = marks.indices[marks.indptr[column] : marks.indptr[column + 1]].tolist()
    return rows
