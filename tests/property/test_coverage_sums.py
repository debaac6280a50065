"""People are counted once: covered, uncovered and unassessed add up; gaps and reaches agree."""

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array
from street_scenes import OFF_STREET_LIMIT_M, Scene, laws, scenes
from toy_city import CORNER_M, CRS

from facility_coverage.assessment.facility_reach import people_reached
from facility_coverage.assessment.gaps import LINK_M, find_gaps
from facility_coverage.assessment.subdistricts import Coverage, subdistrict_table
from facility_coverage.inputs.boundaries import Boundaries
from facility_coverage.inputs.demand import Demand
from facility_coverage.network.snapping import snap
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.access import measure_access

THRESHOLDS = tuple(Threshold("minutes", value) for value in (5.0, 10.0, 15.0))
ROUNDING = 1e-9
EAST_M = 300.0
"""Where the two subdistricts of these laws meet, east of the corner."""


def two_halves() -> Boundaries:
    """Return a western and an eastern subdistrict; their south lies in neither."""
    west = shapely.box(-300, 100, EAST_M, 900)
    east = shapely.box(EAST_M, 100, 1300, 900)
    shapes = shapely.transform(np.array([west, east]), lambda xy: xy + CORNER_M)
    units = gpd.GeoDataFrame(
        {"unit_id": ["a", "b"], "unit_name": ["甲", "乙"]}, geometry=shapes, crs=CRS
    )
    return Boundaries(units, units.iloc[:0])


@st.composite
def scenes_with_people(draw: st.DrawFn) -> tuple[Scene, NDArray[np.float64], csr_array]:
    """Draw a scene, persons at each home, and their shares in two subdistricts and outside."""
    scene = draw(scenes())
    count = len(scene.homes)
    people = draw(st.lists(st.floats(0, 500), min_size=count, max_size=count))
    raw = draw(st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=count, max_size=count))
    share = np.array(raw, dtype=float).T
    share[2, share.sum(axis=0) == 0] = 1.0
    return scene, np.array(people), csr_array(share / share.sum(axis=0))


@laws(40)
@given(scenes_with_people())
def test_covered_uncovered_and_unassessed_are_everybody(
    drawn: tuple[Scene, NDArray[np.float64], csr_array],
) -> None:
    scene, people, share = drawn
    facilities = snap(scene.index, scene.facilities, off_street_limit_m=OFF_STREET_LIMIT_M)
    homes = snap(scene.index, scene.homes, off_street_limit_m=OFF_STREET_LIMIT_M)
    access = measure_access(scene.network, facilities, homes, THRESHOLDS)
    ids = tuple(str(row) for row in range(len(people)))
    demand = Demand(ids, scene.homes, people, people / 4.0, share, 0.0)
    coverages = tuple(
        Coverage(threshold, access.covered(threshold), shapely.MultiPolygon(), np.zeros(2))
        for threshold in THRESHOLDS
    )
    table = subdistrict_table(two_halves(), demand, homes.found, coverages, np.zeros(2))
    assert table["unit_id"].tolist() == ["a", "b", "outside"]
    assert abs(table["population"].sum() - people.sum()) <= ROUNDING * max(people.sum(), 1)
    split = table["assessed_population"] + table["unassessed_population"]
    assert np.allclose(split, table["population"], rtol=ROUNDING)
    below = np.zeros(3)
    for threshold in THRESHOLDS:
        covered = table[f"covered_population_{threshold.label}"].to_numpy()
        uncovered = demand.by_unit(people * (homes.found & ~access.covered(threshold)))
        unassessed = table["unassessed_population"]
        assert np.allclose(covered + uncovered + unassessed, table["population"], rtol=ROUNDING)
        assert (covered >= below).all()
        assert (covered <= table["assessed_population"] * (1 + ROUNDING)).all()
        older = table[f"older_covered_population_{threshold.label}"]
        assert np.allclose(older, covered / 4.0, rtol=ROUNDING)
        below = covered
    for row in range(3):
        shares = [table[f"covered_share_{threshold.label}"][row] for threshold in THRESHOLDS]
        if table["population"][row] == 0:
            assert np.isnan(shares).all()
        else:
            assert all(0.0 <= value <= 1.0 for value in shares)


@laws(40)
@given(scenes_with_people())
def test_what_facilities_reach_is_counted_by_people(
    drawn: tuple[Scene, NDArray[np.float64], csr_array],
) -> None:
    """Together they reach whom the nearest covers; alone none reaches more (definition D6)."""
    scene, people, _ = drawn
    facilities = snap(scene.index, scene.facilities, off_street_limit_m=OFF_STREET_LIMIT_M)
    homes = snap(scene.index, scene.homes, off_street_limit_m=OFF_STREET_LIMIT_M)
    access = measure_access(scene.network, facilities, homes, THRESHOLDS)
    for threshold in THRESHOLDS:
        total, unique = people_reached(access.od, people, threshold)
        covered = people[access.covered(threshold)].sum()
        assert (unique <= total + ROUNDING).all()
        assert unique.sum() <= covered + 1e-6 <= total.sum() + 2e-6
        for row in range(len(total)):
            others = np.delete(np.arange(len(total)), row)
            if len(others):
                rest = measure_access(scene.network, facilities.take(others), homes, THRESHOLDS)
                left = people[rest.covered(threshold)].sum()
            else:
                left = 0.0
            assert abs(covered - left - unique[row]) <= 1e-6


places = st.tuples(st.integers(0, 20), st.integers(0, 20)).map(
    lambda cell: (cell[0] * 60.0, cell[1] * 60.0)
)


@laws(70)
@given(
    st.lists(st.tuples(places, st.integers(0, 3), st.booleans()), max_size=25),
    st.sampled_from([0.0, 100.0, 180.0]),
    st.integers(0, 2**32 - 1),
)
def test_gaps_gather_all_uncovered_people_once(
    rows: list[tuple[tuple[float, float], int, bool]], spacing_m: float, seed: int
) -> None:
    xy = np.array([place for place, _, _ in rows], dtype=float).reshape(-1, 2)
    people = np.array([count for _, count, _ in rows], dtype=float)
    uncovered = np.array([flag for _, _, flag in rows], dtype=bool)
    gaps = find_gaps(xy, people, uncovered, spacing_m=spacing_m)
    gathered = [row for own in gaps.rows for row in own.tolist()]
    assert sorted(gathered) == np.flatnonzero(uncovered & (people > 0)).tolist()
    assert gaps.population.tolist() == [people[own].sum() for own in gaps.rows]
    assert (np.diff(gaps.population) <= 0).all()
    link_m = max(LINK_M, 1.5 * spacing_m)
    for i, own in enumerate(gaps.rows):
        assert shapely.intersects(gaps.shapes[i], shapely.points(xy[own])).all()
        for other in gaps.rows[i + 1 :]:
            apart = np.hypot(*np.moveaxis(xy[own][:, None] - xy[other][None, :], 2, 0))
            assert (apart > link_m).all()
    order = np.random.default_rng(seed).permutation(len(rows))
    again = find_gaps(xy[order], people[order], uncovered[order], spacing_m=spacing_m)
    assert again.population.tolist() == gaps.population.tolist()
    assert shapely.equals_exact(again.shapes, gaps.shapes).all()
