"""Street networks that hypothesis invents: islands, rings, parallel streets, crossings, dead ends.

One metre takes one second (3.6 km/h), so that limits in seconds and in metres are one number.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from hypothesis import settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from plain_routes import PlainStreets
from toy_city import CORNER_M, network_of

from facility_coverage.network.nearest import StreetIndex
from facility_coverage.network.profiles import walk
from facility_coverage.network.street_network import StreetNetwork

OFF_STREET_LIMIT_M = 120.0


def laws(max_examples: int) -> settings:
    """Return the settings of a suite that is the same on every machine."""
    return settings(max_examples=max_examples, deadline=None, derandomize=True)


@dataclass(frozen=True)
class City:
    """Nodes (metres from the corner) and ways, before any program has touched them."""

    nodes: dict[int, tuple[float, float]]
    ways: dict[int, list[int]]

    def network(self, speed_kph: float = 3.6) -> StreetNetwork:
        """Return the program's network of the city."""
        return network_of(self.nodes, self.ways, walk(speed_kph))

    @cached_property
    def plain(self) -> PlainStreets:
        """Return the independent picture of the same streets."""
        return PlainStreets.of_toy(self.nodes, self.ways)


@dataclass(frozen=True)
class Scene:
    """A city with facilities and homes, places in metres of its CRS."""

    city: City
    facilities: NDArray[np.float64]
    homes: NDArray[np.float64]

    @cached_property
    def network(self) -> StreetNetwork:
        """Return the program's network of the city."""
        return self.city.network()

    @cached_property
    def index(self) -> StreetIndex:
        """Return the program's index of its streets."""
        return StreetIndex.of(self.network)


def edge_lines(network: StreetNetwork) -> NDArray[np.object_]:
    """Return the true shape of every edge."""
    owner = np.repeat(np.arange(network.n_edges), np.diff(network.vertex_offset))
    lines: NDArray[np.object_] = shapely.linestrings(network.vertex_xy, indices=owner)
    return lines


coordinate = st.one_of(
    st.integers(0, 60).map(lambda tens: tens * 10.0),
    st.floats(0, 600, allow_nan=False).map(lambda metres: round(metres, 3)),
)


@st.composite
def cities(draw: st.DrawFn) -> City:
    """Draw streets between up to a dozen places, and sometimes an island ring to the east."""
    places = draw(st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=12, unique=True))
    nodes = {number + 1: place for number, place in enumerate(places)}
    way = st.lists(st.sampled_from(sorted(nodes)), min_size=2, max_size=6)
    drawn = draw(
        st.lists(way, min_size=1, max_size=8).filter(
            lambda ways: any(len(set(way)) > 1 for way in ways)
        )
    )
    ways = {10 * (number + 1): way for number, way in enumerate(drawn)}
    if draw(st.booleans()):
        corners = [(900.0, 0.0), (1000.0, 0.0), (1000.0, 90.0), (905.0, 80.0)]
        nodes |= {101 + i: corner for i, corner in enumerate(corners)}
        ways[5] = [101, 102, 103, 104, 101]
    return City(nodes, ways)


def places_near(city: City) -> Any:  # noqa: ANN401  (hypothesis' strategies of tuples)
    """Return places on nodes, on streets, beside them, and anywhere around."""
    plain = city.plain
    on_node = st.sampled_from(plain.segments).map(lambda ends: tuple(plain.xy[ends[0]]))

    def beside(draw: tuple[tuple[int, int], float, float, float]) -> tuple[float, float]:
        ends, share, east_m, north_m = draw
        a, b = plain.xy[ends[0]], plain.xy[ends[1]]
        x, y = a + share * (b - a) + (east_m, north_m)
        return float(x), float(y)

    segment, share = st.sampled_from(plain.segments), st.floats(0, 1)
    offset = st.floats(-90, 90)
    on_street = st.tuples(segment, share, st.just(0.0), st.just(0.0)).map(beside)
    off_street = st.tuples(segment, share, offset, offset).map(beside)
    anywhere = st.tuples(st.floats(-300, 1300), st.floats(-300, 900)).map(
        lambda xy: (xy[0] + CORNER_M[0], xy[1] + CORNER_M[1])
    )
    return st.one_of(on_node, on_street, off_street, anywhere)


def clear_places(city: City, *, min_size: int, max_size: int, with_street: bool) -> Any:  # noqa: ANN401
    """Return shape (p, 2): places whose nearest street is beyond doubt, some of them twice."""

    def is_good(xy: tuple[float, float]) -> bool:
        place = np.array(xy)
        if not city.plain.is_clear(place, OFF_STREET_LIMIT_M):
            return False
        return not with_street or city.plain.spot(place, OFF_STREET_LIMIT_M) is not None

    places = st.lists(places_near(city).filter(is_good), min_size=min_size, max_size=max_size)
    return places.map(lambda rows: np.array(rows, dtype=float).reshape(-1, 2))


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Draw a city with facilities that all have a street, and homes with and without one."""
    city = draw(cities())
    facilities = draw(clear_places(city, min_size=1, max_size=4, with_street=True))
    homes = draw(clear_places(city, min_size=1, max_size=10, with_street=False))
    return Scene(city, facilities, homes)
