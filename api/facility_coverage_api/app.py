"""The application: its doors, its rooms, and what it keeps while it runs."""

import threading
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from facility_coverage import __version__
from facility_coverage_api import openapi, problems
from facility_coverage_api.doors import limits, uploads
from facility_coverage_api.doors.body_limit import BodyDoor
from facility_coverage_api.doors.hosts import HostDoor
from facility_coverage_api.doors.keys import KEY_HEADER, KeyDoor, KeyRing
from facility_coverage_api.features import routes as features
from facility_coverage_api.features import studies as study_list
from facility_coverage_api.features.memo import Memo
from facility_coverage_api.features.recorded import MAX_LAYERS
from facility_coverage_api.features.served import open_studies
from facility_coverage_api.jobs import jobs, processes, studies
from facility_coverage_api.live import routes as live
from facility_coverage_api.observe import health, metrics
from facility_coverage_api.observe.logs import REQUEST_ID_HEADER, RequestLog
from facility_coverage_api.proposals import routes as proposals
from facility_coverage_api.settings import Settings
from facility_coverage_api.store.store import Store

ROUTERS = (
    features.router,
    study_list.router,
    live.router,
    studies.router,
    proposals.router,
    processes.router,
    jobs.router,
    uploads.router,
    limits.router,
    problems.router,
    openapi.router,
    health.router,
    metrics.router,
)
"""Every room of the house."""

_GZIP_FROM_BYTES = 1_000
_GZIP_LEVEL = 5


def create_app(settings: Settings | None = None) -> FastAPI:
    """Build the application.

    Parameters
    ----------
    settings
        By default those of the environment.

    Returns
    -------
    FastAPI
        The application; storage is opened when it starts, and closed when it ends.
    """
    settings = settings or Settings()
    keys = KeyRing.read(settings.keys_file, settings.secret_key)
    counted = metrics.Metrics()
    app = FastAPI(
        title="facility-coverage",
        version=__version__,
        lifespan=_open_storage,
        middleware=_doors(settings, keys, counted),
        openapi_url=None,  # at /api, by our own route; pages about it would need a foreign server
    )
    app.state.settings = settings
    app.state.keys = keys
    app.state.metrics = counted
    app.state.clock = time.time
    app.state.leaving = threading.Event()
    problems.install(app)
    app.state.routes = tuple(_routes(ROUTERS))
    app.router.routes.extend(app.state.routes)  # flat: routers in routers cost each request 0.3 ms
    return app


def _routes(routers: Iterable[APIRouter]) -> Iterator[APIRoute]:
    """Yield every route, also of routers within routers."""
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute):
                yield route
            else:
                included: Any = route  # FastAPI's class of it has no public name
                yield from _routes([included.original_router])


@asynccontextmanager
async def _open_storage(app: FastAPI) -> AsyncIterator[None]:
    """Open what the application keeps while it runs."""
    settings: Settings = app.state.settings
    store = Store.open(settings.database, settings.files)
    try:
        app.state.store = store
        app.state.studies = open_studies(settings, store)
        app.state.proposal_layers = Memo(MAX_LAYERS)
        live.keep_warm(app, settings, store)
        proposals.open_office(app)
        yield
    finally:
        store.close()


def _doors(settings: Settings, keys: KeyRing, counted: metrics.Metrics) -> list[Middleware]:
    """Return what a request passes, from the street to the room."""
    cors = Middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "POST", "PUT", "DELETE"],
        allow_headers=[
            KEY_HEADER,
            REQUEST_ID_HEADER,
            "Content-Type",
            "Idempotency-Key",
            "If-Match",
            "Prefer",
        ],
        expose_headers=[REQUEST_ID_HEADER, "ETag", "Link", "Location"],
    )
    return [
        Middleware(RequestLog, metrics=counted),
        Middleware(HostDoor, settings=settings),
        *([cors] if settings.cors_origins else []),
        Middleware(KeyDoor, keys=keys),
        Middleware(
            BodyDoor,
            limit_bytes=settings.limits.body_bytes,
            limit_bytes_of={uploads.UPLOADS_PATH: settings.limits.upload_bytes},
        ),
        Middleware(GZipMiddleware, minimum_size=_GZIP_FROM_BYTES, compresslevel=_GZIP_LEVEL),
    ]
