"""Study files of this machine, registered and run as if they had been sent."""

import re
from pathlib import Path

from facility_coverage.progress import Progress
from facility_coverage.study_file import Study
from facility_coverage_api.doors.keys import LOCAL
from facility_coverage_api.doors.uploads import BESIDE
from facility_coverage_api.jobs.kinds import KINDS, RunStudyInputs
from facility_coverage_api.store.store import Store
from facility_coverage_api.store.studies import ConflictError, StoredStudy, publish

_LONGEST_ID = 63


def bring(store: Store, study_file: Path, progress: Progress, study_id: str | None = None) -> str:
    """Register a study file and run it, unless this very study has its result already.

    Parameters
    ----------
    store
        Takes its files, the study and the result.
    study_file
        A study of whoever starts the service: its files may lie anywhere.
    progress
        Told where the work stands.
    study_id
        Its name in addresses; by default from the name of the file, or of its folder.

    Returns
    -------
    str
        Its id. A study that this function brought before under the same id is replaced.

    Raises
    ------
    FacilityCoverageError
        The study or its files cannot be used, or the id belongs to somebody else's study.
    """
    stored = register(store, study_file, study_id)
    if stored.result is None:
        inputs = RunStudyInputs(study=stored.id)
        outcome = KINDS["run-study"].answer(store, stored, inputs, progress)
        with store.database.writing() as connection:
            publish(connection, stored.id, stored.digest, outcome.result, outcome.box)
    return stored.id


def register(store: Store, study_file: Path, study_id: str | None = None) -> StoredStudy:
    """Register a study file without running it.

    Parameters
    ----------
    store
        Takes its files and the study.
    study_file
        See ``bring``.
    study_id
        See ``bring``.

    Returns
    -------
    StoredStudy
        In place of one that was brought before under the same id.

    Raises
    ------
    FacilityCoverageError
        The study or its files cannot be used, or the id belongs to somebody else's study.
    """
    study = _sent(store, Study.load(study_file))
    study_id = study_id or _id_of(study_file)
    try:
        return store.studies.add(LOCAL.owner, study, study_id)[0]
    except ConflictError:
        if study_id is None or store.studies.get(study_id).owner != LOCAL.owner:
            raise
    store.studies.delete(study_id)
    return store.studies.add(LOCAL.owner, study, study_id)[0]


def _sent(store: Store, study: Study) -> Study:
    """Return the study with references of uploads in place of paths."""
    sections = {
        name: getattr(study, name).model_copy(
            update={
                key: _reference(store, Path(getattr(getattr(study, name), key))) for key in keys
            }
        )
        for name, keys in study.files().items()
    }
    rules = {name: _reference(store, Path(name)) for name in study.standards.files}
    use = tuple(rules.get(name, name) for name in study.standards.use)
    sections["standards"] = study.standards.model_copy(update={"use": use})
    return study.model_copy(update=sections)


def _reference(store: Store, file: Path) -> str:
    """Put a file, with all that belongs to a shapefile, and return how a study names it."""
    beside = [file.with_suffix(ending) for ending in BESIDE] if file.suffix == ".shp" else []
    kept = {}
    for part in (file, *(path for path in beside if path.is_file())):
        with part.open("rb") as stream:
            kept[part.name] = store.files.put(stream)
    return store.uploads.add(LOCAL.owner, file.name, kept).reference


def _id_of(study_file: Path) -> str | None:
    path = study_file.resolve()
    name = path.parent.name if path.stem == "study" else path.stem
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_LONGEST_ID] or None
