"""The routes of the live numbers, and what they need while the application runs."""

from fastapi import APIRouter, FastAPI

from facility_coverage_api.live import at, coverage, isochrones, standards, suggestions
from facility_coverage_api.live.warm import Turns, WarmStudies
from facility_coverage_api.settings import Settings
from facility_coverage_api.store.store import Store

router = APIRouter()
for _room in (coverage, at, isochrones, suggestions, standards):
    router.include_router(_room.router)


def keep_warm(app: FastAPI, settings: Settings, store: Store) -> None:
    """Let an application keep the studies ready that it was asked for.

    Parameters
    ----------
    app
        The application that starts.
    settings
        Say how many, and how many requests calculate at the same time.
    store
        Holds the studies.
    """
    app.state.turns = Turns(settings.limits)
    app.state.warm = WarmStudies(store, settings.max_warm_studies, app.state.turns)
