"""Where the streets of an extract end too near to a subdistrict for its circles to be whole."""

from pathlib import Path

import numpy as np
import shapely

from facility_coverage.crs import WGS84, project
from facility_coverage.inputs.boundaries import Boundaries
from facility_coverage.inputs.osm import extract_box
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.thresholds import Threshold
from facility_coverage.words import Remark

_EDGE_M = 250.0
"""Streets that come this near to the edge of an extract go on beyond it."""


def cut_streets(
    network: StreetNetwork, boundaries: Boundaries, thresholds: tuple[Threshold, ...], source: Path
) -> tuple[Remark, ...]:
    """Tell where streets are cut within reach of a subdistrict.

    Parameters
    ----------
    network
        The streets.
    boundaries
        The subdistricts.
    thresholds
        The circles; the widest of them says how far an extract has to go.
    source
        The file of the streets; an OSM file may say where it ends, of any other the rectangle
        around all streets is taken.

    Returns
    -------
    tuple of Remark
        One where some street is cut nearer to a subdistrict than the widest circle reaches, with
        the margin that is needed; else none. A coast cuts no street.
    """
    reach_m = max(
        threshold.limit * (network.fastest_m_per_s if threshold.kind == "minutes" else 1.0)
        for threshold in thresholds
    )
    edge = _edge(network, source)
    xy = network.vertex_xy
    at_edge = shapely.distance(shapely.points(xy), edge) <= _EDGE_M
    if not at_edge.any():
        return ()
    units = boundaries.units.geometry.to_numpy()
    cut = shapely.MultiPoint(xy[at_edge])
    apart_m = shapely.distance(units, cut)
    nearest = int(np.argmin(apart_m))
    if apart_m[nearest] >= reach_m:
        return ()
    names = boundaries.units["unit_name"][apart_m < reach_m]
    message = (
        "streets are cut {near_m} m from {unit} while circles reach up to {reach_m} m: what lies "
        "beyond is missing in {count} subdistricts; take an extract with a margin of {margin_m} m "
        "around all subdistricts"
    )
    values = {
        "near_m": f"{apart_m[nearest]:,.0f}",
        "unit": str(boundaries.units["unit_name"].iloc[nearest]),
        "reach_m": f"{reach_m:,.0f}",
        "margin_m": f"{np.ceil(round(reach_m / 100.0, 6)) * 100.0:,.0f}",
        "count": f"{len(names)}",
    }
    return (Remark(message, **values),)


def _edge(network: StreetNetwork, source: Path) -> shapely.Geometry:
    """Return the line at which the streets of a source end, metres."""
    box = extract_box(source)
    if box is None:
        low, high = network.corners_xy[[0, 3]].tolist()
        return shapely.box(*low, *high).exterior
    ring = shapely.segmentize(shapely.box(*box).exterior, 0.01)
    return shapely.transform(ring, lambda xy: project(xy, WGS84, network.crs))
