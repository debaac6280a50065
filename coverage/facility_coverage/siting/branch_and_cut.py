"""The exact end of the search: linear relaxation, odd cuts, exclusion by bound, then HiGHS."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facility_coverage.siting.cover import Levels, odd_cuts
from facility_coverage.siting.integer_program import Answer, Program, Solver
from facility_coverage.siting.solution import Deadline

_MOST_ROUNDS = 20
_WORTHWHILE = 0.02
"""Share of the remaining gap that a round of cuts has to close to be followed by another."""
_OPEN = 1e-7
_TOLERANCE = 1e-9

Mend = Callable[[NDArray[np.float64]], tuple[NDArray[np.int64], float]]
"""Turns shares of sites into a choice and its objective (-inf where it is none)."""


@dataclass(frozen=True, eq=False)
class Closed:
    """What branch and cut found.

    Attributes
    ----------
    chosen
        The best choice known, None where there is none.
    objective
        Its objective, -inf where there is none.
    bound
        No choice has a greater objective; -inf: there is no choice at all.
    excluded
        Shape (sites,): sites that no better choice has.
    """

    chosen: NDArray[np.int64] | None
    objective: float
    bound: float
    excluded: NDArray[np.bool_]


def close_gap(
    program: Program,
    levels: Levels,
    known: tuple[NDArray[np.int64] | None, float],
    mend: Mend,
    deadline: Deadline,
    *,
    enough: float = 0.0,
) -> Closed:
    """Find the best choice of a program, or bound it as the effort permits.

    Parameters
    ----------
    program
        Variables are the sites, then the levels; the objective is maximised.
    levels
        Its levels.
    known
        The best choice known and its objective; None and -inf where there is none.
    mend
        Turns a fractional answer into a choice.
    deadline
        When to stop.
    enough
        Difference between bound and objective that is good enough.

    Returns
    -------
    Closed
        Never worse than what was known.
    """
    run = _Run(program, levels, known, mend, deadline)
    run.enough = enough
    if run.cut():
        run.branch()
    return Closed(run.chosen, run.objective, max(run.bound, run.objective), run.excluded)


class _Run:
    """Branch and cut under way."""

    def __init__(
        self,
        program: Program,
        levels: Levels,
        known: tuple[NDArray[np.int64] | None, float],
        mend: Mend,
        deadline: Deadline,
    ) -> None:
        self.program, self.levels, self.mend, self.deadline = program, levels, mend, deadline
        self.chosen, self.objective = known
        self.bound = np.inf
        self.enough = 0.0
        self.sites = program.integral
        self.excluded = np.zeros(self.sites, dtype=bool)
        self.solver = Solver(program)

    def cut(self) -> bool:
        """Tighten the linear relaxation; tell whether branching is needed and promising."""
        for _ in range(_MOST_ROUNDS):
            before = self.bound
            answer = self.solver.relaxed(self.deadline)
            if answer.values is None:
                self.bound = min(self.bound, answer.bound)
                return False
            self.bound = min(self.bound, answer.bound)
            self._take(answer.values)
            self._exclude(answer)
            if self._finished():
                return False
            stalled = before - self.bound < _WORTHWHILE * (self.bound - self.objective)
            if stalled or self.deadline.over():
                break
            rows = odd_cuts(self.levels, answer.values)
            if rows.shape[0] == 0:
                break
            self.solver.add_rows(rows, np.ones(rows.shape[0]))
        return not self.deadline.over()

    def branch(self) -> None:
        """Let HiGHS search the sites that are left."""
        self.solver.close(np.flatnonzero(self.excluded))
        answer = self.solver.integral(self._start(), self.deadline, enough=self.enough)
        if answer.values is not None:
            self._take(answer.values)
        self.bound = min(self.bound, max(answer.bound, self.objective))

    def _take(self, values: NDArray[np.float64]) -> None:
        """Keep the choice near an answer if it is better."""
        chosen, objective = self.mend(values[: self.sites])
        if objective > self.objective:
            self.chosen, self.objective = chosen, objective

    def _exclude(self, answer: Answer) -> None:
        """Exclude closed sites that would cost more than the gap."""
        if answer.values is None or answer.reduced is None or self.chosen is None:
            return
        worst = self.objective - _TOLERANCE * abs(self.objective)
        cost = np.abs(answer.reduced[: self.sites])
        closed = answer.values[: self.sites] < _OPEN
        self.excluded |= closed & (answer.bound - cost < worst)

    def _finished(self) -> bool:
        """Tell whether bound and objective are near enough."""
        enough = max(self.enough, _TOLERANCE * abs(self.objective))
        return self.chosen is not None and self.bound - self.objective <= enough

    def _start(self) -> NDArray[np.float64] | None:
        """Return the best choice known as values of all variables."""
        if self.chosen is None:
            return None
        sites = np.zeros(self.sites)
        sites[self.chosen] = 1.0
        return np.concatenate([sites, np.minimum(self.levels.sets @ sites, 1.0)])
