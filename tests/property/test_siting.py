"""Siting models against every choice there is, on problems small enough to try them all."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from brute_siting import LIMIT, Small, smalls, sparse
from hypothesis import given
from hypothesis import strategies as st
from street_scenes import laws

from facility_coverage.siting.capacitated import capacitated_mclp, capacitated_p_median
from facility_coverage.siting.cover import best_choice, levels_of, odd_cuts
from facility_coverage.siting.lagrangian import relax
from facility_coverage.siting.local_search import greedy, improved
from facility_coverage.siting.lscp import lscp
from facility_coverage.siting.mclp import coverage_curve, covering, mclp
from facility_coverage.siting.p_center import p_center
from facility_coverage.siting.p_median import p_median
from facility_coverage.siting.problem import Allowance, Budget, Problem, SiteCount, within
from facility_coverage.siting.solution import Effort, Solution
from facility_coverage.siting.two_tier import TierCounts, TwoTierSolution, two_tier

FEW = st.integers(0, 2**32 - 1)
ROUNDING = 1e-6

Model = Callable[[Problem, Small, Effort], Solution]
MODELS: dict[str, Model] = {
    "mclp": lambda p, s, e: mclp(p, SiteCount(s.count), limit=LIMIT, effort=e),
    "mclp_budget": lambda p, s, e: mclp(p, Budget(s.budget), limit=LIMIT, effort=e),
    "lscp": lambda p, _, e: lscp(p, limit=LIMIT, effort=e),
    "partial_lscp": lambda p, _, e: lscp(p, limit=LIMIT, share=0.6, effort=e),
    "p_median": lambda p, s, e: p_median(p, SiteCount(s.count), effort=e),
    "p_median_beyond": lambda p, s, e: p_median(p, Budget(s.budget), unserved_cost=7.0, effort=e),
    "p_center": lambda p, s, e: p_center(p, s.count, effort=e),
    "capacitated_mclp": lambda p, s, e: capacitated_mclp(
        p, SiteCount(s.count), limit=LIMIT, effort=e
    ),
    "capacitated_p_median": lambda p, s, e: capacitated_p_median(p, SiteCount(s.count), effort=e),
}


def allowances(small: Small) -> tuple[Allowance, Allowance]:
    return SiteCount(small.count), Budget(small.budget)


@laws(40)
@given(smalls())
def test_most_covered_is_the_best_of_all_choices(small: Small) -> None:
    for allowance in allowances(small):
        found = mclp(small.problem, allowance, limit=LIMIT)
        best = max(small.covered(chosen) for chosen in small.choices(allowance))
        assert found.status == "optimal"
        assert found.objective == pytest.approx(best, rel=1e-9)
        assert small.covered(found.chosen.tolist()) == pytest.approx(best, rel=1e-9)
        assert found.chosen.tolist() in list(small.choices(allowance))
        assert found.unserved.tolist() == [
            i for i, w in enumerate(small.weight) if w > 0 and small.cost[i].min() > LIMIT
        ]


@laws(60)
@given(smalls(), st.sampled_from([0, 1, 7, 200]))
def test_bound_exact_exchange_greedy_single_in_that_order(small: Small, rounds: int) -> None:
    for allowance in allowances(small):
        savings = covering(small.problem, allowance, within(small.problem, LIMIT))
        if not len(savings.weight):
            continue
        deadline = Effort(rounds=rounds).start()
        first = greedy(savings)
        exchanged = improved(savings, first, deadline)
        relaxed = relax(savings, exchanged, deadline)
        best = max(small.covered(c) for c in small.choices(allowance)) - savings.offset
        singles = [
            savings.value(np.array([j]))
            for j in range(len(savings.price))
            if savings.price[j] <= savings.allowance
        ]
        ladder = [relaxed.bound, best, savings.value(relaxed.chosen), savings.value(exchanged)]
        ladder += [savings.value(first), max(singles, default=0.0)]
        assert all(a >= b - ROUNDING for a, b in pairwise(ladder))


@laws(40)
@given(smalls(), st.floats(0.05, 1.0))
def test_fewest_sites_are_the_fewest_of_all_choices(small: Small, share: float) -> None:
    everybody = SiteCount(int((~small.locked).sum()))
    total = small.weight.sum()
    for part in (1.0, share):
        found = lscp(small.problem, limit=LIMIT, share=part)
        all_open = small.covered(np.flatnonzero(~small.locked).tolist())
        need = all_open if part == 1.0 else part * total * (1 - 1e-9)
        if all_open < need:
            assert found.status == "infeasible"
            assert found.blocking.tolist() == found.unserved.tolist() != []
            continue
        enough = [c for c in small.choices(everybody) if small.covered(c) >= need - 1e-9]
        assert found.status == "optimal"
        assert found.objective == found.bound == min(map(len, enough))
        assert small.covered(found.chosen.tolist()) >= need - 1e-9


@laws(40)
@given(smalls())
def test_the_shortest_sum_of_ways_is_that_of_the_best_choice(small: Small) -> None:
    for allowance in allowances(small):
        found = p_median(small.problem, allowance)
        best = min(small.spent(chosen) for chosen in small.choices(allowance))
        if np.isinf(best):
            assert found.status == "infeasible"
            assert len(found.blocking)
            assert not len(found.chosen)
            continue
        assert found.status == "optimal"
        assert found.objective == pytest.approx(best, rel=1e-9)
        assert small.spent(found.chosen.tolist()) == pytest.approx(best, rel=1e-9)


@laws(40)
@given(smalls(), st.sampled_from([0.0, 4.0, 20.0]))
def test_whoever_is_beyond_every_site_counts_with_the_cost_named(
    small: Small, beyond: float
) -> None:
    capped = replace(small, cost=np.where(small.servable[:, None], small.cost, np.inf))
    for allowance in allowances(small):
        found = p_median(small.problem, allowance, unserved_cost=beyond)
        best = min(
            float((np.minimum(capped.nearest(c), beyond) * small.weight)[small.servable].sum())
            for c in small.choices(allowance)
        )
        assert found.status == "optimal"
        assert found.objective == pytest.approx(best, rel=1e-9, abs=1e-9)


@laws(40)
@given(smalls())
def test_the_longest_way_is_that_of_the_best_choice(small: Small) -> None:
    found = p_center(small.problem, small.count)
    best = min(small.longest(chosen) for chosen in small.choices(SiteCount(small.count)))
    if np.isinf(best):
        assert found.status == "infeasible"
        assert len(found.blocking)
        return
    assert found.status == "optimal"
    assert found.objective == found.bound == small.longest(found.chosen.tolist()) == best
    for old, new in found.ties.tolist():
        other = [new if site == old else site for site in found.chosen.tolist()]
        assert small.longest(other) <= best


@laws(25)
@given(smalls(most_sites=5))
def test_limited_room_is_filled_as_well_as_by_the_best_choice(small: Small) -> None:
    near = np.where(small.cost <= LIMIT, 1.0, np.inf)
    for allowance in allowances(small):
        found = capacitated_mclp(small.problem, allowance, limit=LIMIT)
        best = max(small.carried(c, near, everybody=False) for c in small.choices(allowance))
        assert found.status == "optimal"
        assert found.objective == pytest.approx(best, abs=ROUNDING)
        free = mclp(small.problem, allowance, limit=LIMIT)
        assert found.objective <= free.objective + ROUNDING
        assert found.assigned is not None
        taken = np.asarray(found.assigned.sum(axis=0)).ravel()
        assert (taken <= small.capacity + ROUNDING).all()
        assert (np.asarray(found.assigned.sum(axis=1)).ravel() <= small.weight + ROUNDING).all()
        assert taken.sum() == pytest.approx(found.objective, abs=ROUNDING)


@laws(25)
@given(smalls(most_sites=5), st.sampled_from([1.0, 3.0]))
def test_ways_to_limited_room_are_as_short_as_by_the_best_choice(small: Small, more: float) -> None:
    roomy = replace(small, capacity=small.capacity * more)
    for allowance in allowances(roomy):
        found = capacitated_p_median(roomy.problem, allowance)
        best = max(
            roomy.carried(c, np.where(np.isfinite(roomy.cost), -roomy.cost, np.inf), everybody=True)
            for c in roomy.choices(allowance)
        )
        if np.isinf(best):
            assert found.status == "infeasible"
            assert len(found.blocking)
            continue
        assert found.status == "optimal"
        assert found.objective == pytest.approx(-best, abs=ROUNDING)
        free = p_median(roomy.problem, allowance)
        assert found.objective >= free.objective - ROUNDING


def tiers(centres: Small, seed: int) -> tuple[Small, np.ndarray]:
    """Return stations for the same people, and which centre reaches which station."""
    rng = np.random.default_rng(seed)
    cost = rng.permuted(centres.cost, axis=1)
    near = rng.random((cost.shape[1], cost.shape[1])) < 0.3
    return replace(centres, cost=cost, locked=rng.permutation(centres.locked)), near


def apart(centres: list[int], stations: list[int], near: np.ndarray, old: np.ndarray) -> bool:
    """Tell whether no new station stands where an open centre reaches."""
    open_ = sorted({*centres, *np.flatnonzero(old).tolist()})
    return not near[np.ix_(stations, open_)].any()


@laws(30)
@given(smalls(most_sites=5), FEW)
def test_two_tiers_cover_what_the_best_allowed_choice_covers(centres: Small, seed: int) -> None:
    stations, near = tiers(centres, seed)
    free = int((~centres.locked).sum())
    counts = TierCounts(min(centres.count, free), min(1, free))
    marks = sparse(np.where(near, 1.0, np.inf))

    def both(first: list[int], second: list[int]) -> float:
        reached = (centres.nearest(first) <= LIMIT) | (stations.nearest(second) <= LIMIT / 2)
        return float(centres.weight[reached].sum())

    for allowance in (counts, Budget(centres.budget)):
        found: TwoTierSolution = two_tier(
            centres.problem, stations.problem, marks,
            centre_limit=LIMIT, station_limit=LIMIT / 2, allowance=allowance,
        )  # fmt: skip
        pairs = (
            (first, second)
            for first in centres.choices(SiteCount(free))
            for second in stations.choices(SiteCount(free))
            if apart(first, second, near, centres.locked)
            and (
                len(first) <= counts.centres and len(second) <= counts.stations
                if isinstance(allowance, TierCounts)
                else centres.price[first].sum() + stations.price[second].sum() <= allowance.total
            )
        )
        assert found.solution.status == "optimal"
        assert found.solution.objective == pytest.approx(max(both(*pair) for pair in pairs))
        chosen = found.centres.tolist(), found.stations.tolist()
        assert both(*chosen) == pytest.approx(found.solution.objective)
        assert apart(*chosen, near, centres.locked)


@laws(20)
@given(smalls(), FEW)
def test_the_order_of_rows_and_sites_changes_no_answer(small: Small, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, columns = rng.permutation(len(small.weight)), rng.permutation(len(small.locked))
    one, other = small.problem, small.shuffled(rows, columns)
    for name, model in MODELS.items():
        a, b = (model(problem, small, Effort()) for problem in (one, other))
        assert [one.site_id[j] for j in a.chosen] == [other.site_id[j] for j in b.chosen], name
        assert (a.status, a.reduction, a.solver) == (b.status, b.reduction, b.solver)
        assert repr((a.objective, a.bound)) == repr((b.objective, b.bound))
        assert sorted(rows[b.unserved]) == a.unserved.tolist()
        assert [[one.site_id[j] for j in pair] for pair in a.ties] == [
            [other.site_id[j] for j in pair] for pair in b.ties
        ]


@laws(40)
@given(smalls())
def test_another_candidate_never_makes_it_worse(small: Small) -> None:
    if small.locked.all():
        return
    gone = int(np.flatnonzero(~small.locked)[-1])
    fewer = replace(small, cost=np.delete(small.cost, gone, axis=1)).without(gone)
    fewer = fewer.with_count(small.count)
    count = SiteCount(fewer.count)
    assert mclp(small.problem, count, limit=LIMIT).objective >= (
        mclp(fewer.problem, count, limit=LIMIT).objective - ROUNDING
    )
    with_, without = (p_median(s.problem, count, unserved_cost=20.0) for s in (small, fewer))
    lost = (small.weight * (small.servable & ~fewer.servable)).sum()
    assert with_.objective <= without.objective + 20.0 * lost + ROUNDING


@laws(25)
@given(smalls(), st.sampled_from([0, 3]), st.sampled_from([0, 10**6]))
def test_little_effort_is_labelled_and_its_bound_holds(
    small: Small, rounds: int, core_pairs: int
) -> None:
    """Directions by sense: more is better for people, less for the others."""
    lazy = Effort(rounds=rounds, core_pairs=core_pairs, checks=1)
    for name in ("mclp", "mclp_budget", "lscp", "partial_lscp", "p_median_beyond"):
        full, part = (MODELS[name](small.problem, small, e) for e in (Effort(), lazy))
        if full.status == "infeasible":
            assert part.status == "infeasible"
            continue
        sense = 1.0 if full.unit == "people" else -1.0
        assert sense * part.bound >= sense * full.objective - ROUNDING
        assert sense * full.objective >= sense * part.objective - ROUNDING
        assert part.status in {"optimal", "feasible"}
        assert (part.status == "optimal") == (part.gap <= 1e-9)


@laws(25)
@given(smalls())
def test_ties_are_as_good(small: Small) -> None:
    found = mclp(small.problem, SiteCount(small.count), limit=LIMIT)
    for old, new in found.ties.tolist():
        other = [new if site == old else site for site in found.chosen.tolist()]
        assert small.covered(other) == pytest.approx(found.objective)
    cover = lscp(small.problem, limit=LIMIT)
    for old, new in cover.ties.tolist():
        other = [new if site == old else site for site in cover.chosen.tolist()]
        assert small.covered(other) == small.covered(cover.chosen.tolist())


@laws(40)
@given(smalls())
def test_the_curve_lies_below_its_bound_and_the_best_between(small: Small) -> None:
    people, bound = coverage_curve(small.problem, small.count, limit=LIMIT)
    for n in range(small.count + 1):
        best = max(small.covered(chosen) for chosen in small.choices(SiteCount(n)))
        assert people[n] <= best + ROUNDING
        assert bound[n] >= best - ROUNDING
    assert (np.diff(people) >= 0).all()


@laws(60)
@given(smalls(most_sites=6), FEW)
def test_odd_cuts_cut_off_no_choice(small: Small, seed: int) -> None:
    savings = covering(small.problem, SiteCount(small.count), within(small.problem, LIMIT))
    if not len(savings.weight):
        return
    levels = levels_of(savings)
    n, m = levels.sets.shape
    share = np.random.default_rng(seed).choice([0.0, 0.4, 0.5, 1.0], m)
    cuts = odd_cuts(levels, np.append(share, np.minimum(levels.sets @ share, 1.0)))
    program = best_choice(levels, savings.price, savings.allowance)
    assert program.matrix.shape == (n + 1, m + n)
    for number in range(2**m):
        open_ = np.array([float(number >> j & 1) for j in range(m)])
        reached = np.minimum(levels.sets @ open_, 1.0)
        assert (cuts @ np.append(open_, reached) <= 1.0 + 1e-9).all()
