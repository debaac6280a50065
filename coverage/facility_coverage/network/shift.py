"""Whether points lie where their declared coordinate system says: every known shift is tried.

Places that people walk to stand a few metres beside a street. Points that were read in the wrong
system lie anywhere: they are as far from streets as the same points pushed about at random. So for
each point and each way of reading it, the distance to the nearest street is held against two
densities: that of true places, and that of the pushed points of this very layer among these very
streets. The sum of the logarithms of their ratio is the evidence for that reading.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from facility_coverage.coordinates.systems import (
    BD09,
    CGCS2000,
    GCJ02,
    WGS84,
    from_wgs84,
    in_degrees,
    to_wgs84,
)
from facility_coverage.crs import WGS84 as DEGREES
from facility_coverage.crs import project
from facility_coverage.network.nearest import StreetIndex
from facility_coverage.words import Remark

MIN_POINTS = 10
"""Fewer fall beside streets by chance too often to tell anything."""

_MOST_POINTS = 400
"""Of a larger layer every so-manieth point is tried; more tell nothing new."""

FAR_M = 160.0
_BORDERS_M = np.array([0, 3, 6, 9, 13, 18, 25, 35, 50, 70, 100, 150, np.inf])

_TRUE = np.array(
    [0.0522, 0.1721, 0.1766, 0.1817, 0.1482, 0.1167, 0.0784, 0.0448, 0.0188, 0.0075, 0.0024, 0.0006]
)
"""Share of true places in each class of distance: a log-normal of median 11 m and spread 0.8. Of
the 143 health places of Las Palmas in OpenStreetMap half lie within 8.5 m of a street and nine in
ten within 23 m; of its 464 shops, schools and banks, within 9.5 m and 35 m."""

_ON_STREETS, _ON_PLACES = 0.9, 0.35
"""Share of places that lie beside a landmark if they are read rightly; the others lie anywhere."""

_EXPLAINED_M = 60.0
"""A point this near to a street is explained by a reading."""

_N_PUSHES = 48
_GOLDEN_ANGLE = np.pi * (3.0 - 5.0**0.5)
_PUSH_M = (300.0, 1600.0)
_OWN_M = 150.0
"""A push that ends this near to a reading's own is no independent comparison for it."""

_EVIDENCE_PER_POINT = 0.05
"""What a reading needs grows with the points: those that stand in clusters are not independent."""

_BETTER_PUSHES = 5
"""At most so many of the pushes may do as well as the reading."""

_NAMES = {WGS84: "WGS84", GCJ02: "GCJ-02", BD09: "BD-09", CGCS2000: "CGCS2000"}
_SHIFTED = (
    "these {points} points of {layer} look like {system} declared as {declared} (median offset "
    "{offset_m} m {direction}, {explained} of {points} explained); if so, set {mend}"
)
_EXCHANGED = (
    "these {points} points of {layer} look as if longitude and latitude had changed places "
    "({explained} of {points} explained); if so, exchange the two columns"
)


@dataclass(frozen=True, eq=False)
class Landmarks:
    """What places stand beside: streets, or the places of another layer.

    Attributes
    ----------
    distance_m
        From points, shape (p, 2), metres, to the distance to the nearest one; inf beyond
        ``FAR_M``.
    true_share
        Share of places that stand beside one when they are read as they should be.
    least_evidence
        By how much a reading must beat the declared one, before the share of each point.
    """

    distance_m: Callable[[NDArray[np.float64]], NDArray[np.float64]]
    true_share: float
    least_evidence: float

    @classmethod
    def of_streets(cls, index: StreetIndex) -> Self:
        """Take the streets of a network.

        Parameters
        ----------
        index
            The network's segments.

        Returns
        -------
        Landmarks
            Beside which nearly every place stands.
        """
        return cls(lambda xy: index.nearest(xy, FAR_M).distance_m, _ON_STREETS, 4.0)

    @classmethod
    def of_places(cls, xy: NDArray[np.float64]) -> Self:
        """Take the places of another layer that is believed.

        Parameters
        ----------
        xy
            Shape (q, 2), metres: the same kind of places.

        Returns
        -------
        Landmarks
            Which a third of the places are expected to share.
        """
        tree = cKDTree(xy)
        return cls(
            lambda places: tree.query(places, distance_upper_bound=FAR_M)[0], _ON_PLACES, 8.0
        )


@dataclass(frozen=True, eq=False)
class Reading:
    """Where points lie if their numbers are counted in another system.

    Attributes
    ----------
    system
        As ``known_system`` returns it.
    xy
        Shape (p, 2), metres in the study's CRS; NaN where that leads nowhere.
    exchanged
        Whether the two numbers of each point change places.
    """

    system: str
    xy: NDArray[np.float64]
    exchanged: bool = False


@dataclass(frozen=True)
class Shift:
    """Points that another reading explains better than the declared one.

    Attributes
    ----------
    points
        How many were tried.
    declared, system
        The declared system, and the one that explains them.
    exchanged
        Whether longitude and latitude have to change places.
    offset_m
        Median distance between where they lie and where they belong, metres.
    direction
        Towards which they are off: one of sixteen, such as ``ESE``.
    explained
        How many of them stand beside a street when they are read so.
    """

    points: int
    declared: str
    system: str
    exchanged: bool
    offset_m: float
    direction: str
    explained: int

    def remark(self, layer: Remark | str, key: str) -> Remark:
        """Say it in one sentence.

        Parameters
        ----------
        layer
            The file of the points.
        key
            The key of the study file that would mend it, such as ``facilities.coordinates``.

        Returns
        -------
        Remark
            The sentence.
        """
        values = {
            "points": f"{self.points}",
            "layer": layer,
            "system": _NAMES.get(self.system, self.system),
            "declared": _NAMES.get(self.declared, self.declared),
            "offset_m": f"{self.offset_m:,.0f}",
            "direction": self.direction,
            "explained": f"{self.explained}",
            "mend": f'{key} = "{self.system}"',
        }
        return Remark(_EXCHANGED if self.exchanged else _SHIFTED, **values)


def readings(xy: NDArray[np.float64], crs: str, declared: str) -> list[Reading]:
    """Read points in every other system that people mistake for the declared one.

    Parameters
    ----------
    xy
        Shape (p, 2), metres in ``crs``: as they were read.
    crs
        The study's metric CRS.
    declared
        The system in which they were read, as ``known_system`` returns it.

    Returns
    -------
    list of Reading
        Only those that move the points. Metres of a zone may have been made from shifted degrees;
        their two numbers differ too much to be mistaken for each other.
    """
    shifted = declared if declared in (GCJ02, BD09) else WGS84
    given = from_wgs84(project(xy, crs, DEGREES), shifted)
    others = [name for name in (WGS84, GCJ02, BD09) if name != shifted]
    found = [Reading(name, _placed(given, name, crs)) for name in others]
    if in_degrees(declared):
        found.append(Reading(declared, _placed(given[:, ::-1], shifted, crs), exchanged=True))
    return [each for each in found if _moved_m(each.xy - xy) > _OWN_M]


def find_shift(
    xy: NDArray[np.float64],
    declared: str,
    others: Sequence[Reading],
    landmarks: Landmarks,
) -> Shift | None:
    """Tell whether points look as if they were read in the wrong system.

    Parameters
    ----------
    xy
        Shape (p, 2), metres in the study's CRS; NaN where a row has no position.
    declared
        The system in which they were read.
    others
        The same points read otherwise.
    landmarks
        Beside which such places stand.

    Returns
    -------
    Shift or None
        The reading that explains them; None where nothing speaks against the declared one, or
        there are fewer than ``MIN_POINTS`` points.
    """
    placed = np.flatnonzero(np.all(np.isfinite(xy), axis=1))
    if len(placed) < MIN_POINTS or not others:
        return None
    rows = placed[:: -(-len(placed) // _MOST_POINTS)]
    pushes = _pushes()
    layers = [xy[rows], *(each.xy[rows] for each in others), *(xy[rows] + push for push in pushes)]
    distance_m = _distances(np.stack(layers), landmarks)
    evidence = _evidence(distance_m, 1 + len(others), landmarks.true_share)
    own, read, pushed = evidence[0], evidence[1 : 1 + len(others)], evidence[1 + len(others) :]
    best = int(np.argmax(read))
    offset = np.median(xy[rows] - others[best].xy[rows], axis=0)
    apart = np.hypot(*(pushes + offset).T) > _OWN_M
    needed = landmarks.least_evidence + _EVIDENCE_PER_POINT * len(rows)
    as_good = int((pushed[apart] >= read[best]).sum())
    if read[best] <= 0 or read[best] - own < needed or as_good > _BETTER_PUSHES:
        return None
    return Shift(
        points=len(rows),
        declared=declared,
        system=others[best].system,
        exchanged=others[best].exchanged,
        offset_m=float(np.hypot(*offset)),
        direction=_direction(offset),
        explained=int((distance_m[1 + best] <= _EXPLAINED_M).sum()),
    )


def _moved_m(step: NDArray[np.float64]) -> float:
    """Return the longest step, 0 where none leads anywhere."""
    length_m = np.hypot(*step.T)
    return float(length_m[np.isfinite(length_m)].max(initial=0.0))


def _placed(given: NDArray[np.float64], system: str, crs: str) -> NDArray[np.float64]:
    lonlat = to_wgs84(given, system)
    there: NDArray[np.bool_] = np.all(np.isfinite(lonlat), axis=1)
    xy = project(np.where(there[:, None], lonlat, 0.0), DEGREES, crs)
    xy[~there | ~np.all(np.isfinite(xy), axis=1)] = np.nan
    return xy


def _pushes() -> NDArray[np.float64]:
    """Return pushes spread evenly over a ring, shape (k, 2), metres."""
    step = np.arange(_N_PUSHES)
    near_m, far_m = _PUSH_M
    length_m = near_m + (far_m - near_m) * np.sqrt((step + 0.5) / _N_PUSHES)
    angle = step * _GOLDEN_ANGLE
    return np.column_stack([length_m * np.cos(angle), length_m * np.sin(angle)])


def _distances(layers: NDArray[np.float64], landmarks: Landmarks) -> NDArray[np.float64]:
    """Return shape (layers, points), inf where a point is nowhere."""
    flat = layers.reshape(-1, 2)
    there = np.all(np.isfinite(flat), axis=1)
    distance_m = np.full(len(flat), np.inf)
    distance_m[there] = landmarks.distance_m(flat[there])
    return distance_m.reshape(layers.shape[:2])


def _evidence(
    distance_m: NDArray[np.float64], n_readings: int, true_share: float
) -> NDArray[np.float64]:
    """Return the evidence for each layer of points; the pushed ones tell what chance looks like."""
    kind = np.clip(np.searchsorted(_BORDERS_M, distance_m, side="right") - 1, 0, len(_TRUE) - 1)
    chance = np.bincount(kind[n_readings:].ravel(), minlength=len(_TRUE)) + 2.0
    ratio = np.log(1.0 - true_share + true_share * _TRUE / (chance / chance.sum()))
    evidence: NDArray[np.float64] = ratio[kind].sum(axis=1)
    return evidence


_DIRECTIONS = (
    "E", "ENE", "NE", "NNE", "N", "NNW", "NW", "WNW", "W", "WSW", "SW", "SSW", "S", "SSE", "SE",
    "ESE",
)  # fmt: skip


def _direction(offset: NDArray[np.float64]) -> str:
    sixteenths = np.arctan2(offset[1], offset[0]) / (2.0 * np.pi) * len(_DIRECTIONS)
    return _DIRECTIONS[round(float(sixteenths)) % len(_DIRECTIONS)]
