"""Streets by subdistrict, worked by hand."""

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from toy_city import CORNER_M, CRS, grid_city, network_of

from facility_coverage.assessment.street_shares import pieces_by_unit, street_lengths
from facility_coverage.inputs.boundaries import Boundaries
from facility_coverage.travel.service_areas import StreetPieces


def boundaries(*shapes: BaseGeometry) -> Boundaries:
    """Return subdistricts drawn in metres from the corner, ids in their order."""
    moved = shapely.transform(np.array(shapes), lambda xy: xy + CORNER_M)
    ids = [f"u{row}" for row in range(len(shapes))]
    units = gpd.GeoDataFrame({"unit_id": ids, "unit_name": ids}, geometry=moved, crs=CRS)
    return Boundaries(units, units.iloc[:0])


def lengths(network: object, *shapes: BaseGeometry) -> list[float]:
    by_unit = pieces_by_unit(network, boundaries(*shapes))  # type: ignore[arg-type]
    return [round(value, 3) for value in street_lengths(network, by_unit).tolist()]  # type: ignore[arg-type]


def test_a_street_is_cut_at_the_border() -> None:
    """1000 m to the east, the border at 300 m, the second subdistrict ends at 900 m."""
    network = network_of({1: (0, 0), 2: (1000, 0)}, {1: [1, 2]})
    west, east = shapely.box(-50, -50, 300, 50), shapely.box(300, -50, 900, 50)
    assert lengths(network, west, east) == [300.0, 600.0]


def test_a_street_along_a_border_belongs_to_the_lower_id() -> None:
    network = network_of({1: (0, 0), 2: (1000, 0)}, {1: [1, 2]})
    south, north = shapely.box(-50, -50, 600, 0), shapely.box(-50, 0, 1100, 50)
    assert lengths(network, south, north) == [600.0, 400.0]
    assert lengths(network, north, south) == [1000.0, 0.0]


def test_a_street_that_leaves_and_comes_back_is_cut_into_three() -> None:
    """A U: 100 m up, 300 m across, 100 m down; the strip from 60 m up holds its middle.

    Below: twice 60 m. Above: twice 40 m and 300 m.
    """
    nodes = {1: (0, 0), 2: (0, 100), 3: (300, 100), 4: (300, 0)}
    network = network_of(nodes, {1: [1, 2, 3, 4]})
    below, above = shapely.box(-50, -50, 400, 60), shapely.box(-50, 60, 400, 200)
    assert lengths(network, below, above) == [120.0, 380.0]
    pieces = pieces_by_unit(network, boundaries(below, above))
    assert [len(own.edge) for own in pieces] == [2, 1]


def test_a_hole_and_parts_apart_are_what_they_are() -> None:
    """A lattice of 300 × 100 m; a ring around its middle, the hole, and two far parts as one."""
    network = network_of({1: (0, 0), 2: (300, 0)}, {1: [1, 2]})
    hole = shapely.box(100, -20, 200, 20)
    ring = shapely.box(50, -40, 250, 40).difference(hole)
    ends = shapely.MultiPolygon([shapely.box(-50, -40, 50, 40), shapely.box(250, -40, 400, 40)])
    assert lengths(network, ring, hole, ends) == [100.0, 100.0, 100.0]


def test_a_subdistrict_without_streets_has_none() -> None:
    network = grid_city(3, 3)
    here, nowhere = shapely.box(-10, -10, 210, 210), shapely.box(5000, 0, 6000, 1000)
    assert lengths(network, here, nowhere) == [1200.0, 0.0]


def test_only_reached_metres_count() -> None:
    """Reached from 200 to 700 m; the border at 300 m: 100 and 400 m."""
    network = network_of({1: (0, 0), 2: (1000, 0)}, {1: [1, 2]})
    west, east = shapely.box(-50, -50, 300, 50), shapely.box(300, -50, 1100, 50)
    by_unit = pieces_by_unit(network, boundaries(west, east))
    reached = StreetPieces(np.array([0]), np.array([200.0]), np.array([700.0]))
    assert np.allclose(street_lengths(network, by_unit, reached), [100.0, 400.0], atol=1e-3)
