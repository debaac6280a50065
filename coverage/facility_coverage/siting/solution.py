"""What a siting model answers, how sure it is, and how much effort it may take."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from facility_coverage.errors import InputError

Status = Literal["optimal", "feasible", "time_limit", "infeasible"]
PROVEN = 1e-9
"""Relative gap up to which objective and bound are the same number: rounding of a float sum."""


@dataclass(frozen=True)
class Effort:
    """How long a model may look for a better answer or a better bound.

    ``rounds`` and ``checks`` count work, not time: equal input gives equal output on any machine.
    Only where ``time_limit_s`` ends the work does the machine decide what is found by then; such
    an answer has the status ``time_limit``, which is therefore the one status that does not
    promise to repeat itself.

    Attributes
    ----------
    time_limit_s
        Wall-clock seconds, or None for no limit. 0 leaves the first quick answer.
    gap
        Relative gap that is good enough.
    rounds
        Steps of the Lagrangian bound.
    checks
        How often the integer solver may ask whether to go on (about every node or round of cuts).
    core_pairs
        Largest model handed to the integer solver, in matrix entries; beyond it the Lagrangian
        bound stands.
    clock
        Seconds; read only where there is a time limit.
    """

    time_limit_s: float | None = None
    gap: float = 0.0
    rounds: int = 600
    checks: int = 200
    core_pairs: int = 200_000
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)

    def start(self) -> "Deadline":
        """Start the clock.

        Returns
        -------
        Deadline
            When to stop.

        Raises
        ------
        InputError
            If a limit is negative or no number.
        """
        for name in ("time_limit_s", "gap", "rounds", "checks", "core_pairs"):
            value = getattr(self, name)
            if value is not None and not value >= 0:
                msg = "{name} {value} is not usable; give a number of 0 or more"
                raise InputError(msg, name=name, value=value)
        end = None if self.time_limit_s is None else self.clock() + self.time_limit_s
        return Deadline(self, end)


@dataclass
class Deadline:
    """An effort under way.

    Attributes
    ----------
    effort
        What was allowed.
    end_s
        When the clock ends it; None: never.
    hit
        Whether the clock has ended something that was not finished.
    """

    effort: Effort
    end_s: float | None
    hit: bool = False

    def shorter(self, checks: int) -> "Deadline":
        """Return the same end with fewer checks of the integer solver.

        Parameters
        ----------
        checks
            At most so many.

        Returns
        -------
        Deadline
            Its end is not told to this one.
        """
        effort = replace(self.effort, checks=min(checks, self.effort.checks), gap=0.0)
        return Deadline(effort, self.end_s)

    def left_s(self) -> float:
        """Return the seconds that are left.

        Returns
        -------
        float
            inf where nothing limits it.
        """
        return np.inf if self.end_s is None else max(self.end_s - self.effort.clock(), 0.0)

    def over(self) -> bool:
        """Tell whether time is up, and remember that it was.

        Returns
        -------
        bool
            True from the end on.
        """
        if self.end_s is not None and self.left_s() <= 0:
            self.hit = True
        return self.hit


@dataclass(frozen=True)
class Reduction:
    """What was left out beforehand or by bounds, none of which changes the optimum.

    Attributes
    ----------
    demand_served
        Rows that existing sites serve as well as any candidate could.
    demand_implied
        Rows that are covered whenever another row is.
    demand_merged
        Rows that were added to another one with the same sites at the same costs.
    sites_dominated
        Candidates that another candidate outdoes for every row, at no higher price.
    sites_excluded
        Candidates that the bound proves not to be part of any better answer.
    """

    demand_served: int = 0
    demand_implied: int = 0
    demand_merged: int = 0
    sites_dominated: int = 0
    sites_excluded: int = 0


@dataclass(frozen=True, eq=False)
class Solution:
    """The answer of a model. It holds no clock time.

    Attributes
    ----------
    model
        Name of the model.
    status
        ``optimal``: the bound proves it. ``feasible``: the effort or the gap asked for was
        reached. ``time_limit``: the clock ended it. ``infeasible``: nothing can satisfy the
        demand rows in ``blocking``.
    chosen
        Columns of the chosen new sites, in the order of their ids.
    objective
        People, person-seconds (or metres), seconds or sites, see ``unit``; NaN where infeasible.
    bound
        No answer can be better than this.
    unit
        ``people``, ``sites``, ``person-cost`` or ``cost``.
    unserved
        Demand rows with people whom no site at all, open or not, can serve within the threshold.
    blocking
        Where infeasible: demand rows that are still without a site in the best try.
    ties
        Shape (t, 2): exchanges (chosen column, other column) after which the objective is the
        same. Alternatives that are known, not all there are.
    reduction
        What was left out.
    solver
        What gave the bound: ``reductions``, ``lagrangian`` or ``highs``.
    assigned
        Capacitated models: shape (demand, sites), persons of each row whom each site serves.
    """

    model: str
    status: Status
    chosen: NDArray[np.int64]
    objective: float
    bound: float
    unit: str
    unserved: NDArray[np.int64]
    blocking: NDArray[np.int64]
    ties: NDArray[np.int64]
    reduction: Reduction
    solver: str
    assigned: csr_array | None = None

    @property
    def gap(self) -> float:
        """Return the relative distance between objective and bound.

        Returns
        -------
        float
            0 where they are equal, NaN where there is no answer.
        """
        return relative_gap(self.objective, self.bound)


def relative_gap(objective: float, bound: float) -> float:
    """Return |bound - objective| as a share of the objective.

    Parameters
    ----------
    objective, bound
        The two numbers.

    Returns
    -------
    float
        0 where they are equal; inf where only the objective is 0.
    """
    difference = abs(bound - objective)
    if difference == 0:
        return 0.0
    return difference / abs(objective) if objective else np.inf


def status_of(objective: float, bound: float, deadline: Deadline) -> Status:
    """Return how sure an answer is.

    Parameters
    ----------
    objective, bound
        The two numbers.
    deadline
        Whether the clock ended the work.

    Returns
    -------
    {"optimal", "feasible", "time_limit"}
        Optimal only where the bound proves it.
    """
    if relative_gap(objective, bound) <= PROVEN:
        return "optimal"
    return "time_limit" if deadline.hit else "feasible"


def infeasible(
    model: str,
    unit: str,
    reduction: Reduction,
    unserved: NDArray[np.int64],
    blocking: NDArray[np.int64],
) -> Solution:
    """Return the answer that there is no answer, with the rows that make it so.

    Parameters
    ----------
    model, unit
        Name and unit of the objective.
    reduction
        What was left out.
    unserved
        Rows that no site can serve.
    blocking
        Rows that the best try leaves without a site.

    Returns
    -------
    Solution
        Without sites; objective and bound are NaN.
    """
    none = np.empty(0, dtype=np.int64)
    return Solution(
        model=model,
        status="infeasible",
        chosen=none,
        objective=np.nan,
        bound=np.nan,
        unit=unit,
        unserved=unserved,
        blocking=blocking,
        ties=none.reshape(0, 2),
        reduction=reduction,
        solver="highs",
    )
