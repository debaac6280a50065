"""Studies that are kept ready in memory, and turns at calculating."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from threading import BoundedSemaphore, Lock
from typing import Annotated

import numpy as np
from fastapi import Depends, Request

from facility_coverage.errors import FacilityCoverageError
from facility_coverage.prepared import PreparedStudy, prepare
from facility_coverage.study_file import Study
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.access import Access
from facility_coverage.travel.impedance import Impedance, impedance_for
from facility_coverage.travel.place_costs import PlaceCosts
from facility_coverage.travel.times import all_together, reach
from facility_coverage_api.doors.limits import Limits
from facility_coverage_api.features.memo import Memo
from facility_coverage_api.jobs.kinds import without_place
from facility_coverage_api.live.asked import Profile
from facility_coverage_api.store.store import Store
from facility_coverage_api.store.studies import StoredStudy


class BusyError(FacilityCoverageError):
    """The service calculates for others; ask again soon."""

    code = "busy"
    http_status = 503


class Turns:
    """Lets few requests calculate at the same time, so that each of them is done soon.

    Parameters
    ----------
    limits
        Say how many, and how long the others wait.
    """

    def __init__(self, limits: Limits) -> None:
        self._free = BoundedSemaphore(limits.concurrent_calculations)
        self._wait_s = limits.calculation_wait_s

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn, and hand it on in the end.

        Raises
        ------
        BusyError
            None came in time.
        """
        if not self._free.acquire(timeout=self._wait_s):
            msg = "no turn to calculate came within {wait_s:g} s; ask again, or use a job"
            raise BusyError(msg, wait_s=self._wait_s)
        try:
            yield
        finally:
            self._free.release()


@dataclass(frozen=True, eq=False)
class WarmStudy:
    """A study that answers at once.

    Attributes
    ----------
    stored
        The study as it was registered.
    prepared
        Its inputs and places; paths in it are gone.
    """

    stored: StoredStudy
    prepared: PreparedStudy

    @cached_property
    def names(self) -> list[tuple[str, str]]:
        """Return id and name of each facility that has a street."""
        table = self.prepared.facilities.table[self.prepared.sites.found]
        return list(zip(table["facility_id"], table["facility_name"], strict=True))

    @cached_property
    def accesses(self) -> list[Access]:
        """Return what its own facilities reach within its own circles."""
        return self.prepared.measured()

    @cached_property
    def impedances(self) -> Mapping[str, Impedance]:
        """Return the cost of its streets by kind of threshold."""
        kinds = (Threshold("minutes", 1.0), Threshold("metres", 1.0))
        return {one.kind: impedance_for(self.prepared.network, one) for one in kinds}

    @cached_property
    def near_costs(self) -> tuple[PlaceCosts, ...]:
        """Return the costs from each facility within the circles, one per kind of threshold."""
        network = self.prepared.network
        return tuple(
            PlaceCosts.of(network, access.origins, access.found, access.impedance)
            for access in self.accesses
        )

    @cached_property
    def nearest_costs(self) -> PlaceCosts:
        """Return the seconds from the nearest facility, however far."""
        network, impedance = self.prepared.network, self.impedances["minutes"]
        together = all_together(self.prepared.served)
        found = reach(network, together, impedance, np.inf)
        return PlaceCosts.of(network, together, found, impedance)


class _Once:
    """A value that the first who asks makes, while the others wait."""

    def __init__(self, make: Callable[[], WarmStudy]) -> None:
        self._make = make
        self._lock = Lock()
        self._value: WarmStudy | None = None

    def value(self) -> WarmStudy:
        """Return the value; what went wrong is tried again by the next who asks."""
        with self._lock:
            if self._value is None:
                self._value = self._make()
            return self._value


class WarmStudies:
    """The studies that were asked for last.

    Parameters
    ----------
    store
        Holds every registered study.
    most
        How many are kept ready.
    turns
        Reading a study takes one.
    """

    def __init__(self, store: Store, most: int, turns: Turns) -> None:
        self._store = store
        self._turns = turns
        self._ready: Memo[tuple[str, str, str | None], _Once] = Memo(most)

    def get(self, study_id: str, profile: Profile | None = None) -> WarmStudy:
        """Return a study, which is read when nobody asked for it lately.

        Parameters
        ----------
        study_id
            Its id.
        profile
            Who moves; None as the study says.

        Returns
        -------
        WarmStudy
            Ready to answer.

        Raises
        ------
        FacilityCoverageError
            There is no such study, or its inputs cannot be used.
        """
        stored = self._store.studies.get(study_id)
        key = (stored.owner, stored.digest, profile)
        once = self._ready.get(key, lambda: _Once(lambda: self._read(stored, profile)))
        return once.value()

    @contextmanager
    def laid_out(self, stored: StoredStudy, profile: Profile | None) -> Iterator[Study]:
        """Lay a study's files out for as long as they are read.

        Parameters
        ----------
        stored
            The study.
        profile
            Who moves; None as the study says.

        Yields
        ------
        Study
            With paths that exist.
        """
        with self._store.files.workspace() as folder, without_place(folder):
            study = self._store.studies.lay_out(stored, folder)
            yield study if profile is None else _moved(study, profile)

    def _read(self, stored: StoredStudy, profile: Profile | None) -> WarmStudy:
        with self._turns.turn(), self.laid_out(stored, profile) as study:
            return WarmStudy(stored, prepare(study, cache_folder=self._store.files.networks))


def _moved(study: Study, profile: Profile) -> Study:
    """Return a study in which others move, at their own speed and in their own direction."""
    own = {"profile": profile, "speed_kph": None, "direction": None}
    return study.model_copy(update={"network": study.network.model_copy(update=own)})


async def warm_studies_of(request: Request) -> WarmStudies:
    """Return the warm studies of the application that a request came to.

    Parameters
    ----------
    request
        The request.

    Returns
    -------
    WarmStudies
        Made when the application started.
    """
    found: WarmStudies = request.app.state.warm
    return found


async def turns_of(request: Request) -> Turns:
    """Return the turns of the application that a request came to.

    Parameters
    ----------
    request
        The request.

    Returns
    -------
    Turns
        Shared by all requests.
    """
    found: Turns = request.app.state.turns
    return found


Warm = Annotated[WarmStudies, Depends(warm_studies_of)]
InTurn = Annotated[Turns, Depends(turns_of)]
