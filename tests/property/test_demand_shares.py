"""Everybody counts exactly once: area fractions against an overlay without any shortcut."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from toy_study import CORNER_M, CRS, degrees, write_csv, write_geojson, write_raster

from facility_coverage.crs import project
from facility_coverage.inputs.boundaries import Boundaries, read_boundaries
from facility_coverage.inputs.demand import Demand, read_demand
from facility_coverage.study_file import BoundariesSection, DemandSection

WIDTH_M, HEIGHT_M = 600.0, 400.0
EXACT = 1e-9

seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=12, deadline=None)


def slanting_subdistricts(folder: Path, rng: np.random.Generator) -> Boundaries:
    """Write four polygons around a random point, each with a dent; two of them may overlap."""
    centre = rng.uniform([200, 100], [400, 300])
    corners = np.array([(0, 0), (WIDTH_M, 0), (WIDTH_M, HEIGHT_M), (0, HEIGHT_M)])
    corners += rng.uniform(-20, 20, corners.shape)
    rows = []
    for i, name in enumerate("abcd"):
        start, end = corners[i], corners[(i + 1) % 4]
        dent = (start + end) / 2 + (centre - (start + end) / 2) * rng.uniform(0.05, 0.4)
        ring = [start, dent, end, centre + rng.uniform(-1, 1, 2), start]
        shape = {"type": "Polygon", "coordinates": [[degrees(*xy) for xy in ring]]}
        rows.append(({"code": name}, shape))
    path = write_geojson(folder / "units.geojson", rows)
    return read_boundaries(BoundariesSection(source=str(path), id="code"), CRS)


def overlay(cells: NDArray[np.object_], boundaries: Boundaries) -> NDArray[np.float64]:
    """Return the fraction of each cell in each subdistrict and outside, pair by pair."""
    inside = np.array(
        [
            [unit.intersection(cell).area / cell.area for cell in cells]
            for unit in boundaries.units.geometry
        ]
    )
    return np.vstack([inside, 1.0 - inside.sum(axis=0)])


def squares(demand: Demand, side_m: float, crs: str) -> NDArray[np.object_]:
    """Return the squares around demand points, drawn in one CRS, seen in the study's."""
    centre = project(demand.xy, CRS, crs)
    half = side_m / 2
    corners = [(-half, -half), (half, -half), (half, half), (-half, half)]
    rings = np.stack([project(centre + corner, crs, CRS) for corner in corners], axis=1)
    cells: NDArray[np.object_] = shapely.polygons(rings)
    return cells


def assert_exact(demand: Demand, cells: NDArray[np.object_], boundaries: Boundaries) -> None:
    shares = demand.unit_share.toarray()
    np.testing.assert_allclose(shares, overlay(cells, boundaries), atol=EXACT, rtol=0)
    np.testing.assert_allclose(shares.sum(axis=0), 1.0, atol=1e-12, rtol=0)
    assert shares.min() >= 0
    total = demand.population.sum()
    assert abs(demand.by_unit(demand.population).sum() - total) <= 1e-12 * total


@few
@given(seeds, st.sampled_from(["EPSG:4547", "ESRI:54009", "EPSG:32649"]))
def test_cells(seed: int, cell_crs: str) -> None:
    rng = np.random.default_rng(seed)
    with TemporaryDirectory() as name:
        boundaries = slanting_subdistricts(Path(name), rng)
        places = rng.uniform([-100, -100], [WIDTH_M + 100, HEIGHT_M + 100], (40, 2))
        rows = [(*degrees(*xy), rng.uniform(0, 300)) for xy in places]
        path = write_csv(Path(name) / "p.csv", ("lon", "lat", "population"), rows)
        side_m = float(rng.uniform(20, 150))
        section = DemandSection(source=str(path), cell_size_m=side_m, cell_crs=cell_crs)
        demand = read_demand(section, boundaries, CRS)
    assert sorted(demand.population) == sorted(row[2] for row in rows)
    assert_exact(demand, squares(demand, side_m, cell_crs), boundaries)


@pytest.mark.parametrize("seed", [881, 1937, 3040])
def test_borders_whose_mitres_cross_are_read(seed: int, tmp_path: Path) -> None:
    boundaries = slanting_subdistricts(tmp_path, np.random.default_rng(seed))
    assert len(boundaries.units) == 4
    assert boundaries.units.geometry.is_valid.all()
    assert boundaries.faults.geometry.is_valid.all()


@few
@given(seeds)
def test_pixels(seed: int) -> None:
    rng = np.random.default_rng(seed)
    side_m = float(rng.uniform(20, 120))
    shape = (int(np.ceil(700 / side_m)), int(np.ceil(900 / side_m)))
    people = rng.uniform(0, 300, shape) * (rng.random(shape) < 0.8)
    people[0, 0] = -9
    corner = (CORNER_M[0] - 120 - rng.uniform(0, 60), CORNER_M[1] + 500 + rng.uniform(0, 60))
    with TemporaryDirectory() as name:
        boundaries = slanting_subdistricts(Path(name), rng)
        path = write_raster(Path(name) / "p.tif", people, corner=corner, pixel=side_m)
        demand = read_demand(DemandSection(source=str(path), density=False), boundaries, CRS)
    assert_exact(demand, squares(demand, side_m, CRS), boundaries)
    # no pixel that touches a subdistrict is left out
    column, row = np.meshgrid(np.arange(shape[1]) + 0.5, np.arange(shape[0]) + 0.5)
    centre = np.stack([corner[0] + column * side_m, corner[1] - row * side_m], axis=-1)
    cells = shapely.box(*(centre - side_m / 2).T, *(centre + side_m / 2).T).T
    touched = shapely.intersects(cells, boundaries.units.geometry.union_all()) & (people > 0)
    named = {f"r{r}c{c}" for r, c in np.argwhere(touched)}
    assert named <= set(demand.demand_id)
    everybody = dict(zip(demand.demand_id, demand.population, strict=True))
    assert all(everybody[f"r{r}c{c}"] == people[r, c] for r, c in np.argwhere(touched))


@few
@given(seeds)
def test_points(seed: int) -> None:
    rng = np.random.default_rng(seed)
    with TemporaryDirectory() as name:
        boundaries = slanting_subdistricts(Path(name), rng)
        places = rng.uniform([-100, -100], [WIDTH_M + 100, HEIGHT_M + 100], (60, 2))
        rows = [(*degrees(*xy), int(rng.integers(0, 300))) for xy in places]
        path = write_csv(Path(name) / "p.csv", ("lon", "lat", "population"), rows)
        demand = read_demand(DemandSection(source=str(path)), boundaries, CRS)
    shares = demand.unit_share.toarray()
    assert set(np.unique(shares)) <= {0.0, 1.0}
    assert (shares.sum(axis=0) == 1).all()
    assert demand.by_unit(demand.population).sum() == sum(row[2] for row in rows)
    assert (np.diff(demand.xy[:, 0]) >= 0).all()  # from west to east
    for i, unit in enumerate(boundaries.units.geometry):
        there = shapely.intersects(unit, shapely.points(demand.xy))
        assert (shares[i] <= there).all()
    nowhere = ~shapely.intersects(boundaries.units.geometry.union_all(), shapely.points(demand.xy))
    assert (shares[-1] == nowhere).all()
