"""Where the command line keeps built street networks, and where a command may write a file."""

import os
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryFile

from facility_coverage.errors import InputError, NotFoundError, SourceError


def default_cache_folder() -> Path:
    """Return the folder for files that can be made again.

    Returns
    -------
    Path
        ``facility-coverage`` in ``$XDG_CACHE_HOME``, by default ``~/.cache``. It may not exist.
    """
    base = os.environ.get("XDG_CACHE_HOME", "")
    home = Path(base) if Path(base).is_absolute() else Path("~/.cache").expanduser()
    return home / "facility-coverage"


def open_cache_folder(chosen: Path | None = None) -> Path:
    """Make sure that the cache folder exists and can be written to.

    Parameters
    ----------
    chosen
        The folder that the user named; by default ``default_cache_folder()``.

    Returns
    -------
    Path
        An existing folder.

    Raises
    ------
    SourceError
        It cannot be made or written to.
    """
    folder = chosen or default_cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        msg = f"{folder}: cannot be used as cache: {error.strerror}; name another with --cache"
        raise SourceError(msg) from error
    return folder


def refuse_target(path: Path, endings: Iterable[str], *, overwrite: bool) -> None:
    """Refuse a file that could not be written in the end, before any work is done.

    Parameters
    ----------
    path
        The file that a command is to write.
    endings
        The endings that it may have, with the dot.
    overwrite
        Whether a file that stands there may be replaced.

    Raises
    ------
    InputError
        Its ending is none of these, a folder stands there, or a file that may not be replaced.
    NotFoundError
        Its folder does not exist.
    """
    if path.suffix.lower() not in endings:
        msg = f"{path}: the ending {path.suffix!r} is none of {', '.join(endings)}; choose one"
        raise InputError(msg)
    if path.is_dir():
        msg = f"{path}: is a folder; name a file"
        raise InputError(msg)
    if path.exists() and not overwrite:
        msg = f"{path}: exists already; name another place or add --overwrite"
        raise InputError(msg)
    if not path.parent.is_dir():
        msg = f"{path.parent}: there is no such folder; make it or name another"
        raise NotFoundError(msg)
