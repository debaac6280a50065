"""Changes of ways before they become a network: nodes put in, ways cut, taken out and added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from facility_coverage.crs import WGS84, project
from facility_coverage.inputs.ways import WayTable

NEAR_M = 0.01
"""Nearer to a node than this is at it."""


class NewNode(NamedTuple):
    """A node that is put in behind a row of ``WayTable.node_id``.

    Attributes
    ----------
    after
        That row.
    share
        How far it lies on the way to the next row, 0 to 1.
    begins
        Whether a way of its own begins with it: what lies before it is cut off.
    node_id
        Its id.
    lonlat
        Its place, degrees.
    """

    after: int
    share: float
    begins: bool
    node_id: int
    lonlat: tuple[float, float]


class DrawnWay(NamedTuple):
    """A way that is added; fields as in ``WayTable``."""

    way_id: int
    street_class: str
    name: str
    speed_kph: tuple[float, float]
    off_ground: bool
    node_id: tuple[int, ...]
    lonlat: tuple[tuple[float, float], ...]


@dataclass(frozen=True, eq=False)
class Pieces:
    """The straight pieces of ways on the ground, each pair of nodes once.

    Attributes
    ----------
    ways
        What they are pieces of.
    crs
        The metric CRS of ``end_xy``.
    start
        Shape (s,), rows of ``ways.node_id`` at which a piece is drawn; it ends at the next row.
    drawn
        Shape (s,), which piece that is.
    ends
        Shape (p, 2), its nodes, the lower id first.
    end_xy
        Shape (p, 2, 2), where they are, metres.
    row
        Shape (p,), the first row of ``ways`` that draws it.
    """

    ways: WayTable
    crs: str
    start: NDArray[np.int64]
    drawn: NDArray[np.int64]
    ends: NDArray[np.int64]
    end_xy: NDArray[np.float64]
    row: NDArray[np.int64]

    @classmethod
    def of(cls, ways: WayTable, crs: str) -> "Pieces":
        """Cut ways into pieces.

        Parameters
        ----------
        ways
            The ways.
        crs
            A metric CRS.

        Returns
        -------
        Pieces
            In the order of their nodes' ids.
        """
        xy, node = project(ways.node_lonlat, WGS84, crs), ways.node_id
        row = row_of_nodes(ways)
        start = np.flatnonzero((row[:-1] == row[1:]) & (node[:-1] != node[1:]))
        ids, index = np.unique(node, return_inverse=True)
        low, high = np.sort(np.column_stack([index[start], index[start + 1]]), axis=1).T
        _, first, drawn = np.unique(low * len(ids) + high, return_index=True, return_inverse=True)
        at = start[first]
        turned = node[at] > node[at + 1]
        order = np.column_stack([at + turned, at + ~turned])
        return cls(ways, crs, start, drawn, node[order], xy[order], row[at])

    @cached_property
    def lines(self) -> NDArray[np.object_]:
        """Return the pieces as lines, shape (p,)."""
        drawn: NDArray[np.object_] = shapely.linestrings(self.end_xy)
        return drawn

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Return an index of the pieces by place."""
        return shapely.STRtree(self.lines)

    @cached_property
    def length_m(self) -> NDArray[np.float64]:
        """Return the length of each piece, shape (p,), metres."""
        length: NDArray[np.float64] = np.hypot(*(self.end_xy[:, 1] - self.end_xy[:, 0]).T)
        return length

    @cached_property
    def off_ground(self) -> NDArray[np.bool_]:
        """Return which pieces are bridges or tunnels, shape (p,)."""
        return self.ways.off_ground[self.row]

    @cached_property
    def _by_piece(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the rows of ``drawn`` by piece, and where those of each begin."""
        by_piece = np.argsort(self.drawn, kind="stable")
        return by_piece, np.searchsorted(self.drawn[by_piece], np.arange(len(self.ends) + 1))

    @cached_property
    def piece_behind(self) -> NDArray[np.int64]:
        """Return the piece drawn from each row of ``ways.node_id`` to the next; -1 for none."""
        behind = np.full(len(self.ways.node_id), -1, dtype=np.int64)
        behind[self.start] = self.drawn
        return behind

    def near(self, shape: shapely.Geometry, distance_m: float) -> NDArray[np.int64]:
        """Return the pieces within a distance of a shape.

        Parameters
        ----------
        shape
            In ``crs``.
        distance_m
            Inclusive.

        Returns
        -------
        ndarray of int64
            The nearest first; of equally near ones the one with the lowest ids.
        """
        found = self.tree.query(shape, predicate="dwithin", distance=distance_m)
        apart = shapely.distance(self.lines[found], shape)
        return np.asarray(found[np.lexsort((found, apart))], dtype=np.int64)

    def meeting(self, node: int) -> NDArray[np.int64]:
        """Return the pieces that end at a node.

        Parameters
        ----------
        node
            Its id.

        Returns
        -------
        ndarray of int64
            Rising.
        """
        return np.flatnonzero((self.ends == node).any(axis=1))

    def position_m(self, piece: int, place: shapely.Point) -> float:
        """Return how far from its lower node a piece is nearest to a place.

        Parameters
        ----------
        piece
            Which one.
        place
            In ``crs``.

        Returns
        -------
        float
            Metres.
        """
        return float(shapely.line_locate_point(self.lines[piece], place))

    def node_near(self, piece: int, position_m: float) -> int | None:
        """Return the node that stands at a place of a piece.

        Parameters
        ----------
        piece, position_m
            The place, metres from the lower node.

        Returns
        -------
        int or None
            Its id; None between two nodes.
        """
        lower, upper = self.ends[piece].tolist()
        if position_m <= NEAR_M:
            return int(lower)
        return int(upper) if position_m >= self.length_m[piece] - NEAR_M else None

    def split(self, piece: int, position_m: float, lower: int, upper: int) -> list[NewNode]:
        """Put a node into a piece, wherever it is drawn; two different ones cut it.

        Parameters
        ----------
        piece, position_m
            The place, metres from the lower node.
        lower, upper
            Ids of the node on the side of the lower and of the upper end.

        Returns
        -------
        list of NewNode
            For ``with_nodes``.
        """
        share = position_m / float(self.length_m[piece])
        first, last = self.end_xy[piece]
        (lonlat,) = project((first + share * (last - first))[None], self.crs, WGS84).tolist()
        place = (lonlat[0], lonlat[1])
        new = []
        by_piece, first_of = self._by_piece
        for start in self.start[by_piece[first_of[piece] : first_of[piece + 1]]].tolist():
            along = self.ways.node_id[start] == self.ends[piece, 0]
            at = share if along else 1.0 - share
            before, behind = (lower, upper) if along else (upper, lower)
            new.append(NewNode(start, at, begins=False, node_id=before, lonlat=place))
            if before != behind:
                new.append(NewNode(start, at, begins=True, node_id=behind, lonlat=place))
        return new


def row_of_nodes(ways: WayTable) -> NDArray[np.int64]:
    """Return the row of ``ways`` that each row of ``ways.node_id`` belongs to.

    Parameters
    ----------
    ways
        The ways.

    Returns
    -------
    ndarray of int64
        Shape (k,).
    """
    return np.repeat(np.arange(len(ways.way_id)), np.diff(ways.node_offset))


def with_nodes(
    ways: WayTable, new: Sequence[NewNode], renamed: Mapping[int, int] | None = None
) -> WayTable:
    """Put nodes into ways.

    Parameters
    ----------
    ways
        The ways.
    new
        The nodes, in any order.
    renamed
        Rows of ``ways.node_id`` to the id that stands there instead.

    Returns
    -------
    WayTable
        Still sorted by way id.
    """
    new = sorted(new)
    behind = [node.after for node in new]
    at = np.array(behind, dtype=np.int64) + 1
    node_id = ways.node_id.copy()
    for at_row, name in (renamed or {}).items():
        node_id[at_row] = name
    lonlat = np.array([node.lonlat for node in new]).reshape(-1, 2)
    row = row_of_nodes(ways)
    begins = np.zeros(len(node_id), dtype=bool)
    begins[ways.node_offset[:-1]] = True
    return _cut(
        ways,
        np.insert(row, at, row[behind]),
        np.insert(begins, at, [node.begins for node in new]),
        np.insert(node_id, at, [node.node_id for node in new]),
        np.insert(ways.node_lonlat, at, lonlat, axis=0),
    )


def cut_where(ways: WayTable, begins: NDArray[np.bool_]) -> WayTable:
    """Cut ways into rows of their own without taking them apart: both keep the common node.

    Parameters
    ----------
    ways
        The ways.
    begins
        Shape (k,), rows of ``ways.node_id`` with which a row of ways begins.

    Returns
    -------
    WayTable
        Still sorted by way id.
    """
    row, first = row_of_nodes(ways), np.zeros(len(begins), dtype=bool)
    first[ways.node_offset[:-1]] = True
    again = np.flatnonzero(begins & ~first)
    node_id, lonlat = ways.node_id[again], ways.node_lonlat[again]
    return _cut(
        ways,
        np.insert(row, again, row[again]),
        np.insert(first | begins, again, False),
        np.insert(ways.node_id, again, node_id),
        np.insert(ways.node_lonlat, again, lonlat, axis=0),
    )


def without_repeats(ways: WayTable) -> WayTable:
    """Name no node twice in a row.

    Parameters
    ----------
    ways
        The ways.

    Returns
    -------
    WayTable
        The same streets.
    """
    row = row_of_nodes(ways)
    begins = np.ones(len(row), dtype=bool)
    begins[1:] = row[1:] != row[:-1]
    kept = begins.copy()
    kept[1:] |= ways.node_id[1:] != ways.node_id[:-1]
    return _cut(ways, row[kept], begins[kept], ways.node_id[kept], ways.node_lonlat[kept])


def without_rows(ways: WayTable, gone: NDArray[np.bool_]) -> WayTable:
    """Take rows out.

    Parameters
    ----------
    ways
        The ways.
    gone
        Shape (w,), which rows.

    Returns
    -------
    WayTable
        The others.
    """
    row = row_of_nodes(ways)
    kept = ~gone[row]
    begins = np.zeros(len(row), dtype=bool)
    begins[ways.node_offset[:-1]] = True
    return _cut(ways, row[kept], begins[kept], ways.node_id[kept], ways.node_lonlat[kept])


def with_rows(ways: WayTable, added: Sequence[DrawnWay]) -> WayTable:
    """Add ways.

    Parameters
    ----------
    ways
        The ways.
    added
        Others.

    Returns
    -------
    WayTable
        All of them, sorted by way id.
    """
    if not added:
        return ways
    both = replace(
        ways,
        way_id=np.append(ways.way_id, [way.way_id for way in added]),
        street_class=(*ways.street_class, *(way.street_class for way in added)),
        name=(*ways.name, *(way.name for way in added)),
        speed_kph=np.vstack([ways.speed_kph, [way.speed_kph for way in added]]),
        off_ground=np.append(ways.off_ground, [way.off_ground for way in added]),
    )
    count = np.append(np.diff(ways.node_offset), [len(way.node_id) for way in added])
    node_id = np.append(ways.node_id, [node for way in added for node in way.node_id])
    lonlat = np.vstack([ways.node_lonlat, [place for way in added for place in way.lonlat]])
    rank = np.empty(len(count), dtype=np.int64)
    order = np.argsort(both.way_id, kind="stable")
    rank[order] = np.arange(len(order))
    row = np.repeat(np.arange(len(count)), count)
    nodes = np.argsort(rank[row], kind="stable")
    row = row[nodes]
    begins = np.ones(len(row), dtype=bool)
    begins[1:] = row[1:] != row[:-1]
    return _cut(both, row, begins, node_id[nodes], lonlat[nodes])


def _cut(
    ways: WayTable,
    row: NDArray[np.int64],
    begins: NDArray[np.bool_],
    node_id: NDArray[np.int64],
    lonlat: NDArray[np.float64],
) -> WayTable:
    """Return a table with these nodes, each run with what its row of ``ways`` says."""
    first = np.flatnonzero(begins)
    of = row[first]
    return replace(
        ways,
        way_id=ways.way_id[of],
        street_class=tuple(ways.street_class[i] for i in of.tolist()),
        name=tuple(ways.name[i] for i in of.tolist()),
        speed_kph=ways.speed_kph[of],
        off_ground=ways.off_ground[of],
        node_offset=np.append(first, len(row)),
        node_id=node_id,
        node_lonlat=lonlat,
    )
