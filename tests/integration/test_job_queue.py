"""The queue of jobs, the same on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hand_clock import HandClock

from facility_coverage.errors import NotFoundError
from facility_coverage_api.store.job import (
    IdempotencyError,
    Job,
    JobRequest,
    QueueFullError,
    QueueLimits,
    TooManyJobsError,
)
from facility_coverage_api.store.queue import MAX_ATTEMPTS
from facility_coverage_api.store.store import Store

ROOMY = QueueLimits(per_owner=1000, in_all=1000)
RESULT = "ab" * 32
LEASE_S = 60.0
PROBLEM: dict[str, Any] = {"status": 422, "code": "input", "detail": "无法使用"}


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def store(database_url: str, tmp_path: Path, clock: HandClock) -> Iterator[Store]:
    opened = Store.open(database_url, tmp_path / "service", clock=clock)
    yield opened
    opened.close()


def enqueue(store: Store, owner: str = "a", kind: str = "count", **more: Any) -> Job:  # noqa: ANN401
    return store.jobs.enqueue(JobRequest(kind, owner, {"n": 1}, **more), ROOMY)[0]


def claim(store: Store, *kinds: str) -> Job:
    job = store.jobs.claim(kinds or ("count",), lease_s=LEASE_S)
    assert job is not None
    return job


def test_a_job_from_beginning_to_end(store: Store, clock: HandClock) -> None:
    accepted = enqueue(store)
    assert (accepted.status, accepted.attempts, accepted.lease) == ("accepted", 0, None)
    assert accepted.is_open
    clock.turn(5)
    running = claim(store)
    assert (running.id, running.status, running.attempts) == (accepted.id, "running", 1)
    assert (running.started_at_s, running.created_at_s) == (1_000_005, 1_000_000)
    assert store.jobs.renew(running, lease_s=LEASE_S, stage="Reading streets", percent=35)
    told = store.jobs.get(running.id)
    assert (told.stage, told.progress_percent) == ("Reading streets", 35)
    clock.turn(5)
    assert store.jobs.succeed(running, RESULT)
    done = store.jobs.get(running.id)
    assert (done.status, done.result, done.progress_percent) == ("successful", RESULT, 100)
    assert (done.lease, done.finished_at_s, done.is_open) == (None, 1_000_010, False)
    assert store.jobs.claim(("count",), lease_s=LEASE_S) is None


def test_the_oldest_of_a_known_kind_goes_first(store: Store) -> None:
    jobs = [enqueue(store), enqueue(store, kind="draw"), enqueue(store)]
    assert claim(store).id == jobs[0].id
    assert claim(store).id == jobs[2].id
    assert claim(store, "count", "draw").id == jobs[1].id


def test_a_failed_job_tells_its_problem(store: Store) -> None:
    enqueue(store)
    job = claim(store)
    assert store.jobs.fail(job, PROBLEM)
    failed = store.jobs.get(job.id)
    assert (failed.status, failed.problem, failed.result) == ("failed", PROBLEM, None)


def test_a_job_given_back_loses_no_attempt(store: Store) -> None:
    enqueue(store)
    job = claim(store)
    assert store.jobs.give_back(str(job.lease)) == job.id
    again = claim(store)
    assert (again.id, again.attempts) == (job.id, 1)
    assert again.lease != job.lease


def test_who_lost_the_lease_writes_nothing(store: Store, clock: HandClock) -> None:
    enqueue(store)
    slow = claim(store)
    clock.turn(LEASE_S + 1)
    quick = claim(store)
    assert (quick.id, quick.attempts) == (slow.id, 2)
    assert not store.jobs.renew(slow, lease_s=LEASE_S, stage="late", percent=9)
    assert not store.jobs.succeed(slow, "cd" * 32)
    assert not store.jobs.fail(slow, PROBLEM)
    assert store.jobs.give_back(str(slow.lease)) is None
    assert store.jobs.get(slow.id) == quick
    assert store.jobs.succeed(quick, RESULT)
    assert store.jobs.get(slow.id).result == RESULT


def test_a_job_that_nobody_holds_cannot_be_finished(store: Store) -> None:
    job = enqueue(store)
    assert not store.jobs.succeed(job, RESULT)
    assert store.jobs.get(job.id) == job


def test_a_sign_of_life_keeps_the_lease(store: Store, clock: HandClock) -> None:
    enqueue(store)
    job = claim(store)
    for _ in range(3):
        clock.turn(LEASE_S - 1)
        assert store.jobs.renew(job, lease_s=LEASE_S)
    assert store.jobs.claim(("count",), lease_s=LEASE_S) is None
    assert store.jobs.get(job.id).attempts == 1


def test_a_job_that_kills_its_workers_fails_in_the_end(store: Store, clock: HandClock) -> None:
    enqueue(store)
    for attempt in range(1, MAX_ATTEMPTS + 1):
        assert claim(store).attempts == attempt
        clock.turn(LEASE_S + 1)
    assert store.jobs.claim(("count",), lease_s=LEASE_S) is None
    (job,) = store.jobs.page()
    assert job.status == "failed"
    assert job.problem is not None
    assert job.problem["code"] == "attempts"


def test_dismissing(store: Store) -> None:
    waiting, running, done = enqueue(store), enqueue(store), enqueue(store)
    assert store.jobs.dismiss(waiting.id).status == "dismissed"
    claimed = claim(store)
    assert claimed.id == running.id
    store.jobs.dismiss(running.id)
    assert not store.jobs.renew(claimed, lease_s=LEASE_S)
    finished = claim(store)
    assert finished.id == done.id
    store.jobs.succeed(finished, RESULT)
    dismissed = store.jobs.dismiss(done.id)
    assert (dismissed.status, dismissed.result) == ("dismissed", None)
    assert store.jobs.dismiss(done.id) == dismissed
    assert store.jobs.claim(("count",), lease_s=LEASE_S) is None


def test_a_key_names_one_job_of_an_owner(store: Store) -> None:
    first = enqueue(store, idempotency_key="k")
    again, is_new = store.jobs.enqueue(
        JobRequest("count", "a", {"n": 1}, idempotency_key="k"), QueueLimits(1, 1)
    )
    assert (again, is_new) == (first, False)
    assert enqueue(store, "b", idempotency_key="k").id != first.id
    with pytest.raises(IdempotencyError, match=r"'k' was used for another request"):
        store.jobs.enqueue(JobRequest("count", "a", {"n": 2}, idempotency_key="k"), ROOMY)


def test_limits(store: Store) -> None:
    limits = QueueLimits(per_owner=2, in_all=3)
    for owner in "aab":
        store.jobs.enqueue(JobRequest("count", owner, {}), limits)
    with pytest.raises(TooManyJobsError, match="you have 2 unfinished jobs"):
        store.jobs.enqueue(JobRequest("count", "a", {}), limits)
    with pytest.raises(QueueFullError, match="the service has 3 unfinished jobs"):
        store.jobs.enqueue(JobRequest("count", "c", {}), limits)
    store.jobs.succeed(claim(store), RESULT)
    store.jobs.enqueue(JobRequest("count", "c", {}), limits)


def test_pages_newest_first(store: Store) -> None:
    jobs = [enqueue(store, owner, kind) for owner in "ab" for kind in ("count", "draw")]
    store.jobs.dismiss(jobs[0].id)
    assert [job.id for job in store.jobs.page()] == [job.id for job in reversed(jobs)]
    first = store.jobs.page(limit=3)
    assert [job.id for job in store.jobs.page(limit=3, before=first[-1].number)] == [jobs[0].id]
    assert [job.id for job in store.jobs.page(owner="b", kind="draw")] == [jobs[3].id]
    assert [job.id for job in store.jobs.page(status="dismissed")] == [jobs[0].id]
    assert store.jobs.counts() == {
        "accepted": 3, "running": 0, "successful": 0, "failed": 0, "dismissed": 1,
    }  # fmt: skip


def test_no_such_job(store: Store) -> None:
    for call in (store.jobs.get, store.jobs.dismiss):
        with pytest.raises(NotFoundError, match="there is no job 'x'"):
            call("x")


def test_requests_at_once_are_counted_and_known(store: Store) -> None:
    """Eight at once: one job for one key, and never more jobs than the limit."""
    same = JobRequest("count", "a", {}, idempotency_key="k")
    limits = QueueLimits(per_owner=3, in_all=100)

    def other(_: int) -> str:
        try:
            return store.jobs.enqueue(JobRequest("count", "b", {}), limits)[0].id
        except TooManyJobsError:
            return ""

    with ThreadPoolExecutor(8) as pool:
        known = list(pool.map(lambda _: store.jobs.enqueue(same, ROOMY), range(8)))
        others = list(pool.map(other, range(8)))
    assert len({job.id for job, _ in known}) == 1
    assert sum(is_new for _, is_new in known) == 1
    assert len(set(others) - {""}) == 3


def test_workers_at_once_never_get_the_same_job(store: Store) -> None:
    jobs = {enqueue(store).id for _ in range(20)}
    with ThreadPoolExecutor(5) as pool:
        claims = pool.map(lambda _: store.jobs.claim(["count"], lease_s=LEASE_S), range(24))
        taken = [job.id for job in claims if job is not None]
    assert len(taken) == len(set(taken)) == 20
    assert set(taken) == jobs
