"""The isochrone layer: a polygon per facility and threshold, and their union per threshold."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from facility_coverage.network.cell_grid import CellGrid
from facility_coverage.network.nearest import StreetIndex
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.access import Access
from facility_coverage.travel.isochrones import METHOD, joint_polygons, origin_polygons
from facility_coverage.travel.times import PointsOnEdges, least_by_column, od_matrix, reach

COLUMNS = [
    "scope", "facility_id", "facility_name", "threshold", "threshold_s", "threshold_m",
    "area_m2", "access_s", "method", "cell_size_m",
]  # fmt: skip


def grid_around(
    index: StreetIndex,
    facility_xy: NDArray[np.float64],
    thresholds: tuple[Threshold, ...],
    *,
    cell_size_m: float,
    off_street_limit_m: float,
) -> CellGrid:
    """Lay the grid over everything that facilities could reach.

    Parameters
    ----------
    index
        The network's segments.
    facility_xy
        Shape (f, 2), facilities that have a street, metres.
    thresholds
        The tests.
    cell_size_m, off_street_limit_m
        See ``CellGrid.over``.

    Returns
    -------
    CellGrid
        The grid.

    Raises
    ------
    LimitError
        It would be too large.
    """
    network = index.network
    speed_m_per_s = network.profile.speed_m_per_s
    furthest_m = cell_size_m + max(
        t.limit * speed_m_per_s if t.kind == "minutes" else t.limit for t in thresholds
    )
    margin_m = off_street_limit_m + cell_size_m
    low = np.maximum(facility_xy.min(axis=0) - furthest_m, network.vertex_xy.min(axis=0) - margin_m)
    high = np.minimum(
        facility_xy.max(axis=0) + furthest_m, network.vertex_xy.max(axis=0) + margin_m
    )
    return CellGrid.over(
        index,
        (float(low[0]), float(low[1]), float(high[0]), float(high[1])),
        size_m=cell_size_m,
        off_street_limit_m=off_street_limit_m,
    )


def circles(
    network: StreetNetwork, access: Access, grid: CellGrid, names: pd.DataFrame
) -> gpd.GeoDataFrame:
    """Return the isochrones of one kind of threshold.

    Parameters
    ----------
    network
        The street network.
    access
        The facilities and their thresholds.
    grid
        Cells over everything within reach.
    names
        ``facility_id, facility_name`` of the facilities, in their order.

    Returns
    -------
    geopandas.GeoDataFrame
        The columns of ``StudyResult.isochrones``, facilities first, then the unions.
    """
    impedance = access.impedance
    cell_cost = grid.size_m * impedance.off_street_per_m
    limits = tuple(threshold.limit for threshold in access.thresholds)
    within = limits[-1] + cell_cost
    found = reach(network, access.origins, impedance, within)
    cells = PointsOnEdges.of(network, grid.snaps)
    od = od_matrix(network, access.origins, found, cells, impedance, within)
    each = origin_polygons(grid, od, limits=limits, cell_cost=cell_cost)
    joint = joint_polygons(grid, least_by_column(od), limits=limits, cell_cost=cell_cost)
    leg_s = access.origins.snaps.off_street_m / network.profile.speed_m_per_s
    rows: list[tuple[object, ...]] = []
    shapes: list[shapely.MultiPolygon] = []
    for facility, (facility_id, name) in enumerate(
        names[["facility_id", "facility_name"]].itertuples(index=False)
    ):
        for threshold, shape in zip(access.thresholds, each[facility], strict=True):
            head = ("facility", facility_id, name)
            rows.append(_row(head, threshold, shape, float(leg_s[facility]), grid))
            shapes.append(shape)
    for threshold, shape in zip(access.thresholds, joint, strict=True):
        rows.append(_row(("all", None, None), threshold, shape, None, grid))
        shapes.append(shape)
    frame = pd.DataFrame(rows, columns=COLUMNS)
    for column in ("threshold_s", "threshold_m", "access_s"):
        frame[column] = frame[column].astype(float)
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=network.crs)


def _row(
    head: tuple[str, str | None, str | None],
    threshold: Threshold,
    shape: shapely.MultiPolygon,
    access_s: float | None,
    grid: CellGrid,
) -> tuple[object, ...]:
    in_seconds = threshold.kind == "minutes"
    return (
        *head,
        threshold.label,
        threshold.limit if in_seconds else None,
        None if in_seconds else threshold.limit,
        shape.area,
        access_s,
        METHOD,
        grid.size_m,
    )
