"""Where to build next, while the caller waits; what takes longer is the process ``suggest``."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from facility_coverage.district_coverage import district_coverage
from facility_coverage.siting.report import site_layer, siting_result
from facility_coverage.study import plan_study
from facility_coverage.study_file import SitingModel, SitingSection, Study
from facility_coverage_api.doors.limits import Limited
from facility_coverage_api.jobs.kinds import refused
from facility_coverage_api.live.changes import AskedChange
from facility_coverage_api.live.coverage import Rows, rows_of
from facility_coverage_api.live.warm import InTurn, Warm

router = APIRouter(tags=["live"])

LONGEST_S = 60.0
"""Longest that a solver may be asked to try while the caller waits."""


class SuggestionRequest(AskedChange):
    """How many sites, by which model; what is not given is as the study says."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"study": "tianhe", "sites": 3, "minutes": [15]}]}
    )

    sites: Annotated[int, Field(ge=0, le=200)] | None = None
    model: SitingModel | None = None
    time_limit_s: Annotated[float, Field(ge=0, le=LONGEST_S, allow_inf_nan=False)] | None = None
    gap: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | None = None
    budget: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    capacity: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None

    def siting_of(self, study: Study) -> SitingSection:
        """Return how sites are to be chosen.

        Parameters
        ----------
        study
            Stands in where nothing is asked.

        Returns
        -------
        SitingSection
            Without trials, which a job makes.

        Raises
        ------
        InputError
            The model does not go with the rest.
        """
        names = ("sites", "model", "time_limit_s", "gap", "budget", "capacity")
        given = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        values = study.siting.model_dump() | {"robustness": False} | given
        try:
            return SitingSection.model_validate(values)
        except ValidationError as error:
            raise refused(error) from error


class SuggestionAnswer(BaseModel):
    """Suggested sites, best first, and how sure that is."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "answer": {"model": "mclp", "status": "optimal", "sites": 1, "gap": 0.0},
                    "sites": [
                        {
                            "site_id": "site-01",
                            "rank": 1,
                            "gain_population": 812.0,
                            "lon": 113.3612,
                            "lat": 23.1246,
                        }
                    ],
                    "gains_by_unit": [],
                    "curve": [],
                }
            ]
        }
    )

    answer: dict[str, Any] = Field(description="As siting in summary.json.")
    sites: Rows = Field(description="The rows of sites.csv.")
    gains_by_unit: Rows = Field(description="The rows of site_gains_by_unit.csv.")
    curve: Rows = Field(description="The rows of siting_curve.csv.")


@router.post("/v1/suggestions", summary="Where to build next", operation_id="suggestions")
def suggestions(
    asked: SuggestionRequest, warm: Warm, turns: InTurn, limits: Limited
) -> SuggestionAnswer:
    """Suggest sites for the study as it is, within other circles, or with other facilities."""
    known = warm.get(asked.study, asked.profile)
    section = asked.siting_of(known.prepared.study)
    limits.require("sites", section.sites)
    coverage = asked.coverage_of(known.prepared.study, limits)
    with turns.turn(), warm.laid_out(known.stored, asked.profile) as study:
        whole = study.model_copy(update={"siting": section, "coverage": coverage})
        prepared = asked.changed(replace(known.prepared, study=whole), limits)
        plan = plan_study(prepared)
        units = district_coverage(prepared, prepared.measured(), None).units
        sites = site_layer(plan, prepared.boundaries, units, prepared.network)
        result = siting_result(plan, section, prepared.demand, units)
    return SuggestionAnswer(
        answer=result.answer,
        sites=rows_of(sites),
        gains_by_unit=rows_of(result.gains_by_unit),
        curve=rows_of(result.curve),
    )
