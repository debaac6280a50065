"""The registers that come with the program are found in a checkout and in an installation."""

from pathlib import Path

import pytest

from facility_coverage import registers
from facility_coverage.errors import SourceError


def test_a_checkout_finds_its_own_registers() -> None:
    path = registers.register_path("boundaries", "tianhe.csv")
    assert path.is_file()
    assert path.parent.name == "boundaries"


def test_an_installation_is_asked_before_a_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for root in ("installed", "checkout"):
        folder = tmp_path / root / "facilities"
        folder.mkdir(parents=True)
        (folder / "a.csv").touch()
    roots = (tmp_path / "installed", tmp_path / "checkout")
    monkeypatch.setattr(registers, "_ROOTS", roots)
    assert registers.register_path("facilities", "a.csv") == roots[0] / "facilities" / "a.csv"


def test_an_incomplete_installation_is_told() -> None:
    with pytest.raises(
        SourceError, match=r"facilities/lost\.csv: .*install facility-coverage again"
    ):
        registers.register_path("facilities", "lost.csv")
