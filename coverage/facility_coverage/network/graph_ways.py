"""Ways of a graph of OSMnx: each arc is one, so that a network is built as from an OSM file."""

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from facility_coverage.crs import WGS84, known_crs, project
from facility_coverage.errors import CrsError, GeometryError, InputError
from facility_coverage.inputs.ways import Speeds, WayTable
from facility_coverage.network.profiles import CLOSED, Profile
from facility_coverage.words import Remark

if TYPE_CHECKING:
    import networkx as nx
    from numpy.typing import NDArray

_ASKED = (
    "highway", "access", "area", "foot", "bicycle", "vehicle", "motor_vehicle", "motorcar",
    "motorroad", "service", "wheelchair", "maxspeed", "maxspeed:forward", "maxspeed:backward",
)  # fmt: skip
"""Tags that say whether and how fast; what tells directions stands in the arcs themselves."""

Line = tuple[tuple[float, float], ...]


class _Arc(NamedTuple):
    """An arc as a way; sorted by these, it stands where its way would."""

    way_id: int
    turned: bool
    u: int
    v: int
    between: Line
    street_class: str
    name: str
    speeds: Speeds
    off_ground: bool


def ways_of_graph(graph: "nx.MultiDiGraph", profile: Profile, source: str) -> WayTable:
    """Return the arcs of a graph as ways.

    Parameters
    ----------
    graph
        A graph of OSMnx, simplified or not. Its arcs say in which directions vehicles may go;
        people on foot may go both ways.
    profile
        Who moves.
    source
        Where it is from, for messages.

    Returns
    -------
    WayTable
        Those that may be used, sorted by way id, whatever the order of the graph.

    Raises
    ------
    CrsError
        The graph says no CRS.
    InputError, GeometryError
        It is no graph of OSMnx, some of it is not on Earth, or one of its edges joins ways whose
        speeds differ.
    """
    crs = graph.graph.get("crs")
    if crs is None:
        msg = "{source}: says no CRS; make it with OSMnx, or set graph.graph['crs']"
        raise CrsError(msg, source=source)
    try:
        arcs = sorted(_arcs(graph, profile, source))
        place = {node: (float(at["x"]), float(at["y"])) for node, at in graph.nodes(data=True)}
    except (KeyError, TypeError, AttributeError) as error:
        msg = "{source}: no graph of OSMnx: an edge or node lacks {error}; make it with OSMnx"
        raise InputError(msg, source=source, error=error) from error
    if not arcs:
        msg = "{source}: holds no street that {profile} may use"
        raise InputError(msg, source=source, profile=profile.name)
    ids, xy, offset = _drawn(arcs, place)
    lonlat = project(xy, known_crs(str(crs), source), WGS84)
    if not np.all(np.abs(lonlat) <= (180.0, 90.0)):
        msg = "{source}: some coordinates are not on Earth in {crs}; make it with OSMnx"
        raise GeometryError(msg, source=source, crs=crs)
    return WayTable(
        way_id=np.array([arc.way_id for arc in arcs], dtype=np.int64),
        street_class=tuple(arc.street_class for arc in arcs),
        name=tuple(arc.name for arc in arcs),
        speed_kph=np.array([arc.speeds for arc in arcs], dtype=np.float64),
        off_ground=np.array([arc.off_ground for arc in arcs]),
        node_offset=offset,
        node_id=ids,
        node_lonlat=lonlat,
        node_class={node: at["highway"] for node, at in graph.nodes(data=True) if "highway" in at},
        torn_ways=0,
    )


def _arcs(graph: "nx.MultiDiGraph", profile: Profile, source: str) -> Iterator[_Arc]:
    """Yield the arcs that may be used."""
    for u, v, values in graph.edges(data=True):
        speeds = CLOSED
        if "highway" in values:
            where = Remark("{source}: edge {start}-{end}", source=source, start=u, end=v)
            speeds = _speeds(values, profile, where)
        if not any(speeds):
            continue
        line = values.get("geometry")
        inner = () if line is None else tuple(map(tuple, shapely.get_coordinates(line)[1:-1]))
        yield _Arc(
            min(_listed(values["osmid"])),
            bool(values.get("reversed")),
            int(u),
            int(v),
            inner,
            str(_listed(values["highway"])[0]),
            str(_listed(values.get("name", ""))[0]),
            speeds,
            any(
                word != "no"
                for key in ("bridge", "tunnel")
                for word in _listed(values.get(key, "no"))
            ),
        )


def _speeds(values: dict[str, Any], profile: Profile, where: Remark) -> Speeds:
    """Return the speeds of an arc; one that joins ways of different speeds is refused."""
    said: list[list[tuple[str, str] | None]] = [
        [(key, str(word)) for word in _listed(values[key])] for key in _ASKED if key in values
    ]
    if len(_listed(values["osmid"])) > 1:  # a tag may be that of one of the ways alone
        said = [said[0], *([*words, None] for words in said[1:])]
    found = {profile.speeds_kph(dict(filter(None, words))) for words in product(*said)}
    if len(found) > 1:
        msg = (
            "{where}: joins ways on which {profile} is not equally fast; make the graph with "
            "simplify=False"
        )
        raise InputError(msg, where=where, profile=profile.name)
    along, against = found.pop()
    if profile.mode == "foot":
        return along, against
    return (along, 0.0) if along else CLOSED


def _listed(value: Any) -> list[Any]:  # noqa: ANN401  (an attribute of OSMnx)
    return value if isinstance(value, list) else [value]


def _drawn(
    arcs: list[_Arc], place: dict[int, tuple[float, float]]
) -> tuple["NDArray[np.int64]", "NDArray[np.float64]", "NDArray[np.int64]"]:
    """Return ids and places of the nodes along each arc.

    A vertex between two nodes has lost its id: it gets a negative one, the same on both arcs of
    a street, so that streets that only cross on the map do not meet.
    """
    ids: list[int] = []
    xy: list[tuple[float, float]] = []
    offset = [0]
    named: dict[tuple[int, int, Line], list[int]] = {}
    used = 0
    for arc in arcs:
        forward = (arc.u, arc.v, arc.between)
        back = (arc.v, arc.u, arc.between[::-1])
        if forward not in named:
            fresh = list(range(-used - 1, -used - 1 - len(arc.between), -1))
            used += len(fresh)
            named[forward] = fresh
            named[back] = fresh if back == forward else fresh[::-1]
        ids += [arc.u, *named[forward], arc.v]
        xy += [place[arc.u], *arc.between, place[arc.v]]
        offset.append(len(ids))
    return np.array(ids, dtype=np.int64), np.array(xy), np.array(offset, dtype=np.int64)
