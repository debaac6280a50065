"""An Overpass and a Nominatim on this machine that answer from an OSM file; shares no code with us.

It understands the questions that OSMnx asks, and can be told to fail the next ones.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import osmium
import shapely

STATUS = "Connected as: 1\nCurrent time: now\nAnnounced endpoint: none\nRate limit: 2\n{}\n"
FREE = STATUS.format("2 slots available now.")
DATA_OF = "2023-02-21T03:31:14Z"

_ASKED = re.compile(
    r"(node|way|relation)\[[\"'](.+?)[\"'](?:=[\"'](.+?)[\"'])?\]\(poly:'([-0-9. ]+)'\)"
)


class Planet:
    """The whole of an OSM file, in memory."""

    def __init__(self, path: Path) -> None:
        self.node: dict[int, tuple[float, float]] = {}
        self.tags: dict[tuple[str, int], dict[str, str]] = {}
        self.way: dict[int, list[int]] = {}
        self.relation: dict[int, list[tuple[str, int, str]]] = {}
        item: Any
        for item in osmium.FileProcessor(str(path)):
            if item.is_node():
                self.node[item.id] = (item.lon, item.lat)
                kind = "node"
            elif item.is_way():
                self.way[item.id] = [node.ref for node in item.nodes]
                kind = "way"
            else:
                kinds = {"n": "node", "w": "way", "r": "relation"}
                self.relation[item.id] = [(kinds[m.type], m.ref, m.role) for m in item.members]
                kind = "relation"
            if item.tags:
                self.tags[kind, item.id] = dict(item.tags)
        self._with_key: dict[tuple[str, str], list[int]] = {}
        for (kind, number), tags in self.tags.items():
            for key in tags:
                self._with_key.setdefault((kind, key), []).append(number)

    def line(self, way: int) -> shapely.Geometry:
        """Return a way as a line, or a point."""
        xy = [self.node[node] for node in self.way[way] if node in self.node]
        return shapely.LineString(xy) if len(xy) > 1 else shapely.MultiPoint(xy)

    def asked(self, query: str) -> set[tuple[str, int]]:
        """Return what a query asks for, with the nodes of ways and the members of relations."""
        found: set[tuple[str, int]] = set()
        for kind, key, value, ring in _ASKED.findall(query):
            lat_lon = np.array(ring.split(), dtype=float).reshape(-1, 2)
            area = shapely.Polygon(lat_lon[:, ::-1])
            shapely.prepare(area)
            for number in self._with_key.get((kind, key), []):
                wanted = not value or self.tags[kind, number][key] == value
                if wanted and self.touches(kind, number, area):
                    self.take(kind, number, found)
        return found

    def touches(self, kind: str, number: int, area: shapely.Polygon) -> bool:
        """Tell whether an element touches an area."""
        if kind == "node":
            return bool(shapely.intersects_xy(area, *self.node[number]))
        if kind == "way":
            return bool(area.intersects(self.line(number)))
        return any(
            self.touches(of, ref, area)
            for of, ref, _ in self.relation[number]
            if of != "relation" and ref in (self.node if of == "node" else self.way)
        )

    def take(self, kind: str, number: int, found: set[tuple[str, int]]) -> None:
        """Add an element with what it is made of."""
        found.add((kind, number))
        if kind == "way":
            found.update(("node", node) for node in self.way[number] if node in self.node)
        if kind == "relation":
            for of, ref, _ in self.relation[number]:
                if of == "way" and ref in self.way:
                    self.take("way", ref, found)
                elif of == "node" and ref in self.node:
                    found.add(("node", ref))

    def element(self, kind: str, number: int) -> dict[str, Any]:
        """Return an element as Overpass writes it."""
        element: dict[str, Any] = {"type": kind, "id": number}
        if kind == "node":
            element["lat"], element["lon"] = self.node[number][::-1]
        elif kind == "way":
            element["nodes"] = self.way[number]
        else:
            element["members"] = [
                {"type": of, "ref": ref, "role": role} for of, ref, role in self.relation[number]
            ]
        if (kind, number) in self.tags:
            element["tags"] = self.tags[kind, number]
        return element

    def places(self, query: dict[str, list[str]]) -> list[dict[str, Any]]:
        """Return the administrative relations that Nominatim would name."""
        if "osm_ids" in query:
            found = [int(query["osm_ids"][0][1:])]
        else:
            found = [
                number
                for number in sorted(self.relation)
                if self.tags["relation", number].get("boundary") == "administrative"
                and self.tags["relation", number]["name"] in query["q"][0]
            ]
        return [self._place(number) for number in found if number in self.relation]

    def _place(self, number: int) -> dict[str, Any]:
        outer, inner = (
            shapely.union_all(
                shapely.get_parts(
                    shapely.polygonize(
                        [
                            self.line(ref)
                            for kind, ref, role in self.relation[number]
                            if kind == "way" and role == wanted
                        ]
                    )
                )
            )
            for wanted in ("outer", "inner")
        )
        shape = outer.difference(inner)
        west, south, east, north = shape.bounds
        return {
            "osm_type": "relation",
            "osm_id": number,
            "lat": str((south + north) / 2),
            "lon": str((west + east) / 2),
            "importance": 0.5,
            "display_name": self.tags["relation", number]["name"],
            "boundingbox": [str(south), str(north), str(west), str(east)],
            "geojson": json.loads(shapely.to_geojson(shape)),
        }


Answer = tuple[int, str, bytes]
"""Status, type and body."""


@dataclass
class OsmServer:
    """What the server knows, what it was asked, and how it fails.

    Attributes
    ----------
    planet
        Its data.
    faults
        What the next questions (not for the status) get in place of an answer, in turn; None lets
        one be answered.
    asked
        Path and headers of every request.
    status
        What it says of its slots.
    """

    planet: Planet
    faults: list[Callable[[bytes], Answer] | None] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    status: str = FREE
    url: str = ""

    def answer(self, target: str, body: str) -> Answer:
        """Answer one request."""
        parts = urlsplit(target)
        if parts.path == "/api/status":
            return 200, "text/plain", self.status.encode()
        if parts.path == "/api/interpreter":
            found = self.planet.asked(parse_qs(body)["data"][0])
            elements = [self.planet.element(*key) for key in sorted(found)]
            known = {"timestamp_osm_base": DATA_OF}
            text = json.dumps({"version": 0.6, "osm3s": known, "elements": elements})
        else:
            text = json.dumps(self.planet.places(parse_qs(parts.query)))
        right: Answer = (200, "application/json", text.encode())
        fault = self.faults.pop(0) if self.faults else None
        return fault(right[2]) if fault else right

    @property
    def questions(self) -> list[str]:
        """Return the paths asked for, less those of the status."""
        return [path.partition("?")[0] for path, _ in self.asked if not path.endswith("/status")]


def status_only(status: int) -> Callable[[bytes], Answer]:
    """Return a fault: an answer that is only a status."""
    return lambda _right: (status, "text/html", b"<html>not now</html>")


def html(_right: bytes) -> Answer:
    """Answer as the page of a hotel's network does."""
    return 200, "text/html", b"<html>Please log in</html>"


def listed(_right: bytes) -> Answer:
    """Answer as Nominatim does where Overpass was asked."""
    return 200, "application/json", b"[]"


def garbage(_right: bytes) -> Answer:
    """Answer JSON that is no OpenStreetMap data."""
    return 200, "application/json", b'{"elements": [{"type": "node", "id": "\xe4\xb8\xad"}]}'


def remark(_right: bytes) -> Answer:
    """Answer as an Overpass that ran out of time."""
    text = '{"elements": [], "remark": "runtime error: Query timed out in \\"query\\""}'
    return 200, "application/json", text.encode()


def halved(right: bytes) -> Answer:
    """Stop in the middle: the status -200 tells the server to announce more than it sends."""
    return -200, "application/json", right[: len(right) // 2]


@contextmanager
def osm_server(planet: Planet) -> Iterator[OsmServer]:
    """Serve on a port that the system chooses."""
    state = OsmServer(planet)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply("")

        def do_POST(self) -> None:
            self._reply(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def _reply(self, body: str) -> None:
            state.asked.append((self.path, dict(self.headers)))
            status, kind, text = state.answer(self.path, body)
            self.send_response(abs(status))
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(text) * (2 if status < 0 else 1)))
            if status == 302:
                self.send_header("Location", "http://elsewhere.invalid/")
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_what: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        state.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()
