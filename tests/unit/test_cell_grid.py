"""Cells lie on multiples of their size, are tied to streets, and are no more than the limit."""

import numpy as np
import pytest
from toy_city import CORNER_M, grid_city, network_of

from facility_coverage.errors import LimitError
from facility_coverage.network import cell_grid
from facility_coverage.network.cell_grid import MAX_CELLS, CellGrid
from facility_coverage.network.nearest import StreetIndex

X, Y = CORNER_M


def index_of_one_street() -> StreetIndex:
    """Return a street of 1000 m to the east."""
    return StreetIndex.of(network_of({1: (0, 0), 2: (1000, 0)}, {1: [1, 2]}))


def grid(
    bounds: tuple[float, float, float, float], size_m: float = 20.0, limit_m: float = 250.0
) -> CellGrid:
    """Lay a grid over bounds in metres from the corner."""
    west, south, east, north = bounds
    shifted = (west + X, south + Y, east + X, north + Y)
    return CellGrid.over(index_of_one_street(), shifted, size_m=size_m, off_street_limit_m=limit_m)


def test_cells_reach_from_below_the_area_to_above_it() -> None:
    """From 5 to 95 east: centres 0, 20, …, 100; from -30 to 10 north: -40, -20, 0, 20."""
    cells = grid((5, -30, 95, 10))
    assert cells.first == (int(Y - 40) // 20, int(X) // 20)
    assert cells.shape == (4, 6)
    assert (cells.centres_m(1) - X).tolist() == [0, 20, 40, 60, 80, 100]
    assert (cells.centres_m(0) - Y).tolist() == [-40, -20, 0, 20]


def test_rows_run_from_the_south_west() -> None:
    cells = grid((5, -30, 95, 10))
    assert (cells.snaps.xy[0] - CORNER_M).tolist() == [0, -40]
    assert (cells.snaps.xy[1] - CORNER_M).tolist() == [20, -40]
    assert (cells.snaps.xy[6] - CORNER_M).tolist() == [0, -20]
    assert len(cells.snaps.edge) == 24


def test_the_same_place_has_the_same_cells_whatever_the_area() -> None:
    small, large = grid((100, 0, 200, 100)), grid((-333, -77, 512, 391))
    inner = {tuple(xy) for xy in small.snaps.xy.tolist()}
    assert inner <= {tuple(xy) for xy in large.snaps.xy.tolist()}


def test_a_cell_is_tied_to_the_nearest_point_of_the_street() -> None:
    """The centre (40, 20) stands 20 m off the point 40 m along."""
    cells = grid((0, 0, 100, 100))
    row = cells.snaps.xy.tolist().index([X + 40, Y + 20])
    assert np.isclose(cells.snaps.position_m[row], 40.0)
    assert np.isclose(cells.snaps.off_street_m[row], 20.0)


def test_cells_in_rows_are_tied_as_each_would_be_alone() -> None:
    """Far from the street, too, where a row begins, and where it comes within the limit."""
    index = StreetIndex.of(grid_city(4, 4, block_m=210.0))
    bounds = (X - 400, Y - 400, X + 900, Y + 900)
    snaps = CellGrid.over(index, bounds, size_m=20.0, off_street_limit_m=180.0).snaps
    for row in range(0, len(snaps.edge), 7):
        alone = index.nearest(snaps.xy[row : row + 1], 200.0)
        own = snaps.edge[row], snaps.vertex[row], snaps.position_m[row], snaps.off_street_m[row]
        assert own == (alone.edge[0], alone.vertex[0], alone.position_m[0], alone.distance_m[0])


def test_cells_one_beyond_the_off_street_limit_are_tied_too() -> None:
    """A border is drawn between a centre within the limit and the next one beyond it."""
    cells = grid((0, 0, 100, 100), limit_m=50.0)
    north_m = cells.snaps.xy[:, 1] - Y
    assert cells.off_street_limit_m == 50.0
    assert cells.snaps.found.tolist() == (north_m <= 70.0).tolist()


def test_too_many_cells_are_refused_before_they_are_made() -> None:
    """200 km × 200 km of 20 m cells are 100 million."""
    with pytest.raises(LimitError, match=r"10002 × 10002 cells of 20 m, more than 40,000,000"):
        grid((0, 0, 200_000, 200_000))
    assert MAX_CELLS == 40_000_000


def test_the_limit_itself_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cell_grid, "MAX_CELLS", 24)
    assert grid((5, -30, 95, 10)).shape == (4, 6)
    monkeypatch.setattr(cell_grid, "MAX_CELLS", 23)
    with pytest.raises(LimitError, match="raise \\[coverage\\] cell_size_m or cut the study"):
        grid((5, -30, 95, 10))
