"""Where a proposal stands: its street and subdistrict, and whether anything may be put there."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from facility_coverage.crs import WGS84, project
from facility_coverage.errors import GeometryError, UnreachableError
from facility_coverage.inputs.land import lies_in, read_land
from facility_coverage.inputs.osm import ONLY_STREETS
from facility_coverage.network.nearest import StreetIndex
from facility_coverage.network.shift import readings
from facility_coverage.network.snapping import Snaps, snap, street_points
from facility_coverage.prepared import PreparedStudy
from facility_coverage.proposals.proposal import Frozen, Position, Proposal
from facility_coverage.result import OUTSIDE_UNIT_ID
from facility_coverage.words import Remark

MISREAD = "{off_m} m off any street as {declared}, but {near_m} m as {system}: is that its system?"
EXCHANGED = (
    "{off_m} m off any street as {declared}, but {near_m} m with longitude and latitude exchanged"
)
_ODD_M, _BESIDE_M = 60.0, 25.0
"""Nine in ten places that people walk to stand within 25 m of a street, hardly one beyond 60 m."""

_LOOK_AROUND_M = 5_000.0
"""How far a street is looked for, only to say how far away it is."""


class Place(Frozen):
    """Where a proposal stands."""

    lonlat: Position
    unit_id: str
    unit_name: str
    street_lonlat: Position
    """The point of the street that it is tied to."""
    off_street_m: float
    way_id: int
    """OSM way of that street."""
    street_name: str
    street_class: str


def places_xy(prepared: PreparedStudy, proposals: Sequence[Proposal]) -> NDArray[np.float64]:
    """Return where proposals stand in the study's CRS.

    Parameters
    ----------
    prepared
        The study.
    proposals
        Each with a place.

    Returns
    -------
    ndarray of float64
        Shape (n, 2), metres.
    """
    lonlat = np.array([one.lonlat for one in proposals], dtype=np.float64).reshape(-1, 2)
    return project(lonlat, WGS84, prepared.network.crs)


def require_place(prepared: PreparedStudy, proposal: Proposal, water: NDArray[np.object_]) -> None:
    """Refuse a proposal that stands where the study has no say, on no street, or in water.

    Parameters
    ----------
    prepared
        The study.
    proposal
        The proposal; a pure closure stands nowhere, which is no fault.
    water
        Polygons in the study's CRS.

    Raises
    ------
    GeometryError
        It stands outside every subdistrict, or in water.
    UnreachableError
        No street lies within the study's off-street limit.
    """
    if proposal.lonlat is None:
        return
    xy = places_xy(prepared, [proposal])
    lon, lat = proposal.lonlat
    place = Remark("proposal {id!r}: {lon:.6f}, {lat:.6f}", id=proposal.id, lon=lon, lat=lat)
    if not np.isfinite(xy).all() or not lies_in(xy, prepared.boundaries.units.geometry)[0]:
        msg = "{place} lies outside every subdistrict of the study; correct its coordinates"
        raise GeometryError(msg, place=place)
    if len(water) and lies_in(xy, water)[0]:
        msg = "{place} lies in water; correct its coordinates, or their system"
        raise GeometryError(msg, place=place)
    found = snap(prepared.index, xy, off_street_limit_m=_LOOK_AROUND_M)
    _require_street(prepared, proposal, place, float(found.off_street_m[0]))


def _require_street(
    prepared: PreparedStudy, proposal: Proposal, place: Remark, away_m: float
) -> None:
    """Refuse a place that is farther from any street than the study allows."""
    limit_m = prepared.study.coverage.off_street_limit_m
    if away_m <= limit_m:
        return
    away = Remark("{value} m", value=f"{away_m:.0f}")
    if not np.isfinite(away_m):
        away = Remark("more than {value} m", value=f"{_LOOK_AROUND_M:.0f}")
    doubt = misread(prepared, proposal)
    if doubt is None:
        msg = (
            "{place} is {away} from any street, and the study allows {limit_m:g} m; correct its "
            "coordinates, or raise off_street_limit_m"
        )
        raise UnreachableError(msg, place=place, away=away, limit_m=limit_m)
    msg = (
        "{place} is {away} from any street, and the study allows {limit_m:g} m ({doubt}); correct "
        "its coordinates, or raise off_street_limit_m"
    )
    raise UnreachableError(msg, place=place, away=away, limit_m=limit_m, doubt=doubt)


def misread(prepared: PreparedStudy, proposal: Proposal) -> Remark | None:
    """Tell whether a place far from streets would stand beside one in another system.

    One point proves nothing; a register of ten or more is held against its streets as a whole,
    see ``network.shift``.

    Parameters
    ----------
    prepared
        The study.
    proposal
        With a place.

    Returns
    -------
    Remark or None
        The system to ask about; None where the place stands beside a street as it is, or would
        in no other system.
    """
    xy, crs = places_xy(prepared, [proposal]), prepared.network.crs
    off_m = float(prepared.index.nearest(xy, _LOOK_AROUND_M).distance_m[0])
    if off_m <= _ODD_M:
        return None
    others = readings(xy, crs, proposal.coordinates)
    nearest_m = [float(prepared.index.nearest(each.xy, _BESIDE_M).distance_m[0]) for each in others]
    if not others or min(nearest_m) > _BESIDE_M:
        return None
    at = int(np.argmin(nearest_m))
    message = EXCHANGED if others[at].exchanged else MISREAD
    values = {
        "off_m": f"{off_m:.0f}",
        "system": others[at].system,
        "declared": proposal.coordinates,
        "near_m": f"{nearest_m[at]:.0f}",
    }
    return Remark(message, **values)


def read_water(prepared: PreparedStudy) -> NDArray[np.object_]:
    """Read the water of a study's street extract.

    Parameters
    ----------
    prepared
        The study.

    Returns
    -------
    ndarray of shapely geometries
        In the study's CRS; none of a saved network, which holds no land.
    """
    extract = Path(prepared.study.network.source)
    if extract.suffix in ONLY_STREETS:
        return np.empty(0, dtype=object)
    return read_land(extract, ("water",), prepared.network.crs)[0].shapes


def place_of(prepared: PreparedStudy, proposal: Proposal, snaps: Snaps) -> Place:
    """Describe the place of a proposal.

    Parameters
    ----------
    prepared
        The study.
    proposal
        The proposal.
    snaps
        Its one place, tied to its street.

    Returns
    -------
    Place
        What a reader looks for on a map.
    """
    network, units = prepared.network, prepared.boundaries.units
    row = int(prepared.boundaries.unit_of(shapely.points(snaps.xy))[0])
    inside = 0 <= row < len(units)
    way = int(network.vertex_way[snaps.vertex[0]])
    lon, lat = project(street_points(prepared.index, snaps), network.crs, WGS84)[0].tolist()
    return Place(
        lonlat=proposal.lonlat or (lon, lat),
        unit_id=str(units["unit_id"].iloc[row]) if inside else OUTSIDE_UNIT_ID,
        unit_name=str(units["unit_name"].iloc[row]) if inside else "",
        street_lonlat=(lon, lat),
        off_street_m=float(snaps.off_street_m[0]),
        way_id=int(network.way_id[way]),
        street_name=network.way_name[way],
        street_class=network.way_class[way],
    )


def next_street(index: StreetIndex, snaps: Snaps, limit_m: float) -> Snaps | None:
    """Tie a place to the nearest street other than its own: of another way and another name.

    Parameters
    ----------
    index
        The network's segments.
    snaps
        One place, tied to its street.
    limit_m
        Longest off-street leg, inclusive.

    Returns
    -------
    Snaps or None
        The same place on the other street, the first vertex of equals; None where there is no
        other within the limit.
    """
    network = index.network
    own = int(network.vertex_way[snaps.vertex[0]])
    name = network.way_name[own]
    is_own = np.array([bool(name) and other == name for other in network.way_name])
    is_own[own] = True
    first = np.flatnonzero(index.vertex_edge[:-1] == index.vertex_edge[1:])
    first = first[~is_own[network.vertex_way[first]]]
    start, end = network.vertex_xy[first], network.vertex_xy[first + 1]
    step = end - start
    square = (step**2).sum(axis=1)
    along = ((snaps.xy[0] - start) * step).sum(axis=1)
    share = np.divide(along, square, out=np.zeros(len(first)), where=square > 0).clip(0.0, 1.0)
    away_m = np.hypot(*(snaps.xy[0] - start - share[:, None] * step).T)
    if not len(first) or away_m.min() > limit_m:
        return None
    at = int(np.argmin(away_m))
    vertex = first[at]
    edge = index.vertex_edge[vertex]
    reached_m = network.vertex_position_m[vertex] + share[at] * np.sqrt(square[at])
    return Snaps(
        snaps.xy,
        np.array([edge], dtype=np.int32),
        np.array([vertex], dtype=np.int64),
        np.array([min(reached_m, network.edge_length_m[edge])]),
        np.array([away_m[at]]),
    )
