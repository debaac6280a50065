"""Districts of two streets and standards of one clause, for whatever judges them."""

from typing import Any

import pandas as pd

from facility_coverage.standards.checker import check
from facility_coverage.standards.registers import (
    FacilityRegister,
    UnitRegister,
    facility_register,
)
from facility_coverage.standards.rules import Standard
from facility_coverage.standards.stated import StatedFigure

COLUMNS = ("unit_id", "kind", "ownership", "beds")


def units(*rows: tuple[str, float | None], **columns: list[str]) -> UnitRegister:
    """Return subdistricts: id and residents of each, and further columns."""
    table = pd.DataFrame(
        {
            "unit_id": [name for name, _ in rows],
            "unit_name": [f"{name}街道" for name, _ in rows],
            "population": [float("nan") if people is None else people for _, people in rows],
            "unit_kind": columns.get("unit_kind", [""] * len(rows)),
            "complete_kinds": columns.get("complete_kinds", [""] * len(rows)),
        }
    )
    stated = {"population"} if any(people is not None for _, people in rows) else set()
    return UnitRegister("units.csv", frozenset({"unit_id", *stated, *columns}), table)


UNITS = units(("a", 40_000), ("b", 250_000))


def facility(name: str, unit: str, **cells: str) -> dict[str, str]:
    """Return a government-run centre of 50 beds, or what the cells say."""
    usual = {"unit_id": unit, "kind": "centre", "ownership": "government", "beds": "50"}
    return {"facility_id": name, "facility_name": f"{name}中心", **usual, **cells}


def register(
    *rows: dict[str, str], lacking: str = "", stated: tuple[StatedFigure, ...] = ()
) -> FacilityRegister:
    """Return a register; a column that only some rows have is empty in the others."""
    columns = dict.fromkeys([*facility("", ""), *(name for row in rows for name in row)])
    table = pd.DataFrame({name: [row.get(name, "") for row in rows] for name in columns}, dtype=str)
    cells = table.drop(columns=lacking, errors="ignore")
    return facility_register("facilities.csv", cells, stated)


def figure(of: str, value: float, *kinds: str, **more: int) -> StatedFigure:
    """Return what a source states for the whole district."""
    head = {"of": of, "value": value, "facility_kind": kinds, "quote": "共计", "source": "p"}
    return StatedFigure.model_validate({**head, **more})


def standard(*clauses: dict[str, Any], name: str = "s", **head: object) -> Standard:
    """Return a standard; a clause says only what is not usual."""
    common = {
        "id": "c", "scope": "subdistrict", "facility_kind": ["centre"], "strength": "must",
        "confidence": "plan", "quote": "…",
    }  # fmt: skip
    about = {"id": name, "title": "S", "issuing_body": "B", "source": "p", "applies_to": "44"}
    full = []
    for clause in clauses:
        own = {**common, **clause}
        if clause["quantity"] == "guidance":
            del own["facility_kind"]
        full.append(own)
    return Standard.model_validate({**about, **head, "clause": full})


def presence(**more: object) -> Standard:
    """Return: so many centres in each subdistrict, by default one."""
    return standard({"quantity": "presence", "min": 1, **more})


def residents(**more: object) -> Standard:
    """Return: so many residents to one centre."""
    return standard({"quantity": "residents_per_facility", **more})


def size(**more: object) -> Standard:
    """Return: at least 50 beds in each centre."""
    return standard({"quantity": "beds", "scope": "facility", "min": 50, **more})


def verdicts(
    rules: Standard, facilities: FacilityRegister, among: UnitRegister = UNITS
) -> dict[str, str]:
    """Return the verdict on each subject by its id."""
    found = check([rules], among, facilities)
    ids = found["facility_id"].where(found["facility_id"] != "", found["unit_id"])
    return dict(zip(ids, found["verdict"], strict=True))


def only(
    rules: Standard, facilities: FacilityRegister, among: UnitRegister = UNITS
) -> dict[str, Any]:
    """Return the first finding."""
    return records(check([rules], among, facilities))[0]


def records(found: pd.DataFrame) -> list[dict[str, Any]]:
    """Return findings one by one."""
    return [
        {name: row[at] for at, name in enumerate(found.columns)}
        for row in found.itertuples(index=False)
    ]
