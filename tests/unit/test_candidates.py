"""Candidate sites, worked by hand: the heaviest first, none nearer to another than the spacing."""

import numpy as np
import pytest

from facility_coverage.network.snapping import Snaps
from facility_coverage.siting import candidates
from facility_coverage.siting.candidates import street_candidates


def drawn(
    *rows: tuple[float, float, float], spacing_m: float = 100.0
) -> tuple[list[list[float]], float]:
    """Return the places of the candidates among (east, north, people), and the spacing used."""
    table = np.array(rows, dtype=float).reshape(-1, 3)
    count = len(table)
    demand = Snaps(
        table[:, :2] + 7.0,  # homes stand beside their streets
        np.arange(count, dtype=np.int32),
        np.arange(count, dtype=np.int64),
        np.full(count, 3.0),
        np.full(count, 9.0),
    )
    snaps, used_m = street_candidates(table[:, :2], demand, table[:, 2], spacing_m=spacing_m)
    assert not snaps.off_street_m.any()
    rows_kept = snaps.edge
    assert np.array_equal(snaps.xy, table[rows_kept, :2])
    assert (snaps.position_m == 3.0).all()
    return snaps.xy.tolist(), used_m


def test_the_heaviest_keeps_lighter_ones_away() -> None:
    """200 people at 60 m keep 0 and 120 m away; 170 m is 110 m from them."""
    found, used_m = drawn((0, 0, 5), (60, 0, 200), (120, 0, 50), (170, 0, 1))
    assert found == [[60, 0], [170, 0]]
    assert used_m == 100.0


def test_the_spacing_itself_is_far_enough() -> None:
    found, _ = drawn((0, 0, 2), (100, 0, 1))
    assert found == [[0, 0], [100, 0]]


def test_nobody_to_serve_is_no_candidate() -> None:
    assert drawn((0, 0, 0), (500, 0, 3)) == ([[500, 0]], 100.0)
    assert drawn((0, 0, 0)) == ([], 100.0)
    assert drawn() == ([], 100.0)


def test_of_equally_many_the_southernmost_then_the_westernmost_comes_first() -> None:
    rows = [(0.0, 50.0, 4.0), (50.0, 0.0, 4.0), (0.0, 0.0, 4.0), (900.0, -1.0, 4.0)]
    for order in ([0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]):
        found, _ = drawn(*(rows[row] for row in order))
        assert found == [[900, -1], [0, 0]]


def test_the_spacing_doubles_until_candidates_are_few_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """20 places 100 m apart: 20 at 100 m, 10 at 200 m, 5 at 400 m."""
    monkeypatch.setattr(candidates, "MAX_CANDIDATES", 6)
    found, used_m = drawn(*((100.0 * i, 0.0, 100.0 - i) for i in range(20)))
    assert used_m == 400.0
    assert [x for x, _ in found] == [0, 400, 800, 1200, 1600]
