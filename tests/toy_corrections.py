"""Corrections of toy cities, in metres from their corner."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import shapely
from toy_city import CORNER_M, CRS

from facility_coverage.crs import WGS84, project
from facility_coverage.inputs.correction import Correction, Corrections, Kind
from facility_coverage.inputs.corrections import GATE_TOLERANCE_M, JOIN_TOLERANCE_M
from facility_coverage.inputs.ways import WayTable
from facility_coverage.network.build import build_network
from facility_coverage.network.corrections import Corrected, corrected_ways
from facility_coverage.network.profiles import Profile, walk
from facility_coverage.network.street_network import StreetNetwork

Places = list[tuple[float, float]]


def correction(kind: Kind, *places: tuple[float, float], row: int = 2, **rest: Any) -> Correction:  # noqa: ANN401
    """Return a correction: a point, or a line through several places."""
    joins = kind in {"street", "bridge"}
    values: dict[str, Any] = {
        "name": "", "way_id": None, "year": None, "kph": None, "factor": None, "one_way": False,
        "street_class": "service" if kind == "gate_open" else "residential",
        "tolerance_m": JOIN_TOLERANCE_M if joins else GATE_TOLERANCE_M,
    }  # fmt: skip
    return Correction(**(values | rest), row=str(row), kind=kind, shape=_shape(kind, list(places)))


def _shape(kind: Kind, places: Places) -> shapely.Geometry | None:
    if not places:
        return None
    lonlat = project(np.array(places, dtype=float) + CORNER_M, CRS, WGS84)
    if kind in {"gate_closed", "gate_open"}:
        return shapely.Point(lonlat[0])
    return shapely.MultiLineString([lonlat])


def file_of(*rows: Correction) -> Corrections:
    """Return corrections as the reader returns them."""
    return Corrections(Path("corrections.csv"), rows, ())


def corrected(
    ways: WayTable, *rows: Correction, profile: Profile | None = None, year: int | None = None
) -> Corrected:
    """Put corrections on ways."""
    return corrected_ways(ways, file_of(*rows), profile or walk(3.6), CRS, year)


def built(ways: WayTable, profile: Profile | None = None) -> StreetNetwork:
    """Return the network of ways."""
    return build_network(ways, profile or walk(3.6), CRS)


def raw_graph(ways: WayTable) -> nx.Graph:
    """Return every piece of the ways as an edge with its seconds, both ways alike."""
    graph = nx.Graph()
    graph.add_nodes_from(ways.node_id.tolist())
    xy = project(ways.node_lonlat, WGS84, CRS)
    speed = ways.speed_kph.max(axis=1) / 3.6
    for row, (first, last) in enumerate(pairwise(ways.node_offset.tolist())):
        for i in range(first, last - 1):
            a, b = int(ways.node_id[i]), int(ways.node_id[i + 1])
            weight = float(np.hypot(*(xy[i + 1] - xy[i]))) / speed[row]
            known = graph.get_edge_data(a, b, {}).get("weight", np.inf)
            graph.add_edge(a, b, weight=min(known, weight))
    return graph
