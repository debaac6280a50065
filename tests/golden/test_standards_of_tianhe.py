"""What the district plans ask of 天河 and 天宁.

The figures were worked out by hand. 天河: from the plan's two lists and the census of 2020: ten
subdistricts without a government-run centre, nine on one list and 猎德 on the other, hold
1,015,600 of 2,241,800 residents. Eleven subdistricts have more than 100,000 residents; one
centre per 100,000 begun makes 33 in all, against the 26 that the plan counts. 天宁: from its
table 2.
"""

import pandas as pd
import pytest

from facility_coverage.registers import register_path
from facility_coverage.standards.checker import check
from facility_coverage.standards.conflicts import Conflict, conflicts
from facility_coverage.standards.registers import read_facilities, read_units
from facility_coverage.standards.rules import load_standards
from facility_coverage.standards.summary import ClauseSummary, summarize

WITHOUT_GOVERNMENT_CENTRE = {
    "龙洞", "凤凰", "元岗", "长兴", "新塘", "员村", "黄村", "珠吉", "兴华", "猎德",
}  # fmt: skip
ABOVE_100_000 = {
    "五山", "员村", "车陂", "石牌", "兴华", "棠下", "长兴", "龙洞", "凤凰", "珠吉", "新塘",
}  # fmt: skip


def checked(
    place: str, *names: str
) -> tuple[dict[str, ClauseSummary], pd.DataFrame, tuple[Conflict, ...]]:
    standards = load_standards(names)
    units = read_units(register_path("boundaries", f"{place}.csv"))
    facilities = read_facilities(register_path("facilities", f"{place}.csv"), units)
    findings = check(standards, units, facilities)
    found = summarize(standards, units, facilities, findings)
    return {clause.clause_id: clause for clause in found}, findings, conflicts(standards, findings)


@pytest.fixture(scope="module")
def tianhe() -> dict[str, ClauseSummary]:
    return checked("tianhe", "tianhe-145", "tianning-145")[0]


@pytest.fixture(scope="module")
def tianning() -> tuple[dict[str, ClauseSummary], pd.DataFrame, tuple[Conflict, ...]]:
    return checked("tianning", "tianning-145", "chs-basic-2006-240")


def names(clause: ClauseSummary) -> set[str]:
    return {name.removesuffix("街道") for name in clause.failing_names}


def test_ten_streets_lack_a_government_run_centre(tianhe: dict[str, ClauseSummary]) -> None:
    found = tianhe["government-centre-per-street"]
    assert names(found) == WITHOUT_GOVERNMENT_CENTRE
    assert found.verdicts == {"pass": 11, "fail": 10, "not_assessable": 0, "advice": 0}
    assert found.failing_population == pytest.approx(1_015_600, abs=500)
    assert found.failing_share == pytest.approx(0.453, abs=0.0005)


def test_eleven_streets_have_too_many_residents(tianhe: dict[str, ClauseSummary]) -> None:
    found = tianhe["residents-per-centre"]
    assert names(found) == ABOVE_100_000
    assert (found.facilities_needed, found.facilities_counted) == (33, 13)
    assert found.facilities_stated is not None
    assert found.facilities_stated.value == 26
    assert "26个社区卫生服务中心" in found.facilities_stated.quote


def test_what_nobody_publishes_is_not_judged(tianhe: dict[str, ClauseSummary]) -> None:
    for name in ("centre-floor-area", "centre-beds-new", "centre-floor-area-new"):
        assert tianhe[name].verdicts == {"pass": 0, "fail": 0, "not_assessable": 13, "advice": 0}


def test_the_beds_of_tianhe_follow_from_the_figures_that_it_states(
    tianhe: dict[str, ClauseSummary],
) -> None:
    # 13,563 beds to 2,241,826 residents are 6.05, below the 6.30 of the plan's table.
    found = tianhe["beds-per-1000"]
    assert (found.verdicts["pass"], found.verdicts["advice"]) == (0, 1)


def test_tianning_has_14_centres_and_2_township_hospitals(
    tianning: tuple[dict[str, ClauseSummary], pd.DataFrame, tuple[Conflict, ...]],
) -> None:
    clauses, _, _ = tianning
    for clause_id, count in (("centres-14", 14), ("township-hospitals-2", 2)):
        assert clauses[clause_id].verdicts["pass"] == 1
        assert clauses[clause_id].facilities_counted == count


def test_beihuan_is_built_anew_with_too_few_beds_and_chashan_is_not_built_anew(
    tianning: tuple[dict[str, ClauseSummary], pd.DataFrame, tuple[Conflict, ...]],
) -> None:
    clauses, findings, _ = tianning
    assert clauses["centre-beds-new"].failing_names == ("红梅街道北环社区卫生服务中心",)
    own = findings[findings["clause_id"] == "centre-beds-new"].set_index("facility_name")
    beihuan = own.loc["红梅街道北环社区卫生服务中心"]
    assert (beihuan["measured"], beihuan["required"]) == (30, ">= 50")
    assert "茶山街道社区卫生服务中心" not in own.index
    assert set(own["verdict"]) == {"pass", "fail"}


def test_fifty_beds_at_least_and_fifty_at_most_is_a_conflict(
    tianning: tuple[dict[str, ClauseSummary], pd.DataFrame, tuple[Conflict, ...]],
) -> None:
    _, _, (conflict,) = tianning
    assert (conflict.least, conflict.most) == (">= 50", "<= 50")
    assert conflict.at_least[0] == "tianning-145"
    assert conflict.at_most[0] == "chs-basic-2006-240"
    assert "雕庄街道社区卫生服务中心" in conflict.names
