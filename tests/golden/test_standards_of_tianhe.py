"""What the district plans ask of 天河, and the sentences that ask it.

The figures were worked out by hand from the plan's two lists and the census of 2020: ten
subdistricts without a government-run centre, nine on one list and 猎德 on the other, hold
1,015,600 of 2,241,800 residents. Eleven subdistricts have more than 100,000 residents; one
centre per 100,000 begun makes 33 in all.
"""

from pathlib import Path

import pytest

from facility_coverage.registers import register_path
from facility_coverage.standards.checker import check
from facility_coverage.standards.registers import read_facilities, read_units
from facility_coverage.standards.rules import load_standard, standard_ids
from facility_coverage.standards.summary import ClauseSummary, summarize

WITHOUT_GOVERNMENT_CENTRE = {
    "龙洞", "凤凰", "元岗", "长兴", "新塘", "员村", "黄村", "珠吉", "兴华", "猎德",
}  # fmt: skip
ABOVE_100_000 = {
    "五山", "员村", "车陂", "石牌", "兴华", "棠下", "长兴", "龙洞", "凤凰", "珠吉", "新塘",
}  # fmt: skip
PLAN_TEXTS = {"tianhe-145": "004_*.txt", "tianning-145": "002_*.txt"}


@pytest.fixture(scope="module")
def clauses() -> dict[str, ClauseSummary]:
    standards = [load_standard("tianhe-145"), load_standard("tianning-145")]
    units = read_units(register_path("boundaries", "tianhe.csv"))
    facilities = read_facilities(register_path("facilities", "tianhe.csv"), units)
    found = summarize(standards, units, facilities, check(standards, units, facilities))
    return {clause.clause_id: clause for clause in found}


def names(clause: ClauseSummary) -> set[str]:
    units = read_units(register_path("boundaries", "tianhe.csv")).units
    return {u.unit_name.removesuffix("街道") for u in units if u.unit_id in clause.failing}


def test_ten_streets_lack_a_government_run_centre(clauses: dict[str, ClauseSummary]) -> None:
    found = clauses["government-centre-per-street"]
    assert names(found) == WITHOUT_GOVERNMENT_CENTRE
    assert found.verdicts == {"pass": 11, "fail": 10, "not_assessable": 0, "advice": 0}
    assert found.failing_population == pytest.approx(1_015_600, abs=500)
    assert found.failing_share == pytest.approx(0.453, abs=0.0005)


def test_eleven_streets_have_too_many_residents(clauses: dict[str, ClauseSummary]) -> None:
    found = clauses["residents-per-centre"]
    assert names(found) == ABOVE_100_000
    assert (found.facilities_needed, found.facilities_counted) == (33, 13)


def test_what_nobody_publishes_is_not_judged(clauses: dict[str, ClauseSummary]) -> None:
    for name in ("centre-floor-area", "centre-beds-new", "centre-floor-area-new"):
        assert clauses[name].verdicts == {"pass": 0, "fail": 0, "not_assessable": 13, "advice": 0}


@pytest.mark.parametrize("name", standard_ids())
def test_every_quote_stands_in_the_plan_word_for_word(name: str, plan_texts: Path) -> None:
    (path,) = plan_texts.glob(PLAN_TEXTS[name])
    text = path.read_text(encoding="utf-8")
    assert all(clause.quote in text for clause in load_standard(name).clauses)
