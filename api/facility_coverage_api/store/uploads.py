"""What people handed over: files under the names that they gave them."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, insert, select

from facility_coverage.errors import InputError, NotFoundError
from facility_coverage_api.store.clock import Clock
from facility_coverage_api.store.database import Database
from facility_coverage_api.store.files import FileFolder, StoredFile, is_digest, plain_name
from facility_coverage_api.store.tables import FILES, UPLOAD_PARTS, UPLOADS


@dataclass(frozen=True)
class Upload:
    """A file with all that belongs to it, such as a shapefile with its ``.dbf`` and ``.shx``.

    Attributes
    ----------
    id
        SHA-256 of names and contents of its parts.
    owner
        Who handed it over.
    name
        Name of the main part.
    parts
        Name to SHA-256 of each part.
    created_at_s
        Seconds since 1970.
    """

    id: str
    owner: str
    name: str
    parts: Mapping[str, str]
    created_at_s: float

    @property
    def reference(self) -> str:
        """Return what a study writes in place of a path."""
        return f"{self.id}/{self.name}"


@dataclass(frozen=True)
class UploadRegister:
    """The uploads of every owner.

    Attributes
    ----------
    database
        Where they are listed.
    files
        Where their content is.
    clock
        Tells the time.
    """

    database: Database
    files: FileFolder
    clock: Clock

    def add(self, owner: str, name: str, parts: Mapping[str, StoredFile]) -> Upload:
        """Register files that were checked and put.

        Parameters
        ----------
        owner
            Who handed them over.
        name
            Name of the main part.
        parts
            Each part by its name.

        Returns
        -------
        Upload
            The upload; the same files again are the same upload.

        Raises
        ------
        InputError
            A name is not that of a file, or the main part is none of the parts.
        """
        contents = {plain_name(part): parts[part].sha256 for part in sorted(parts)}
        if name not in contents:
            msg = "{name!r}: not among the uploaded files; name one of {known}"
            raise InputError(msg, name=name, known=", ".join(contents))
        told = json.dumps([name, contents], ensure_ascii=False)
        upload_id = hashlib.sha256(told.encode()).hexdigest()
        with self.database.writing(alone=True) as connection:
            found = _find(connection, owner, upload_id)
            if found is not None:
                return found
            now_s = self.clock()
            for file in parts.values():
                _remember(connection, file, now_s)
            row = {"owner": owner, "id": upload_id, "name": name, "created_at_s": now_s}
            connection.execute(insert(UPLOADS).values(row))
            connection.execute(
                insert(UPLOAD_PARTS),
                [
                    {"owner": owner, "upload_id": upload_id, "name": part, "sha256": sha256}
                    for part, sha256 in contents.items()
                ],
            )
        return Upload(upload_id, owner, name, contents, now_s)

    def get(self, owner: str, reference: str) -> Upload:
        """Return an upload by its reference.

        Parameters
        ----------
        owner
            Whose it is.
        reference
            ``<id>/<name>``, as in its answer.

        Returns
        -------
        Upload
            The upload.

        Raises
        ------
        NotFoundError
            This owner has handed over no such file.
        """
        found = None
        if is_digest(upload_id := reference.partition("/")[0]):
            with self.database.reading() as connection:
                found = _find(connection, owner, upload_id)
        if found is None or found.reference != reference:
            msg = "{name!r}: not an upload of yours; write the reference that the upload answered"
            raise NotFoundError(msg, name=reference[:80])
        return found

    def holding(self, name: str, sha256: str) -> Upload:
        """Return an upload by a file in it, whoever handed it over.

        Parameters
        ----------
        name, sha256
            The file, by name and content.

        Returns
        -------
        Upload
            With everything that belongs to the file.

        Raises
        ------
        NotFoundError
            There is none.
        """
        asked = (
            select(UPLOAD_PARTS.c.owner, UPLOAD_PARTS.c.upload_id)
            .where(UPLOAD_PARTS.c.name == name, UPLOAD_PARTS.c.sha256 == sha256)
            .order_by(UPLOAD_PARTS.c.owner, UPLOAD_PARTS.c.upload_id)
            .limit(1)
        )
        with self.database.reading() as connection:
            row = connection.execute(asked).one_or_none()
            found = None if row is None else _find(connection, row.owner, row.upload_id)
        if found is None:
            msg = "{name} with the SHA-256 {digest}… is no longer kept here; upload it again"
            raise NotFoundError(msg, name=name, digest=sha256[:12])
        return found

    def show(self, upload: Upload, folder: Path) -> None:
        """Lay an upload into a folder, so that its reference is a path from there.

        Parameters
        ----------
        upload
            The upload.
        folder
            A folder in a workspace of the store.
        """
        if not (folder / upload.id).exists():
            self.files.link(upload.parts, folder / upload.id)


def _find(connection: Connection, owner: str, upload_id: str) -> Upload | None:
    row = connection.execute(
        select(UPLOADS).where(UPLOADS.c.owner == owner, UPLOADS.c.id == upload_id)
    ).one_or_none()
    if row is None:
        return None
    parts = connection.execute(
        select(UPLOAD_PARTS.c.name, UPLOAD_PARTS.c.sha256)
        .where(UPLOAD_PARTS.c.owner == owner, UPLOAD_PARTS.c.upload_id == upload_id)
        .order_by(UPLOAD_PARTS.c.name)
    )
    contents = {part.name: part.sha256 for part in parts}
    return Upload(row.id, row.owner, row.name, contents, row.created_at_s)


def _remember(connection: Connection, file: StoredFile, now_s: float) -> None:
    known = connection.execute(select(FILES.c.sha256).where(FILES.c.sha256 == file.sha256))
    if known.one_or_none() is None:
        row = {"sha256": file.sha256, "size_bytes": file.size_bytes, "created_at_s": now_s}
        connection.execute(insert(FILES).values(row))
