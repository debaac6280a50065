"""The HTTP server around the application: where it listens, how it leaves."""

import asyncio
import signal
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn
from fastapi import FastAPI

from facility_coverage.errors import SourceError


class DrainingServer(uvicorn.Server):
    """Told to end, it first says so at ``/readyz``, then takes no more, then finishes what runs.

    Parameters
    ----------
    app
        The application.
    ready
        Called once it answers.
    """

    def __init__(self, app: FastAPI, ready: Callable[[], None]) -> None:
        settings = app.state.settings
        super().__init__(
            uvicorn.Config(
                app,
                access_log=False,  # it would tell query strings; our own log does not
                log_config=None,
                proxy_headers=False,  # what others see stands in public_url
                server_header=False,
                timeout_graceful_shutdown=settings.finish_s,
            )
        )
        self._drain_s = settings.drain_s
        self._leaving = app.state.leaving
        self._ready = ready
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to answer."""
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002  (uvicorn's)
        """Begin to leave; told a second time, leave at once."""
        if self._loop is None or self._leaving.is_set():
            self.should_exit = True
            self.force_exit = sig == signal.SIGINT
            return
        self._leaving.set()
        self._loop.call_soon_threadsafe(self._loop.call_later, self._drain_s, self._leave)

    def _leave(self) -> None:
        self.should_exit = True


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Parameters
    ----------
    host
        Name or address of this machine.
    port
        The port; 0 takes a free one.

    Returns
    -------
    socket
        Open.

    Raises
    ------
    SourceError
        Another program listens there, or the address is not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        opened = socket.create_server((host, port), family=family)
    except OSError as error:
        msg = "cannot listen at {host}:{port}: {reason}; choose another --host or --port"
        raise SourceError(msg, host=host, port=port, reason=error.strerror) from error
    # asyncio sends small answers at once (TCP_NODELAY) only where a socket says that it is TCP:
    # else the body waits 40 ms until the other side has acknowledged the headers.
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=opened.detach())


def address_of(listener: socket.socket) -> str:
    """Return where a socket can be reached.

    Parameters
    ----------
    listener
        The socket.

    Returns
    -------
    str
        Such as ``http://127.0.0.1:8000``.
    """
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
