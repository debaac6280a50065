"""What can be asked that takes longer than a request (OGC API – Processes)."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from facility_coverage import __version__
from facility_coverage.errors import NotFoundError
from facility_coverage.study_file import Study
from facility_coverage_api.doors.hosts import base_url
from facility_coverage_api.doors.keys import Analyst
from facility_coverage_api.jobs.kinds import KINDS, Inputs, Kind
from facility_coverage_api.jobs.status import Link, StatusInfo, language_for, status_info
from facility_coverage_api.settings import Configured
from facility_coverage_api.store.held import Held
from facility_coverage_api.store.job import JobRequest, QueueLimits

router = APIRouter(tags=["jobs"])

ProcessId = Annotated[
    str, Path(max_length=40, description="Id of a process.", examples=["run-study"])
]


class Wishes(BaseModel):
    """Headers of a request to start a job."""

    prefer: str | None = Field(
        None, description="Every process is done as ``respond-async`` asks, with or without it."
    )
    idempotency_key: str | None = Field(
        None,
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,200}$",
        description="The same key again is answered with the same job.",
    )


class Execution(BaseModel):
    """What is asked of a process."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"inputs": {"study": "tianhe"}}]}
    )

    inputs: dict[str, Any] = Field(description="As the process describes them.")
    outputs: dict[str, Any] = Field(
        default={}, description="All outputs are always made; what stands here is not looked at."
    )
    response: Literal["document"] = "document"


@router.get("/processes", summary="What can be asked")
def processes(request: Request) -> dict[str, Any]:
    """List the processes.

    Parameters
    ----------
    request
        The request.

    Returns
    -------
    dict
        ``processes``: a summary of each, and ``links``.
    """
    base = base_url(request)
    return {
        "processes": [_summary(name, kind, base) for name, kind in KINDS.items()],
        "links": [_link(f"{base}/processes", "self", "The processes")],
    }


@router.get("/processes/{process_id}", summary="What a process needs")
def process(process_id: ProcessId, request: Request) -> dict[str, Any]:
    """Describe a process.

    Parameters
    ----------
    process_id
        Its id.
    request
        The request.

    Returns
    -------
    dict
        Its summary, its ``inputs`` with their JSON Schema, and its ``outputs``.
    """
    kind, base = _kind(process_id), base_url(request)
    return {
        **_summary(process_id, kind, base),
        "inputs": _described(kind.inputs),
        "outputs": {
            "results": {
                "title": "Tables, layers and the map",
                "description": "Links to files, as /jobs/{jobID}/results lists them.",
                "schema": {"type": "object"},
            }
        },
    }


@router.post(
    "/processes/{process_id}/execution",
    status_code=201,
    summary="Start a job",
    responses={200: {"model": StatusInfo, "description": "This Idempotency-Key was known."}},
)
def execute(
    process_id: ProcessId,
    execution: Execution,
    request: Request,
    response: Response,
    wishes: Annotated[Wishes, Header()],
    caller: Analyst,
    store: Held,
    settings: Configured,
) -> StatusInfo:
    """Start a job.

    Parameters
    ----------
    process_id
        Id of the process.
    execution
        What is asked.
    request, response
        The request, and what is to be answered.
    wishes
        Of its headers.
    caller
        Who asks.
    store
        Takes the job.
    settings
        How many jobs may be open.

    Returns
    -------
    StatusInfo
        The job; ``Location`` says where to ask after it.
    """
    kind = _kind(process_id)
    inputs = kind.inputs.checked(execution.inputs)
    study = store.studies.get(inputs.study)
    inputs.asked(Study.model_validate(study.study))
    job, is_new = store.jobs.enqueue(
        JobRequest(
            process_id,
            caller.owner,
            inputs.model_dump(mode="json", exclude_none=True),
            study.id,
            study.digest,
            wishes.idempotency_key,
        ),
        QueueLimits(settings.limits.queued_jobs_per_key, settings.limits.queued_jobs),
    )
    base = base_url(request)
    response.headers["Location"] = f"{base}/jobs/{job.id}"
    if "respond-async" in (wishes.prefer or ""):
        response.headers["Preference-Applied"] = "respond-async"
    if not is_new:
        response.status_code = 200
    return status_info(job, base, language_for(request, response, [job]))


def _kind(process_id: str) -> Kind:
    if process_id in KINDS:
        return KINDS[process_id]
    msg = "there is no process {name!r}; choose one of {known}"
    raise NotFoundError(msg, name=process_id, known=", ".join(KINDS))


def _summary(name: str, kind: Kind, base: str) -> dict[str, Any]:
    return {
        "id": name,
        "version": __version__,
        "title": kind.title,
        "description": kind.description,
        "jobControlOptions": ["async-execute", "dismiss"],
        "outputTransmission": ["reference"],
        "links": [
            _link(f"{base}/processes/{name}", "self", kind.title),
            _link(
                f"{base}/processes/{name}/execution",
                "http://www.opengis.net/def/rel/ogc/1.0/execute",
                "Start a job",
            ),
        ],
    }


def _described(inputs: type[Inputs]) -> dict[str, Any]:
    schema = inputs.model_json_schema()
    required = schema.get("required", [])
    return {
        name: {
            "title": field.get("title", name),
            "description": field.get("description", ""),
            "minOccurs": int(name in required),
            "schema": field,
        }
        for name, field in schema["properties"].items()
    }


def _link(href: str, rel: str, title: str) -> dict[str, str]:
    return Link(href=href, rel=rel, title=title).model_dump()
