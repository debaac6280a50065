"""Water and parks behind everything, from the study's own street extract."""

from pathlib import Path

import numpy as np
import shapely

from facility_coverage.inputs.land import read_land
from facility_coverage.result import StudyResult
from facility_coverage_maps.drawing import drawn
from facility_coverage_maps.plain_values import Row, displayed
from facility_coverage_maps.shapes import encode_polygons

AROUND_M = 3000.0
"""So far beyond the subdistricts land is drawn."""

SMALLEST_M2 = 400.0
GROUND_POINTS = 60_000


def ground(result: StudyResult) -> list[Row]:
    """Return the land that a study wants to see behind its layers.

    Parameters
    ----------
    result
        A study's result.

    Returns
    -------
    list of dict
        ``kind`` and ``shape`` (polygons), in the order in which the study names the kinds.

    Raises
    ------
    NotFoundError
        The street extract is gone.
    InputError
        It holds no land.
    """
    kinds = tuple(dict.fromkeys(result.study.map.context))
    west, south, east, north = result.units.total_bounds
    box = shapely.box(west - AROUND_M, south - AROUND_M, east + AROUND_M, north + AROUND_M)
    rows = []
    for land in read_land(Path(result.study.network.source), kinds, result.crs):
        seen = shapely.intersects(land.shapes, box) & (shapely.area(land.shapes) >= SMALLEST_M2)
        simple = drawn(list(land.shapes[seen]), GROUND_POINTS)
        parts = shapely.get_parts(displayed(simple.shapes, result.crs))
        whole = shapely.multipolygons(parts[np.argsort(-shapely.area(parts), kind="stable")])
        rows.append({"kind": land.kind, "shape": encode_polygons([whole])[0]})
    return rows
