"""Logs as one JSON value a line, each with the id of the request that it belongs to."""

import json
import logging
import re
import secrets
import sys
import time
from contextvars import ContextVar
from datetime import UTC, datetime

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from facility_coverage_api.observe.metrics import Metrics
from facility_coverage_api.problems import internal

REQUEST_ID_HEADER = "X-Request-ID"

_LOG = logging.getLogger(__name__)
_GIVEN_ID = re.compile(r"[\w.:-]{1,64}", re.ASCII)
_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


class JsonLines(logging.Formatter):
    """Writes a record of the log as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; ``extra={"fields": {…}}`` adds members."""
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": _request_id.get(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return json.dumps({name: value for name, value in told.items() if value is not None})


def log_to_stderr(level: str) -> None:
    """Let every logger of this process write JSON lines to stderr.

    Parameters
    ----------
    level
        ``debug``, ``info``, ``warning`` or ``error``.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)


class RequestLog:
    """ASGI middleware: gives a request its id, logs and counts it, and is the last net.

    At level ``info`` a request is told by its route, which has neither coordinates nor a query;
    what was really asked is told at ``debug``.

    Parameters
    ----------
    app
        What stands behind.
    metrics
        Count requests.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and tell how it went."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _id_of(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        token = _request_id.set(request_id)
        status = 0
        began_s = time.perf_counter()

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = request_id
            await send(message)

        try:
            with self.metrics.under_way():
                await self.app(scope, receive, sent)
        except Exception:
            _LOG.exception("internal error %s", request_id)
            if status:  # half of an answer is out: only breaking off tells the client
                raise
            await internal(Request(scope))(scope, receive, sent)
        finally:
            self._tell(scope, status, time.perf_counter() - began_s)
            _request_id.reset(token)

    def _tell(self, scope: Scope, status: int, duration_s: float) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        self.metrics.count(scope["method"], route, status, duration_s)
        fields = {
            "method": scope["method"],
            "route": route,
            "status": status,
            "duration_ms": round(duration_s * 1000, 1),
        }
        _LOG.info("request", extra={"fields": fields})
        if _LOG.isEnabledFor(logging.DEBUG):
            query = scope["query_string"].decode("latin-1")
            _LOG.debug("asked", extra={"fields": {"path": scope["path"], "query": query}})


def _id_of(scope: Scope) -> str:
    """Return the id that the request brought, if it looks like one; else a new one."""
    given = Headers(scope=scope).get(REQUEST_ID_HEADER, "")
    return given if _GIVEN_ID.fullmatch(given) else secrets.token_hex(8)
