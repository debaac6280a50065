"""Proposals side by side: conflicts, refusals, and the best subset against every subset."""

from itertools import combinations

import numpy as np
import pytest
from review_study import proposed, review_desk
from toy_study import degrees

from facility_coverage.coordinates.systems import from_wgs84
from facility_coverage.errors import InputError
from facility_coverage.proposals.comparison import CLOSES, NO_COST, compare
from facility_coverage.proposals.desk import Desk
from facility_coverage.proposals.reached import reached_of
from facility_coverage.proposals.register import Proposals, RefusedProposal
from facility_coverage.words import Remark

PLACES = [(1050, 12), (1150, 112), (1250, 12), (950, 12), (550, 590), (1050, 590), (20, 20)]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return review_desk(tmp_path_factory.mktemp("desk"))


def test_the_best_subset_is_the_best_of_all_subsets(desk: Desk) -> None:
    prices = [7.0, 3.0, 4.0, 2.0, 6.0, 5.0, 1.0]
    there = [at for at, place in enumerate(PLACES) if place[0] <= 1200]
    proposals = [proposed(f"p{at}", PLACES[at], kind="centre", cost=prices[at]) for at in there]
    reached = reached_of(desk.measured, proposals)[0][desk.measured.target]
    for budget in (0.0, 2.0, 5.0, 9.0, 50.0):
        affordable = [
            reached.value(rows)
            for size in range(len(proposals) + 1)
            for rows in combinations(range(len(proposals)), size)
            if sum(proposals[row].cost or 0.0 for row in rows) <= budget
        ]
        best = compare(desk.measured.prepared, proposals, budget, desk=desk).best
        assert best is not None
        assert best.gain == pytest.approx(max(affordable))
        assert best.bound == pytest.approx(best.gain)
        assert best.cost <= budget
        assert best.status == "optimal"


def test_what_cannot_be_compared_stops_nothing(desk: Desk) -> None:
    good = proposed("good", (1050, 12), kind="centre", cost=3)
    twice = proposed("twice", (950, 12), kind="centre")
    register = Proposals(
        "p.csv",
        (
            good,
            proposed("move", (1150, 12), kind="centre", closes="f1", cost=1),
            proposed("sea", (5000, 12), kind="centre"),
            proposed("shut", None, closes="f1"),
            proposed("unknown", None, closes="f9"),
            twice,
            twice,
        ),
        (RefusedProposal("bad", "7", Remark("beds: '-1' is no amount")),),
    )
    found = compare(desk.measured.prepared, register, 10.0, desk=desk)
    assert [one.proposal.id for one in found.proposals] == ["good", "move", "shut"]
    assert [one.id for one in found.refused] == ["bad", "sea", "twice", "twice", "unknown"] or [
        one.id for one in found.refused
    ] == ["bad", "sea", "unknown", "twice", "twice"]
    (twin, _) = (one.reason for one in found.refused if one.id == "twice")
    assert twin.en == "two proposals share the id 'twice'; give each an id of its own"
    assert twin.zh == "两个选址方案的编号都是'twice'；请各给一个编号"
    assert found.best is not None
    assert found.best.ids == ("good",)
    assert found.best.left_out == {"move": CLOSES, "shut": CLOSES}
    assert found.together == pytest.approx(sum(one.mean for one in found.proposals))
    pairs = {(one.one, one.other): one for one in found.conflicts}
    assert pairs["good", "move"].both_new == 285.0
    assert pairs["good", "move"].share == 1.0
    assert pairs["move", "shut"].closes == ("f1",)
    assert pairs["move", "shut"].share is None
    assert [row["chosen"] for row in found.table().to_dict("records")].count(True) == 1


def test_without_costs_nothing_is_chosen(desk: Desk) -> None:
    proposals = [proposed("a", (1050, 12), kind="centre")]
    found = compare(desk.measured.prepared, proposals, 10.0, desk=desk)
    assert found.best is not None
    assert (found.best.ids, found.best.gain) == ((), 0.0)
    assert found.best.left_out == {"a": NO_COST}
    assert found.proposals[0].cost_per_person is None
    assert compare(desk.measured.prepared, proposals, desk=desk).best is None
    with pytest.raises(InputError, match="budget"):
        compare(desk.measured.prepared, proposals, -1.0, desk=desk)


def test_nothing_to_compare(desk: Desk) -> None:
    found = compare(desk.measured.prepared, [], 5.0)
    assert (found.proposals, found.together, found.conflicts) == ((), 0.0, ())
    assert found.table().empty
    assert found.best is not None
    assert found.best.ids == ()


def test_a_register_in_the_wrong_system_is_told(desk: Desk) -> None:
    spots = [(x, 3) for x in range(30, 1200, 100)]
    right = np.array([degrees(*spot) for spot in spots])
    shifted = from_wgs84(right, "gcj02").tolist()
    proposals = [
        proposed(f"p{at:02}", None, kind="centre", lonlat=lonlat)
        for at, lonlat in enumerate(shifted)
    ]
    found = compare(desk.measured.prepared, proposals, desk=desk)
    told = [doubt.en for doubt in found.doubts]
    assert len(told) == 1
    assert "GCJ-02 declared as WGS84" in told[0]
    declared = [one.model_copy(update={"coordinates": "gcj02"}) for one in proposals]
    both = compare(desk.measured.prepared, [*proposals[:6], *declared[6:]], desk=desk)
    assert both.doubts == ()
