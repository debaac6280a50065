"""The same street network as each peer wants it, weighted by seconds."""

from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.impedance import Impedance, impedance_for
from peers import has

WEIGHT = "seconds"


def matrix(network: StreetNetwork) -> csr_array:
    """Return the network for scipy: of parallel edges the quickest, loops left out.

    Parameters
    ----------
    network
        The street network.

    Returns
    -------
    scipy.sparse.csr_array
        Shape (n, n), seconds.
    """
    tail = np.concatenate([network.edge_node[:, 0], network.edge_node[:, 1]])
    head = np.concatenate([network.edge_node[:, 1], network.edge_node[:, 0]])
    seconds = np.concatenate([network.edge_cost_s[:, 0], network.edge_cost_s[:, 1]])
    kept = (tail != head) & np.isfinite(seconds)
    arcs = pd.DataFrame({"tail": tail[kept], "head": head[kept], WEIGHT: seconds[kept]})
    arcs = arcs.groupby(["tail", "head"], as_index=False).min()
    shape = (network.n_nodes, network.n_nodes)
    return csr_array((arcs[WEIGHT], (arcs["tail"], arcs["head"])), shape=shape)


def graph(seconds: csr_array) -> nx.Graph:
    """Return the network for networkx.

    Parameters
    ----------
    seconds
        What ``matrix`` returned.

    Returns
    -------
    networkx.Graph
        Nodes are indices; both directions of a street take equally long on foot.
    """
    arcs = seconds.tocoo()
    streets = nx.Graph()
    streets.add_nodes_from(range(seconds.shape[0]))
    tails, heads = (axis.tolist() for axis in arcs.coords)
    streets.add_weighted_edges_from(zip(tails, heads, arcs.data.tolist(), strict=True), WEIGHT)
    return streets


def pandana_network(network: StreetNetwork, seconds: csr_array) -> Any:  # noqa: ANN401  (untyped)
    """Return the network for pandana, its hierarchy built.

    Parameters
    ----------
    network
        The street network.
    seconds
        What ``matrix`` returned.

    Returns
    -------
    pandana.Network
        Streets may be used both ways.
    """
    import pandana

    arcs = seconds.tocoo()
    tail, head = arcs.coords
    once = tail < head
    x, y = (pd.Series(axis) for axis in network.node_xy.T)
    weight = pd.DataFrame({WEIGHT: arcs.data[once]})
    return pandana.Network(x, y, pd.Series(tail[once]), pd.Series(head[once]), weight, twoway=True)


@dataclass(frozen=True, eq=False)
class Streets:
    """The network in every engine's form, made once; pandana's is None where it is missing."""

    network: StreetNetwork
    impedance: Impedance
    seconds: csr_array
    graph: nx.Graph
    pandana: Any

    @classmethod
    def of(cls, network: StreetNetwork) -> "Streets":
        """Convert a network.

        Parameters
        ----------
        network
            The street network.

        Returns
        -------
        Streets
            Its forms.
        """
        seconds = matrix(network)
        pandana = pandana_network(network, seconds) if has("pandana") else None
        impedance = impedance_for(network, Threshold("minutes", 1.0))
        return cls(network, impedance, seconds, graph(seconds), pandana)
