"""Water, parks and industry of a small extract, and layers of polygons."""

from pathlib import Path

import numpy as np
import pytest
import shapely
from toy_osm import Relation, Way, write_osm
from toy_study import CORNER_M, CRS, degrees, polygon, write_geojson

from facility_coverage.errors import GeometryError, InputError, NotFoundError
from facility_coverage.inputs.land import lies_in, read_areas, read_land

CORNERS = {
    1: (0, 0), 2: (100, 0), 3: (100, 100), 4: (0, 100),
    11: (20, 20), 12: (80, 20), 13: (80, 80), 14: (20, 80),
    21: (300, 0), 22: (400, 0), 23: (400, 100), 24: (300, 100),
}  # fmt: skip


def written(path: Path) -> Path:
    """Write a park, a lake with an isle, a torn lake, a works, and a garden that is a line."""
    nodes = {number: degrees(*place) for number, place in CORNERS.items()}
    ways = {
        1: Way([1, 2, 3, 4, 1]),
        2: Way([11, 12, 13, 14, 11]),
        3: Way([21, 22, 23, 24, 21], {"landuse": "industrial", "leisure": "park"}),
        4: Way([1, 3], {"leisure": "garden"}),
    }
    lake = {"type": "multipolygon", "natural": "water"}
    relations = {
        7: Relation([("outer", 1), ("inner", 2)], lake),
        8: Relation([("outer", 99)], lake),
    }
    return write_osm(path, nodes, ways, relations=relations)


def test_each_kind_has_its_areas_with_their_holes(tmp_path: Path) -> None:
    water, park, industry = read_land(
        written(tmp_path / "land.osm"), ("water", "park", "industry"), CRS
    )
    (lake,) = water.shapes
    assert shapely.area(lake) == pytest.approx(100**2 - 60**2, rel=1e-4)
    assert water.incomplete == 1
    assert [len(park.shapes), len(industry.shapes)] == [1, 1]  # one area is both
    assert park.incomplete == industry.incomplete == 0
    middle, shore, works = (
        np.array([CORNER_M]) + place for place in ((50, 50), (10, 50), (350, 50))
    )
    assert lies_in(np.concatenate([middle, shore, works]), water.shapes).tolist() == [0, 1, 0]
    assert lies_in(works, industry.shapes).all()


def test_land_whose_outline_crosses_itself_is_told_as_incomplete(tmp_path: Path) -> None:
    nodes = {number: degrees(*CORNERS[number]) for number in (1, 2, 3, 4)}
    ways = {1: Way([1, 3, 2, 4, 1], {"leisure": "park"}), 2: Way([1, 2, 3])}
    relations = {3: Relation([("outer", 2)], {"type": "multipolygon", "leisure": "park"})}
    path = write_osm(tmp_path / "land.osm", nodes, ways, relations=relations)
    (park,) = read_land(path, ("park",), CRS)
    assert (len(park.shapes), park.incomplete) == (0, 2)


def test_kinds_that_nobody_asked_for_are_not_read(tmp_path: Path) -> None:
    path = written(tmp_path / "land.osm")
    assert read_land(path, (), CRS) == ()
    (industry,) = read_land(path, ("industry",), CRS)
    assert (industry.kind, len(industry.shapes), industry.incomplete) == ("industry", 1, 0)


def test_an_extract_without_such_land_has_no_areas(tmp_path: Path) -> None:
    path = write_osm(tmp_path / "none.osm", {1: degrees(0, 0)}, {})
    (water,) = read_land(path, ("water",), CRS)
    assert len(water.shapes) == 0
    assert not lies_in(np.array([CORNER_M]), water.shapes).any()


def test_a_saved_network_holds_no_land(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no water, parks or industry; name the OSM file"):
        read_land(tmp_path / "city.npz", ("water",), CRS)
    with pytest.raises(NotFoundError):
        read_land(tmp_path / "none.osm", ("water",), CRS)


def test_a_layer_of_areas_holds_polygons_only(tmp_path: Path) -> None:
    areas = write_geojson(tmp_path / "areas.geojson", [({}, polygon((0, 0, 10, 10)))])
    places = np.array([(9.9, 5.0), (10.1, 5.0)]) + CORNER_M
    found = lies_in(places, read_areas(areas, CRS))
    assert found.tolist() == [True, False]
    point = {"type": "Point", "coordinates": degrees(0, 0)}
    points = write_geojson(tmp_path / "points.geojson", [({}, point)])
    with pytest.raises(GeometryError, match=r"no polygon in row 1 but Point; name a polygon layer"):
        read_areas(points, CRS)
