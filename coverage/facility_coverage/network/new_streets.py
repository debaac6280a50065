"""Streets that are drawn anew, tied to those that are there, and gates that join them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from facility_coverage.crs import WGS84, project
from facility_coverage.inputs.correction import Correction, Outcome
from facility_coverage.inputs.ways import WayTable
from facility_coverage.network.profiles import Profile
from facility_coverage.network.way_edits import (
    NEAR_M,
    DrawnWay,
    NewNode,
    Pieces,
    with_nodes,
    with_rows,
    without_rows,
)

Ids = tuple[Iterator[int], Iterator[int]]
"""Fresh ids of nodes and of ways."""

LonLat = tuple[float, float]


class Drawn(NamedTuple):
    """What came of drawing: all ways, and what became of each row."""

    ways: WayTable
    outcomes: list[Outcome]


class _Line(NamedTuple):
    """A line of a new street: its row, its way, and its vertices."""

    row: Correction
    way_id: int
    nodes: tuple[int, ...]
    lonlat: tuple[LonLat, ...]
    xy: NDArray[np.float64]


class _Meeting(NamedTuple):
    """A place where a new street meets a piece of another one."""

    line: _Line
    node: int | None
    """The end of the line that is tied to it; None where the two cross."""
    own_piece: int
    place: shapely.Point
    piece: int


@dataclass
class _Joints:
    """Nodes at places of pieces: those that stand there, and those that are put in."""

    pieces: Pieces
    ids: Iterator[int]
    new: list[NewNode] = field(default_factory=list)
    lonlat: dict[int, LonLat] = field(default_factory=dict)
    _known: dict[tuple[int, int], int] = field(default_factory=dict)

    def node_at(self, piece: int, place: shapely.Point, wanted: int | None = None) -> int:
        """Return the node of a piece that is nearest to a place; put one in where none stands."""
        position_m = self.pieces.position_m(piece, place)
        key = piece, round(position_m / NEAR_M)
        if (node := self._known.get(key)) is not None:
            return node
        node = self.pieces.node_near(piece, position_m)
        if node is None:
            node = next(self.ids) if wanted is None else wanted
            split = self.pieces.split(piece, position_m, node, node)
            self.new += split
            self.lonlat.setdefault(node, split[0].lonlat)
        self._known[key] = node
        return node

    def lonlat_of(self, node: int) -> LonLat:
        """Return where a node stands."""
        if node not in self.lonlat:
            first = int(np.flatnonzero(self.pieces.ways.node_id == node)[0])
            lon, lat = self.pieces.ways.node_lonlat[first].tolist()
            self.lonlat[node] = lon, lat
        return self.lonlat[node]

    def tie(
        self, row: Correction, way_id: int, speed_kph: float, ends: tuple[int, int]
    ) -> DrawnWay:
        """Return a straight way between two nodes."""
        places = self.lonlat_of(ends[0]), self.lonlat_of(ends[1])
        speeds = speed_kph, speed_kph
        return DrawnWay(
            way_id, row.street_class, row.name, speeds, row.kind == "bridge", ends, places
        )


def draw_streets(
    ways: WayTable, rows: Sequence[Correction], profile: Profile, crs: str, ids: Ids
) -> Drawn:
    """Draw new streets and bridges.

    Lines that name one place, to the centimetre, meet there. Every other end of a line is tied to
    the nearest street within the row's tolerance. A street also meets every street that it crosses
    on the ground; a bridge meets none in between.

    Parameters
    ----------
    ways
        The ways that are there.
    rows
        Streets and bridges, of classes that the profile uses.
    profile
        Who moves on them.
    crs
        A metric CRS.
    ids
        Fresh ids.

    Returns
    -------
    Drawn
        A row that meets no street is left out.
    """
    lines = _lines(rows, crs, ids)
    added = [
        DrawnWay(
            line.way_id, line.row.street_class, line.row.name, _speeds(line.row, profile),
            line.row.kind == "bridge", line.nodes, line.lonlat,
        )
        for line in lines
    ]  # fmt: skip
    pieces = Pieces.of(with_rows(ways, added), crs)
    owner = pieces.ways.way_id[pieces.row]
    joints = _Joints(pieces, ids[0])
    ties: dict[tuple[int, ...], DrawnWay] = {}
    met = _vertices_in_common(lines)
    for meeting in (*_crossings(lines, pieces, owner), *_ends(lines, pieces, owner)):
        line, place = meeting.line, meeting.place
        own = meeting.node
        if own is None:
            own = joints.node_at(meeting.own_piece, place)
        touches = pieces.lines[meeting.piece].distance(place) <= NEAR_M
        other = joints.node_at(meeting.piece, place, wanted=own if touches else None)
        met.update({line.way_id, int(owner[meeting.piece])})
        if own != other:
            speed_kph = max(_speeds(line.row, profile))
            tie = joints.tie(line.row, line.way_id, speed_kph, (own, other))
            ties.setdefault(tuple(sorted((own, other))), tie)
    joined = with_rows(with_nodes(pieces.ways, joints.new), list(ties.values()))
    lonely = [line.way_id for line in lines if not met[line.way_id]]
    left = without_rows(joined, np.isin(joined.way_id, lonely))
    return Drawn(left, _outcomes(rows, lines, met))


def open_gates(pieces: Pieces, rows: Sequence[Correction], profile: Profile, ids: Ids) -> Drawn:
    """Join the streets around open gates that are not joined within the rows' tolerance.

    Parameters
    ----------
    pieces
        The ways that are there.
    rows
        Open gates, of classes that the profile uses.
    profile
        Who walks from street to street through them.
    ids
        Fresh ids.

    Returns
    -------
    Drawn
        A gate with fewer than two streets that are apart is left out.
    """
    joints, added, outcomes = _Joints(pieces, ids[0]), [], []
    for row in rows:
        assert isinstance(row.shape, shapely.Point)  # noqa: S101  (as the reader made it)
        (xy,) = project(np.array([[row.shape.x, row.shape.y]]), WGS84, pieces.crs)
        gate = shapely.Point(xy)
        nearest = _apart(pieces, gate, row.tolerance_m)
        if len(nearest) < 2:  # noqa: PLR2004  (a gate joins two sides)
            message = "the streets around it are joined already" if nearest else _NO_STREET
            told = {"tolerance_m": f"{row.tolerance_m:g}"}
            outcomes.append(row.outcome("not_applicable", message, **told))
            continue
        middle, way_id = next(ids[0]), next(ids[1])
        joints.lonlat[middle] = row.shape.x, row.shape.y
        speed_kph = max(_speeds(row, profile))
        added += [
            joints.tie(row, way_id, speed_kph, (middle, joints.node_at(piece, gate)))
            for piece in nearest
        ]
        outcomes.append(row.outcome("applied", "joins {count} streets", count=len(nearest)))
    return Drawn(with_rows(with_nodes(pieces.ways, joints.new), added), outcomes)


_NO_STREET = "no street within {tolerance_m} m; move it, or raise tolerance_m"


def _speeds(row: Correction, profile: Profile) -> tuple[float, float]:
    """Return how fast a profile moves on a new street, along and against its drawing."""
    one_way = {"oneway": "yes"} if row.one_way else {}
    along, against = profile.speeds_kph({"highway": row.street_class} | one_way)
    if row.kph is None:
        return along, against
    return (row.kph if along else 0.0, row.kph if against else 0.0)


def _lines(rows: Sequence[Correction], crs: str, ids: Ids) -> list[_Line]:
    """Give every line of every row its nodes; those of one place are one."""
    node_at: dict[tuple[int, ...], int] = {}
    lines = []
    for row in rows:
        way_id = next(ids[1])
        for part in shapely.get_parts(row.shape):
            lonlat = shapely.get_coordinates(part)
            xy = project(lonlat, WGS84, crs)
            nodes = []
            for place in np.round(xy / NEAR_M).astype(np.int64).tolist():
                if tuple(place) not in node_at:
                    node_at[tuple(place)] = next(ids[0])
                nodes.append(node_at[tuple(place)])
            places = tuple((lon, lat) for lon, lat in lonlat.tolist())
            lines.append(_Line(row, way_id, tuple(nodes), places, xy))
    return lines


def _vertices_in_common(lines: list[_Line]) -> Counter[int]:
    """Count, for each new way, the nodes that it has in common with another new one."""
    ways_at: dict[int, set[int]] = {}
    for line in lines:
        for node in line.nodes:
            ways_at.setdefault(node, set()).add(line.way_id)
    return Counter(way for ways in ways_at.values() if len(ways) > 1 for way in sorted(ways))


def _ends(lines: list[_Line], pieces: Pieces, owner: NDArray[np.int64]) -> Iterator[_Meeting]:
    """Yield the nearest street at every end of a line at which no other line stands."""
    named = Counter(node for line in lines for node in set(line.nodes))
    for line in lines:
        for at in (0, -1):
            if named[line.nodes[at]] > 1:
                continue
            end = shapely.Point(line.xy[at])
            near = pieces.near(end, line.row.tolerance_m)
            others = near[owner[near] != line.way_id]
            if len(others):
                yield _Meeting(line, line.nodes[at], -1, end, int(others[0]))


def _crossings(lines: list[_Line], pieces: Pieces, owner: NDArray[np.int64]) -> Iterator[_Meeting]:
    """Yield where streets cross others on the ground, two new ones once."""
    line_of = {line.way_id: line for line in lines if line.row.kind == "street"}
    for piece in np.flatnonzero(np.isin(owner, list(line_of))).tolist():
        own = int(owner[piece])
        for other in np.sort(pieces.tree.query(pieces.lines[piece], "intersects")).tolist():
            apart = not set(pieces.ends[piece].tolist()) & set(pieces.ends[other].tolist())
            twice = int(owner[other]) in line_of and other < piece
            if owner[other] == own or pieces.off_ground[other] or twice or not apart:
                continue
            common = shapely.intersection(pieces.lines[piece], pieces.lines[other])
            for x, y in shapely.get_coordinates(common).tolist():
                yield _Meeting(line_of[own], None, piece, shapely.Point(x, y), other)


def _outcomes(rows: Sequence[Correction], lines: list[_Line], met: Counter[int]) -> list[Outcome]:
    way_of = {line.row.row: line.way_id for line in lines}
    outcomes = []
    for row in rows:
        count = met[way_of[row.row]]
        if count:
            message = "drawn, and joined to others at {count} places"
            outcomes.append(row.outcome("applied", message, count=count))
        else:
            message = (
                "meets no street, and neither end lies within {tolerance_m} m of one; draw it up "
                "to them"
            )
            told = {"tolerance_m": f"{row.tolerance_m:g}"}
            outcomes.append(row.outcome("not_applicable", message, **told))
    return outcomes


def _apart(pieces: Pieces, gate: shapely.Point, tolerance_m: float) -> list[int]:
    """Return, of each group of streets that meet within the tolerance, the nearest piece."""
    near = [p for p in pieces.near(gate, tolerance_m).tolist() if not pieces.off_ground[p]]
    groups: list[tuple[int, set[int]]] = []
    for piece in near:
        apart = shapely.distance(shapely.points(pieces.end_xy[piece]), gate)
        nodes = set(pieces.ends[piece][apart <= tolerance_m].tolist())
        mine = [group for group in groups if group[1] & nodes]
        groups = [group for group in groups if not group[1] & nodes]
        first = min([*(group[0] for group in mine), piece], key=near.index)
        groups.append((first, nodes.union(*(group[1] for group in mine))))
    return sorted((piece for piece, _ in groups), key=near.index)
