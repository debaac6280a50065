"""The names under which the service may be asked, and the address that its links start with."""

from http import HTTPStatus
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from facility_coverage.errors import FacilityCoverageError
from facility_coverage_api.problems import refuse
from facility_coverage_api.settings import Settings

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
"""Names of this machine for itself."""


class HostError(FacilityCoverageError):
    """The request names a host that this service is not known by."""

    code = "host"
    http_status = HTTPStatus.BAD_REQUEST


class HostDoor:
    """ASGI middleware: refuses foreign ``Host`` headers, because links are made from them.

    Parameters
    ----------
    app
        What stands behind.
    settings
        Say which names are known.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        public = urlsplit(settings.public_url or "").hostname
        self.known = LOOPBACK | {name.lower() for name in settings.allowed_hosts}
        self.known |= set() if public is None else {public}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or answer 400."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        hosts = Headers(scope=scope).getlist("Host")
        if len(hosts) == 1 and _name_of(hosts[0]) in self.known:
            await self.app(scope, receive, send)
            return
        msg = "not a name of this service; the operator sets public_url or allowed_hosts"
        await refuse(HostError(msg), scope, receive, send)


def base_url(request: Request) -> str:
    """Return what every absolute link starts with.

    Parameters
    ----------
    request
        The request that is answered; its host was checked.

    Returns
    -------
    str
        The setting ``public_url``, else where the request came to; no slash at its end.
    """
    settings: Settings = request.app.state.settings
    return settings.public_url or str(request.base_url).rstrip("/")


def _name_of(host: str) -> str | None:
    """Return a host without its port; None where it is no host."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
