"""``check``: judge two registers by the clauses of standards; no map is needed."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from facility_coverage_cli.options import Json, Quiet
from facility_coverage_cli.terminal import say, say_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from facility_coverage.standards.checker import Finding
    from facility_coverage.standards.registers import UnitRegister
    from facility_coverage.standards.rules import Standard
    from facility_coverage.standards.summary import ClauseSummary


def check(
    units: Annotated[
        Path, typer.Option("--units", help="CSV of subdistricts: unit_id, unit_name, population.")
    ],
    facilities: Annotated[
        Path,
        typer.Option(
            "--facilities",
            help="CSV of facilities: facility_id, facility_name, unit_id, kind, ownership, "
            "floor_area_m2, beds.",
        ),
    ],
    standard: Annotated[
        list[str],
        typer.Option("--standard", help="Id of a standard, or a rule file; may be repeated."),
    ],
    *,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Judge two registers by the clauses of standards.

    No geometry is needed: subdistricts with their residents, and facilities with the subdistrict
    where each stands. What a register does not say is "not assessable", never a pass.
    """
    from facility_coverage.standards import checker, registers, rules, summary

    standards = [rules.load_standard(name) for name in dict.fromkeys(standard)]
    unit_register = registers.read_units(units)
    facility_register = registers.read_facilities(facilities, unit_register)
    findings = checker.check(standards, unit_register, facility_register)
    clauses = summary.summarize(standards, unit_register, facility_register, findings)
    if json:
        say_json(_document(standards, unit_register, clauses, findings))
    elif not quiet:
        names = {unit.unit_id: unit.unit_name for unit in unit_register.units}
        names |= {f.facility_id: f.facility_name for f in facility_register.facilities}
        for line in _lines(standards, clauses, names):
            say(line)


def _document(
    standards: "Sequence[Standard]",
    units: "UnitRegister",
    clauses: "Sequence[ClauseSummary]",
    findings: "Sequence[Finding]",
) -> dict[str, Any]:
    """Put the whole answer into one JSON value; names stand beside ids."""
    names = {unit.unit_id: unit.unit_name for unit in units.units}
    about = {"id", "title", "issuing_body", "year", "source", "applies_to"}
    return {
        "standards": [standard.model_dump(include=about) for standard in standards],
        "units": len(units.units),
        "population": sum(unit.population or 0 for unit in units.units),
        "clauses": [
            {**asdict(clause), "failing_names": [names.get(i, "") for i in clause.failing]}
            for clause in clauses
        ],
        "findings": [
            {**finding._asdict(), "unit_name": names.get(finding.unit_id, "")}
            for finding in findings
        ],
    }


def _lines(
    standards: "Sequence[Standard]", clauses: "Sequence[ClauseSummary]", names: "Mapping[str, str]"
) -> "Iterator[str]":
    """Yield the summary: clause by clause what fails, with the sentence that asks for it."""
    for standard in standards:
        yield f"{standard.id}: {standard.title} ({standard.issuing_body}, {standard.year})"
        for clause in standard.clauses:
            found = next(
                c for c in clauses if (c.standard_id, c.clause_id) == (standard.id, clause.id)
            )
            verdicts = [f"{n} {word.replace('_', ' ')}" for word, n in found.verdicts.items() if n]
            yield f"  {clause.id}: {', '.join(verdicts) or 'nothing to judge'}"
            yield f"    “{clause.quote}”"
            if found.failing:
                yield f"    fail: {', '.join(names[name] for name in found.failing)}"
            if found.failing and found.failing_share is not None:
                yield (
                    f"    residents there: {found.failing_population:,.0f}, "
                    f"{found.failing_share:.1%} of all"
                )
            for reason in found.reasons:
                yield f"    {reason}"
            if found.facilities_needed is not None:
                yield (
                    f"    facilities needed: {found.facilities_needed}, "
                    f"in the register: {found.facilities_counted}"
                )
