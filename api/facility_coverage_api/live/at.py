"""One place: the facilities near it and the times to them, looked up without a search."""

from typing import Annotated, Literal

import numpy as np
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from facility_coverage.network.snapping import Snaps, snap
from facility_coverage.study_file import CoverageSection
from facility_coverage_api.doors.limits import Limited
from facility_coverage_api.jobs.kinds import StudyId
from facility_coverage_api.live.asked import Latitude, Longitude, Profile, places_xy
from facility_coverage_api.live.warm import Warm, WarmStudy

router = APIRouter(tags=["live"])

MAX_FACILITIES = 50

_COSTS = {"minutes": "time_s", "metres": "distance_m"}


class NearFacility(BaseModel):
    """A facility, and the way to it with the legs off the street at both ends."""

    facility_id: str = Field(examples=["f07"])
    facility_name: str
    time_s: float | None = Field(None, description="Null beyond the widest circle in minutes.")
    distance_m: float | None = Field(None, description="Null beyond the widest one in metres.")


class PlaceAnswer(BaseModel):
    """What is near a place."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "status": "covered",
                    "off_street_m": 12.4,
                    "covered": {"5min": False, "15min": True},
                    "nearest": {"facility_id": "f07", "facility_name": "Shipai", "time_s": 512.8},
                    "facilities": [
                        {"facility_id": "f07", "facility_name": "Shipai", "time_s": 512.8}
                    ],
                }
            ]
        }
    )

    status: Literal["covered", "uncovered", "unassessed"] = Field(
        description="At the target of the study; unassessed where no street is near."
    )
    off_street_m: float | None = Field(None, description="From the place to its street.")
    covered: dict[str, bool] = Field(description="By circle of the study.")
    nearest: NearFacility | None = Field(
        None, description="However far; null where no way leads to a facility."
    )
    facilities: list[NearFacility] = Field(
        description="Those within the widest circles of the study, the nearest first."
    )


@router.get(
    "/v1/coverage/at",
    summary="The facilities near a place",
    operation_id="coverage-at",
    response_model=PlaceAnswer,
)
def at(
    study: StudyId,
    lon: Annotated[Longitude, Query(description="Longitude, degrees.")],
    lat: Annotated[Latitude, Query(description="Latitude, degrees.")],
    warm: Warm,
    limits: Limited,
    profile: Profile | None = None,
    k: Annotated[int, Query(ge=1, le=MAX_FACILITIES, description="Most facilities.")] = 5,
) -> Response:
    """Tell which facilities are near a place, how far, and whether it is covered."""
    known = warm.get(study, profile)
    prepared = known.prepared
    section = prepared.study.coverage
    xy = places_xy(prepared.network, [(lon, lat)], "place", limits)
    place = snap(prepared.index, xy, off_street_limit_m=section.off_street_limit_m)
    answer = _looked_up(known, place, k) if place.found[0] else _unassessed(section)
    return Response(answer.model_dump_json(), media_type="application/json")


def _unassessed(section: CoverageSection) -> PlaceAnswer:
    covered = {threshold.label: False for threshold in section.thresholds}
    return PlaceAnswer(status="unassessed", covered=covered, facilities=[])


def _looked_up(known: WarmStudy, place: Snaps, k: int) -> PlaceAnswer:
    section = known.prepared.study.coverage
    costs = {
        access.thresholds[0].kind: near.at(place, access.thresholds[-1].limit)
        for access, near in zip(known.accesses, known.near_costs, strict=True)
    }
    covered = {
        threshold: bool(costs[threshold.kind].min() <= threshold.limit)
        for threshold in section.thresholds
    }
    far_s = known.nearest_costs.at(place, np.inf)
    first = int(np.argmin(far_s))
    columns = np.stack(list(costs.values()))
    order = np.lexsort(columns[::-1])
    rows = order[np.isfinite(columns[:, order].min(axis=0))][:k].tolist()
    return PlaceAnswer(
        status="covered" if covered[section.target] else "uncovered",
        off_street_m=round(float(place.off_street_m[0]), 3),
        covered={threshold.label: value for threshold, value in covered.items()},
        nearest=(
            _facility(known, first, {"minutes": float(far_s[first])})
            if np.isfinite(far_s[first])
            else None
        ),
        facilities=[
            _facility(known, row, {kind: float(cost[row]) for kind, cost in costs.items()})
            for row in rows
        ],
    )


def _facility(known: WarmStudy, row: int, costs: dict[str, float]) -> NearFacility:
    """Return a facility with what is finite of its costs."""
    facility_id, name = known.names[row]
    told = {_COSTS[kind]: round(cost, 3) for kind, cost in costs.items() if np.isfinite(cost)}
    return NearFacility(facility_id=facility_id, facility_name=name, **told)
