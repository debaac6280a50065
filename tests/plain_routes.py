"""An independent way to the same answers: raw street segments, shapely and networkx.

It shares nothing with the program but the projection of coordinates: no contraction, no index of
streets, no search. Slow on purpose, and short enough to be checked by reading.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import networkx as nx
import numpy as np
import shapely
from numpy.typing import NDArray
from toy_city import CORNER_M, CRS

from facility_coverage.crs import WGS84, project

TIE_M = 1e-6
"""Streets whose distances differ by less than this are equally near."""


@dataclass(frozen=True)
class Spot:
    """A place on a street: the ends of its raw segment, metres from the first one, and the leg."""

    ends: tuple[int, int]
    along_m: float
    leg_m: float


class PlainStreets:
    """Ways as they were drawn: one segment between every two nodes that follow each other."""

    def __init__(self, xy: dict[int, NDArray[np.float64]], ways: Iterable[list[int]]) -> None:
        self.xy = xy
        pairs = {(min(a, b), max(a, b)) for way in ways for a, b in pairwise(way) if a != b}
        self.segments = sorted(pairs)
        self.lines = shapely.linestrings(np.array([(xy[a], xy[b]) for a, b in self.segments]))

    @classmethod
    def of_toy(
        cls, nodes: dict[int, tuple[float, float]], ways: dict[int, list[int]]
    ) -> "PlainStreets":
        """Return the streets of a toy city, at the coordinates that the program sees."""
        xy = np.array(list(nodes.values()), dtype=float) + CORNER_M
        seen = project(project(xy, CRS, WGS84), WGS84, CRS)
        return cls(dict(zip(nodes, seen, strict=True)), ways.values())

    def length_m(self, ends: tuple[int, int]) -> float:
        """Return the length of a segment."""
        a, b = ends
        return float(np.hypot(*(self.xy[b] - self.xy[a])))

    @property
    def total_m(self) -> float:
        """Return the length of all streets together, each segment once."""
        return sum(self.length_m(ends) for ends in self.segments)

    def spot(self, xy: NDArray[np.float64], limit_m: float) -> Spot | None:
        """Return the nearest place on a street, None beyond the limit."""
        point = shapely.Point(xy)
        gaps = shapely.distance(self.lines, point)
        best = int(np.argmin(gaps))
        if gaps[best] > limit_m:
            return None
        along = float(shapely.line_locate_point(self.lines[best], point))
        return Spot(self.segments[best], along, float(gaps[best]))

    def is_clear(self, xy: NDArray[np.float64], limit_m: float) -> bool:
        """Tell whether the nearest place on a street is one: one segment's, or their common end.

        Where two streets are equally near, either is right, and times may differ; a place whose
        distance is the limit itself may fall on either side of it.
        """
        point = shapely.Point(xy)
        gaps = shapely.distance(self.lines, point)
        if abs(gaps.min() - limit_m) <= TIE_M:
            return False
        near = np.flatnonzero(gaps <= gaps.min() + TIE_M)
        if len(near) == 1:
            return True
        common = set.intersection(*(set(self.segments[i]) for i in near))
        return any(np.hypot(*(self.xy[node] - xy)) <= gaps.min() + TIE_M for node in common)

    def graph(self, spots: dict[object, Spot]) -> nx.Graph:
        """Return the streets as a graph, every segment cut at the spots on it."""
        cuts: dict[tuple[int, int], list[tuple[float, object]]] = defaultdict(list)
        for name, spot in spots.items():
            cuts[spot.ends].append((spot.along_m, name))
        graph = nx.Graph()
        for ends in self.segments:
            stops = sorted(cuts[ends], key=lambda stop: stop[0])
            line = [(0.0, ends[0]), *stops, (self.length_m(ends), ends[1])]
            for (from_m, one), (to_m, other) in pairwise(line):
                graph.add_edge(one, other, metres=max(to_m - from_m, 0.0))
        return graph

    def costs_m(self, origins: list[Spot | None], points: list[Spot | None]) -> NDArray[np.float64]:
        """Return the metres from each origin to each point, both legs counted; inf for no way."""
        spots: dict[object, Spot] = {}
        for kind, places in (("origin", origins), ("point", points)):
            spots |= {(kind, i): spot for i, spot in enumerate(places) if spot is not None}
        graph = self.graph(spots)
        costs = np.full((len(origins), len(points)), np.inf)
        for i, origin in enumerate(origins):
            if origin is None:
                continue
            found = nx.single_source_dijkstra_path_length(graph, ("origin", i), weight="metres")
            for j, point in enumerate(points):
                if point is not None and ("point", j) in found:
                    costs[i, j] = origin.leg_m + found["point", j] + point.leg_m
        return costs

    def reached_m(self, origins: list[Spot], limit_m: float) -> float:
        """Return the street length within a limit of any origin, legs counted."""
        graph = self.graph({("spot", i): spot for i, spot in enumerate(origins)})
        left: dict[object, float] = defaultdict(lambda: -np.inf)
        for i, origin in enumerate(origins):
            found = nx.single_source_dijkstra_path_length(graph, ("spot", i), weight="metres")
            for place, metres in found.items():
                left[place] = max(left[place], limit_m - origin.leg_m - metres)
        reached = 0.0
        for one, other, metres in graph.edges(data="metres"):
            reached += min(metres, max(left[one], 0.0) + max(left[other], 0.0))
        return reached
