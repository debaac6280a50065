"""Street networks as graphs of networkx: ours there and back, and those of OSMnx as a source."""

import json
from collections.abc import Iterator
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pydantic import ValidationError

from facility_coverage.errors import InputError, one_line
from facility_coverage.files import atomic_path
from facility_coverage.inputs.osm import require_file
from facility_coverage.network.street_network import FORMAT, StreetNetwork

if TYPE_CHECKING:
    import networkx as nx
    from numpy.typing import NDArray

MARK = "facility_coverage"
"""Graph attribute that tells our graphs from those of OSMnx."""

_MARK_LIES_WITHIN_BYTES = 1 << 16
_BROKEN = (
    KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError, ValidationError,
)  # fmt: skip
"""What a graph that somebody changed by hand makes of its own words."""


def to_graph(network: StreetNetwork) -> "nx.MultiDiGraph":
    """Return a network as a graph that OSMnx and networkx users know.

    Parameters
    ----------
    network
        The network.

    Returns
    -------
    networkx.MultiDiGraph
        Nodes are OSM ids with ``x, y`` and ``delay`` (seconds). Arcs carry ``length`` (metres),
        ``travel_time`` (seconds, delays not counted), ``return_time`` (the other way; inf where
        that is forbidden), ``osmid``, ``highway`` and ``name`` (of the first way), ``geometry``,
        ``reversed`` and ``ways`` (the OSM way at each vertex as drawn), keyed by the edge's index.
        A direction that the profile forbids has no arc; an edge that ends where it starts has one.
    """
    about = network.about() | {"way_id": network.way_id.tolist()}
    text = json.dumps(about, ensure_ascii=False, sort_keys=True)
    import networkx as nx  # noqa: PLC0415  (a fifth of a second, and only graphs need it)

    graph = nx.MultiDiGraph(crs=network.crs, **{MARK: text})
    for node, (x, y), delay_s in zip(
        network.node_id.tolist(),
        network.node_xy.tolist(),
        network.node_delay_s.tolist(),
        strict=True,
    ):
        graph.add_node(node, x=x, y=y, delay=delay_s)
    for key, (tail, head), values in _arcs(network):
        if isfinite(values["travel_time"]) and not graph.has_edge(tail, head, key):
            graph.add_edge(tail, head, key=key, **values)
    return graph


def _arcs(network: StreetNetwork) -> Iterator[tuple[int, tuple[int, int], dict[str, Any]]]:
    """Yield both directions of every edge, the one that was drawn first."""
    bounds = network.vertex_offset.tolist()
    owner = np.repeat(np.arange(network.n_edges), np.diff(network.vertex_offset))
    lines = shapely.linestrings(network.vertex_xy, indices=owner)
    way_at = network.vertex_way.tolist()
    ways = network.way_id.tolist()
    length_m, ends = network.edge_length_m.tolist(), network.node_id[network.edge_node].tolist()
    for edge, ((u, v), (there_s, back_s)) in enumerate(
        zip(ends, network.edge_cost_s.tolist(), strict=True)
    ):
        along = way_at[bounds[edge] : bounds[edge + 1]]
        values = {
            "length": length_m[edge],
            "osmid": ways[along[0]],
            "highway": network.way_class[along[0]],
            "name": network.way_name[along[0]],
            "ways": [ways[way] for way in along],
        }
        drawn = {"geometry": lines[edge], "reversed": False}
        turned = {"geometry": shapely.reverse(lines[edge]), "reversed": True}
        yield edge, (u, v), {"travel_time": there_s, "return_time": back_s, **values, **drawn}
        yield edge, (v, u), {"travel_time": back_s, "return_time": there_s, **values, **turned}


def write_graphml(network: StreetNetwork, path: Path) -> None:
    """Write a network as GraphML that OSMnx loads, whole or not at all.

    Parameters
    ----------
    network
        The network.
    path
        Where to.

    Raises
    ------
    SourceError
        The disk refused.
    """
    import osmnx  # noqa: PLC0415  (a second of import that only this exchange needs)

    with atomic_path(path) as temporary:
        osmnx.save_graphml(to_graph(network), temporary)


def of_graph(graph: "nx.MultiDiGraph", source: str = "graph") -> StreetNetwork:
    """Return the network that a graph of ours was made of.

    Parameters
    ----------
    graph
        What ``to_graph`` returned, also read back from GraphML. Edges and nodes without an edge
        may have been taken out of it.
    source
        Where it is from, for the message.

    Returns
    -------
    StreetNetwork
        Equal to the one that it was made of.

    Raises
    ------
    InputError
        It is none, or it was changed in a way that does not fit together.
    """
    try:
        about = json.loads(graph.graph[MARK])
        network = StreetNetwork.of_parts(about, _arrays(graph, about))
        sound = about["format"] == FORMAT and network.is_sound()
    except _BROKEN as error:
        msg = "{source}: no graph of this program, or changed by hand; make it again"
        raise InputError(msg, source=source) from error
    if not sound:
        msg = "{source}: does not fit together, or is of another version; make it again"
        raise InputError(msg, source=source)
    return network


def _arrays(graph: "nx.MultiDiGraph", about: dict[str, Any]) -> dict[str, "NDArray[Any]"]:
    """Return the arrays of a network; each edge is told by one of its arcs, drawn ones first."""
    arcs: dict[int, tuple[Any, Any, dict[str, Any]]] = {}
    for u, v, key, values in graph.edges(keys=True, data=True):
        if int(key) not in arcs or not values["reversed"]:
            ends = (v, u) if values["reversed"] else (u, v)
            arcs[int(key)] = (*ends, values)
    edges = [arcs[key] for key in sorted(arcs)]
    row = {node: at for at, node in enumerate(graph.nodes)}
    way_row = {way: at for at, way in enumerate(about["way_id"])}
    shapes = [
        shapely.get_coordinates(values["geometry"])[:: -1 if values["reversed"] else 1]
        for _, _, values in edges
    ]
    costs = [
        (float(values["travel_time"]), float(values["return_time"]))[
            :: -1 if values["reversed"] else 1
        ]
        for _, _, values in edges
    ]
    place = list(graph.nodes(data=True))
    return {
        "node_id": np.array([node for node, _ in place], dtype=np.int64),
        "node_xy": np.array([(at["x"], at["y"]) for _, at in place], dtype=np.float64),
        "node_delay_s": np.array([float(at["delay"]) for _, at in place]),
        "edge_node": np.array([(row[u], row[v]) for u, v, _ in edges], dtype=np.int32),
        "edge_length_m": np.array([float(values["length"]) for _, _, values in edges]),
        "edge_cost_s": np.array(costs),
        "vertex_offset": np.cumsum([0, *(len(shape) for shape in shapes)], dtype=np.int64),
        "vertex_xy": np.concatenate(shapes),
        "vertex_way": np.array(
            [way_row[way] for _, _, values in edges for way in values["ways"]], dtype=np.int32
        ),
        "way_id": np.array(about["way_id"], dtype=np.int64),
    }


def is_ours(path: Path) -> bool:
    """Tell whether a GraphML file holds a graph that was made of a network of ours.

    Parameters
    ----------
    path
        The file; where there is none the answer is no.

    Returns
    -------
    bool
        True where it declares our graph attribute.
    """
    if path.suffix != ".graphml" or not path.is_file():
        return False
    with path.open("rb") as stream:
        return f'attr.name="{MARK}"'.encode() in stream.read(_MARK_LIES_WITHIN_BYTES)


def read_graphml(path: Path) -> "nx.MultiDiGraph":
    """Read a graph that OSMnx saved.

    Parameters
    ----------
    path
        A ``.graphml`` file.

    Returns
    -------
    networkx.MultiDiGraph
        With typed attributes.

    Raises
    ------
    NotFoundError
        There is no such file.
    InputError
        It is no GraphML of OSMnx.
    """
    import osmnx  # noqa: PLC0415  (a second of import that only this source needs)

    require_file(path)
    try:
        return osmnx.load_graphml(path)
    except Exception as error:  # of XML, networkx, GEOS, or OSMnx that misses its own words
        reason = one_line(error)
        msg = "{path}: no graph that OSMnx saved ({reason}); save it with save_graphml"
        raise InputError(msg, path=path, reason=reason) from error
