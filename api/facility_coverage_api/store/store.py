"""The store as a whole."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from facility_coverage_api.store.clock import Clock
from facility_coverage_api.store.database import Database
from facility_coverage_api.store.files import FileFolder
from facility_coverage_api.store.proposals import ProposalRegister
from facility_coverage_api.store.queue import JobQueue
from facility_coverage_api.store.studies import StudyRegister
from facility_coverage_api.store.uploads import UploadRegister

DATABASE_NAME = "facility-coverage.db"
ABANDONED_S = 7 * 86_400.0
"""A workspace that nobody touched for so long is that of a process that was killed."""


@dataclass(frozen=True)
class Store:
    """Everything that outlives the process.

    Attributes
    ----------
    database
        Where all below is listed.
    files
        Files and results by their content.
    uploads, studies, jobs, proposals
        The registers.
    """

    database: Database
    files: FileFolder
    uploads: UploadRegister
    studies: StudyRegister
    jobs: JobQueue
    proposals: ProposalRegister

    @classmethod
    def open(cls, url: str | None, folder: Path, *, clock: Clock = time.time) -> Self:
        """Open a store; an empty one is made where there is none.

        Parameters
        ----------
        url
            ``sqlite:///file`` or ``postgresql://user@host/database``; None takes an SQLite file
            in the folder.
        folder
            For files and results; every process of the service shares it.
        clock
            Tells the time.

        Returns
        -------
        Store
            Open until ``close``.

        Raises
        ------
        FacilityCoverageError
            The folder or the database cannot be used.
        """
        files = FileFolder.open(folder)
        files.sweep(before_s=clock() - ABANDONED_S)
        database = Database.open(url or f"sqlite:///{files.root / DATABASE_NAME}")
        uploads = UploadRegister(database, files, clock)
        return cls(
            database,
            files,
            uploads,
            StudyRegister(database, uploads, clock),
            JobQueue(database, clock),
            ProposalRegister(database, clock),
        )

    def close(self) -> None:
        """Close every connection."""
        self.database.close()
