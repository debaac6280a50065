"""The live numbers: those of the command line, a what-if's change, and bad input told kindly."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from service_study import new_study
from toy_city import grid_city
from toy_study import FACILITY_HEADER, degrees, facility_rows, toy_sections, write_csv, write_study

from facility_coverage.prepared import prepare
from facility_coverage.study_file import Study
from facility_coverage.thresholds import Threshold
from facility_coverage_api.app import create_app
from facility_coverage_api.doors.limits import Limits
from facility_coverage_api.jobs.kinds import CARRIES
from facility_coverage_api.jobs.worker import Worker
from facility_coverage_api.live.asked import PlaceError, places_xy
from facility_coverage_api.live.kernels import compile_kernels
from facility_coverage_api.settings import Settings
from facility_coverage_api.store.store import Store
from facility_coverage_cli.main import outcome

BASE = "http://127.0.0.1"
HOME = degrees(350, 10)
EAST = degrees(1050, 10)
NORTH = degrees(1000, 850)
"""150 m from the northernmost street."""
LIMITS = Limits(
    locations=2, facilities=3, circles=3, minutes=30, sites=3, area_km2=1.5, calculation_wait_s=0.05
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("live")


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[TestClient]:
    settings = Settings(files=folder / "service", limits=LIMITS, max_warm_studies=2)
    with TestClient(create_app(settings), base_url=BASE) as opened:
        body = new_study(store_of(opened), folder)
        assert opened.post("/v1/studies", json=body).status_code == 201
        yield opened


@pytest.fixture(scope="module")
def run(folder: Path, client: TestClient) -> Path:
    """Run the study as the command line does; ``client`` wrote it."""
    assert store_of(client).studies.get("toy").result is None
    return command_line(folder / "study.toml", folder / "out")


def command_line(study: Path, out: Path) -> Path:
    arguments = ["run", str(study), "--out", str(out), "--cache", str(out.parent / "cache")]
    assert outcome([*arguments, "--quiet"]) == 0
    return out


def store_of(client: TestClient) -> Store:
    store: Store = client.app.state.store  # type: ignore[attr-defined]  # an ASGI app to httpx
    return store


def ask(client: TestClient, path: str, **body: Any) -> Any:  # noqa: ANN401
    answer = client.post(path, json={"study": "toy"} | body)
    assert answer.status_code == 200, answer.text
    return answer


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def require_problem(answer: Any, status: int, code: str) -> str:  # noqa: ANN401
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code, answer.text
    detail: str = answer.json()["detail"]
    return detail


def test_the_table_has_the_bytes_of_the_command_line(client: TestClient, run: Path) -> None:
    answer = ask(client, "/v1/coverage?f=csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.content == (run / "coverage_by_unit.csv").read_bytes()
    assert client.get("/v1/studies/toy/coverage?f=csv").content == answer.content


def test_json_has_the_numbers_of_the_table(client: TestClient, run: Path) -> None:
    answer = ask(client, "/v1/coverage").json()
    rows = table((run / "coverage_by_unit.csv").read_bytes())
    texts = {"unit_id", "unit_name", "flags", "notes"}
    assert answer["units"] == [
        {
            name: value if name in texts else (float(value) if value else None)
            for name, value in row.items()
        }
        for row in rows
    ]
    total = json.loads((run / "summary.json").read_text(encoding="utf-8"))["total"]
    assert {name: round(value, 6) for name, value in answer["total"].items()} == {
        name: total[name] for name in answer["total"]
    }
    assert (answer["target"], answer["refused"]) == ({"threshold": "10min", "share": 0.8}, [])
    assert client.get("/v1/studies/toy/coverage").json() == answer


def test_other_circles_and_facilities_have_the_bytes_of_such_a_study(
    client: TestClient, folder: Path, run: Path
) -> None:
    assert run.is_dir()
    site = ["x", "x", *EAST, "社区卫生服务中心", "政府办", ""]
    kept = [row for row in facility_rows() if row[0] != "f2"]
    write_csv(folder / "planned.csv", FACILITY_HEADER, [*kept, site])
    sections = toy_sections()
    sections["facilities"]["source"] = "planned.csv"
    sections["coverage"] |= {"minutes": [8], "distance_m": [300]}
    planned = command_line(write_study(folder / "planned.toml", sections), folder / "planned")
    point = {"lon": EAST[0], "lat": EAST[1], "facility_id": "x"}
    point |= {"kind": "社区卫生服务中心", "ownership": "政府办"}
    body: dict[str, Any] = {"minutes": [8.0], "distance_m": [300.0]}
    answer = ask(client, "/v1/coverage?f=csv", **body, added=[point], removed=["f2"])
    assert answer.content == (planned / "coverage_by_unit.csv").read_bytes()


def test_a_what_if_tells_the_change_by_subdistrict_and_in_all(client: TestClient) -> None:
    before = ask(client, "/v1/coverage", people_only=True).json()
    point = {"lon": EAST[0], "lat": EAST[1]}
    body: dict[str, Any] = {"added": [point], "removed": ["f2"], "people_only": True}
    answer = ask(client, "/v1/coverage", **body).json()
    change = answer["change"]
    assert change["total"] == {
        name: answer["total"][name] - value for name, value in before["total"].items()
    } | {
        name: pytest.approx(answer["total"][name] - before["total"][name], abs=1e-6)
        for name in before["total"]
        if "share" in name
    }
    assert change["total"]["covered_population_10min"] == 200 + 60 + 25 - 80 - 30
    for row, old, new in zip(change["units"], before["units"], answer["units"], strict=True):
        assert (row["unit_id"], row["unit_name"]) == (new["unit_id"], new["unit_name"])
        for name in ("covered_population_5min", "covered_population_10min", "facilities"):
            assert row[name] == new[name] - old[name]
    assert not [name for name in answer["units"][0] if "area" in name]


def test_points_stand_in_place_of_the_register(client: TestClient) -> None:
    points = [{"lon": HOME[0], "lat": HOME[1]}, {"lon": NORTH[0], "lat": NORTH[1], "name": "far"}]
    answer = ask(client, "/v1/coverage", facilities=points, people_only=True).json()
    assert answer["change"] is None
    assert answer["refused"] == [{"facility_id": "new-2", "reason": "no street within 100 m"}]
    assert [row["facilities"] for row in answer["units"]] == [1, 0, 1, 0]


def test_another_profile_is_another_network(client: TestClient) -> None:
    walking = ask(client, "/v1/coverage", people_only=True).json()["total"]
    driving = ask(client, "/v1/coverage", people_only=True, profile="car").json()["total"]
    assert driving["covered_population_5min"] > walking["covered_population_5min"]


def test_a_finished_study_answers_from_its_results(tmp_path: Path) -> None:
    settings = Settings(files=tmp_path / "service")
    with TestClient(create_app(settings), base_url=BASE) as client:
        client.post("/v1/studies", json=new_study(store_of(client), tmp_path))
        live = client.get("/v1/studies/toy/coverage")
        assert "etag" not in live.headers
        client.post("/processes/run-study/execution", json={"inputs": {"study": "toy"}})
        Worker(store_of(client), CARRIES).run(once=True)
        done = client.get("/v1/studies/toy/coverage")
        assert done.json()["units"] == live.json()["units"]
        assert done.json()["inputs"]
        again = client.get(
            "/v1/studies/toy/coverage", headers={"If-None-Match": done.headers["etag"]}
        )
        assert (again.status_code, again.content) == (304, b"")
        as_table = client.get("/v1/studies/toy/coverage?f=csv")
        assert as_table.headers["etag"] != done.headers["etag"]
        assert as_table.content == client.post("/v1/coverage?f=csv", json={"study": "toy"}).content
        assert client.delete("/v1/studies/toy").status_code == 204
        require_problem(client.get("/v1/studies/toy/coverage"), 404, "not-found")
        require_problem(client.post("/v1/coverage", json={"study": "toy"}), 404, "not-found")


def test_isochrones_are_those_of_the_command_line(client: TestClient, run: Path) -> None:
    drawn = json.loads((run / "isochrones.geojson").read_text(encoding="utf-8"))["features"]
    facilities = facility_rows()
    places = [[row[2], row[3]] for row in facilities]
    answer = ask(client, "/v1/isochrones", locations=places, range=[600.0, 300.0])
    assert answer.headers["content-type"] == "application/geo+json"
    features = answer.json()["features"]
    assert [feature["geometry"] for feature in features] == [
        feature["geometry"] for feature in drawn if feature["properties"]["scope"] == "facility"
    ]
    first = features[0]["properties"]
    assert (first["group_index"], first["value"], first["center"]) == (0, 300.0, places[0])
    assert first["area_m2"] == round(drawn[0]["properties"]["area_m2"], 3)
    again = ask(client, "/v1/isochrones", locations=places, minutes=[5.0, 10.0])
    assert again.json() == answer.json()


def test_isochrones_count_metres_too(client: TestClient) -> None:
    bodies = ({"range": [300.0]}, {"range": [300.0], "range_type": "distance"})
    seconds, metres = (
        ask(client, "/v1/isochrones", locations=[HOME], **body).json()["features"]
        for body in bodies
    )
    assert seconds[0]["geometry"] == metres[0]["geometry"]  # people walk a metre a second


def test_streets_with_a_margin_are_drawn_as_such(client: TestClient, folder: Path) -> None:
    body = new_study(store_of(client), folder)
    body["study"]["coverage"] |= {"method": "streets"}
    assert client.post("/v1/studies", json=body | {"id": "margin"}).status_code == 201
    answer = ask(client, "/v1/isochrones", study="margin", locations=[HOME], range=[300.0])
    exact = ask(client, "/v1/isochrones", locations=[HOME], range=[300.0])
    area_m2, exact_m2 = (
        one.json()["features"][0]["properties"]["area_m2"] for one in (answer, exact)
    )
    assert 0 < area_m2 < exact_m2


def test_a_place_has_the_times_of_the_demand_there(client: TestClient, run: Path) -> None:
    rows = {row["id"]: row for row in table((run / "snap_audit.csv").read_bytes())}
    homes = prepare(Study.load(run.parent / "study.toml"))
    access = homes.measured()[0]
    for i, demand_id in enumerate(homes.demand.demand_id):
        home = rows[demand_id]
        answer = client.get(f"/v1/coverage/at?study=toy&lon={home['lon']}&lat={home['lat']}").json()
        covered = [access.covered(Threshold("minutes", value))[i] for value in (5.0, 10.0)]
        assert answer["covered"] == dict(zip(("5min", "10min"), covered, strict=True))
        if not homes.homes.found[i]:
            assert (answer["status"], answer["facilities"]) == ("unassessed", [])
            continue
        assert answer["status"] == ("covered" if covered[1] else "uncovered")
        assert answer["nearest"]["time_s"] is not None
        if covered[1]:
            assert answer["facilities"][0]["time_s"] == pytest.approx(access.least[i], abs=0.02)
            assert answer["facilities"][0] == answer["nearest"]


def test_places_near_two_facilities_list_the_nearer_first(client: TestClient, folder: Path) -> None:
    body = new_study(store_of(client), folder)
    body["study"]["coverage"] |= {"minutes": [40], "distance_m": [700]}
    assert client.post("/v1/studies", json=body | {"id": "wide"}).status_code == 201
    at = f"/v1/coverage/at?study=wide&lon={HOME[0]}&lat={HOME[1]}"
    near = client.get(at).json()
    assert [one["facility_id"] for one in near["facilities"]] == ["f1", "f2"]
    first, second = near["facilities"]
    assert first["time_s"] == first["distance_m"] == pytest.approx(220, abs=0.02)
    assert second["distance_m"] is None
    assert second["time_s"] == pytest.approx(920, abs=0.02)
    assert len(client.get(f"{at}&k=1").json()["facilities"]) == 1


def test_suggestions_are_those_of_the_command_line(client: TestClient, run: Path) -> None:
    answer = ask(client, "/v1/suggestions").json()
    summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))["siting"]
    assert answer["answer"] == summary
    sites = table((run / "sites.csv").read_bytes())
    assert [site["candidate_id"] for site in answer["sites"]] == [
        site["candidate_id"] for site in sites
    ]
    assert [str(site["gain_population"]) for site in answer["sites"]] == [
        site["gain_population"] for site in sites
    ]
    one = ask(client, "/v1/suggestions", sites=1, minutes=[5.0], removed=["f2"]).json()
    assert len(one["sites"]) == 1


def test_standards_are_listed_and_read(client: TestClient) -> None:
    listed = client.get("/v1/standards").json()["standards"]
    first = listed[0]["id"]
    whole = client.get(f"/v1/standards/{first}").json()
    assert len(whole["clauses"]) == listed[0]["clauses"]
    assert whole["clauses"][0]["quote"]
    for name in ("no-such", "..%2F..%2Fpyproject.toml", f"{first}.toml"):
        assert client.get(f"/v1/standards/{name}").status_code == 404


ISO = "/v1/isochrones"
COVER = "/v1/coverage"
SUGGEST = "/v1/suggestions"
BAD: list[tuple[str, str, int, str, str]] = [
    (ISO, '"locations": [], "range": [300]', 422, "input", "locations"),
    (ISO, '"locations": [[113.35]], "range": [300]', 422, "input", "locations.0"),
    (ISO, '"locations": [[23.13, 113.35]], "range": [300]', 422, "input", "exchanged"),
    (ISO, '"locations": [[23.13, 80.0]], "range": [300]', 422, "place", "a study of that place"),
    (ISO, '"locations": [[0, 0]], "range": [300]', 422, "place", "without coordinates"),
    (ISO, '"locations": [[NaN, 23]], "range": [300]', 422, "input", "locations.0.0"),
    (ISO, '"locations": [[113.3, Infinity]], "range": [300]', 422, "input", "locations.0.1"),
    (ISO, '"locations": [["113.3", 23]], "range": [300]', 422, "input", "locations.0.0"),
    (ISO, '"locations": [HOME]', 422, "input", "either range"),
    (ISO, '"locations": [HOME], "range": [300], "minutes": [5]', 422, "input", "either range"),
    (ISO, '"locations": [HOME], "range": [0]', 422, "input", "range.0"),
    (ISO, '"locations": [HOME], "range": [-1]', 422, "input", "range.0"),
    (ISO, '"locations": [HOME], "range": [NaN]', 422, "input", "range.0"),
    (ISO, '"locations": [HOME], "range": [1e9]', 422, "input", "at most 10800 seconds"),
    (ISO, '"locations": [HOME], "range": [5, 5]', 422, "input", "twice"),
    (ISO, '"locations": [HOME], "range": [1e5], "range_type": "distance"', 422, "input", "50000"),
    (ISO, '"locations": [HOME], "minutes": [5], "range_type": "distance"', 422, "input", "time"),
    (ISO, '"locations": [HOME], "minutes": [0]', 422, "input", "minutes.0"),
    (ISO, '"locations": [HOME], "minutes": [1000000000]', 422, "input", "minutes.0"),
    (ISO, '"locations": [HOME], "minutes": [60]', 413, "limit", "minutes"),
    (ISO, '"locations": [HOME], "range": [1, 2, 3, 4]', 413, "limit", "circles"),
    (ISO, '"locations": [HOME, HOME, HOME], "range": [300]', 413, "limit", "locations"),
    (ISO, '"locations": [NORTH], "range": [300]', 422, "unreachable", "no street within 100 m"),
    (ISO, '"locations": [HOME, [113.4, 23.17]], "range": [300]', 413, "limit", "area_km2"),
    (ISO, '"locations": [HOME], "range": [300], "profile": "plane"', 422, "input", "profile"),
    (ISO, '"locations": [HOME], "range": [300], "x": 1', 422, "input", "x"),
    (ISO, '"study": "nobody", "locations": [HOME], "range": [300]', 404, "not-found", "nobody"),
    (ISO, '"study": "../toy", "locations": [HOME], "range": [300]', 422, "input", "study"),
    (ISO, '"study": "x\'; DROP TABLE studies;--"', 422, "input", "study"),
    (COVER, '"minutes": [0]', 422, "input", "minutes.0"),
    (COVER, '"minutes": [-1]', 422, "input", "minutes.0"),
    (COVER, '"minutes": [NaN]', 422, "input", "minutes.0"),
    (COVER, '"minutes": [1e9]', 422, "input", "minutes.0"),
    (COVER, '"minutes": [5, 5]', 422, "input", "twice"),
    (COVER, '"minutes": [60]', 413, "limit", "minutes"),
    (COVER, '"minutes": [1, 2], "distance_m": [3, 4]', 413, "limit", "circles"),
    (COVER, '"facilities": []', 422, "input", "facilities"),
    (COVER, '"facilities": [POINT], "removed": ["f1"]', 422, "input", "in place of the register"),
    (COVER, '"added": [POINT, POINT, POINT, POINT]', 413, "limit", "facilities"),
    (COVER, '"added": [{"lon": 23.13, "lat": 80}]', 422, "place", "added.0"),
    (COVER, '"added": [{"lon": 0, "lat": 0}]', 422, "place", "without coordinates"),
    (COVER, '"added": [{"lon": 113.3}]', 422, "input", "lat"),
    (COVER, '"removed": ["nobody"]', 404, "not-found", "nobody"),
    (COVER, '"removed": ["f1", "f2"]', 422, "unreachable", "no facility is left"),
    (COVER, '"added": [{"lon": 113.35, "lat": 23.13, "facility_id": "f1"}]', 422, "input", "f1"),
    (SUGGEST, '"sites": -1', 422, "input", "sites"),
    (SUGGEST, '"sites": 4', 413, "limit", "sites"),
    (SUGGEST, '"model": "guess"', 422, "input", "model"),
    (SUGGEST, '"model": "p_center", "budget": 5', 422, "input", "budget"),
    (SUGGEST, '"time_limit_s": 1e9', 422, "input", "time_limit_s"),
]


@pytest.mark.parametrize(("path", "keys", "status", "code", "said"), BAD)
def test_bad_input_is_a_problem_with_a_code(
    client: TestClient, path: str, keys: str, status: int, code: str, said: str
) -> None:
    names = {"HOME": HOME, "NORTH": NORTH, "POINT": {"lon": HOME[0], "lat": HOME[1]}}
    for name, value in names.items():
        keys = keys.replace(name, json.dumps(value))
    body = keys if '"study"' in keys else f'"study": "toy", {keys}'
    answer = client.post(
        path, content=f"{{{body}}}".encode(), headers={"Content-Type": "application/json"}
    )
    assert said in require_problem(answer, status, code)


@pytest.mark.parametrize(
    ("query", "status", "code", "said"),
    [
        ("study=toy&lon=23.13&lat=113.35", 422, "input", "exchanged"),
        ("study=toy&lon=0&lat=0", 422, "place", "without coordinates"),
        ("study=toy&lon=nan&lat=23", 422, "input", "lon"),
        ("study=toy&lon=113.35&lat=inf", 422, "input", "lat"),
        ("study=toy&lon=113.35", 422, "input", "lat"),
        ("study=toy&lon=113.35&lat=23.13&k=0", 422, "input", "k"),
        ("study=toy&lon=113.35&lat=23.13&k=51", 422, "input", "k"),
        ("study=nobody&lon=113.35&lat=23.13", 404, "not-found", "nobody"),
    ],
)
def test_a_bad_place_is_a_problem_with_a_code(
    client: TestClient, query: str, status: int, code: str, said: str
) -> None:
    assert said in require_problem(client.get(f"/v1/coverage/at?{query}"), status, code)


def test_exchanged_degrees_are_told_where_both_could_be_a_latitude() -> None:
    canaries = replace(grid_city(3, 3), crs="EPSG:32628")  # near 15° west, 23° north
    assert len(places_xy(canaries, [(-15.0, 23.15)], "locations", LIMITS)) == 1
    with pytest.raises(PlaceError, match=r"locations.1: .* longitude and latitude are exchanged"):
        places_xy(canaries, [(-15.0, 23.15), (23.15, -15.0)], "locations", LIMITS)


def test_who_waits_too_long_for_a_turn_is_told_to_come_again(client: TestClient) -> None:
    turns = client.app.state.turns  # type: ignore[attr-defined]  # as above
    with turns.turn(), turns.turn():
        answer = client.post("/v1/coverage", json={"study": "toy"})
    assert "ask again" in require_problem(answer, 503, "busy")
    assert answer.headers["retry-after"]
    ask(client, "/v1/coverage", people_only=True)


def test_a_study_that_cannot_be_read_is_tried_again(client: TestClient, folder: Path) -> None:
    body = new_study(store_of(client), folder)
    body["study"]["facilities"]["id"] = "no_such_column"
    assert client.post("/v1/studies", json=body | {"id": "broken"}).status_code == 201
    for _ in range(2):
        answer = client.post("/v1/coverage", json={"study": "broken"})
        detail = require_problem(answer, 422, "schema")
        assert "facilities.csv" in detail
        assert str(folder) not in detail


def test_kernels_are_compiled_on_a_street_of_their_own() -> None:
    compile_kernels()
