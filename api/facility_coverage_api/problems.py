"""Errors as problem documents (RFC 9457), each with a stable code."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from facility_coverage.errors import FacilityCoverageError


class Problem(JSONResponse):
    """A problem document."""

    media_type = "application/problem+json"


def problem(status: int, code: str, detail: str) -> Problem:
    """Return a problem document.

    Parameters
    ----------
    status
        HTTP status.
    code
        Stable code, as in ``facility_coverage.errors``.
    detail
        What was wrong, and how to mend it.

    Returns
    -------
    Problem
        The response.
    """
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }
    return Problem(body, status_code=status)


def install(app: FastAPI) -> None:
    """Answer every foreseen error of an application with a problem document.

    Parameters
    ----------
    app
        The application.
    """
    app.add_exception_handler(FacilityCoverageError, _ours)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)


def _ours(_: Request, error: Exception) -> Problem:
    if not isinstance(error, FacilityCoverageError):
        raise error
    return problem(error.http_status, error.code, str(error))


def _http(_: Request, error: Exception) -> Problem:
    if not isinstance(error, HTTPException):
        raise error
    code = "not-found" if error.status_code == HTTPStatus.NOT_FOUND else "http"
    return problem(error.status_code, code, str(error.detail))


def _invalid(_: Request, error: Exception) -> Problem:
    if not isinstance(error, RequestValidationError):
        raise error
    faults = "; ".join(
        f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
        for fault in error.errors()
    )
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "input", faults)
