"""One engine at one location problem, in this process.

    python benchmarks/siting_engines.py ENGINE MODEL INSTANCE.npz SITES GAP

prints what it took, what it chose and what it says of its answer. Engines: ours, highs, spopt-cbc,
spopt-highs; models: mclp, p_median.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array

from apart import answer
from siting_instances import Instance

OPEN = 0.5
"""A site is chosen where its variable is above that."""
PEERS_WITHIN_S = {"mclp": 30.0, "p_median": 60.0}
"""Seconds that a peer's solver has."""


@dataclass(frozen=True)
class Said:
    """What an engine says.

    Attributes
    ----------
    built_s
        Processor seconds until its model stood.
    chosen
        Sites.
    status, gap
        What it claims of them; a gap of None where it claims nothing.
    """

    built_s: float
    chosen: list[int]
    status: str
    gap: float | None


def by_ours(gap: float, model: str, instance: Instance, sites: int) -> Said:
    """Solve until the gap is proven; the model stands when the search can start."""
    from facility_coverage.siting.mclp import covering, mclp
    from facility_coverage.siting.p_median import p_median
    from facility_coverage.siting.problem import SiteCount, siting_problem, within
    from facility_coverage.siting.solution import Effort

    ids = [f"{site:06d}" for site in range(instance.od_s.shape[0])]
    effort, allowance = Effort(gap=gap), SiteCount(sites)
    limit_s = instance.limit_s
    started_s = time.process_time()
    problem = siting_problem(csr_array(instance.od_s.T), instance.people, ids)
    covering(problem, allowance, within(problem, limit_s))
    built_s = time.process_time() - started_s
    if model == "mclp":
        found = mclp(problem, allowance, limit=limit_s, effort=effort)
    else:
        found = p_median(problem, allowance, unserved_cost=limit_s, effort=effort)
    return Said(built_s, found.chosen.tolist(), found.status, found.gap)


def by_highs(model: str, instance: Instance, sites: int) -> Said:
    """Hand the model to HiGHS from sparse arrays, cold."""
    import highs_models

    started_s = time.process_time()
    build = highs_models.mclp_model if model == "mclp" else highs_models.p_median_model
    built = build(instance, sites)
    built_s = time.process_time() - started_s
    chosen, status, gap = highs_models.solve(built, PEERS_WITHIN_S[model])
    return Said(built_s, chosen.tolist(), status, gap)


def by_spopt(solver: str, model: str, instance: Instance, sites: int) -> Said:
    """Solve with spopt, which builds its model in PuLP from a dense matrix.

    Parameters
    ----------
    solver
        ``cbc`` or ``highs``.
    model, instance, sites
        What to solve; covering only.

    Returns
    -------
    Said
        PuLP calls an answer optimal after a time limit too; a second word of its tells.
    """
    import pulp
    from spopt.locate import MCLP

    if model != "mclp":
        msg = f"spopt is asked for covering only, not for {model}"
        raise ValueError(msg)
    cost = np.full(instance.od_s.shape[::-1], np.inf)
    pairs = instance.od_s.tocoo()
    cost[pairs.coords[1], pairs.coords[0]] = pairs.data
    options = {"msg": False, "timeLimit": PEERS_WITHIN_S[model]}
    chosen_solver = pulp.PULP_CBC_CMD(**options) if solver == "cbc" else pulp.HiGHS(**options)
    started_s = time.process_time()
    built = MCLP.from_cost_matrix(cost, instance.people, instance.limit_s, p_facilities=sites)
    built_s = time.process_time() - started_s
    built.solve(chosen_solver, results=False)
    chosen = [site for site, open_ in enumerate(built.fac_vars) if (open_.varValue or 0.0) > OPEN]
    problem = built.problem
    status = pulp.LpStatus[problem.status]
    truly = pulp.LpSolution[problem.sol_status]
    return Said(built_s, chosen, f'says "{status}", truly "{truly}"', None)


PEERS: dict[str, Callable[[str, Instance, int], Said]] = {
    "highs": by_highs,
    "spopt-cbc": partial(by_spopt, "cbc"),
    "spopt-highs": partial(by_spopt, "highs"),
}


def main(engine: str, model: str, path: Path, sites: int, gap: float) -> None:
    """Solve one instance and print the answer."""
    instance = Instance.load(path)
    solve = partial(by_ours, gap) if engine == "ours" else PEERS[engine]
    answer(lambda: asdict(solve(model, instance, sites)))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]))
