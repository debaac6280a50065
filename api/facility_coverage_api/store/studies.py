"""Studies that the service knows: what is asked, and the last result."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from geoalchemy2.elements import WKBElement
from geoalchemy2.shape import to_shape
from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from facility_coverage.errors import FacilityCoverageError, InputError, NotFoundError
from facility_coverage.study_file import Study
from facility_coverage.words import Remark
from facility_coverage_api.store.clock import Clock
from facility_coverage_api.store.database import Database
from facility_coverage_api.store.record import outdate
from facility_coverage_api.store.tables import STUDIES, WGS84_SRID
from facility_coverage_api.store.uploads import UploadRegister

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

ID_PATTERN = r"^[a-z0-9][a-z0-9-]{0,62}$"
"""What a study may be called in addresses."""

_ID = re.compile(ID_PATTERN)
_SHORT_DIGITS = 12


class ConflictError(FacilityCoverageError):
    """What was asked contradicts what is there already."""

    code = "conflict"
    http_status = 409


@dataclass(frozen=True)
class StoredStudy:
    """A study that the service knows.

    Attributes
    ----------
    id
        Its name in addresses.
    name
        Its name for people.
    owner
        Who registered it.
    study
        Its sections; files in it are references of uploads.
    digest
        SHA-256 of its sections: two studies with the same id at different times differ in it.
    result
        SHA-256 of the manifest of its last result; None before the first run.
    box
        Where its subdistricts lie; None before the first run.
    created_at_s
        Seconds since 1970.
    """

    id: str
    name: str
    owner: str
    study: dict[str, Any]
    digest: str
    result: str | None
    box: Box | None
    created_at_s: float


@dataclass(frozen=True)
class StudyRegister:
    """The studies of every owner.

    Attributes
    ----------
    database
        Where they are listed.
    uploads
        The files that they name.
    clock
        Tells the time.
    """

    database: Database
    uploads: UploadRegister
    clock: Clock

    def add(
        self, owner: str, study: Study, study_id: str | None = None
    ) -> tuple[StoredStudy, bool]:
        """Register a study; open reviews of another one that had its id are marked outdated.

        Parameters
        ----------
        owner
            Who registers it.
        study
            Its files are references of this owner's uploads.
        study_id
            Its name in addresses; by default made from its content.

        Returns
        -------
        study, is_new
            What is registered, and whether it was not before.

        Raises
        ------
        InputError
            Its name cannot be shown.
        NotFoundError
            It names files that this owner has not uploaded; all are told.
        ConflictError
            Another study has this id.
        """
        if not study.study.name.isprintable():
            msg = "study.name: holds a control character; write letters, digits and spaces"
            raise InputError(msg)
        self._require_uploads(owner, study)
        sections = study.model_dump(mode="json")
        digest = _digest(sections)
        key = study_id or digest[:_SHORT_DIGITS]
        with self.database.writing(alone=True) as connection:
            known = _find(connection, key)
            if known is not None:
                if (known.digest, known.owner) == (digest, owner):
                    return known, False
                msg = "there is another study {id!r}; choose another id, or delete that one first"
                raise ConflictError(msg, id=key)
            row = {
                "id": key,
                "name": study.study.name,
                "owner": owner,
                "study": sections,
                "digest": digest,
                "created_at_s": self.clock(),
            }
            added = connection.execute(insert(STUDIES).values(row).returning(STUDIES)).one()
            outdate(connection, key, digest, self.clock())
        return _study(added), True

    def get(self, study_id: str) -> StoredStudy:
        """Return a study.

        Parameters
        ----------
        study_id
            Its id.

        Returns
        -------
        StoredStudy
            The study.

        Raises
        ------
        NotFoundError
            There is none.
        """
        found = None
        if _ID.fullmatch(study_id):  # no database is asked for what cannot be an id
            with self.database.reading() as connection:
                found = _find(connection, study_id)
        if found is None:
            msg = "there is no study {id!r}; GET /v1/studies lists them"
            raise NotFoundError(msg, id=study_id[:80])
        return found

    def list(self) -> tuple[StoredStudy, ...]:
        """Return every study, sorted by id.

        Returns
        -------
        tuple of StoredStudy
            The studies, also those that were not run yet.
        """
        with self.database.reading() as connection:
            return tuple(_studies(connection, select(STUDIES).order_by(STUDIES.c.id)))

    def delete(self, study_id: str) -> None:
        """Forget a study; jobs for it that are not finished will fail and say so.

        Parameters
        ----------
        study_id
            Its id.

        Raises
        ------
        NotFoundError
            There is none.
        """
        self.get(study_id)
        with self.database.writing() as connection:
            connection.execute(delete(STUDIES).where(STUDIES.c.id == study_id))

    def lay_out(self, stored: StoredStudy, folder: Path) -> Study:
        """Lay a study's files into a folder, under the names that people gave them.

        Parameters
        ----------
        stored
            The study.
        folder
            A folder in a workspace of the store.

        Returns
        -------
        Study
            The study with absolute paths.

        Raises
        ------
        FacilityCoverageError
            A file is gone, or the study breaks today's contract.
        """
        study = Study.model_validate(stored.study)
        for _, reference in references(study):
            self.uploads.show(self.uploads.get(stored.owner, reference), folder)
        return study.resolved(folder / "study")

    def _require_uploads(self, owner: str, study: Study) -> None:
        faults = []
        for place, reference in references(study):
            try:
                self.uploads.get(owner, reference)
            except NotFoundError as error:
                faults.append(Remark("{place}: {fault}", place=place, fault=error))
        if faults:
            raise NotFoundError(*faults)


def references(study: Study) -> Iterator[tuple[str, str]]:
    """Yield every file that a study names.

    Parameters
    ----------
    study
        The study.

    Yields
    ------
    place, reference
        Such as ``network.source`` and what stands there.
    """
    for section, keys in study.files().items():
        for key in keys:
            yield f"{section}.{key}", getattr(getattr(study, section), key)
    for name in study.standards.files:
        yield "standards.use", name


def publish(
    connection: Connection, study_id: str, digest: str, result: str | None, box: Box | None
) -> bool:
    """Give a study its result, if it is still the same study.

    Parameters
    ----------
    connection
        A transaction that writes.
    study_id
        Its id.
    digest
        Of its sections when the work began.
    result
        SHA-256 of the manifest; None leaves the study as it is.
    box
        Where its subdistricts lie.

    Returns
    -------
    bool
        Whether the study is still there, and still the same.
    """
    same = (STUDIES.c.id == study_id) & (STUDIES.c.digest == digest)
    if result is None or box is None:
        return connection.execute(select(STUDIES.c.id).where(same)).one_or_none() is not None
    extent = f"SRID={WGS84_SRID};{shapely.box(*box).wkt}"
    done = connection.execute(update(STUDIES).where(same).values(result=result, extent=extent))
    return done.rowcount == 1


def _digest(sections: dict[str, Any]) -> str:
    told = json.dumps(sections, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def _find(connection: Connection, study_id: str) -> StoredStudy | None:
    return next(_studies(connection, select(STUDIES).where(STUDIES.c.id == study_id)), None)


def _studies(connection: Connection, asked: Select[Any]) -> Iterator[StoredStudy]:
    for row in connection.execute(asked):
        yield _study(row)


def _study(row: Row[Any]) -> StoredStudy:
    values = dict(row._mapping)  # noqa: SLF001  (SQLAlchemy's public name for a row as a mapping)
    return StoredStudy(**values | {"box": _box(values.pop("extent"))})


def _box(extent: WKBElement | str | None) -> Box | None:
    """Return a stored polygon's box, as PostGIS or SQLite hands it over."""
    if extent is None:
        return None
    if isinstance(extent, WKBElement):
        shape = to_shape(extent)
    else:
        shape = shapely.from_wkt(extent.partition(";")[2])
    bounds: Box = shape.bounds
    return bounds
