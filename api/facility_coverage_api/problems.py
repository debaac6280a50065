"""Errors as problem documents (RFC 9457), each with a stable code and a page about it.

They are told in the language of the request; the log is English.
"""

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI, Request
from fastapi import Path as PathParameter
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from facility_coverage.errors import (
    FacilityCoverageError,
    InputError,
    LimitError,
    NotFoundError,
    SourceError,
)
from facility_coverage.model_faults import model_fault
from facility_coverage.words import Joined, Language, Remark, Told
from facility_coverage_api.wishes import language_of, mark_language

MEDIA_TYPE = "application/problem+json"

_LOG = logging.getLogger(__name__)
_OF_STATUS: Mapping[int, type[FacilityCoverageError]] = {
    error.http_status: error for error in (NotFoundError, LimitError, InputError)
}
"""Errors of ours that a bare status stands for."""

_NO_JSON = "JSON decode error"
_MOST_FAULTS = 20
_LONGEST_PART = 200
_RETRY_AFTER_S: Mapping[int, str] = {
    HTTPStatus.TOO_MANY_REQUESTS: "10",
    HTTPStatus.SERVICE_UNAVAILABLE: "10",
}


class Fault(BaseModel):
    """One thing that is wrong with a request."""

    where: str = Field(examples=["body.minutes.0"])
    what: str = Field(examples=["Input should be greater than 0"])


class Problem(BaseModel):
    """A problem document (RFC 9457)."""

    type: str = Field(examples=["/problems/input"], description="Page about this code.")
    title: str = Field(examples=["What the user handed over cannot be used as it is."])
    status: int = Field(examples=[422])
    code: str = Field(examples=["input"], description="Stable: programs may rely on it.")
    detail: str = Field(description="What was wrong, where, and how to mend it.")
    request_id: str | None = Field(None, description="Name it when you ask the operator.")
    errors: list[Fault] = Field([], description="Every fault of a request that was refused.")


class ProblemResponse(JSONResponse):
    """A problem document as an answer."""

    media_type = MEDIA_TYPE

    def render(self, content: Mapping[str, Any]) -> bytes:
        """Return the bytes; what no text can hold (half a surrogate pair) becomes ``?``."""
        return json.dumps(content, ensure_ascii=False).encode(errors="replace")


@dataclass(frozen=True)
class ProblemKind:
    """What a code means.

    Attributes
    ----------
    code
        The code.
    status
        HTTP status that goes with it.
    title
        One sentence; its id until it is told.
    """

    code: str
    status: int
    title: str

    def titled(self, language: Language) -> "ProblemKind":
        """Return the same with its title in a language.

        Parameters
        ----------
        language
            ``"en"`` or ``"zh"``.

        Returns
        -------
        ProblemKind
            For an answer.
        """
        return replace(self, title=Remark(self.title).told(language))


def problem(
    request: Request,
    kind: ProblemKind,
    detail: Told,
    *,
    faults: tuple[Fault, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> ProblemResponse:
    """Return a problem document in the language of the request.

    Parameters
    ----------
    request
        What went wrong.
    kind
        What kind of problem it is.
    detail
        What was wrong, and how to mend it.
    faults
        Each fault apart, if there may be several; told already.
    headers
        More headers.

    Returns
    -------
    ProblemResponse
        The response.
    """
    prefix = urlsplit(request.app.state.settings.public_url or "").path
    language = language_of(request)
    body = Problem(
        type=f"{prefix}/problems/{kind.code}",
        title=kind.titled(language).title,
        status=kind.status,
        code=kind.code,
        detail=detail.told(language),
        request_id=getattr(request.state, "request_id", None),
        errors=list(faults),
    )
    retry = {"Retry-After": _RETRY_AFTER_S[kind.status]} if kind.status in _RETRY_AFTER_S else {}
    answer = ProblemResponse(
        body.model_dump(exclude_defaults=True),
        status_code=kind.status,
        headers={**retry, **(headers or {})},
    )
    mark_language(answer.headers, language)
    return answer


async def refuse(
    error: FacilityCoverageError,
    scope: Scope,
    receive: Receive,
    send: Send,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Answer an error where no handler stands around: in a door.

    Parameters
    ----------
    error
        Why.
    scope, receive, send
        The request.
    headers
        More headers.
    """
    answer = problem(Request(scope), kind_of(type(error)), error, headers=headers)
    await answer(scope, receive, send)


def internal(request: Request) -> ProblemResponse:
    """Return what is told of a defect: the id of the request, under which the log has the rest.

    Parameters
    ----------
    request
        What went wrong.

    Returns
    -------
    ProblemResponse
        Status 500.
    """
    kind = kind_of_status(HTTPStatus.INTERNAL_SERVER_ERROR)
    return problem(request, kind, Remark("internal error {name}", name=request.state.request_id))


def install(app: FastAPI) -> None:
    """Answer every foreseen error of an application with a problem document.

    Parameters
    ----------
    app
        The application.
    """
    app.exception_handler(FacilityCoverageError)(_ours)
    app.exception_handler(HTTPException)(_http)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(ClientDisconnect)(_gone)


def kind_of(error: type[FacilityCoverageError]) -> ProblemKind:
    """Return what the code of an error means: the first line of the class that has the code.

    Parameters
    ----------
    error
        Class of the error.

    Returns
    -------
    ProblemKind
        Its code, status and meaning.
    """
    named = next(parent for parent in error.__mro__ if "code" in vars(parent))
    title = (named.__doc__ or "").partition("\n")[0]
    return ProblemKind(error.code, int(error.http_status), title)


def kind_of_status(status: int) -> ProblemKind:
    """Return what an HTTP status means where no error of ours says more.

    Parameters
    ----------
    status
        The status.

    Returns
    -------
    ProblemKind
        Its code is the phrase of the status.
    """
    if status in _OF_STATUS:
        return kind_of(_OF_STATUS[status])
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return ProblemKind("internal", 500, "A defect of the service; its log has the same id.")
    phrase = HTTPStatus(status).phrase
    return ProblemKind(phrase.lower().replace(" ", "-"), int(status), phrase)


def problem_kinds() -> dict[str, ProblemKind]:
    """Return every code that this service may answer.

    Returns
    -------
    dict of str to ProblemKind
        By code, sorted.
    """
    plain = (400, 405, 406, 415, 500)
    kinds = [kind_of(error) for error in _family(FacilityCoverageError)]
    kinds += [kind_of_status(status) for status in plain]
    return {kind.code: kind for kind in sorted(kinds, key=lambda kind: kind.code)}


router = APIRouter(tags=["service"])


@router.get("/problems", summary="Every code of a problem document", operation_id="problems")
def list_problems(request: Request, response: Response) -> list[ProblemKind]:
    """List the codes, their HTTP status and what they mean."""
    language = language_of(request)
    mark_language(response.headers, language)
    return [kind.titled(language) for kind in problem_kinds().values()]


@router.get("/problems/{code}", summary="What a code means", operation_id="problem")
def read_problem(
    code: Annotated[str, PathParameter(max_length=64, examples=["limit"])],
    request: Request,
    response: Response,
) -> ProblemKind:
    """Tell what one code means; the ``type`` of a problem document leads here."""
    kinds = problem_kinds()
    if code not in kinds:
        msg = "there is no problem code {code!r}; GET /problems lists them"
        raise NotFoundError(msg, code=code)
    language = language_of(request)
    mark_language(response.headers, language)
    return kinds[code].titled(language)


def _family(error: type[FacilityCoverageError]) -> Iterator[type[FacilityCoverageError]]:
    yield error
    for child in error.__subclasses__():
        yield from _family(child)


def _ours(request: Request, error: FacilityCoverageError) -> Response:
    """Answer an error of ours; of what fails on this machine only the log tells the place."""
    kind = kind_of(type(error))
    if isinstance(error, SourceError) or kind.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        _LOG.error("%s: %s", kind.code, error)
        msg = "it failed on the side of the service, whose log says why; try again later"
        return problem(request, kind, Remark(msg))
    return problem(request, kind, error)


def _http(request: Request, error: HTTPException) -> Response:
    """Answer an error of the framework; one of ours that it carries is told in its place."""
    kind, headers = kind_of_status(error.status_code), error.headers
    detail: Told = Remark(error.detail)
    if isinstance(error.__cause__, FacilityCoverageError):
        detail = error.__cause__
    elif error.status_code == HTTPStatus.NOT_FOUND:
        detail = Remark("there is nothing at this address; GET /api lists what there is")
    elif error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = ", ".join(sorted(_methods_at(request)))
        detail = Remark("this address answers {allowed}", allowed=allowed)
        headers = {"Allow": allowed}
    return problem(request, kind, detail, headers=headers)


def _methods_at(request: Request) -> set[str]:
    """Return what an address answers; the framework tells only the first of several routes."""
    return {
        method
        for route in request.app.state.routes
        if route.matches(request.scope)[0] is not Match.NONE
        for method in route.methods
    }


def _invalid(request: Request, error: RequestValidationError) -> Response:
    found, language = error.errors(), language_of(request)
    faults = tuple(
        Fault(
            where=_short(".".join(map(str, fault["loc"]))),
            what=_short(_what(fault).told(language)),
        )
        for fault in found[:_MOST_FAULTS]
    )
    lines = (Remark("{place}: {fault}", place=own.where, fault=own.what) for own in faults)
    told: Told = Joined.of(lines, "; ")
    if more := len(found) - len(faults):
        told = Remark("{faults}; and {count} more", faults=told, count=more)
    return problem(request, kind_of_status(422), told, faults=faults)


def _what(fault: Mapping[str, Any]) -> Told:
    """Return what is wrong; of a body that is no JSON the framework speaks, not pydantic."""
    return Remark(_NO_JSON) if fault["msg"] == _NO_JSON else model_fault(fault)


def _gone(request: Request, _: ClientDisconnect) -> Response:
    """Answer nobody: the client went away before its request was whole."""
    return problem(request, kind_of_status(400), Remark("the request broke off"))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_PART else f"{text[:_LONGEST_PART]}…"
