"""Where closed gates and walls cut streets, and where an open gate keeps them from it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from facility_coverage.crs import WGS84, project
from facility_coverage.inputs.correction import Correction, Outcome
from facility_coverage.inputs.ways import WayTable
from facility_coverage.network.way_edits import NewNode, Pieces, with_nodes

_JUNCTION = 3


class CutStreets(NamedTuple):
    """What came of cutting: all ways, what became of each row, and the gates without a cut."""

    ways: WayTable
    outcomes: list[Outcome]
    idle_gates: list[Correction]


@dataclass
class _Cut:
    """A place at which streets are cut: within a piece, or at a node where two pieces meet."""

    xy: NDArray[np.float64]
    piece: int
    position_m: float
    node: int | None
    by: list[str] = field(default_factory=list)
    """The rows that cut there."""


_Cuts = dict[tuple[str, int, int], _Cut]


def cut_streets(
    pieces: Pieces,
    closing: Sequence[Correction],
    gates: Sequence[Correction],
    ids: Iterator[int],
) -> CutStreets:
    """Cut streets at walls and closed gates.

    Both ends of a cut stay where they are, and nobody passes from one to the other. A wall cuts
    every street that it crosses on the ground; bridges and tunnels pass over it or below it. An
    open gate undoes every cut within its tolerance.

    Parameters
    ----------
    pieces
        The ways.
    closing
        Closed gates and walls.
    gates
        Open gates.
    ids
        Fresh ids of nodes.

    Returns
    -------
    CutStreets
        With the ways that are left, and the gates that undid no cut.
    """
    cuts: _Cuts = {}
    outcomes: list[Outcome] = []
    for row in closing:
        shape = shapely.transform(row.shape, lambda xy: project(xy, WGS84, pieces.crs))
        found = (
            _at_gate(row, shape, pieces)
            if row.kind == "gate_closed"
            else _at_wall(row, shape, pieces)
        )
        if isinstance(found, Outcome):
            outcomes.append(found)
            continue
        for cut in found:
            at = round(cut.position_m * 100.0)
            key = ("piece", cut.piece, at) if cut.node is None else ("node", cut.node, 0)
            cuts.setdefault(key, cut).by.append(row.row)
    left, idle, told = _undone(cuts, gates, pieces.crs)
    outcomes += told
    refused = {outcome.row for outcome in outcomes}
    for row in closing:
        if row.row in refused:
            continue
        own = sum(row.row in cut.by for cut in left)
        every = sum(row.row in cut.by for cut in cuts.values())
        if own:
            outcomes.append(row.outcome("applied", "cuts streets at {count} places", count=own))
        else:
            message = "every cut is undone by an open gate ({count})"
            outcomes.append(row.outcome("not_applicable", message, count=every))
    return CutStreets(_carried_out(pieces, left, ids), outcomes, idle)


def _at_gate(row: Correction, gate: shapely.Point, pieces: Pieces) -> list[_Cut] | Outcome:
    """Return the cut of a closed gate, or why there is none."""
    near = pieces.near(gate, row.tolerance_m)
    if not len(near):
        message = "no street within {tolerance_m} m; move it, or raise tolerance_m"
        return row.outcome("not_applicable", message, tolerance_m=f"{row.tolerance_m:g}")
    piece = int(near[0])
    position_m = pieces.position_m(piece, gate)
    node = pieces.node_near(piece, position_m)
    if node is not None:
        meeting = len(pieces.meeting(node))
        if meeting >= _JUNCTION:
            message = "stands where {count} streets meet; move it onto the one that it closes"
            return row.outcome("not_applicable", message, count=meeting)
        if meeting == 1:
            message = "stands at the end of a street, where there is nothing to close"
            return row.outcome("not_applicable", message)
    return [_Cut(_xy_at(pieces, piece, position_m), piece, position_m, node)]


def _at_wall(row: Correction, wall: shapely.Geometry, pieces: Pieces) -> list[_Cut] | Outcome:
    """Return the cuts of a wall, or why there are none."""
    crossed = np.sort(pieces.tree.query(wall, predicate="intersects"))
    cuts = []
    for piece in crossed[~pieces.off_ground[crossed]].tolist():
        common = shapely.intersection(pieces.lines[piece], wall)
        for place in shapely.points(np.unique(shapely.get_coordinates(common), axis=0)):
            position_m = pieces.position_m(piece, place)
            if pieces.node_near(piece, position_m) is not None:
                (lonlat,) = project(shapely.get_coordinates(place), pieces.crs, WGS84).tolist()
                message = (
                    "passes through the corner of streets at {lon}, {lat}; draw it beside the "
                    "streets that stay, and across those that it cuts"
                )
                lon, lat = (f"{degree:.6f}" for degree in lonlat)
                return row.outcome("not_applicable", message, lon=lon, lat=lat)
            cuts.append(_Cut(_xy_at(pieces, piece, position_m), piece, position_m, None))
    return cuts or row.outcome("not_applicable", "no street crosses it")


def _xy_at(pieces: Pieces, piece: int, position_m: float) -> NDArray[np.float64]:
    (xy,) = shapely.get_coordinates(pieces.lines[piece].interpolate(position_m))
    return np.asarray(xy, dtype=np.float64)


def _undone(
    cuts: _Cuts, gates: Sequence[Correction], crs: str
) -> tuple[list[_Cut], list[Correction], list[Outcome]]:
    """Return the cuts that no open gate undoes, the gates that undo none, and what others do."""
    every = [cuts[key] for key in sorted(cuts)]
    undone = np.zeros(len(every), dtype=bool)
    idle, outcomes = [], []
    xy = np.array([cut.xy for cut in every]).reshape(-1, 2)
    for gate in gates:
        place = project(shapely.get_coordinates(gate.shape), WGS84, crs)
        own = np.hypot(*(xy - place).T) <= gate.tolerance_m
        undone |= own
        if own.any():
            message = "keeps streets open at {count} places"
            outcomes.append(gate.outcome("applied", message, count=int(own.sum())))
        else:
            idle.append(gate)
    left = [cut for cut, is_open in zip(every, undone.tolist(), strict=True) if not is_open]
    return left, idle, outcomes


def _carried_out(pieces: Pieces, cuts: list[_Cut], ids: Iterator[int]) -> WayTable:
    """Cut the ways."""
    if not cuts:
        return pieces.ways
    new: list[NewNode] = []
    renamed: dict[int, int] = {}
    for cut in cuts:
        if cut.node is None:
            new += pieces.split(cut.piece, cut.position_m, next(ids), next(ids))
        else:
            _part(pieces, cut.node, next(ids), new, renamed)
    return with_nodes(pieces.ways, new, renamed)


def _part(
    pieces: Pieces, node: int, other: int, new: list[NewNode], renamed: dict[int, int]
) -> None:
    """Part the two pieces that meet at a node: that with the higher ids ends at another one."""
    ways, behind = pieces.ways, pieces.piece_behind
    moved = int(pieces.meeting(node)[-1])
    for row in np.flatnonzero(ways.node_id == node).tolist():
        before = int(behind[row - 1]) if row else -1
        after = int(behind[row])
        ids = [other if piece == moved else node for piece in (before, after) if piece >= 0]
        if ids and ids[0] == other:
            renamed[row] = other
        if ids and ids[-1] != ids[0]:
            lon, lat = ways.node_lonlat[row].tolist()
            new.append(NewNode(row, 0.0, begins=True, node_id=ids[-1], lonlat=(lon, lat)))
