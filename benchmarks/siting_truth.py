"""San Francisco, 205 tracts and 16 sites: the published optima, proven."""

import csv
from collections.abc import Callable
from functools import partial

import numpy as np
from scipy.sparse import csr_array

from extract import data_folder
from facility_coverage.siting.lscp import lscp
from facility_coverage.siting.mclp import mclp
from facility_coverage.siting.p_center import p_center
from facility_coverage.siting.p_median import p_median
from facility_coverage.siting.problem import Problem, SiteCount, siting_problem
from facility_coverage.siting.solution import Solution
from rows import OURS, Row, figure_row
from timing import clock

WITHIN_M = 5_000.0
SITES = 4
PUBLISHED = {"LSCP": 8.0, "MCLP": 875_247.0, "p-median": 2_848_268_129.71, "p-center": 7_403.06}


def instance() -> Problem:
    """Return the instance: people of tracts, and metres to sites."""
    folder = data_folder() / "siting_san_francisco"
    with (folder / "demand.csv").open(encoding="utf-8") as stream:
        people = {row["NAME"]: float(row["POP2000"]) for row in csv.DictReader(stream)}
    with (folder / "sites.csv").open(encoding="utf-8") as stream:
        sites = [row["NAME"] for row in csv.DictReader(stream)]
    tract = {name: row for row, name in enumerate(people)}
    with (folder / "network_distance.csv").open(encoding="utf-8") as stream:
        trips = [
            (tract[row["DestinationName"]], sites.index(row["name"]), float(row["distance"]))
            for row in csv.DictReader(stream)
        ]
    rows, columns, metres = (np.array(column) for column in zip(*trips, strict=True))
    cost = csr_array((metres, (rows, columns)), shape=(len(people), len(sites)))
    return siting_problem(cost, np.array(list(people.values())), sites)


def models(problem: Problem) -> dict[str, Callable[[], Solution]]:
    """Return the four models, ready to be solved."""
    allowance = SiteCount(SITES)
    return {
        "LSCP": partial(lscp, problem, limit=WITHIN_M),
        "MCLP": partial(mclp, problem, allowance, limit=WITHIN_M),
        "p-median": partial(p_median, problem, allowance),
        "p-center": partial(p_center, problem, SITES),
    }


def san_francisco() -> list[Row]:
    """Solve the four models.

    Returns
    -------
    list of Row
        Seconds; the published optimum, whether it was found, and whether it is proven.
    """
    rows = []
    for name, solve in models(instance()).items():
        solve()  # loads what is compiled
        turn = clock(solve)
        found = turn.result
        off = abs(found.objective - PUBLISHED[name])
        same = "published" if off <= 0.01 else f"published: {PUBLISHED[name]:,.2f}"  # noqa: PLR2004
        agreement = f"{found.objective:,.2f} ({same}), {found.status}"
        title = f"San Francisco, {name}"
        rows.append(figure_row(title, OURS, turn.spent.processor_s, "s", agreement=agreement))
    return rows
