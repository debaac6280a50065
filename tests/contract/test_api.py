"""The HTTP face: tables and layers of finished studies, and problem documents for all else."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from facility_coverage_api.app import create_app
from facility_coverage_api.settings import Settings

NAME = "<script>alert(1)</script>"


@pytest.fixture
def results(tmp_path: Path) -> Path:
    root = tmp_path / "results"
    folder = root / "first"
    folder.mkdir(parents=True)
    (root / ".second.x.partial").mkdir()
    (root / ".second.x.partial" / "manifest.json").write_text("{}", encoding="utf-8")
    summary = {"study": NAME, "synthetic": None, "target": {"share": 0.8}, "total": {"gaps": 1}}
    manifest = {"inputs": {"network": {"file": "a.osm.pbf", "sha256": "0" * 64}}}
    (folder / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "coverage_by_unit.csv").write_text(
        "unit_id,unit_name,population,covered_share_15min,flags,notes\n"
        f"007,{NAME},10.5,,below_target,\n",
        encoding="utf-8-sig",
    )
    (folder / "gaps.geojson").write_text('{"type": "FeatureCollection"}', encoding="utf-8")
    return root


@pytest.fixture
def client(results: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(results=results))) as opened:
        yield opened


def test_health(client: TestClient) -> None:
    assert client.get("/healthz").json()["status"] == "ok"


def test_only_finished_studies_are_listed(client: TestClient) -> None:
    assert [study["id"] for study in client.get("/v1/studies").json()["studies"]] == ["first"]


def test_a_single_result_folder_is_a_study(results: Path) -> None:
    with TestClient(create_app(Settings(results=results / "first"))) as client:
        assert client.get("/v1/studies/first/coverage").status_code == 200


def test_coverage_keeps_ids_as_text_and_empty_as_null(client: TestClient) -> None:
    body = client.get("/v1/studies/first/coverage").json()
    assert body["units"] == [
        {
            "unit_id": "007",
            "unit_name": NAME,
            "population": 10.5,
            "covered_share_15min": None,
            "flags": "below_target",
            "notes": "",
        }
    ]
    assert body["inputs"]["network"]["sha256"] == "0" * 64


def test_layer_is_geojson(client: TestClient) -> None:
    answer = client.get("/v1/studies/first/layers/gaps")
    assert answer.headers["content-type"] == "application/geo+json"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/studies/second/coverage", 404, "not-found"),
        ("/v1/studies/..%2F..%2Fetc/coverage", 404, "not-found"),
        ("/v1/studies/.second.x.partial/coverage", 404, "not-found"),
        ("/v1/studies/first/layers/manifest", 422, "input"),
        ("/nowhere", 404, "not-found"),
    ],
)
def test_errors_are_problem_documents(
    client: TestClient, path: str, status: int, code: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert answer.json()["status"] == status


def test_no_results_yet(tmp_path: Path) -> None:
    with TestClient(create_app(Settings(results=tmp_path / "nothing"))) as client:
        assert client.get("/v1/studies").json() == {"studies": []}


def test_settings_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FACILITY_COVERAGE_RESULTS", str(tmp_path))
    assert create_app().state.settings.results == tmp_path
