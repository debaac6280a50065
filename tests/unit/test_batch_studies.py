"""Which studies a batch has, how many workers fit, and versions that differ."""

from pathlib import Path
from typing import Any

import pytest

from facility_coverage.batch.dask_engine import _require_same_versions
from facility_coverage.batch.district import District, failed
from facility_coverage.batch.engine import died
from facility_coverage.batch.memory import (
    file_mb,
    fitting_workers,
    free_mb,
    require_room,
    worker_mb,
)
from facility_coverage.batch.studies import find_districts, require_file_name
from facility_coverage.errors import (
    FacilityCoverageError,
    InputError,
    LimitError,
    NotFoundError,
    SchemaError,
    SourceError,
)
from facility_coverage_cli.main import outcome


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b/study.toml", "a/study.toml", "c.toml"):
        path = tmp_path / "studies" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path / "studies"


def ids(*named: str) -> list[str]:
    return [one.district_id for one in find_districts(named, Path("out"), None)]


def test_files_folders_patterns_and_lists(folder: Path) -> None:
    assert ids(str(folder)) == ["a", "b"]
    assert ids(f"{folder}/c.toml", f"{folder}/b") == ["b", "c"]
    assert ids(f"{folder}/*/study.toml") == ["a", "b"]
    assert ids(f"{folder}/*") == ["a", "b", "c"]
    listed = folder / "list.txt"
    listed.write_text("# ours\n\nb\nc.toml\na/study.toml\na\n")
    assert ids(str(listed)) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("name", "error", "told"),
    [
        ("nowhere", NotFoundError, "there is no such study"),
        ("empty", NotFoundError, "holds no study.toml"),
        ("latin.txt", InputError, "no text in UTF-8"),
    ],
)
def test_what_is_no_study(
    name: str, error: type[FacilityCoverageError], told: str, folder: Path
) -> None:
    (folder / "empty").mkdir()
    (folder / "latin.txt").write_bytes(b"\xe9\n")
    with pytest.raises(error, match=told):
        ids(str(folder / name))


def test_what_is_no_study_is_told_in_chinese(folder: Path) -> None:
    with pytest.raises(NotFoundError) as caught:
        ids(str(folder / "nowhere"))
    assert caught.value.told("zh").startswith(f"{folder / 'nowhere'}：没有这个研究；请指定")
    district = District("a", "", "", language="zh")
    assert failed(district, died(3)).reason.startswith("其工作进程3次中途终止")


def test_two_studies_with_one_id(folder: Path) -> None:
    other = folder / "other" / "a" / "study.toml"
    other.parent.mkdir(parents=True)
    other.touch()
    with pytest.raises(SchemaError, match="both are 'a'"):
        ids(str(folder), str(other))


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\0b", "a:b"])
def test_ids_that_name_no_folder(name: str) -> None:
    with pytest.raises(InputError, match="rename it"):
        require_file_name(name)


def test_no_more_workers_than_fit(tmp_path: Path) -> None:
    extract = tmp_path / "city.osm.pbf"
    extract.write_bytes(bytes(2_000_000))
    assert file_mb(extract) == 2.0
    need_mb = worker_mb([file_mb(extract), 0.0])
    assert need_mb == worker_mb([2.0]) > worker_mb([])
    assert fitting_workers(need_mb, 3.5 * need_mb) == 3
    assert fitting_workers(need_mb, 1.0) == 1
    require_room(3, need_mb, 3.5 * need_mb)
    with pytest.raises(LimitError, match="take --workers 3"):
        require_room(4, need_mb, 3.5 * need_mb)


def test_free_memory_is_that_of_the_machine_or_of_the_container(tmp_path: Path) -> None:
    proc, group = tmp_path / "proc", tmp_path / "group"
    assert free_mb(proc, group) > 100
    proc.mkdir()
    (proc / "meminfo").write_text("MemTotal: 9 kB\nMemAvailable:  2000000 kB\n")
    assert free_mb(proc, group) == 2048.0
    group.mkdir()
    (group / "memory.current").write_text("100000000\n")
    (group / "memory.max").write_text("max\n")
    assert free_mb(proc, group) == 2048.0
    (group / "memory.max").write_text("600000000\n")
    assert free_mb(proc, group) == 500.0


class Client:
    """A client whose cluster has other versions."""

    def get_versions(self, **_: Any) -> None:  # noqa: ANN401, D102  (as dask's)
        msg = "Mismatched versions found"
        raise ValueError(msg)


def test_a_cluster_with_other_versions() -> None:
    with pytest.raises(SourceError, match="runs other versions"):
        _require_same_versions(Client(), "tcp://a:1")  # type: ignore[arg-type]  # stands in


def test_a_scheduler_is_of_dask(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["batch", "run", str(folder), "--out", str(folder / "out"), "--scheduler", "tcp://a:1"]
    assert outcome(asked) == 2
    assert "add --engine dask" in capsys.readouterr().err


def test_too_many_workers(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["batch", str(folder), "--out", str(folder / "out"), "--workers", "512"]
    assert outcome(asked) == 6
    assert "are free; take --workers" in capsys.readouterr().err
    assert not (folder / "out").exists()
