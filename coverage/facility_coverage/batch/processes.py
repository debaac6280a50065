"""The default engine: worker processes on this machine, begun anew when one is killed."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context

from facility_coverage.batch.district import District, Outcome, failed
from facility_coverage.batch.engine import MAX_TRIES, Carry, died


@dataclass(frozen=True)
class ProcessEngine:
    """Worker processes of one machine.

    A worker that is killed takes its pool with it; the districts that were under way are then
    begun anew in another pool, and only they: no more than one a worker is handed out.

    Attributes
    ----------
    workers
        How many.
    """

    workers: int

    def run(self, districts: Sequence[District], carry: Carry) -> Iterator[Outcome]:
        """Carry districts out; see ``Engine.run``."""
        waiting = deque((district, 1) for district in districts)
        while waiting:
            yield from self._until_broken(waiting, carry)

    def _until_broken(
        self, waiting: deque[tuple[District, int]], carry: Carry
    ) -> Iterator[Outcome]:
        """Work with one pool until all is done or a worker dies."""
        with ProcessPoolExecutor(self.workers, mp_context=get_context("spawn")) as pool:
            running: dict[Future[Outcome], tuple[District, int]] = {}
            broken = False
            while running or (waiting and not broken):
                while waiting and not broken and len(running) < self.workers:
                    district, tries = waiting.popleft()
                    try:
                        running[pool.submit(carry, district)] = (district, tries)
                    except BrokenProcessPool:
                        waiting.appendleft((district, tries))
                        broken = True
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    district, tries = running.pop(future)
                    if not isinstance(future.exception(), BrokenProcessPool):
                        yield future.result()
                        continue
                    broken = True
                    if tries < MAX_TRIES:
                        waiting.append((district, tries + 1))
                    else:
                        yield failed(district, died(tries))
