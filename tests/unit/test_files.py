"""Files appear whole or not at all."""

import hashlib
from pathlib import Path

import pytest

from facility_coverage.errors import InputError, SourceError
from facility_coverage.files import (
    MANIFEST_NAME,
    atomic_folder,
    atomic_path,
    refuse_existing,
    sha256_of,
)

OURS = '{"program": {"name": "facility-coverage"}}'


def result(folder: Path, text: str = "old") -> Path:
    """Make a folder that looks like a result of this program."""
    folder.mkdir()
    (folder / MANIFEST_NAME).write_text(OURS, encoding="utf-8")
    (folder / "table.csv").write_text(text, encoding="utf-8")
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_digest_of_a_published_example(tmp_path: Path) -> None:
    (tmp_path / "abc").write_bytes(b"abc")  # FIPS 180-2, appendix B.1
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256_of(tmp_path / "abc") == digest


def test_digest_of_a_file_longer_than_a_chunk(tmp_path: Path) -> None:
    content = bytes(range(256)) * 5000
    (tmp_path / "long").write_bytes(content)
    assert sha256_of(tmp_path / "long") == hashlib.sha256(content).hexdigest()


def test_a_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "a.geojson"
    with atomic_path(target) as temporary:
        temporary.write_text("half", encoding="utf-8")
        assert not target.exists()
        assert temporary.suffix == ".geojson"
        temporary.write_text("whole", encoding="utf-8")
    assert target.read_text(encoding="utf-8") == "whole"
    assert names(tmp_path) == ["a.geojson"]


def test_a_failure_keeps_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    target.write_text("old", encoding="utf-8")

    def break_off() -> None:
        with atomic_path(target) as temporary:
            temporary.write_text("half", encoding="utf-8")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert target.read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["a.csv"]


def test_a_file_in_no_folder_cannot_be_written(tmp_path: Path) -> None:
    target = tmp_path / "lost" / "a.csv"
    with (
        pytest.raises(SourceError, match=r"a\.csv: cannot be written.*choose another place"),
        atomic_path(target) as temporary,
    ):
        temporary.touch()


def test_a_folder_appears_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "new" / "out"
    with atomic_folder(target, overwrite=False) as folder:
        (folder / "sub").mkdir()
        (folder / "sub" / "a").write_text("a", encoding="utf-8")
        assert not target.exists()
    assert (target / "sub" / "a").read_text(encoding="utf-8") == "a"
    assert target.stat().st_mode & 0o777 == 0o755
    assert names(target.parent) == ["out"]


def test_a_folder_is_replaced_in_one_go(tmp_path: Path) -> None:
    target = result(tmp_path / "out")
    with atomic_folder(target, overwrite=True) as folder:
        (folder / "b").touch()
        assert names(target) == [MANIFEST_NAME, "table.csv"]
    assert names(target) == ["b"]
    assert names(tmp_path) == ["out"]


def test_a_failure_keeps_the_old_folder(tmp_path: Path) -> None:
    target = result(tmp_path / "out")

    def break_off() -> None:
        with atomic_folder(target, overwrite=True) as folder:
            (folder / "b").touch()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert names(target) == [MANIFEST_NAME, "table.csv"]
    assert names(tmp_path) == ["out"]


def test_a_disk_that_refuses_the_last_step_gives_the_old_folder_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = result(tmp_path / "out")
    move = Path.replace

    def refuse(path: Path, place: Path) -> Path:
        if path.suffix == ".partial":
            raise OSError(5, "Input/output error")
        return move(path, place)

    monkeypatch.setattr(Path, "replace", refuse)
    with (
        pytest.raises(SourceError, match="Input/output error"),
        atomic_folder(target, overwrite=True) as folder,
    ):
        (folder / "b").touch()
    assert names(target) == [MANIFEST_NAME, "table.csv"]
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize(
    "error", [SourceError("cache: full; name another"), InputError("bad; mend")]
)
def test_an_error_that_is_told_already_is_not_told_anew(error: Exception, tmp_path: Path) -> None:
    with pytest.raises(type(error)) as of_folder, atomic_folder(tmp_path / "o", overwrite=False):
        raise error
    with pytest.raises(type(error)) as of_file, atomic_path(tmp_path / "f"):
        raise error
    assert of_folder.value is of_file.value is error
    assert names(tmp_path) == []


def test_what_may_be_replaced(tmp_path: Path) -> None:
    refuse_existing(tmp_path / "nothing", overwrite=False)
    ours, empty = result(tmp_path / "ours"), tmp_path / "empty"
    empty.mkdir()
    refuse_existing(ours, overwrite=True)
    refuse_existing(empty, overwrite=True)
    for place in (ours, empty):
        with pytest.raises(InputError, match="add --overwrite"):
            refuse_existing(place, overwrite=False)
    (ours / MANIFEST_NAME).unlink()
    with pytest.raises(InputError, match=r"holds no manifest\.json of facility-coverage"):
        refuse_existing(ours, overwrite=True)
    with pytest.raises(InputError, match="is a file; name a folder"):
        refuse_existing(ours / "table.csv", overwrite=True)
