"""A job: what is to be done, how it stands, and why it was refused or failed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from facility_coverage.errors import FacilityCoverageError, InputError
from facility_coverage.words import Language, Told
from facility_coverage_api.store.tables import OPEN_STATUSES

Problem = dict[str, Any]
"""``status, code, detail`` of a problem document; ``detail_zh`` beside it is Chinese."""

_DETAIL: Mapping[Language, str] = {"en": "detail", "zh": "detail_zh"}


class TooManyJobsError(FacilityCoverageError):
    """One owner has too many jobs that are not finished."""

    code = "too-many-jobs"
    http_status = 429


class QueueFullError(FacilityCoverageError):
    """The service has too many jobs that are not finished."""

    code = "queue-full"
    http_status = 503


class IdempotencyError(InputError):
    """An idempotency key was used for another request before."""

    code = "idempotency-key"


class StudyGoneError(FacilityCoverageError):
    """The study was deleted or replaced before its job ended."""

    code = "study-gone"
    http_status = 409


class AttemptsError(FacilityCoverageError):
    """The job was begun as often as allowed, and its worker died each time."""

    code = "attempts"


@dataclass(frozen=True)
class QueueLimits:
    """How many jobs may wait or run.

    Attributes
    ----------
    per_owner
        Of one owner.
    in_all
        Of all.
    """

    per_owner: int
    in_all: int


@dataclass(frozen=True)
class JobRequest:
    """What is to be done.

    Attributes
    ----------
    kind
        Name of the process.
    owner
        Who asks.
    inputs
        Plain values for JSON.
    study_id, study_digest
        The study that it is about, and its content; None for work without a study.
    idempotency_key
        The same key of the same owner is the same job.
    """

    kind: str
    owner: str
    inputs: Mapping[str, Any]
    study_id: str | None = None
    study_digest: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True)
class Job:
    """A job as it stood when it was read.

    Attributes
    ----------
    number
        Rises in the order in which jobs were accepted.
    id
        Its name in addresses.
    kind, study_id, study_digest, inputs, owner, idempotency_key
        As in ``JobRequest``.
    status
        One of ``accepted``, ``running``, ``successful``, ``failed`` and ``dismissed``.
    progress_percent, stage
        Where it stands.
    attempts
        How often it was begun.
    lease, lease_until_s
        The token of who carries it out, and until when that is believed.
    problem
        Why it failed.
    result
        SHA-256 of its result's manifest.
    created_at_s, started_at_s, updated_at_s, finished_at_s
        Seconds since 1970.
    """

    number: int
    id: str
    kind: str
    study_id: str | None
    study_digest: str | None
    inputs: dict[str, Any]
    owner: str
    idempotency_key: str | None
    status: str
    progress_percent: int
    stage: str
    attempts: int
    lease: str | None
    lease_until_s: float | None
    problem: Problem | None
    result: str | None
    created_at_s: float
    started_at_s: float | None
    updated_at_s: float
    finished_at_s: float | None

    @property
    def is_open(self) -> bool:
        """Tell whether it waits or runs."""
        return self.status in OPEN_STATUSES


def study_gone(study_id: str | None) -> StudyGoneError:
    """Return what is raised where a job's study is gone.

    Parameters
    ----------
    study_id
        Its id.

    Returns
    -------
    StudyGoneError
        The error.
    """
    msg = "the study {study!r} was deleted or replaced meanwhile; start the job anew"
    return StudyGoneError(msg, study=study_id)


def problem_values(error: FacilityCoverageError) -> Problem:
    """Return what is kept of an error of ours.

    Parameters
    ----------
    error
        The error.

    Returns
    -------
    dict
        See ``kept_problem``.
    """
    return kept_problem(int(error.http_status), error.code, error)


def kept_problem(status: int, code: str, why: Told) -> Problem:
    """Return what is kept of a failure, in every language: nobody knows yet who will ask.

    Parameters
    ----------
    status, code
        Of the problem document.
    why
        Its detail.

    Returns
    -------
    dict
        For JSON.
    """
    details = {key: why.told(language) for language, key in _DETAIL.items()}
    return {"status": status, "code": code, **details}


@dataclass(frozen=True)
class KeptDetail:
    """Why a job failed, as it is kept.

    Attributes
    ----------
    problem
        What ``kept_problem`` returned, perhaps in a version that told English alone.
    """

    problem: Problem

    def told(self, language: Language) -> str:
        """Return why, in a language.

        Parameters
        ----------
        language
            ``"en"`` or ``"zh"``.

        Returns
        -------
        str
            In English where it is kept in no other language.
        """
        return str(self.problem.get(_DETAIL[language], self.problem["detail"]))
