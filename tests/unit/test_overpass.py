"""The one module that reaches the internet, against a server on this machine that fails."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import osmnx
import pytest
from osm_server import (
    STATUS,
    OsmServer,
    Planet,
    garbage,
    halved,
    html,
    listed,
    osm_server,
    remark,
    status_only,
)
from osm_town import DISTRICT, write_town
from toy_osm import Relation, Way, write_osm

from facility_coverage import __version__
from facility_coverage.errors import GeometryError, InputError, NotFoundError, SourceError
from facility_coverage.inputs import doorman
from facility_coverage.inputs.doorman import Doorman, NotNowError
from facility_coverage.inputs.endpoints import Endpoints
from facility_coverage.inputs.fetch_area import area_around, box_district
from facility_coverage.inputs.overpass import ATTEMPTS, Overpass

pytestmark = pytest.mark.enable_socket

FAULTS = (status_only(429), status_only(504), html, listed, remark, halved)
NAMES = ("429", "504", "html", "listed", "remark", "halved")

AREA = area_around(box_district((113.346, 23.129, 113.349, 23.131)), 100.0)


@pytest.fixture(scope="module")
def planet(tmp_path_factory: pytest.TempPathFactory) -> Planet:
    return Planet(write_town(tmp_path_factory.mktemp("town") / "town.osm"))


@pytest.fixture
def server(planet: Planet, monkeypatch: pytest.MonkeyPatch) -> Iterator[OsmServer]:
    """Serve the town to a program whose naps take no time."""
    with osm_server(planet) as running:
        monkeypatch.setattr("time.sleep", lambda _s: None)
        yield running


@pytest.fixture
def naps() -> list[float]:
    return []


@pytest.fixture
def source(server: OsmServer, tmp_path: Path, naps: list[float]) -> Overpass:
    return Overpass(Endpoints(f"{server.url}/api", server.url), tmp_path / "osm", naps.append)


def test_it_says_who_asks_and_leaves_osmnx_as_it_was(source: Overpass, server: OsmServer) -> None:
    before = dict(vars(osmnx.settings))
    resolve = socket.getaddrinfo
    source.streets_and_health_places(AREA)
    assert dict(vars(osmnx.settings)) == before
    assert socket.getaddrinfo is resolve
    for path, headers in server.asked:
        assert headers["User-Agent"] == f"facility-coverage/{__version__} (OSMnx)", path
    assert any(path == "/api/status" for path, _ in server.asked)


@pytest.mark.parametrize("faults", [FAULTS[:4], FAULTS[4:]], ids=["busy", "broken"])
def test_what_fails_a_few_times_is_asked_again(
    faults: tuple[Any, ...], source: Overpass, server: OsmServer, naps: list[float]
) -> None:
    server.faults = [*faults]
    assert [area.name for area in source.admin_areas(AREA, 8)] == ["西街道"]
    assert naps == [15.0, 30.0, 60.0, 120.0][: len(faults)]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        *zip(
            FAULTS,
            (
                "answers 429",
                "answers 504",
                "answers with something else than data",
                "answers with something else than data",
                "stopped midway (runtime error: Query timed out",
                "cannot be reached",
            ),
            strict=True,
        )
    ],
    ids=NAMES,
)
def test_what_fails_always_is_told_in_a_line(
    fault: Any,  # noqa: ANN401
    told: str,
    source: Overpass,
    server: OsmServer,
    naps: list[float],
) -> None:
    server.faults = [fault] * 20
    with pytest.raises(SourceError) as caught:
        source.admin_areas(AREA, 8)
    assert told in str(caught.value)
    assert f"asked {ATTEMPTS} times" in str(caught.value)
    assert "--from-pbf" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert naps == [15.0, 30.0, 60.0, 120.0]
    assert len(server.questions) == ATTEMPTS
    # What is wrong is not kept: the next command gets the answer.
    server.faults = []
    assert [area.name for area in source.admin_areas(AREA, 8)] == ["西街道"]


def test_a_refusal_is_not_asked_again(
    source: Overpass, server: OsmServer, naps: list[float]
) -> None:
    server.faults = [status_only(403), status_only(302)]
    for status in (403, 302):
        with pytest.raises(SourceError, match=f"127.0.0.1: answers {status}; name another server"):
            source.admin_areas(AREA, 8)
    assert naps == []
    assert len(server.questions) == 2


def test_an_answer_that_is_no_osm_data_is_refused(source: Overpass, server: OsmServer) -> None:
    server.faults = [garbage]
    with pytest.raises(InputError, match="its answer is no OpenStreetMap data"):
        source.admin_areas(AREA, 8)


def test_a_fetch_goes_on_where_it_broke_off(source: Overpass, server: OsmServer) -> None:
    server.faults = [None, *[status_only(504)] * ATTEMPTS]
    with pytest.raises(SourceError):
        source.streets_and_health_places(AREA)
    asked = len(server.questions)
    source.streets_and_health_places(AREA)
    assert len(server.questions) == asked + 1  # only for the health places


def test_an_answer_that_was_half_written_is_asked_for_again(
    source: Overpass, server: OsmServer
) -> None:
    right = source.streets_and_health_places(AREA)
    asked = len(server.questions)
    largest = max(source.folder.rglob("*.json"), key=lambda path: path.stat().st_size)
    largest.write_text(largest.read_text(encoding="utf-8")[:1000], encoding="utf-8")
    assert source.streets_and_health_places(AREA).ways == right.ways
    assert len(server.questions) == asked + 1


def test_nobody_there_is_told_without_a_minute_of_waiting(
    tmp_path: Path, naps: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{door.getsockname()[1]}/api"
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    source = Overpass(Endpoints(url), tmp_path, naps.append)
    with pytest.raises(SourceError, match=r"127.0.0.1: cannot be reached \(ConnectionError\)"):
        source.streets_and_health_places(AREA)
    assert slept == []
    assert naps == [15.0]


def test_a_folder_that_cannot_keep_answers_is_told(source: Overpass, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    closed = Overpass(source.endpoints, tmp_path / "file")
    with pytest.raises(SourceError, match="answers cannot be kept there"):
        closed.district("测试区")


@pytest.mark.parametrize("asked", ["没有的地方", 12345])
def test_an_unknown_place_is_not_found(source: Overpass, asked: str | int) -> None:
    with pytest.raises(NotFoundError, match=r"127\.0\.0\.1: knows no area"):
        source.district(asked)


def test_a_place_that_is_no_area_is_told(source: Overpass, server: OsmServer) -> None:
    place = server.planet.places({"osm_ids": [f"R{DISTRICT}"]})[0]
    place["geojson"] = {"type": "Point", "coordinates": [113.0, 23.0]}
    server.planet = _Only(place)  # type: ignore[assignment]
    with pytest.raises(NotFoundError, match="knows no area '测试区'"):
        source.district("测试区")
    with pytest.raises(GeometryError, match="the outline of 'R500' is no area"):
        source.district(DISTRICT)


class _Only:
    """A Nominatim with one place."""

    def __init__(self, place: dict[str, Any]) -> None:
        self._place = place

    def places(self, _query: dict[str, list[str]]) -> list[dict[str, Any]]:
        return [self._place]


def test_a_server_without_a_free_slot_is_left_in_peace(
    source: Overpass, server: OsmServer, naps: list[float]
) -> None:
    server.status = STATUS.format("Slot available after: 2100-01-01T00:00:00Z, in 3000 seconds.")
    with pytest.raises(SourceError, match=r"has no free slot \(asked 1 times\)"):
        source.admin_areas(AREA, 8)
    assert naps == []
    assert server.questions == []


def test_a_server_that_stays_busy_is_asked_a_bounded_number_of_times(
    source: Overpass, server: OsmServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorman, "MAX_WAITS", 3)
    server.status = STATUS.format("Currently running queries (pid, ...):")
    with pytest.raises(SourceError, match="has no free slot"):
        source.admin_areas(AREA, 8)
    assert len(server.asked) == ATTEMPTS * 4


class _Response:
    """A response of requests that asks for patience."""

    status_code = 429
    url = "https://overpass-api.de/api/interpreter"

    def __init__(self, after: str) -> None:
        self.headers = {"Retry-After": after}
        self.closed = False

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize(("after", "pause_s"), [("90", 90.0), ("tomorrow", 0.0), ("-1", 0.0)])
def test_a_server_says_how_long_to_wait(after: str, pause_s: float) -> None:
    response = _Response(after)
    with pytest.raises(NotNowError) as caught:
        Doorman()(response)
    assert response.closed
    assert caught.value.pause_s == pause_s


def test_a_border_that_is_torn_is_no_subdistrict(
    tmp_path: Path, naps: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = {"type": "boundary", "boundary": "administrative", "admin_level": "8"}
    nodes = {1: (113.346, 23.129), 2: (113.349, 23.129), 3: (113.349, 23.131)}
    path = write_osm(
        tmp_path / "torn.osm",
        nodes,
        {1: Way([1, 2, 3])},
        relations={7: Relation([("outer", 1), ("outer", 2)], admin)},
    )
    monkeypatch.setattr("time.sleep", lambda _s: None)
    with osm_server(Planet(path)) as running:
        source = Overpass(Endpoints(f"{running.url}/api", running.url), tmp_path, naps.append)
        assert source.admin_areas(AREA, 8) == []
