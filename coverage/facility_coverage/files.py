"""The one way files are written (whole or not at all) and recognised (by their content)."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from facility_coverage.errors import InputError, SourceError

MANIFEST_NAME = "manifest.json"
"""The file by which a folder of results is known."""

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
    except OSError as error:
        msg = f"{path}: cannot be written: {error.strerror or error}; choose another place"
        raise SourceError(msg) from error


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
            if path.exists():
                retired = folder.with_suffix(".replaced")
                path.replace(retired)
                folder.replace(path)
                shutil.rmtree(retired)
            else:
                folder.replace(path)
            _sync(path.parent)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        msg = f"{path}: cannot be written: {error.strerror or error}; choose another place"
        raise SourceError(msg) from error


def refuse_existing(path: Path, *, overwrite: bool) -> None:
    """Refuse to write where something stands already, before any work is done.

    Parameters
    ----------
    path
        Where a file or folder is to be written.
    overwrite
        Whether the user allowed it.

    Raises
    ------
    InputError
        Something stands there and may not be replaced, or it is not of our making.
    """
    if not path.exists():
        return
    if not overwrite:
        msg = f"{path}: exists already; name another place or add --overwrite"
        raise InputError(msg)
    if path.is_dir() and any(path.iterdir()) and not (path / MANIFEST_NAME).is_file():
        msg = (
            f"{path}: holds no {MANIFEST_NAME}, so it is not a result of this program and is not "
            f"overwritten; name another place"
        )
        raise InputError(msg)


def _sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
