"""What if: other facilities or circles give what a study gives that was written so."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from street_scenes import laws
from toy_study import (
    FACILITY_HEADER,
    degrees,
    facility_rows,
    toy_sections,
    write_csv,
    write_study,
    write_toy_study,
)

from facility_coverage.district_coverage import district_coverage, whole_areas
from facility_coverage.errors import InputError, NotFoundError, UnreachableError
from facility_coverage.inputs.facilities import NewFacility
from facility_coverage.prepared import PreparedStudy, prepare
from facility_coverage.study import assess, run_study
from facility_coverage.study_file import CoverageSection, Study

places = st.tuples(st.integers(-80, 1280), st.integers(-80, 680))
kinds = st.sampled_from(["社区卫生服务中心", "Clinic", ""])
rows = st.lists(st.tuples(places, kinds, st.sampled_from(["政府办", "?", ""])), max_size=3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("what_if")
    write_toy_study(folder)
    return folder


@pytest.fixture(scope="module")
def prepared(folder: Path) -> PreparedStudy:
    return prepare(Study.load(folder / "study.toml"))


def people(prepared: PreparedStudy) -> gpd.GeoDataFrame:
    accesses = prepared.measured()
    return district_coverage(prepared, accesses, whole_areas(prepared, accesses)).units


@pytest.mark.parametrize(
    ("added", "removed"),
    [
        ([((350, 10), "社区卫生服务中心", "政府办")], ["f2"]),
        ([((1050, 10), "Clinic", "?"), ((-80, 650), "", "")], []),
        ([((1000, 850), "社区卫生服务站", "")], ["f1"]),
    ],
)
def test_a_what_if_is_a_full_run_of_the_changed_register(
    folder: Path,
    prepared: PreparedStudy,
    added: list[tuple[tuple[int, int], str, str]],
    removed: list[str],
) -> None:
    new = [
        NewFacility(f"e{i}", f"Site {i}", degrees(*place), kind, owner, beds=12.5)
        for i, (place, kind, owner) in enumerate(added)
    ]
    kept = [row for row in facility_rows() if row[0] not in removed]
    written = [
        [place.facility_id, place.facility_name, *place.lonlat, place.kind, place.ownership, "12.5"]
        for place in new
    ]
    write_csv(folder / "changed.csv", FACILITY_HEADER, [*written, *kept])
    sections = toy_sections()
    sections["facilities"]["source"] = "changed.csv"
    full = run_study(Study.load(write_study(folder / "changed.toml", sections)))
    changed = assess(prepared.with_facilities(new, removed))
    names = ("units", "facilities_by_unit", "facilities", "isochrones", "streets", "demand", "gaps",
             "candidates", "findings", "snap_audit")  # fmt: skip
    for name in names:
        assert_frame_equal(getattr(changed, name), getattr(full, name), check_exact=True)
    assert json.dumps(changed.total) == json.dumps(full.total)
    assert list(changed.notes) == [note for note in full.notes if "changed.csv: row" not in note]


@laws(15)
@given(rows)
def test_adding_and_then_removing_changes_nothing(
    prepared: PreparedStudy, added: list[tuple[tuple[int, int], str, str]]
) -> None:
    new = [
        NewFacility(f"g{i}", "", degrees(*place), kind, owner)
        for i, (place, kind, owner) in enumerate(added)
    ]
    there = prepared.with_facilities(new)
    back = there.with_facilities([], [place.facility_id for place in new])
    assert_frame_equal(back.facilities.table, prepared.facilities.table, check_exact=True)
    assert_frame_equal(back.facilities.cells, prepared.facilities.cells, check_exact=True)
    for name in ("xy", "edge", "vertex", "position_m", "off_street_m"):
        assert np.array_equal(getattr(back.sites, name), getattr(prepared.sites, name))
    before, between, after = (
        district_coverage(study, study.measured(), None).units for study in (prepared, there, back)
    )
    assert_frame_equal(before, after, check_exact=True)
    covered = "covered_population_10min"
    assert (between[covered] >= before[covered]).all()


def test_circles_drawn_on_all_streets_are_those_of_the_study(
    folder: Path, prepared: PreparedStudy
) -> None:
    assert_frame_equal(people(prepared), assess(prepared).units, check_exact=True)
    sections = toy_sections()
    sections["coverage"] |= {"minutes": [7], "distance_m": [250], "method": "streets"}
    study = Study.load(write_study(folder / "streets.toml", sections))
    other = prepared.within(CoverageSection(**sections["coverage"]))
    assert_frame_equal(people(other), run_study(study).units, check_exact=True)


def test_people_alone_are_those_of_the_whole_table(prepared: PreparedStudy) -> None:
    accesses = prepared.measured()
    alone = pd.DataFrame(district_coverage(prepared, accesses, None).units)
    whole = pd.DataFrame(people(prepared))
    assert_frame_equal(alone, whole[list(alone.columns)], check_exact=True)
    assert not [name for name in alone.columns if "area" in name or "street" in name]


def test_a_canvas_is_kept_when_facilities_change(prepared: PreparedStudy) -> None:
    canvas = prepared.canvas
    assert prepared.with_facilities([], ["f2"]).canvas is canvas


@pytest.mark.parametrize(
    ("added", "removed", "error", "said"),
    [
        ([], ["nobody"], NotFoundError, "no facility 'nobody'"),
        ([NewFacility("f1", "", degrees(0, 0))], [], InputError, "'f1' already"),
        ([NewFacility("x", "", degrees(0, 0))] * 2, [], InputError, "'x' already"),
        ([], ["f1", "f2"], UnreachableError, "no facility is left"),
        ([NewFacility("x", "", degrees(0, 5000))], ["f1", "f2"], UnreachableError, "none of the 1"),
    ],
)
def test_a_change_that_cannot_be_is_refused(
    prepared: PreparedStudy,
    added: list[NewFacility],
    removed: list[str],
    error: type[Exception],
    said: str,
) -> None:
    with pytest.raises(error, match=said):
        prepared.with_facilities(added, removed)


def test_a_removed_facility_may_come_back_elsewhere(prepared: PreparedStudy) -> None:
    moved = prepared.with_facilities([NewFacility("f1", "", degrees(1150, 10))], ["f1"])
    assert moved.facilities.table["facility_id"].tolist() == ["f1", "f2"]
    assert moved.sites.edge[0] != prepared.sites.edge[0]
