"""Rings around random fields of slack: they enclose what is within the limit, and nothing else."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from street_scenes import laws

from facility_coverage.travel.isochrones import areas_of_rings
from facility_coverage.travel.rings import outlines
from facility_coverage.travel.windows import Grid, Ground, Places, Priced, Reached

CELL_M = 25.0
LIMIT = 100.0
CLEAR_OF_CENTRES = 1.0 / 256.0
SLIVER_M2 = 1e-3

slacks = st.sampled_from([-1.0, -1.0, -0.6, -0.01, 0.0, 0.01, 0.3, 1.0, 1.0])


@st.composite
def fields(draw: st.DrawFn) -> NDArray[np.float32]:
    """Draw slack on a few cells, with a rim of cells that are not reached."""
    rows, columns = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    field = np.full((rows + 2, columns + 2), -1.0, dtype=np.float32)
    drawn = draw(st.lists(slacks, min_size=rows * columns, max_size=rows * columns))
    field[1:-1, 1:-1] = np.array(drawn).reshape(rows, columns)
    return field


def area_of(field: NDArray[np.float32]) -> shapely.MultiPolygon:
    """Draw a field whose south-west centre stands at the origin: cells alone, without streets."""
    row, column = (index.ravel().astype(np.int32) for index in np.indices(field.shape))
    beside = np.zeros(field.size)
    no_row, no_share = np.empty(0, dtype=np.int32), np.empty(0)
    grid = Grid(row, column, beside, no_row, no_row, np.empty(0, dtype=np.bool_), no_share)
    cost = LIMIT - CELL_M * field.ravel().astype(float)
    whole = np.array([0, field.size])
    nothing = np.zeros(2, dtype=np.int64)
    none, nowhere = Priced(nothing, no_row, no_share), Places(nothing, no_share, no_share)
    cells = Priced(whole, np.arange(field.size, dtype=np.int32), cost)
    reached = Reached(cells, none, none, nowhere, nowhere, no_share)
    ground = Ground(CELL_M, 1.0, 1e6)
    rings = outlines(ground, np.array([LIMIT]), grid, np.empty((0, 2)), reached)
    (area,) = areas_of_rings(rings, 1)
    assert isinstance(area, shapely.MultiPolygon)
    return area


@laws(150)
@given(fields())
def test_centres_are_inside_where_slack_is_left(field: NDArray[np.float32]) -> None:
    area = area_of(field)
    row, column = np.indices(field.shape)
    inside = shapely.contains_xy(area, column * CELL_M, row * CELL_M)
    assert (inside == (field >= 0.0)).all()
    assert area.is_valid
    assert all(polygon.exterior.is_ccw for polygon in area.geoms)
    assert not any(hole.is_ccw for polygon in area.geoms for hole in polygon.interiors)


@laws(150)
@given(fields(), st.sampled_from([0.005, 0.3, 0.61, 2.0]))
def test_more_slack_takes_no_ground_away(field: NDArray[np.float32], more: float) -> None:
    wider = np.clip(field + np.float32(more), -1.0, 1.0)
    wider[[0, -1]], wider[:, [0, -1]] = -1.0, -1.0
    assert area_of(field).difference(area_of(wider)).area <= SLIVER_M2


@laws(100)
@given(fields())
def test_the_border_crosses_a_line_where_no_slack_is_left(field: NDArray[np.float32]) -> None:
    """Along every line between two neighbours, but for the clearance around their ends."""
    area = area_of(field)
    for turned in (False, True):
        slack = (field.T if turned else field).astype(float)
        one, other = slack[:, :-1], slack[:, 1:]
        across, along = np.indices(one.shape)
        for share in (0.2, 0.45, 0.55, 0.8):
            value = one + share * (other - one)
            place = np.stack([(along + share) * CELL_M, across * CELL_M])
            inside = shapely.intersects_xy(area, *(place[::-1] if turned else place))
            assert inside[value > CLEAR_OF_CENTRES].all()
            assert not inside[value < -CLEAR_OF_CENTRES].any()
