"""The laws of reviews: exact differences, fair shares, no regret at the best place."""

from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from review_study import proposed, review_desk, review_sections, write_review_study
from street_scenes import laws
from toy_study import FACILITY_HEADER, degrees, facility_rows, write_csv

from facility_coverage.prepared import prepare
from facility_coverage.proposals import others
from facility_coverage.proposals.comparison import compare
from facility_coverage.proposals.desk import Desk
from facility_coverage.proposals.measured import Measured
from facility_coverage.proposals.others import Standing, standing_of
from facility_coverage.proposals.proposal import Proposal
from facility_coverage.proposals.reached import reached_of
from facility_coverage.proposals.sheet import ReviewSheet, review
from facility_coverage.study import run_study
from facility_coverage.study_file import Study

KIND = "社区卫生服务中心"
Place = tuple[int, int]

places = st.tuples(st.integers(5, 1190), st.integers(5, 590))
closings = st.lists(st.sampled_from(["f1", "f2"]), max_size=1)
plans = st.lists(st.tuples(places, closings), min_size=1, max_size=5)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return review_desk(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def changed_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("changed")
    write_review_study(folder, review_sections())
    return folder


def proposals_of(plan: list[tuple[Place, list[str]]]) -> list[Proposal]:
    return [
        proposed(f"p{at}", place, kind=KIND, ownership="政府办", closes=closes)
        for at, (place, closes) in enumerate(plan)
    ]


def written_out(folder: Path, proposals: list[Proposal]) -> Study:
    """Write the register as if the proposals had been carried out."""
    closed = {name for one in proposals for name in one.closes}
    rows = [row for row in facility_rows() if row[0] not in closed]
    rows += [
        [one.facility_id, one.name, *(one.lonlat or ()), one.kind, one.ownership, ""]
        for one in proposals
    ]
    write_csv(folder / "facilities.csv", FACILITY_HEADER, rows)
    return Study.load(folder / "study.toml")


def same(one: Measured, other: Measured) -> None:
    """Hold two measurements against each other, to the last bit."""
    assert one.served_ids.tolist() == other.served_ids.tolist()
    for own, theirs in zip(one.accesses, other.accesses, strict=True):
        assert np.array_equal(own.least, theirs.least)
        assert np.array_equal(own.od.toarray(), theirs.od.toarray())
        assert np.array_equal(own.found.cost, theirs.found.cost)
        assert np.array_equal(own.found.node, theirs.found.node)
        assert np.array_equal(own.found.offset, theirs.found.offset)
        assert np.array_equal(own.found.origin, theirs.found.origin)
    assert np.array_equal(one.nearest.cost, other.nearest.cost)
    assert_frame_equal(one.district.units, other.district.units)


@laws(10)
@given(plan=plans)
def test_only_what_opens_is_searched_and_all_is_as_if_the_register_said_so(
    desk: Desk, changed_folder: Path, plan: list[tuple[Place, list[str]]]
) -> None:
    proposals = proposals_of(plan)
    whole = Measured.of(prepare(written_out(changed_folder, proposals)))
    same(desk.measured.with_proposals(proposals), whole)


@laws(3)
@given(place=places, closes=closings)
def test_a_gain_is_the_difference_of_two_full_runs(
    desk: Desk, changed_folder: Path, place: Place, closes: list[str]
) -> None:
    proposal = proposals_of([(place, closes)])[0]
    sheet = review(desk.measured.prepared, proposal, desk=desk)
    before = run_study(written_out(changed_folder, []))
    after = run_study(written_out(changed_folder, [proposal]))
    for change in sheet.change.total:
        column = f"covered_population_{change.threshold}"
        assert change.people.before == before.total[column]
        assert change.people.after == after.total[column]
        assert change.people.net == after.total[column] - before.total[column]
        assert change.people.gained - change.people.lost == pytest.approx(change.people.net)
        older = f"older_covered_population_{change.threshold}"
        assert change.older is not None
        assert change.older.net == after.units[older].sum() - before.units[older].sum()
    for unit in sheet.change.units:
        own = after.units.set_index("unit_id").loc[unit.unit_id]
        assert unit.people.after == own[f"covered_population_{unit.threshold}"]
    flags = {(flip.unit_id, flip.name) for flip in sheet.change.flips if flip.what == "flag"}
    raised = [set(run.units["unit_id"] + " " + run.units["flags"]) for run in (before, after)]
    assert bool(flags) == (raised[0] != raised[1])


@laws(20)
@given(st.lists(places, min_size=1, max_size=6))
def test_last_mean_and_alone_of_openings(desk: Desk, spots: list[Place]) -> None:
    standing = standing_of(desk.measured, proposals_of([(spot, []) for spot in spots]))
    assert standing.method == "exact"
    for last, mean, alone in zip(standing.last, standing.mean, standing.alone, strict=True):
        assert last <= mean + 1e-9
        assert mean <= alone + 1e-9
    assert sum(standing.mean) == pytest.approx(standing.together)


def in_every_order(desk: Desk, proposals: list[Proposal]) -> dict[str, float]:
    """Carry proposals out in every order and count whom each adds on average."""
    reached, _ = reached_of(desk.measured, proposals)
    own = reached[desk.measured.target]
    orders = list(permutations(range(len(proposals))))
    total = dict.fromkeys((one.id for one in proposals), 0.0)
    for order in orders:
        for at, row in enumerate(order):
            step = own.value(order[: at + 1]) - own.value(order[:at])
            total[proposals[row].id] += step / len(orders)
    return total


@laws(12)
@given(plans)
def test_the_mean_with_closures_is_that_of_every_order(
    desk: Desk, plan: list[tuple[Place, list[str]]]
) -> None:
    proposals = proposals_of(plan)
    standing = standing_of(desk.measured, proposals)
    for name, mean in in_every_order(desk, proposals).items():
        assert standing.of(name)[2] == pytest.approx(mean)
    assert sum(standing.mean) == pytest.approx(standing.together)


@laws(5)
@given(plans)
def test_drawn_orders_come_near_every_order(
    desk: Desk, plan: list[tuple[Place, list[str]]]
) -> None:
    proposals = proposals_of(plan)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(others, "MOST_EXACT", 0)
        standing: Standing = standing_of(desk.measured, proposals)
        assert standing == standing_of(desk.measured, proposals)
    for name, mean in in_every_order(desk, proposals).items():
        assert standing.of(name)[2] == pytest.approx(mean, abs=20.0)
    assert sum(standing.mean) == pytest.approx(standing.together)


@pytest.mark.parametrize("where", [(150, 10), (650, 590)])
def test_on_top_of_an_existing_facility_nothing_is_gained(desk: Desk, where: Place) -> None:
    sheet = review(desk.measured.prepared, proposed("top", where, kind="centre"), desk=desk)
    assert [change.people.net for change in sheet.change.total] == [0.0] * 3
    assert sheet.standing.mean == (0.0,)
    assert sheet.overlap.overlap_share == 1.0
    assert sheet.overlap.flows == ()
    assert sheet.change.time.saved_person_minutes == 0.0
    assert sheet.rank is not None
    assert sheet.rank.regret == 1.0


def test_the_best_candidate_leaves_no_regret(desk: Desk) -> None:
    alternatives = desk.alternatives
    best = int(np.argmax(alternatives.alone))
    lon, lat = alternatives.lonlat[best]
    proposal = proposed("best", None, kind="centre", lon=lon, lat=lat)
    rank = review(desk.measured.prepared, proposal, desk=desk).rank
    assert rank is not None
    assert (rank.regret, rank.place, rank.percentile, rank.nearby) == (0.0, 1, 1.0, ())


@pytest.mark.parametrize(("name", "place"), [("f1", (150, 10)), ("f2", (650, 590))])
def test_closing_and_reopening_changes_nothing(desk: Desk, name: str, place: Place) -> None:
    proposal = proposed("again", place, kind="station", closes=[name])
    change = review(desk.measured.prepared, proposal, desk=desk).change
    assert all(each.people.before == each.people.after for each in change.total)
    assert all(each.people.gained == each.people.lost == 0 for each in change.units)
    assert change.time.median_before_s == change.time.median_after_s
    assert change.time.saved_person_minutes == 0.0


@laws(3)
@given(plans)
def test_the_order_of_proposals_does_not_count(
    desk: Desk, plan: list[tuple[Place, list[str]]]
) -> None:
    proposals = proposals_of(plan)
    mixed = proposals[::-1]
    prepared = desk.measured.prepared
    assert (
        compare(prepared, proposals, 10.0, desk=desk).to_json()
        == compare(prepared, mixed, 10.0, desk=desk).to_json()
    )
    sheet = review(prepared, proposals[0], proposals[1:], desk=desk)
    again = review(prepared, proposals[0], [one for one in mixed if one.id != "p0"])
    assert sheet.to_json() == again.to_json()
    assert ReviewSheet.model_validate_json(sheet.to_json()) == sheet


def test_degrees_of_the_toy_study_are_exact_enough() -> None:
    """The laws above rest on places that read back as they were written."""
    proposal = proposed("p", (150, 10), kind="centre")
    assert proposal.lonlat == degrees(150, 10)
