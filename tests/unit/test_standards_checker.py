"""The checker on districts of two streets, each verdict worked by hand."""

from dataclasses import replace
from typing import Any, cast

import pytest

from facility_coverage.errors import InputError
from facility_coverage.standards.checker import Finding, check
from facility_coverage.standards.registers import Facility, FacilityRegister, Unit, UnitRegister
from facility_coverage.standards.rules import Standard
from facility_coverage.standards.summary import summarize

COLUMNS = frozenset({"facility_id", "unit_id", "kind", "ownership", "floor_area_m2", "beds", "new"})
UNITS = UnitRegister(
    "units.csv",
    frozenset({"unit_id", "unit_name", "population"}),
    (Unit("a", "甲", 40_000), Unit("b", "乙", 250_000)),
)


def standard(**clause: object) -> Standard:
    common = {
        "id": "c", "facility_kind": ["centre"], "strength": "must", "confidence": "plan",
        "quote": "…",
    }  # fmt: skip
    head = {"id": "s", "title": "S", "issuing_body": "B", "year": 2021, "source": "p"}
    return Standard.model_validate({**head, "applies_to": "44", "clause": [{**common, **clause}]})


def presence(**more: object) -> Standard:
    return standard(scope="subdistrict", quantity="presence", min=1, **more)


def residents(most: float) -> Standard:
    return standard(scope="subdistrict", quantity="residents_per_facility", max=most)


def facility(name: str, unit: str, **more: object) -> Facility:
    usual = Facility(name, name, unit, "centre", "government", 5000.0, 50.0, {})
    return replace(usual, **cast("dict[str, Any]", more))


def register(*facilities: Facility, lacking: str = "") -> FacilityRegister:
    return FacilityRegister("facilities.csv", COLUMNS - {lacking}, facilities)


def verdicts(rules: Standard, facilities: FacilityRegister) -> dict[str, str]:
    return {f.facility_id or f.unit_id: f.verdict for f in check([rules], UNITS, facilities)}


def test_a_street_with_a_centre_passes_and_one_without_fails() -> None:
    found = check([presence()], UNITS, register(facility("f", "a")))
    assert [(f.unit_id, f.verdict, f.measured, f.evidence) for f in found] == [
        ("a", "pass", 1, ("f",)),
        ("b", "fail", 0, ()),
    ]
    assert {(f.required, f.quote, f.reason) for f in found} == {(">= 1", "…", "")}


def test_only_the_named_owners_count() -> None:
    rules = presence(ownership=["government"])
    owned = register(facility("f", "a"), facility("g", "b", ownership="armed_police"))
    assert verdicts(rules, owned) == {"a": "pass", "b": "fail"}


def test_another_kind_does_not_count() -> None:
    assert verdicts(presence(), register(facility("f", "a", kind="station")))["a"] == "fail"


@pytest.mark.parametrize("unknown", [{"ownership": ""}, {"ownership": "unknown"}, {"kind": ""}])
def test_what_may_or_may_not_count_leaves_no_verdict(unknown: dict[str, str]) -> None:
    doubtful = register(facility("f", "a", **unknown))
    first, second = check([presence(ownership=["government"])], UNITS, doubtful)
    assert (first.verdict, first.measured, first.evidence) == ("not_assessable", None, ("f",))
    assert first.reason == "kind, ownership or subdistrict not stated: f"
    assert second.verdict == "fail"


def test_a_facility_without_subdistrict_may_stand_in_any() -> None:
    # 甲 has one of its own, so that the one without a place changes nothing there.
    assert verdicts(presence(), register(facility("f", "a"), facility("g", ""))) == {
        "a": "pass",
        "b": "not_assessable",
    }


def test_on_the_basis_of_residents_a_small_street_is_advised_not_failed() -> None:
    found = check([presence(or_population=50_000)], UNITS, register())
    assert [f.verdict for f in found] == ["advice", "fail"]
    assert found[0].reason == "fewer than 50000 residents: on that basis none is due"


def test_the_basis_of_residents_is_inclusive() -> None:
    assert verdicts(presence(or_population=40_000), register())["a"] == "fail"
    assert verdicts(presence(or_population=40_001), register())["a"] == "advice"


def test_evidence_is_in_order_whether_sure_or_not() -> None:
    rules = standard(scope="subdistrict", quantity="presence", min=2, ownership=["government"])
    facilities = register(facility("e", "a", ownership=""), facility("f", "a"))
    first, _ = check([rules], UNITS, facilities)
    assert first.evidence == ("e", "f")
    (found,) = summarize([rules], UNITS, facilities, [first])
    assert found.facilities_counted == 1


def test_residents_per_facility_is_inclusive_and_counts_at_least_one() -> None:
    # 甲: 40,000 and no centre, as if it had one. 乙: 250,000 / 2 = 125,000.
    two = register(facility("f", "b"), facility("g", "b"))
    found = check([residents(125_000)], UNITS, two)
    assert [(f.verdict, f.measured) for f in found] == [("pass", 40_000), ("pass", 125_000)]
    assert [f.verdict for f in check([residents(124_999)], UNITS, two)] == ["pass", "fail"]


@pytest.mark.parametrize("lacking", ["kind", "unit_id", "ownership"])
def test_without_a_column_there_is_no_verdict(lacking: str) -> None:
    facilities = register(facility("f", "a"), lacking=lacking)
    found = check([presence(ownership=["government"])], UNITS, facilities)
    assert {f.verdict for f in found} == {"not_assessable"}
    assert {f.reason for f in found} == {
        f"no such column in the register: facilities.csv: {lacking}"
    }


@pytest.mark.parametrize("rules", [residents(100_000), presence(or_population=50_000)])
def test_without_residents_there_is_no_verdict(rules: Standard) -> None:
    units = UnitRegister("units.csv", frozenset({"unit_id"}), (Unit("a", "甲", None),))
    (found,) = check([rules], units, register(facility("f", "a")))
    assert found.verdict == "not_assessable"
    assert found.reason == "no such column in the register: units.csv: population"
    (summary,) = summarize([rules], units, register(facility("f", "a")), [found])
    assert (summary.failing_population, summary.facilities_needed) == (None, None)


@pytest.mark.parametrize(
    ("beds", "verdict"), [(29.9, "fail"), (30, "pass"), (50, "pass"), (50.1, "fail")]
)
def test_bounds_of_a_size_are_inclusive(beds: float, verdict: str) -> None:
    rules = standard(scope="facility", quantity="beds", min=30, max=50)
    (found,) = check([rules], UNITS, register(facility("f", "a", beds=beds)))
    assert (found.verdict, found.measured, found.unit_id) == (verdict, beds, "a")
    assert found.required == ">= 30, <= 50"


def test_one_bound_is_enough() -> None:
    least = standard(scope="facility", quantity="floor_area_m2", min=5000)
    most = standard(scope="facility", quantity="floor_area_m2", max=5000)
    large = register(facility("f", "a", floor_area_m2=9000))
    assert verdicts(least, large) == {"f": "pass"}
    assert verdicts(most, large) == {"f": "fail"}


def size_finding(facilities: FacilityRegister, **more: object) -> Finding | None:
    rules = standard(scope="facility", quantity="beds", min=50, **more)
    return next(iter(check([rules], UNITS, facilities)), None)


def test_a_size_that_is_not_stated_leaves_no_verdict() -> None:
    found = size_finding(register(facility("f", "a", beds=None)))
    assert found is not None
    assert (found.verdict, found.reason) == ("not_assessable", "the register leaves beds open")
    found = size_finding(register(facility("f", "a", beds=None), lacking="beds"))
    assert found is not None
    assert found.reason == "no such column in the register: facilities.csv: beds"


@pytest.mark.parametrize("unknown", [{"kind": ""}, {"ownership": "unknown"}])
def test_a_size_of_something_unknown_leaves_no_verdict(unknown: dict[str, str]) -> None:
    found = size_finding(register(facility("f", "a", **unknown)), ownership=["government"])
    assert found is not None
    assert found.verdict == "not_assessable"
    assert found.reason == f"the register leaves {next(iter(unknown))} open"


@pytest.mark.parametrize(
    ("word", "verdict"),
    [("yes", "fail"), ("是", "fail"), ("TRUE", "fail"), ("", "not_assessable"),
     ("perhaps", "not_assessable"), ("no", None), ("否", None)],
)  # fmt: skip
def test_a_condition_is_a_column_of_the_register(word: str, verdict: str | None) -> None:
    small = register(facility("f", "a", beds=30, cells={"new": word}))
    found = size_finding(small, condition="new")
    assert (found.verdict if found else None) == verdict


@pytest.mark.parametrize("weak", [{"strength": "preference"}, {"confidence": "recall"}])
def test_a_clause_that_does_not_bind_never_fails_anyone(weak: dict[str, str]) -> None:
    found = check([presence(**weak)], UNITS, register())
    assert {f.verdict for f in found} == {"advice"}
    assert all("verify" in f.reason for f in found)


def test_two_standards_of_one_id_are_refused() -> None:
    with pytest.raises(InputError, match="two share the id s"):
        check([presence(), residents(1)], UNITS, register())


def test_a_summary_counts_people_and_needs() -> None:
    # Needed at 100,000 each: 1 for 甲's 40,000 and 3 for 乙's 250,000.
    facilities = register(facility("f", "b"), facility("g", "b", kind="station"))
    rules = residents(100_000)
    (found,) = summarize([rules], UNITS, facilities, check([rules], UNITS, facilities))
    assert found.verdicts == {"pass": 1, "fail": 1, "not_assessable": 0, "advice": 0}
    assert (found.failing, found.failing_population) == (("b",), 250_000)
    assert found.failing_share == pytest.approx(250_000 / 290_000)
    assert (found.facilities_counted, found.facilities_needed) == (1, 4)


def test_a_summary_of_facilities_speaks_of_no_people() -> None:
    rules = standard(scope="facility", quantity="beds", min=51)
    facilities = register(facility("f", "b"), facility("g", "b", beds=None))
    (found,) = summarize([rules], UNITS, facilities, check([rules], UNITS, facilities))
    assert (found.failing, found.reasons) == (("f",), ("the register leaves beds open",))
    assert (found.failing_population, found.failing_share) == (None, None)
    assert (found.facilities_counted, found.facilities_needed) == (None, None)


def test_a_summary_without_people_has_no_share() -> None:
    empty = UnitRegister("units.csv", UNITS.columns, (Unit("a", "甲", 0),))
    (found,) = summarize([presence()], empty, register(), check([presence()], empty, register()))
    assert (found.failing_population, found.failing_share) == (0, None)
    nothing = register(lacking="kind")
    (found,) = summarize([presence()], empty, nothing, check([presence()], empty, nothing))
    assert found.facilities_counted is None
