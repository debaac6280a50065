"""The one way files are written (whole or not at all) and recognised (by their content)."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from facility_coverage.errors import FacilityCoverageError, InputError, SourceError

PROGRAM = "facility-coverage"
MANIFEST_NAME = "manifest.json"
"""The file by which a folder of results is known; it names the program."""

_CHUNK_BYTES = 1 << 20


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's content as 64 hexadecimal digits.

    Parameters
    ----------
    path
        A readable file.

    Returns
    -------
    str
        The digest.
    """
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Hand out a path to write to; the file appears under its name only when all went well.

    Parameters
    ----------
    path
        Where the file is to stand. Its folder exists.

    Yields
    ------
    Path
        A path in a temporary folder beside it, with the same ending, on the same disk.

    Raises
    ------
    SourceError
        The disk refused.
    """
    try:
        folder = Path(mkdtemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent))
        try:
            temporary = folder / path.name
            yield temporary
            _sync(temporary)
            temporary.replace(path)
            _sync(path.parent)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except FacilityCoverageError:
        raise
    except OSError as error:
        msg = "{path}: cannot be written: {error}; choose another place"
        raise SourceError(msg, path=path, error=error) from error


@contextmanager
def atomic_folder(path: Path, *, overwrite: bool) -> Iterator[Path]:
    """Hand out a folder to fill; it appears under its name only when all went well.

    Parameters
    ----------
    path
        Where the folder is to stand.
    overwrite
        Whether a folder that stands there already may be replaced. It is kept untouched until
        the new one is complete.

    Yields
    ------
    Path
        An empty hidden folder beside it, on the same disk.

    Raises
    ------
    InputError
        Something stands at the place and may not be replaced.
    SourceError
        The disk refused.
    """
    refuse_existing(path, overwrite=overwrite)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(mkdtemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent))
        try:
            folder.chmod(0o755)
            yield folder
            for file in sorted(folder.rglob("*")):
                _sync(file)
            _sync(folder)
            _put(folder, path)
            _sync(path.parent)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except FacilityCoverageError:
        raise
    except OSError as error:
        msg = "{path}: cannot be written: {error}; choose another place"
        raise SourceError(msg, path=path, error=error) from error


def refuse_existing(path: Path, *, overwrite: bool) -> None:
    """Refuse to write a folder where something stands already, before any work is done.

    Parameters
    ----------
    path
        Where a folder is to be written.
    overwrite
        Whether the user allowed it.

    Raises
    ------
    InputError
        Something stands there and may not be replaced, or it is not of our making.
    """
    if not path.exists():
        return
    if not path.is_dir():
        msg = "{path}: is a file; name a folder for the results"
        raise InputError(msg, path=path)
    if not overwrite:
        msg = "{path}: exists already; name another place or add --overwrite"
        raise InputError(msg, path=path)
    if any(path.iterdir()) and not _is_result(path):
        msg = (
            "{path}: holds no {manifest} of {program}, so it is not a result of this program and "
            "is not overwritten; name another place"
        )
        raise InputError(msg, path=path, manifest=MANIFEST_NAME, program=PROGRAM)


def _is_result(folder: Path) -> bool:
    """Tell whether a folder holds the manifest of this program, and not that of another."""
    try:
        manifest = json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))
        return bool(manifest["program"]["name"] == PROGRAM)
    except (OSError, ValueError, LookupError, TypeError):
        return False


def _put(folder: Path, path: Path) -> None:
    """Move a complete folder to its place; what stood there goes last, or comes back."""
    if not path.exists():
        folder.replace(path)
        return
    retired = folder.with_suffix(".replaced")
    path.replace(retired)
    try:
        folder.replace(path)
    except OSError:
        retired.replace(path)
        raise
    shutil.rmtree(retired)


def _sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
