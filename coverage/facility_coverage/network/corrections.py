"""Corrections put on ways: after they are read, before they become a network.

Whatever the order of the rows, ways are taken out first, then streets are drawn, then walls and
closed gates cut them, then open gates join them, and speeds change last.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count

import numpy as np
import shapely
from numpy.typing import NDArray

from facility_coverage.crs import WGS84, project
from facility_coverage.inputs.correction import Correction, Corrections, Kind, Outcome
from facility_coverage.inputs.ways import WayTable
from facility_coverage.network.new_streets import Drawn, draw_streets, open_gates
from facility_coverage.network.profiles import Profile
from facility_coverage.network.street_cuts import cut_streets
from facility_coverage.network.way_edits import (
    Pieces,
    cut_where,
    row_of_nodes,
    without_repeats,
    without_rows,
)

_ALONG_DEGREES = 30.0
"""A piece runs along a drawn line when their directions differ by less than this."""


@dataclass(frozen=True, eq=False)
class Corrected:
    """Ways with corrections.

    Attributes
    ----------
    ways
        The ways; the very table that came in where nothing was applied.
    outcomes
        What became of each row, in the order of the file.
    """

    ways: WayTable
    outcomes: tuple[Outcome, ...]


def corrected_ways(
    ways: WayTable, corrections: Corrections, profile: Profile, crs: str, year: int | None
) -> Corrected:
    """Put corrections on ways.

    Parameters
    ----------
    ways
        Ways that may be used, sorted by id.
    corrections
        What to change.
    profile
        Who moves: on new streets as on others of their class.
    crs
        A metric CRS.
    year
        Rows of a later year do not count; None counts rows without a year alone.

    Returns
    -------
    Corrected
        What is drawn anew has ids below 0, which depend on the content of the rows alone.

    Notes
    -----
    A way that is taken out never makes a route quicker, and a new street never makes one slower,
    as long as the profile does not wait at junctions.
    """
    outcomes = [*corrections.refused, *_later(corrections.rows, year)]
    rows = sorted(
        corrections.rows, key=lambda row: row.content
    )  # their order in the file is nothing
    counted = [row for row in rows if _counts(row, year)]
    work = _Work(without_repeats(ways) if counted else ways, profile, crs, outcomes)
    work.ban(_of_kind(counted, "banned_way"))
    work.draw(_of_kind(counted, "street", "bridge"))
    gates = _of_kind(counted, "gate_open")
    work.cut(_of_kind(counted, "gate_closed", "wall"), gates)
    work.hasten(_of_kind(counted, "speed"))
    applied = any(outcome.status == "applied" for outcome in outcomes)
    return Corrected(work.ways if applied else ways, tuple(sorted(outcomes, key=_place_in_file)))


def _of_kind(rows: list[Correction], *kinds: Kind) -> list[Correction]:
    return [row for row in rows if row.kind in kinds]


def _place_in_file(outcome: Outcome) -> tuple[str, int]:
    layer, _, number = outcome.row.rpartition(" ")
    return layer, int(number)


def _counts(row: Correction, year: int | None) -> bool:
    return row.year is None or (year is not None and row.year <= year)


def _later(rows: Iterable[Correction], year: int | None) -> Iterator[Outcome]:
    """Tell the rows of a later year."""
    for row in rows:
        if _counts(row, year):
            continue
        if year is None:
            message = "counts from {year} on; say year in [network] to count it"
            yield row.outcome("not_yet", message, year=row.year)
        else:
            message = "counts from {year} on, the study is about {now}"
            yield row.outcome("not_yet", message, year=row.year, now=year)


class _Work:
    """Ways while they are corrected, step by step."""

    def __init__(self, ways: WayTable, profile: Profile, crs: str, outcomes: list[Outcome]) -> None:
        self.ways, self.profile, self.crs, self.outcomes = ways, profile, crs, outcomes
        self.new_node = count(int(min(0, ways.node_id.min())) - 1, -1)
        self.new_way = count(int(min(0, ways.way_id.min())) - 1, -1)

    def ban(self, rows: list[Correction]) -> None:
        """Take ways out."""
        gone = np.zeros(len(self.ways.way_id), dtype=bool)
        for row in rows:
            own = self._rows_of_way(row)
            if own is not None:
                gone |= own
                self.outcomes.append(row.outcome("applied", "taken out"))
        if gone.any():
            self.ways = without_rows(self.ways, gone)

    def _rows_of_way(self, row: Correction) -> NDArray[np.bool_] | None:
        """Return the rows of the way that a correction names; None, and told, without one."""
        own: NDArray[np.bool_] = self.ways.way_id == row.way_id
        if own.any():
            return own
        message = "profile {profile} uses no way {way_id} in this extract; correct the number"
        told = {"profile": self.profile.name, "way_id": row.way_id}
        self.outcomes.append(row.outcome("not_applicable", message, **told))
        return None

    def draw(self, rows: list[Correction]) -> None:
        """Draw new streets."""
        usable = [row for row in rows if self._is_open(row)]
        if usable:
            drawn = draw_streets(
                self.ways, usable, self.profile, self.crs, (self.new_node, self.new_way)
            )
            self._take(drawn)

    def _is_open(self, row: Correction) -> bool:
        """Tell whether the profile uses a class, and say so where it does not."""
        if any(self.profile.speeds_kph({"highway": row.street_class})):
            return True
        message = "profile {profile} does not use {street_class}; name another class"
        told = {"profile": self.profile.name, "street_class": row.street_class}
        self.outcomes.append(row.outcome("not_applicable", message, **told))
        return False

    def cut(self, closing: list[Correction], gates: list[Correction]) -> None:
        """Cut streets at walls and closed gates, save at open ones; these join what is apart."""
        idle = gates
        if closing:
            result = cut_streets(Pieces.of(self.ways, self.crs), closing, gates, self.new_node)
            self.ways, idle = result.ways, list(result.idle_gates)
            self.outcomes.extend(result.outcomes)
        usable = [gate for gate in idle if self._is_open(gate)]
        if usable:
            pieces = Pieces.of(self.ways, self.crs)
            self._take(open_gates(pieces, usable, self.profile, (self.new_node, self.new_way)))

    def _take(self, drawn: Drawn) -> None:
        self.ways = drawn.ways
        self.outcomes.extend(drawn.outcomes)

    def hasten(self, rows: list[Correction]) -> None:
        """Change speeds: a new one first, the least of several, and then every factor."""
        if not rows:
            return
        pieces = Pieces.of(self.ways, self.crs)
        kph, factor = np.full(len(pieces.start), np.inf), np.ones(len(pieces.start))
        of_row = row_of_nodes(self.ways)[pieces.start]
        for row in rows:
            if row.way_id is not None:
                own = self._rows_of_way(row)
                meant = None if own is None else own[of_row]
            else:
                meant = self._along(row, pieces)
            if meant is None:
                continue
            if row.kph is not None:
                kph[meant] = np.minimum(kph[meant], row.kph)
            factor[meant] *= row.factor or 1.0
            length_m = pieces.length_m[np.unique(pieces.drawn[meant])].sum()
            message = "changes the speed on {length_m} m"
            self.outcomes.append(row.outcome("applied", message, length_m=f"{length_m:.0f}"))
        self._set_speeds(pieces, kph, factor)

    def _along(self, row: Correction, pieces: Pieces) -> NDArray[np.bool_] | None:
        """Return which drawn pieces run along a line; None, and told, where none does."""
        line = shapely.transform(row.shape, lambda xy: project(xy, WGS84, self.crs))
        found = pieces.near(line, row.tolerance_m)
        ends = shapely.points(pieces.end_xy[found])
        found = found[(shapely.distance(ends, line) <= row.tolerance_m).all(axis=1)]
        found = found[[_runs_along(pieces.end_xy[piece], line) for piece in found.tolist()]]
        if len(found):
            return np.isin(pieces.drawn, found)
        message = "no street runs along it within {tolerance_m} m; draw it on the street"
        told = {"tolerance_m": f"{row.tolerance_m:g}"}
        self.outcomes.append(row.outcome("not_applicable", message, **told))
        return None

    def _set_speeds(
        self, pieces: Pieces, kph: NDArray[np.float64], factor: NDArray[np.float64]
    ) -> None:
        """Cut ways where speeds change, and write the new ones."""
        node_kph, node_factor = (np.full(len(self.ways.node_id), np.nan) for _ in range(2))
        node_kph[pieces.start], node_factor[pieces.start] = kph, factor
        row = row_of_nodes(self.ways)
        begins = np.zeros(len(row), dtype=bool)
        inner = pieces.start[np.isin(pieces.start - 1, pieces.start)]
        begins[inner] = (row[inner] == row[inner - 1]) & (
            (node_kph[inner] != node_kph[inner - 1])
            | (node_factor[inner] != node_factor[inner - 1])
        )
        cut = cut_where(self.ways, begins)
        moved = np.insert(node_kph, np.flatnonzero(begins), np.nan)
        scaled = np.insert(node_factor, np.flatnonzero(begins), np.nan)
        first = cut.node_offset[:-1]
        speed = np.where(np.isfinite(moved[first])[:, None], moved[first][:, None], cut.speed_kph)
        factors = np.where(np.isfinite(scaled[first]), scaled[first], 1.0)
        speed = np.where(cut.speed_kph > 0, speed * factors[:, None], 0.0)
        self.ways = replace(cut, speed_kph=speed)


def _runs_along(ends: NDArray[np.float64], line: shapely.MultiLineString) -> bool:
    """Tell whether a piece has the direction of a line where they are nearest."""
    middle = shapely.Point(ends.mean(axis=0))
    part = min(line.geoms, key=lambda part: float(part.distance(middle)))
    at = part.project(middle)
    before, behind = part.interpolate(max(at - 1.0, 0.0)), part.interpolate(at + 1.0)
    one, other = ends[1] - ends[0], np.array([behind.x - before.x, behind.y - before.y])
    cosine = abs(one @ other) / (np.hypot(*one) * np.hypot(*other))
    return bool(cosine >= np.cos(np.radians(_ALONG_DEGREES)))
