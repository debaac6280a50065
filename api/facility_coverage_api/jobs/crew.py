"""Worker processes beside the HTTP service: as many as were asked for, replaced when they die."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.context import SpawnProcess
from typing import Any

_LOOK_S = 1.0
_LEAVE_S = 20.0

_LOG = logging.getLogger(__name__)


@contextmanager
def crew(n_workers: int, work: Callable[..., None], *arguments: Any) -> Iterator[None]:  # noqa: ANN401  (as for Process)
    """Keep worker processes at work; in the end they are asked to leave, and give their jobs back.

    Parameters
    ----------
    n_workers
        How many.
    work
        What each does until SIGTERM; a function of a module, because it runs in a new process.
    arguments
        For ``work``.

    Yields
    ------
    None
        While they work.
    """
    spawn, over = get_context("spawn"), threading.Event()

    def start() -> SpawnProcess:
        process = spawn.Process(target=work, args=arguments, daemon=False)
        process.start()
        return process

    workers = [start() for _ in range(n_workers)]

    def replace_the_dead() -> None:
        while not over.wait(_LOOK_S):
            for place, process in enumerate(workers):
                if not process.is_alive():
                    _LOG.warning("a worker died (%s); another takes its place", process.exitcode)
                    workers[place] = start()

    watch = threading.Thread(target=replace_the_dead, name="crew", daemon=True)
    watch.start()
    try:
        yield
    finally:
        over.set()
        watch.join()
        for process in workers:
            process.terminate()
        for process in workers:
            process.join(_LEAVE_S)
            if process.is_alive():
                process.kill()
                process.join()
