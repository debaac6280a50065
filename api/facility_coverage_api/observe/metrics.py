"""Figures for Prometheus: requests, jobs and this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from fastapi import APIRouter, Request, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

_PREFIX = "facility_coverage"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@dataclass(frozen=True)
class Metrics:
    """The figures of one application.

    Attributes
    ----------
    registry
        Holds them.
    requests, durations, open_requests, jobs
        What is counted.
    """

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    requests: Counter = field(init=False)
    durations: Histogram = field(init=False)
    open_requests: Gauge = field(init=False)
    jobs: Gauge = field(init=False)

    def __post_init__(self) -> None:
        """Register every figure."""
        made = {
            "requests": Counter(
                f"{_PREFIX}_requests",
                "Requests that were answered.",
                ("method", "route", "status"),
                registry=self.registry,
            ),
            "durations": Histogram(
                f"{_PREFIX}_request_duration_seconds",
                "How long answers took.",
                ("route",),
                registry=self.registry,
            ),
            "open_requests": Gauge(
                f"{_PREFIX}_open_requests", "Requests under way.", registry=self.registry
            ),
            "jobs": Gauge(
                f"{_PREFIX}_jobs", "Jobs by status.", ("status",), registry=self.registry
            ),
        }
        for name, figure in made.items():
            object.__setattr__(self, name, figure)
        ProcessCollector(registry=self.registry)

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Count a request as under way.

        Yields
        ------
        None
            Until it is answered.
        """
        with self.open_requests.track_inprogress():
            yield

    def count(self, method: str, route: str, status: int, duration_s: float) -> None:
        """Count an answer.

        Parameters
        ----------
        method, route, status
            By what it is told apart; a route is a template, so that there are few.
        duration_s
            How long it took, seconds.
        """
        known = method if method in _METHODS else "other"
        self.requests.labels(known, route, str(status)).inc()
        self.durations.labels(route).observe(duration_s)


router = APIRouter(tags=["service"])


@router.get(
    "/metrics",
    summary="Figures for Prometheus",
    operation_id="metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def read_metrics(request: Request) -> Response:
    """Tell how many requests and jobs there were, and what this process uses."""
    metrics: Metrics = request.app.state.metrics
    for status, n_jobs in request.app.state.store.jobs.counts().items():
        metrics.jobs.labels(status).set(n_jobs)
    return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)
