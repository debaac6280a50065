"""The models of pysal/spopt, solved by CBC, as an oracle on drawn problems."""

import numpy as np
import pulp
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_array
from spopt.locate import LSCP, MCLP, PCenter, PMedian

from facility_coverage.siting.lscp import lscp
from facility_coverage.siting.mclp import mclp
from facility_coverage.siting.p_center import p_center
from facility_coverage.siting.p_median import p_median
from facility_coverage.siting.problem import Problem, SiteCount, siting_problem

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # PuLP's, about itself

SITES, PLACES, ASKED, LIMIT = 10, 30, 3, 40.0


def drawn(seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64], Problem]:
    rng = np.random.default_rng(seed)
    homes, sites = rng.random((PLACES, 2)) * 100, rng.random((SITES, 2)) * 100
    cost = np.hypot(*(homes[:, None] - sites[None]).transpose(2, 0, 1))
    people = rng.integers(1, 100, PLACES).astype(float)
    ids = [f"{j:02d}" for j in range(SITES)]
    return cost, people, siting_problem(csr_array(cost), people, ids)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_same_optima_as_spopt(seed: int) -> None:
    cost, people, problem = drawn(seed)
    solver = pulp.PULP_CBC_CMD(msg=False)
    covering = MCLP.from_cost_matrix(cost, people, LIMIT, ASKED).solve(solver)
    ours = mclp(problem, SiteCount(ASKED), limit=LIMIT)
    assert ours.status == "optimal"
    assert ours.objective == pytest.approx(covering.problem.objective.value())
    median = PMedian.from_cost_matrix(cost, people, p_facilities=ASKED).solve(solver)
    ours = p_median(problem, SiteCount(ASKED))
    assert ours.status == "optimal"
    assert ours.objective == pytest.approx(median.problem.objective.value())
    center = PCenter.from_cost_matrix(cost, p_facilities=ASKED).solve(solver)
    ours = p_center(problem, ASKED)
    assert ours.status == "optimal"
    assert ours.objective == pytest.approx(center.problem.objective.value())
    widest = float(cost.min(axis=1).max())
    fewest = LSCP.from_cost_matrix(cost, widest).solve(solver)
    ours = lscp(problem, limit=widest)
    assert ours.status == "optimal"
    assert ours.objective == pytest.approx(fewest.problem.objective.value())
