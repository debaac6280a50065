"""Isochrones as OSMnx's examples draw them: around the nodes that ``networkx.ego_graph`` reaches.

Written anew after the published example: an ego graph per band on a graph in OSMnx's form (both
directions of every street, with its line), then buffers around nodes and edges and their union, or
a hull of the nodes.
"""

from collections.abc import Callable

import geopandas as gpd
import networkx as nx
import numpy as np
import shapely
from numpy.typing import NDArray

from facility_coverage.network.street_network import StreetNetwork
from truth import Drawn

NODE_BUFFER_M, EDGE_BUFFER_M = 50.0, 25.0
HULL_RATIO = 0.3


def osmnx_graph(network: StreetNetwork) -> nx.MultiDiGraph:
    """Return a network in OSMnx's form, with node indices for ids.

    Parameters
    ----------
    network
        The street network.

    Returns
    -------
    networkx.MultiDiGraph
        Nodes have ``x, y``; arcs ``time`` (seconds) and ``geometry``.
    """
    graph = nx.MultiDiGraph(crs=network.crs)
    for node, (x, y) in enumerate(network.node_xy.tolist()):
        graph.add_node(node, x=x, y=y)
    edge = np.repeat(np.arange(network.n_edges), np.diff(network.vertex_offset))
    lines = shapely.linestrings(network.vertex_xy, indices=edge)
    columns = (
        network.edge_node.tolist(),
        network.edge_cost_s.tolist(),
        lines,
        shapely.reverse(lines),
    )
    for (u, v), (there_s, back_s), line, reverse in zip(*columns, strict=True):
        graph.add_edge(u, v, time=there_s, geometry=line)
        graph.add_edge(v, u, time=back_s, geometry=reverse)
    return graph


def draw(
    graph: nx.MultiDiGraph,
    node: NDArray[np.int64],
    limits_s: tuple[float, ...],
    shape: Callable[[nx.MultiDiGraph], shapely.Geometry],
) -> Drawn:
    """Draw the bands of facilities.

    Parameters
    ----------
    graph
        In OSMnx's form.
    node
        Shape (f,), the facilities' nodes.
    limits_s
        The bands.
    shape
        What to draw of the subgraph that a band reaches.

    Returns
    -------
    list of list of shapely.Geometry
        Per facility, one per band.
    """
    return [
        [
            shape(nx.ego_graph(graph, source, radius=limit_s, distance="time"))
            for limit_s in limits_s
        ]
        for source in node.tolist()
    ]


def buffers(reached: nx.MultiDiGraph) -> shapely.Geometry:
    """Return the union of buffers around all reached nodes and the edges between them."""
    around_nodes = _nodes(reached).buffer(NODE_BUFFER_M)
    lines = [line for _, _, line in reached.edges(data="geometry")]
    around_edges = gpd.GeoSeries(lines).buffer(EDGE_BUFFER_M)
    return gpd.GeoSeries([*around_nodes, *around_edges]).union_all()


def convex_hull(reached: nx.MultiDiGraph) -> shapely.Geometry:
    """Return the convex hull of the reached nodes."""
    return _nodes(reached).union_all().convex_hull


def concave_hull(reached: nx.MultiDiGraph) -> shapely.Geometry:
    """Return the concave hull of the reached nodes."""
    return shapely.concave_hull(_nodes(reached).union_all(), ratio=HULL_RATIO)


def _nodes(reached: nx.MultiDiGraph) -> gpd.GeoSeries:
    places = [(data["x"], data["y"]) for _, data in reached.nodes(data=True)]
    return gpd.GeoSeries(shapely.points(places))
