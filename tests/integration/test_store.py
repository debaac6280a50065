"""Studies, uploads and files, the same on SQLite and on PostgreSQL."""

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from postgis_server import PostgisServer
from sqlalchemy import create_engine, text
from toy_study import toy_sections

from facility_coverage.errors import InputError, NotFoundError, SourceError
from facility_coverage.study_file import Study
from facility_coverage_api.store.database import MIGRATIONS, Database, StoreError
from facility_coverage_api.store.job import JobRequest, QueueLimits
from facility_coverage_api.store.store import Store
from facility_coverage_api.store.studies import Box, ConflictError, StoredStudy
from facility_coverage_api.store.tables import METADATA
from facility_coverage_api.store.uploads import Upload

ROOT = Path(__file__).parents[2]
LIMITS = QueueLimits(9, 9)
RESULT = "ab" * 32


def put(store: Store, name: str = "streets.osm", owner: str = "a", content: str = "x") -> Upload:
    stored = store.files.put(io.BytesIO(content.encode()))
    return store.uploads.add(owner, name, {name: stored})


def study_of(reference: str, **more: Any) -> Study:  # noqa: ANN401
    sections = toy_sections()
    for name in ("network", "boundaries", "facilities", "demand"):
        sections[name]["source"] = reference
    return Study.model_validate(sections | more)


def register(store: Store, study_id: str | None = None, **more: Any) -> StoredStudy:  # noqa: ANN401
    return store.studies.add("a", study_of(put(store).reference, **more), study_id)[0]


def answer(store: Store, study: StoredStudy, box: Box | None) -> str:
    """Carry a job for a study through and return its id."""
    request = JobRequest("run", "a", {}, study.id, study.digest)
    job, _ = store.jobs.enqueue(request, LIMITS)
    claimed = store.jobs.claim(["run"], lease_s=60)
    assert claimed is not None
    assert store.jobs.succeed(claimed, RESULT, box)
    return job.id


def test_uploads_are_known_by_content_and_owner(store: Store) -> None:
    first = put(store)
    assert put(store) == first
    assert first.reference == f"{first.id}/streets.osm"
    assert store.uploads.get("a", first.reference) == first
    assert put(store, content="y").id != first.id
    assert put(store, name="other.osm").id != first.id
    for owner, reference in (("b", first.reference), ("a", f"{first.id}/x"), ("a", "/etc/passwd")):
        with pytest.raises(NotFoundError, match="not an upload of yours"):
            store.uploads.get(owner, reference)


def test_an_upload_of_several_parts(store: Store) -> None:
    parts = {n: store.files.put(io.BytesIO(n.encode())) for n in ("a.shp", "a.dbf", "a.shx")}
    upload = store.uploads.add("a", "a.shp", parts)
    assert store.uploads.get("a", upload.reference) == upload
    with store.files.workspace() as folder:
        store.uploads.show(upload, folder)
        store.uploads.show(upload, folder)
        shown = {path.name: path.read_text() for path in (folder / upload.id).iterdir()}
    assert shown == {name: name for name in parts}
    with pytest.raises(InputError, match=r"'b.shp': not among the uploaded files"):
        store.uploads.add("a", "b.shp", parts)


def test_an_upload_is_found_by_what_it_holds(store: Store) -> None:
    first = put(store)
    put(store, owner="b")
    content = first.parts["streets.osm"]
    assert store.uploads.holding("streets.osm", content) == first
    with pytest.raises(NotFoundError, match="is no longer kept here"):
        store.uploads.holding("other.osm", content)


def test_a_study_is_registered_once(store: Store) -> None:
    first = register(store)
    assert register(store) == first
    assert first.id == first.digest[:12]
    assert store.studies.get(first.id) == first
    named = register(store, "tianhe")
    assert (named.id, named.digest) == ("tianhe", first.digest)
    with pytest.raises(ConflictError, match="there is another study 'tianhe'"):
        register(store, "tianhe", siting={"sites": 3})
    assert [study.id for study in store.studies.list()] == sorted([first.id, "tianhe"])
    store.studies.delete("tianhe")
    for call in (store.studies.get, store.studies.delete):
        with pytest.raises(NotFoundError, match="there is no study 'tianhe'"):
            call("tianhe")


def test_a_name_that_cannot_be_shown(store: Store) -> None:
    with pytest.raises(InputError, match="holds a control character"):
        register(store, study={"name": "a\0b"})


def test_what_cannot_be_an_id_is_asked_of_no_database(store: Store) -> None:
    for name in ("a\0b", "'; DROP TABLE studies; --", "../x", "\ud800"):
        with pytest.raises(NotFoundError, match="there is no study"):
            store.studies.get(name)
        with pytest.raises(NotFoundError, match="not an upload of yours"):
            store.uploads.get("a", name)


def test_a_study_names_only_uploads_of_its_owner(store: Store) -> None:
    of_another = put(store, owner="b").reference
    more = {"standards": {"use": ["../rules.toml", "tianhe-145"]}}
    with pytest.raises(NotFoundError) as told:
        store.studies.add("a", study_of(of_another, **more))
    places = [line.split(":")[0] for line in str(told.value).splitlines()]
    assert places == [
        "network.source", "boundaries.source", "facilities.source", "demand.source",
        "standards.use",
    ]  # fmt: skip


def test_a_study_laid_out_has_its_files(store: Store) -> None:
    stored = register(store)
    with store.files.workspace() as folder:
        study = store.studies.lay_out(stored, folder)
        source = Path(study.network.source)
        assert source.read_text() == "x"
        assert source.name == "streets.osm"
        assert source.is_relative_to(folder)


def test_a_result_becomes_the_study_s_own(store: Store) -> None:
    study = register(store)
    job = answer(store, study, (113.0, 23.0, 113.5, 23.25))
    assert store.jobs.get(job).status == "successful"
    after = store.studies.get(study.id)
    assert (after.result, after.box) == (RESULT, (113.0, 23.0, 113.5, 23.25))


def test_a_result_that_is_not_the_study_s_own(store: Store) -> None:
    study = register(store)
    job = answer(store, study, None)
    assert store.jobs.get(job).result == RESULT
    assert store.studies.get(study.id) == study


@pytest.mark.parametrize("box", [None, (113.0, 23.0, 113.5, 23.25)])
@pytest.mark.parametrize("is_replaced", [False, True])
def test_a_job_whose_study_is_gone_fails(store: Store, box: Box | None, is_replaced: bool) -> None:  # noqa: FBT001
    study = register(store, "tianhe")
    store.studies.delete("tianhe")
    if is_replaced:
        register(store, "tianhe", siting={"sites": 3})
    job = store.jobs.get(answer(store, study, box))
    assert (job.status, job.result) == ("failed", None)
    assert job.problem is not None
    assert job.problem["code"] == "study-gone"
    assert all(other.result is None for other in store.studies.list())


def test_the_last_step_leaves_the_tables_of_today(store: Store) -> None:
    with store.database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        different = [
            change
            for change in compare_metadata(context, METADATA)
            if not (change[0] == "remove_table" and change[1].name == "spatial_ref_sys")
        ]
    assert different == []


def test_a_database_of_an_earlier_step_keeps_what_it_holds(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(text("INSERT INTO files VALUES ('ab', 1, 0)"))
    engine.dispose()
    store = Store.open(url, tmp_path)
    assert store.proposals.page() == ()
    with store.database.reading() as connection:
        assert connection.execute(text("SELECT sha256 FROM files")).scalar_one() == "ab"
    store.close()


def test_a_database_of_a_newer_program_is_left_alone(database_url: str, tmp_path: Path) -> None:
    store = Store.open(database_url, tmp_path)
    with store.database.writing() as connection:
        own = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        with pytest.raises(StoreError, match="another version of this program"):
            Database.open(database_url)
    finally:
        with store.database.writing() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :own"), {"own": own})
        store.close()


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    twice = text("INSERT INTO files VALUES (:sha256, 1, 0)")

    def write() -> None:
        with store.database.writing() as connection:
            for _ in range(2):
                connection.execute(twice, {"sha256": "secret"})

    with pytest.raises(StoreError, match="the database refused: ") as told:
        write()
    assert "INSERT" not in str(told.value)
    with store.database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM files")).scalar_one() == 0


OPENING = """
import os, sys
from pathlib import Path
from facility_coverage_api.store.store import Store

def open_it():
    store = Store.open(sys.argv[1], Path(sys.argv[2]))
    store.jobs.counts()
    store.close()

children = []
for _ in range(6):
    child = os.fork()
    if child == 0:
        open_it()
        os._exit(0)
    children.append(child)
print([os.waitpid(child, 0)[1] for child in children])
"""


def open_at_once(url: str, folder: Path) -> None:
    roots = ":".join(str(ROOT / name) for name in ("coverage", "maps", "api"))
    done = subprocess.run(  # noqa: S603  (our own program)
        [sys.executable, "-c", OPENING, url, str(folder)],
        env={"PYTHONPATH": roots},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "[0, 0, 0, 0, 0, 0]\n", done.stderr


def test_processes_that_start_at_once_on_sqlite(tmp_path: Path) -> None:
    open_at_once(f"sqlite:///{tmp_path / 'new.db'}", tmp_path)


def test_processes_that_start_at_once_on_postgresql(postgis: PostgisServer, tmp_path: Path) -> None:
    open_at_once(postgis.new_database("new"), tmp_path)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("no url", "database_url: not a URL"),
        ("mysql://planner@host/db", "database_url: mysql: not a database of this program"),
        ("sqlite://", "database_url: sqlite: not a database of this program"),
    ],
)
def test_a_url_that_is_none(url: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=told):
        Store.open(url, tmp_path)


def test_a_database_that_is_not_there(tmp_path: Path) -> None:
    for url in (
        f"sqlite:///{tmp_path}/nowhere/a.db",
        f"postgresql://me:secret@/db?host={tmp_path}",
    ):
        with pytest.raises(StoreError, match="the database refused") as told:
            Store.open(url, tmp_path)
        assert "secret" not in str(told.value)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SourceError, match="cannot be written"):
        Store.open(None, tmp_path / "file")
