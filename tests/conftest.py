"""What every suite shares: a clean environment, and where real data lies."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let no test inherit the developer's settings or caches."""
    for name in list(os.environ):
        if name.startswith("FACILITY_COVERAGE_") and "_TEST_" not in name:
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of real extracts; tests skip with a reason where there is none."""
    folder = Path(os.environ.get("FACILITY_COVERAGE_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; FACILITY_COVERAGE_TEST_DATA names its folder")
    return folder


@pytest.fixture(scope="session")
def plan_texts() -> Path:
    """Return the folder of the plans' texts; tests skip with a reason where there is none."""
    facts = Path(os.environ.get("FACILITY_COVERAGE_TEST_FACTS", ROOT.parent / "shared" / "facts"))
    if not (facts / "plans").is_dir():
        pytest.skip(f"no plan texts at {facts}; FACILITY_COVERAGE_TEST_FACTS names their folder")
    return facts / "plans"
