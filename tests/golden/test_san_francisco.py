"""San Francisco, the test instance of pysal/spopt: 205 tracts, 16 sites, network metres.

Published optima, demand POP2000: 8 sites cover every tract within 5 km; 4 sites cover at most
875,247 people; 4 sites leave a sum of ways of at least 2,848,268,129.71 person-metres, and a
longest way of at least 7,403.06 m.
"""

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from facility_coverage.siting.capacitated import capacitated_mclp, capacitated_p_median
from facility_coverage.siting.lscp import lscp
from facility_coverage.siting.mclp import mclp
from facility_coverage.siting.p_center import p_center
from facility_coverage.siting.p_median import p_median
from facility_coverage.siting.problem import Problem, SiteCount, siting_problem

WITHIN_M = 5000.0
SITES = SiteCount(4)
BEST_PEOPLE = 875_247
BEST_PERSON_METRES = 2_848_268_129.71
BEST_LONGEST_M = 7_403.06
BEST_CHOICE = ["Store_11", "Store_12", "Store_15", "Store_2"]


def read(folder: Path, capacity: float) -> Problem:
    demand = pd.read_csv(folder / "demand.csv")
    distance = pd.read_csv(folder / "network_distance.csv")
    sites = pd.read_csv(folder / "sites.csv")["NAME"].tolist()
    tract = {name: row for row, name in enumerate(demand["NAME"])}
    rows = [tract[name] for name in distance["DestinationName"]]
    columns = [sites.index(name) for name in distance["name"]]
    shape = (len(demand), len(sites))
    cost = csr_array((distance["distance"].to_numpy(), (rows, columns)), shape=shape)
    people = demand["POP2000"].to_numpy(dtype=float)
    return siting_problem(cost, people, sites, capacity=np.full(len(sites), capacity))


@pytest.fixture(scope="module")
def problem(real_data: Path) -> Problem:
    return read(real_data / "siting_san_francisco", np.inf)


def test_the_instance_is_read_right(problem: Problem) -> None:
    """Of all 1820 choices the best covers the published number."""
    near = problem.cost.toarray() <= WITHIN_M
    best = max(
        problem.weight[near[:, list(sites)].any(axis=1)].sum()
        for sites in combinations(range(len(problem.site_id)), SITES.n)
    )
    assert best == BEST_PEOPLE


def test_the_published_optima_are_found_and_proven(problem: Problem) -> None:
    covering = mclp(problem, SITES, limit=WITHIN_M)
    assert (covering.status, covering.objective, covering.bound) == (
        "optimal", BEST_PEOPLE, BEST_PEOPLE,
    )  # fmt: skip
    assert [problem.site_id[j] for j in covering.chosen] == BEST_CHOICE
    everybody = lscp(problem, limit=WITHIN_M)
    assert (everybody.status, everybody.objective, everybody.bound) == ("optimal", 8, 8)
    median = p_median(problem, SITES)
    assert (median.status, median.gap) == ("optimal", 0.0)
    assert median.objective == pytest.approx(BEST_PERSON_METRES, abs=0.005)
    center = p_center(problem, SITES.n)
    assert (center.status, center.gap) == ("optimal", 0.0)
    assert center.objective == pytest.approx(BEST_LONGEST_M, abs=0.005)


def test_four_fifths_need_three_sites(problem: Problem) -> None:
    found = lscp(problem, limit=WITHIN_M, share=0.8)
    assert (found.model, found.status, found.objective) == ("partial_lscp", "optimal", 3)


def test_four_centres_of_the_norm_take_what_they_have_room_for(real_data: Path) -> None:
    """The norm is 50 to 100 thousand residents a centre; all tracts hold 955,113."""
    norm = read(real_data / "siting_san_francisco", 100_000.0)
    found = capacitated_mclp(norm, SITES, limit=WITHIN_M)
    assert (found.status, found.objective) == ("optimal", 400_000)
    median = capacitated_p_median(norm, SITES)
    assert median.status == "infeasible"
    assert len(median.blocking)
