"""Laws of the checker, on registers that hypothesis invents."""

import random
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standard_cases import facility, records, register, standard, units

from facility_coverage.standards.checker import check
from facility_coverage.standards.findings import VERDICTS
from facility_coverage.standards.registers import FacilityRegister, UnitRegister
from facility_coverage.standards.rules import Standard

UNIT_IDS = ("a", "b", "c")
COLUMNS = ("kind", "unit_id", "ownership", "beds", "new", "status")
RULES = standard(
    {"id": "p", "quantity": "presence", "min": 2, "ownership": ["government"]},
    {"id": "o", "quantity": "presence", "min": 1, "or_population": 50_000},
    {"id": "d", "quantity": "presence", "min": 3, "scope": "district"},
    {"id": "r", "quantity": "residents_per_facility", "max": 100_000},
    {"id": "i", "quantity": "per_1000", "of": "beds", "min": 0.5, "max": 9},
    {"id": "m", "quantity": "beds", "scope": "facility", "min": 50, "condition": "new"},
    {"id": "s", "quantity": "siting", "scope": "facility", "feature": "new"},
    {"id": "g", "quantity": "guidance"},
)
NEEDED = {
    "p": {"kind", "unit_id", "ownership"}, "o": {"kind", "unit_id"}, "d": {"kind"},
    "r": {"kind", "unit_id"}, "i": {"kind", "unit_id", "beds"}, "m": {"kind", "beds", "new"},
    "s": {"kind", "new"}, "g": set(),
}  # fmt: skip
"""Columns of the register of facilities without which a clause cannot be judged."""

Row = dict[str, str]

people = st.tuples(*[st.integers(0, 300_000)] * len(UNIT_IDS))
unit_registers = people.map(lambda counts: units(*zip(UNIT_IDS, counts, strict=True)))


def rows(*, open_cells: bool) -> st.SearchStrategy[list[Row]]:
    """Invent facilities; open cells are empty."""
    blank = [""] if open_cells else []
    cells = st.fixed_dictionaries(
        {
            "unit_id": st.sampled_from([*UNIT_IDS, "elsewhere", *blank]),
            "kind": st.sampled_from(["centre", "station", *blank]),
            "ownership": st.sampled_from(["government", "private", *blank]),
            "beds": st.sampled_from(["0", "49.5", "50", "90", *blank]),
            "new": st.sampled_from(["yes", "no", *blank]),
            "status": st.sampled_from(["existing", "planned", "proposed"]),
        }
    )
    return st.lists(cells, max_size=8).map(named)


def named(invented: list[Row]) -> list[Row]:
    return [{**facility(f"f{at}", ""), **row} for at, row in enumerate(invented)]


def subjects(found: pd.DataFrame) -> dict[tuple[str, str, str], dict[str, Any]]:
    keys = found[["clause_id", "unit_id", "facility_id"]].itertuples(index=False)
    return dict(zip(map(tuple, keys), records(found), strict=True))


def judged(
    among: UnitRegister, facilities: FacilityRegister, rules: Standard = RULES
) -> pd.DataFrame:
    return check([rules], among, facilities)


@given(unit_registers, rows(open_cells=True))
@settings(max_examples=25, deadline=None)
def test_each_clause_judges_each_subject_once(among: UnitRegister, invented: list[Row]) -> None:
    found = judged(among, register(*invented))
    assert set(found["verdict"]) <= set(VERDICTS)
    exist = [row for row in invented if row["status"] == "existing"]
    for clause in "pori":
        assert found.loc[found["clause_id"] == clause, "unit_id"].tolist() == list(UNIT_IDS)
    for clause in "dg":
        assert (found["clause_id"] == clause).sum() == 1
    for clause in "ms":
        mine = [
            row["facility_id"] for row in exist
            if row["kind"] != "station" and (clause == "s" or row["new"] != "no")
        ]  # fmt: skip
        assert found.loc[found["clause_id"] == clause, "facility_id"].tolist() == mine


@given(unit_registers, rows(open_cells=False), st.data())
@settings(max_examples=25, deadline=None)
def test_leaving_a_cell_open_never_turns_a_verdict_over(
    among: UnitRegister, invented: list[Row], data: st.DataObject
) -> None:
    """What is left open may cost a verdict; it never makes another one of it."""
    cells = ["unit_id", "kind", "ownership", "beds", "new"]
    torn = [row | {data.draw(st.sampled_from(cells)): ""} for row in invented]
    whole = subjects(judged(among, register(*invented)))
    part = judged(among, register(*torn))
    by_subject = {
        (row["clause_id"], row["facility_id"] or row["unit_id"]): row["verdict"]
        for row in records(part)
    }
    for (clause, unit, name), finding in whole.items():
        assert by_subject[clause, name or unit] in {finding["verdict"], "not_assessable"}


@given(unit_registers, rows(open_cells=True), st.sampled_from(UNIT_IDS))
@settings(max_examples=25, deadline=None)
def test_one_more_government_centre_never_makes_presence_worse(
    among: UnitRegister, invented: list[Row], unit: str
) -> None:
    more = [*invented, facility("g", unit, new="no", status="existing")]
    before = subjects(judged(among, register(*invented)))
    after = subjects(judged(among, register(*more)))
    for subject, finding in before.items():
        if finding["verdict"] == "pass" and finding["quantity"] in {
            "presence", "residents_per_facility", "beds", "siting",
        }:  # fmt: skip
            assert after[subject]["verdict"] == "pass"


@given(unit_registers, rows(open_cells=True), st.sampled_from(COLUMNS[:5]))
@settings(max_examples=25, deadline=None)
def test_without_its_column_a_clause_judges_nobody(
    among: UnitRegister, invented: list[Row], lacking: str
) -> None:
    found = judged(among, register(*invented, lacking=lacking))
    needing = found[[lacking in NEEDED[clause] for clause in found["clause_id"]]]
    assert set(needing["verdict"]) <= {"not_assessable"}
    about_units = needing[needing["scope"] != "facility"]
    assert about_units["reason"].str.contains(f"facilities.csv: {lacking}", regex=False).all()


@given(unit_registers, rows(open_cells=True), st.integers(0, 999))
@settings(max_examples=25, deadline=None)
def test_the_order_of_rows_changes_nothing(
    among: UnitRegister, invented: list[Row], seed: int
) -> None:
    shuffled = random.Random(seed).sample(invented, len(invented))  # noqa: S311  (no secret)
    first, second = judged(among, register(*invented)), judged(among, register(*shuffled))
    pd.testing.assert_frame_equal(first, second)


@given(unit_registers, rows(open_cells=True))
@settings(max_examples=25, deadline=None)
def test_a_clause_that_is_only_recalled_fails_nobody(
    among: UnitRegister, invented: list[Row]
) -> None:
    recalled = standard(
        *(
            {**clause.model_dump(exclude_none=True), "confidence": "recall"}
            for clause in RULES.clauses
        )
    )
    found = judged(among, register(*invented), recalled)
    assert set(found["verdict"]) <= {"advice", "not_assessable"}


@given(rows(open_cells=True))
@settings(max_examples=25, deadline=None)
def test_sums_are_those_of_a_plain_loop(invented: list[Row]) -> None:
    """The verdicts on presence, worked out facility by facility."""
    among = units(("a", 10_000), ("b", 60_000), ("c", 250_000))
    invented = [*invented, facility("g", "elsewhere", status="existing")]
    found = subjects(judged(among, register(*invented)))
    for unit, due in (("a", False), ("b", True), ("c", True)):
        exist = [row for row in invented if row["status"] == "existing"]
        sure = sum(row["kind"] == "centre" and row["unit_id"] == unit for row in exist)
        perhaps = sum(
            row["kind"] in {"centre", ""} and row["unit_id"] in {unit, ""} for row in exist
        )
        short = "fail" if due else "advice"
        expected = "pass" if sure else "not_assessable" if perhaps else short
        assert found["o", unit, ""]["verdict"] == expected


HOSTILE = [
    "=1+1",
    "<img src=x onerror=alert(1)>",
    "{0.__class__}",
    "{unit_id}",
    "%s",
    "a; b",
    "\u202e",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_only_ever_a_name(name: str) -> None:
    row = facility(name, "a", kind="") | {"facility_name": name}
    found = judged(units(("a", 1)), register(row, facility("g", "elsewhere")))
    assert name in found["facility_name"].tolist()
    assert f"kind, ownership or subdistrict not stated: {name}" in found["reason"].tolist()
