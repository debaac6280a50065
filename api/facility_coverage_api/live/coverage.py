"""Who is covered: a study as it is, within other circles, or with other facilities."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field

from facility_coverage.district_coverage import district_coverage, whole_areas
from facility_coverage.errors import NotFoundError
from facility_coverage.figures import population_figures
from facility_coverage.outputs.tables import DECIMALS, table_bytes
from facility_coverage.prepared import PreparedStudy
from facility_coverage.travel.access import Access
from facility_coverage.words import Remark
from facility_coverage_api.doors.etag import answered_before, etag_of, marked
from facility_coverage_api.doors.limits import Limited, Limits
from facility_coverage_api.features.served import ServedStudy, Studies
from facility_coverage_api.jobs.studies import RegisteredId
from facility_coverage_api.live.changes import AskedChange
from facility_coverage_api.live.warm import InTurn, Turns, Warm, WarmStudies

router = APIRouter(tags=["live"])

CSV = "text/csv"
TABLE_NAME = "coverage_by_unit.csv"
BOTH = {CSV: {"schema": {"type": "string"}}}
"""Besides JSON, the table that the command line writes."""

Rows = list[dict[str, Any]]


class Target(BaseModel):
    """What the flags are about."""

    threshold: str = Field(examples=["15min"])
    share: float = Field(examples=[0.8])


class Refused(BaseModel):
    """A facility that counts for nobody; why, in the language of the study."""

    facility_id: str
    reason: str


class Change(BaseModel):
    """What the added and removed facilities change: after less before."""

    total: dict[str, float]
    units: Rows


class CoverageAnswer(BaseModel):
    """Who is covered, by subdistrict and in all."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "study": "Tianhe",
                    "synthetic": None,
                    "thresholds": ["15min"],
                    "target": {"threshold": "15min", "share": 0.8},
                    "total": {"population": 25140.0, "covered_population_15min": 20712.0},
                    "units": [{"unit_id": "01", "covered_population_15min": 9310.0, "flags": ""}],
                    "refused": [],
                    "change": {
                        "total": {"covered_population_15min": 812.0},
                        "units": [{"unit_id": "01", "covered_population_15min": 812.0}],
                    },
                }
            ]
        }
    )

    study: str
    synthetic: str | None = Field(description="What in this study is made up.")
    thresholds: list[str]
    target: Target
    total: dict[str, Any]
    units: Rows = Field(description="The rows of coverage_by_unit.csv.")
    refused: list[Refused] | None = Field(None, description="Facilities that have no street.")
    inputs: dict[str, Any] | None = Field(
        None, description="Files and their SHA-256, of a finished study."
    )
    change: Change | None = Field(None, description="Where facilities were added or removed.")


class CoverageRequest(AskedChange):
    """Who is covered within which circles of which facilities."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "study": "tianhe",
                    "minutes": [10, 15],
                    "added": [{"lon": 113.3612, "lat": 23.1246}],
                    "removed": ["f07"],
                }
            ]
        }
    )

    people_only: bool = Field(
        default=False, description="Leave out the shares of area and streets: sooner done."
    )


@router.post(
    "/v1/coverage",
    summary="Coverage, also of a plan that is only thought of",
    operation_id="coverage",
    response_model=CoverageAnswer,
    responses={200: {"content": BOTH}},
)
def coverage(
    asked: CoverageRequest,
    warm: Warm,
    turns: InTurn,
    limits: Limited,
    f: Literal["json", "csv"] = "json",
) -> Any:  # noqa: ANN401  (a model, or a file)
    """Tell who is covered in each subdistrict, to the last digit as a run of the study does.

    As CSV it is the table `coverage_by_unit.csv`, with the facilities that are asked for.
    """
    return _answered(asked, warm, turns, limits, f)


@router.get(
    "/v1/studies/{study_id}/coverage",
    summary="Coverage of a study",
    operation_id="study-coverage",
    response_model=CoverageAnswer,
    responses={200: {"content": BOTH}, 304: {"description": "You hold this answer already."}},
)
def study_coverage(
    study_id: RegisteredId,
    request: Request,
    warm: Warm,
    turns: InTurn,
    limits: Limited,
    f: Literal["json", "csv"] = "json",
) -> Any:  # noqa: ANN401  (a model, or a file)
    """Tell who is covered in each subdistrict: as the finished run says, else worked out now."""
    studies: Studies = request.app.state.studies
    try:
        served = studies.get(study_id)
    except NotFoundError:  # not run yet, or not known at all: then this raises the same
        asked = CoverageRequest.model_construct(study=study_id)
        return _answered(asked, warm, turns, limits, f)
    etag = etag_of(served.digest, f)
    held = answered_before(request, etag)
    if held is not None:
        return held
    if f == "csv":
        return FileResponse(served.folder / TABLE_NAME, media_type=CSV, headers=marked(etag))
    answer = _finished(served).model_dump_json()
    return Response(answer, media_type="application/json", headers=marked(etag))


def rows_of(table: pd.DataFrame) -> Rows:
    """Return a table as JSON has it: the numbers of the CSV file, null where a cell is empty.

    Parameters
    ----------
    table
        Columns in their order; a column ``geometry`` is left out.

    Returns
    -------
    list of dict
        One a row.
    """
    plain = pd.DataFrame(table.drop(columns="geometry", errors="ignore"))
    columns = {str(name): _plain(plain[name].tolist()) for name in plain.columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def change_of(before: pd.DataFrame, after: pd.DataFrame) -> Rows:
    """Return by how much each number of each subdistrict changes.

    Parameters
    ----------
    before, after
        The subdistricts, in the same order.

    Returns
    -------
    list of dict
        ``unit_id``, ``unit_name`` and every number: after less before.
    """
    names = [name for name in after.columns if pd.api.types.is_numeric_dtype(after[name])]
    less = after[names].astype(float) - before[names].astype(float)
    return rows_of(pd.concat([after[["unit_id", "unit_name"]], less], axis=1))


def _answered(
    asked: CoverageRequest, warm: WarmStudies, turns: Turns, limits: Limits, f: str
) -> CoverageAnswer | Response:
    """Work an answer out."""
    study = warm.get(asked.study, asked.profile)
    own = study.prepared
    section = asked.coverage_of(own.study, limits)
    base = own if section == own.study.coverage else own.within(section)
    with turns.turn():
        before = study.accesses if base is own else base.measured()
        changed = asked.changed(base, limits)
        accesses = before if changed is base else changed.measured()
        units = _units(changed, accesses, people_only=asked.people_only)
        if f == "csv":
            return Response(table_bytes(units), media_type=CSV)
        answer = _answer(changed, units)
        if not asked.is_change:
            return answer
        units_before = _units(base, before, people_only=asked.people_only)
        total = {
            name: _rounded(answer.total[name] - value)
            for name, value in _totals(base, units_before).items()
        }
        return answer.model_copy(
            update={"change": Change(total=total, units=change_of(units_before, units))}
        )


def _units(prepared: PreparedStudy, accesses: list[Access], *, people_only: bool) -> pd.DataFrame:
    areas = None if people_only else whole_areas(prepared, accesses)
    units: pd.DataFrame = district_coverage(prepared, accesses, areas).units
    return units


def _answer(prepared: PreparedStudy, units: pd.DataFrame) -> CoverageAnswer:
    section = prepared.study.coverage
    table, found = prepared.facilities.table, prepared.sites.found
    lost = table[~found]
    far = Remark("no street within {limit_m:g} m", limit_m=section.off_street_limit_m)
    language = prepared.study.study.language
    return CoverageAnswer(
        study=prepared.study.study.name,
        synthetic=prepared.study.study.synthetic,
        thresholds=[threshold.label for threshold in section.thresholds],
        target=Target(threshold=section.target.label, share=section.target_share),
        total={name: _rounded(value) for name, value in _totals(prepared, units).items()},
        units=rows_of(units),
        refused=[
            Refused(facility_id=key, reason=(reason or far).told(language))
            for key, reason in zip(lost["facility_id"], lost["reason"], strict=True)
        ],
    )


def _finished(served: ServedStudy) -> CoverageAnswer:
    summary = served.summary()
    return CoverageAnswer(
        study=summary["study"],
        synthetic=summary["synthetic"],
        thresholds=summary["thresholds"],
        target=Target(**summary["target"]),
        total=summary["total"],
        units=served.coverage_rows(),
        inputs=served.manifest()["inputs"],
    )


def _totals(prepared: PreparedStudy, units: pd.DataFrame) -> dict[str, float]:
    return population_figures(units, prepared.study.coverage.thresholds)


def _plain(values: Sequence[Any]) -> list[Any]:
    """Return values as JSON has them."""
    told = (None if value is pd.NA else value for value in values)
    return [_rounded(value) if isinstance(value, float) else value for value in told]


def _rounded(value: float) -> float | None:
    return round(value, DECIMALS) if np.isfinite(value) else None
