"""Location models handed to HiGHS as they stand, without a start or a reduction."""

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, eye_array, hstack, vstack

from siting_instances import Instance


@dataclass(frozen=True, eq=False)
class Model:
    """Minimise ``cost @ x`` with ``low <= rows @ x <= high`` and ``0 <= x <= 1``.

    The first variables are the sites, which are whole numbers; the others are shares.
    """

    cost: NDArray[np.float64]
    rows: csr_array
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    n_sites: int


def mclp_model(instance: Instance, sites: int) -> Model:
    """Return maximal covering: a person counts where a chosen site is within the limit."""
    near = csr_array(instance.od_s.T)
    n_demand, n_sites = near.shape
    marks = csr_array((np.ones(near.nnz), near.indices, near.indptr), shape=near.shape)
    count = np.concatenate([np.ones(n_sites), np.zeros(n_demand)])[None, :]
    return Model(
        cost=np.concatenate([np.zeros(n_sites), -instance.people.astype(float)]),
        rows=csr_array(vstack([hstack([marks, -eye_array(n_demand)]), count], format="csr")),
        low=np.append(np.zeros(n_demand), sites),
        high=np.append(np.full(n_demand, np.inf), sites),
        n_sites=n_sites,
    )


def p_median_model(instance: Instance, sites: int) -> Model:
    """Return the p-median; who is served by no chosen site within the limit counts the limit."""
    near = csr_array(instance.od_s.T)
    (n_demand, n_sites), n_pairs = near.shape, near.nnz
    pair = np.arange(n_pairs)
    person = np.repeat(np.arange(n_demand), np.diff(near.indptr))
    ones = np.ones(n_pairs)
    at_site = csr_array((ones, (pair, near.indices)), shape=(n_pairs, n_sites))
    served = csr_array((ones, (person, pair)), shape=(n_demand, n_pairs))
    count = np.concatenate([np.ones(n_sites), np.zeros(n_pairs + n_demand)])[None, :]
    no_sites = csr_array((n_demand, n_sites))
    each_once = hstack([no_sites, served, eye_array(n_demand)])
    only_open = hstack([at_site, -eye_array(n_pairs), csr_array((n_pairs, n_demand))])
    people, limit_s = instance.people.astype(float), instance.limit_s
    return Model(
        cost=np.concatenate([np.zeros(n_sites), people[person] * near.data, people * limit_s]),
        rows=csr_array(vstack([each_once, only_open, count], format="csr")),
        low=np.concatenate([np.ones(n_demand), np.zeros(n_pairs), [sites]]),
        high=np.concatenate([np.ones(n_demand), np.full(n_pairs, np.inf), [sites]]),
        n_sites=n_sites,
    )


def solve(model: Model, time_limit_s: float) -> tuple[NDArray[np.int64], str, float]:
    """Solve with one thread.

    Parameters
    ----------
    model
        The model.
    time_limit_s
        Seconds.

    Returns
    -------
    chosen, status, gap
        Chosen sites (none where nothing was found), HiGHS's own status and relative gap.
    """
    n_rows, n_columns = model.rows.shape
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = n_columns, n_rows
    lp.col_cost_ = model.cost
    lp.col_lower_, lp.col_upper_ = np.zeros(n_columns), np.ones(n_columns)
    lp.row_lower_, lp.row_upper_ = model.low, model.high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = model.rows.indptr
    lp.a_matrix_.index_ = model.rows.indices
    lp.a_matrix_.value_ = model.rows.data
    whole, share = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
    lp.integrality_ = [whole] * model.n_sites + [share] * (n_columns - model.n_sites)
    solver = highspy.Highs()  # type: ignore[no-untyped-call]  # carries no types
    options = {"output_flag": False, "threads": 1, "time_limit": time_limit_s}
    for option, value in options.items():
        solver.setOptionValue(option, value)
    solver.passModel(lp)
    solver.run()
    info = solver.getInfo()
    status = solver.modelStatusToString(solver.getModelStatus())
    opened = np.array(solver.getSolution().col_value[: model.n_sites])
    return np.flatnonzero(opened > 0.5), status, float(info.mip_gap)  # noqa: PLR2004
