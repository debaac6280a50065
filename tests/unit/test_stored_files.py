"""Files under the SHA-256 of their content, results under that of their manifest."""

import hashlib
import io
from pathlib import Path

import pytest
from hand_clock import HandClock

from facility_coverage.errors import InputError, NotFoundError, SourceError
from facility_coverage.files import MANIFEST_NAME
from facility_coverage_api.store.files import FileFolder, is_digest, plain_name
from facility_coverage_api.store.store import ABANDONED_S, Store

NOWHERE = "0" * 64


@pytest.fixture
def files(tmp_path: Path) -> FileFolder:
    return FileFolder.open(tmp_path / "service")


def left(files: FileFolder) -> list[str]:
    return [path.name for path in (files.root / "work").iterdir()]


def test_a_file_is_named_by_its_content_and_kept_once(files: FileFolder) -> None:
    content = b"abc" * 1_000_000
    stored = files.put(io.BytesIO(content))
    assert stored.sha256 == hashlib.sha256(content).hexdigest()
    assert stored.size_bytes == 3_000_000
    path = files.path(stored.sha256)
    assert path.read_bytes() == content
    assert path.stat().st_mode & 0o777 == 0o444
    at_first = path.stat().st_ino
    assert files.put(io.BytesIO(content)) == stored
    assert path.stat().st_ino == at_first
    assert left(files) == []


def test_a_stream_that_breaks_off_leaves_nothing(files: FileFolder) -> None:
    class Broken(io.BytesIO):
        def read(self, _size: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(SourceError, match="cannot be written: Input/output error"):
        files.put(Broken())
    assert left(files) == []
    assert list((files.root / "files").iterdir()) == []


def test_a_result_is_named_by_its_manifest_and_kept_once(files: FileFolder) -> None:
    def fill(folder: Path) -> None:
        (folder / MANIFEST_NAME).write_text("{}", encoding="utf-8")
        (folder / "a.csv").touch()

    digest = files.put_result(fill)
    assert digest == hashlib.sha256(b"{}").hexdigest()
    folder = files.result_folder(digest)
    assert {path.name for path in folder.iterdir()} == {MANIFEST_NAME, "a.csv"}
    at_first = folder.stat().st_ino
    assert files.put_result(fill) == digest
    assert folder.stat().st_ino == at_first
    assert left(files) == []


def test_a_result_that_fails_leaves_nothing(files: FileFolder) -> None:
    def fill(folder: Path) -> None:
        (folder / "a.csv").touch()
        msg = "no"
        raise InputError(msg)

    with pytest.raises(InputError, match="no"):
        files.put_result(fill)
    assert left(files) == []
    assert list((files.root / "results").iterdir()) == []


def test_a_result_that_the_disk_refuses(files: FileFolder) -> None:
    def fill(folder: Path) -> None:
        (folder / MANIFEST_NAME).write_text("{}", encoding="utf-8")
        (files.root / "results").rmdir()
        (files.root / "results").touch()

    with pytest.raises(SourceError, match="cannot be written"):
        files.put_result(fill)


def test_what_killed_processes_left_is_swept_away_after_a_week(tmp_path: Path) -> None:
    store = Store.open(None, tmp_path)
    stored = store.files.put(io.BytesIO(b"x"))
    left = [
        tmp_path / "work" / "tmp1",
        tmp_path / "results" / f".{NOWHERE}.x.partial",
        store.files.path(stored.sha256).with_name(f".{NOWHERE}.x.partial"),
    ]
    for folder in left:
        folder.mkdir()
        (folder / "half").touch()
    changed_s = max(folder.stat().st_mtime for folder in left)
    for later_s, stay in ((ABANDONED_S - 1, True), (ABANDONED_S + 1, False)):
        Store.open(None, tmp_path, clock=HandClock(changed_s + later_s)).close()
        assert [folder.exists() for folder in left] == [stay] * 3
    assert store.files.path(stored.sha256).exists()
    store.close()


@pytest.mark.parametrize("name", ["../x", "x" * 64, NOWHERE[1:], NOWHERE + "\n", "", "/etc/passwd"])
def test_what_is_no_digest_is_never_joined_to_a_path(files: FileFolder, name: str) -> None:
    assert not is_digest(name)
    for look in (files.path, files.result_folder):
        with pytest.raises(NotFoundError, match="not a SHA-256"):
            look(name)


def test_what_is_not_here(files: FileFolder) -> None:
    with pytest.raises(NotFoundError, match="there is no file 000"):
        files.path(NOWHERE)
    with pytest.raises(NotFoundError, match="there is no result 000"):
        files.result_folder(NOWHERE)
    with files.workspace() as folder, pytest.raises(NotFoundError, match="there is no file"):
        files.link({"a.csv": NOWHERE}, folder / "new")


def test_a_link_that_the_disk_refuses(files: FileFolder) -> None:
    stored = files.put(io.BytesIO(b"x"))
    with files.workspace() as folder:
        files.link({"名.csv": stored.sha256}, folder / "new")
        assert (folder / "new" / "名.csv").read_bytes() == b"x"
        with pytest.raises(SourceError, match="cannot be written"):
            files.link({"a.csv": stored.sha256}, folder / "new")


@pytest.mark.parametrize("name", ["a.csv", "天河 区.gpkg", "a" * 120, "a..b", "%2e"])
def test_plain_names(name: str) -> None:
    assert plain_name(name) == name


@pytest.mark.parametrize(
    "name", ["", ".", "..", ".hidden", "a/b", "a\\b", "C:a", "a\0b", "a\nb", "a" * 121, "\u202ea"]
)
def test_names_that_lead_elsewhere(name: str) -> None:
    with pytest.raises(InputError, match="not a plain file name"):
        plain_name(name)
