"""A worker: takes jobs one after another and carries them out under a lease."""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from facility_coverage.errors import FacilityCoverageError
from facility_coverage.progress import Progress
from facility_coverage.words import Remark
from facility_coverage_api.store.database import StoreError
from facility_coverage_api.store.job import Job, Problem, kept_problem, problem_values
from facility_coverage_api.store.queue import new_lease
from facility_coverage_api.store.store import Store
from facility_coverage_api.store.studies import Box

LEASE_S = 120.0
"""A worker that gave no sign of life for so long is taken for dead."""
POLL_S = 1.0

_BEATS_PER_LEASE = 4
_LONGEST_STAGE = 200

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What a job brought.

    Attributes
    ----------
    result
        SHA-256 of the manifest of the result.
    box
        Where the study lies, when the result becomes the study's own.
    """

    result: str
    box: Box | None = None


Carry = Callable[[Store, Job, Progress], Outcome]
"""Carries a job out."""


class LostLeaseError(Exception):
    """The job was dismissed, or went to another worker: nothing more is to be done for it."""


@dataclass(frozen=True)
class Worker:
    """Carries jobs out, one at a time.

    Attributes
    ----------
    store
        Holds the queue, and what jobs read and write.
    carries
        What this worker can do, by kind.
    lease_s
        How long it is believed to live without a sign, seconds.
    poll_s
        How long it waits before it looks again at an empty queue, seconds.
    """

    store: Store
    carries: Mapping[str, Carry]
    lease_s: float = LEASE_S
    poll_s: float = POLL_S

    def run(self, *, once: bool = False) -> None:
        """Work until the process is told to end; a job under way is then given back.

        Parameters
        ----------
        once
            Whether to leave when nothing waits.
        """
        while True:
            try:
                worked = self.step()
            except StoreError as error:
                if once:
                    raise
                _LOG.warning("waiting for the database: %s", error)
                worked = False
            if once and not worked:
                return
            if not worked:
                time.sleep(self.poll_s)

    def step(self) -> bool:
        """Carry out one job, if one waits.

        Returns
        -------
        bool
            Whether one did.

        Raises
        ------
        StoreError
            The database does not answer. The job's lease runs out, and it is begun again.
        """
        lease = new_lease()
        try:
            job = self.store.jobs.claim(self.carries, lease_s=self.lease_s, lease=lease)
            if job is not None:
                self._attempt(job)
        except Exception:  # the lease runs out
            raise
        except BaseException:  # told to end, perhaps before the claim returned
            if given_back := self.store.jobs.give_back(lease):
                _LOG.info("job %s: given back", given_back)
            raise
        return job is not None

    def _attempt(self, job: Job) -> None:
        _LOG.info("job %s: %s, attempt %d", job.id, job.kind, job.attempts)
        try:
            with self._alive(job) as lost:
                self._finish(job, self._carry_out(job, lost))
        except LostLeaseError:
            _LOG.info("job %s: dismissed, or with another worker", job.id)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001  (the last net: a defect fails its job alone)
            self.store.jobs.fail(job, problem_of(error, job))

    def _carry_out(self, job: Job, lost: threading.Event) -> Outcome:
        def progress(stage: str, done_share: float) -> None:
            percent = min(99, int(100 * done_share))
            held = not lost.is_set() and self.store.jobs.renew(
                job, lease_s=self.lease_s, stage=stage[:_LONGEST_STAGE], percent=percent
            )
            if not held:
                raise LostLeaseError

        return self.carries[job.kind](self.store, job, progress)

    def _finish(self, job: Job, outcome: Outcome) -> None:
        if not self.store.jobs.succeed(job, outcome.result, outcome.box):
            raise LostLeaseError
        _LOG.info("job %s: done", job.id)

    @contextmanager
    def _alive(self, job: Job) -> Iterator[threading.Event]:
        """Give signs of life while the work goes on, and hand out the event of a lost lease."""
        over, lost = threading.Event(), threading.Event()

        def beat() -> None:
            while not over.wait(self.lease_s / _BEATS_PER_LEASE):
                try:
                    held = self.store.jobs.renew(job, lease_s=self.lease_s)
                except StoreError as error:
                    _LOG.warning("job %s: no sign of life could be given: %s", job.id, error)
                    continue
                if not held:
                    lost.set()
                    return

        thread = threading.Thread(target=beat, name=f"lease of {job.id}", daemon=True)
        thread.start()
        try:
            yield lost
        finally:
            over.set()
            thread.join()


def problem_of(error: Exception, job: Job) -> Problem:
    """Return why a job failed; of a defect only an id is told, and the log holds the rest.

    Parameters
    ----------
    error
        What was raised.
    job
        The job.

    Returns
    -------
    dict
        See ``kept_problem``.
    """
    if isinstance(error, FacilityCoverageError):
        return problem_values(error)
    name = secrets.token_hex(4)
    _LOG.error("job %s: internal error %s", job.id, name, exc_info=error)
    return kept_problem(500, "internal", Remark("internal error {name}", name=name))
