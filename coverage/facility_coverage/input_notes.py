"""What a reader must know of a study's inputs: corrections, people, borders, where streets end."""

from collections.abc import Iterator
from pathlib import Path

from facility_coverage.assessment.street_ends import cut_streets
from facility_coverage.network.correction_report import CorrectionReport
from facility_coverage.prepared import PreparedStudy
from facility_coverage.words import Language, Remark

_SHOWN_IDS = 10


def input_notes(prepared: PreparedStudy) -> tuple[str, ...]:
    """Return the sentences, in the study's language.

    Parameters
    ----------
    prepared
        The study and its inputs.

    Returns
    -------
    tuple of str
        Sentences.
    """
    language = prepared.study.study.language
    report = prepared.network.corrections
    doubts = (doubt.told(language) for doubt in prepared.doubts)
    return (
        *doubts,
        *(() if report is None else _corrections(report, language)),
        *(remark.told(language) for remark in _remarks(prepared)),
    )


def _remarks(prepared: PreparedStudy) -> Iterator[Remark]:
    """Return what is to be said of subdistricts, people and the ends of streets."""
    study, boundaries, demand = prepared.study, prepared.boundaries, prepared.demand
    yield from boundaries.remarks
    yield from demand.remarks
    people = demand.by_unit(demand.population)[:-1]
    if len(empty := boundaries.units["unit_id"][people == 0].tolist()):
        message = "nobody lives in {count} subdistricts: {ids}"
        shown = ", ".join(empty[:_SHOWN_IDS]) + (" …" if len(empty) > _SHOWN_IDS else "")
        yield Remark(message, count=len(empty), ids=shown)
    source = Path(study.network.source)
    yield from cut_streets(prepared.network, boundaries, study.coverage.thresholds, source)


def _corrections(report: CorrectionReport, language: Language) -> Iterator[str]:
    """Tell what corrections did, and each row that does not count."""
    applied = sum(outcome.status == "applied" for outcome in report.outcomes)
    values = {
        "applied": f"{applied}",
        "rows": f"{len(report.outcomes)}",
        "edges_before": f"{report.edges_before:,}",
        "edges": f"{report.edges:,}",
        "km_before": f"{report.length_km_before:,.3f}",
        "km": f"{report.length_km:,.3f}",
    }
    message = (
        "{applied} of {rows} corrections of the streets count: {edges_before} street edges of "
        "{km_before} km became {edges} of {km} km"
    )
    yield Remark(message, **values).told(language)
    for outcome in report.outcomes:
        if outcome.status != "applied":
            message = "row {row} of the corrections ({kind} {name}) does not count: {reason}"
            yield Remark(
                message, row=outcome.row, kind=outcome.kind, name=outcome.name, reason=outcome
            ).told(language)
