"""What the page draws of the reach: light enough, told by how much, and nothing lost."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from shape_reader import decode, numbers_of
from toy_result import CORNER_M, HOSTILE, SIDE_M, toy_result, toy_study

from facility_coverage_maps import drawing, reach
from facility_coverage_maps.drawing import LINE_TOLERANCES_M, drawn
from facility_coverage_maps.plain_values import displayed


def wiggly(count: int, depth_m: float) -> shapely.Polygon:
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    radius = 500.0 + depth_m * (np.arange(count) % 2)
    return shapely.Polygon(np.column_stack([np.cos(angle), np.sin(angle)]) * radius[:, None])


def test_what_nobody_sees_is_left_out_and_what_was_moved_is_told() -> None:
    ring = wiggly(400, depth_m=1.0)
    found = drawn([ring], most_points=10_000)
    assert found.tolerance_m == LINE_TOLERANCES_M[0]
    assert shapely.get_num_coordinates(found.shapes[0]) < 200
    assert shapely.hausdorff_distance(ring, found.shapes[0]) <= found.tolerance_m


@pytest.mark.parametrize("most_points", [150, 60, 30, 1])
def test_it_simplifies_until_it_is_light_or_nothing_more_can_go(most_points: int) -> None:
    ring = wiggly(400, depth_m=20.0)
    found = drawn([ring, ring], most_points)
    light = shapely.get_num_coordinates(found.shapes).sum() <= most_points
    assert light or found.tolerance_m == sum(LINE_TOLERANCES_M)
    assert shapely.is_valid(found.shapes).all()
    assert shapely.hausdorff_distance(ring, found.shapes[0]) <= found.tolerance_m


def test_holes_stay_holes() -> None:
    lake = shapely.Polygon(wiggly(200, 9.0).exterior, [wiggly(200, 4.0).exterior.coords[::-1]])
    lake = shapely.Polygon(lake.exterior, [shapely.affinity.scale(lake, 0.5, 0.5).exterior])
    assert len(drawn([lake], 1).shapes[0].interiors) == 1


def test_too_many_streets_leave_the_main_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    result = toy_result(toy_study())
    assert not reach.streets(result)["only_main"]
    monkeypatch.setattr(reach, "STREET_POINTS", 10)
    few = reach.streets(result)
    assert few["only_main"]
    assert few["groups"]
    assert all(group["main"] for group in few["groups"])
    assert few["tolerance_m"] == sum(drawing.LINE_TOLERANCES_M)


def test_single_circles_give_way_before_those_of_all_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reach, "CIRCLE_POINTS", 200)
    result = toy_result(toy_study(), circle_points=400)
    shapes = reach.circles(result)["shapes"]

    def points(facility: int | None) -> int:
        own = [decode(each["shape"]) for each in shapes if each["facility"] == facility]
        return sum(len(ring) for shape in own for polygon in shape for ring in polygon)

    # Together they are the circles of the first facility.
    assert points(0) < points(None)
    assert reach.circles(result)["tolerance_m"] > LINE_TOLERANCES_M[0]


def test_the_field_names_facilities_by_their_place_in_the_list() -> None:
    result = toy_result(toy_study())
    # The first facility was refused: the assessed ones are then one place further on.
    status = result.facilities["status"].to_numpy().copy()
    status[[0, -1]] = ["refused", "assessed"]
    moved = replace(result, facilities=result.facilities.assign(status=status))
    wide = 4 * len(HOSTILE)
    for case, first in ((result, 0), (moved, 1)):
        field = reach.nearest(case.nearest, case)
        place = np.cumsum(list(numbers_of(field["facilities"]))).reshape(4, wide)
        steps = np.cumsum(list(numbers_of(field["steps"]))).reshape(4, wide)
        assert place[0].tolist() == [first + min(at // 4, 4) for at in range(wide - 1)] + [-1]
        assert steps[:, 0].tolist() == [64, 48, 32, 16]  # quarter minutes, the north first
        assert steps[:, -1].tolist() == [-1] * 4


def test_the_corners_of_the_field_are_the_middles_of_its_corner_cells() -> None:
    result = toy_result(toy_study())
    corners = reach.nearest(result.nearest, result)["corners"]
    x, y = CORNER_M
    half, wide = SIDE_M / 8, len(HOSTILE) * SIDE_M
    places = [(x + half, y + SIDE_M - half), (x + wide - half, y + SIDE_M - half),
              (x + half, y + half), (x + wide - half, y + half)]  # fmt: skip
    for point, (lat, lon) in zip(
        displayed(shapely.points(places), result.crs), corners, strict=True
    ):
        assert (point.x, point.y) == (pytest.approx(lon, abs=1e-6), pytest.approx(lat, abs=1e-6))
