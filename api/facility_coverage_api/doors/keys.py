"""API keys: only their SHA-256 is kept; who holds one is a reader, an analyst or a reviewer."""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from fastapi import Depends, Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from facility_coverage.errors import FacilityCoverageError, InputError, NotFoundError, SourceError
from facility_coverage_api.problems import refuse

Role = Literal["reader", "analyst", "reviewer"]
ROLES: tuple[Role, ...] = get_args(Role)
"""From the fewest rights to the most: each may do all that those before it may."""

KEY_HEADER = "X-API-Key"
OPEN_PATHS = frozenset({"/healthz", "/readyz"})
"""Answered without a key: probes have none, and learn nothing but that the service lives."""

_SHORTEST_KEY = 32
_LINE = re.compile(r"(?P<digest>[0-9a-f]{64}) +(?P<role>[a-z]+) +(?P<name>[\w.@-]{1,64})")
_WITHOUT_BASIC = 'Bearer realm="facility-coverage", Basic realm="facility-coverage"'


class UnauthorizedError(FacilityCoverageError):
    """The request carries no API key that this service knows."""

    code = "unauthorized"
    http_status = HTTPStatus.UNAUTHORIZED


class ForbiddenError(FacilityCoverageError):
    """The API key is known, but its role may not do this."""

    code = "forbidden"
    http_status = HTTPStatus.FORBIDDEN


@dataclass(frozen=True)
class Caller:
    """Who asks.

    Attributes
    ----------
    owner
        Name of the key, which owns what it creates.
    role
        What it may do.
    """

    owner: str
    role: Role

    def require_owner(self, owner: str) -> None:
        """Refuse to touch what belongs to somebody else; a reviewer may.

        Parameters
        ----------
        owner
            Whose it is.

        Raises
        ------
        ForbiddenError
            The caller is neither.
        """
        if self.role != "reviewer" and self.owner != owner:
            msg = "this belongs to another key; ask its owner, or a reviewer"
            raise ForbiddenError(msg)


LOCAL = Caller("local", "reviewer")
"""Whoever asks a service that knows no keys: it listens on this machine alone."""


@dataclass(frozen=True)
class KeyRing:
    """The keys that a service knows.

    Attributes
    ----------
    callers
        SHA-256 of each key, and whose it is.
    """

    callers: tuple[tuple[str, Caller], ...] = ()

    @classmethod
    def read(cls, file: Path | None, key: str | None) -> Self:
        """Read the keys that the operator named.

        Parameters
        ----------
        file
            Lines ``<SHA-256 of the key> <role> <name>``; empty ones and those that start ``#`` do
            not count.
        key
            A single key in clear, of a reviewer named ``operator``.

        Returns
        -------
        KeyRing
            All of them.

        Raises
        ------
        NotFoundError
            There is no such file.
        SourceError
            It cannot be read.
        InputError
            A line is none of these, a name occurs twice, or the key is too short to be safe.
        """
        callers = [] if file is None else list(_lines_of(file))
        if key is not None:
            if len(key) < _SHORTEST_KEY:
                msg = "key: shorter than {shortest} characters; take one of `key NAME`"
                raise InputError(msg, shortest=_SHORTEST_KEY)
            callers.append((digest_of(key), Caller("operator", "reviewer")))
        names = [caller.owner for _, caller in callers]
        for name in names:
            if names.count(name) > 1:
                msg = "{file}: the name {name!r} stands for two keys; give each its own"
                raise InputError(msg, file=file, name=name)
        return cls(tuple(callers))

    def find(self, key: str) -> Caller | None:
        """Return whose key this is; the time that it takes tells nothing about the keys.

        Parameters
        ----------
        key
            What a request carried.

        Returns
        -------
        Caller or None
            None where nobody holds it.
        """
        asked = digest_of(key)
        found = None
        for digest, caller in self.callers:
            if hmac.compare_digest(digest, asked):
                found = caller
        return found


class KeyDoor:
    """ASGI middleware: lets nobody in without a key, before anything of the body is read.

    Parameters
    ----------
    app
        What stands behind.
    keys
        The keys that open; without any, everybody is the one who sits at this machine.
    """

    def __init__(self, app: ASGIApp, keys: KeyRing) -> None:
        self.app = app
        self.keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or answer 401."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if not self.keys.callers:
            await self.app(_as(scope, LOCAL), receive, send)
            return
        send = _privately(send)
        if scope["path"] in OPEN_PATHS:
            await self.app(scope, receive, send)
            return
        key = _key_of(Headers(scope=scope))
        caller = None if key is None else self.keys.find(key)
        if caller is None:
            msg = (
                "no API key; send yours as the header {header}"
                if key is None
                else "an API key that nobody holds; send yours as the header {header}"
            )
            error = UnauthorizedError(msg, header=KEY_HEADER)
            await refuse(error, scope, receive, send, {"WWW-Authenticate": _WITHOUT_BASIC})
            return
        await self.app(_as(scope, caller), receive, send)


def require(role: Role) -> Callable[[Request], Awaitable[Caller]]:
    """Return a dependency of a route that only some may ask for.

    Parameters
    ----------
    role
        The least that the caller must be.

    Returns
    -------
    callable
        Gives the caller; raises ``ForbiddenError`` where the role is less.
    """

    async def dependency(request: Request) -> Caller:
        caller: Caller = request.state.caller
        if ROLES.index(caller.role) < ROLES.index(role):
            msg = "this needs the role {role}, and your key has the role {own}"
            raise ForbiddenError(msg, role=role, own=caller.role)
        return caller

    dependency.role = role  # type: ignore[attr-defined]  # read where the OpenAPI is written
    return dependency


reader, analyst, reviewer = (require(role) for role in ROLES)
Reader = Annotated[Caller, Depends(reader)]
Analyst = Annotated[Caller, Depends(analyst)]
Reviewer = Annotated[Caller, Depends(reviewer)]


def new_key() -> str:
    """Return a new key of 256 random bits.

    Returns
    -------
    str
        The key; it is nowhere kept.
    """
    return f"fc_{secrets.token_urlsafe(32)}"


def digest_of(key: str) -> str:
    """Return what is kept of a key; it has so much chance in it that no salt is needed.

    Parameters
    ----------
    key
        The key.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    return hashlib.sha256(key.encode()).hexdigest()


def key_line(key: str, role: str, name: str) -> str:
    """Return the line of a key for the file of keys.

    Parameters
    ----------
    key
        The key.
    role, name
        Whose it is.

    Returns
    -------
    str
        The line without its end.

    Raises
    ------
    InputError
        There is no such role, or the name holds other signs than letters, digits and ``._@-``.
    """
    line = f"{digest_of(key)} {role} {name}"
    _parsed(line, "key")
    return line


def _lines_of(file: Path) -> Iterator[tuple[str, Caller]]:
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        msg = "{file}: there is no such file of keys; make one with `facility-coverage key`"
        raise NotFoundError(msg, file=file) from error
    except (OSError, UnicodeError) as error:
        msg = "{file}: cannot be read as text in UTF-8; check its rights and its encoding"
        raise SourceError(msg, file=file) from error
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            yield _parsed(line.strip(), f"{file}:{number}")


def _parsed(line: str, place: str) -> tuple[str, Caller]:
    found = _LINE.fullmatch(line)
    role = next((role for role in ROLES if found and found["role"] == role), None)
    if found is None or role is None:
        msg = "{place}: not '<SHA-256> <{roles}> <name of letters, digits, ._@->'"
        raise InputError(msg, place=place, roles="|".join(ROLES))
    return found["digest"], Caller(found["name"], role)


def _key_of(headers: Headers) -> str | None:
    """Return the key of a request: its own header, else a bearer token, else a Basic password."""
    if KEY_HEADER in headers:
        return headers[KEY_HEADER]
    scheme, _, rest = headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(rest, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeError):
        return None


def _as(scope: Scope, caller: Caller) -> Scope:
    """Note in a request who asks."""
    scope.setdefault("state", {})["caller"] = caller
    return scope


def _privately(send: Send) -> Send:
    """Let no shared cache keep what was answered to a key."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            told = headers.get("Cache-Control", "no-cache").replace("public", "private")
            headers["Cache-Control"] = told if "private" in told else f"private, {told}"
            headers.add_vary_header(f"{KEY_HEADER}, Authorization")
        await send(message)

    return sent
