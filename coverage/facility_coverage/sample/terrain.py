"""The lie of the synthetic land: how a straight draft is bent, water, hills and the old town.

Everything is first drafted on a square grid of metres ("draft" coordinates, near ``PLANE_CRS``)
and then bent by one smooth one-to-one map. What is joined or disjoint in the draft is so on the
ground, and nothing on the ground is straight.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray

GRID_M = 50
"""Drafted streets run on lines of this grid, so two that cross share a grid point."""

_BENDS = (
    # What moves (0 for x, 1 for y); the direction of the wave; amplitude, wavelength (m); phase.
    (0, (0.0, 1.0), 170.0, 5200.0, 0.7),
    (0, (0.5, 0.9), 70.0, 2300.0, 2.1),
    (0, (-0.3, 1.0), 14.0, 700.0, 4.0),
    (1, (1.0, 0.0), 170.0, 6100.0, 1.9),
    (1, (0.9, -0.5), 70.0, 2600.0, 0.4),
    (1, (1.0, 0.3), 14.0, 760.0, 5.2),
)
"""Slopes of the waves add to less than 1 along either axis, which keeps the map one-to-one."""

_INVERSION_ROUNDS = 30


def bend(draft_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where drafted points come to lie on the ground.

    Parameters
    ----------
    draft_m
        Shape (n, 2), draft metres.

    Returns
    -------
    ndarray
        Shape (n, 2), metres in ``PLANE_CRS``.
    """
    ground = np.array(draft_m, dtype=np.float64)
    for moves, along, amplitude_m, wavelength_m, phase in _BENDS:
        way_m = draft_m[:, 0] * along[0] + draft_m[:, 1] * along[1]
        ground[:, moves] += amplitude_m * np.sin(2.0 * np.pi * way_m / wavelength_m + phase)
    return ground


def unbend(ground_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the drafted points that ``bend`` brings to given places.

    Parameters
    ----------
    ground_m
        Shape (n, 2), metres in ``PLANE_CRS``.

    Returns
    -------
    ndarray
        Shape (n, 2), draft metres.
    """
    draft = ground_m
    for _ in range(_INVERSION_ROUNDS):
        draft = ground_m - (bend(draft) - draft)
    return draft


@dataclass(frozen=True)
class Course:
    """A winding line in the draft: it follows one axis and swings about a middle.

    Parameters
    ----------
    axis
        ``"x"`` runs from west to east, ``"y"`` from south to north.
    start, stop
        Where it begins and ends on that axis, multiples of ``GRID_M``.
    middle, swing
        Coordinate on the other axis and how far it swings about it, metres.
    wavelength, phase
        Of the swing: metres, and radians at coordinate 0 of the axis.
    """

    axis: Literal["x", "y"]
    start: int
    stop: int
    middle: float
    swing: float
    wavelength: float
    phase: float

    def across(self, along: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the coordinate on the other axis, metres, at places along the course.

        Parameters
        ----------
        along
            Coordinates on its own axis, metres.

        Returns
        -------
        ndarray
            Of the same shape.
        """
        return self.middle + self.swing * np.sin(2.0 * np.pi * along / self.wavelength + self.phase)

    def points(self, offset_m: float = 0.0) -> NDArray[np.float64]:
        """Return its points, one each ``GRID_M``, moved sideways.

        Parameters
        ----------
        offset_m
            How far, measured on the other axis.

        Returns
        -------
        ndarray
            Shape (n, 2), draft metres.
        """
        along = np.arange(self.start, self.stop + 1, GRID_M, dtype=np.float64)
        pair = (along, self.across(along) + offset_m)
        return np.column_stack(pair if self.axis == "x" else pair[::-1])


@dataclass(frozen=True)
class River:
    """A river: a course and half its width in metres."""

    course: Course
    half_width_m: float

    def shape(self) -> shapely.Polygon:
        """Return its surface in the draft.

        Returns
        -------
        Polygon
            Bank to bank.
        """
        one_bank = self.course.points(-self.half_width_m)
        return shapely.Polygon(np.vstack([one_bank, self.course.points(self.half_width_m)[::-1]]))


MAIN_RIVER = River(Course("x", 424_000, 445_000, 2_556_250.0, 170.0, 9000.0, 1.0), 130.0)
BROOK = River(Course("y", 2_556_200, 2_567_200, 436_850.0, 190.0, 4700.0, 0.4), 24.0)
RIVERS = (MAIN_RIVER, BROOK)
MOTORWAY = Course("x", 424_000, 445_000, 2_563_420.0, 900.0, 15_500.0, 2.6)

_HILLS = (
    # centre x, y and half axes in m
    (438_100.0, 2_566_700.0, 2600.0, 2300.0),
    (432_200.0, 2_568_700.0, 2000.0, 2100.0),
    (436_600.0, 2_571_600.0, 4500.0, 2000.0),
    (440_900.0, 2_562_900.0, 1300.0, 1200.0),
)
_OLD_TOWN = ((430_600.0, 2_560_300.0, 2300.0, 1900.0),)


def hills(valley: NDArray[np.float64], valley_half_width_m: float = 700.0) -> shapely.Geometry:
    """Return the hills with few roads, less the valley that is built up.

    Parameters
    ----------
    valley
        Shape (n, 2): the line along which people live among the hills, draft metres.
    valley_half_width_m
        How far from it the ground is built on.

    Returns
    -------
    Geometry
        In the draft.
    """
    return _ellipses(_HILLS).difference(shapely.LineString(valley).buffer(valley_half_width_m))


def old_town() -> shapely.Geometry:
    """Return the part with small blocks, in the draft.

    Returns
    -------
    Geometry
        In the draft.
    """
    return _ellipses(_OLD_TOWN)


def _ellipses(axes: tuple[tuple[float, float, float, float], ...]) -> shapely.Geometry:
    """Return the union of upright ellipses."""
    turn = np.linspace(0.0, 2.0 * np.pi, 72, endpoint=False)
    return shapely.union_all(
        [
            shapely.Polygon(np.column_stack([x + a * np.cos(turn), y + b * np.sin(turn)]))
            for x, y, a, b in axes
        ]
    )
