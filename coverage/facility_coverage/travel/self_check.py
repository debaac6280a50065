"""The guarantee of isochrones, held against times that are worked out by another route.

Places are drawn at random in and around the polygons, one half of them near a border. The time of
each is recomputed by scipy's Dijkstra on a graph into which the facilities are inserted, and by
shapely's projection on the true polylines; nothing is shared with the kernels or the grid.

*Overshoot* is by how much the time of a place inside exceeds the limit, *miss* by how much that
of a place outside is below it. Where time changes gradually both stay within the time of walking
one cell diagonal. Where the nearest street changes, time jumps, and a border drawn on cells can
lie up to a cell diagonal beside the jump. A place there keeps the guarantee when one of the four
cell centres around it, or a street no more than a cell diagonal away, is on its side of the limit.
"""

from dataclasses import asdict, dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.travel.access import Access
from facility_coverage.travel.impedance import Impedance
from facility_coverage.travel.independent_costs import CostsFrom, IndependentCosts

_FACILITIES_CHECKED = 6
_NEAR_CELLS = 2.0
_ROUNDING = 1e-6


@dataclass(frozen=True)
class SelfCheck:
    """What a check found.

    Attributes
    ----------
    points, inside
        Places looked at, and how many of them lie in their polygon.
    largest_overshoot_s, largest_miss_s
        Over all places but those beside a jump; an overshoot of None: a place inside cannot be
        reached at all. Metres are told as the time of walking them.
    bound_s
        The time of walking one cell diagonal.
    at_jumps
        Places beyond the bound beside a jump, where the guarantee is kept.
    failures
        Places where it is broken.
    """

    points: int
    inside: int
    largest_overshoot_s: float | None
    largest_miss_s: float
    bound_s: float
    at_jumps: int
    failures: int

    def figures(self) -> dict[str, Any]:
        """Return the figures by name, for files.

        Returns
        -------
        dict
            Plain values.
        """
        return asdict(self)


def self_check(
    network: StreetNetwork,
    impedance: Impedance,
    facility_xy: NDArray[np.float64],
    isochrones: gpd.GeoDataFrame,
    *,
    off_street_limit_m: float,
    points: int = 300,
    seed: int = 1,
) -> SelfCheck:
    """Hold exact isochrones of one kind of threshold against independent times.

    Parameters
    ----------
    network
        The street network.
    impedance
        What moving costs, in the unit of the thresholds.
    facility_xy
        Shape (f, 2), facilities that have a street, metres, in the order of the layer.
    isochrones
        Rows of ``StudyResult.isochrones``, drawn by the method ``exact``.
    off_street_limit_m
        Longest off-street leg.
    points
        How many places are drawn, shared among the unions and up to six facilities.
    seed
        Of the random places.

    Returns
    -------
    SelfCheck
        What was found.
    """
    costs = IndependentCosts(network, impedance, facility_xy, off_street_limit_m)
    cell_m = float(isochrones["cell_size_m"].iloc[0])
    walk_s_per_m = 1.0 / network.profile.off_street_speed_m_per_s
    per_second = impedance.off_street_per_m / walk_s_per_m
    bound = cell_m * 2.0**0.5 * impedance.off_street_per_m
    rng = np.random.default_rng(seed)
    subjects = _subjects(isochrones)
    share = -(-points // sum(len(rows) for _, rows in subjects))
    found = []
    for facilities, rows in subjects:
        source = costs.starting_at(facilities)
        for row in rows.itertuples():
            limit = row.threshold_s if np.isfinite(row.threshold_s) else row.threshold_m
            xy = _places(row.geometry, cell_m, share, rng)
            found.append(_errors(source, row.geometry, xy, limit, bound, cell_m))
    inside, error, kept = (np.concatenate(column) for column in zip(*found, strict=True))
    counted = (error <= bound) | ~kept
    overshoot = error[inside & counted].max(initial=0.0)
    return SelfCheck(
        points=len(error),
        inside=int(inside.sum()),
        largest_overshoot_s=float(overshoot / per_second) if np.isfinite(overshoot) else None,
        largest_miss_s=float(error[~inside & counted].max(initial=0.0) / per_second),
        bound_s=float(bound / per_second),
        at_jumps=int(((error > bound) & kept).sum()),
        failures=int((~kept).sum()),
    )


def check_circles(
    network: StreetNetwork,
    accesses: list[Access],
    isochrones: gpd.GeoDataFrame,
    *,
    off_street_limit_m: float,
) -> dict[str, dict[str, Any]]:
    """Check a study's isochrones at a few hundred places.

    Parameters
    ----------
    network
        The street network.
    accesses
        One per kind of threshold.
    isochrones
        The layer; buffered streets promise no times and are not checked.
    off_street_limit_m
        Longest off-street leg.

    Returns
    -------
    dict of str to dict
        Kind of threshold (``minutes``, ``metres``) to the figures of ``SelfCheck``.
    """
    exact = isochrones[isochrones["method"] == "exact"]
    return {
        access.thresholds[0].kind: self_check(
            network,
            access.impedance,
            access.origins.snaps.xy,
            exact[exact["threshold"].isin([threshold.label for threshold in access.thresholds])],
            off_street_limit_m=off_street_limit_m,
        ).figures()
        for access in accesses
        if len(exact)
    }


def _subjects(isochrones: gpd.GeoDataFrame) -> list[tuple[NDArray[np.intp], gpd.GeoDataFrame]]:
    """Return some facilities alone and all together, as rows, each with its polygons."""
    is_union = isochrones["scope"] == "all"
    ids = isochrones.loc[~is_union, "facility_id"].unique()
    chosen = np.unique(np.linspace(0, len(ids) - 1, _FACILITIES_CHECKED).astype(int))
    alone = [(np.array([i]), isochrones[isochrones["facility_id"] == ids[i]]) for i in chosen]
    return [*alone, (np.arange(len(ids)), isochrones[is_union])]


def _places(
    area: shapely.MultiPolygon, cell_m: float, count: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return random places, shape (p, 2): half of them around an area, half near its border."""
    if area.is_empty:
        return np.empty((0, 2))
    around = shapely.box(*area.bounds).buffer(_NEAR_CELLS * cell_m).bounds
    anywhere = rng.uniform(around[:2], around[2:], size=(count // 2, 2))
    share = rng.uniform(size=count - count // 2)
    border = shapely.line_interpolate_point(area.boundary, share, normalized=True)
    step_m = rng.uniform(-_NEAR_CELLS, _NEAR_CELLS, size=(len(share), 2)) * cell_m
    return np.concatenate([anywhere, shapely.get_coordinates(border) + step_m])


def _errors(
    source: CostsFrom,
    area: shapely.MultiPolygon,
    xy: NDArray[np.float64],
    limit: float,
    bound: float,
    cell_m: float,
) -> tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.bool_]]:
    """Return which places are inside, how far they are on the wrong side, and keep the guarantee.

    Right sides have negative errors, wrong ones positive.
    """
    shapely.prepare(area)
    inside = shapely.intersects_xy(area, *xy.T)
    least, most = source.of_places(xy)
    error = np.where(inside, least - limit, limit - most)
    kept = error <= bound
    for i in np.flatnonzero(~kept):
        low = np.floor(xy[i] / cell_m) * cell_m
        corners = low + cell_m * np.array([(0, 0), (0, 1), (1, 0), (1, 1)])
        least, most = source.of_places(corners)
        if inside[i]:
            nearby = source.of_streets_in(shapely.Point(xy[i]).buffer(cell_m * 2.0**0.5))
            kept[i] = min(least.min(), nearby) <= limit + _ROUNDING
        else:
            kept[i] = most.max() >= limit - _ROUNDING
    return inside, error, kept
