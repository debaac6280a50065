"""The street network: nodes, undirected edges with their true polylines, and directed arcs."""

import io
import json
import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from facility_coverage.errors import InputError, NotFoundError
from facility_coverage.files import atomic_path
from facility_coverage.network.profiles import Profile
from facility_coverage.units import METRES_PER_KILOMETRE

if TYPE_CHECKING:
    import networkx as nx

FORMAT = 1
"""Raised whenever the saved form changes; a file of another format is built again."""

_ARRAYS = (
    "node_id", "node_xy", "edge_node", "edge_length_m",
    "vertex_offset", "vertex_xy", "vertex_way", "way_id",
)  # fmt: skip
_EPOCH = (1980, 1, 1, 0, 0, 0)

_UNREADABLE = (
    KeyError, TypeError, ValueError, OSError, EOFError, RuntimeError, zipfile.BadZipFile,
)  # fmt: skip
"""What reading any other file as a saved network raises; RuntimeError is zipfile's of a password
or a method that it does not know."""


@dataclass(frozen=True, eq=False)
class StreetNetwork:
    """A contracted street network; arrays are read-only by convention.

    n nodes, e edges, k vertices of polylines, w OSM ways. Lengths are planar in ``crs``.

    Attributes
    ----------
    crs
        Metric CRS of every coordinate.
    profile
        Who moves on it.
    node_id
        Shape (n,), OSM node ids, rising.
    node_xy
        Shape (n, 2), metres.
    edge_node
        Shape (e, 2), node indices: an edge runs from ``edge_node[:, 0]`` to ``edge_node[:, 1]``.
    edge_length_m
        Shape (e,).
    vertex_offset
        Shape (e + 1,): edge i owns the vertices ``vertex_offset[i]:vertex_offset[i + 1]``.
    vertex_xy
        Shape (k, 2), metres.
    vertex_way
        Shape (k,), index of the OSM way of the segment that starts at the vertex; at the last
        vertex of an edge that of the segment that ends there.
    way_id
        Shape (w,), OSM way ids.
    way_class, way_name
        Length w: the tags ``highway`` and ``name``.
    source
        Figures of the source: ``torn_ways``, ``raw_nodes``, ``raw_segments``.
    """

    crs: str
    profile: Profile
    node_id: NDArray[np.int64]
    node_xy: NDArray[np.float64]
    edge_node: NDArray[np.int32]
    edge_length_m: NDArray[np.float64]
    vertex_offset: NDArray[np.int64]
    vertex_xy: NDArray[np.float64]
    vertex_way: NDArray[np.int32]
    way_id: NDArray[np.int64]
    way_class: tuple[str, ...]
    way_name: tuple[str, ...]
    source: dict[str, int]

    @property
    def n_nodes(self) -> int:
        """Return the number of nodes."""
        return len(self.node_id)

    @property
    def n_edges(self) -> int:
        """Return the number of edges, each street once."""
        return len(self.edge_length_m)

    @cached_property
    def vertex_position_m(self) -> NDArray[np.float64]:
        """Return the distance of each vertex from the start of its edge, shape (k,), metres."""
        step = np.zeros(len(self.vertex_xy))
        step[1:] = np.hypot(*np.diff(self.vertex_xy, axis=0).T)
        step[self.vertex_offset[:-1]] = 0.0
        total = np.cumsum(step)
        start = np.repeat(total[self.vertex_offset[:-1]], np.diff(self.vertex_offset))
        position: NDArray[np.float64] = total - start
        position[self.vertex_offset[1:] - 1] = self.edge_length_m
        return position

    @cached_property
    def edge_base_m(self) -> NDArray[np.float64]:
        """Return where each edge starts when all are laid out on one line, a metre apart."""
        base = np.zeros(self.n_edges)
        np.cumsum(self.edge_length_m[:-1] + 1.0, out=base[1:])
        return base

    @cached_property
    def arcs(self) -> "Arcs":
        """Return both directions of every edge, ordered by the node that they leave."""
        tail = np.concatenate([self.edge_node[:, 0], self.edge_node[:, 1]])
        head = np.concatenate([self.edge_node[:, 1], self.edge_node[:, 0]])
        edge = np.tile(np.arange(self.n_edges, dtype=np.int32), 2)
        order = np.argsort(tail, kind="stable")
        count = np.bincount(tail, minlength=self.n_nodes)
        return Arcs(
            indptr=np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
            head=head[order],
            edge=edge[order],
            along=order < self.n_edges,
        )

    @cached_property
    def component(self) -> NDArray[np.int32]:
        """Return the component of each node, shape (n,): 0 is the one with the most metres."""
        ones = np.ones(self.n_edges, dtype=np.int64)
        graph = csr_array(
            (ones, (self.edge_node[:, 0], self.edge_node[:, 1])),
            shape=(self.n_nodes, self.n_nodes),
        )
        count, label = connected_components(graph, directed=False)
        length_m = np.bincount(
            label[self.edge_node[:, 0]], weights=self.edge_length_m, minlength=count
        )
        rank = np.empty(count, dtype=np.int32)
        rank[np.lexsort((np.arange(count), -length_m))] = np.arange(count, dtype=np.int32)
        by_node: NDArray[np.int32] = rank[label]
        return by_node

    def summary(self) -> dict[str, Any]:
        """Return the figures that tell a network's size and its islands, by name.

        Returns
        -------
        dict
            ``nodes, edges, length_km, components, island_length_share`` (share of the length
            outside the largest component), ``crs``, ``profile`` and the figures of the source.
        """
        of_edge = self.component[self.edge_node[:, 0]]
        total_m = float(self.edge_length_m.sum())
        island_m = float(self.edge_length_m[of_edge > 0].sum())
        return {
            "nodes": self.n_nodes,
            "edges": self.n_edges,
            "length_km": round(total_m / METRES_PER_KILOMETRE, 3),
            "components": int(self.component.max()) + 1,
            "island_length_share": round(island_m / total_m, 6),
            "crs": self.crs,
            "profile": self.profile.name,
            "speed_kph": self.profile.speed_kph,
            **dict(sorted(self.source.items())),  # a saved network has them in this order
        }

    def to_networkx(self) -> "nx.MultiDiGraph":
        """Return the network as a graph that OSMnx and networkx users know.

        Returns
        -------
        networkx.MultiDiGraph
            Nodes are OSM ids with ``x, y``; arcs carry ``length`` (metres), ``travel_time``
            (seconds) and ``osmid`` (the first way), keyed by the edge's index.
        """
        import networkx as nx  # noqa: PLC0415  (a second of import that only this exchange needs)

        graph = nx.MultiDiGraph(crs=self.crs)
        for node, (x, y) in zip(self.node_id.tolist(), self.node_xy.tolist(), strict=True):
            graph.add_node(node, x=x, y=y)
        way = self.way_id[self.vertex_way[self.vertex_offset[:-1]]].tolist()
        for edge, ((u, v), length) in enumerate(
            zip(self.node_id[self.edge_node].tolist(), self.edge_length_m.tolist(), strict=True)
        ):
            seconds = length / self.profile.speed_m_per_s
            values = {"length": length, "travel_time": seconds, "osmid": way[edge]}
            graph.add_edge(u, v, key=edge, **values)
            graph.add_edge(v, u, key=edge, **values)
        return graph

    def save(self, path: Path) -> None:
        """Write the network as an ``.npz`` without pickle, whole or not at all.

        Parameters
        ----------
        path
            Where to. Equal networks give equal bytes.

        Raises
        ------
        SourceError
            The disk refused.
        """
        heading = {
            "format": FORMAT,
            "crs": self.crs,
            "profile": {"name": self.profile.name, "speed_kph": self.profile.speed_kph},
            "way_class": self.way_class,
            "way_name": self.way_name,
            "source": self.source,
        }
        text = json.dumps(heading, ensure_ascii=False, sort_keys=True).encode()
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        arrays["heading"] = np.frombuffer(text, dtype=np.uint8)
        with atomic_path(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
            for name, array in arrays.items():
                buffer = io.BytesIO()
                np.lib.format.write_array(buffer, np.ascontiguousarray(array), allow_pickle=False)
                archive.writestr(zipfile.ZipInfo(f"{name}.npy", _EPOCH), buffer.getbuffer())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a saved network.

        Parameters
        ----------
        path
            A file that ``save`` wrote.

        Returns
        -------
        StreetNetwork
            The network.

        Raises
        ------
        NotFoundError
            There is no such file.
        InputError
            It is no saved network, or one of another format.
        """
        try:
            with zipfile.ZipFile(path) as archive:
                heading = _heading(archive, path)
                network = cls(
                    crs=heading["crs"],
                    profile=Profile(**heading["profile"]),
                    way_class=tuple(heading["way_class"]),
                    way_name=tuple(heading["way_name"]),
                    source=heading["source"],
                    **{name: _array(archive, name) for name in _ARRAYS},
                )
        except FileNotFoundError as error:
            msg = f"{path}: there is no such file"
            raise NotFoundError(msg) from error
        except InputError:
            raise
        except _UNREADABLE as error:
            msg = f"{path}: not a saved network; build it again with 'network build'"
            raise InputError(msg) from error
        if not network._is_sound():
            msg = f"{path}: its arrays do not fit together; build it again with 'network build'"
            raise InputError(msg)
        return network

    def _is_sound(self) -> bool:
        """Tell whether every index points into its array, as the compiled searches trust."""
        n, e, k, w = self.n_nodes, self.n_edges, len(self.vertex_xy), len(self.way_id)
        offset = self.vertex_offset
        shapes = (
            self.node_xy.shape == (n, 2)
            and self.edge_node.shape == (e, 2)
            and offset.shape == (e + 1,)
            and self.vertex_xy.shape == (k, 2)
            and self.vertex_way.shape == (k,)
            and len(self.way_class) == len(self.way_name) == w
        )
        return bool(
            shapes
            and e > 0
            and offset[0] == 0
            and offset[-1] == k
            and (np.diff(offset) > 1).all()
            and ((self.edge_node >= 0) & (self.edge_node < n)).all()
            and ((self.vertex_way >= 0) & (self.vertex_way < w)).all()
        )


def _heading(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    """Read what a saved network says of itself; another format is refused."""
    heading: dict[str, Any] = json.loads(_array(archive, "heading").tobytes())
    if heading["format"] != FORMAT:
        msg = f"{path}: of another format of this program; build it from the OSM file"
        raise InputError(msg)
    return heading


def _array(archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    """Read one array of a saved network; a pickled one is refused."""
    with archive.open(f"{name}.npy") as stream:
        array: NDArray[Any] = np.lib.format.read_array(stream, allow_pickle=False)
    return array


@dataclass(frozen=True, eq=False)
class Arcs:
    """Directed arcs in CSR form: node i is left by ``indptr[i]:indptr[i + 1]``.

    Attributes
    ----------
    indptr
        Shape (n + 1,).
    head
        Shape (m,), node that the arc enters.
    edge
        Shape (m,), its undirected edge.
    along
        Shape (m,), True where the arc runs the way its edge was drawn.
    """

    indptr: NDArray[np.int64]
    head: NDArray[np.int32]
    edge: NDArray[np.int32]
    along: NDArray[np.bool_]
