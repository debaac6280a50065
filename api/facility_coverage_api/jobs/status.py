"""How a job stands, in the words of OGC API – Processes (``statusInfo``)."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Literal

from fastapi import Request, Response
from pydantic import BaseModel, Field

from facility_coverage.words import Language
from facility_coverage_api.store.job import Job, KeptDetail, Problem
from facility_coverage_api.wishes import language_of, mark_language


class Link(BaseModel):
    """Where more is."""

    href: str
    rel: str
    type: str = "application/json"
    title: str


class StatusInfo(BaseModel):
    """How a job stands."""

    process_id: str = Field(serialization_alias="processID", examples=["run-study"])
    type: Literal["process"] = "process"
    job_id: str = Field(serialization_alias="jobID")
    status: str = Field(examples=["running"])
    message: str = Field(description="The stage of the work.", examples=["Reading streets"])
    progress: int = Field(ge=0, le=100, description="Per cent.")
    created: datetime
    started: datetime | None
    finished: datetime | None
    updated: datetime
    study: str | None = Field(description="Id of the study that it is about.")
    inputs: dict[str, Any]
    attempts: int = Field(description="How often it was begun; above 1 a worker died.")
    problem: dict[str, Any] | None = Field(description="Why it failed: status, code and detail.")
    links: list[Link]


def language_for(request: Request, response: Response, jobs: Iterable[Job]) -> Language:
    """Return the language in which jobs are told.

    Parameters
    ----------
    request, response
        The request, and what is to be answered: where a job failed, it says its language.
    jobs
        The jobs.

    Returns
    -------
    str
        ``"en"`` or ``"zh"``.
    """
    if all(job.problem is None for job in jobs):
        return "en"
    language = language_of(request)
    mark_language(response.headers, language)
    return language


def status_info(job: Job, base_url: str, language: Language) -> StatusInfo:
    """Return how a job stands.

    Parameters
    ----------
    job
        The job.
    base_url
        Of the service, without a slash at the end.
    language
        Of the reason why it failed.

    Returns
    -------
    StatusInfo
        For the answer.
    """
    address = f"{base_url}/jobs/{job.id}"
    links = [Link(href=address, rel="self", title="This job")]
    if job.result is not None:
        links.append(
            Link(
                href=f"{address}/results",
                rel="http://www.opengis.net/def/rel/ogc/1.0/results",
                title="Its results",
            )
        )
    return StatusInfo(
        process_id=job.kind,
        job_id=job.id,
        status=job.status,
        message=job.stage,
        progress=job.progress_percent,
        created=_time(job.created_at_s),
        started=None if job.started_at_s is None else _time(job.started_at_s),
        finished=None if job.finished_at_s is None else _time(job.finished_at_s),
        updated=_time(job.updated_at_s),
        study=job.study_id,
        inputs=job.inputs,
        attempts=job.attempts,
        problem=None if job.problem is None else _told(job.problem, language),
        links=links,
    )


def _told(problem: Problem, language: Language) -> Problem:
    detail = KeptDetail(problem).told(language)
    return {"status": problem["status"], "code": problem["code"], "detail": detail}


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
