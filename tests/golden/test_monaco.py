"""Monaco: an extract whose border relations are torn, as extracts are."""

from pathlib import Path

import pytest

from facility_coverage.inputs.admin_areas import of_level, read_admin_areas


@pytest.fixture(scope="module")
def extract(real_data: Path) -> Path:
    return real_data / "monaco" / "monaco.osm.gz"


def test_wards_whose_border_the_extract_holds_in_part_are_left_out(extract: Path) -> None:
    wards = read_admin_areas(extract, of_level(10))
    assert {"Monaco-Ville", "La Condamine"} <= {ward.name for ward in wards}
    assert all(ward.shape.is_valid and ward.shape.area > 0 for ward in wards)
