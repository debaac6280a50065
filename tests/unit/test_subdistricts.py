"""The table of subdistricts, worked by hand: people, area and streets within a threshold."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array

from facility_coverage.assessment.subdistricts import Coverage, subdistrict_table
from facility_coverage.inputs.boundaries import Boundaries
from facility_coverage.inputs.demand import Demand
from facility_coverage.thresholds import Threshold

CRS = "EPSG:4547"
FIVE, TEN = Threshold("minutes", 5.0), Threshold("minutes", 10.0)
NOWHERE = shapely.MultiPolygon()


def two_squares() -> Boundaries:
    """Return a (100 m × 100 m) and b (200 m × 100 m) side by side."""
    units = gpd.GeoDataFrame(
        {"unit_id": ["a", "b"], "unit_name": ["甲街道", "乙街道"]},
        geometry=[shapely.box(0, 0, 100, 100), shapely.box(100, 0, 300, 100)],
        crs=CRS,
    )
    return Boundaries(units, units.iloc[:0])


def people(
    share: list[list[float]], persons: list[float], older: list[float] | None = None
) -> Demand:
    """Return demand with its shares in a, b and outside."""
    ids = tuple(str(row) for row in range(len(persons)))
    elders = None if older is None else np.array(older)
    xy = np.zeros((len(persons), 2))
    return Demand(ids, xy, np.array(persons), elders, csr_array(np.array(share)), 0.0)


def coverage(
    threshold: Threshold,
    within: list[bool],
    area: shapely.MultiPolygon = NOWHERE,
    street_m: tuple[float, float] = (0.0, 0.0),
) -> Coverage:
    return Coverage(threshold, np.array(within), area, np.array(street_m))


def table(
    demand: Demand,
    *coverages: Coverage,
    assessed: NDArray[np.bool_] | None = None,
    street_m: tuple[float, float] = (1000.0, 500.0),
) -> gpd.GeoDataFrame:
    known = np.ones(len(demand.population), dtype=bool) if assessed is None else assessed
    return subdistrict_table(two_squares(), demand, known, coverages, np.array(street_m))


def test_a_cell_on_the_border_counts_by_its_share_in_each() -> None:
    """100 people wholly in a and covered; 80, a quarter of them in b, a half outside, not covered.

    a: 100 + 20; b: 20; outside: 40. Covered: a 100 of 120.
    """
    demand = people([[1, 0.25], [0, 0.25], [0, 0.5]], [100.0, 80.0])
    found = table(demand, coverage(FIVE, [True, False]))
    assert found["unit_id"].tolist() == ["a", "b", "outside"]
    assert found["population"].tolist() == [120.0, 20.0, 40.0]
    assert found["covered_population_5min"].tolist() == [100.0, 0.0, 0.0]
    assert found["covered_share_5min"].tolist() == [pytest.approx(100 / 120), 0.0, 0.0]


def test_people_without_a_street_are_neither_covered_nor_left_out() -> None:
    """Of 50 + 30 people in a, the 30 have no street: the share is 50 of 80, never 50 of 50."""
    demand = people([[1, 1], [0, 0], [0, 0]], [50.0, 30.0])
    found = table(demand, coverage(FIVE, [True, False]), assessed=np.array([True, False]))
    assert found["assessed_population"].tolist() == [50.0, 0.0, 0.0]
    assert found["unassessed_population"].tolist() == [30.0, 0.0, 0.0]
    assert found["covered_share_5min"][0] == 50 / 80


def test_each_threshold_has_its_columns() -> None:
    demand = people([[1, 1], [0, 0], [0, 0]], [50.0, 30.0], older=[20.0, 5.0])
    found = table(demand, coverage(FIVE, [True, False]), coverage(TEN, [True, True]))
    assert found["covered_population_5min"][0] == 50.0
    assert found["covered_population_10min"][0] == 80.0
    assert found["older_population"][0] == 25.0
    assert found["older_covered_population_5min"][0] == 20.0
    assert found["older_covered_population_10min"][0] == 25.0


def test_without_older_people_there_are_no_such_columns() -> None:
    demand = people([[1], [0], [0]], [50.0])
    found = table(demand, coverage(FIVE, [True]))
    assert not [column for column in found.columns if column.startswith("older")]


def test_area_and_streets_are_shares_of_the_subdistrict() -> None:
    """A box over 50 m of a and 100 m of b: a half of each. Streets: 250 of 1000, 500 of 500 m."""
    demand = people([[1], [0], [0]], [1.0])
    area = shapely.MultiPolygon([shapely.box(50, -1000, 200, 1000)])
    found = table(demand, coverage(FIVE, [True], area, (250.0, 500.0)))
    assert found["covered_area_share_5min"].tolist()[:2] == [0.5, 0.5]
    assert found["covered_street_share_5min"].tolist()[:2] == [0.25, 1.0]
    assert found["covered_area_share_5min"].isna().tolist() == [False, False, True]
    assert found["covered_street_share_5min"].isna().tolist() == [False, False, True]


def test_where_nobody_lives_or_no_street_runs_a_share_is_null_and_says_why() -> None:
    demand = people([[1], [0], [0]], [10.0])
    found = table(demand, coverage(FIVE, [True], NOWHERE, (0.0, 0.0)), street_m=(0.0, 700.0))
    assert found["covered_share_5min"].isna().tolist() == [False, True, True]
    assert found["covered_street_share_5min"].isna().tolist() == [True, False, True]
    assert found["notes"].tolist() == [
        "no streets: shares of streets are empty",
        "no people: shares of people are empty",
        "",
    ]


def test_a_share_never_leaves_0_to_1_by_rounding() -> None:
    """Reached metres may exceed the metres there are by a rounding."""
    demand = people([[1], [0], [0]], [10.0])
    within = coverage(FIVE, [True], NOWHERE, (1000.0 + 1e-9, 0.0))
    assert table(demand, within)["covered_street_share_5min"].tolist()[:2] == [1.0, 0.0]


def test_the_row_outside_has_no_ground() -> None:
    found = table(people([[0], [0], [1]], [10.0]), coverage(FIVE, [True]))
    assert found.geometry.is_empty.tolist() == [False, False, True]
    assert found["covered_population_5min"].tolist() == [0.0, 0.0, 10.0]
    assert found.crs == CRS
