"""Where the command line keeps things, and where it refuses to write."""

from pathlib import Path

import pytest

from facility_coverage.errors import FacilityCoverageError, InputError, NotFoundError, SourceError
from facility_coverage_cli.folders import cache_folder, default_cache_folder, refuse_target


def test_the_cache_stands_in_the_users_own_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_cache_folder() == tmp_path / "facility-coverage"


@pytest.mark.parametrize("value", ["", "relative/path"])
def test_without_a_proper_setting_it_is_the_usual_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, value: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", value)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_cache_folder() == tmp_path / ".cache" / "facility-coverage"


def test_a_chosen_cache_is_made_and_stays_empty(tmp_path: Path) -> None:
    folder = cache_folder(tmp_path / "a" / "b")
    assert folder == tmp_path / "a" / "b"
    assert list(folder.iterdir()) == []


def test_a_chosen_cache_that_cannot_be_used_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SourceError, match="cannot be used as cache"):
        cache_folder(tmp_path / "file" / "cache")


def test_without_the_usual_cache_the_work_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.warns(UserWarning, match="streets are read anew each time"):
        assert cache_folder(None) is None


@pytest.mark.parametrize(
    ("name", "error", "told"),
    [
        ("new.shp", InputError, r"the ending '.shp' is none of .npz, .gpkg; choose one"),
        ("new", InputError, "the ending '' is none of"),
        ("there.npz", InputError, "exists already; name another place or add --overwrite"),
        ("folder.npz", InputError, "is a folder; name a file"),
        ("nowhere/new.npz", NotFoundError, "there is no such folder; make it or name another"),
    ],
)
def test_a_file_that_could_not_be_written_is_refused(
    tmp_path: Path, name: str, error: type[FacilityCoverageError], told: str
) -> None:
    (tmp_path / "there.npz").touch()
    (tmp_path / "folder.npz").mkdir()
    with pytest.raises(error, match=told):
        refuse_target(tmp_path / name, (".npz", ".gpkg"), overwrite=False)


@pytest.mark.parametrize("name", ["new.npz", "new.GPKG", "there.npz"])
def test_a_file_that_can_be_written_is_not(tmp_path: Path, name: str) -> None:
    (tmp_path / "there.npz").touch()
    refuse_target(tmp_path / name, (".npz", ".gpkg"), overwrite=True)
