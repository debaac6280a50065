"""Cut streets, worked by hand at one metre per second."""

import numpy as np
import shapely
from toy_city import CORNER_M, grid_city, network_of

from facility_coverage.network.nearest import StreetIndex
from facility_coverage.network.snapping import snap
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.impedance import impedance_for
from facility_coverage.travel.service_areas import (
    StreetPieces,
    complement,
    difference,
    length_within,
    piece_lines,
    reached_pieces,
)
from facility_coverage.travel.times import each_alone, reach


def pieces_within(
    network: StreetNetwork, limit_s: float, *facilities: tuple[float, float]
) -> StreetPieces:
    xy = np.array(facilities, dtype=float) + CORNER_M
    origins = each_alone(snap(StreetIndex.of(network), xy, off_street_limit_m=100.0))
    impedance = impedance_for(network, Threshold("minutes", 1.0))
    found = reach(network, origins, impedance, limit_s)
    return reached_pieces(network, origins, found, impedance, limit_s)


def spans(pieces: StreetPieces) -> list[tuple[int, float, float]]:
    return [
        (int(edge), round(float(start), 6), round(float(end), 6))
        for edge, start, end in zip(pieces.edge, pieces.start_m, pieces.end_m, strict=True)
    ]


def pieces_of(*rows: tuple[int, float, float]) -> StreetPieces:
    edge, start, end = zip(*rows, strict=True)
    return StreetPieces(np.array(edge), np.array(start, dtype=float), np.array(end, dtype=float))


def street() -> StreetNetwork:
    return network_of({1: (0, 0), 2: (1000, 0)}, {1: [1, 2]})


def test_around_a_facility_what_is_left_in_both_directions() -> None:
    """At 500 m along and 20 m off, within 120 s: 100 m to either side."""
    assert spans(pieces_within(street(), 120.0, (500, 20))) == [(0, 400.0, 600.0)]


def test_pieces_end_at_the_end_of_the_street() -> None:
    """At 50 m along, within 100 s: from the very start to 150 m."""
    assert spans(pieces_within(street(), 100.0, (50, 0))) == [(0, 0.0, 150.0)]


def test_pieces_of_two_facilities_join_where_they_touch_and_part_where_not() -> None:
    """At 300 and 500 m: within 100 s they touch at 400 m; within 90 s 20 m lie between."""
    assert spans(pieces_within(street(), 100.0, (300, 0), (500, 0))) == [(0, 200.0, 600.0)]
    parted = spans(pieces_within(street(), 90.0, (300, 0), (500, 0)))
    assert parted == [(0, 210.0, 390.0), (0, 410.0, 590.0)]


def test_an_edge_is_entered_from_both_ends_and_its_middle_left_out() -> None:
    """A ring 1-2 short (100 m) and around (500 m); a facility at 1, within 200 s.

    The long way is entered 200 m from 1 and 100 m from 2, which is reached after 100 s.
    """
    nodes = {1: (0, 0), 2: (100, 0), 3: (0, 200), 4: (100, 200), 5: (-300, 0), 6: (400, 0)}
    network = network_of(nodes, {1: [5, 1, 2, 6], 2: [1, 3, 4, 2]})
    long_way = int(np.argmax(np.isclose(network.edge_length_m, 500.0)))
    found = [span for span in spans(pieces_within(network, 200.0, (0, 0))) if span[0] == long_way]
    assert found == [(long_way, 0.0, 200.0), (long_way, 400.0, 500.0)]


def test_a_leg_longer_than_the_limit_reaches_nothing() -> None:
    assert spans(pieces_within(street(), 19.0, (500, 20))) == []
    assert pieces_within(street(), 19.0, (500, 20)).length_m == 0.0


def test_a_lattice_within_a_limit() -> None:
    """A facility at the middle of 5 × 5 corners of 100 m, within 150 s.

    Four arms of 100 m, and from each of their ends 50 m in the three directions ahead.
    """
    found = pieces_within(grid_city(5, 5), 150.0, (200, 200))
    assert np.isclose(found.length_m, 4 * 100.0 + 4 * 3 * 50.0)


def test_the_rest_of_a_street() -> None:
    network = street()
    length_m = float(network.edge_length_m[0])
    rest = complement(network, pieces_of((0, 100.0, 200.0), (0, 300.0, length_m)))
    assert spans(rest) == [(0, 0.0, 100.0), (0, 200.0, 300.0)]


def test_taking_away() -> None:
    """[100, 500] less [0, 150], [200, 300] and [450, 600]."""
    network = street()
    taken = pieces_of((0, 0.0, 150.0), (0, 200.0, 300.0), (0, 450.0, 600.0))
    left = difference(network, pieces_of((0, 100.0, 500.0)), taken)
    assert spans(left) == [(0, 150.0, 200.0), (0, 300.0, 450.0)]


def test_common_length_piece_by_piece() -> None:
    """[0, 120] and [280, 500] with [100, 300] and [450, 600]: 20 m; 20 + 50 m."""
    network = street()
    pieces = pieces_of((0, 0.0, 120.0), (0, 280.0, 500.0))
    taken = pieces_of((0, 100.0, 300.0), (0, 450.0, 600.0))
    assert np.allclose(length_within(network, pieces, taken), [20.0, 70.0])


def test_pieces_of_neighbouring_edges_never_join() -> None:
    """The end of one edge and the start of the next are no overlap."""
    network = network_of(
        {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (100, 50)}, {1: [1, 2, 3], 2: [2, 4]}
    )
    first, second = pieces_of((0, 50.0, 100.0)), pieces_of((1, 0.0, 50.0))
    assert length_within(network, first, second).tolist() == [0.0]
    assert spans(difference(network, first, second)) == [(0, 50.0, 100.0)]


def test_a_line_keeps_the_corners_between_its_ends() -> None:
    """An L of 300 + 400 m, from 100 to 500 m along: over the corner at (300, 0)."""
    network = network_of({1: (0, 0), 2: (300, 0), 3: (300, 400)}, {1: [1, 2, 3]})
    lines = piece_lines(network, pieces_of((0, 100.0, 500.0), (0, 600.0, 700.0)))
    shapes = [shapely.get_coordinates(line) - CORNER_M for line in lines]
    assert np.allclose(shapes[0], [(100, 0), (300, 0), (300, 200)])
    assert np.allclose(shapes[1], [(300, 300), (300, 400)])


def test_no_pieces_have_no_lines() -> None:
    nothing = StreetPieces(np.empty(0, dtype=np.int64), np.empty(0), np.empty(0))
    assert len(piece_lines(street(), nothing)) == 0
    assert nothing.length_m == 0.0


def test_in_a_large_lattice_what_is_left_of_a_minute_is_still_a_line() -> None:
    """Half of the edges end within a nanometre of the limit, 1000 km along the ruler.

    At 3 km/h a block of 100 m takes two minutes: five of them take 10 minutes, less a rounding.
    """
    blocks = 110
    network = grid_city(blocks, blocks)
    facility = (100.0 * (blocks // 2), 100.0 * (blocks - 3))
    for limit_s in (500.0, 1000.0, 1500.0):
        pieces = pieces_within(network, limit_s, facility)
        lines = piece_lines(network, pieces)
        error_m = np.abs(shapely.length(lines) - (pieces.end_m - pieces.start_m))
        assert error_m.max() <= 1e-8
