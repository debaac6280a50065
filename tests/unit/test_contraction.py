"""Chains of segments, worked by hand."""

import numpy as np

from facility_coverage.network.contraction import Chains, contract


def chains_of(*segments: tuple[int, int]) -> tuple[Chains, list[list[int]]]:
    array = np.array(segments, dtype=np.int64)
    stays = np.zeros(int(array.max()) + 1, dtype=bool)
    chains = contract(array, np.ones((len(array), 2)), stays)
    return chains, [part.tolist() for part in np.split(chains.node, chains.offset[1:-1])]


def test_a_line_is_one_chain_from_its_lower_end() -> None:
    chains, nodes = chains_of((2, 1), (0, 2))
    assert nodes == [[0, 2, 1]]
    assert chains.segment.tolist() == [1, 0, 0]


def test_a_crossing_parts_chains() -> None:
    """0-1-4 and 2-4-3 cross at 4, where four segments meet."""
    _, nodes = chains_of((0, 1), (1, 4), (2, 4), (4, 3))
    assert nodes == [[0, 1, 4], [2, 4], [3, 4]]


def test_a_ring_is_traced_after_all_chains_and_from_its_lowest_node() -> None:
    """Ring 0-2-1, and a line 3-4."""
    _, nodes = chains_of((0, 2), (2, 1), (1, 0), (3, 4))
    assert nodes == [[3, 4], [0, 2, 1, 0]]


def test_a_loop_at_a_junction_comes_back_to_it() -> None:
    """Stem 0-1, loop 1-2-3-1."""
    _, nodes = chains_of((0, 1), (1, 2), (2, 3), (3, 1))
    assert nodes == [[0, 1], [1, 2, 3, 1]]


def test_two_ways_between_two_junctions_stay_two() -> None:
    """0-1 straight, 0-2-1 around, stems 3-0 and 1-4."""
    _, nodes = chains_of((3, 0), (0, 1), (0, 2), (2, 1), (1, 4))
    assert nodes == [[0, 3], [0, 1], [0, 2, 1], [1, 4]]
