"""What a job can do: each kind says what it needs, and carries itself out."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from facility_coverage.errors import FacilityCoverageError, InputError, NotFoundError
from facility_coverage.model_faults import model_fault
from facility_coverage.outputs.folder import write_results, write_siting
from facility_coverage.progress import Progress
from facility_coverage.result import StudyResult
from facility_coverage.study import run_study
from facility_coverage.study_file import (
    MAX_THRESHOLDS,
    Metres,
    Minutes,
    SitingModel,
    SitingSection,
    Study,
)
from facility_coverage.words import Language, Remark
from facility_coverage_api.jobs.worker import Carry, Outcome
from facility_coverage_api.store.job import Job, study_gone
from facility_coverage_api.store.store import Store
from facility_coverage_api.store.studies import ID_PATTERN, Box, StoredStudy
from facility_coverage_maps.page import write_map

StudyId = Annotated[str, Field(pattern=ID_PATTERN, examples=["tianhe"])]
"""A study's name in addresses."""

_WGS84 = "EPSG:4326"


class Inputs(BaseModel):
    """What a process needs: unknown names are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    study: StudyId = Field(description="Id of a registered study.")

    @classmethod
    def checked(cls, values: dict[str, Any]) -> Self:
        """Return the inputs, or refuse them with every fault told."""
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise refused(error, "inputs") from error

    def asked(self, study: Study) -> Study:
        """Return the study with what this request changes."""
        return study


class RunStudyInputs(Inputs):
    """A whole study, as it was registered."""


class SuggestInputs(Inputs):
    """Where to build next; what is given stands in place of the study's own ``[siting]``."""

    sites: Annotated[int, Field(ge=0, le=200)] | None = None
    model: SitingModel | None = None
    time_limit_s: Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)] | None = None
    gap: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | None = None
    budget: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    capacity: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    robustness: bool = True

    def asked(self, study: Study) -> Study:
        """Return the study with these keys in its ``[siting]``."""
        given = self.model_dump(exclude={"study"}, exclude_none=True)
        try:
            section = SitingSection.model_validate(study.siting.model_dump() | given)
        except ValidationError as error:
            raise refused(error, "inputs") from error
        return study.model_copy(update={"siting": section})


class CoverageInputs(Inputs):
    """Who is covered within other minutes or metres, or by another profile; no new sites."""

    minutes: Annotated[list[Minutes], Field(max_length=MAX_THRESHOLDS)] = []
    distance_m: Annotated[list[Metres], Field(max_length=MAX_THRESHOLDS)] = []
    profile: Literal["walk", "older", "wheelchair", "bicycle", "car"] | None = None

    @model_validator(mode="after")
    def _some_circle(self) -> Self:
        if not self.minutes and not self.distance_m:
            msg = "give minutes = [5, 10, 15] or distance_m = [300, 500, 1000], or both"
            raise InputError(msg)
        return self

    def asked(self, study: Study) -> Study:
        """Return the study with these circles, and without new sites."""
        values = study.model_dump()
        values["coverage"] |= {"minutes": self.minutes, "distance_m": self.distance_m}
        values["siting"] |= {"sites": 0, "model": "mclp", "budget": None}
        if self.profile is not None:
            values["network"] |= {"profile": self.profile, "speed_kph": None, "direction": None}
        try:
            return Study.model_validate(values)
        except ValidationError as error:
            raise refused(error, "inputs") from error


@dataclass(frozen=True)
class Kind:
    """A kind of job.

    Attributes
    ----------
    title, description
        For people.
    inputs
        What it needs.
    write
        Writes a result into a folder.
    is_the_study
        Whether its result becomes the study's own.
    """

    title: str
    description: str
    inputs: type[Inputs]
    write: Callable[[StudyResult, Path], None]
    is_the_study: bool = False

    def carry_out(self, store: Store, job: Job, progress: Progress) -> Outcome:
        """Carry a job of this kind out.

        Parameters
        ----------
        store
            Holds the study and takes the result.
        job
            What was asked.
        progress
            Told where the work stands.

        Returns
        -------
        Outcome
            What it brought.

        Raises
        ------
        FacilityCoverageError
            The study is gone, or cannot be answered.
        """
        return self.answer(store, study_of(store, job), self.inputs.checked(job.inputs), progress)

    def answer(
        self, store: Store, stored: StoredStudy, inputs: Inputs, progress: Progress
    ) -> Outcome:
        """Answer what was asked about a study.

        Parameters
        ----------
        store
            Holds its files and takes the result.
        stored
            The study.
        inputs
            What was asked.
        progress
            Told where the work stands.

        Returns
        -------
        Outcome
            What it brought.

        Raises
        ------
        FacilityCoverageError
            The study cannot be answered.
        """
        with store.files.workspace() as folder, without_place(folder):
            study = inputs.asked(store.studies.lay_out(stored, folder))
            result = run_study(study, progress=progress, cache_folder=store.files.networks)
            progress("Putting the answer together", 0.97)

            def fill(place: Path) -> None:
                self.write(result, place)
                write_map(result, place / "map.html")

            digest = store.files.put_result(fill)
        return Outcome(digest, box_of(result) if self.is_the_study else None)


KINDS: Mapping[str, Kind] = {
    "run-study": Kind(
        "Run a study",
        "Who can walk to a centre, which subdistricts fall short, where to build next. The result "
        "becomes the study's own.",
        RunStudyInputs,
        write_results,
        is_the_study=True,
    ),
    "suggest": Kind(
        "Suggest sites",
        "Where to build next, by a model and a number of one's own.",
        SuggestInputs,
        write_siting,
    ),
    "coverage": Kind(
        "Coverage within other circles",
        "Who is covered within other minutes or metres, or by another profile.",
        CoverageInputs,
        write_results,
    ),
}
"""Every kind by the id of its process."""

CARRIES: Mapping[str, Carry] = {name: kind.carry_out for name, kind in KINDS.items()}


def study_of(store: Store, job: Job) -> StoredStudy:
    """Return the study that a job was accepted for.

    Parameters
    ----------
    store
        Holds it.
    job
        What was asked.

    Returns
    -------
    StoredStudy
        As it was then.

    Raises
    ------
    StudyGoneError
        It was deleted meanwhile, or another took its place.
    """
    try:
        stored = store.studies.get(str(job.study_id))
    except NotFoundError as error:
        raise study_gone(job.study_id) from error
    if stored.digest != job.study_digest:
        raise study_gone(job.study_id)
    return stored


def box_of(result: StudyResult) -> Box:
    """Return where the subdistricts of a result lie.

    Parameters
    ----------
    result
        The answer to a study.

    Returns
    -------
    west, south, east, north
        Degrees.
    """
    west, south, east, north = map(float, result.units.to_crs(_WGS84).total_bounds)
    return west, south, east, north


def refused(error: ValidationError, *within: str) -> InputError:
    """Return what is wrong with values that the library's own rules refuse.

    Parameters
    ----------
    error
        What the rules say.
    *within
        Where the values stand in the request.

    Returns
    -------
    InputError
        A line for each fault.
    """
    faults = (
        Remark(
            "{place}: {fault}",
            place=".".join(map(str, (*within, *fault["loc"]))) or "body",
            fault=model_fault(fault),
        )
        for fault in error.errors()
    )
    return InputError(*faults)


@dataclass(frozen=True)
class _WithoutPlace:
    """An error that names files as their owners did."""

    error: FacilityCoverageError
    place: str

    def told(self, language: Language) -> str:
        """Return the message in a language."""
        return re.sub(self.place, "", self.error.told(language))


@contextmanager
def without_place(folder: Path) -> Iterator[None]:
    """Name files as their owners did: where this machine keeps them is nobody's business.

    Parameters
    ----------
    folder
        A workspace in which files were laid out; errors tell nothing of it.

    Yields
    ------
    None
        While the files are used.
    """
    try:
        yield
    except FacilityCoverageError as error:
        place = re.escape(str(folder)) + r"/(?:[0-9a-f]{64}/)?"
        told: Any = type(error)("{text}", text=_WithoutPlace(error, place))
        raise told from error
