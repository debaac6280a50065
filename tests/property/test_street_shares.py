"""Every metre of street counts in exactly one subdistrict, also along borders and overlaps."""

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely import affinity
from street_scenes import edge_lines, laws
from toy_city import CORNER_M, CRS, network_of

from facility_coverage.assessment.street_shares import pieces_by_unit, street_lengths
from facility_coverage.inputs.boundaries import Boundaries, read_boundaries
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.study_file import BoundariesSection
from facility_coverage.travel.service_areas import StreetPieces, complement, length_within

ROUNDING_M = 1e-6
BORDER_M = 2e-4
"""Twice the width by which a subdistrict grows against rounding."""

SIZE = 4
BLOCK_M = 100.0
turns_deg = st.floats(0.0, 90.0)
shares = st.lists(st.integers(1, 7), min_size=1, max_size=3, unique=True)


def turned(xy: NDArray[np.float64], turn_deg: float) -> NDArray[np.float64]:
    turn = np.radians(turn_deg)
    return xy @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])


def lattice(turn_deg: float) -> StreetNetwork:
    """Return streets every 100 m from 0 to 300 m, turned around the corner."""
    column, row = np.meshgrid(np.arange(SIZE), np.arange(SIZE))
    xy = turned(np.column_stack([column.ravel(), row.ravel()]) * BLOCK_M, turn_deg)
    nodes = {i + 1: (float(x), float(y)) for i, (x, y) in enumerate(xy)}
    rows = {r + 1: [r * SIZE + c + 1 for c in range(SIZE)] for r in range(SIZE)}
    columns = {c + 101: [r * SIZE + c + 1 for r in range(SIZE)] for c in range(SIZE)}
    return network_of(nodes, rows | columns)


def boundaries(shapes: list[shapely.Polygon]) -> Boundaries:
    """Tidy subdistricts up as the program does on reading."""
    ids = [f"u{row}" for row in range(len(shapes))]
    layer = gpd.GeoDataFrame({"id": ids}, geometry=shapes, crs=CRS)
    return read_boundaries_of(layer)


def read_boundaries_of(layer: gpd.GeoDataFrame) -> Boundaries:
    """Read a layer through a file in memory that keeps every digit."""
    path = "/vsimem/units.gpkg"
    layer.to_file(path, driver="GPKG")
    section = BoundariesSection(source=path, id="id", max_overlap_m2=1e9)
    return read_boundaries(section, CRS)
