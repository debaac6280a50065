"""An independent way to the same costs: networkx on a network whose edges are cut at every place.

It knows directions, delays and any cost; it shares no search with the program.
"""

from itertools import pairwise

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from facility_coverage.network.snapping import Snaps
from facility_coverage.network.street_network import StreetNetwork


def split_graph(network: StreetNetwork, places: dict[str, Snaps]) -> nx.DiGraph:
    """Return the network with a node ``(kind, row)`` for every place that has a street.

    Who enters a junction pays its delay there. Two places on one spot, and a place at the very
    end of its edge and the junction there, are joined both ways at no cost. Every edge has a
    length.
    """
    stops: list[list[tuple[float, object]]] = [[] for _ in range(network.n_edges)]
    for kind, snaps in places.items():
        for row in np.flatnonzero(snaps.found).tolist():
            stops[int(snaps.edge[row])].append((float(snaps.position_m[row]), (kind, row)))
    graph = nx.DiGraph()
    graph.add_nodes_from(name for line in stops for _, name in line)
    for edge, (u, v) in enumerate(network.edge_node.tolist()):
        length_m = float(network.edge_length_m[edge])
        line = [(0.0, u), *sorted(stops[edge], key=lambda stop: stop[0]), (length_m, v)]
        for (from_m, one), (to_m, other) in pairwise(line):
            share = (to_m - from_m) / length_m
            for tail, head, side in ((one, other, 0), (other, one, 1)):
                cost = float(network.edge_cost_s[edge, side]) * share if share > 0 else 0.0
                if np.isfinite(cost):
                    delay_s = network.node_delay_s[head] if isinstance(head, int) else 0.0
                    known = graph.edges.get((tail, head), {}).get("seconds", np.inf)
                    graph.add_edge(tail, head, seconds=min(known, cost + float(delay_s)))
    return graph


def split_costs(network: StreetNetwork, facilities: Snaps, homes: Snaps) -> NDArray[np.float64]:
    """Return seconds from each facility to each home, both off-street legs counted."""
    graph = split_graph(network, {"facility": facilities, "home": homes})
    per_m = 1.0 / network.profile.off_street_speed_m_per_s
    costs = np.full((len(facilities.edge), len(homes.edge)), np.inf)
    for i in range(len(facilities.edge)):
        found = nx.single_source_dijkstra_path_length(graph, ("facility", i), weight="seconds")
        for j in np.flatnonzero(homes.found).tolist():
            leg_s = (facilities.off_street_m[i] + homes.off_street_m[j]) * per_m
            costs[i, j] = found.get(("home", j), np.inf) + leg_s
    return costs
