"""What is drawn is simplified: so far as nobody sees it, and farther where it is very much."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

UNIT_TOLERANCE_M = 8.0
LINE_TOLERANCES_M = (3.0, 6.0, 12.0, 25.0, 50.0)
"""Taken in turn, each of what the one before left. With a whole district on the screen of an
office machine, 3 m is a tenth of a pixel; one sees it at the scale of a single street."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """Geometry as the page draws it.

    Attributes
    ----------
    shapes
        Simplified; rings neither cross nor vanish.
    tolerance_m
        No vertex that was left out lies farther from what is drawn.
    """

    shapes: NDArray[np.object_]
    tolerance_m: float


def drawn(geometries: Sequence[shapely.Geometry], most_points: int) -> Drawn:
    """Simplify lines and polygons until they are light enough.

    Parameters
    ----------
    geometries
        In metres.
    most_points
        So many vertices fit; at the widest tolerance there may still be more.

    Returns
    -------
    Drawn
        At the first of ``LINE_TOLERANCES_M`` that is light enough, else at the last.

    Notes
    -----
    Each step starts from what the one before left, so what it may have moved is their sum.
    """
    shapes, moved_m = np.array(list(geometries), dtype=object), 0.0
    for tolerance_m in LINE_TOLERANCES_M:
        shapes, moved_m = shapely.simplify(shapes, tolerance_m), moved_m + tolerance_m
        if shapely.get_num_coordinates(shapes).sum() <= most_points:
            break
    return Drawn(shapes, moved_m)


def drawn_units(geometries: Sequence[shapely.Geometry]) -> NDArray[np.object_]:
    """Simplify subdistricts; where they are a clean coverage, shared borders stay shared.

    Parameters
    ----------
    geometries
        Polygons in metres.

    Returns
    -------
    ndarray of object
        Simplified by ``UNIT_TOLERANCE_M``.
    """
    shapes = np.array(list(geometries), dtype=object)
    clean = shapely.coverage_is_valid(shapes)
    simplify = shapely.coverage_simplify if clean else shapely.simplify
    return np.asarray(simplify(shapes, UNIT_TOLERANCE_M), dtype=object)
