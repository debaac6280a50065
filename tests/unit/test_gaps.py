"""Gaps, worked by hand: points up to 200 m apart, or one and a half cells, belong together."""

import numpy as np
import shapely

from facility_coverage.assessment.gaps import Gaps, find_gaps


def gaps(
    *rows: tuple[float, float, float], uncovered: list[bool] | None = None, spacing_m: float = 0.0
) -> Gaps:
    """Find the gaps among (east, north, people)."""
    table = np.array(rows, dtype=float).reshape(-1, 3)
    flags = np.ones(len(table), dtype=bool) if uncovered is None else np.array(uncovered)
    return find_gaps(table[:, :2], table[:, 2], flags, spacing_m=spacing_m)


def test_points_are_linked_at_200_m_and_not_beyond() -> None:
    """0 - 200 - 400 form a chain of 1 + 2 + 4 people; 600.1 stands alone with 8."""
    found = gaps((0, 0, 1), (200, 0, 2), (400, 0, 4), (600.1, 0, 8))
    assert [rows.tolist() for rows in found.rows] == [[3], [0, 1, 2]]
    assert found.population.tolist() == [8.0, 7.0]


def test_large_cells_are_linked_to_their_neighbours_diagonally_too() -> None:
    """Cells of 250 m: 354 m over the corner is within 375 m, 500 m is not."""
    found = gaps((0, 0, 1), (250, 250, 1), (750, 250, 1), spacing_m=250.0)
    assert [rows.tolist() for rows in found.rows] == [[0, 1], [2]]


def test_covered_points_and_points_without_people_form_no_gap_and_no_bridge() -> None:
    """The middle one of three is covered, or nobody lives there: two gaps."""
    rows = [(0.0, 0.0, 1.0), (200.0, 0.0, 5.0), (400.0, 0.0, 1.0)]
    found = gaps(*rows, uncovered=[True, False, True])
    assert [own.tolist() for own in found.rows] == [[0], [2]]
    empty = [(x, y, 0.0 if x == 200.0 else people) for x, y, people in rows]
    assert [own.tolist() for own in gaps(*empty).rows] == [[0], [2]]


def test_of_equal_gaps_the_southernmost_comes_first_then_the_westernmost() -> None:
    """Whatever the order of rows."""
    found = gaps((0, 900, 5), (900, 0, 5), (0, 0, 5))
    assert [rows.tolist() for rows in found.rows] == [[2], [1], [0]]


def test_the_area_is_round_its_points() -> None:
    found = gaps((0, 0, 1), (150, 0, 1))
    (area,) = found.shapes
    assert area.geom_type == "MultiPolygon"
    assert area.contains(shapely.MultiPoint([(0, 0), (150, 0)]))
    assert area.bounds == (-100.0, -100.0, 250.0, 100.0)


def test_no_uncovered_people_have_no_gaps() -> None:
    for found in (gaps(), gaps((0, 0, 5), uncovered=[False]), gaps((0, 0, 0))):
        assert found.rows == ()
        assert len(found.population) == len(found.shapes) == 0
