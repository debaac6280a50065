"""Where streets cross the lines between cell centres, worked out by hand."""

import numpy as np
from toy_city import CORNER_M, network_of

from facility_coverage.network.cell_grid import CellGrid
from facility_coverage.network.grid_marks import GridMarks
from facility_coverage.network.nearest import StreetIndex

CELL_M = 20.0
ROW, COLUMN = int(CORNER_M[1] / CELL_M), int(CORNER_M[0] / CELL_M)


def marks_of(
    *street: tuple[float, float], box: tuple[float, float, float, float] = (-50, -50, 150, 150)
) -> list[tuple[float, int, int, bool, float]]:
    """Return position, row, column, northward and share of every mark of one street."""
    nodes = dict(enumerate(street, start=1))
    network = network_of(nodes, {1: list(nodes)})
    x, y = CORNER_M
    bounds = box[0] + x, box[1] + y, box[2] + x, box[3] + y
    grid = CellGrid.over(StreetIndex.of(network), bounds, size_m=CELL_M, off_street_limit_m=CELL_M)
    marks = GridMarks.of(network, grid)
    assert marks.offset.tolist() == [0, len(marks.share)]
    return [
        (round(position, 4), int(row) - ROW, int(column) - COLUMN, bool(north), round(share, 6))
        for position, row, column, north, share in zip(
            marks.position_m, marks.row, marks.column, marks.northward, marks.share, strict=True
        )
    ]


def test_a_street_to_the_east_crosses_columns() -> None:
    """From (5, 5) to (45, 5): at x = 20 and 40, a quarter of the way from row 0 to row 1."""
    assert marks_of((5, 5), (45, 5)) == [(15.0, 0, 1, True, 0.25), (35.0, 0, 2, True, 0.25)]


def test_a_sloping_street_crosses_rows_and_columns_in_its_own_order() -> None:
    """From (10, 5) to (42, 37): x = 20 at y = 15; y = 20 at x = 25; x = 40 at y = 35."""
    root = np.sqrt(2.0)
    assert marks_of((10, 5), (42, 37)) == [
        (round(10 * root, 4), 0, 1, True, 0.75),
        (round(15 * root, 4), 1, 1, False, 0.25),
        (round(30 * root, 4), 1, 2, True, 0.75),
    ]


def test_positions_run_on_over_bends() -> None:
    """From (5, 5) over (15, 5) to (15, 25): y = 20 after 10 + 15 m."""
    assert marks_of((5, 5), (15, 5), (15, 25)) == [(25.0, 1, 0, False, 0.75)]


def test_streets_off_the_grid_are_left_out() -> None:
    assert marks_of((5, 5), (5, 10), (5, 390), (5, 399), box=(-50, -50, 50, 50))[-1][1] == 19
    assert marks_of((500, 500), (600, 500), box=(-50, -50, 50, 50)) == []
