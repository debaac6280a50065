"""Laws of the checker, on registers that hypothesis invents."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from facility_coverage.standards.checker import Finding, check
from facility_coverage.standards.registers import Facility, FacilityRegister, Unit, UnitRegister
from facility_coverage.standards.rules import Standard

COLUMNS = frozenset({"facility_id", "unit_id", "kind", "ownership", "beds", "new"})
UNIT_IDS = ("a", "b", "c")
KINDS = ("centre", "station")
OWNERS = ("government", "private")
WORDS = ("yes", "no")
COMMON = {"facility_kind": ["centre"], "strength": "must", "confidence": "plan", "quote": "…"}
PER_UNIT = {**COMMON, "scope": "subdistrict"}
RULES = Standard.model_validate(
    {
        "id": "s", "title": "S", "issuing_body": "B", "year": 2021, "source": "p",
        "applies_to": "44",
        "clause": [
            {**PER_UNIT, "id": "p", "quantity": "presence", "min": 2, "ownership": ["government"]},
            {**PER_UNIT, "id": "o", "quantity": "presence", "min": 1, "or_population": 50_000},
            {**PER_UNIT, "id": "r", "quantity": "residents_per_facility", "max": 100_000},
            {**COMMON, "id": "m", "scope": "facility", "quantity": "beds", "min": 50,
             "condition": "new"},
        ],
    }
)  # fmt: skip


Row = tuple[str, str, str, float, str]


def facility(number: int, row: Row) -> Facility:
    unit, kind, owner, beds, new = row
    name = f"f{number}"
    return Facility(name, name, unit, kind, owner, None, beds, {"new": new})


def registers(facilities: list[Facility]) -> FacilityRegister:
    return FacilityRegister("facilities.csv", COLUMNS, tuple(facilities))


def with_one_cell_open(whole: Facility) -> list[Facility]:
    return [
        replace(whole, unit_id=""),
        replace(whole, kind=""),
        replace(whole, ownership=""),
        replace(whole, beds=None),
        replace(whole, cells={}),
    ]


units = st.tuples(*[st.integers(0, 300_000)] * len(UNIT_IDS)).map(
    lambda people: UnitRegister(
        "units.csv",
        frozenset({"unit_id", "population"}),
        tuple(Unit(name, name, count) for name, count in zip(UNIT_IDS, people, strict=True)),
    )
)
complete = st.lists(
    st.tuples(
        st.sampled_from(UNIT_IDS),
        st.sampled_from(KINDS),
        st.sampled_from(OWNERS),
        st.integers(0, 100),
        st.sampled_from(WORDS),
    ),
    max_size=8,
).map(lambda rows: [facility(number, row) for number, row in enumerate(rows)])


def by_subject(findings: tuple[Finding, ...]) -> dict[tuple[str, str], Finding]:
    return {(f.clause_id, f.facility_id or f.unit_id): f for f in findings}


@given(units, complete)
def test_each_clause_judges_each_subdistrict_once(
    unit_register: UnitRegister, facilities: list[Facility]
) -> None:
    found = check([RULES], unit_register, registers(facilities))
    judged = sorted((f.clause_id, f.unit_id) for f in found if not f.facility_id)
    assert judged == sorted((clause, unit) for clause in "por" for unit in UNIT_IDS)
    assert all(f.verdict != "not_assessable" for f in found)


@given(units, complete, st.data())
def test_leaving_a_cell_open_never_turns_a_verdict_over(
    unit_register: UnitRegister, facilities: list[Facility], data: st.DataObject
) -> None:
    """What is left open may cost a verdict; it never makes another one of it."""
    torn = [data.draw(st.sampled_from([f, *with_one_cell_open(f)])) for f in facilities]
    whole = by_subject(check([RULES], unit_register, registers(facilities)))
    part = by_subject(check([RULES], unit_register, registers(torn)))
    for subject, finding in whole.items():
        assert part[subject].verdict in {finding.verdict, "not_assessable"}


@given(units, complete, st.sampled_from(UNIT_IDS))
def test_one_more_centre_never_makes_a_subdistrict_worse(
    unit_register: UnitRegister, facilities: list[Facility], unit: str
) -> None:
    more = [*facilities, facility(99, (unit, "centre", "government", 60, "no"))]
    before = by_subject(check([RULES], unit_register, registers(facilities)))
    after = by_subject(check([RULES], unit_register, registers(more)))
    for subject, finding in before.items():
        if finding.verdict == "pass":
            assert after[subject].verdict == "pass"


@given(units, complete)
def test_a_register_without_owners_passes_nobody_on_owners(
    unit_register: UnitRegister, facilities: list[Facility]
) -> None:
    without = FacilityRegister("f.csv", COLUMNS - {"ownership"}, tuple(facilities))
    found = [f for f in check([RULES], unit_register, without) if f.clause_id == "p"]
    assert {f.verdict for f in found} == {"not_assessable"}
