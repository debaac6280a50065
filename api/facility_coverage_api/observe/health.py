"""Whether the service lives, and whether it is ready for requests."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from sqlalchemy import text

from facility_coverage import __version__
from facility_coverage.errors import FacilityCoverageError


class NotReadyError(FacilityCoverageError):
    """The service is about to end, or its storage does not answer."""

    code = "not-ready"
    http_status = HTTPStatus.SERVICE_UNAVAILABLE


class Health(BaseModel):
    """That the service answers."""

    status: str = Field(examples=["ok"], description="``ok``, or ``ready`` for requests.")
    version: str = Field(examples=["0.1.0"])


router = APIRouter(tags=["service"])


@router.get("/healthz", summary="Does the service live?", operation_id="health")
def health() -> Health:
    """Tell that the process answers; nothing else is asked."""
    return Health(status="ok", version=__version__)


@router.get("/readyz", summary="Is the service ready?", operation_id="readiness")
def readiness(request: Request) -> Health:
    """Tell that database and studies can be read; answers 503 while the service ends."""
    if request.app.state.leaving.is_set():
        msg = "the service is ending; ask another one"
        raise NotReadyError(msg)
    with request.app.state.store.database.reading() as connection:
        connection.execute(text("SELECT 1"))
    request.app.state.studies.all()
    return Health(status="ready", version=__version__)
