"""The routes of proposals: hand in, change, decide, read the review and the record."""

import re
from pathlib import Path as File
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, FastAPI, Header, Path, Query, Request, Response
from fastapi.responses import FileResponse

from facility_coverage.errors import FacilityCoverageError
from facility_coverage.outputs.tables import table_bytes
from facility_coverage.proposals.workflow import Actor, Case, State
from facility_coverage.words import Language
from facility_coverage_api.doors.etag import answered_before, etag_of, marked
from facility_coverage_api.doors.hosts import base_url
from facility_coverage_api.doors.keys import LOCAL, Analyst, Caller, Reader, Reviewer
from facility_coverage_api.jobs.status import Link
from facility_coverage_api.jobs.studies import RegisteredId
from facility_coverage_api.live.coverage import CSV
from facility_coverage_api.proposals.models import (
    AskedProposal,
    AuditInfo,
    EventList,
    NewEvent,
    NewProposal,
    ProposalInfo,
    ProposalList,
    event_info,
    proposal_info,
)
from facility_coverage_api.proposals.office import Form, Office
from facility_coverage_api.store.proposals import VersionError
from facility_coverage_api.wishes import language_of, mark_language

router = APIRouter(tags=["proposals"])

MOST_PROPOSALS = 1_000
MEDIA_TYPES = {
    "json": "application/json",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
}
_MARK = re.compile(r'(?:W/)?"(?P<number>[0-9]{1,12})-(?P<version>[0-9]{1,12})"')

Number = Annotated[int, Path(ge=1, le=2**53, description="Number of a proposal.", examples=[1])]
IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="The ETag of the proposal as you saw it; 412 where somebody changed it since, "
        "428 where it is missing.",
        examples=['"1-1"'],
    ),
]


class PreconditionRequiredError(FacilityCoverageError):
    """The change does not say which version of the proposal it was made for."""

    code = "precondition-required"
    http_status = 428


def office_of(request: Request) -> Office:
    """Return the office of the application that a request came to.

    Parameters
    ----------
    request
        The request.

    Returns
    -------
    Office
        Opened when the application started.
    """
    found: Office = request.app.state.office
    return found


AtOffice = Annotated[Office, Depends(office_of)]


def open_office(app: FastAPI) -> None:
    """Open the office of an application.

    Parameters
    ----------
    app
        The application that starts; its store and its warm studies are there.
    """
    app.state.office = Office(app.state.store, app.state.warm, app.state.turns)


@router.post("/v1/proposals", status_code=201, summary="Hand in a proposal, as a draft")
def add(
    new: NewProposal, request: Request, response: Response, caller: Analyst, office: AtOffice
) -> ProposalInfo:
    """Hand in a proposal of a site, a closure or a move, as a draft.

    The step `submit` puts it before the reviewers; whether it can stand where it is proposed is
    looked at then.
    """
    case = office.add(new.study, new.values, _actor(caller, new.name))
    response.headers["Location"] = f"{base_url(request)}/v1/proposals/{case.number}"
    return _answered(case, request, response)


@router.get("/v1/proposals", summary="Proposals and how they stand")
def proposals(
    request: Request,
    _caller: Reader,
    office: AtOffice,
    study: Annotated[
        str | None, Query(max_length=64, description="Only of this study.", examples=["tianhe"])
    ] = None,
    state: Annotated[State | None, Query(description="Only in this state.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_PROPOSALS, description="Most on a page.")] = 100,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="As a next link has it.")] = 0,
) -> ProposalList:
    """List proposals in the order of their numbers."""
    states = None if state is None else (state,)
    found = office.store.proposals.page(study_id=study, states=states, limit=limit + 1, after=after)
    base = base_url(request)
    links = [Link(href=str(request.url), rel="self", title="This page")]
    if len(found) > limit:
        following = request.url.include_query_params(after=found[limit - 1].number)
        links.append(Link(href=f"{base}/v1/proposals?{following.query}", rel="next", title="More"))
    return ProposalList(
        proposals=[proposal_info(case, base) for case in found[:limit]], links=links
    )


@router.get(
    "/v1/proposals/{number}",
    summary="A proposal as it stands",
    response_model=ProposalInfo,
    responses={304: {"description": "You hold this answer already."}},
)
def proposal(
    number: Number, request: Request, response: Response, _caller: Reader, office: AtOffice
) -> ProposalInfo | Response:
    """Return a proposal; its ETag is what a change has to name."""
    case = office.store.proposals.get(number)
    return answered_before(request, _mark(case)) or _answered(case, request, response)


@router.put("/v1/proposals/{number}", summary="Change a draft, or a proposal that was returned")
def edit(
    number: Number,
    asked: AskedProposal,
    request: Request,
    response: Response,
    caller: Analyst,
    office: AtOffice,
    if_match: IfMatch = None,
) -> ProposalInfo:
    """Put other values in place of a proposal's, which only its proposer may."""
    version = _seen(number, if_match)
    case = office.edit(number, version, asked.values, _actor(caller, asked.name))
    return _answered(case, request, response)


@router.post("/v1/proposals/{number}/events", status_code=201, summary="Take a step")
def take(
    number: Number,
    new: NewEvent,
    request: Request,
    response: Response,
    caller: Analyst,
    office: AtOffice,
    if_match: IfMatch = None,
) -> ProposalInfo:
    """Submit, withdraw, comment; or review, return, reject and approve, which signs the sheet.

    Nobody decides on their own proposal. Each step is one event of the record.
    """
    version = _seen(number, if_match)
    case = office.take(number, version, new.request, _actor(caller, new.name))
    response.headers["Location"] = f"{base_url(request)}/v1/proposals/{number}/events"
    return _answered(case, request, response)


@router.get("/v1/proposals/{number}/events", summary="What happened to a proposal")
def events(number: Number, _caller: Reader, office: AtOffice) -> EventList:
    """List the events of a proposal, from the first to the last."""
    return EventList(events=[event_info(own) for own in office.store.proposals.events(number)])


@router.get(
    "/v1/proposals/{number}/review",
    summary="The review sheet",
    response_class=Response,
    responses={
        200: {"content": {media: {"schema": {}} for media in MEDIA_TYPES.values()}},
        304: {"description": "You hold this answer already."},
    },
)
def review(
    number: Number,
    request: Request,
    _caller: Reader,
    office: AtOffice,
    f: Annotated[Form, Query(description="Format.")] = "json",
    lang: Annotated[Language, Query(description="Language of page and PDF.")] = "en",
) -> Response:
    """Return the review: before it was begun as it would be today, then as it was made.

    Of an approved proposal it is the signed sheet, the same bytes for ever.
    """
    case = office.store.proposals.get(number)
    etag = None if case.sheet is None else etag_of(case.sheet, f, lang)
    held = None if etag is None else answered_before(request, etag)
    if held is not None:
        return held
    found = office.review(case, f, lang)
    headers = {"Cache-Control": "no-cache"} if etag is None else marked(etag)
    if isinstance(found, File):
        return FileResponse(found, media_type=MEDIA_TYPES[f], headers=headers)
    return Response(found, media_type=MEDIA_TYPES[f], headers=headers)


@router.get(
    "/v1/studies/{study_id}/proposals/comparison",
    summary="The pending proposals of a study side by side",
    response_class=Response,
    responses={
        200: {"content": {media: {"schema": {}} for media in ("application/json", CSV)}},
        304: {"description": "You hold this answer already."},
    },
)
def comparison(
    study_id: RegisteredId,
    request: Request,
    _caller: Reader,
    office: AtOffice,
    budget: Annotated[
        float | None,
        Query(gt=0, le=1e12, allow_inf_nan=False, description="For the best affordable subset."),
    ] = None,
    f: Annotated[Literal["json", "csv"], Query(description="Format.")] = "json",
) -> Response:
    """Compare what the pending proposals add, which conflict, and which to take for a budget."""
    study = office.store.studies.get(study_id)
    pending = office.store.proposals.pending(study_id)
    etag = etag_of(study.digest, *(_mark(case) for case in pending), str(budget), f)
    held = answered_before(request, etag)
    if held is not None:
        return held
    found = office.comparison(study_id, budget)
    content = table_bytes(found.table()) if f == "csv" else found.to_json()
    media = CSV if f == "csv" else "application/json"
    return Response(content, media_type=media, headers=marked(etag))


@router.get("/v1/audit", summary="Whether the record is whole")
def audit(
    request: Request,
    response: Response,
    _caller: Reviewer,
    office: AtOffice,
    head: Annotated[
        str | None,
        Query(
            pattern="^[0-9a-f]{64}$",
            description="A hash that was written down, such as on a signed sheet.",
        ),
    ] = None,
) -> AuditInfo:
    """Hold the record, the proposals and the kept reviews against their hashes."""
    found, language = office.audit(head), language_of(request)
    mark_language(response.headers, language)
    return AuditInfo(
        intact=not found.faults,
        events=found.chain.count,
        head=found.chain.head,
        faults=[fault.told(language) for fault in found.faults],
    )


def _actor(caller: Caller, name: str | None) -> Actor:
    """Return who takes a step: where there are no keys, names alone tell people apart."""
    return Actor(
        caller.owner,
        name or caller.owner,
        is_reviewer=caller.role == "reviewer",
        shares_account=caller is LOCAL,
    )


def _answered(case: Case, request: Request, response: Response) -> ProposalInfo:
    response.headers.update(marked(_mark(case)))
    return proposal_info(case, base_url(request))


def _mark(case: Case) -> str:
    """Return the ETag of a proposal; a strong one, because changes are made on it."""
    return f'"{case.number}-{case.version}"'


def _seen(number: int, if_match: str | None) -> int:
    """Return the version that a change was made for."""
    if if_match is None:
        msg = "send If-Match with the ETag of proposal {number} as you saw it"
        raise PreconditionRequiredError(msg, number=number)
    found = _MARK.fullmatch(if_match.strip())
    if found is None or int(found["number"]) != number:
        msg = "If-Match: not an ETag of proposal {number}; send the one that GET answered"
        raise VersionError(msg, number=number)
    return int(found["version"])
