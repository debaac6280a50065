"""The whole OpenAPI, asked by schemathesis: every answer is what the description says.

FACILITY_COVERAGE_TEST_CASES=20 asks all phases with so many draws for each operation.
"""

import os
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from interface_cases import ALL_PHASES, report_of
from toy_study import write_toy_study

from facility_coverage.progress import silent
from facility_coverage_api.app import create_app
from facility_coverage_api.local_studies import bring
from facility_coverage_api.settings import Settings
from facility_coverage_api.store.store import Store

STUDY_ID = "tianhe"
"""The id that the examples in the OpenAPI name."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a service that has run the toy study."""
    folder = tmp_path_factory.mktemp("service")
    source = tmp_path_factory.mktemp("study")
    store = Store.open(None, folder)
    bring(store, write_toy_study(source), silent, STUDY_ID)
    store.close()
    return folder


def test_every_answer_is_what_the_description_says(files: Path) -> None:
    draws = os.environ.get("FACILITY_COVERAGE_TEST_CASES")
    app = create_app(Settings(files=files, allowed_hosts=("testserver",)))
    with TestClient(app, base_url="http://127.0.0.1"):
        if draws is None:
            report = report_of(app, examples=3, seed=1, phases=("examples", "fuzzing"))
        else:
            report = report_of(app, examples=int(draws), seed=1, phases=ALL_PHASES)
    assert sorted(report.faults) == []
    assert report.n_cases >= 40
