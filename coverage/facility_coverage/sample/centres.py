"""Synthetic positions for the centres that the plan implies, and a few synthetic stations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from facility_coverage.sample.streets import Streets

MARK = "（位置为合成）"
"""Stands behind the name of every centre."""

_STATIONS = 24
_BORDER_CLEARANCE_M = 350.0
_CENTRE_WITHIN_M, _STATION_WITHIN_M = 700.0, 1600.0
"""How far from the label point a place is looked for, on either axis."""

_OFF_STREET_M = 18.0


@dataclass(frozen=True)
class Facility:
    """A facility on synthetic ground."""

    facility_id: str
    name: str
    kind: str
    ownership: str
    xy_m: tuple[float, float]


def place_facilities(
    rng: np.random.Generator,
    register: Sequence[Mapping[str, str]],
    units_m: Mapping[str, shapely.Polygon],
    labels_m: Mapping[str, NDArray[np.float64]],
    streets: Streets,
) -> list[Facility]:
    """Give each centre of the register a place near a street of its subdistrict.

    Parameters
    ----------
    rng
        Source of chance.
    register
        Rows with ``facility_id``, ``facility_name``, ``unit_id``, ``kind`` and ``ownership``.
    units_m
        Subdistricts by ``unit_id``, metres in ``PLANE_CRS``.
    labels_m
        Their label points.
    streets
        The streets.

    Returns
    -------
    list of Facility
        The centres, then stations that bear no real name.
    """
    corners = _corners(streets)

    def place(unit_id: str, within_m: float) -> tuple[float, float]:
        wanted = labels_m[unit_id] + (2.0 * rng.random(2) - 1.0) * within_m
        return _near_street(rng, wanted, units_m[unit_id], corners)

    centres = [
        Facility(
            row["facility_id"],
            row["facility_name"] + MARK,
            row["kind"],
            row["ownership"],
            place(row["unit_id"], _CENTRE_WITHIN_M),
        )
        for row in register
    ]
    chosen = rng.choice(sorted(units_m), _STATIONS).tolist()
    stations = [
        Facility(
            f"S{number:02d}",
            f"合成站 {number} (synthetic)",
            "station",
            "government" if number % 2 else "private",
            place(unit_id, _STATION_WITHIN_M),
        )
        for number, unit_id in enumerate(chosen, start=1)
    ]
    return centres + stations


def _corners(streets: Streets) -> NDArray[np.float64]:
    """Return the points of named streets on the ground, bridges left out."""
    chosen = {
        index
        for way, nodes in zip(streets.ways, streets.way_nodes, strict=True)
        if way.level == 0 and "name" in way.tags and "bridge" not in way.tags
        for index in nodes
    }
    return streets.node_xy_m[sorted(chosen)]


def _near_street(
    rng: np.random.Generator,
    wanted_m: NDArray[np.float64],
    unit_m: shapely.Polygon,
    corners_m: NDArray[np.float64],
) -> tuple[float, float]:
    """Return a place beside the street point nearest to the wanted one, well inside the unit."""
    inner = unit_m.buffer(-_BORDER_CLEARANCE_M)
    inside = corners_m[shapely.contains_xy(inner, corners_m[:, 0], corners_m[:, 1])]
    nearest = inside[np.argmin(((inside - wanted_m) ** 2).sum(axis=1))]
    turn = 2.0 * np.pi * rng.random()
    x, y = (nearest + _OFF_STREET_M * np.array([np.cos(turn), np.sin(turn)])).tolist()
    return x, y
