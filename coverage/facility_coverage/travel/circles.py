"""The isochrone layer: a polygon per facility and threshold, and their union per threshold."""

from dataclasses import dataclass
from typing import Literal, Self

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from facility_coverage.network.cell_grid import CellGrid
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.study_file import CoverageSection
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.access import Access
from facility_coverage.travel.buffered_streets import buffered_streets
from facility_coverage.travel.isochrones import Canvas
from facility_coverage.travel.times import all_together

COLUMNS = [
    "scope", "facility_id", "facility_name", "threshold", "threshold_s", "threshold_m",
    "area_m2", "access_s", "method", "cell_size_m", "street_buffer_m",
]  # fmt: skip

Box = tuple[float, float, float, float]
"""West, south, east, north in metres."""


@dataclass(frozen=True)
class Drawing:
    """How circles are drawn.

    Attributes
    ----------
    method
        ``exact`` (definition D1: the area itself, on a grid of cells) or ``streets`` (reached
        streets with a margin, for people who want that look).
    cell_size_m
        Cell of the grid of ``exact``.
    street_buffer_m
        Margin on both sides of the streets of ``streets``.
    """

    method: Literal["exact", "streets"]
    cell_size_m: float
    street_buffer_m: float

    @classmethod
    def of(cls, section: CoverageSection) -> Self:
        """Take the drawing from a study file.

        Parameters
        ----------
        section
            Its ``[coverage]``.

        Returns
        -------
        Drawing
            How its circles are drawn.
        """
        return cls(section.method, section.cell_size_m, section.street_buffer_m)


def around(*boxes: Box) -> Box:
    """Return the box around boxes.

    Parameters
    ----------
    *boxes
        Some boxes.

    Returns
    -------
    tuple of float
        The smallest box that holds them all.
    """
    low = np.min([box[:2] for box in boxes], axis=0)
    high = np.max([box[2:] for box in boxes], axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def reach_box(
    network: StreetNetwork,
    facility_xy: NDArray[np.float64],
    thresholds: tuple[Threshold, ...],
    off_street_limit_m: float,
) -> Box:
    """Return a box around everything that facilities could reach.

    Parameters
    ----------
    network
        The street network.
    facility_xy
        Shape (f, 2), facilities that have a street, metres.
    thresholds
        The tests.
    off_street_limit_m
        Longest off-street leg.

    Returns
    -------
    tuple of float
        The box, no larger than the network with its off-street legs.
    """
    furthest_m = furthest(network, thresholds, off_street_limit_m)
    vertex_xy = network.vertex_xy
    low = np.maximum(
        facility_xy.min(axis=0) - furthest_m, vertex_xy.min(axis=0) - off_street_limit_m
    )
    high = np.minimum(
        facility_xy.max(axis=0) + furthest_m, vertex_xy.max(axis=0) + off_street_limit_m
    )
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def furthest(
    network: StreetNetwork, thresholds: tuple[Threshold, ...], off_street_limit_m: float
) -> float:
    """Return how far nobody gets within any threshold, as the crow flies.

    Parameters
    ----------
    network
        The street network.
    thresholds
        The tests.
    off_street_limit_m
        Longest off-street leg.

    Returns
    -------
    float
        Metres, along the fastest street all the way.
    """
    quickest_s = network.edge_cost_s.min(axis=1)
    moving = quickest_s > 0.0
    speed_m_per_s = max(
        float((network.edge_length_m[moving] / quickest_s[moving]).max(initial=0.0)),
        network.profile.off_street_speed_m_per_s,
    )
    return off_street_limit_m + max(
        t.limit * speed_m_per_s if t.kind == "minutes" else t.limit for t in thresholds
    )


def isochrone_layer(
    network: StreetNetwork,
    accesses: list[Access],
    names: pd.DataFrame,
    grid: CellGrid,
    drawing: Drawing,
) -> gpd.GeoDataFrame:
    """Return the isochrones of every kind of threshold.

    Parameters
    ----------
    network
        The street network.
    accesses
        One per kind of threshold, of the same facilities.
    names
        ``facility_id, facility_name`` of the facilities, in their order.
    grid
        Cells over everything within reach.
    drawing
        How they are drawn.

    Returns
    -------
    geopandas.GeoDataFrame
        See ``StudyResult.isochrones``: for each kind facilities first, then the unions.
    """
    canvas = Canvas.of(network, grid) if drawing.method == "exact" else None
    layers = []
    for access in accesses:
        together = all_together(access.origins.snaps)
        limits = tuple(threshold.limit for threshold in access.thresholds)
        each, joint = (
            buffered_streets(network, origins, access.impedance, limits, drawing.street_buffer_m)
            if canvas is None
            else canvas.polygons(origins, access.impedance, limits)
            for origins in (access.origins, together)
        )
        layers.append(_table(network, access, names, np.concatenate([each, joint]), drawing))
    return gpd.GeoDataFrame(
        pd.concat(layers, ignore_index=True), geometry="geometry", crs=network.crs
    )


def _table(
    network: StreetNetwork,
    access: Access,
    names: pd.DataFrame,
    shapes: NDArray[np.object_],
    drawing: Drawing,
) -> gpd.GeoDataFrame:
    """Return the rows of one kind of threshold; the last row of shapes is that of the unions."""
    n_facilities, n_limits = len(names), len(access.thresholds)
    ids = [*names["facility_id"], None]
    titles = [*names["facility_name"], None]
    limits = [threshold.limit for threshold in access.thresholds] * (n_facilities + 1)
    in_seconds = access.thresholds[0].kind == "minutes"
    leg_s = access.origins.snaps.off_street_m / network.profile.off_street_speed_m_per_s
    is_exact = drawing.method == "exact"
    frame = pd.DataFrame(
        {
            "scope": np.repeat(["facility", "all"], [n_facilities * n_limits, n_limits]),
            "facility_id": np.repeat(np.array(ids, dtype=object), n_limits),
            "facility_name": np.repeat(np.array(titles, dtype=object), n_limits),
            "threshold": [t.label for t in access.thresholds] * (n_facilities + 1),
            "threshold_s": limits if in_seconds else np.nan,
            "threshold_m": np.nan if in_seconds else limits,
            "area_m2": shapely.area(shapes.ravel()),
            "access_s": np.repeat(np.append(leg_s, np.nan), n_limits),
            "method": drawing.method,
            "cell_size_m": drawing.cell_size_m if is_exact else np.nan,
            "street_buffer_m": np.nan if is_exact else drawing.street_buffer_m,
        }
    ).astype({"scope": object})
    return gpd.GeoDataFrame(frame, geometry=shapes.ravel(), crs=network.crs)
