"""People of a coarse cell live on its residential land, in pieces small enough to be judged."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toy_osm import Way, write_osm
from toy_study import CORNER_M, CRS, degrees, polygon, write_csv, write_geojson, write_subdistricts

from facility_coverage.errors import InputError
from facility_coverage.inputs.boundaries import Boundaries, read_boundaries
from facility_coverage.inputs.demand import Demand, read_demand
from facility_coverage.study_file import BoundariesSection, DemandSection


@pytest.fixture
def boundaries(tmp_path: Path) -> Boundaries:
    boxes = {"a": ("甲", (0, 0, 500, 1000)), "b": ("乙", (500, 0, 1000, 1000))}
    path = write_subdistricts(tmp_path / "units.geojson", boxes)
    return read_boundaries(BoundariesSection(source=str(path), id="code"), CRS)


def read(
    tmp_path: Path,
    boundaries: Boundaries,
    *cells: tuple[float, float, int],
    **keys: Any,  # noqa: ANN401
) -> Demand:
    """Read cells of 1000 m around places."""
    rows = [(*degrees(x, y), people) for x, y, people in cells]
    path = write_csv(tmp_path / "p.csv", ("lon", "lat", "population"), rows)
    values: dict[str, Any] = {"source": str(path), "cell_size_m": 1000.0, "cell_crs": CRS} | keys
    extract = keys.pop("extract", None)
    values.pop("extract", None)
    return read_demand(DemandSection(**values), boundaries, CRS, extract=extract)


def places(demand: Demand) -> list[list[float]]:
    found: list[list[float]] = (demand.xy - CORNER_M).round(1).tolist()
    return found


def test_people_stand_on_the_land(boundaries: Boundaries, tmp_path: Path) -> None:
    """A quarter of 300 x 100 m in the first subdistrict, one of 100 x 100 m in the second."""
    land = write_geojson(
        tmp_path / "land.geojson",
        [({}, polygon((100, 100, 400, 200))), ({}, polygon((700, 700, 800, 800)))],
    )
    demand = read(tmp_path, boundaries, (500, 500, 400), residential=str(land), split_m=1000.0)
    assert demand.by_unit(demand.population).round(3).tolist() == [300, 100, 0]
    assert sorted(places(demand)) == [[250, 150], [750, 750]]
    assert sorted(demand.demand_id) == ["2.1", "2.2"]
    assert demand.spacing_m == 1000.0


def test_large_pieces_are_cut_up(boundaries: Boundaries, tmp_path: Path) -> None:
    land = write_geojson(tmp_path / "land.geojson", [({}, polygon((100, 100, 400, 200)))])
    demand = read(tmp_path, boundaries, (500, 500, 300), residential=str(land))
    assert len(demand.population) >= 3
    assert demand.population.sum() == pytest.approx(300, rel=1e-12)
    assert demand.population.max() <= 101
    assert demand.spacing_m == 100.0
    plain = read(tmp_path, boundaries, (500, 500, 300), split_m=500.0)
    assert plain.by_unit(plain.population)[:2].round(1).tolist() == [150, 150]
    assert len(plain.population) in range(4, 10)


def test_a_cell_without_land_stays_whole_and_is_told(
    boundaries: Boundaries, tmp_path: Path
) -> None:
    land = write_geojson(tmp_path / "land.geojson", [({}, polygon((100, 100, 200, 200)))])
    cells = [(500, 500, 300), (1500, 500, 70), (2500, 500, 0)]
    demand = read(tmp_path, boundaries, *cells, residential=str(land), split_m=1000.0)
    found = dict(zip(demand.demand_id, demand.population.round(6).tolist(), strict=True))
    assert found["2.1"] == 300
    assert sum(people for name, people in found.items() if name.startswith("3.")) == 70
    (remark,) = demand.remarks
    assert remark.told("en") == (
        "70 people live in 1 cells without residential land and stay spread over the whole cell"
    )


def test_land_of_the_street_extract(boundaries: Boundaries, tmp_path: Path) -> None:
    corners = [(100, 100), (400, 100), (400, 200), (100, 200)]
    nodes = {n + 1: degrees(*corner) for n, corner in enumerate(corners)}
    ring = [1, 2, 3, 4, 1]
    twice = {8: Way(ring, {"landuse": "residential"}), 9: Way(ring, {"landuse": "residential"})}
    extract = write_osm(tmp_path / "a.osm", nodes, twice)
    keys = {"residential": "osm", "split_m": 1000.0}
    demand = read(tmp_path, boundaries, (500, 500, 40), extract=extract, **keys)
    assert np.allclose(places(demand), [[250, 150]], atol=0.2)
    with pytest.raises(InputError, match='residential = "osm" needs an OSM file in '):
        read(tmp_path, boundaries, (500, 500, 40), **keys)


def test_points_live_on_no_land(boundaries: Boundaries, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="its people stand at points, which no residential land"):
        read(tmp_path, boundaries, (5, 5, 3), cell_size_m=None, cell_crs=None, split_m=100.0)
