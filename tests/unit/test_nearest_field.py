"""The coarse field: in the middle of a cell it is exactly what the fine surface says there."""

import numpy as np
import pytest
from drawn_circles import places_on
from toy_city import CORNER_M, network_of

from facility_coverage.network.cell_grid import CellGrid
from facility_coverage.network.nearest import StreetIndex
from facility_coverage.result import NearestField
from facility_coverage.travel import nearest_field as module
from facility_coverage.travel.nearest_field import nearest_field
from facility_coverage.travel.surface import travel_time_surface

NETWORK = network_of({1: (0, 0), 2: (400, 0), 3: (0, 300), 4: (400, 300)}, {1: [1, 2], 2: [3, 4]})
FACILITIES = places_on(NETWORK, np.array([(0.0, -10.0), (400.0, 20.0)]) + CORNER_M, 100.0)
GRID = CellGrid.over(
    StreetIndex.of(NETWORK),
    (CORNER_M[0] - 100, CORNER_M[1] - 200, CORNER_M[0] + 500, CORNER_M[1] + 400),
    size_m=20.0,
    off_street_limit_m=100.0,
)


@pytest.mark.parametrize("most_cells", [50, 300, 20_000])
def test_it_is_the_surface_on_coarser_cells(
    most_cells: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_CELLS", most_cells)
    field = nearest_field(NETWORK, GRID, FACILITIES)
    assert field.travel_time_s.size <= most_cells * 1.3
    surface = travel_time_surface(NETWORK, GRID, FACILITIES)
    step = round(field.cell_size_m / surface.cell_size_m)
    for row in range(field.travel_time_s.shape[0]):
        for column in range(field.travel_time_s.shape[1]):
            x, y = middle(field, row, column)
            fine_row = round((surface.corner_m[1] - y) / surface.cell_size_m - 0.5)
            fine_column = round((x - surface.corner_m[0]) / surface.cell_size_m - 0.5)
            expected = surface.travel_time_s[fine_row, fine_column]
            assert field.travel_time_s[row, column] == pytest.approx(expected, nan_ok=True)
    assert step >= 1


def middle(field: NearestField, row: int, column: int) -> tuple[float, float]:
    west, north = field.corner_m
    return west + (column + 0.5) * field.cell_size_m, north - (row + 0.5) * field.cell_size_m


def test_each_cell_names_the_facility_that_is_nearest() -> None:
    field = nearest_field(NETWORK, GRID, FACILITIES)
    for row in range(field.facility.shape[0]):
        for column in range(field.facility.shape[1]):
            x, y = middle(field, row, column)
            if np.isnan(field.travel_time_s[row, column]):
                assert field.facility[row, column] == -1
            elif abs(y - CORNER_M[1]) <= 100 and not 180 <= x - CORNER_M[0] <= 220:
                assert field.facility[row, column] == int(x - CORNER_M[0] > 200)
