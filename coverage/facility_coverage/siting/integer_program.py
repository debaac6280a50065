"""Integer programs for HiGHS, straight from sparse arrays; one thread, no clock unless asked."""

from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from highspy import cb
from numpy.typing import NDArray
from scipy.sparse import csr_array

from facility_coverage.siting.solution import Deadline

_INFEASIBLE = frozenset(
    {highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible}
)
_MOST_ITERATIONS = 30_000
_LEAST_GAP = 1e-6
"""Difference at which HiGHS may stop; its own default."""


@dataclass(frozen=True, eq=False)
class Program:
    """max c·v subject to lower ≤ A v ≤ upper, least ≤ v ≤ most, the first variables integral.

    Attributes
    ----------
    gain
        c, shape (variables,).
    matrix
        A, shape (rows, variables).
    lower, upper
        Shape (rows,).
    least, most
        Shape (variables,).
    integral
        How many variables, from the first, are integral.
    """

    gain: NDArray[np.float64]
    matrix: csr_array
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    least: NDArray[np.float64]
    most: NDArray[np.float64]
    integral: int


@dataclass(frozen=True, eq=False)
class Answer:
    """What HiGHS found.

    Attributes
    ----------
    values
        Shape (variables,), or None where it found nothing.
    bound
        No point is better; inf where nothing is proven, -inf where the program is infeasible.
    reduced
        Shape (variables,): reduced profits of a linear program; None of an integer one.
    """

    values: NDArray[np.float64] | None
    bound: float
    reduced: NDArray[np.float64] | None


class Solver:
    """One program in HiGHS, to which rows may be added."""

    def __init__(self, program: Program) -> None:
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call] # its constructor has no hints
        for name, value in (("output_flag", False), ("threads", 1), ("random_seed", 0)):
            self._highs.setOptionValue(name, value)
        self._integral = program.integral
        self._highs.passModel(_as_lp(program))

    def add_rows(self, matrix: csr_array, upper: NDArray[np.float64]) -> None:
        """Add the rows ``matrix v ≤ upper``."""
        self._highs.addRows(
            matrix.shape[0],
            np.full(matrix.shape[0], -highspy.kHighsInf),
            upper,
            matrix.nnz,
            matrix.indptr[:-1].astype(np.int32),
            matrix.indices.astype(np.int32),
            matrix.data,
        )

    def close(self, variables: NDArray[np.int64]) -> None:
        """Fix variables at 0."""
        zero = np.zeros(len(variables))
        self._highs.changeColsBounds(len(variables), variables.astype(np.int32), zero, zero)

    def relaxed(self, deadline: Deadline) -> Answer:
        """Solve the linear relaxation, unless that takes too many iterations."""
        self._highs.setOptionValue("simplex_iteration_limit", _MOST_ITERATIONS)
        if not self._run(deadline):
            return Answer(None, np.inf, None)
        status = self._highs.getModelStatus()
        if status in _INFEASIBLE:
            return Answer(None, -np.inf, None)
        solution = self._highs.getSolution()
        return Answer(
            np.array(solution.col_value),
            float(self._highs.getInfo().objective_function_value),
            np.array(solution.col_dual),
        )

    def integral(
        self, start: NDArray[np.float64] | None, deadline: Deadline, *, enough: float
    ) -> Answer:
        """Solve the integer program, from a known point if there is one."""
        highs = self._highs
        kinds = np.full(self._integral, highspy.HighsVarType.kInteger.value, dtype=np.uint8)
        highs.changeColsIntegrality(
            self._integral, np.arange(self._integral, dtype=np.int32), kinds
        )
        highs.setOptionValue("simplex_iteration_limit", highspy.kHighsIInf)
        highs.setOptionValue("mip_rel_gap", 0.0)
        highs.setOptionValue("mip_abs_gap", max(enough, _LEAST_GAP))
        if start is not None:
            highs.setSolution(len(start), np.arange(len(start), dtype=np.int32), start)
        _count_checks(highs, deadline.effort.checks)
        finished = self._run(deadline)
        info, status = highs.getInfo(), highs.getModelStatus()
        if finished and status in _INFEASIBLE:
            return Answer(None, -np.inf, None)
        found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        values = np.array(highs.getSolution().col_value) if found else None
        bound = float(info.mip_dual_bound)
        return Answer(values, bound if np.isfinite(bound) else np.inf, None)

    def _run(self, deadline: Deadline) -> bool:
        """Run within the time that is left; tell whether HiGHS came to an end by itself."""
        left = deadline.left_s()
        if np.isfinite(left):
            self._highs.setOptionValue("time_limit", self._highs.getRunTime() + left)
        self._highs.run()
        status = self._highs.getModelStatus()
        if status == highspy.HighsModelStatus.kTimeLimit:
            deadline.hit = True
        return status == highspy.HighsModelStatus.kOptimal or status in _INFEASIBLE


def _count_checks(highs: highspy.Highs, most: int) -> None:
    """Stop HiGHS when it has asked so many times whether to go on: equal work on any machine."""
    asked = 0

    def ask(
        _kind: cb.HighsCallbackType,
        _message: str,
        _out: cb.HighsCallbackOutput,
        answer: cb.HighsCallbackInput,
        _data: Any,  # noqa: ANN401 - HiGHS hands back whatever was registered; here None
    ) -> None:
        nonlocal asked
        asked += 1
        answer.user_interrupt = asked > most

    highs.setCallback(ask, None)
    highs.startCallback(cb.HighsCallbackType.kCallbackMipInterrupt)


def _as_lp(program: Program) -> highspy.HighsLp:
    """Return the program, its integrality left out, as HiGHS takes it."""
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = program.matrix.shape
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_ = program.gain
    lp.col_lower_, lp.col_upper_ = program.least, program.most
    lp.row_lower_, lp.row_upper_ = program.lower, program.upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = program.matrix.indptr
    lp.a_matrix_.index_ = program.matrix.indices
    lp.a_matrix_.value_ = program.matrix.data
    return lp
