"""Workers: what becomes of a job that succeeds, fails, is dismissed, given back or taken over."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from facility_coverage.errors import UnreachableError
from facility_coverage.progress import Progress
from facility_coverage_api.jobs.worker import Outcome, Worker
from facility_coverage_api.store.database import StoreError
from facility_coverage_api.store.job import Job, JobRequest, QueueLimits
from facility_coverage_api.store.queue import JobQueue
from facility_coverage_api.store.store import Store

LIMITS = QueueLimits(99, 99)
RESULT = "ab" * 32
GONE = StoreError("gone")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(None, tmp_path)


def enqueue(store: Store) -> str:
    return store.jobs.enqueue(JobRequest("count", "a", {}), LIMITS)[0].id


def worker(
    store: Store, carry: Callable[[Store, Job, Progress], Outcome], lease_s: float = 60.0
) -> Worker:
    return Worker(store, {"count": carry}, lease_s=lease_s, poll_s=0.01)


def test_jobs_are_carried_out_until_none_waits(store: Store) -> None:
    seen = []

    def carry(store: Store, job: Job, progress: Progress) -> Outcome:
        progress("Reading streets", 0.357)
        told = store.jobs.get(job.id)
        seen.append((told.stage, told.progress_percent))
        progress("x" * 300, 1.0)
        seen.append((store.jobs.get(job.id).stage, store.jobs.get(job.id).progress_percent))
        return Outcome(RESULT)

    jobs = [enqueue(store), enqueue(store)]
    worker(store, carry).run(once=True)
    assert [store.jobs.get(job).status for job in jobs] == ["successful", "successful"]
    assert seen[:2] == [("Reading streets", 35), ("x" * 200, 99)]


def test_a_foreseen_error_is_told(store: Store) -> None:
    def carry(_store: Store, _job: Job, _progress: Progress) -> Outcome:
        msg = "no street within {limit_m:g} m"
        raise UnreachableError(msg, limit_m=100.0)

    job = enqueue(store)
    worker(store, carry).run(once=True)
    assert store.jobs.get(job).problem == {
        "status": 422, "code": "unreachable",
        "detail": "no street within 100 m", "detail_zh": "100 米内没有道路",
    }  # fmt: skip


def test_a_defect_is_logged_and_not_told(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    def carry(_store: Store, _job: Job, _progress: Progress) -> Outcome:
        msg = "secret"
        raise ValueError(msg)

    job = enqueue(store)
    worker(store, carry).run(once=True)
    problem = store.jobs.get(job).problem
    assert problem is not None
    assert (problem["status"], problem["code"]) == (500, "internal")
    assert "secret" not in problem["detail"]
    (record,) = (record for record in caplog.records if record.levelno == logging.ERROR)
    assert problem["detail"] in record.getMessage()
    assert record.exc_info is not None


def test_a_dismissed_job_is_told_at_its_next_progress(store: Store) -> None:
    reached = []

    def carry(store: Store, job: Job, progress: Progress) -> Outcome:
        store.jobs.dismiss(job.id)
        progress("Reading streets", 0.1)
        reached.append(job.id)
        return Outcome(RESULT)

    job = enqueue(store)
    worker(store, carry).run(once=True)
    assert (store.jobs.get(job).status, reached) == ("dismissed", [])


def test_a_dismissed_job_that_tells_no_progress_brings_no_result(store: Store) -> None:
    def carry(store: Store, job: Job, _progress: Progress) -> Outcome:
        store.jobs.dismiss(job.id)
        return Outcome(RESULT)

    job = enqueue(store)
    worker(store, carry).run(once=True)
    assert (store.jobs.get(job).status, store.jobs.get(job).result) == ("dismissed", None)


def test_a_job_is_given_back_when_the_process_is_to_end(store: Store) -> None:
    def carry(_store: Store, _job: Job, _progress: Progress) -> Outcome:
        raise SystemExit(143)

    job = enqueue(store)
    with pytest.raises(SystemExit):
        worker(store, carry).run()
    assert (store.jobs.get(job).status, store.jobs.get(job).attempts) == ("accepted", 0)


def test_a_job_is_given_back_when_the_end_comes_as_it_is_claimed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = enqueue(store)
    claim = JobQueue.claim

    def ended(queue: JobQueue, kinds: Iterable[str], *, lease_s: float, lease: str) -> Job | None:
        claim(queue, kinds, lease_s=lease_s, lease=lease)
        raise SystemExit(143)

    monkeypatch.setattr(JobQueue, "claim", ended)
    with pytest.raises(SystemExit):
        worker(store, lambda *_given: Outcome(RESULT)).run()
    told = store.jobs.get(job)
    assert (told.status, told.attempts) == ("accepted", 0)


def test_an_end_while_nothing_is_claimed_gives_nothing_back(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def ended(*_given: object, **_named: object) -> Job | None:
        raise SystemExit(143)

    monkeypatch.setattr(JobQueue, "claim", ended)
    with caplog.at_level(logging.INFO), pytest.raises(SystemExit):
        worker(store, lambda *_given: Outcome(RESULT)).run()
    assert "given back" not in caplog.text


def test_signs_of_life_keep_a_long_job(store: Store) -> None:
    """The lease is renewed behind the work's back; a lost one is noticed there too."""
    noticed = threading.Event()

    def carry(store: Store, job: Job, progress: Progress) -> Outcome:
        assert job.lease_until_s is not None
        while (store.jobs.get(job.id).lease_until_s or 0) <= job.lease_until_s:
            time.sleep(0.01)
        store.jobs.dismiss(job.id)
        for thread in threading.enumerate():
            if thread.name == f"lease of {job.id}":
                thread.join()
        noticed.set()
        progress("Reading streets", 0.5)
        raise AssertionError

    enqueue(store)
    worker(store, carry, lease_s=0.4).run(once=True)
    assert noticed.is_set()


def test_a_database_that_is_away_is_waited_for(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A failing claim and a failing sign of life are told and tried again."""
    away = threading.Event()
    queue = type(store.jobs)
    claim, renew = queue.claim, queue.renew
    missed = threading.Event()

    def failing_claim(
        jobs: JobQueue, kinds: Iterable[str], *, lease_s: float, lease: str
    ) -> Job | None:
        if not away.is_set():
            away.set()
            raise GONE
        return claim(jobs, kinds, lease_s=lease_s, lease=lease)

    def failing_renew(jobs: object, job: Job, *, lease_s: float) -> bool:
        if not missed.is_set():
            missed.set()
            raise GONE
        return renew(jobs, job, lease_s=lease_s)  # type: ignore[arg-type]  # stands in for it

    def carry(store: Store, job: Job, _progress: Progress) -> Outcome:
        while (store.jobs.get(job.id).lease_until_s or 0) == job.lease_until_s:
            time.sleep(0.01)
        return Outcome(RESULT)

    def carry_and_end(store: Store, job: Job, progress: Progress) -> Outcome:
        if store.jobs.get(job.id).number == 2:
            raise SystemExit
        return carry(store, job, progress)

    monkeypatch.setattr(queue, "claim", failing_claim)
    monkeypatch.setattr(queue, "renew", failing_renew)
    first, second = enqueue(store), enqueue(store)
    with pytest.raises(SystemExit):
        worker(store, carry_and_end, lease_s=0.4).run()
    assert store.jobs.get(first).status == "successful"
    assert store.jobs.get(second).status == "accepted"
    told = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert told == [
        "waiting for the database: gone",
        f"job {first}: no sign of life could be given: gone",
    ]


def test_a_database_that_is_away_ends_a_single_round(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def carry(store: Store, _job: Job, _progress: Progress) -> Outcome:
        def failing(*_: object, **__: object) -> bool:
            raise GONE

        monkeypatch.setattr(type(store.jobs), "succeed", failing)
        return Outcome(RESULT)

    job = enqueue(store)
    with pytest.raises(StoreError, match="gone"):
        worker(store, carry).run(once=True)
    assert store.jobs.get(job).status == "running"  # until its lease ends


def test_an_empty_queue_is_waited_at(store: Store) -> None:
    def carry(_store: Store, _job: Job, _progress: Progress) -> Outcome:
        raise SystemExit

    later = threading.Timer(0.05, enqueue, [store])
    later.start()
    with pytest.raises(SystemExit):
        worker(store, carry).run()
    later.join()
