"""Isochrones of places on a network, drawn as a study draws them."""

from dataclasses import replace
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from facility_coverage.network.cell_grid import CellGrid
from facility_coverage.network.nearest import StreetIndex
from facility_coverage.network.snapping import Snaps, snap
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.access import Access
from facility_coverage.travel.circles import Drawing, isochrone_layer, reach_box
from facility_coverage.travel.impedance import impedance_for
from facility_coverage.travel.isochrones import Canvas
from facility_coverage.travel.times import Origins, each_alone, reach


def places_on(network: StreetNetwork, xy: NDArray[np.float64], limit_m: float) -> Snaps:
    """Tie places to the nearest street."""
    return snap(StreetIndex.of(network), xy, off_street_limit_m=limit_m)


def grid_over(
    network: StreetNetwork,
    xy: NDArray[np.float64],
    thresholds: tuple[Threshold, ...],
    *,
    cell_m: float,
    limit_m: float,
) -> CellGrid:
    """Lay the grid over everything that places could reach."""
    box = reach_box(network, xy, thresholds, limit_m)
    return CellGrid.over(StreetIndex.of(network), box, size_m=cell_m, off_street_limit_m=limit_m)


def circle_layer(
    network: StreetNetwork,
    xy: NDArray[np.float64],
    thresholds: tuple[Threshold, ...],
    *,
    cell_m: float,
    limit_m: float,
    method: Literal["exact", "streets"] = "exact",
) -> gpd.GeoDataFrame:
    """Return the layer of one kind of threshold; the places are called f0, f1 and so on."""
    places = places_on(network, xy, limit_m)
    impedance = impedance_for(network, thresholds[0])
    origins = each_alone(places)
    found = reach(network, origins, impedance, thresholds[-1].limit)
    nothing = np.empty(0)
    access = Access(thresholds, impedance, origins, found, None, nothing)
    ids = [f"f{row}" for row in range(len(xy))]
    names = pd.DataFrame({"facility_id": ids, "facility_name": [f"名{name}" for name in ids]})
    grid = grid_over(network, xy, thresholds, cell_m=cell_m, limit_m=limit_m)
    return isochrone_layer(network, [access], names, grid, Drawing(method, cell_m, 25.0))


def areas(
    network: StreetNetwork,
    origins: Origins,
    minutes: tuple[float, ...],
    *,
    cell_m: float,
    limit_m: float,
) -> NDArray[np.object_]:
    """Return the areas that groups of places reach, shape (groups, limits)."""
    thresholds = tuple(Threshold("minutes", value) for value in minutes)
    grid = grid_over(network, origins.snaps.xy, thresholds, cell_m=cell_m, limit_m=limit_m)
    impedance = impedance_for(network, thresholds[0])
    limits = tuple(threshold.limit for threshold in thresholds)
    return Canvas.of(network, grid).polygons(origins, impedance, limits)


def with_signs(
    network: StreetNetwork, seed: int, direction: Literal["to", "from"] = "to"
) -> StreetNetwork:
    """Return the network with one-way streets, slower directions and delays at some nodes."""
    rng = np.random.default_rng(seed)
    cost_s = network.edge_cost_s * rng.choice([1.0, 1.0, 2.0, 0.25, np.inf], (network.n_edges, 2))
    shut = ~np.isfinite(cost_s).any(axis=1)
    cost_s[shut] = network.edge_cost_s[shut]
    delay_s = rng.choice([0.0, 0.0, 0.0, 15.0, 40.0], network.n_nodes)
    profile = network.profile.model_copy(update={"direction": direction})
    return replace(network, profile=profile, edge_cost_s=cost_s, node_delay_s=delay_s)


def wkb(shapes: NDArray[np.object_]) -> list[bytes]:
    """Return shapes as bytes, to be compared to the last digit."""
    return list(shapely.to_wkb(shapes.ravel()))
