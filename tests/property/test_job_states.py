"""The queue does what a plain list of jobs in memory would do, whatever happens in which order."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hand_clock import HandClock
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from facility_coverage_api.store.job import Job, JobRequest, QueueLimits
from facility_coverage_api.store.queue import MAX_ATTEMPTS
from facility_coverage_api.store.store import Store

LEASE_S = 60.0
ROOMY = QueueLimits(1000, 1000)


@dataclass
class Plain:
    """A job as one would keep it on paper."""

    status: str = "accepted"
    attempts: int = 0
    holder: str | None = None
    until_s: float = 0.0
    result: str | None = None


class Queue(RuleBasedStateMachine):
    """Drives the real queue and the plain one, and compares them after every step."""

    jobs = Bundle("jobs")
    claims = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.clock = HandClock()
        self.store = Store.open(None, Path(self.folder.name), clock=self.clock)
        self.plain: dict[str, Plain] = {}
        self.results: list[str] = []

    def teardown(self) -> None:
        """Throw the store away."""
        self.store.close()
        self.folder.cleanup()

    @initialize(target=jobs)
    def first(self) -> str:
        """Begin with one job."""
        return self._accept()

    @rule(target=jobs)
    def enqueue(self) -> str:
        """Accept a job."""
        return self._accept()

    @rule(target=claims)
    def claim(self) -> Job | None:
        """Claim what waits longest, once leases that ran out have ended."""
        for plain in self.plain.values():
            if plain.status == "running" and plain.until_s < self.clock.now_s:
                plain.status = "failed" if plain.attempts >= MAX_ATTEMPTS else "accepted"
                plain.holder = None
        waiting = [job_id for job_id, plain in self.plain.items() if plain.status == "accepted"]
        job = self.store.jobs.claim(["count"], lease_s=LEASE_S)
        assert (job and job.id) == (waiting[0] if waiting else None)
        if job is not None:
            plain = self.plain[job.id]
            plain.status, plain.holder = "running", job.lease
            plain.attempts += 1
            plain.until_s = self.clock.now_s + LEASE_S
        return job

    @rule(job=claims)
    def renew(self, job: Job | None) -> None:
        """Give a sign of life, perhaps too late."""
        if job is not None:
            held = self._holds(job)
            assert self.store.jobs.renew(job, lease_s=LEASE_S) == held
            if held:
                self.plain[job.id].until_s = self.clock.now_s + LEASE_S

    @rule(job=claims, chance=st.integers(0, 9))
    def succeed(self, job: Job | None, chance: int) -> None:
        """Finish, perhaps too late."""
        if job is None:
            return
        result = f"{len(self.results):063x}{chance}"
        held = self._holds(job)
        assert self.store.jobs.succeed(job, result) == held
        if held:
            self.results.append(result)
            self._end(job, "successful", result)

    @rule(job=claims)
    def fail(self, job: Job | None) -> None:
        """Fail, perhaps too late."""
        if job is not None:
            held = self._holds(job)
            assert self.store.jobs.fail(job, {"code": "x"}) == held
            if held:
                self._end(job, "failed")

    @rule(job=claims)
    def give_back(self, job: Job | None) -> None:
        """Give back, perhaps too late."""
        if job is not None:
            held = self._holds(job)
            given_back = self.store.jobs.give_back(str(job.lease))
            assert given_back == (job.id if held else None)
            if held:
                self._end(job, "accepted")
                self.plain[job.id].attempts -= 1

    @rule(job_id=jobs)
    def dismiss(self, job_id: str) -> None:
        """Call off, whatever its state."""
        assert self.store.jobs.dismiss(job_id).status == "dismissed"
        plain = self.plain[job_id]
        plain.status, plain.holder, plain.result = "dismissed", None, None

    @rule(seconds=st.sampled_from([1.0, 30.0, 61.0]))
    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.turn(seconds)

    @invariant()
    def both_agree(self) -> None:
        """Compare every job."""
        real = {job.id: job for job in self.store.jobs.page(limit=1000)}
        assert real.keys() == self.plain.keys()
        for job_id, plain in self.plain.items():
            job = real[job_id]
            assert (job.status, job.attempts, job.lease, job.result) == (
                plain.status,
                plain.attempts,
                plain.holder,
                plain.result,
            )
            if plain.status == "running":
                assert job.lease_until_s == plain.until_s

    def _accept(self) -> str:
        job, _ = self.store.jobs.enqueue(JobRequest("count", "a", {}), ROOMY)
        self.plain[job.id] = Plain()
        return job.id

    def _holds(self, job: Job) -> bool:
        return self.plain[job.id].holder == job.lease

    def _end(self, job: Job, status: str, result: str | None = None) -> None:
        plain = self.plain[job.id]
        plain.status, plain.holder, plain.result = status, None, result


Queue.TestCase.settings = settings(max_examples=12, stateful_step_count=25, deadline=None)
TestQueue = Queue.TestCase
