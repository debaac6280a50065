"""Studies are registered, processes described, jobs started, followed, called off and read."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from service_study import new_study

from facility_coverage.network.profiles import SHIPPED
from facility_coverage_api.app import create_app
from facility_coverage_api.doors.keys import key_line, new_key
from facility_coverage_api.doors.limits import Limits
from facility_coverage_api.jobs.kinds import CARRIES, KINDS, CoverageInputs
from facility_coverage_api.jobs.worker import Worker
from facility_coverage_api.settings import Settings
from facility_coverage_api.store.store import Store
from facility_coverage_cli.main import outcome

BASE = "http://127.0.0.1"
ROLES = {"ann": "analyst", "bob": "analyst", "rea": "reader", "rev": "reviewer"}
KEYS = {name: new_key() for name in ROLES}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(
        files=tmp_path / "service", limits=Limits(queued_jobs=3, queued_jobs_per_key=3)
    )
    with TestClient(create_app(settings), base_url=BASE) as opened:
        yield opened


@pytest.fixture(scope="module")
def registered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Return a service that knows the toy study and whose queue stays empty."""
    folder = tmp_path_factory.mktemp("registered")
    settings = Settings(files=folder / "service")
    with TestClient(create_app(settings), base_url=BASE) as opened:
        register(opened, folder)
        yield opened


@pytest.fixture
def keyed(tmp_path: Path) -> Iterator[TestClient]:
    file = tmp_path / "keys"
    lines = [key_line(KEYS[name], role, name) for name, role in ROLES.items()]
    file.write_text("\n".join(lines), encoding="utf-8")
    settings = Settings(files=tmp_path / "service", keys_file=file)
    with TestClient(create_app(settings), base_url=BASE) as opened:
        yield opened


def as_(name: str) -> dict[str, str]:
    return {"X-API-Key": KEYS[name]}


def store_of(client: TestClient) -> Store:
    store: Store = client.app.state.store  # type: ignore[attr-defined]  # an ASGI app to httpx
    return store


def register(client: TestClient, tmp_path: Path, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    folder = tmp_path / "study"
    folder.mkdir(exist_ok=True)
    body = new_study(store_of(client), folder, **more)
    answer = client.post("/v1/studies", json=body)
    assert answer.status_code == 201, answer.text
    registered: dict[str, Any] = answer.json()
    return registered


def start(client: TestClient, kind: str = "run-study", **inputs: Any) -> dict[str, Any]:  # noqa: ANN401
    answer = client.post(f"/processes/{kind}/execution", json={"inputs": {"study": "toy"} | inputs})
    assert answer.status_code == 201, answer.text
    started: dict[str, Any] = answer.json()
    return started


def work(client: TestClient) -> None:
    Worker(store_of(client), CARRIES).run(once=True)


def require_problem(answer: Any, status: int, code: str) -> str:  # noqa: ANN401
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code
    detail: str = answer.json()["detail"]
    return detail


def test_a_study_run_by_a_job_gives_the_bytes_of_the_command_line(
    client: TestClient, tmp_path: Path
) -> None:
    registered = register(client, tmp_path)
    assert (registered["id"], registered["result"], registered["bbox"]) == ("toy", None, None)
    answer = client.post(
        "/processes/run-study/execution",
        json={"inputs": {"study": "toy"}},
        headers={"Prefer": "respond-async"},
    )
    assert answer.status_code == 201
    assert answer.headers["Preference-Applied"] == "respond-async"
    job = answer.json()
    assert answer.headers["Location"] == f"{BASE}/jobs/{job['jobID']}" == job["links"][0]["href"]
    assert (job["status"], job["progress"], job["processID"]) == ("accepted", 0, "run-study")
    detail = require_problem(client.get(f"/jobs/{job['jobID']}/results"), 404, "result-not-ready")
    assert "accepted" in detail

    work(client)
    done = client.get(f"/jobs/{job['jobID']}").json()
    assert (done["status"], done["progress"], done["problem"]) == ("successful", 100, None)
    assert [link["rel"].rsplit("/", 1)[-1] for link in done["links"]] == ["self", "results"]
    assert (
        outcome(
            [
                "run",
                str(tmp_path / "study" / "study.toml"),
                "--out",
                str(tmp_path / "out"),
                "--quiet",
            ]
        )
        == 0
    )
    files = client.get(done["links"][1]["href"]).json()
    assert set(files) == {path.name for path in (tmp_path / "out").iterdir()}
    for name, link in files.items():
        got = client.get(link["href"])
        assert got.headers["content-type"] == link["type"]
        if not name.endswith(".gpkg"):  # GDAL writes the time into it
            assert got.content == (tmp_path / "out" / name).read_bytes(), name
    again = client.get(link["href"], headers={"If-None-Match": got.headers["etag"]})
    assert again.status_code == 304

    study = client.get("/v1/studies/toy").json()
    manifest = (tmp_path / "out" / "manifest.json").read_bytes()
    folder = store_of(client).files.result_folder(study["result"])
    assert (folder / "manifest.json").read_bytes() == manifest
    west, south, east, north = study["bbox"]
    assert 113.3 < west < east < 113.4
    assert 23.1 < south < north < 23.2


def test_suggestions_and_other_circles(client: TestClient, tmp_path: Path) -> None:
    before = register(client, tmp_path)
    sites = start(client, "suggest", sites=1, robustness=False)
    circles = start(client, "coverage", minutes=[8], profile="walk")
    work(client)
    found = {}
    for job in (sites, circles):
        href = f"/jobs/{job['jobID']}/results/summary.json"
        found[job["processID"]] = client.get(href).json()
    assert found["suggest"]["siting"]["sites"] == 1
    assert found["coverage"]["thresholds"] == ["8min"]
    assert found["coverage"]["siting"]["sites"] == 0
    assert client.get("/v1/studies/toy").json() == before  # neither is the study's own result


def test_processes_are_described(registered: TestClient) -> None:
    listed = registered.get("/processes").json()
    assert [process["id"] for process in listed["processes"]] == list(KINDS)
    described = registered.get(listed["processes"][1]["links"][0]["href"]).json()
    assert described["id"] == "suggest"
    assert described["jobControlOptions"] == ["async-execute", "dismiss"]
    assert described["inputs"]["study"]["minOccurs"] == 1
    assert described["inputs"]["model"]["minOccurs"] == 0
    assert "p_median" in json.dumps(described["inputs"]["model"]["schema"])
    require_problem(registered.get("/processes/x"), 404, "not-found")


def test_every_shipped_profile_can_be_asked_for() -> None:
    schema = CoverageInputs.model_json_schema()["properties"]["profile"]["anyOf"][0]
    assert tuple(schema["enum"]) == SHIPPED


@pytest.mark.parametrize(
    ("kind", "body", "status", "code", "told"),
    [
        ("x", {"inputs": {"study": "toy"}}, 404, "not-found", "there is no process 'x'"),
        ("run-study", {}, 422, "input", "inputs"),
        ("run-study", {"inputs": {}}, 422, "input", "inputs.study: Field required"),
        ("run-study", {"inputs": {"study": "../x"}}, 422, "input", "inputs.study"),
        ("run-study", {"inputs": {"study": "other"}}, 404, "not-found", "no study 'other'"),
        ("run-study", {"inputs": {"study": "toy", "x": 1}}, 422, "input", "inputs.x"),
        ("coverage", {"inputs": {"study": "toy"}}, 422, "input", "give minutes"),
        ("coverage", {"inputs": {"study": "toy", "minutes": [0]}}, 422, "input", "minutes.0"),
        ("coverage", {"inputs": {"study": "toy", "minutes": [-1]}}, 422, "input", "minutes.0"),
        ("coverage", {"inputs": {"study": "toy", "minutes": [1e9]}}, 422, "input", "minutes.0"),
        ("coverage", {"inputs": {"study": "toy", "minutes": ["5"]}}, 422, "input", "minutes.0"),
        ("coverage", {"inputs": {"study": "toy", "minutes": [5, 5]}}, 422, "input", "twice"),
        ("suggest", {"inputs": {"study": "toy", "budget": 5.0}}, 422, "input", "budget needs"),
        ("suggest", {"inputs": {"study": "toy"}, "subscriber": {}}, 422, "input", "subscriber"),
    ],
)
def test_what_cannot_be_asked(
    registered: TestClient,
    kind: str,
    body: Any,  # noqa: ANN401
    status: int,
    code: str,
    told: str,
) -> None:
    answer = registered.post(f"/processes/{kind}/execution", json=body)
    assert told in require_problem(answer, status, code)
    assert registered.get("/jobs").json()["jobs"] == []


def test_minutes_that_are_no_number(registered: TestClient) -> None:
    answer = registered.post(
        "/processes/coverage/execution",
        content='{"inputs": {"study": "toy", "minutes": [NaN]}}',
        headers={"Content-Type": "application/json"},
    )
    require_problem(answer, 422, "input")


def test_the_same_key_is_the_same_job(client: TestClient, tmp_path: Path) -> None:
    register(client, tmp_path)
    key = {"Idempotency-Key": "a-1"}
    body: dict[str, Any] = {"inputs": {"study": "toy"}}
    first = client.post("/processes/run-study/execution", json=body, headers=key)
    again = client.post("/processes/run-study/execution", json=body, headers=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.headers["Location"] == again.headers["Location"]
    other = client.post("/processes/suggest/execution", json=body, headers=key)
    require_problem(other, 422, "idempotency-key")
    bad = client.post(
        "/processes/run-study/execution", json=body, headers={"Idempotency-Key": "a b"}
    )
    assert bad.status_code == 422


def test_a_full_queue(client: TestClient, tmp_path: Path) -> None:
    register(client, tmp_path)
    for _ in range(3):
        start(client)
    answer = client.post("/processes/run-study/execution", json={"inputs": {"study": "toy"}})
    require_problem(answer, 429, "too-many-jobs")


def test_a_job_is_called_off(client: TestClient, tmp_path: Path) -> None:
    register(client, tmp_path)
    job = start(client)
    assert client.delete(f"/jobs/{job['jobID']}").json()["status"] == "dismissed"
    assert client.get(f"/jobs/{job['jobID']}").json()["status"] == "dismissed"
    work(client)
    require_problem(client.get(f"/jobs/{job['jobID']}/results"), 410, "dismissed")


def test_jobs_are_paged(client: TestClient, tmp_path: Path) -> None:
    register(client, tmp_path)
    ids = [start(client)["jobID"] for _ in range(3)]
    page = client.get("/jobs", params={"limit": 2, "status": "accepted"}).json()
    seen = [job["jobID"] for job in page["jobs"]]
    (following,) = (link["href"] for link in page["links"] if link["rel"] == "next")
    page = client.get(following).json()
    seen += [job["jobID"] for job in page["jobs"]]
    assert seen == ids[::-1]
    assert [link["rel"] for link in page["links"]] == ["self"]
    assert client.get("/jobs", params={"processID": "suggest"}).json()["jobs"] == []


@pytest.mark.parametrize(
    "path", ["/jobs/x", "/jobs/x%00", "/jobs/" + "0" * 32, "/jobs/..%2Fx/results", "/jobs/'--"]
)
def test_no_such_job(registered: TestClient, path: str) -> None:
    require_problem(registered.get(path), 404, "not-found")


def test_no_such_file_of_a_result(client: TestClient, tmp_path: Path) -> None:
    register(client, tmp_path)
    job = start(client, "coverage", minutes=[5])
    work(client)
    for name in ("x.csv", "..%2Fmanifest.json", "%2Fetc%2Fpasswd"):
        answer = client.get(f"/jobs/{job['jobID']}/results/{name}")
        require_problem(answer, 404, "not-found")


def test_a_job_whose_study_was_deleted_meanwhile(client: TestClient, tmp_path: Path) -> None:
    register(client, tmp_path)
    deleted, replaced = start(client), start(client)
    assert client.delete("/v1/studies/toy").status_code == 204
    require_problem(client.delete("/v1/studies/toy"), 404, "not-found")
    assert Worker(store_of(client), CARRIES).step()
    register(client, tmp_path, siting={"sites": 1})
    work(client)
    for job in (deleted, replaced):
        answer = client.get(f"/jobs/{job['jobID']}/results")
        detail = require_problem(answer, 409, "study-gone")
        assert detail == "the study 'toy' was deleted or replaced meanwhile; start the job anew"


def test_a_job_that_cannot_be_done_names_files_as_their_owner_did(
    client: TestClient, tmp_path: Path
) -> None:
    folder = tmp_path / "study"
    folder.mkdir()
    body = new_study(store_of(client), folder)
    body["study"]["boundaries"]["id"] = "no_such_column"
    assert client.post("/v1/studies", json=body).status_code == 201
    job = start(client)
    work(client)
    failed = client.get(f"/jobs/{job['jobID']}").json()
    assert failed["status"] == "failed"
    detail = require_problem(client.get(f"/jobs/{job['jobID']}/results"), 422, "schema")
    assert detail.startswith("subdistricts.geojson")
    assert str(tmp_path) not in json.dumps(failed)
    chinese = {"Accept-Language": "zh"}
    answer = client.get(f"/jobs/{job['jobID']}/results", headers=chinese)
    told = require_problem(answer, 422, "schema")
    assert (told.split("：")[0], answer.json()["title"]) == ("subdistricts.geojson", "作业失败。")
    assert str(tmp_path) not in told
    asked = client.get(f"/jobs/{job['jobID']}", headers=chinese)
    assert asked.headers["vary"] == "Accept-Language"
    listed = client.get("/jobs", headers=chinese).json()["jobs"]
    problem = {"status": 422, "code": "schema", "detail": told}
    assert asked.json()["problem"] == listed[0]["problem"] == problem
    assert failed["problem"] == problem | {"detail": detail}


def test_what_was_kept_in_english_alone_is_told_in_english(
    client: TestClient, tmp_path: Path
) -> None:
    register(client, tmp_path)
    job = start(client)
    jobs = store_of(client).jobs
    claimed = jobs.claim(["run-study"], lease_s=60.0)
    assert claimed is not None
    assert jobs.fail(claimed, {"status": 422, "code": "schema", "detail": "no such column"})
    answer = client.get(f"/jobs/{job['jobID']}/results", headers={"Accept-Language": "zh"})
    assert require_problem(answer, 422, "schema") == "no such column"


def test_a_study_that_cannot_be_registered(client: TestClient, tmp_path: Path) -> None:
    folder = tmp_path / "study"
    folder.mkdir()
    good = new_study(store_of(client), folder)
    assert client.post("/v1/studies", json=good).status_code == 201
    assert client.post("/v1/studies", json=good).status_code == 200
    other = {"id": "toy", "study": good["study"] | {"siting": {"sites": 1}}}
    require_problem(client.post("/v1/studies", json=other), 409, "conflict")
    for source in ("/etc/passwd", "/vsicurl/http://x/y.osm", "streets.osm", "0" * 64 + "/x.osm"):
        bad = {"study": good["study"] | {"network": {"source": source}}}
        detail = require_problem(client.post("/v1/studies", json=bad), 404, "not-found")
        assert detail.startswith("network.source: ")
    for bad in ({"study": {}}, {"id": "../x", "study": good["study"]}, {}, {"study": 1}):
        assert client.post("/v1/studies", json=bad).status_code == 422


def test_everybody_sees_their_own_jobs_and_a_reviewer_all(
    keyed: TestClient, tmp_path: Path
) -> None:
    (tmp_path / "study").mkdir()
    store = store_of(keyed)
    body = new_study(store, tmp_path / "study")
    require_problem(keyed.post("/v1/studies", json=body, headers=as_("rea")), 403, "forbidden")
    # what another has uploaded cannot be named
    require_problem(keyed.post("/v1/studies", json=body, headers=as_("ann")), 404, "not-found")
    from_ann = {"id": "toy", "study": new_study(store, tmp_path / "study", owner="ann")["study"]}
    assert keyed.post("/v1/studies", json=from_ann, headers=as_("ann")).status_code == 201
    run = {"inputs": {"study": "toy"}}
    require_problem(
        keyed.post("/processes/run-study/execution", json=run, headers=as_("rea")),
        403,
        "forbidden",
    )
    jobs = {
        name: keyed.post("/processes/run-study/execution", json=run, headers=as_(name)).json()
        for name in ("ann", "bob")
    }
    for name, seen in (("ann", {"ann"}), ("bob", {"bob"}), ("rea", set()), ("rev", {"ann", "bob"})):
        listed = keyed.get("/jobs", headers=as_(name)).json()["jobs"]
        assert {job["jobID"] for job in listed} == {jobs[other]["jobID"] for other in seen}
        for other, job in jobs.items():
            status = keyed.get(f"/jobs/{job['jobID']}", headers=as_(name)).status_code
            assert status == (200 if other in seen else 404)
    address = f"/jobs/{jobs['ann']['jobID']}"
    require_problem(keyed.delete(address, headers=as_("bob")), 404, "not-found")
    require_problem(keyed.delete("/v1/studies/toy", headers=as_("bob")), 403, "forbidden")
    assert keyed.delete(address, headers=as_("rev")).status_code == 200
    assert keyed.delete("/v1/studies/toy", headers=as_("rev")).status_code == 204
