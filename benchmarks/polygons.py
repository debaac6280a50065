"""Isochrone polygons of three bands, per facility, the search included."""

import math
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

import graphs
import osmnx_example
from facility_coverage.crs import WGS84, project
from facility_coverage.network.cell_grid import CellGrid
from facility_coverage.network.nearest import StreetIndex
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.buffered_streets import buffered_streets
from facility_coverage.travel.circles import reach_box
from facility_coverage.travel.impedance import Impedance, impedance_for
from facility_coverage.travel.isochrones import Canvas
from facility_coverage.travel.times import each_alone
from places import on_nodes, porto, random_nodes
from rows import OURS, Asked, Row, figure_row, say, time_rows
from timing import Timing, Turn, clock, take_turns
from truth import Drawn, Truth
from valhalla_service import Valhalla, running_valhalla

MINUTES = (5.0, 10.0, 15.0)
LIMITS_S = tuple(60.0 * minutes for minutes in MINUTES)
FACILITIES = 300
FEW = 10
"""Facilities of which the slow ones draw."""
CELL_SIZE_M = 20.0
OFF_STREET_LIMIT_M = 250.0
EDGE_BUFFER_M = 25.0

MOST_MISSED_PERCENT = 0.05
"""A recall of 1.000."""

VALHALLA = "Valhalla 3.9, default"
EXAMPLE = "OSMnx example: node and edge buffers"
STREETS = f'{OURS}, method "streets"'
CONVEX = "OSMnx example: convex hull"
CONCAVE = "concave hull of nodes"
ASKED = {VALHALLA: Asked(least_ratio=1), EXAMPLE: Asked(least_ratio=100)}


def canvas(network: StreetNetwork, node: NDArray[np.int64]) -> Canvas:
    """Return the grid over everything that facilities reach, ready for drawing."""
    thresholds = tuple(Threshold("minutes", minutes) for minutes in MINUTES)
    box = reach_box(network, network.node_xy[node], thresholds, OFF_STREET_LIMIT_M)
    grid = CellGrid.over(
        StreetIndex.of(network), box, size_m=CELL_SIZE_M, off_street_limit_m=OFF_STREET_LIMIT_M
    )
    return Canvas.of(network, grid)


def by_ours(ready: Canvas, impedance: Impedance, node: NDArray[np.int64]) -> Drawn:
    """Draw as the program does by default, method "exact"."""
    origins = each_alone(on_nodes(ready.network, node))
    drawn: Drawn = ready.polygons(origins, impedance, LIMITS_S).tolist()
    return drawn


def by_streets(network: StreetNetwork, impedance: Impedance, node: NDArray[np.int64]) -> Drawn:
    """Draw as the program does with method "streets": margins around cut edges."""
    origins = each_alone(on_nodes(network, node))
    areas = buffered_streets(network, origins, impedance, LIMITS_S, EDGE_BUFFER_M)
    drawn: Drawn = areas.tolist()
    return drawn


def per_facility(draw: Callable[[], Drawn], count: int) -> Callable[[], Turn[Drawn]]:
    """Return drawing for so many facilities as turns; each turn tells the time of one of them."""
    return lambda: _shared(clock(draw), count)


def _shared(turn: Turn[Drawn], count: int) -> Turn[Drawn]:
    return Turn(turn.spent / count, turn.result)


def engines(
    ready: Canvas, node: NDArray[np.int64], valhalla: Valhalla | None
) -> dict[str, Callable[[], Turn[Drawn]]]:
    """Return the drawing of every engine that is there; the slow ones draw a few only."""
    graph, few = osmnx_example.osmnx_graph(ready.network), node[:FEW]
    impedance = impedance_for(ready.network, Threshold("minutes", 1.0))
    there = {OURS: per_facility(partial(by_ours, ready, impedance, node), len(node))}
    if valhalla is not None:
        there[VALHALLA] = lambda: _shared(valhalla.draw(), len(node))
    there[STREETS] = per_facility(partial(by_streets, ready.network, impedance, few), FEW)
    shapes = {
        EXAMPLE: osmnx_example.buffers,
        CONVEX: osmnx_example.convex_hull,
        CONCAVE: osmnx_example.concave_hull,
    }
    for name, shape in shapes.items():
        there[name] = per_facility(partial(osmnx_example.draw, graph, few, LIMITS_S, shape), FEW)
    return there


def measure(network: StreetNetwork) -> list[Row]:
    """Measure three bands of 300 facilities, by the slow engines of ten of them.

    Parameters
    ----------
    network
        The street network.

    Returns
    -------
    list of Row
        Milliseconds per facility with recall and leak, and our grid.
    """
    node = random_nodes(network, FACILITIES, seed=FACILITIES)
    grid = clock(partial(canvas, network, node))
    ready: Canvas = grid.result
    lonlat = project(network.node_xy[node], network.crs, WGS84)
    truth = Truth.of(network, graphs.matrix(network), node, MINUTES)
    with running_valhalla(lonlat, MINUTES) as valhalla:
        turns = take_turns(engines(ready, node, valhalla))
        drawn = {name: timing.result for name, timing in turns.items()}
        if valhalla is not None:
            drawn[VALHALLA] = valhalla.polygons(network.crs, MINUTES)
    work = "polygons, 5/10/15 min, per facility"
    judged = {name: _judged(truth, polygons) for name, polygons in drawn.items()}
    rows = time_rows(work, turns, asked=ASKED, agreement=judged, unit="ms")
    rows += _guarantee_rows(work, truth, drawn[OURS])
    cells = f"{ready.grid.shape[0]:,} × {ready.grid.shape[1]:,} cells of {CELL_SIZE_M:g} m"
    spent = {OURS: Timing(grid.spent, 1, None)}
    return rows + time_rows(
        "cell grid of the whole extract, once", spent, asked={}, agreement={OURS: cells}
    )


def _judged(truth: Truth, drawn: Drawn) -> str:
    """Return recall and leak at the longest and at the shortest band."""
    longest, shortest = truth.judge(drawn, len(MINUTES) - 1), truth.judge(drawn, 0)
    return f"{longest} (5 min: {shortest})"


def _guarantee_rows(work: str, truth: Truth, drawn: Drawn) -> list[Row]:
    """Return how far our polygons keep what they promise, the worst of all bands."""
    diagonal_m = math.sqrt(2.0) * CELL_SIZE_M
    judged = [truth.judge(drawn, band, diagonal_m) for band in range(len(MINUTES))]
    missed = 100 * (1 - min(one.recall for one in judged))
    beyond = 100 * max(one.beyond_bound for one in judged)
    return [
        figure_row(work, f"{OURS}, reached nodes outside", missed, "%", most=MOST_MISSED_PERCENT),
        figure_row(work, f"{OURS}, leak beyond one cell diagonal", beyond, "%", most=0.0),
    ]


if __name__ == "__main__":
    say(measure(porto()))
