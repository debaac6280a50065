"""Rule files: the clauses of a plan or standard, each with the sentence it rests on."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from facility_coverage.errors import InputError, NotFoundError

_FOLDER = Path(__file__).parent
_MAX_SHOWN = 80
"""Longest value that is repeated in a message, in characters."""

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$", max_length=80)]
Text = Annotated[str, Field(min_length=1, max_length=500)]
Texts = Annotated[tuple[Text, ...], Field(strict=False)]
Amount = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class _Table(BaseModel):
    """A table of a rule file: unknown keys are faults, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Clause(_Table):
    """What every clause states, whatever it measures."""

    id: Slug
    facility_kind: Annotated[Texts, Field(min_length=1)]
    """Values of the register's column ``kind`` that the clause is about."""
    ownership: Texts = ()
    """Values of the column ``ownership`` that count; without the key every owner counts."""
    strength: Literal["must", "in_principle", "preference"]
    confidence: Literal["plan", "sourced", "secondhand", "recall"]
    quote: Text
    """The sentence of the source, word for word."""
    reading: Text | None = None
    """How the sentence is understood here, where it leaves a choice."""

    @property
    def binding(self) -> bool:
        """Tell whether a breach is a failure; otherwise it is advice."""
        return self.strength != "preference" and self.confidence != "recall"


class PresenceClause(_Clause):
    """So many facilities in each subdistrict."""

    scope: Literal["subdistrict"]
    quantity: Literal["presence"]
    min: Annotated[int, Field(ge=1)]
    or_population: Amount | None = None
    """Where the text says "per subdistrict *or* per so many residents": the fewest residents for
    whom one is due on that second basis."""


class ResidentsClause(_Clause):
    """So many residents to one facility."""

    scope: Literal["subdistrict"]
    quantity: Literal["residents_per_facility"]
    max: Amount


class MeasureClause(_Clause):
    """A size that each facility has."""

    scope: Literal["facility"]
    quantity: Literal["floor_area_m2", "beds"]
    min: Amount | None = None
    max: Amount | None = None
    condition: Slug | None = None
    """A yes/no column of the register; the clause binds only where it says yes."""

    @model_validator(mode="after")
    def _some_bound(self) -> Self:
        if self.min is None and self.max is None:
            msg = "gives neither min nor max; add one"
            raise ValueError(msg)
        if self.min is not None and self.max is not None and self.min > self.max:
            msg = f"contradicts itself: min {self.min:g} is above max {self.max:g}"
            raise ValueError(msg)
        return self


Clause = Annotated[
    PresenceClause | ResidentsClause | MeasureClause, Field(discriminator="quantity")
]


class Standard(_Table):
    """One plan or standard: who issued it, for where, and its clauses that a program can run."""

    id: Slug
    title: Text
    issuing_body: Text
    year: Annotated[int, Field(ge=1949, le=2100)]
    source: Text
    applies_to: Annotated[str, Field(pattern=r"^\d{2}(?:\d{2}){0,2}$")]
    """Division code of the place that the standard is for: 2, 4 or 6 digits."""
    clauses: Annotated[tuple[Clause, ...], Field(alias="clause", strict=False)]

    @model_validator(mode="after")
    def _some_distinct_clauses(self) -> Self:
        ids = [clause.id for clause in self.clauses]
        if not ids:
            msg = "there is no clause in it; add one"
            raise ValueError(msg)
        repeated = sorted({name for name in ids if ids.count(name) > 1})
        if repeated:
            msg = f"two clauses share an id: {', '.join(repeated)}; rename one"
            raise ValueError(msg)
        return self


def standard_ids() -> tuple[str, ...]:
    """Return the ids of the standards that come with the program.

    Returns
    -------
    tuple of str
        In alphabetical order.
    """
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def load_standard(name: str) -> Standard:
    """Read and validate a rule file.

    Parameters
    ----------
    name
        The id of a standard that comes with the program, or the path of a ``.toml`` file.

    Returns
    -------
    Standard
        The standard.

    Raises
    ------
    NotFoundError
        There is no such standard or file.
    InputError
        The file is not TOML in UTF-8, or breaks the contract; the message has a line for each
        fault.
    """
    path = Path(name) if name.endswith(".toml") else _FOLDER / f"{name}.toml"
    if not name.endswith(".toml") and name not in standard_ids():
        msg = (
            f"standard {name!r}: there is none of that id; choose from "
            f"{', '.join(standard_ids())}, or name a .toml file"
        )
        raise NotFoundError(msg)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (FileNotFoundError, IsADirectoryError) as error:
        msg = f"{path}: there is no such rule file; correct the path"
        raise NotFoundError(msg) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        msg = f"{path}: not a TOML file in UTF-8: {error}"
        raise InputError(msg) from error
    try:
        return Standard.model_validate(table)
    except ValidationError as error:
        msg = "\n".join(f"{path}: {_fault(entry, table)}" for entry in error.errors())
        raise InputError(msg) from error


def _fault(entry: Any, table: dict[str, Any]) -> str:  # noqa: ANN401  (pydantic's ErrorDetails is a TypedDict of Any)
    """Say one fault of pydantic's list in one line: clause, key, what is wrong, value found."""
    where = _place(entry["loc"], table)
    if entry["type"] == "extra_forbidden":
        return f"{where}: there is no such key; remove it or correct its spelling"
    if entry["type"] == "missing":
        return f"{where}: this key is missing; add it"
    if entry["type"] == "union_tag_not_found":
        return f"{where}: quantity: this key is missing; add it"
    if entry["type"] == "union_tag_invalid":
        context = entry["ctx"]
        return f"{where}: quantity {context['tag']!r} is none of {context['expected_tags']}"
    message = str(entry["msg"]).removeprefix("Value error, ")
    value = repr(entry["input"])
    shown = value if len(value) <= _MAX_SHOWN else value[: _MAX_SHOWN - 3] + "..."
    return f"{where}: {message} (found {shown})"


def _place(location: tuple[int | str, ...], table: dict[str, Any]) -> str:
    """Name the clause by its number and id, and the key in it."""
    match location:
        case ("clause", int(index), *inside):
            clause = table["clause"][index]
            name = clause.get("id", "") if isinstance(clause, dict) else ""
            keys = [str(part) for part in inside[1:]]  # inside[0] is the union's tag
            return ": ".join([f"clause {index + 1} {str(name)[:_MAX_SHOWN]!r}", *keys])
        case ():
            return "the file"
        case _:
            return ".".join(str(part) for part in location)
