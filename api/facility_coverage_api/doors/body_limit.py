"""The size of a request's body, counted as it comes in and before anything reads it."""

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from facility_coverage.errors import LimitError
from facility_coverage_api.problems import refuse

_CLOSE = {"Connection": "close"}
"""What follows is not read: the connection is of no more use."""


class BodyDoor:
    """ASGI middleware: answers 413 to a body that is too large, announced or not.

    Parameters
    ----------
    app
        What stands behind.
    limit_bytes
        Largest body.
    limit_bytes_of
        Largest body of single paths.
    """

    def __init__(
        self, app: ASGIApp, *, limit_bytes: int, limit_bytes_of: Mapping[str, int]
    ) -> None:
        self.app = app
        self.limit_bytes = limit_bytes
        self.limit_bytes_of = limit_bytes_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass while its body is small enough."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit_bytes = self.limit_bytes_of.get(scope["path"], self.limit_bytes)
        told = Headers(scope=scope).get("Content-Length", "0")
        if told.isdecimal() and int(told) > limit_bytes:
            await refuse(_too_large(limit_bytes), scope, receive, send, _CLOSE)
            return
        await self.app(scope, _counted(receive, limit_bytes), send)


def _counted(receive: Receive, limit_bytes: int) -> Receive:
    """Return the same body, which breaks off where it becomes too large."""
    seen_bytes = 0

    async def received() -> Message:
        nonlocal seen_bytes
        message = await receive()
        seen_bytes += len(message.get("body", b""))
        if seen_bytes > limit_bytes:
            # FastAPI lets this class alone pass through its reading of the body.
            raise HTTPException(LimitError.http_status, headers=_CLOSE) from _too_large(limit_bytes)
        return message

    return received


def _too_large(limit_bytes: int) -> LimitError:
    msg = "the body is larger than the limit {limit:,} bytes; send less at once"
    return LimitError(msg, limit=limit_bytes)
