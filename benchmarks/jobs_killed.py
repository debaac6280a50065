"""Kill workers with signal 9 while they work, and count what came of their jobs.

    python benchmarks/jobs_killed.py [--jobs 400] [--workers 4] [--kills 25] [--database URL]

Prints one line of JSON: jobs by status, results, jobs begun more than once, most attempts.
Whoever is killed is chosen at random (seeded), after a random number of finished jobs.
"""

import argparse
import json
import os
import random
import signal
import sqlite3
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from sqlalchemy import make_url

from facility_coverage.files import MANIFEST_NAME
from facility_coverage.progress import Progress
from facility_coverage_api.jobs.worker import Outcome, Worker
from facility_coverage_api.store.job import Job, JobRequest, QueueLimits
from facility_coverage_api.store.queue import JobQueue
from facility_coverage_api.store.store import DATABASE_NAME, Store
from facility_coverage_api.store.studies import Box

LEASE_S = 2.0
_WORK_S = 0.02


@dataclass(frozen=True)
class Trial:
    """One run: where, how much, how rough."""

    url: str
    folder: Path
    jobs: int
    workers: int
    kills: int
    seed: int

    @property
    def ledger(self) -> Path:
        """Return the file in which workers note what they finished."""
        return self.folder / "finished"


def carry(store: Store, job: Job, progress: Progress) -> Outcome:
    """Do next to nothing, but write a result as real work does."""
    progress("half", 0.5)
    time.sleep(_WORK_S)

    def fill(folder: Path) -> None:
        (folder / MANIFEST_NAME).write_text(json.dumps({"job": job.id}), encoding="utf-8")

    return Outcome(store.files.put_result(fill))


class NotingQueue(JobQueue):
    """A queue that notes every job that was finished through it, outside the database."""

    ledger: ClassVar[Path]

    def succeed(self, job: Job, result: str, box: Box | None = None) -> bool:
        """Finish a job and note it."""
        held = super().succeed(job, result, box)
        if held:
            with self.ledger.open("ab", buffering=0) as ledger:
                ledger.write(f"{job.id}\n".encode())
        return held


def work(trial: Trial) -> None:
    """Work as a process of its own until killed."""
    NotingQueue.ledger = trial.ledger
    store = Store.open(trial.url, trial.folder)
    noting = replace(store, jobs=NotingQueue(store.database, store.jobs.clock))
    Worker(noting, {"count": carry}, lease_s=LEASE_S, poll_s=0.05).run()


def fork(trial: Trial) -> int:
    """Start a worker and return its process id."""
    child = os.fork()
    if child == 0:
        try:
            work(trial)
        finally:
            os._exit(1)
    return child


def run(trial: Trial) -> dict[str, object]:
    """Carry the jobs out under fire."""
    chance = random.Random(trial.seed)  # noqa: S311  (no secret)
    store = Store.open(trial.url, trial.folder)
    limits = QueueLimits(trial.jobs, trial.jobs)
    for number in range(trial.jobs):
        store.jobs.enqueue(JobRequest("count", "bench", {"number": number}), limits)
    store.close()  # children inherit no connection
    trial.ledger.touch()
    started_s = time.monotonic()
    children = [fork(trial) for _ in range(trial.workers)]
    moments = sorted(chance.sample(range(trial.jobs * 3 // 4), trial.kills))
    for moment in moments:
        while len(trial.ledger.read_bytes().split()) < moment:
            time.sleep(0.01)
        time.sleep(chance.uniform(0.0, _WORK_S * 2))
        at = chance.randrange(trial.workers)
        _end(children[at])
        children[at] = fork(trial)
    while successful(trial) < trial.jobs:
        time.sleep(0.1)
    took_s = time.monotonic() - started_s
    for child in children:
        _end(child)
    return report(trial) | {"kills": len(moments), "took_s": round(took_s, 1)}


def successful(trial: Trial) -> int:
    """Return how many jobs are done; opened anew, so that forks share no connection."""
    store = Store.open(trial.url, trial.folder)
    done = store.jobs.counts()["successful"]
    store.close()
    return done


def report(trial: Trial) -> dict[str, object]:
    """Count what came of it."""
    store = Store.open(trial.url, trial.folder)
    jobs = store.jobs.page(limit=trial.jobs + 1)
    results = [path / MANIFEST_NAME for path in (trial.folder / "results").glob("[0-9a-f]*")]
    named = [json.loads(path.read_text(encoding="utf-8"))["job"] for path in results]
    finished = trial.ledger.read_text(encoding="utf-8").split()
    told = {job.result: job.id for job in jobs}
    said = {path.parent.name: job for path, job in zip(results, named, strict=True)}
    found: dict[str, object] = {
        **store.jobs.counts(),
        "results": len(results),
        "results_match_jobs": told == said,
        "finished_twice": len(finished) - len(set(finished)),
        "begun_again": sum(job.attempts > 1 for job in jobs),
        "most_attempts": max(job.attempts for job in jobs),
    }
    store.close()
    url = make_url(trial.url)
    if url.drivername == "sqlite":
        with sqlite3.connect(str(url.database)) as connection:
            (found["integrity"],) = connection.execute("PRAGMA integrity_check").fetchone()
    return found


def _end(child: int) -> None:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def main() -> None:
    """Run the trial that the command line describes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    for name, value in (("jobs", 400), ("workers", 4), ("kills", 25), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--database", help="by default an SQLite file in a temporary folder")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = asked.database or f"sqlite:///{Path(folder) / DATABASE_NAME}"
        trial = Trial(url, Path(folder), asked.jobs, asked.workers, asked.kills, asked.seed)
        print(json.dumps(run(trial)))


if __name__ == "__main__":
    main()
