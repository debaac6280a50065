"""Contracted = raw: joining segments moves no time between the nodes that remain.

The other side is a graph of networkx with an arc for each segment and direction, its seconds
worked out here from what the tags were drawn to say: no contraction, no slope code, no rules.
"""

import math
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from street_scenes import City, cities, laws
from toy_city import CORNER_M, CRS, network_of

from facility_coverage.inputs.elevation import Elevation
from facility_coverage.network.profiles import Profile, shipped_profile
from facility_coverage.network.street_network import StreetNetwork

SPEEDS_KPH = {"primary": 50.0, "residential": 18.0, "service": 9.0}
CLASS_DELAY_S, SIGNAL_S, CROSSING_S = {"primary": 8.0, "service": 1.0}, 20.0, 5.0
DELAYED = Profile(
    name="delayed",
    mode="car",
    source="Drawn.",
    speed_kph=SPEEDS_KPH,
    off_street_speed_kph=4.0,
    maxspeed_kph={},
    node_delay_s={"traffic_signals": SIGNAL_S, "crossing": CROSSING_S},
    junction_delay_s=CLASS_DELAY_S,
)
PIXEL_M = 150.37
"""No toy street is a whole number of pixels long, so that rounding cuts none once more."""


@dataclass(frozen=True)
class Signs:
    """What stands along a way."""

    street_class: str
    limit_kph: int | None
    one_way: str | None

    @property
    def tags(self) -> dict[str, str]:
        """Return it as OSM says it."""
        limit = {} if self.limit_kph is None else {"maxspeed": str(self.limit_kph)}
        one_way = {} if self.one_way is None else {"oneway": self.one_way}
        return {"highway": self.street_class} | limit | one_way

    def speeds(self) -> tuple[float, float]:
        """Return km/h along and against."""
        kph = float(self.limit_kph or SPEEDS_KPH[self.street_class])
        return {None: (kph, kph), "yes": (kph, 0.0), "-1": (0.0, kph)}[self.one_way]


signs = st.builds(
    Signs,
    st.sampled_from(sorted(SPEEDS_KPH)),
    st.sampled_from([None, None, 30]),
    st.sampled_from([None, None, None, "yes", "-1"]),
)


def raw_graph(
    city: City,
    speeds: dict[int, tuple[float, float]],
    delay_s: dict[int, float] | None = None,
    factor: dict[tuple[int, int], float] | None = None,
) -> nx.DiGraph:
    """Return an arc for each segment and direction, delays paid where it arrives."""
    graph = nx.DiGraph()
    for way, nodes in city.ways.items():
        for a, b in pairwise(nodes):
            if a == b:
                continue
            metres = city.plain.length_m((a, b))
            for (u, v), kph in zip(((a, b), (b, a)), speeds[way], strict=True):
                graph.add_node(u)
                if kph > 0:
                    seconds = metres / (kph / 3.6 * (factor or {}).get((u, v), 1.0))
                    seconds += (delay_s or {}).get(v, 0.0)
                    known = graph.get_edge_data(u, v, {"seconds": math.inf})["seconds"]
                    graph.add_edge(u, v, seconds=min(seconds, known))
    return graph


def assert_same_times(
    network: StreetNetwork, raw: nx.DiGraph, *, tolerance_s: float = 1e-9
) -> None:
    """Compare the least times between all nodes that remain, both ways, delays paid on arrival."""
    graph = network.to_networkx()
    for _, head, data in graph.edges(data=True):
        data["seconds"] = data["travel_time"] + graph.nodes[head]["delay"]
    kept = network.node_id.tolist()
    for node in kept:
        ours = nx.single_source_dijkstra_path_length(graph, node, weight="seconds")
        theirs = nx.single_source_dijkstra_path_length(raw, node, weight="seconds")
        assert set(ours) == set(theirs) & set(kept)
        for other, seconds in ours.items():
            assert abs(seconds - theirs[other]) <= tolerance_s * max(1.0, seconds / 1000)


@laws(60)
@given(st.data())
def test_one_way_streets_limits_and_delays(data: st.DataObject) -> None:
    city = data.draw(cities())
    drawn = {way: data.draw(signs) for way in sorted(city.ways)}
    words = st.sampled_from(["traffic_signals", "crossing", "stop"])
    node_class = data.draw(st.dictionaries(st.sampled_from(sorted(city.nodes)), words, max_size=4))
    network = network_of(
        city.nodes,
        city.ways,
        DELAYED,
        tags={way: sign.tags for way, sign in drawn.items()},
        node_class=node_class,
    )
    speeds = {way: sign.speeds() for way, sign in drawn.items()}
    assert_same_times(network, raw_graph(city, speeds, delays(city, drawn, node_class)))


def delays(city: City, drawn: dict[int, Signs], node_class: dict[int, str]) -> dict[int, float]:
    """Return the largest of a node's own delay and, at junctions, those of the streets there.

    A street that two ways draw is of the class of the lower one.
    """
    own = {"traffic_signals": SIGNAL_S, "crossing": CROSSING_S}
    street: dict[frozenset[int], str] = {}
    for way in sorted(city.ways):
        for a, b in pairwise(city.ways[way]):
            if a != b:
                street.setdefault(frozenset((a, b)), drawn[way].street_class)
    met: dict[int, list[float]] = defaultdict(list)
    for ends, street_class in street.items():
        for node in ends:
            met[node].append(CLASS_DELAY_S.get(street_class, 0.0))
    return {
        node: max(own.get(node_class.get(node, ""), 0.0), *(there if len(there) > 2 else [0.0]))
        for node, there in met.items()
    }


@laws(30)
@given(cities(), st.lists(st.integers(-30, 30), min_size=64, max_size=64))
def test_slopes(city: City, heights_m: list[int]) -> None:
    """The oracle walks each segment in pieces of at most a pixel.

    Places come back from degrees with an error of 1e-9 m, which heights and seconds share.
    """
    grid = np.array(heights_m, dtype=float).reshape(8, 8)
    corner = (CORNER_M[0] - PIXEL_M, CORNER_M[1] + 7 * PIXEL_M)
    to_pixel = ~rasterio.Affine(PIXEL_M, 0.0, corner[0], 0.0, -PIXEL_M, corner[1])
    elevation = Elevation(Path(__file__), grid, to_pixel, (0, 0), CRS)
    city = City(city.nodes, {way: ids for way, ids in city.ways.items() if way != 5})
    network = network_of(
        city.nodes, city.ways, shipped_profile("walk").with_speed(3.6), elevation=elevation
    )

    def height(xy: np.ndarray) -> float:
        column, row = (xy - corner) / (PIXEL_M, -PIXEL_M) - 0.5
        i, j = int(np.floor(row)), int(np.floor(column))
        down, across = row - i, column - j
        north = (1 - across) * grid[i, j] + across * grid[i, j + 1]
        south = (1 - across) * grid[i + 1, j] + across * grid[i + 1, j + 1]
        return float((1 - down) * north + down * south)

    factor = {}
    for a, b in city.plain.segments:
        for u, v in ((a, b), (b, a)):
            start, end, metres = city.plain.xy[u], city.plain.xy[v], city.plain.length_m((a, b))
            pieces = max(1, math.ceil(metres / PIXEL_M))
            stops = [height(start + i / pieces * (end - start)) for i in range(pieces + 1)]
            grades = [(z1 - z0) / (metres / pieces) for z0, z1 in pairwise(stops)]
            pace = sum(math.exp(3.5 * (abs(grade + 0.05) - 0.05)) for grade in grades)
            factor[u, v] = pieces / pace
    raw = raw_graph(city, dict.fromkeys(city.ways, (3.6, 3.6)), factor=factor)
    assert_same_times(network, raw, tolerance_s=1e-6)


@laws(20)
@given(cities(), st.sampled_from(["walk", "older", "wheelchair", "bicycle"]))
def test_profiles_of_one_speed(city: City, name: str) -> None:
    profile = shipped_profile(name)
    assert isinstance(profile.speed_kph, float)
    network = network_of(city.nodes, city.ways, profile)
    both = (profile.speed_kph, profile.speed_kph)
    assert_same_times(network, raw_graph(city, dict.fromkeys(city.ways, both)))
