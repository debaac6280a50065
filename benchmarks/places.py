"""Greater Porto as our network, and places on its nodes."""

import numpy as np
from numpy.typing import NDArray

from extract import SPEED_KPH, porto_pbf
from facility_coverage.network.build import read_network
from facility_coverage.network.profiles import walk
from facility_coverage.network.snapping import Snaps
from facility_coverage.network.street_network import StreetNetwork


def porto() -> StreetNetwork:
    """Return the walking network of greater Porto."""
    return read_network(porto_pbf(), walk(SPEED_KPH))


def random_nodes(network: StreetNetwork, count: int, seed: int) -> NDArray[np.int64]:
    """Draw different nodes of the largest component, whatever order the network keeps them in.

    Parameters
    ----------
    network
        The street network.
    count
        How many.
    seed
        Equal seeds draw equal nodes.

    Returns
    -------
    ndarray of int64
        Shape (count,), node indices.
    """
    main = np.flatnonzero(network.component == 0)
    main = main[np.argsort(network.node_id[main], kind="stable")]
    return np.random.default_rng(seed).choice(main, count, replace=False)


def on_nodes(network: StreetNetwork, node: NDArray[np.int64]) -> Snaps:
    """Return places that stand on nodes, without an off-street leg.

    Parameters
    ----------
    network
        The street network.
    node
        Shape (p,), node indices.

    Returns
    -------
    Snaps
        Each on one of its node's edges, at its first or last vertex.
    """
    arcs = network.arcs
    arc = arcs.indptr[node]
    edge, at_start = arcs.edge[arc], arcs.along[arc]
    return Snaps(
        xy=network.node_xy[node],
        edge=edge,
        vertex=np.where(at_start, network.vertex_offset[edge], network.vertex_offset[edge + 1] - 2),
        position_m=np.where(at_start, 0.0, network.edge_length_m[edge]),
        off_street_m=np.zeros(len(node)),
    )
