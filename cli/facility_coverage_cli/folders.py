"""Where the command line keeps built street networks, and where a command may write a file."""

import os
import warnings
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryFile

from facility_coverage.errors import InputError, NotFoundError, SourceError, ToldWarning
from facility_coverage.words import Remark


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


def cache_folder(chosen: Path | None) -> Path | None:
    """Return the folder for built street networks.

    Parameters
    ----------
    chosen
        The folder that the user named; None takes the default.

    Returns
    -------
    Path or None
        An existing folder; None, with a warning, where the default one cannot be used.

    Raises
    ------
    SourceError
        The chosen folder cannot be used.
    """
    if chosen is not None:
        return open_cache_folder(chosen)
    try:
        return open_cache_folder(default_cache_folder())
    except SourceError as error:
        remark = Remark("{error}; until then streets are read anew each time", error=error)
        warnings.warn(ToldWarning(remark), stacklevel=2)
        return None


def open_cache_folder(folder: Path) -> Path:
    """Make sure that a cache folder exists and can be written to.

    Parameters
    ----------
    folder
        The folder; it is made where there is none.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    SourceError
        It cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        msg = "{folder}: cannot be used as cache: {error}; name another with --cache"
        raise SourceError(msg, folder=folder, error=error.strerror) from error


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
        msg = "{path}: the ending {ending!r} is none of {endings}; choose one"
        raise InputError(msg, path=path, ending=path.suffix, endings=", ".join(endings))
    if path.is_dir():
        msg = "{path}: is a folder; name a file"
        raise InputError(msg, path=path)
    if path.exists() and not overwrite:
        msg = "{path}: exists already; name another place or add --overwrite"
        raise InputError(msg, path=path)
    if not path.parent.is_dir():
        msg = "{folder}: there is no such folder; make it or name another"
        raise NotFoundError(msg, folder=path.parent)
