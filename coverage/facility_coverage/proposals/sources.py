"""The files that a study was read from, by their hashes: what a review rests on."""

import hashlib
import json
from pathlib import Path

from facility_coverage.files import sha256_of
from facility_coverage.proposals.proposal import Frozen
from facility_coverage.study_file import Study


class Source(Frozen):
    """A file by its name and content."""

    file: str
    sha256: str


def input_files(study: Study) -> dict[str, Path]:
    """Return the files that a study names.

    Parameters
    ----------
    study
        With absolute paths.

    Returns
    -------
    dict of str to Path
        By role, such as ``network`` or ``demand_older``.
    """
    files = {
        section if key == "source" else f"{section}_{key}": Path(
            getattr(getattr(study, section), key)
        )
        for section, keys in study.files().items()
        for key in keys
    }
    rules = {f"standards_{at}": file for at, file in enumerate(study.standards.files, 1)}
    return {role: Path(file) for role, file in (files | rules).items()}


def sources_of(study: Study) -> dict[str, Source]:
    """Read the hashes of the files that a study names.

    Parameters
    ----------
    study
        With absolute paths.

    Returns
    -------
    dict of str to Source
        By role.
    """
    return {
        role: Source(file=path.name, sha256=sha256_of(path))
        for role, path in input_files(study).items()
    }


def settings_of(study: Study) -> dict[str, object]:
    """Return all that a study asks for, its files by name alone.

    Parameters
    ----------
    study
        With absolute paths.

    Returns
    -------
    dict
        Plain values for JSON; nothing in it depends on where the files lie.
    """
    settings = study.model_dump(mode="json")
    for section, keys in study.files().items():
        for key in keys:
            settings[section][key] = Path(settings[section][key]).name
    files = set(study.standards.files)
    settings["standards"]["use"] = [
        Path(name).name if name in files else name for name in study.standards.use
    ]
    return settings


def settings_sha256(study: Study) -> str:
    """Return the hash of a study's settings.

    Parameters
    ----------
    study
        With absolute paths.

    Returns
    -------
    str
        SHA-256 of ``settings_of`` as compact JSON with sorted keys.
    """
    text = json.dumps(settings_of(study), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
