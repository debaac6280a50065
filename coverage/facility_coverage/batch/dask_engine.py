"""The engine for a cluster: dask.distributed, with a scheduler of its own or one by address."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from facility_coverage.batch.district import District, Outcome, failed
from facility_coverage.batch.engine import MAX_TRIES, Carry, died
from facility_coverage.errors import InputError, SourceError

if TYPE_CHECKING:
    from distributed import Client

_TIMEOUT_S = 15


@dataclass(frozen=True)
class DaskEngine:
    """Workers of a dask cluster. All of them see the folder of the batch and the inputs.

    Attributes
    ----------
    workers
        How many processes a cluster on this machine has; without meaning for another one.
    scheduler
        Address of a scheduler, such as ``tcp://10.0.0.5:8786``; None starts one here.
    """

    workers: int
    scheduler: str | None = None

    def run(self, districts: Sequence[District], carry: Carry) -> Iterator[Outcome]:
        """Carry districts out; see ``Engine.run``.

        Raises
        ------
        SourceError
            There is no scheduler at the address, it speaks another version, or it went away.
        """
        with self._client() as client:
            from distributed import KilledWorker, as_completed

            futures = {
                client.submit(carry, district, pure=False, retries=MAX_TRIES - 1): district
                for district in districts
            }
            for future in as_completed(futures):
                error = future.exception()
                if future.status == "cancelled":
                    msg = "{scheduler}: the scheduler went away; start it and add --resume"
                    raise SourceError(msg, scheduler=self.scheduler)
                if isinstance(error, KilledWorker):
                    yield failed(futures[future], died(MAX_TRIES))
                else:
                    yield future.result()

    @contextmanager
    def _client(self) -> "Iterator[Client]":
        """Reach the scheduler, or start one here."""
        try:
            from distributed import Client, LocalCluster
        except ImportError as error:
            msg = "--engine dask: it is not installed; pip install 'facility-coverage[dask]'"
            raise InputError(msg) from error
        if self.scheduler is None:
            with (
                LocalCluster(
                    n_workers=self.workers,
                    threads_per_worker=1,
                    memory_limit=0,  # the batch itself sees that its workers fit
                    dashboard_address=None,
                ) as cluster,
                Client(cluster) as client,
            ):
                yield client
            return
        try:
            client = Client(self.scheduler, timeout=_TIMEOUT_S)
        except (OSError, ValueError) as error:
            msg = (
                "--scheduler {scheduler}: no dask scheduler answers there; start one with "
                "'dask scheduler', or leave the option out"
            )
            raise SourceError(msg, scheduler=self.scheduler) from error
        with client:
            _require_same_versions(client, self.scheduler)
            yield client


def _require_same_versions(client: "Client", scheduler: str) -> None:
    """Refuse a cluster that would compute with other libraries."""
    try:
        client.get_versions(check=True)
    except ValueError as error:
        msg = (
            "--scheduler {scheduler}: it or a worker runs other versions than this machine; "
            "install the same there"
        )
        raise SourceError(msg, scheduler=scheduler) from error
