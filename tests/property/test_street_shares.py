"""Every metre of street counts in exactly one subdistrict, also along borders and in overlaps."""

from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import assume, given, reject
from hypothesis import strategies as st
from numpy.typing import NDArray
from street_scenes import City, cities, edge_lines, laws
from toy_city import CORNER_M, CRS, network_of

from facility_coverage.assessment.street_shares import pieces_by_unit, street_lengths
from facility_coverage.errors import GeometryError
from facility_coverage.inputs.boundaries import Boundaries, read_boundaries
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.study_file import BoundariesSection
from facility_coverage.travel.service_areas import StreetPieces, complement, length_within

ROUNDING_M = 1e-6
BORDERS_M = 0.05
"""More than all widths together by which subdistricts grow against rounding."""

STREETS_M = (0.0, 100.0, 200.0, 300.0)
STEP_M = 25.0
Rectangle = tuple[float, float, float, float]


def turned(xy: NDArray[np.float64], turn_deg: float) -> NDArray[np.float64]:
    turn = np.radians(turn_deg)
    east, north = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
    around: NDArray[np.float64] = xy[:, :1] * east + xy[:, 1:] * north
    return around


def lattice(turn_deg: float) -> StreetNetwork:
    """Return streets every 100 m from 0 to 300 m, turned around the corner."""
    size = len(STREETS_M)
    xy = turned(np.array([(x, y) for y in STREETS_M for x in STREETS_M]), turn_deg)
    nodes = {i + 1: (float(x), float(y)) for i, (x, y) in enumerate(xy)}
    rows = {r + 1: [r * size + c + 1 for c in range(size)] for r in range(size)}
    columns = {c + 101: [r * size + c + 1 for r in range(size)] for c in range(size)}
    return network_of(nodes, rows | columns)


def boundaries(shapes: list[shapely.Polygon]) -> Boundaries:
    """Tidy subdistricts up as the program does when it reads them from a file."""
    layer = gpd.GeoDataFrame(
        {"id": [f"u{row}" for row in range(len(shapes))]}, geometry=shapes, crs=CRS
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "units.fgb"
        layer.to_file(path, driver="FlatGeobuf")
        section = BoundariesSection(source=str(path), id="id", max_overlap_m2=1e9)
        return read_boundaries(section, CRS)


def expected_m(rectangles: list[Rectangle]) -> NDArray[np.float64]:
    """Share the lattice out by bits of 25 m: each to the lowest rectangle that holds its middle."""
    total = np.zeros(len(rectangles))
    for street in STREETS_M:
        for middle in np.arange(STEP_M / 2, STREETS_M[-1], STEP_M).tolist():
            for x, y in ((middle, street), (street, middle)):
                holders = [
                    row
                    for row, (west, south, east, north) in enumerate(rectangles)
                    if west <= x <= east and south <= y <= north
                ]
                if holders:
                    total[holders[0]] += STEP_M
    return total


steps = st.integers(-4, 16).map(lambda count: count * STEP_M)
spans = st.tuples(steps, steps).filter(lambda span: span[0] < span[1])
rectangles = st.tuples(spans, spans).map(
    lambda drawn: (drawn[0][0], drawn[1][0], drawn[0][1], drawn[1][1])
)


@laws(70)
@given(st.lists(rectangles, min_size=1, max_size=5), st.floats(0.0, 90.0))
def test_overlaps_and_borders_go_to_the_lower_id_metre_by_metre(
    units: list[Rectangle], turn_deg: float
) -> None:
    """Borders lie on streets, across them and beside them; nothing is lost at any angle."""
    network = lattice(turn_deg)
    shapes = [
        shapely.Polygon(turned(shapely.get_coordinates(shapely.box(*unit)), turn_deg) + CORNER_M)
        for unit in units
    ]
    try:
        tidy = boundaries(shapes)
    except GeometryError:
        reject()
    lengths = street_lengths(network, pieces_by_unit(network, tidy))
    assert np.abs(lengths - expected_m(units)).max() <= BORDERS_M


@st.composite
def cities_and_tiles(draw: st.DrawFn) -> tuple[City, list[shapely.Polygon]]:
    """Draw a city, and polygons that tile the plane around it without order."""
    city = draw(cities())
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    seeds = rng.uniform((-200, -200), (1200, 800), size=(draw(st.integers(2, 7)), 2)) + CORNER_M
    around = shapely.box(-5000, -5000, 6000, 6000)
    around = shapely.transform(around, lambda xy: xy + CORNER_M)
    tiles = shapely.voronoi_polygons(shapely.MultiPoint(seeds), extend_to=around)
    return city, list(shapely.get_parts(tiles))


@laws(50)
@given(cities_and_tiles())
def test_where_subdistricts_tile_the_plane_every_metre_counts_once(
    drawn: tuple[City, list[shapely.Polygon]],
) -> None:
    city, tiles = drawn
    network = city.network()
    by_unit = pieces_by_unit(network, boundaries(tiles))
    lengths = street_lengths(network, by_unit)
    assert abs(lengths.sum() - network.edge_length_m.sum()) <= ROUNDING_M
    for one, other in combinations(by_unit, 2):
        assert length_within(network, one, other).sum() <= ROUNDING_M
    whole_m = shapely.length(shapely.intersection(edge_lines(network)[:, None], tiles))
    assert np.abs(lengths - whole_m.sum(axis=0)).max() <= BORDERS_M


@laws(30)
@given(cities_and_tiles(), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_reached_metres_add_up_over_subdistricts(
    drawn: tuple[City, list[shapely.Polygon]], one: float, other: float
) -> None:
    city, tiles = drawn
    network = city.network()
    low, high = sorted((one, other))
    assume(low < high)
    length_m = network.edge_length_m
    reached = StreetPieces(np.arange(network.n_edges), low * length_m, high * length_m)
    by_unit = pieces_by_unit(network, boundaries(tiles))
    within = street_lengths(network, by_unit, reached)
    beyond = street_lengths(network, by_unit, complement(network, reached))
    assert abs(within.sum() - reached.length_m) <= ROUNDING_M
    assert np.allclose(within + beyond, street_lengths(network, by_unit), rtol=0, atol=ROUNDING_M)
