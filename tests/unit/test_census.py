"""People scaled to a census: exact totals, and everything told that does not fit."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toy_study import (
    CRS,
    degrees,
    toy_result,
    toy_sections,
    write_csv,
    write_subdistricts,
)

from facility_coverage.errors import NotFoundError, SchemaError
from facility_coverage.inputs.boundaries import Boundaries, read_boundaries
from facility_coverage.inputs.demand import Demand, read_demand
from facility_coverage.study_file import BoundariesSection, DemandSection

A, B = "440106001000", "440106002000"


@pytest.fixture
def boundaries(tmp_path: Path) -> Boundaries:
    """Two squares of 100 m, side by side."""
    boxes = {A: ("甲", (0, 0, 100, 100)), B: ("乙", (100, 0, 200, 100))}
    path = write_subdistricts(tmp_path / "units.geojson", boxes)
    return read_boundaries(BoundariesSection(source=str(path), id="code"), CRS)


ROWS = [
    (*degrees(50, 50), 30, 6, 3),
    (*degrees(20, 50), 10, 2, 1),
    (*degrees(150, 50), 20, 5, 0),
    (*degrees(250, 50), 8, 1, 1),  # outside
    (*degrees(100, 50), 40, 20, 4),  # half in each
]


def read(tmp_path: Path, boundaries: Boundaries, census: Any, **keys: Any) -> Demand:  # noqa: ANN401
    header, *rows = census
    write_csv(tmp_path / "census.csv", header, rows)
    people = write_csv(tmp_path / "p.csv", ("lon", "lat", "population", "older", "children"), ROWS)
    values: dict[str, Any] = {
        "control": str(tmp_path / "census.csv"), "older": "older", "children": "children",
        "cell_size_m": 20.0, "cell_crs": CRS,
    }  # fmt: skip
    return read_demand(DemandSection(source=str(people), **values | keys), boundaries, CRS)


HEADING = ("unit_id", "population", "old")


def test_everybody_is_scaled_by_the_factor_of_the_subdistrict(
    boundaries: Boundaries, tmp_path: Path
) -> None:
    census = [HEADING, ("440106001", 120, ""), ("440106002", 10, "")]  # 9 digits are the same
    demand = read(tmp_path, boundaries, census)
    np.testing.assert_allclose(demand.by_unit(demand.population), [120, 10, 8], rtol=1e-12)
    # 30, 10 and half of 40 in the first: 60 become 120; 20 and 20 in the second: 40 become 10
    found = dict(zip(demand.demand_id, demand.population.round(3).tolist(), strict=True))
    assert found == {"2": 60, "3": 20, "4": 5, "5": 8, f"6@{A}": 40, f"6@{B}": 5}
    assert demand.older is not None
    assert demand.children is not None
    np.testing.assert_allclose(demand.by_unit(demand.older), [36, 3.75, 1], rtol=1e-5)
    np.testing.assert_allclose(demand.by_unit(demand.children), [12, 0.5, 1], rtol=1e-5)
    assert demand.remarks == ()


def test_an_age_may_have_totals_of_its_own(boundaries: Boundaries, tmp_path: Path) -> None:
    census = [HEADING, (A, 120, 50), (B, 10, 4)]
    demand = read(tmp_path, boundaries, census, control_older="old")
    assert demand.older is not None
    np.testing.assert_allclose(demand.by_unit(demand.older), [50, 4, 1], rtol=1e-12)
    spread = read(tmp_path, boundaries, census, control_older="old", older=None)
    assert spread.older is not None
    np.testing.assert_allclose(spread.by_unit(spread.older)[:2], [50, 4], rtol=1e-12)
    share = spread.older / spread.population
    assert sorted(set(share.round(9).tolist())) == [0.0, 0.4, round(50 / 120, 9)]


def test_one_total_for_all(boundaries: Boundaries, tmp_path: Path) -> None:
    census = [HEADING]
    demand = read(tmp_path, boundaries, census, control=None, total=200.0)
    np.testing.assert_allclose(demand.by_unit(demand.population), [120, 80, 8], rtol=1e-5)


def test_a_subdistrict_that_the_census_lacks_is_told(
    boundaries: Boundaries, tmp_path: Path
) -> None:
    census = [HEADING, (A, 120, ""), ("999", 5, "")]
    demand = read(tmp_path, boundaries, census)
    np.testing.assert_allclose(demand.by_unit(demand.population), [120, 40, 8], rtol=1e-5)
    assert [remark.told("en") for remark in demand.remarks] == [
        f"the census says no total for {B}: they stay as the source counts them",
        "the census counts subdistricts that are none of this study: 999",
    ]


def test_people_without_a_place_are_told(boundaries: Boundaries, tmp_path: Path) -> None:
    """Nobody of the source lives in the second square."""
    people = write_csv(tmp_path / "p.csv", ("lon", "lat", "population"), [(*degrees(50, 50), 30)])
    census = write_csv(tmp_path / "census.csv", HEADING, [(A, 120, 9), (B, 1000, 8)])
    section = DemandSection(source=str(people), control=str(census), control_older="old")
    demand = read_demand(section, boundaries, CRS)
    assert demand.by_unit(demand.population).tolist() == [120, 0, 0]
    everybody, older = (remark.told("en") for remark in demand.remarks)
    rest = f"of the census have no place in the source and are counted nowhere: {B}"
    assert (everybody, older) == (f"1,000 people {rest}", f"8 people of 60 and over {rest}")


def test_square_metres_beyond_the_census_are_nobody(boundaries: Boundaries, tmp_path: Path) -> None:
    census = [HEADING, (A, 120, "")]
    keys = {"weight": "area", "older": None, "children": None}
    demand = read(tmp_path, boundaries, census, **keys)
    assert demand.by_unit(demand.population).round(9).tolist() == [120, 0, 0]
    assert [remark.told("en") for remark in demand.remarks] == [
        f"the census says no total for {B}: nobody is counted there"
    ]
    whole = read(tmp_path, boundaries, census, control=None, total=100.0, **keys)
    assert whole.by_unit(whole.population).round(3).tolist() == [62.5, 37.5, 0]
    assert whole.population.sum() == pytest.approx(100, rel=1e-12)


def test_a_census_that_cannot_be_used(boundaries: Boundaries, tmp_path: Path) -> None:
    for census, fault in (
        ([("code", "population"), (A, 1)], r"has no column 'unit_id' \(demand\.control_id\); name"),
        ([HEADING, (A, 1, 0), (A, 2, 0)], rf"unit_id '{A}' stands in rows 2, 3; ids must differ"),
        ([HEADING, (A, "many", 0)], r"'population' \(population\) is empty or no finite number in"),
        ([HEADING, ("4.40106E+11", 1, 0)], r"holds codes like 4\.40106E\+11 in row 2, whose last"),
    ):
        with pytest.raises(SchemaError, match=rf"census\.csv: .*{fault}"):
            read(tmp_path, boundaries, census)
    with pytest.raises(NotFoundError, match=r"lost\.csv: there is no such file"):
        read(tmp_path, boundaries, [HEADING], control=str(tmp_path / "lost.csv"))


def test_the_census_reaches_the_study(tmp_path: Path) -> None:
    """The same people in the first, nobody in the second, ten times as many in the third."""
    rows = [("01", 150), ("02", 0), ("03", 2970), ("04", 9)]
    write_csv(tmp_path / "census.csv", ("unit_id", "常住人口"), rows)
    sections = toy_sections()
    sections["demand"]["control"] = "census.csv"
    result = toy_result(tmp_path, sections)
    people = dict(zip(result.units["unit_id"], result.units["population"], strict=True))
    assert people == pytest.approx({"01": 150, "02": 0, "03": 2970, "outside": 25})
    told = "the census counts subdistricts that are none of this study: 04"
    assert told in result.notes
    assert "nobody lives in 1 subdistricts: 02" in result.notes
