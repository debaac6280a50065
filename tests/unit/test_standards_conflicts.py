"""Conflicts between two standards, each worked by hand."""

from typing import Any

from standard_cases import UNITS, facility, register, standard

from facility_coverage.standards.checker import check
from facility_coverage.standards.conflicts import Conflict, conflict_table, conflicts

ROWS = register(
    facility("e", "a", new="yes"),
    facility("f", "a", new="no"),
    facility("g", "b", kind="subcentre"),
)
BEDS = {"quantity": "beds", "scope": "facility"}
NEW: dict[str, Any] = {**BEDS, "id": "new", "min": 50, "condition": "new", "quote": "at least"}
CAP: dict[str, Any] = {**BEDS, "id": "cap", "max": 50, "quote": "at most"}


def between(first: dict[str, Any], second: dict[str, Any]) -> tuple[Conflict, ...]:
    standards = (standard(first, name="local"), standard(second, name="national"))
    return conflicts(standards, check(standards, UNITS, ROWS))


def test_at_least_fifty_against_at_most_fifty_is_shown_not_resolved() -> None:
    kinds = ["centre", "subcentre"]
    (found,) = between(NEW, {**CAP, "facility_kind": kinds})
    assert found == Conflict(
        quantity="beds",
        facility_kind=("centre",),
        at_least=("local", "new"),
        at_most=("national", "cap"),
        least=">= 50",
        most="<= 50",
        subjects=("e",),
        names=("e中心",),
        quotes=("at least", "at most"),
    )


def test_the_order_of_the_standards_does_not_matter() -> None:
    assert between(CAP, NEW)[0].at_least == ("national", "new")


def test_what_can_both_be_had_is_no_conflict() -> None:
    assert between(NEW, {**CAP, "max": 51}) == ()
    assert between(NEW, {**CAP, "facility_kind": ["station"]}) == ()
    assert between(NEW, {**CAP, "quantity": "gps"}) == ()
    assert between(NEW, {**CAP, "state": "planned"}) == ()
    assert between({**NEW, "condition": "never_stated_no"}, CAP) != ()


def test_a_conflict_that_no_facility_has_is_left_out() -> None:
    kinds = ["hospital"]
    assert between({**NEW, "facility_kind": kinds}, {**CAP, "facility_kind": kinds}) == ()


def test_a_standard_does_not_contradict_itself() -> None:
    rules = (standard(NEW, CAP),)
    assert conflicts(rules, check(rules, UNITS, ROWS)) == ()


def test_indicators_conflict_over_one_column() -> None:
    per = {"quantity": "per_1000", "scope": "district"}
    more, less = {**per, "of": "beds", "min": 2}, {**per, "of": "beds", "max": 1}
    (found,) = between(more, less)
    assert found.subjects == ("district",)
    assert between(more, {**less, "of": "gps"}) == ()


def test_conflicts_as_a_table() -> None:
    table = conflict_table(between(NEW, CAP))
    assert table.to_dict("records") == [
        {
            "quantity": "beds", "facility_kind": "centre", "standard_at_least": "local",
            "clause_at_least": "new", "standard_at_most": "national", "clause_at_most": "cap",
            "least": ">= 50", "most": "<= 50", "subjects": "e", "names": "e中心",
            "quote_at_least": "at least", "quote_at_most": "at most",
        }
    ]  # fmt: skip
    assert list(conflict_table(()).columns) == list(table.columns)
