"""The compiled searches, made ready before the first request comes."""

import numpy as np

from facility_coverage.crs import WGS84, project
from facility_coverage.inputs.ways import WayTable
from facility_coverage.network.build import build_network
from facility_coverage.network.cell_grid import CellGrid
from facility_coverage.network.nearest import StreetIndex
from facility_coverage.network.profiles import walk
from facility_coverage.network.snapping import snap
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.access import measure_access, nearest_facility
from facility_coverage.travel.isochrones import Canvas

_CRS = "EPSG:32631"
_CORNERS_M = ((500_000.0, 0.0), (500_100.0, 0.0))
_LIMIT_M = 50.0


def compile_kernels() -> None:
    """Search, measure and draw on a single street, so that everything is compiled afterwards."""
    profile = walk()
    ends = np.array(_CORNERS_M)
    tags = {"highway": "residential"}
    street = WayTable(
        way_id=np.array([1], dtype=np.int64),
        street_class=("residential",),
        name=("",),
        speed_kph=np.array([profile.speeds_kph(tags)]),
        off_ground=np.array([False]),
        node_offset=np.array([0, 2], dtype=np.int64),
        node_id=np.array([1, 2], dtype=np.int64),
        node_lonlat=project(ends, _CRS, WGS84),
        node_class={},
        torn_ways=0,
    )
    network = build_network(street, profile, _CRS, None)
    index = StreetIndex.of(network)
    place = snap(index, ends[:1], off_street_limit_m=_LIMIT_M)
    access = measure_access(network, place, place, (Threshold("minutes", 1.0),))
    nearest_facility(network, place, place)
    (west, south), (east, north) = (ends[0] - _LIMIT_M).tolist(), (ends[1] + _LIMIT_M).tolist()
    grid = CellGrid.over(
        index, (west, south, east, north), size_m=20.0, off_street_limit_m=_LIMIT_M
    )
    Canvas.of(network, grid).polygons(access.origins, access.impedance, (60.0,))
