"""What a review sheet says of the toy study, worked out by hand."""

from pathlib import Path

import numpy as np
import pytest
from review_study import RULES, proposed, review_desk, review_sections, write_review_study
from toy_study import degrees

from facility_coverage.errors import UnreachableError
from facility_coverage.prepared import prepare
from facility_coverage.proposals.change import weighted_quantile
from facility_coverage.proposals.desk import Desk
from facility_coverage.proposals.fields import proposal_of
from facility_coverage.proposals.layers import layers_of
from facility_coverage.proposals.rules import NOT_ABOUT_IT
from facility_coverage.proposals.sheet import ReviewSheet, review
from facility_coverage.study_file import Study
from facility_coverage_maps.review.page import review_html
from facility_coverage_maps.review.picture import pictures

CENTRE = {"kind": "社区卫生服务中心", "ownership": "政府办", "floor_area_m2": 1500}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return review_desk(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def east(desk: Desk) -> ReviewSheet:
    """Review a centre in the south-east, where 200 + 60 people have far to go."""
    proposal = proposed("east", (1050, 12), **CENTRE, older_care="yes", capacity=900)
    other = proposed("other", (1150, 12), kind="station", cost=5)
    return review(desk.measured.prepared, proposal, [other], desk=desk)


def test_who_is_newly_covered(east: ReviewSheet) -> None:
    five, ten, metres = east.change.total
    # 10 min: 200 at 2 m, 60 at 220 m, and 25 outside of all at 200 m; all three lie within 5 min.
    assert (five.people.gained, ten.people.gained, metres.people.gained) == (285.0, 285.0, 285.0)
    assert ten.people.lost == 0.0
    assert ten.older is not None
    assert ten.older.gained == 70.0
    units = {one.unit_id: one for one in east.change.units if one.threshold == "10min"}
    assert {name: one.people.gained for name, one in units.items()} == {
        "01": 0.0, "02": 0.0, "03": 260.0, "outside": 25.0,
    }  # fmt: skip
    flips = {(one.unit_id, one.what, one.name, one.after) for one in east.change.flips}
    assert ("03", "flag", "below_target", "not raised") in flips
    assert ("03", "flag", "no_facility", "not raised") in flips
    assert ("03", "clause", "toy: one-each", "pass") in flips


def test_overlap_and_flows(east: ReviewSheet) -> None:
    assert (east.overlap.reached, east.overlap.reached_only) == (285.0 + 40.0, 285.0)
    relieved = {one.facility_id: one for one in east.overlap.relieved}
    assert relieved["f1"].residents_before - relieved["f1"].residents_after == 225.0
    assert not relieved["f1"].redundant
    to_us = {flow.from_id: flow for flow in east.overlap.flows}
    assert to_us["f1"].residents == 225.0
    assert to_us["f2"].to_id == "proposal east"
    assert to_us["f2"].minutes_before == pytest.approx(1020 / 60, abs=0.001)


def test_beside_another_proposal(east: ReviewSheet) -> None:
    alone, last, mean = east.standing.of("east")
    assert (alone, last) == (285.0, 0.0)
    assert mean == pytest.approx(142.5)
    assert east.best_set is not None
    assert east.best_set.sites == 2
    assert east.best_set.gain == 285.0
    assert east.best_set.bound >= east.best_set.best_gain >= 285.0


def test_every_clause_speaks(east: ReviewSheet) -> None:
    by_clause = {(one.clause_id, one.subject_id): one for one in east.rules}
    assert by_clause["one-each", "03"].verdict == "pass"
    assert by_clause["one-each", "03"].verdict_before == "fail"
    assert by_clause["large", "east"].verdict == "pass"
    assert by_clause["large", "east"].measured == 1500.0
    assert by_clause["planned-large", "east"].verdict == "fail"
    assert by_clause["stations-only", "east"].verdict == "not_assessable"
    assert by_clause["stations-only", "east"].reason.en == NOT_ABOUT_IT
    assert by_clause["weigh", ""].verdict == "advice"
    assert by_clause["weigh", ""].reason.zh != by_clause["weigh", ""].reason.en
    assert by_clause["large", "east"].evidence == ("proposal east",)


def test_robustness_is_tried_where_it_means_something(east: ReviewSheet) -> None:
    names = {(one.name, one.threshold) for one in east.trials}
    assert ("speed", "10min") in names
    assert ("speed", "300m") not in names
    assert ("next street", "300m") in names
    by_share = [
        one.gain for one in east.trials if (one.name, one.threshold) == ("population", "10min")
    ]
    assert by_share == pytest.approx([228.0, 342.0])


def test_closing_tells_where_people_go(desk: Desk) -> None:
    sheet = review(desk.measured.prepared, proposed("shut", None, closes="f1"), desk=desk)
    assert (sheet.place, sheet.rank, sheet.best_set, sheet.held) == (None, None, None, ())
    ten = sheet.change.total[1]
    assert (ten.people.gained, ten.people.lost) == (0.0, 190.0)
    assert {(flow.from_id, flow.to_id) for flow in sheet.overlap.flows} == {("f1", "f2")}
    assert sum(flow.residents for flow in sheet.overlap.flows) == 415.0
    assert sheet.overlap.overlap_share is None
    assert sheet.standing.alone == (-190.0,)
    closed_unit = [one for one in sheet.rules if one.clause_id == "one-each"]
    assert [(one.subject_id, one.verdict, one.verdict_before) for one in closed_unit] == [
        ("01", "not_assessable", "pass")  # no centre is left, so nobody knows what is listed
    ]


def test_what_the_study_forbids_is_held_against_it(tmp_path: Path) -> None:
    sections = review_sections()
    del sections["standards"]
    sections["coverage"]["minutes"] = []
    sections["siting"] |= {"min_distance_m": 200, "min_floor_area_m2": 1000, "by_year": 2026}
    desk = review_desk(tmp_path, sections)
    proposal = proposed("near", (200, 12), kind="station", floor_area_m2=900, opening_year=2027)
    sheet = review(desk.measured.prepared, proposal, desk=desk)
    assert sheet.held == ("near_facility", "small", "late")
    assert sheet.rules == ()
    assert {one.name for one in sheet.trials} == {"as planned", "population", "next street"}


def test_weighted_quantiles() -> None:
    values, weight = np.array([3.0, 1.0, np.inf]), np.array([1.0, 1.0, 2.0])
    assert weighted_quantile(values, weight, 0.25) == 1.0
    assert weighted_quantile(values, weight, 0.5) == 3.0
    assert weighted_quantile(values, weight, 0.51) == np.inf
    assert weighted_quantile(np.empty(0), np.empty(0), 0.5) == np.inf


def test_all_that_there_is_may_move(desk: Desk) -> None:
    move = proposed("move", (1050, 12), kind="centre", closes="f1;f2")
    sheet = review(desk.measured.prepared, move, desk=desk)
    ten = sheet.change.total[1]
    assert (ten.people.before, ten.people.gained) == (300.0, 285.0)
    assert sheet.rank is not None
    assert sheet.rank.gain == ten.people.after
    with pytest.raises(UnreachableError, match="no facility is left"):
        review(desk.measured.prepared, proposed("shut", None, closes="f1;f2"), desk=desk)


def test_where_everybody_is_covered_no_place_is_better(tmp_path: Path) -> None:
    sections = review_sections()
    sections["coverage"] |= {"minutes": [60], "method": "streets"}
    del sections["standards"]
    desk = review_desk(tmp_path, sections)
    sheet = review(desk.measured.prepared, proposed("p", (1050, 12), kind="centre"), desk=desk)
    assert sheet.rank is not None
    assert sheet.best_set is not None
    assert (sheet.rank.percentile, sheet.rank.best_lonlat, sheet.rank.regret) == (None, None, None)
    assert (sheet.best_set.best_gain, sheet.best_set.regret) == (0.0, None)
    layers = layers_of(desk, sheet)
    drawn = layers.circles[layers.circles["state"] == "before"]
    assert (drawn["area_m2"] > 0).all()
    page = review_html(sheet, pictures(layers, sheet.study.target, "en"), "en")
    assert "No allowed site within 1,000 m covers more." in page


def test_a_study_in_chinese_with_parcels_tells_the_same(tmp_path: Path, east: ReviewSheet) -> None:
    sections = review_sections()
    sections["study"]["language"] = "zh"
    desk = review_desk(tmp_path, sections)
    ring = [
        degrees(*corner) for corner in ((1040, 2), (1060, 2), (1060, 22), (1040, 22), (1040, 2))
    ]
    parcel = {"type": "Polygon", "coordinates": [ring]}
    proposal = proposal_of({"id": "east", **CENTRE, "geometry": parcel})
    sheet = review(desk.measured.prepared, proposal, desk=desk)
    told = {(one.clause_id, one.subject_id): one for one in east.rules}
    for one in sheet.rules:
        assert one.reason == told[one.clause_id, one.subject_id].reason
    layers = layers_of(desk, sheet)
    assert layers.parcels.area.iloc[0] == pytest.approx(400.0, rel=0.01)
    page = review_html(sheet, pictures(layers, sheet.study.target, "zh"), "zh")
    assert "东街道" in page


def test_rules_about_subdistricts_alone(tmp_path: Path) -> None:
    path = write_review_study(tmp_path)
    rules = RULES.split("[[clause]]")
    (tmp_path / "rules.toml").write_text("[[clause]]".join(rules[:2]), encoding="utf-8")
    prepared = prepare(Study.load(path))
    verdicts = review(prepared, proposed("p", (1050, 12), kind="centre")).rules
    assert [(one.clause_id, one.verdict) for one in verdicts] == [("one-each", "pass")]
