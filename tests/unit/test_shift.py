"""Points that were read in the wrong coordinate system are recognised; good ones never blamed."""

from pathlib import Path

import numpy as np
import pytest
from kept_registers import beside_streets, read_as
from numpy.typing import NDArray
from toy_study import (
    COLUMNS_M,
    CORNER_M,
    CRS,
    FACILITY_HEADER,
    ROWS_M,
    toy_sections,
    write_csv,
    write_streets,
    write_study,
    write_toy_study,
)

from coordinate_shifts import MISTAKES, drawn_register, laid_over_guangzhou, taken_for, verdict
from facility_coverage.coordinates.systems import from_wgs84
from facility_coverage.crs import WGS84, project
from facility_coverage.errors import DoubtError
from facility_coverage.network.cache import street_network
from facility_coverage.network.nearest import StreetIndex
from facility_coverage.network.profiles import walk
from facility_coverage.network.shift import Landmarks, Reading, find_shift, readings
from facility_coverage.prepared import prepare
from facility_coverage.study_file import Study
from facility_coverage_cli.main import outcome


@pytest.fixture(scope="module")
def lattice(tmp_path_factory: pytest.TempPathFactory) -> StreetIndex:
    """Return streets every 100 m."""
    file = write_streets(tmp_path_factory.mktemp("lattice") / "streets.osm")
    return StreetIndex.of(street_network(file, walk(), crs=CRS))


def written(xy: NDArray[np.float64], system: str) -> NDArray[np.float64]:
    return from_wgs84(project(xy, CRS, WGS84), system)


@pytest.mark.parametrize(("true", "declared"), MISTAKES)
def test_each_mistake_is_called_by_its_name(lattice: StreetIndex, true: str, declared: str) -> None:
    xy = beside_streets(40)
    assert verdict(xy, CRS, declared, lattice) is None
    moved = read_as(xy, true, declared)
    found = verdict(moved, CRS, declared, lattice)
    assert found is not None
    assert (found.system, found.declared, found.exchanged) == (true, declared, False)
    assert (found.points, found.explained) == (40, 40)
    offset = np.median(moved - xy, axis=0)
    assert found.offset_m == pytest.approx(np.hypot(*offset), abs=0.5)


def test_the_offset_is_told_with_its_direction(lattice: StreetIndex) -> None:
    found = verdict(read_as(beside_streets(26), "gcj02", "wgs84"), CRS, "wgs84", lattice)
    assert found is not None
    told = found.remark("r.csv", "facilities.coordinates")
    assert told.told("en") == (
        "these 26 points of r.csv look like GCJ-02 declared as WGS84 (median offset "
        f"{found.offset_m:.0f} m ESE, 26 of 26 explained); "
        'if so, set facilities.coordinates = "gcj02"'
    )
    assert "GCJ-02" in told.told("zh")


def test_degrees_that_changed_places_are_recognised(lattice: StreetIndex) -> None:
    """No latitude is 113°, so this happens west of 90° only: the reading itself is held here."""
    xy = beside_streets(12)
    far = xy + np.array([0.0, 400_000.0])
    found = find_shift(
        far, "wgs84", [Reading("wgs84", xy, exchanged=True)], Landmarks.of_streets(lattice)
    )
    assert found is not None
    assert found.exchanged
    assert found.direction == "N"
    assert "longitude and latitude had changed places" in found.remark("r.csv", "x").told("en")


def test_places_of_another_layer_tell_it_too() -> None:
    random = np.random.default_rng(3)
    places = random.uniform(0.0, 9000.0, (120, 2)) + CORNER_M
    landmarks = Landmarks.of_places(places)
    register = np.concatenate([places[:14] + random.normal(0, 12, (14, 2)),
                               random.uniform(0.0, 9000.0, (12, 2)) + CORNER_M])  # fmt: skip
    assert find_shift(register, "wgs84", readings(register, CRS, "wgs84"), landmarks) is None
    moved = read_as(register, "bd09", "wgs84")
    found = find_shift(moved, "wgs84", readings(moved, CRS, "wgs84"), landmarks)
    assert found is not None
    assert found.system == "bd09"


def test_too_few_points_say_nothing(lattice: StreetIndex) -> None:
    moved = read_as(beside_streets(9), "gcj02", "wgs84")
    assert verdict(moved, CRS, "wgs84", lattice) is None
    nowhere = np.concatenate([moved, np.full((9, 2), np.nan)])
    assert verdict(nowhere, CRS, "wgs84", lattice) is None


def test_rows_without_a_position_change_nothing(lattice: StreetIndex) -> None:
    moved = read_as(beside_streets(20), "gcj02", "wgs84")
    mixed = np.insert(moved, [0, 7, 20], np.nan, axis=0)
    assert verdict(mixed, CRS, "wgs84", lattice) == verdict(moved, CRS, "wgs84", lattice)


def test_points_that_have_nothing_to_do_with_streets_are_not_blamed(lattice: StreetIndex) -> None:
    east, north = np.meshgrid(COLUMNS_M[:-1], ROWS_M[:-1])
    cells = np.column_stack([east.ravel(), north.ravel()]) + 50.0 + CORNER_M
    assert verdict(cells, CRS, "wgs84", lattice) is None


def test_metres_of_a_zone_may_have_been_made_of_shifted_degrees(lattice: StreetIndex) -> None:
    moved = read_as(beside_streets(30), "gcj02", "wgs84")
    assert {each.system for each in readings(moved, CRS, "EPSG:4547")} == {"gcj02", "bd09"}
    found = verdict(moved, CRS, "EPSG:4547", lattice)
    assert found is not None
    assert found.system == "gcj02"


def test_abroad_no_shift_is_known() -> None:
    xy = np.array([[458_000.0, 3_110_000.0]])
    found = {each.system for each in readings(xy, "EPSG:32628", "gcj02")}
    assert found == {"bd09", "gcj02"}  # exchanged, and Baidu's own offset


def test_registers_of_a_real_place(real_data: Path, tmp_path: Path) -> None:
    source = real_data / "andorra" / "andorra.osm.pbf"
    index = StreetIndex.of(street_network(source, walk(), cache_folder=tmp_path))
    crs = laid_over_guangzhou(index)
    found = 0
    for seed in range(20):
        xy = drawn_register(index, 10 + seed, seed)
        assert verdict(xy, crs, "wgs84", index) is None
        true, declared = MISTAKES[seed % len(MISTAKES)]
        shift = verdict(taken_for(xy, crs, true, declared), crs, declared, index)
        found += shift is not None and shift.system == true
    assert found == 20


def shifted_study(folder: Path, **keys: str) -> Path:
    sections = toy_sections()
    sections["facilities"] |= keys
    study = write_toy_study(folder, sections)
    given = written(beside_streets(24), "gcj02")
    rows = [[f"f{i:02}", "", *place, "centre", "", ""] for i, place in enumerate(given.tolist())]
    write_csv(folder / "facilities.csv", FACILITY_HEADER, rows)
    return study


def test_a_strict_run_stops_at_a_doubt(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = shifted_study(tmp_path)
    out, cache = tmp_path / "out", str(tmp_path / "cache")
    arguments = ["run", str(study), "--out", str(out), "--cache", cache, "--quiet"]
    assert outcome([*arguments, "--strict"]) == 10
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: these 24 points of facilities.csv look like GCJ-02 declared as")
    assert not out.exists()
    assert outcome(arguments) == 0
    assert "look like GCJ-02" in (out / "summary.json").read_text("utf-8")


def test_the_declared_system_settles_it(tmp_path: Path) -> None:
    prepared = prepare(Study.load(shifted_study(tmp_path, coordinates="GCJ-02")))
    assert prepared.study.facilities.coordinates == "gcj02"
    assert prepared.doubts == ()
    prepared.require_no_doubt()
    assert np.allclose(prepared.facilities.xy, beside_streets(24), atol=1e-3)


def test_the_doubt_is_told_in_the_language_of_the_reader(tmp_path: Path) -> None:
    study = shifted_study(tmp_path)
    with pytest.raises(DoubtError, match="GCJ-02 declared as WGS84") as doubt:
        prepare(Study.load(study)).require_no_doubt()
    assert "疑似 GCJ-02 坐标被当作 WGS84" in doubt.value.told("zh")


def test_premises_and_people_are_held_against_streets_too(tmp_path: Path) -> None:
    study = shifted_study(tmp_path, coordinates="gcj02")
    sections = toy_sections()
    sections["facilities"]["coordinates"] = "gcj02"
    sections["siting"]["candidates"] = "facilities.csv"
    prepared = prepare(Study.load(write_study(study, sections)))
    (doubt,) = prepared.doubts
    assert doubt.values["mend"] == 'siting.coordinates = "gcj02"'
    cells = toy_sections()
    cells["demand"]["cell_size_m"] = 20
    cells["facilities"]["source"] = "osm"
    assert prepare(Study.load(write_study(study, cells))).doubts == ()
