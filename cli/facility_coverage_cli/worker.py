"""``worker``: carry out the jobs of the service."""

from pathlib import Path
from typing import Annotated

import typer

from facility_coverage_cli.options import Quiet
from facility_coverage_cli.serve import carry_out_jobs, service_settings


def worker(
    *,
    database: Annotated[
        str | None,
        typer.Option(
            "--database",
            help="postgresql://user@host/database; by default an SQLite file in the folder.",
        ),
    ] = None,
    files: Annotated[
        Path | None,
        typer.Option("--files", help="Folder for uploads, results and the database: service."),
    ] = None,
    once: Annotated[
        bool, typer.Option("--once", help="Leave when no job waits, in place of waiting for one.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Carry out the jobs of the service, one after another.

    Start as many as there are cores to spare. One that is told to end gives its job back; the
    job of one that dies is begun again by another. Everything else is set by
    FACILITY_COVERAGE_* in the environment, as for 'serve'.
    """
    settings = service_settings(database_url=database, files=files)
    log_level = "warning" if quiet else settings.log_level
    carry_out_jobs(settings.database, settings.files, log_level, once=once)
