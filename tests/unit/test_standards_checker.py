"""The checker on districts of two streets, each verdict worked by hand."""

import math

import pytest
from standard_cases import (
    UNITS,
    facility,
    figure,
    only,
    presence,
    register,
    residents,
    size,
    standard,
    units,
    verdicts,
)

from facility_coverage.errors import InputError
from facility_coverage.standards.checker import check
from facility_coverage.standards.findings import COLUMNS, plain_findings
from facility_coverage.standards.rules import Standard
from facility_coverage.standards.summary import summarize

ONE_IN_A = register(facility("f", "a"))
UNPEOPLED = units(("a", None), ("b", None))


def test_a_street_with_a_centre_passes_and_one_without_fails() -> None:
    found = check([presence()], UNITS, ONE_IN_A)
    assert tuple(found.columns) == COLUMNS
    assert found["verdict"].tolist() == ["pass", "fail"]
    assert found["measured"].tolist() == [1, 0]
    assert found["evidence"].tolist() == [("f",), ()]
    assert found["unit_name"].tolist() == ["a街道", "b街道"]
    for column, value in (("required", ">= 1"), ("quote", "…"), ("reason", "")):
        assert set(found[column]) == {value}


def test_only_the_named_owners_count() -> None:
    rules = presence(ownership=["government"])
    for owner in ("hospital_transitional", "院办院管", "armed_police", "private"):
        owned = register(facility("f", "a"), facility("g", "b", ownership=owner))
        assert verdicts(rules, owned) == {"a": "pass", "b": "fail"}
        assert verdicts(presence(), owned) == {"a": "pass", "b": "pass"}


def test_another_kind_does_not_count() -> None:
    other = register(facility("f", "a", kind="station"), facility("g", "b"))
    assert verdicts(presence(), other) == {"a": "fail", "b": "pass"}


def test_a_kind_that_the_register_never_names_is_not_known_to_be_missing() -> None:
    rules = presence(facility_kind=["ambulance"])
    found = only(rules, ONE_IN_A)
    assert found["verdict"] == "not_assessable"
    assert found["reason"] == "the register lists no facility of that kind at all: ambulance"
    complete = units(("a", 1), ("b", 1), complete_kinds=["ambulance|centre", "centre"])
    assert verdicts(rules, ONE_IN_A, complete) == {"a": "fail", "b": "not_assessable"}


def test_where_the_register_is_partial_nobody_fails() -> None:
    partial = units(("a", 1), ("b", 200_000), complete_kinds=["", "station"])
    assert verdicts(presence(), ONE_IN_A, partial) == {"a": "pass", "b": "not_assessable"}
    found = check([residents(max=100_000)], partial, ONE_IN_A)
    assert found["verdict"].tolist() == ["pass", "not_assessable"]
    assert "does not list every facility of that kind here: centre" in found["reason"][1]
    whole = presence(scope="district", min=2)
    assert verdicts(whole, ONE_IN_A, partial) == {"": "not_assessable"}
    full = units(("a", 1), ("b", 1), complete_kinds=["centre", "centre|station"])
    assert verdicts(whole, ONE_IN_A, full) == {"": "fail"}


@pytest.mark.parametrize(
    "unknown", [{"ownership": ""}, {"ownership": "unknown"}, {"kind": ""}, {"status": "gone"}]
)
def test_what_may_or_may_not_count_leaves_no_verdict(unknown: dict[str, str]) -> None:
    rows = register(facility("f", "a", **unknown), facility("g", "elsewhere"))
    found = check([presence(ownership=["government"])], UNITS, rows)
    assert found["verdict"].tolist() == ["not_assessable", "fail"]
    assert math.isnan(found["measured"][0])
    assert found["reason"][0] == "kind, ownership or subdistrict not stated: f"


def test_a_facility_without_subdistrict_may_stand_in_any() -> None:
    # a has one of its own, so that the one without a place changes nothing there.
    two = register(facility("f", "a"), facility("g", ""))
    assert verdicts(presence(), two) == {"a": "pass", "b": "not_assessable"}


def test_a_facility_outside_every_subdistrict_counts_for_none_but_the_district() -> None:
    two = register(facility("f", "a"), facility("g", "elsewhere"))
    assert verdicts(presence(), two) == {"a": "pass", "b": "fail"}
    assert only(presence(scope="district"), two)["measured"] == 2
    found = check([size(max=60)], UNITS, two)
    assert found["unit_id"].tolist() == ["a", ""]


def test_only_what_exists_counts_and_what_is_planned_is_told() -> None:
    rows = register(
        facility("f", "a", status="planned"),
        facility("g", "a", status="在建"),
        facility("h", "b", status="proposed"),
    )
    found = check([presence()], UNITS, rows)
    assert found["verdict"].tolist() == ["fail", "fail"]
    assert found["reason"].tolist() == ["planned, not counted: f; g", ""]
    planned = check([presence(state="planned", min=2)], UNITS, rows)
    assert planned["verdict"].tolist() == ["pass", "fail"]
    assert planned["evidence"].tolist() == [("f", "g"), ()]


def test_outreach_counts_where_the_clause_says_so() -> None:
    rules = {"facility_kind": ["村卫生室"], "unit_kind": ["Village"]}
    places = units(("a", 1), ("b", 1), ("c", 1), unit_kind=["village", "town", ""])
    rows = register(
        facility("f", "a", kind="巡诊"), facility("g", "b", kind="village_clinic"),
    )  # fmt: skip
    assert verdicts(presence(**rules, outreach=True), rows, places) == {
        "a": "pass",
        "c": "not_assessable",
    }
    assert verdicts(presence(**rules), rows, places)["a"] == "fail"
    found = only(presence(**rules), rows)
    assert found["reason"] == "no such column in the register: units.csv: unit_kind"


def test_a_name_is_compared_as_plain_text() -> None:
    rows = register(facility("f.*", "a"), facility("(a+)+$", "b"))
    assert verdicts(presence(name_contains=["f.*中"]), rows) == {"a": "pass", "b": "fail"}
    assert verdicts(presence(name_contains=["(a+)+$", "nothing"]), rows)["b"] == "pass"
    assert verdicts(presence(name_contains=["中心"]), rows) == {"a": "pass", "b": "pass"}


def test_a_condition_of_presence_counts_who_says_yes() -> None:
    rules = presence(scope="district", min=2, condition="hospital")
    rows = [facility(name, "a", hospital=word) for name, word in (("f", "yes"), ("g", "no"))]
    assert only(rules, register(*rows))["verdict"] == "fail"
    perhaps = register(*rows, facility("h", "b", hospital=""))
    assert only(rules, perhaps)["verdict"] == "not_assessable"
    assert only(rules, ONE_IN_A)["reason"].endswith("facilities.csv: hospital")


def test_on_the_basis_of_residents_a_small_street_is_advised_not_failed() -> None:
    other = register(facility("f", "elsewhere"))
    found = check([presence(or_population=50_000)], UNITS, other)
    assert found["verdict"].tolist() == ["advice", "fail"]
    assert found["reason"][0] == "fewer than 50000 residents: on that basis none is due"
    assert verdicts(presence(or_population=40_000), other)["a"] == "fail"
    assert verdicts(presence(or_population=40_001), other)["a"] == "advice"


def test_who_has_a_centre_needs_no_count_of_residents() -> None:
    found = check([presence(or_population=50_000)], UNPEOPLED, ONE_IN_A)
    assert found["verdict"].tolist() == ["pass", "not_assessable"]
    assert found["reason"][1] == "no such column in the register: units.csv: population"
    some = units(("a", 5), ("b", None))
    found = check([presence(or_population=50_000)], some, ONE_IN_A)
    assert found["reason"][1] == "the register does not say how many residents"


def test_a_figure_of_the_district_stands_for_facilities_without_names() -> None:
    rules = presence(scope="district", min=26, facility_kind=["centre", "subcentre"])
    stated = (figure("facilities", 26, "centre"),)
    found = only(rules, register(facility("f", "a"), stated=stated))
    assert (found["verdict"], found["measured"]) == ("pass", 26)
    assert found["reason"] == "stated for the district: 26 (“共计”)"
    fewer = register(
        facility("f", "a"), facility("g", "b"), stated=(figure("facilities", 1, "centre"),)
    )
    assert only(presence(scope="district", min=2), fewer)["measured"] == 2
    owned = presence(scope="district", min=26, ownership=["government"])
    assert only(owned, register(facility("f", "a"), stated=stated))["verdict"] == "fail"


def test_residents_per_facility_is_inclusive_and_counts_at_least_one() -> None:
    # a: 40,000 and no centre, as if it had one. b: 250,000 / 2 = 125,000.
    two = register(facility("f", "b"), facility("g", "b"))
    found = check([residents(max=125_000)], UNITS, two)
    assert found["verdict"].tolist() == ["pass", "pass"]
    assert found["measured"].tolist() == [40_000, 125_000]
    assert verdicts(residents(max=124_999), two) == {"a": "pass", "b": "fail"}


def test_too_few_residents_need_a_facility() -> None:
    two = register(facility("f", "b"), facility("g", "b"))
    assert verdicts(residents(min=125_001), two) == {"a": "pass", "b": "fail"}
    assert verdicts(residents(min=125_000, max=130_000), two)["b"] == "pass"


def test_one_doubtful_centre_between_too_many_and_too_few_leaves_no_verdict() -> None:
    # b: 250,000 to one are too many, 125,000 to each of two too few: either way no pass.
    doubt = register(facility("f", "b"), facility("g", "b", kind=""))
    assert verdicts(residents(min=130_000, max=200_000), doubt)["b"] == "not_assessable"


def test_residents_per_facility_of_the_district() -> None:
    stated = (figure("facilities", 3, "centre"),)
    found = only(
        residents(scope="district", max=100_000), register(facility("f", "a"), stated=stated)
    )
    assert (found["verdict"], round(found["measured"])) == ("pass", 96_667)
    assert only(residents(scope="district", max=100_000), ONE_IN_A)["verdict"] == "fail"
    some = units(("a", 5), ("b", None))
    found = only(
        residents(max=1), ONE_IN_A, some.__class__(some.name, some.columns, some.table[1:])
    )
    assert found["reason"] == "the register does not say how many residents"


@pytest.mark.parametrize("lacking", ["kind", "unit_id", "ownership"])
def test_without_a_column_there_is_no_verdict(lacking: str) -> None:
    rules = presence(ownership=["government"])
    found = check([rules], UNITS, register(facility("f", "a"), lacking=lacking))
    assert set(found["verdict"]) == {"not_assessable"}
    assert set(found["reason"]) == {f"no such column in the register: facilities.csv: {lacking}"}
    assert set(found["evidence"]) == {()}


@pytest.mark.parametrize(
    "rules",
    [
        residents(max=100_000),
        standard({"quantity": "per_1000", "of": "beds", "min": 1}),
        standard({"quantity": "per_1000", "of": "beds", "min": 1, "scope": "district"}),
    ],
)
def test_without_residents_there_is_no_verdict(rules: Standard) -> None:
    found = check([rules], UNPEOPLED, ONE_IN_A)
    assert set(found["verdict"]) == {"not_assessable"}
    assert set(found["reason"]) == {"no such column in the register: units.csv: population"}
    (summary,) = summarize([rules], UNPEOPLED, ONE_IN_A, found)
    assert (summary.failing_population, summary.facilities_needed) == (None, None)


@pytest.mark.parametrize(
    ("beds", "verdict"), [("29.9", "fail"), ("30", "pass"), ("50", "pass"), ("50.1", "fail")]
)
def test_bounds_of_a_size_are_inclusive(beds: str, verdict: str) -> None:
    found = only(size(min=30, max=50), register(facility("f", "a", beds=beds)))
    assert (found["verdict"], found["measured"], found["unit_id"]) == (verdict, float(beds), "a")
    assert found["required"] == ">= 30, <= 50"
    assert (found["facility_name"], found["evidence"]) == ("f中心", ("f",))


def test_one_bound_is_enough_and_may_be_none() -> None:
    some = register(facility("f", "a", beds="9"))
    assert verdicts(size(min=5), some) == {"f": "pass"}
    assert verdicts(size(min=None, max=5), some) == {"f": "fail"}
    assert verdicts(size(min=None, max=0), some) == {"f": "fail"}
    assert verdicts(size(min=None, max=0), register(facility("f", "a", beds="0"))) == {"f": "pass"}


def test_a_size_that_is_planned_is_a_column_of_its_own() -> None:
    rows = register(
        facility("f", "a", beds="0", beds_planned="60"),
        facility("g", "a", beds="", beds_planned="30", status="planned"),
    )
    assert verdicts(size(state="planned"), rows) == {"f": "pass", "g": "fail"}
    assert verdicts(size(), rows) == {"f": "fail"}


def test_floor_area_of_each_bed() -> None:
    rules = standard({"quantity": "floor_area_m2_per_bed", "scope": "facility", "min": 30})
    rows = register(
        facility("e", "a", floor_area_m2="1500", beds="50"),
        facility("f", "a", floor_area_m2="1499", beds="50"),
        facility("g", "a", floor_area_m2="", beds="50"),
        facility("h", "a", floor_area_m2="1500", beds="0"),
    )
    found = check([rules], UNITS, rows)
    assert found["verdict"].tolist() == ["pass", "fail", "not_assessable", "not_assessable"]
    assert found["reason"].tolist()[2:] == [
        "the register leaves floor_area_m2 open",
        "it has no beds",
    ]
    assert only(rules, ONE_IN_A)["reason"].endswith("facilities.csv: floor_area_m2")


def test_a_size_that_is_not_stated_leaves_no_verdict() -> None:
    found = only(size(), register(facility("f", "a", beds="")))
    assert (found["verdict"], found["reason"]) == (
        "not_assessable",
        "the register leaves beds open",
    )
    found = only(size(), register(facility("f", "a"), lacking="beds"))
    assert found["reason"] == "no such column in the register: facilities.csv: beds"


@pytest.mark.parametrize("unknown", [{"kind": ""}, {"ownership": "unknown"}, {"status": "gone"}])
def test_a_size_of_something_unknown_leaves_no_verdict(unknown: dict[str, str]) -> None:
    found = only(size(ownership=["government"]), register(facility("f", "a", **unknown)))
    assert found["verdict"] == "not_assessable"
    assert found["reason"] == f"the register leaves {next(iter(unknown))} open"


@pytest.mark.parametrize(
    ("word", "verdict"),
    [("yes", "fail"), ("是", "fail"), ("TRUE", "fail"), ("", "not_assessable"),
     ("perhaps", "not_assessable"), ("no", None), ("否", None)],
)  # fmt: skip
def test_a_condition_is_a_column_of_the_register(word: str, verdict: str | None) -> None:
    small = register(facility("f", "a", beds="30", new=word))
    assert verdicts(size(condition="new"), small).get("f") == verdict


def test_a_bracket_of_residents_served_is_half_open() -> None:
    rules = size(min=60, residents_min=30_000, residents_max=50_000)
    served = ("29999", "30000", "49999", "50000", "")
    rows = register(*[facility(f"f{at}", "a", residents_served=n) for at, n in enumerate(served)])
    assert verdicts(rules, rows) == {"f1": "fail", "f2": "fail", "f4": "not_assessable"}
    open_above = size(min=60, residents_min=50_000)
    assert set(verdicts(open_above, rows)) == {"f3", "f4"}
    open_below = size(min=60, residents_max=30_000)
    assert set(verdicts(open_below, rows)) == {"f0", "f4"}
    assert only(rules, ONE_IN_A)["reason"].endswith("facilities.csv: residents_served")


def test_a_feature_of_the_place_is_a_column_of_the_register() -> None:
    rules = standard({"quantity": "siting", "scope": "facility", "feature": "ground_floor"})
    words = ("yes", "no", "")
    rows = register(*[facility(f"f{at}", "a", ground_floor=word) for at, word in enumerate(words)])
    found = check([rules], UNITS, rows)
    assert found["verdict"].tolist() == ["pass", "fail", "not_assessable"]
    assert set(found["required"]) == {"ground_floor: yes"}


def test_a_proposal_is_judged_by_the_clauses_on_proposals_alone() -> None:
    rows = register(facility("f", "a", beds="30"), facility("g", "a", beds="30", status="拟建"))
    assert verdicts(size(), rows) == {"f": "fail"}
    assert verdicts(size(scope="proposal"), rows) == {"g": "fail"}
    assert verdicts(size(scope="proposal"), ONE_IN_A) == {}


def test_an_indicator_is_a_sum_over_residents() -> None:
    # a: 50 beds to 40,000; b: 60 to 250,000; both: 110 to 290,000.
    rows = register(facility("f", "a"), facility("g", "b", beds="60"), facility("h", "x", kind="y"))
    found = check([standard({"quantity": "per_1000", "of": "beds", "min": 1})], UNITS, rows)
    assert found["verdict"].tolist() == ["pass", "fail"]
    assert found["measured"].tolist() == [1.25, 0.24]
    whole = {"quantity": "per_10000", "of": "beds", "max": 3.8, "scope": "district"}
    both = only(standard(whole), rows)
    assert (both["verdict"], both["measured"]) == ("pass", 1_100_000 / 290_000)
    assert both["evidence"] == ("f", "g")


@pytest.mark.parametrize("cells", [{"beds": ""}, {"kind": ""}])
def test_a_sum_with_a_gap_is_no_sum(cells: dict[str, str]) -> None:
    rules = standard({"quantity": "per_1000", "of": "beds", "min": 1})
    rows = register(facility("f", "a", **cells), facility("g", "b"))
    assert verdicts(rules, rows) == {"a": "not_assessable", "b": "fail"}
    nowhere = register(facility("f", "", **cells), facility("g", "b"))
    assert verdicts(rules, nowhere) == {"a": "not_assessable", "b": "not_assessable"}


def test_a_sum_over_part_of_the_facilities_is_no_sum() -> None:
    rules = standard({"quantity": "per_1000", "of": "beds", "min": 1, "scope": "district"})
    stated = (figure("facilities", 26, "centre"),)
    found = only(rules, register(facility("f", "a"), stated=stated))
    assert found["reason"] == "the register holds 1 of the 26 that the source counts"
    assert only(rules, register(facility("f", "a"), stated=stated[:0]))["verdict"] == "fail"


def test_an_indicator_by_figures_of_the_district() -> None:
    head = {"quantity": "per_1000", "of": "beds", "scope": "district"}
    rules = standard({**head, "min": 6.3, "target_year": 2025})
    stated = (figure("beds", 13563, "centre", year=2020), figure("population", 2_241_826))
    found = only(rules, register(facility("f", "a"), stated=stated), UNPEOPLED)
    assert found["verdict"] == "advice"
    assert found["measured"] == pytest.approx(6.05, abs=0.005)
    assert (
        found["reason"]
        == "the figure is of 2020, due in 2025; stated for the district: 13563 (“共计”)"
    )
    late = standard({**head, "min": 6.3, "target_year": 2020})
    assert only(late, register(stated=stated), UNPEOPLED)["verdict"] == "fail"
    met = standard({**head, "min": 6, "target_year": 2025})
    assert only(met, register(stated=stated), UNPEOPLED)["verdict"] == "pass"
    alone = only(rules, register(stated=stated[:1]))
    assert alone["measured"] == pytest.approx(13563 / 290)
    assert only(rules, register(stated=stated[:1]), UNPEOPLED)["verdict"] == "not_assessable"
    owned = standard({**head, "min": 6.3, "ownership": ["government"]})
    assert only(owned, register(facility("f", "a"), stated=stated))["measured"] == 50 / 290


def test_nobody_lives_there() -> None:
    rules = standard({"quantity": "per_1000", "of": "beds", "min": 1})
    found = only(rules, ONE_IN_A, units(("a", 0)))
    assert (found["verdict"], found["reason"]) == ("not_assessable", "no residents")
    head = {"quantity": "per_1000", "of": "beds", "min": 1, "scope": "district"}
    stated = (figure("beds", 5, "centre"),)
    found = only(standard(head), register(stated=stated), units(("a", 0)))
    assert (found["verdict"], found["reason"]) == ("not_assessable", "no residents")


def test_a_circle_needs_streets() -> None:
    circle = {"quantity": "walk_minutes", "max": 15}
    found = check([standard(circle)], UNITS, ONE_IN_A)
    assert set(found["verdict"]) == {"not_assessable"}
    assert found["required"][0] == "<= 15min"
    assert "needs a study with streets" in found["reason"][0]
    found = check([standard({**circle, "share": 0.5})], UNITS, ONE_IN_A)
    assert found["required"][0] == ">= 0.5 <= 15min"
    beyond: list[dict[str, object]] = [
        {"quantity": "presence", "min": 1, "id": "d", "beyond": "c"},
        {"quantity": "siting", "scope": "facility", "id": "e", "beyond": "c"},
    ]
    found = check([standard(circle, *beyond)], UNITS, ONE_IN_A)
    assert set(found["verdict"]) == {"not_assessable"}
    assert len(found) == 2 + 2 + 1
    assert found["required"].iloc[-1] == "outside: c"


def test_guidance_is_shown_once_and_never_judged() -> None:
    found = check([standard({"quantity": "guidance"})], UNITS, ONE_IN_A)
    assert found[["verdict", "unit_id", "facility_id"]].to_numpy().tolist() == [["advice", "", ""]]


@pytest.mark.parametrize(
    ("weak", "told"),
    [
        ({"strength": "preference"}, ["", "not met, but only a preference"]),
        (
            {"confidence": "recall"},
            [
                f"{met}, but the clause is known from memory only: verify it"
                for met in ("met", "not met")
            ],
        ),
    ],
)
def test_a_clause_that_does_not_bind_never_fails_anyone(
    weak: dict[str, str], told: list[str]
) -> None:
    found = check([presence(**weak)], UNITS, ONE_IN_A)
    assert "fail" not in set(found["verdict"])
    assert found["reason"].tolist() == told


def test_a_superseded_standard_only_advises() -> None:
    found = check([standard({"quantity": "presence", "min": 1}, superseded=True)], UNITS, ONE_IN_A)
    assert found["verdict"].tolist() == ["pass", "advice"]
    assert found["reason"][1] == "not met, but the standard is superseded"


def test_two_standards_of_one_id_are_refused() -> None:
    with pytest.raises(InputError, match="two share the id s"):
        check([presence(), residents(max=1)], UNITS, register())


def test_reasons_are_written_in_the_language_that_was_asked_for() -> None:
    found = check([size()], UNITS, register(facility("f", "a", beds="")), language="zh")
    assert found["reason"].tolist() == ["名录未填写 beds"]


def test_evidence_as_one_text() -> None:
    two = register(facility("f", "a"), facility("g", "a"))
    assert plain_findings(check([presence()], UNITS, two))["evidence"].tolist() == ["f; g", ""]


def test_nothing_to_judge_is_an_empty_table() -> None:
    found = check([], UNITS, register())
    assert tuple(found.columns) == COLUMNS
    assert found.empty


def test_a_summary_counts_people_and_needs() -> None:
    # Needed at 100,000 each: 1 for the 40,000 of a and 3 for the 250,000 of b.
    stated = (figure("facilities", 26, "centre"),)
    facilities = register(facility("f", "b"), facility("g", "b", kind="station"), stated=stated)
    rules = residents(max=100_000)
    (found,) = summarize([rules], UNITS, facilities, check([rules], UNITS, facilities))
    assert found.verdicts == {"pass": 1, "fail": 1, "not_assessable": 0, "advice": 0}
    assert (found.failing, found.failing_names) == (("b",), ("b街道",))
    assert (found.failing_population, found.facilities_needed) == (250_000, 4)
    assert found.failing_share == pytest.approx(250_000 / 290_000)
    assert (found.facilities_counted, found.facilities_stated) == (1, stated[0])


def test_a_summary_of_facilities_speaks_of_no_people() -> None:
    rules = size(min=51)
    facilities = register(facility("f", "b"), facility("g", "b", beds=""))
    (found,) = summarize([rules], UNITS, facilities, check([rules], UNITS, facilities))
    assert (found.failing, found.reasons) == (("f",), ("the register leaves beds open",))
    assert (found.failing_population, found.failing_share) == (None, None)
    assert (found.facilities_counted, found.facilities_needed) == (None, None)


def test_a_summary_of_the_district() -> None:
    rules = presence(scope="district", min=2, ownership=["government"])
    (found,) = summarize([rules], UNITS, ONE_IN_A, check([rules], UNITS, ONE_IN_A))
    assert (found.failing, found.failing_names) == (("district",), ("district",))
    assert (found.facilities_counted, found.facilities_stated) == (1, None)


def test_a_summary_without_people_has_no_share() -> None:
    empty = units(("a", 0))
    other = register(facility("f", "elsewhere"))
    (found,) = summarize([presence()], empty, other, check([presence()], empty, other))
    assert (found.failing_population, found.failing_share) == (0, None)
    nothing = register(lacking="kind")
    (found,) = summarize([presence()], empty, nothing, check([presence()], empty, nothing))
    assert found.facilities_counted is None
