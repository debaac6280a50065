"""Both engines: every district is answered once, and a worker that is killed costs no answer."""

from collections.abc import Callable
from pathlib import Path

import pytest
from batch_work import count, die_always, die_once

from facility_coverage.batch import dask_engine
from facility_coverage.batch.dask_engine import DaskEngine
from facility_coverage.batch.district import District, Outcome
from facility_coverage.batch.engine import Engine
from facility_coverage.batch.processes import ProcessEngine
from facility_coverage.errors import SourceError

ENGINES = [ProcessEngine(2), DaskEngine(2)]
NAMES = ["processes", "dask"]
either_engine = pytest.mark.parametrize("engine", ENGINES, ids=NAMES)


def run(
    engine: Engine, folder: Path, names: list[str], carry: Callable[[District], Outcome]
) -> dict[str, Outcome]:
    districts = [District(name, "", str(folder)) for name in names]
    outcomes = list(engine.run(districts, carry))
    assert sorted(outcome.district_id for outcome in outcomes) == sorted(names)
    return {outcome.district_id: outcome for outcome in outcomes}


def begun(folder: Path, name: str) -> int:
    path = folder / f"{name}.begun"
    return len(path.read_text()) if path.exists() else 0


@pytest.mark.enable_socket
@either_engine
def test_two_killed_workers_cost_no_district(engine: Engine, tmp_path: Path) -> None:
    names = ["a", "weak-1", "b", "c", "weak-2", "d"]
    found = run(engine, tmp_path, names, die_once)
    assert {outcome.state for outcome in found.values()} == {"done"}
    assert [begun(tmp_path, f"weak-{i}") for i in (1, 2)] == [1, 1]


@pytest.mark.enable_socket
@either_engine
def test_a_district_that_kills_every_worker_is_told(engine: Engine, tmp_path: Path) -> None:
    found = run(engine, tmp_path, ["a", "deadly", "b", "c", "d", "e"], die_always)
    assert found["deadly"].state == "failed"
    assert "its worker died 3 times" in found["deadly"].reason
    assert {name for name, outcome in found.items() if outcome.state == "done"} >= {"a", "d", "e"}


@pytest.mark.parametrize("names", [[], ["only"]])
def test_none_or_one(names: list[str], tmp_path: Path) -> None:
    run(ProcessEngine(2), tmp_path, names, count)


@pytest.mark.enable_socket
def test_a_scheduler_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_engine, "_TIMEOUT_S", 1)
    for address in ("tcp://127.0.0.1:9", "nonsense://"):
        with pytest.raises(SourceError, match="no dask scheduler answers there"):
            run(DaskEngine(2, address), tmp_path, ["a"], count)
