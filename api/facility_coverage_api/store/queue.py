"""The queue of jobs. Who carries one out holds a lease of it; who lost the lease writes nothing.

accepted ──claim──> running ──succeed──> successful      A lease that ran out: back to accepted,
    ^                  │ ├────fail─────> failed           or failed after the last attempt.
    └─────give_back────┘ └───dismiss───> dismissed        Dismissing is allowed at any time.
"""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from facility_coverage.errors import NotFoundError
from facility_coverage_api.store.clock import Clock
from facility_coverage_api.store.database import Database
from facility_coverage_api.store.job import (
    AttemptsError,
    IdempotencyError,
    Job,
    JobRequest,
    Problem,
    QueueFullError,
    QueueLimits,
    TooManyJobsError,
    problem_values,
    study_gone,
)
from facility_coverage_api.store.studies import Box, publish
from facility_coverage_api.store.tables import JOBS, OPEN_STATUSES, STATUSES

MAX_ATTEMPTS = 5
"""A job whose workers died so often is not tried again: it may be what kills them."""

_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class JobQueue:
    """The jobs of every owner.

    Attributes
    ----------
    database
        Where they are listed.
    clock
        Tells the time.
    """

    database: Database
    clock: Clock

    def enqueue(self, request: JobRequest, limits: QueueLimits) -> tuple[Job, bool]:
        """Accept a job.

        Parameters
        ----------
        request
            What is to be done.
        limits
            How many jobs may be open.

        Returns
        -------
        job, is_new
            The job, and whether it was not known by its key before.

        Raises
        ------
        IdempotencyError
            The key was used for another request.
        TooManyJobsError, QueueFullError
            A limit is reached.
        """
        with self.database.writing(alone=True) as connection:
            if request.idempotency_key is not None:
                known = _one(
                    connection,
                    (JOBS.c.owner == request.owner)
                    & (JOBS.c.idempotency_key == request.idempotency_key),
                )
                if known is not None:
                    _require_same(known, request)
                    return known, False
            _require_room(connection, request.owner, limits)
            now_s = self.clock()
            row = connection.execute(
                insert(JOBS)
                .values(
                    id=secrets.token_hex(16),
                    kind=request.kind,
                    study_id=request.study_id,
                    study_digest=request.study_digest,
                    inputs=dict(request.inputs),
                    owner=request.owner,
                    idempotency_key=request.idempotency_key,
                    status="accepted",
                    progress_percent=0,
                    stage="",
                    attempts=0,
                    created_at_s=now_s,
                    updated_at_s=now_s,
                )
                .returning(JOBS)
            ).one()
        return _job(row), True

    def claim(
        self, kinds: Iterable[str], *, lease_s: float, lease: str | None = None
    ) -> Job | None:
        """Take the job that waits longest; of several workers one gets it.

        Leases that ran out are dealt with first.

        Parameters
        ----------
        kinds
            What this worker can do.
        lease_s
            How long the lease is believed without a sign of life, seconds.
        lease
            Its name, such as ``new_lease`` makes; who may be ended before this returns can still
            give the job back by it.

        Returns
        -------
        Job or None
            The job, now running; None when none waits.
        """
        now_s = self.clock()
        with self.database.writing() as connection:
            _end_leases(connection, now_s)
            waiting = (
                select(JOBS.c.number)
                .where(JOBS.c.status == "accepted", JOBS.c.kind.in_(tuple(kinds)))
                .order_by(JOBS.c.number)
                .limit(1)
                .with_for_update(skip_locked=True)  # SQLite has one writer, and no such words
                .scalar_subquery()
            )
            row = connection.execute(
                update(JOBS)
                .where(JOBS.c.number == waiting)
                .values(
                    status="running",
                    attempts=JOBS.c.attempts + 1,
                    lease=lease or new_lease(),
                    lease_until_s=now_s + lease_s,
                    progress_percent=0,
                    stage="",
                    started_at_s=now_s,
                    updated_at_s=now_s,
                )
                .returning(JOBS)
            ).one_or_none()
        return None if row is None else _job(row)

    def renew(
        self, job: Job, *, lease_s: float, stage: str | None = None, percent: int | None = None
    ) -> bool:
        """Give a sign of life.

        Parameters
        ----------
        job
            As ``claim`` returned it.
        lease_s
            How long the lease is believed from now on, seconds.
        stage, percent
            Where the work stands; None leaves what is told.

        Returns
        -------
        bool
            Whether the lease still holds: else the job was dismissed or went to another worker.
        """
        now_s = self.clock()
        values: dict[str, Any] = {"lease_until_s": now_s + lease_s, "updated_at_s": now_s}
        if stage is not None:
            values["stage"] = stage
        if percent is not None:
            values["progress_percent"] = percent
        with self.database.writing() as connection:
            return _write(connection, job, values)

    def succeed(self, job: Job, result: str, box: Box | None = None) -> bool:
        """Finish a job; its result appears, and that of its study, together or not at all.

        Parameters
        ----------
        job
            As ``claim`` returned it.
        result
            SHA-256 of the result's manifest.
        box
            Where the study lies, when the result becomes the study's own.

        Returns
        -------
        bool
            Whether the lease still held. When its study is gone meanwhile the job fails.
        """
        with self.database.writing() as connection:
            done = self._end(
                connection, job, status="successful", progress_percent=100, result=result
            )
            if done and not _study_stands(connection, job, result, box):
                gone = problem_values(study_gone(job.study_id))
                connection.execute(
                    update(JOBS)
                    .where(JOBS.c.number == job.number)
                    .values(status="failed", result=None, problem=gone)
                )
        return done

    def fail(self, job: Job, problem: Problem) -> bool:
        """Finish a job that cannot be done.

        Parameters
        ----------
        job
            As ``claim`` returned it.
        problem
            Why.

        Returns
        -------
        bool
            Whether the lease still held.
        """
        with self.database.writing() as connection:
            return self._end(connection, job, status="failed", problem=problem)

    def give_back(self, lease: str) -> str | None:
        """Put a job back that was not finished; the attempt does not count.

        Parameters
        ----------
        lease
            The lease under which it was claimed.

        Returns
        -------
        str or None
            The id of the job; None where nothing is held under the lease.
        """
        values = _WAITING | {"attempts": JOBS.c.attempts - 1, "updated_at_s": self.clock()}
        held = update(JOBS).where(JOBS.c.lease == lease).values(values).returning(JOBS.c.id)
        with self.database.writing() as connection:
            return connection.execute(held).scalar_one_or_none()

    def dismiss(self, job_id: str) -> Job:
        """Call a job off; one that runs is told at its next progress. Its result is taken away.

        Parameters
        ----------
        job_id
            Its id.

        Returns
        -------
        Job
            As it stands now.

        Raises
        ------
        NotFoundError
            There is none.
        """
        now_s = self.clock()
        _require_id(job_id)
        with self.database.writing() as connection:
            connection.execute(
                update(JOBS)
                .where(JOBS.c.id == job_id, JOBS.c.status != "dismissed")
                .values(
                    status="dismissed",
                    lease=None,
                    lease_until_s=None,
                    result=None,
                    problem=None,
                    updated_at_s=now_s,
                    finished_at_s=func.coalesce(JOBS.c.finished_at_s, now_s),
                )
            )
        return self.get(job_id)

    def get(self, job_id: str) -> Job:
        """Return a job.

        Parameters
        ----------
        job_id
            Its id.

        Returns
        -------
        Job
            As it stands now.

        Raises
        ------
        NotFoundError
            There is none.
        """
        _require_id(job_id)
        with self.database.reading() as connection:
            found = _one(connection, JOBS.c.id == job_id)
        if found is None:
            raise _no_job(job_id)
        return found

    def page(
        self,
        *,
        owner: str | None = None,
        kind: str | None = None,
        status: str | None = None,
        limit: int = 100,
        before: int | None = None,
    ) -> tuple[Job, ...]:
        """Return some jobs, newest first.

        Parameters
        ----------
        owner, kind, status
            Only of this one; None takes all.
        limit
            Most of them.
        before
            Only with a smaller number: that of the last one of the page before.

        Returns
        -------
        tuple of Job
            The page.
        """
        asked = select(JOBS).order_by(JOBS.c.number.desc()).limit(limit)
        for column, value in ((JOBS.c.owner, owner), (JOBS.c.kind, kind), (JOBS.c.status, status)):
            if value is not None:
                asked = asked.where(column == value)
        if before is not None:
            asked = asked.where(JOBS.c.number < before)
        with self.database.reading() as connection:
            return tuple(_job(row) for row in connection.execute(asked))

    def counts(self) -> dict[str, int]:
        """Return how many jobs there are of each status.

        Returns
        -------
        dict of str to int
            Every status, also those of no job.
        """
        asked = select(JOBS.c.status, func.count().label("n_jobs")).group_by(JOBS.c.status)
        with self.database.reading() as connection:
            found = {row.status: row.n_jobs for row in connection.execute(asked)}
        return {status: found.get(status, 0) for status in STATUSES}

    def _end(self, connection: Connection, job: Job, **values: Any) -> bool:  # noqa: ANN401
        now_s = self.clock()
        ended = {
            "lease": None,
            "lease_until_s": None,
            "updated_at_s": now_s,
            "finished_at_s": now_s,
        }
        return _write(connection, job, ended | values)


_WAITING: dict[str, Any] = {
    "status": "accepted",
    "lease": None,
    "lease_until_s": None,
    "progress_percent": 0,
    "stage": "",
}


def new_lease() -> str:
    """Return a name for a lease that nobody else has."""
    return secrets.token_hex(16)


def _write(connection: Connection, job: Job, values: dict[str, Any]) -> bool:
    """Change a job while its lease holds; tell whether it did."""
    held = (JOBS.c.number == job.number) & (JOBS.c.lease == (job.lease or ""))
    return connection.execute(update(JOBS).where(held).values(values)).rowcount == 1


def _end_leases(connection: Connection, now_s: float) -> None:
    """Put jobs back whose worker gave no sign of life, or fail those that had every attempt."""
    silent = (JOBS.c.status == "running") & (JOBS.c.lease_until_s < now_s)
    msg = "its worker died {count} times at this job; it may need more memory"
    spent = AttemptsError(msg, count=MAX_ATTEMPTS)
    ended = {"lease": None, "lease_until_s": None, "updated_at_s": now_s, "finished_at_s": now_s}
    connection.execute(
        update(JOBS)
        .where(silent, JOBS.c.attempts >= MAX_ATTEMPTS)
        .values(ended | {"status": "failed", "problem": problem_values(spent)})
    )
    connection.execute(update(JOBS).where(silent).values(_WAITING | {"updated_at_s": now_s}))


def _study_stands(connection: Connection, job: Job, result: str, box: Box | None) -> bool:
    """Hand the result to the job's study, if it has one; tell whether it is still there."""
    if job.study_id is None or job.study_digest is None:
        return True
    return publish(connection, job.study_id, job.study_digest, result, box)


def _require_same(known: Job, request: JobRequest) -> None:
    before = (known.kind, known.study_id, known.study_digest, known.inputs)
    if before != (request.kind, request.study_id, request.study_digest, dict(request.inputs)):
        msg = (
            "the idempotency key {key!r} was used for another request, job {job}; take a new key "
            "for a new request"
        )
        raise IdempotencyError(msg, key=request.idempotency_key, job=known.id)


def _require_room(connection: Connection, owner: str, limits: QueueLimits) -> None:
    is_open = JOBS.c.status.in_(OPEN_STATUSES)
    mine = func.count().filter(JOBS.c.owner == owner)
    every, own = connection.execute(
        select(func.count(), mine).select_from(JOBS).where(is_open)
    ).one()
    if own >= limits.per_owner:
        msg = "you have {count} unfinished jobs, the limit; wait for one or DELETE /jobs/… it"
        raise TooManyJobsError(msg, count=own)
    if every >= limits.in_all:
        msg = "the service has {count} unfinished jobs, its limit; try again later"
        raise QueueFullError(msg, count=every)


def _require_id(job_id: str) -> None:
    """Ask no database for what cannot be an id."""
    if _ID.fullmatch(job_id) is None:
        raise _no_job(job_id)


def _no_job(job_id: str) -> NotFoundError:
    return NotFoundError("there is no job {job!r}; GET /jobs lists yours", job=job_id[:80])


def _one(connection: Connection, where: ColumnElement[bool]) -> Job | None:
    row = connection.execute(select(JOBS).where(where)).one_or_none()
    return None if row is None else _job(row)


def _job(row: Row[Any]) -> Job:
    return Job(**row._mapping)  # noqa: SLF001  (SQLAlchemy's public name for a row as a mapping)
