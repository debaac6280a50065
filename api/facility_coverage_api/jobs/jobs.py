"""Jobs: how they stand, what they brought, and how to call one off."""

from pathlib import Path as File
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel

from facility_coverage.errors import FacilityCoverageError, NotFoundError
from facility_coverage_api.doors.etag import answered_before, etag_of, marked
from facility_coverage_api.doors.hosts import base_url
from facility_coverage_api.doors.keys import Analyst, Caller, Reader
from facility_coverage_api.jobs.status import Link, StatusInfo, language_for, status_info
from facility_coverage_api.problems import ProblemKind, problem
from facility_coverage_api.store.held import Held
from facility_coverage_api.store.job import Job, KeptDetail
from facility_coverage_api.store.store import Store

router = APIRouter(tags=["jobs"])

MOST_JOBS = 1000
MEDIA_TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".geojson": "application/geo+json",
    ".gpkg": "application/geopackage+sqlite3",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".tif": "image/tiff; application=geotiff",
}

JobId = Annotated[str, Path(max_length=64, description="Id of a job.", examples=["0" * 32])]
Status = Literal["accepted", "running", "successful", "failed", "dismissed"]


class NotReadyError(FacilityCoverageError):
    """The job has no result yet."""

    code = "result-not-ready"
    http_status = 404


class DismissedError(FacilityCoverageError):
    """The job was called off, so it has no result."""

    code = "dismissed"
    http_status = 410


class JobList(BaseModel):
    """A page of jobs, newest first."""

    jobs: list[StatusInfo]
    links: list[Link]


@router.get("/jobs", summary="Your jobs, newest first")
def jobs(
    request: Request,
    response: Response,
    caller: Reader,
    store: Held,
    limit: Annotated[int, Query(ge=1, le=MOST_JOBS, description="Most on a page.")] = 100,
    before: Annotated[
        int | None, Query(ge=0, le=2**53, description="As a next link has it.")
    ] = None,
    process_id: Annotated[
        str | None, Query(alias="processID", pattern="^[a-z-]{1,40}$", description="Only of this.")
    ] = None,
    status: Annotated[Status | None, Query(description="Only of this.")] = None,
) -> JobList:
    """List the caller's jobs; a reviewer sees those of everybody.

    Parameters
    ----------
    request, response
        The request, and what is to be answered.
    caller
        Who asks.
    store
        Holds the jobs.
    limit, before
        The page.
    process_id, status
        Only of these.

    Returns
    -------
    JobList
        The page, with a link to the next one where there is one.
    """
    owner = None if caller.role == "reviewer" else caller.owner
    found = store.jobs.page(
        owner=owner, kind=process_id, status=status, limit=limit + 1, before=before
    )
    base = base_url(request)
    links = [Link(href=f"{base}/jobs", rel="self", title="The newest jobs")]
    if len(found) > limit:
        asked = {"processID": process_id, "status": status, "limit": limit}
        asked["before"] = found[limit - 1].number
        query = urlencode({name: value for name, value in asked.items() if value is not None})
        links.append(Link(href=f"{base}/jobs?{query}", rel="next", title="Older jobs"))
    language = language_for(request, response, found[:limit])
    told = [status_info(job, base, language) for job in found[:limit]]
    return JobList(jobs=told, links=links)


@router.get("/jobs/{job_id}", summary="How a job stands")
def job(
    job_id: JobId, request: Request, response: Response, caller: Reader, store: Held
) -> StatusInfo:
    """Tell how a job stands.

    Parameters
    ----------
    job_id
        Its id.
    request, response
        The request, and what is to be answered.
    caller
        Who asks.
    store
        Holds the jobs.

    Returns
    -------
    StatusInfo
        Its status, progress and links.
    """
    found = _own(store, job_id, caller)
    language = language_for(request, response, [found])
    return status_info(found, base_url(request), language)


@router.delete("/jobs/{job_id}", summary="Call a job off")
def dismiss(job_id: JobId, request: Request, caller: Analyst, store: Held) -> StatusInfo:
    """Call a job off; of a finished one the result is taken away.

    Parameters
    ----------
    job_id
        Its id.
    request
        The request.
    caller
        Who asks.
    store
        Holds the jobs.

    Returns
    -------
    StatusInfo
        Now ``dismissed``.
    """
    _own(store, job_id, caller)
    return status_info(store.jobs.dismiss(job_id), base_url(request), "en")


@router.get("/jobs/{job_id}/results", response_model=None, summary="What a job brought")
def results(
    job_id: JobId, request: Request, caller: Reader, store: Held
) -> dict[str, Any] | Response:
    """List the files of a job's result.

    Parameters
    ----------
    job_id
        Its id.
    request
        The request.
    caller
        Who asks.
    store
        Holds the jobs.

    Returns
    -------
    dict or Response
        File name to ``href`` and ``type``; of a job that failed, its problem document.
    """
    found = _own(store, job_id, caller)
    if found.problem is not None:
        reason = found.problem
        kind = ProblemKind(reason["code"], reason["status"], "The job failed.")
        return problem(request, kind, KeptDetail(reason))
    address = f"{base_url(request)}/jobs/{job_id}/results"
    return {
        file.name: {"href": f"{address}/{quote(file.name)}", "type": _media_type(file)}
        for file in _files(store, found)
    }


@router.get(
    "/jobs/{job_id}/results/{name}", response_class=FileResponse, summary="A file of a result"
)
def result_file(
    job_id: JobId,
    name: Annotated[str, Path(max_length=120, description="As the results list it.")],
    request: Request,
    caller: Reader,
    store: Held,
) -> Response:
    """Return a file of a job's result.

    Parameters
    ----------
    job_id
        Its id.
    name
        Name of the file; it is looked up, never joined to a path.
    request
        The request.
    caller
        Who asks.
    store
        Holds the jobs.

    Returns
    -------
    Response
        The file, or 304.
    """
    found = _own(store, job_id, caller)
    file = next((file for file in _files(store, found) if file.name == name), None)
    if file is None:
        msg = "{name!r}: not a file of this result; GET /jobs/{job}/results lists them"
        raise NotFoundError(msg, name=name, job=job_id)
    etag = etag_of(str(found.result), name)
    return answered_before(request, etag) or FileResponse(
        file, media_type=_media_type(file), headers=marked(etag)
    )


def _own(store: Store, job_id: str, caller: Caller) -> Job:
    """Return a job that this caller may see; that of another is as if there were none."""
    found = store.jobs.get(job_id)
    if caller.role != "reviewer" and found.owner != caller.owner:
        msg = "there is no job {job!r}; GET /jobs lists yours"
        raise NotFoundError(msg, job=job_id)
    return found


def _files(store: Store, found: Job) -> list[File]:
    """Return the files of a job's result."""
    if found.status == "dismissed":
        msg = "job {job} was called off; start it anew"
        raise DismissedError(msg, job=found.id)
    if found.result is None:
        msg = "job {job} is {status}; ask again when it is successful"
        raise NotReadyError(msg, job=found.id, status=found.status)
    return sorted(store.files.result_folder(found.result).iterdir())


def _media_type(file: File) -> str:
    return MEDIA_TYPES.get(file.suffix, "application/octet-stream")
