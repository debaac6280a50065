"""A proposal on the map: what is new, gone or elsewhere, and what is covered afterwards."""

import json
from dataclasses import replace

import shapely
from toy_result import CORNER_M, CRS, HOSTILE, toy_result, toy_study

from facility_coverage.result import StudyResult
from facility_coverage_maps.proposed_change import ProposedChange, change_data


def after(before: StudyResult) -> StudyResult:
    """Return the toy with its first facility closed, its second moved and one added."""
    facilities = before.facilities.iloc[1:].copy()
    facilities.loc[1, "geometry"] = shapely.Point(CORNER_M)
    facilities.loc[5, "facility_id"] = "new"
    units = before.units.assign(covered_share_15min=before.units["covered_share_15min"] / 2)
    return replace(before, facilities=facilities, units=units)


def test_facilities_are_told_by_their_ids() -> None:
    before = toy_result(toy_study())
    change = ProposedChange.between("plan", before, after(before))
    told = dict(zip(change.facilities["facility_id"], change.facilities["change"], strict=True))
    assert told == {"f000": "closed", "f001": "moved", "f005": "closed", "new": "added"}
    assert change.facilities.crs == CRS
    moved = change.facilities.set_index("facility_id").geometry["f001"]
    assert moved == shapely.Point(CORNER_M)


def test_figures_afterwards_stand_in_the_order_of_the_subdistricts() -> None:
    before = toy_result(toy_study())
    changed = after(before)
    shuffled = replace(changed, units=changed.units.iloc[::-1])
    data = change_data(ProposedChange.between(HOSTILE[0], before, shuffled), before)
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert data["name"] == HOSTILE[0]
    assert [shares[2] for shares in data["units"]["covered_share"]] == [at / 10 for at in range(6)]
    assert [circle["threshold"] for circle in data["circles"]] == [0, 1, 2, 3]
    assert data["total"]["covered_share"] == [0.2, 0.4, 0.6, 0.1]
    assert len(data["facilities"][0]["position"]) == 2


def test_a_proposal_that_changes_nothing_has_no_facilities() -> None:
    before = toy_result(toy_study())
    assert change_data(ProposedChange.between("none", before, before), before)["facilities"] == []
