"""``check``: judge two registers by the clauses of standards; no map is needed."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from facility_coverage.words import Joined, Language, Remark
from facility_coverage_cli.folders import refuse_target
from facility_coverage_cli.options import Json, Overwrite, Quiet
from facility_coverage_cli.spoken import spoken
from facility_coverage_cli.terminal import say, say_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from facility_coverage.standards.conflicts import Conflict
    from facility_coverage.standards.registers import UnitRegister
    from facility_coverage.standards.rules import Standard
    from facility_coverage.standards.summary import ClauseSummary

ENDINGS = (".csv",)


def check(
    units: Annotated[
        Path, typer.Option("--units", help="Subdistricts (csv, xlsx): unit_id, population.")
    ],
    facilities: Annotated[
        Path,
        typer.Option(
            "--facilities",
            help="Facilities (csv, xlsx): facility_id, facility_name, unit_id, kind, ownership, "
            "status, floor_area_m2, beds.",
        ),
    ],
    standard: Annotated[
        list[str],
        typer.Option("--standard", help="Id of a standard, or a rule file; may be repeated."),
    ],
    *,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write every finding to this .csv file.")
    ] = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Judge two registers by the clauses of standards.

    No geometry is needed: subdistricts with their residents, and facilities with the subdistrict
    where each stands. What a register does not say is "not assessable", never a pass.
    """
    from facility_coverage.files import atomic_path
    from facility_coverage.outputs.tables import write_table
    from facility_coverage.standards import checker, registers, rules, summary
    from facility_coverage.standards.conflicts import conflicts
    from facility_coverage.standards.findings import plain_findings

    if out is not None:
        refuse_target(out, ENDINGS, overwrite=overwrite)
    standards = rules.load_standards(tuple(standard))
    unit_register = registers.read_units(units)
    facility_register = registers.read_facilities(facilities, unit_register)
    language: Language = "en" if json else spoken()
    findings = checker.check(standards, unit_register, facility_register, language=language)
    if out is not None:
        with atomic_path(out) as temporary:
            write_table(plain_findings(findings), temporary)
    clauses = summary.summarize(standards, unit_register, facility_register, findings)
    contradictions = conflicts(standards, findings)
    if json:
        say_json(_document(standards, unit_register, clauses, contradictions, findings))
    elif not quiet:
        for line in (*_lines(standards, clauses), *_contradictions(contradictions)):
            say(line)


def _document(
    standards: "Sequence[Standard]",
    units: "UnitRegister",
    clauses: "Sequence[ClauseSummary]",
    contradictions: "Sequence[Conflict]",
    findings: "pd.DataFrame",
) -> dict[str, Any]:
    """Put the whole answer into one JSON value; names stand beside ids."""
    about = {
        "id", "title", "issuing_body", "year", "edition", "superseded", "source", "note",
        "applies_to",
    }  # fmt: skip
    population = units.table["population"]
    return {
        "standards": [standard.model_dump(mode="json", include=about) for standard in standards],
        "units": len(units.table),
        "population": _plain(population.sum()) if population.notna().all() else None,
        "clauses": [_clause(clause) for clause in clauses],
        "conflicts": [asdict(contradiction) for contradiction in contradictions],
        "findings": [
            {name: _plain(value) for name, value in row.items()}
            for row in findings.to_dict("records")
        ],
    }


def _clause(clause: "ClauseSummary") -> dict[str, Any]:
    """Return the summary of a clause as plain values."""
    stated = clause.facilities_stated
    plain = None if stated is None else stated.model_dump(mode="json")
    return {**asdict(clause), "facilities_stated": plain}


def _plain(value: Any) -> Any:  # noqa: ANN401  (a cell of a table)
    """Return a cell as JSON has it: no value for NaN, whole numbers without a fraction."""
    if not isinstance(value, float):
        return value
    if value != value:  # noqa: PLR0124  (NaN)
        return None
    return int(value) if value.is_integer() else float(value)


def _lines(
    standards: "Sequence[Standard]", clauses: "Sequence[ClauseSummary]"
) -> "Iterator[Remark | str]":
    """Yield the summary: clause by clause what fails, with the sentence that asks for it."""
    found = {(clause.standard_id, clause.clause_id): clause for clause in clauses}
    for standard in standards:
        issued = ", ".join(str(part) for part in (standard.issuing_body, standard.year) if part)
        places = ", ".join(standard.applies_to)
        message = "{id}: {title} ({issued}; for {places})"
        yield Remark(message, id=standard.id, title=standard.title, issued=issued, places=places)
        for clause in standard.clauses:
            summary = found[standard.id, clause.id]
            yield Remark("  {id}: {verdicts}", id=clause.id, verdicts=_verdicts(summary))
            yield f"    “{clause.quote}”"
            yield from _details(summary)


def _verdicts(summary: "ClauseSummary") -> "Joined | Remark":
    """Return how often each verdict was due."""
    from facility_coverage.standards.findings import VERDICT_WORDS

    counts = [
        Remark("{count} {verdict}", count=count, verdict=VERDICT_WORDS[word])
        for word, count in summary.verdicts.items()
        if count
    ]
    return Joined.of(counts) if counts else Remark("nothing to judge")


def _details(summary: "ClauseSummary") -> "Iterator[Remark | str]":
    """Yield what one clause came to."""
    if summary.failing:
        yield Remark("    fail: {names}", names=_names(summary.failing, summary.failing_names))
    if summary.failing and summary.failing_share is not None:
        message = "    residents there: {people:,.0f}, {share:.1%} of all"
        yield Remark(message, people=summary.failing_population, share=summary.failing_share)
    for reason in summary.reasons:
        yield f"    {reason}"
    if summary.facilities_needed is not None:
        needed, counted = summary.facilities_needed, summary.facilities_counted
        message = "    facilities needed: {needed}, in the register: {counted}"
        yield Remark(message, needed=needed, counted=counted)
    stated = summary.facilities_stated
    if stated is not None:
        message = "    stated for the district without names: {value:g} (“{quote}”)"
        yield Remark(message, value=stated.value, quote=stated.quote)


def _contradictions(contradictions: "Sequence[Conflict]") -> "Iterator[Remark]":
    """Yield where two standards cannot both be met; which of them goes first is not decided."""
    for conflict in contradictions:
        more, less = ": ".join(conflict.at_least), ": ".join(conflict.at_most)
        message = "Conflict over {quantity}: {clause} asks {bound},"
        yield Remark(message, quantity=conflict.quantity, clause=more, bound=conflict.least)
        message = "  {clause} asks {bound}; shown, not resolved"
        yield Remark(message, clause=less, bound=conflict.most)
        yield Remark("  both judge: {names}", names=_names(conflict.subjects, conflict.names))


def _names(ids: "Sequence[str]", names: "Sequence[str]") -> Joined:
    """Return the names of what is judged; the district as a whole has none of its own."""
    from facility_coverage.standards.findings import DISTRICT

    whole = Remark("district")
    return Joined.of(
        whole if own == DISTRICT else name for own, name in zip(ids, names, strict=True)
    )
