"""The folder of a batch: one result a study, known by the hash of all that went into it."""

import fcntl
import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from facility_coverage import __version__
from facility_coverage.errors import InputError
from facility_coverage.files import MANIFEST_NAME
from facility_coverage.proposals.sources import settings_of, sources_of
from facility_coverage.study_file import Study

_LOCK_NAME = ".batch.lock"
_KEY_DIGITS = 12
_PARTIAL = ".*.partial"


def result_name(district_id: str, study: Study) -> str:
    """Return under which name the result of a study appears.

    Parameters
    ----------
    district_id
        Its name in the batch.
    study
        With absolute paths.

    Returns
    -------
    str
        The id, and a hash of the program's version, the settings and every input file: another
        input, another name.
    """
    told = {
        "program": __version__,
        "parameters": settings_of(study),
        "inputs": {role: one.sha256 for role, one in sources_of(study).items()},
    }
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"{district_id}-{hashlib.sha256(text.encode()).hexdigest()[:_KEY_DIGITS]}"


def is_finished(folder: Path) -> bool:
    """Tell whether a result stands there; it appears whole or not at all.

    Parameters
    ----------
    folder
        Of a study's result.

    Returns
    -------
    bool
        Whether its manifest is there, which is written last.
    """
    return (folder / MANIFEST_NAME).is_file()


@contextmanager
def own_folder(out: Path, *, resume: bool) -> Iterator[Path]:
    """Take a folder for a batch; while it is held no other batch may write there.

    Parameters
    ----------
    out
        The folder; it is made where it is not there.
    resume
        Whether results that stand in it are kept.

    Yields
    ------
    Path
        The folder. What killed workers left half-written in it is swept away.

    Raises
    ------
    InputError
        Results stand in it and are not to be kept, or another batch is writing there.
    """
    if out.exists() and not out.is_dir():
        msg = "{path}: is a file; name a folder for the batch"
        raise InputError(msg, path=out)
    out.mkdir(parents=True, exist_ok=True)
    if not resume and any(path.name != _LOCK_NAME for path in out.iterdir()):
        msg = "{path}: is not empty; add --resume to keep what is finished, or name another place"
        raise InputError(msg, path=out)
    with (out / _LOCK_NAME).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            msg = "{path}: another batch is writing there; wait for it, or name another place"
            raise InputError(msg, path=out) from error
        for left in out.glob(_PARTIAL):
            shutil.rmtree(left)
        yield out
