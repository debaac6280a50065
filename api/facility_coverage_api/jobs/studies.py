"""Studies come and go."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from facility_coverage.study_file import Study
from facility_coverage_api.doors.hosts import base_url
from facility_coverage_api.doors.keys import Analyst, ForbiddenError
from facility_coverage_api.jobs.kinds import StudyId
from facility_coverage_api.store.held import Held
from facility_coverage_api.store.studies import StoredStudy

router = APIRouter(tags=["studies"])

RegisteredId = Annotated[
    str, Path(max_length=64, description="Id of a registered study.", examples=["tianhe"])
]

_REFERENCE = f"{'0' * 64}/name.csv"
EXAMPLE: dict[str, Any] = {
    "id": "tianhe",
    "study": {
        "study": {"name": "Tianhe", "language": "zh"},
        "network": {"source": _REFERENCE},
        "boundaries": {"source": _REFERENCE, "id": "code", "name": "name"},
        "facilities": {"source": _REFERENCE},
        "demand": {"source": _REFERENCE},
        "coverage": {"minutes": [5, 10, 15]},
    },
}


class NewStudy(BaseModel):
    """A study, and what it is to be called."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    id: StudyId | None = Field(None, description="By default made from the content.")
    study: Study = Field(
        description="The sections of a study file. Where it has a path, write the reference "
        "that an upload answered."
    )


class StudyInfo(BaseModel):
    """A study that the service knows."""

    id: str
    name: str
    owner: str
    result: str | None = Field(description="SHA-256 of the manifest of its last result.")
    bbox: Annotated[list[float], Field(min_length=4, max_length=4)] | None = Field(
        description="West, south, east, north of its subdistricts in degrees, once it was run."
    )
    study: dict[str, Any] = Field(description="Its sections, as they were registered.")


@router.post(
    "/v1/studies",
    status_code=201,
    summary="Register a study",
    responses={200: {"model": StudyInfo, "description": "It was registered before."}},
)
def register(
    new: NewStudy, request: Request, response: Response, caller: Analyst, store: Held
) -> StudyInfo:
    """Register a study whose files were uploaded.

    Parameters
    ----------
    new
        The study.
    request, response
        The request, and what is to be answered.
    caller
        Who asks.
    store
        Takes the study.

    Returns
    -------
    StudyInfo
        Its id, for the input ``study`` of a process.
    """
    study, is_new = store.studies.add(caller.owner, new.study, new.id)
    response.headers["Location"] = f"{base_url(request)}/v1/studies/{study.id}"
    if not is_new:
        response.status_code = 200
    return _info(study)


@router.get("/v1/studies/{study_id}", summary="A registered study")
def study(study_id: RegisteredId, store: Held) -> StudyInfo:
    """Return a study that was registered here.

    Parameters
    ----------
    study_id
        Its id.
    store
        Holds the studies.

    Returns
    -------
    StudyInfo
        What is asked, and the last result.
    """
    return _info(store.studies.get(study_id))


@router.delete("/v1/studies/{study_id}", status_code=204, summary="Forget a study")
def forget(study_id: RegisteredId, caller: Analyst, store: Held) -> None:
    """Forget a study; its unfinished jobs will fail and say so.

    Parameters
    ----------
    study_id
        Its id.
    caller
        Who asks: its owner, or a reviewer.
    store
        Holds the studies.
    """
    owner = store.studies.get(study_id).owner
    if caller.role != "reviewer" and caller.owner != owner:
        msg = "the study {study!r} is {owner}'s; ask them or a reviewer to delete it"
        raise ForbiddenError(msg, study=study_id, owner=owner)
    store.studies.delete(study_id)


def _info(study: StoredStudy) -> StudyInfo:
    return StudyInfo(
        id=study.id,
        name=study.name,
        owner=study.owner,
        result=study.result,
        bbox=None if study.box is None else list(study.box),
        study=study.study,
    )
