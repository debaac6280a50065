"""The list of studies."""

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel

from facility_coverage_api.doors.hosts import base_url
from facility_coverage_api.features.dataset import study_url
from facility_coverage_api.features.served import studies_of
from facility_coverage_api.store.held import Held

router = APIRouter(tags=["studies"])


class ListedStudy(BaseModel):
    """A study: one that is finished tells its totals and where its layers are."""

    id: str
    name: str
    finished: bool
    synthetic: str | None = None
    total: dict[str, Any] | None = None
    layers: str | None = None


class StudyList(BaseModel):
    """The studies, sorted by id."""

    studies: list[ListedStudy]


@router.get("/v1/studies", summary="Studies, finished and not yet run")
def studies(request: Request, store: Held) -> StudyList:
    """List the studies.

    Parameters
    ----------
    request
        The request.
    store
        Knows those that were not run yet.

    Returns
    -------
    StudyList
        All of them.
    """
    base = base_url(request)
    found = {}
    for study in studies_of(request).all():
        summary = study.summary()
        found[study.id] = ListedStudy(
            id=study.id,
            name=summary["study"],
            finished=True,
            synthetic=summary["synthetic"],
            total=summary["total"],
            layers=study_url(base, study.id),
        )
    for own in store.studies.list():
        found.setdefault(own.id, ListedStudy(id=own.id, name=own.name, finished=False))
    return StudyList(studies=[found[key] for key in sorted(found)])
