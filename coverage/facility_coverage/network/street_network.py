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
from facility_coverage.network.arcs import Arcs
from facility_coverage.network.correction_report import CorrectionReport
from facility_coverage.network.profiles import Profile
from facility_coverage.units import METRES_PER_KILOMETRE

if TYPE_CHECKING:
    import networkx as nx

FORMAT = 2
"""Raised whenever the saved form changes; a file of another format is built again."""

_ARRAYS = (
    "node_id", "node_xy", "node_delay_s", "edge_node", "edge_length_m", "edge_cost_s",
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
    elevation
        SHA-256 of the elevation model whose slopes are in the costs; None without one.
    node_id
        Shape (n,), OSM node ids; nodes that are near on the ground are near in this order.
    node_xy
        Shape (n, 2), metres.
    node_delay_s
        Shape (n,), seconds that a route pays which passes through the node: one that arrives by
        an edge and goes on along another, or starts on an edge and leaves it over this end.
    edge_node
        Shape (e, 2), node indices: an edge runs from ``edge_node[:, 0]`` to ``edge_node[:, 1]``.
    edge_length_m
        Shape (e,).
    edge_cost_s
        Shape (e, 2), seconds of the whole edge along (column 0) and against (column 1) the way it
        was drawn; inf where the profile forbids that direction. Within an edge they grow evenly
        with length.
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
        Figures of the source: ``torn_ways``, ``raw_nodes``, ``raw_segments``, and with slopes
        ``filled_heights``: how often a node stands in a void of the elevation model.
    corrections
        What a file of corrections changed; None without one.
    """

    crs: str
    profile: Profile
    elevation: str | None
    node_id: NDArray[np.int64]
    node_xy: NDArray[np.float64]
    node_delay_s: NDArray[np.float64]
    edge_node: NDArray[np.int32]
    edge_length_m: NDArray[np.float64]
    edge_cost_s: NDArray[np.float64]
    vertex_offset: NDArray[np.int64]
    vertex_xy: NDArray[np.float64]
    vertex_way: NDArray[np.int32]
    way_id: NDArray[np.int64]
    way_class: tuple[str, ...]
    way_name: tuple[str, ...]
    source: dict[str, int]
    corrections: CorrectionReport | None = None

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
    def corners_xy(self) -> NDArray[np.float64]:
        """Return the corners of the rectangle around all streets, shape (4, 2), metres."""
        (west, south), (east, north) = self.vertex_xy.min(axis=0), self.vertex_xy.max(axis=0)
        return np.array([(west, south), (west, north), (east, south), (east, north)])

    @cached_property
    def fastest_m_per_s(self) -> float:
        """Return the highest speed on any edge, metres per second: nobody gets further than it."""
        cost_s = self.edge_cost_s.min(axis=1)
        moving = (cost_s > 0) & np.isfinite(cost_s)
        return float(np.max(self.edge_length_m[moving] / cost_s[moving], initial=0.0))

    @cached_property
    def edge_base_m(self) -> NDArray[np.float64]:
        """Return where each edge starts when all are laid out on one line, a metre apart."""
        base = np.zeros(self.n_edges)
        np.cumsum(self.edge_length_m[:-1] + 1.0, out=base[1:])
        return base

    @cached_property
    def arcs(self) -> Arcs:
        """Return both directions of every edge, ordered by the node that they leave."""
        return Arcs.of(self.edge_node, self.n_nodes)

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
            outside the largest component), ``crs``, what the profile says, the figures of the
            source, and with corrections what they did.
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
            "mode": self.profile.mode,
            "direction": self.profile.direction,
            "speed_kph": self.profile.speed_kph,
            "off_street_speed_kph": self.profile.off_street_speed_kph,
            "elevation_sha256": self.elevation,
            **dict(sorted(self.source.items())),  # a saved network has them in this order
            **({} if self.corrections is None else {"corrections": self.corrections.summary()}),
        }

    def to_networkx(self) -> "nx.MultiDiGraph":
        """Return the network as a graph that OSMnx and networkx users know.

        Returns
        -------
        networkx.MultiDiGraph
            See ``exchange.to_graph``; ``exchange.of_graph`` makes an equal network of it.
        """
        from facility_coverage.network.exchange import to_graph  # noqa: PLC0415  (it imports us)

        return to_graph(self)

    def about(self) -> dict[str, Any]:
        """Return what a saved network says of itself beside its arrays.

        Returns
        -------
        dict
            Plain values for JSON.
        """
        return {
            "format": FORMAT,
            "crs": self.crs,
            "profile": self.profile.model_dump(mode="json"),
            "elevation": self.elevation,
            "way_class": self.way_class,
            "way_name": self.way_name,
            "source": self.source,
            **({} if self.corrections is None else {"corrections": self.corrections.plain()}),
        }

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
        text = json.dumps(self.about(), ensure_ascii=False, sort_keys=True).encode()
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
                network = cls.of_parts(heading, {name: _array(archive, name) for name in _ARRAYS})
        except FileNotFoundError as error:
            msg = "{path}: there is no such file"
            raise NotFoundError(msg, path=path) from error
        except InputError:
            raise
        except _UNREADABLE as error:
            msg = "{path}: not a saved network; build it again with 'network build'"
            raise InputError(msg, path=path) from error
        if not network.is_sound():
            msg = "{path}: its arrays do not fit together; build it again with 'network build'"
            raise InputError(msg, path=path)
        return network

    @classmethod
    def of_parts(cls, about: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Self:
        """Put a network together that was taken apart.

        Parameters
        ----------
        about
            From ``about``.
        arrays
            The arrays, by name.

        Returns
        -------
        StreetNetwork
            The network; whether its arrays fit together is not looked at.
        """
        told = about.get("corrections")
        return cls(
            crs=about["crs"],
            profile=Profile.model_validate(about["profile"]),
            elevation=about["elevation"],
            way_class=tuple(about["way_class"]),
            way_name=tuple(about["way_name"]),
            source=about["source"],
            corrections=None if told is None else CorrectionReport.of_plain(told),
            **arrays,
        )

    def is_sound(self) -> bool:
        """Tell whether every index points into its array, as the compiled searches trust.

        Returns
        -------
        bool
            True where the arrays fit together.
        """
        n, e, k, w = self.n_nodes, self.n_edges, len(self.vertex_xy), len(self.way_id)
        offset = self.vertex_offset
        shapes = (
            self.node_xy.shape == (n, 2)
            and self.node_delay_s.shape == (n,)
            and self.edge_node.shape == (e, 2)
            and self.edge_cost_s.shape == (e, 2)
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
            and ((self.edge_length_m >= 0) & np.isfinite(self.edge_length_m)).all()
            and (self.edge_cost_s >= 0).all()
            and ((self.node_delay_s >= 0) & np.isfinite(self.node_delay_s)).all()
            and ((self.vertex_way >= 0) & (self.vertex_way < w)).all()
        )


def _heading(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    """Read what a saved network says of itself; another format is refused."""
    heading: dict[str, Any] = json.loads(_array(archive, "heading").tobytes())
    if heading["format"] != FORMAT:
        msg = "{path}: of another format of this program; build it from the OSM file"
        raise InputError(msg, path=path)
    return heading


def _array(archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    """Read one array of a saved network; a pickled one is refused."""
    with archive.open(f"{name}.npy") as stream:
        array: NDArray[Any] = np.lib.format.read_array(stream, allow_pickle=False)
    return array
