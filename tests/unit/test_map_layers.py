"""What the map is given: the result's values, none lost and none made up."""

import dataclasses
import json

import numpy as np
import pytest
import shapely
from shape_reader import decode
from shapely.affinity import translate
from toy_result import CORNER_M, HOSTILE, toy_result, toy_study

from facility_coverage_maps.layers import map_data
from facility_coverage_maps.plain_values import Row


@pytest.fixture(scope="module")
def data() -> Row:
    return map_data(toy_result(toy_study()))


def test_everything_is_plain_json(data: Row) -> None:
    assert json.loads(json.dumps(data, allow_nan=False)) == data


def test_subdistricts_keep_names_flags_and_exact_shares(data: Row) -> None:
    assert [unit["unit_name"] for unit in data["units"]] == list(HOSTILE)
    assert data["units"][0]["flags"] == ["no_facility", "no_government_centre", "below_target"]
    assert [unit["flags"] for unit in data["units"][3:]] == [[], [], []]
    # 15 minutes is the third of the thresholds; 1/5 of the way east means 1/5 covered.
    assert [unit["covered_share"][2] for unit in data["units"]] == [at / 5 for at in range(6)]


def test_the_row_outside_is_a_figure_and_no_subdistrict(data: Row) -> None:
    assert len(data["units"]) == len(HOSTILE)
    assert data["outside_population"] == 1000.0


def test_what_is_missing_is_null(data: Row) -> None:
    assert data["units"][0]["covered_street_share"][0] is None
    assert data["facilities"][-1]["people_reached"] == [None] * 4
    assert data["facilities"][0]["beds"] is None
    assert data["gaps"][1]["mean_travel_time_s"] is None


def test_circles_name_their_facility_by_its_place_in_the_list(data: Row) -> None:
    # Five of six facilities were not refused: 5 x 4 circles of theirs, and 4 of all together.
    of = [circle["facility"] for circle in data["circles"]["shapes"]]
    assert sorted(place for place in of if place is not None) == sorted(list(range(5)) * 4)
    assert of.count(None) == 4


def test_streets_come_once_per_band_main_streets_apart(data: Row) -> None:
    groups = data["streets"]["groups"]
    kinds = {(group["threshold"], group["main"]) for group in groups}
    assert len(kinds) == len(groups)
    assert {threshold for threshold, _ in kinds} == {0, 1, 2, None}
    assert {main for _, main in kinds} == {True, False}


def test_positions_are_longitude_and_latitude(data: Row) -> None:
    # The toy city stands on the central meridian of its CRS, 114 degrees east.
    lon, lat = np.transpose([unit["position"] for unit in data["units"]])
    assert np.all((lon > 114.0) & (lon < 114.2))
    assert np.all((lat > 23.0) & (lat < 23.3))
    west, south, east, north = data["bounds"]
    assert west < lon.min() < lon.max() < east
    assert south < lat.min() < lat.max() < north


def test_a_shared_border_is_simplified_once() -> None:
    # Both neighbours follow the same teeth of 3 m, less than what simplifying may take away.
    teeth = [(2000.0 + 3.0 * (at % 2), 10.0 * at) for at in range(201)]
    west = shapely.Polygon([(0, 0), *teeth, (0, 2000)])
    east = shapely.Polygon([*teeth, (4000, 2000), (4000, 0)])
    result = toy_result(toy_study())
    units = result.units.copy()
    units.loc[:1, "geometry"] = [translate(side, *CORNER_M) for side in (west, east)]
    for kept in (units.iloc[:2], units.iloc[[1]]):
        drawn = [
            shapely.Polygon(decode(unit["shape"])[0][0])
            for unit in map_data(dataclasses.replace(result, units=kept))["units"]
        ]
        assert len(drawn[0].exterior.coords) < len(teeth)
        assert shapely.union_all(drawn).area == sum(side.area for side in drawn)


def test_subdistricts_that_overlap_are_drawn_all_the_same() -> None:
    result = toy_result(toy_study())
    units = result.units.assign(geometry=result.units.buffer(50.0))
    drawn = map_data(dataclasses.replace(result, units=units))["units"]
    assert [len(decode(unit["shape"])) for unit in drawn] == [1] * len(HOSTILE)
