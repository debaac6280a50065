"""One study of a batch: what is asked of a worker, and what it answers."""

from dataclasses import dataclass
from typing import Literal

from facility_coverage.words import Language, Remark, Told

State = Literal["done", "kept", "failed"]


@dataclass(frozen=True)
class District:
    """A study that a worker is to carry out. Plain values: it travels to other processes.

    Attributes
    ----------
    district_id
        Its name in the batch, and the beginning of its folder's.
    study_file
        Absolute path of its ``study.toml``.
    out
        Absolute path of the folder of the batch, which all workers can write to.
    cache
        Folder for street networks; None keeps none.
    language
        In which the worker tells why it failed.
    """

    district_id: str
    study_file: str
    out: str
    cache: str | None = None
    language: Language = "en"


@dataclass(frozen=True)
class Outcome:
    """What became of a study.

    Attributes
    ----------
    district_id
        Its name in the batch.
    state
        ``done`` now, ``kept`` from an earlier run, or ``failed``.
    folder
        Name of its folder of results in the folder of the batch; empty where it failed.
    reason
        Why it failed, in one line and in the language of the district; empty otherwise.
    people
        People assessed.
    seconds_s
        How long the worker was at it, seconds of the clock.
    peak_mb
        The most memory that the worker has held so far, megabytes.
    """

    district_id: str
    state: State
    folder: str = ""
    reason: str = ""
    people: float = 0.0
    seconds_s: float = 0.0
    peak_mb: float = 0.0


def failed(district: District, reason: Told) -> Outcome:
    """Return that a study failed.

    Parameters
    ----------
    district
        The study.
    reason
        Why; only its first line is kept.

    Returns
    -------
    Outcome
        Without results.
    """
    lines = reason.told(district.language).strip().splitlines()
    told = lines[0] if lines else Remark("no reason told").told(district.language)
    return Outcome(district.district_id, "failed", reason=told)
