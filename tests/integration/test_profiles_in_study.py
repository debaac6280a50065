"""A study with a profile of its own, and one whose streets are one-way."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from toy_study import toy_sections, write_toy_study

from facility_coverage.errors import NotFoundError
from facility_coverage.outputs.manifest import manifest
from facility_coverage.result import StudyResult
from facility_coverage.study import run_study
from facility_coverage.study_file import Study

OWN = 'name = "own"\nmode = "foot"\nsource = "Counted."\nspeed_kph = 3.6\n'


def answered(folder: Path, **network: str | float) -> StudyResult:
    """Run the toy study with some keys of ``[network]`` in place of its walking speed."""
    sections = toy_sections()
    sections["network"] = {"source": "streets.osm", **network}
    return run_study(Study.load(write_toy_study(folder, sections)))


def seconds(result: StudyResult) -> NDArray[np.float64]:
    """Return the time of each row of people to the nearest facility."""
    times: NDArray[np.float64] = result.demand["travel_time_s"].to_numpy(dtype=float)
    return times


def test_a_profile_file_stands_beside_the_study(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(OWN, encoding="utf-8")
    result = answered(tmp_path, profile="own.toml")
    assert result.study.network.profile == str(tmp_path / "own.toml")
    assert result.network["profile"] == "own"
    kept = manifest(result, tmp_path)
    assert kept["inputs"]["network_profile"]["file"] == "own.toml"
    assert kept["parameters"]["network"]["profile"] == "own.toml"
    plain = answered(tmp_path, speed_kph=3.6)
    np.testing.assert_array_equal(seconds(result), seconds(plain))


def test_a_profile_file_that_is_not_there_is_told_with_the_study(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"study\.toml: network\.profile: there is no file"):
        answered(tmp_path, profile="own.toml")


def test_an_ambulance_drives_the_streets_and_walks_off_them(tmp_path: Path) -> None:
    """20 km/h in residential streets, 4.0 km/h off them: 3.6 km/h times 0.18 and 0.9."""
    walked = seconds(answered(tmp_path, speed_kph=3.6))
    result = answered(tmp_path, profile="car")
    driven = seconds(result)
    reached = np.isfinite(walked)
    assert (driven[reached] < walked[reached]).all()
    assert (driven[reached] >= 0.18 * walked[reached] - 1e-9).all()
    assert result.network["direction"] == "from"


def test_one_way_streets_make_there_and_back_differ(tmp_path: Path) -> None:
    path = write_toy_study(tmp_path)
    streets = path.parent / "streets.osm"
    text = streets.read_text(encoding="utf-8")
    one_way = '<tag k="highway" v="residential"/><tag k="oneway" v="yes"/>'
    streets.write_text(
        text.replace('<tag k="highway" v="residential"/>', one_way, 4), encoding="utf-8"
    )
    times = {}
    for direction in ("to", "from"):
        study = Study.load(path)
        network = study.network.model_copy(
            update={"profile": "car", "speed_kph": None, "direction": direction}
        )
        result = run_study(study.model_copy(update={"network": network}))
        assert result.network["direction"] == direction
        times[direction] = seconds(result)
    assert (times["to"] != times["from"]).any()


def test_an_elevation_model_that_is_not_there_is_told_with_the_study(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"study\.toml: network\.elevation: there is no file"):
        answered(tmp_path, elevation="dem.tif")
