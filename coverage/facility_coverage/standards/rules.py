"""Rule files: the clauses of a plan or standard, each with the sentence it rests on."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from facility_coverage.errors import InputError, NotFoundError
from facility_coverage.facility_words import Ownership, kind_words
from facility_coverage.thresholds import Threshold
from facility_coverage.toml_file import dotted, read_toml, shortened
from facility_coverage.words import Joined, Remark, Told

_FOLDER = Path(__file__).parent
_MINUTES = frozenset({"walk_minutes", "drive_minutes"})
_MAX_MINUTES = 180.0
_MAX_DISTANCE_M = 50_000.0

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$", max_length=80)]
Code = Annotated[str, Field(pattern=r"^(?:CN|\d{2}(?:\d{2}){0,2})$")]
Text = Annotated[str, Field(min_length=1, max_length=500)]
Texts = Annotated[tuple[Text, ...], Field(strict=False)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


def _one_or_more(value: object) -> object:
    """Take a single text for a list of one."""
    return [value] if isinstance(value, str) else value


class _Table(BaseModel):
    """A table of a rule file: unknown keys are faults, values are frozen."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True
    )


class _Clause(_Table):
    """What every clause states, whatever it measures."""

    id: Slug
    strength: Literal["must", "in_principle", "preference"]
    """A preference only advises."""
    confidence: Literal["plan", "sourced", "secondhand", "recall"]
    """How the sentence is known; what is only recalled never fails anyone."""
    quote: Text
    """The sentence of the source, word for word."""
    reading: Text | None = None
    """How the sentence is understood here, where it leaves a choice."""
    source: Text | None = None
    """Where the sentence stands, if not where the whole standard does."""

    @property
    def binding(self) -> bool:
        """Tell whether a breach is a failure; otherwise it is advice."""
        return self.strength != "preference" and self.confidence != "recall"


class _Counting(_Clause):
    """A clause about some facilities: those of a kind, by a name, in certain hands."""

    facility_kind: Annotated[Texts, Field(min_length=1), AfterValidator(kind_words)]
    """Kinds that the clause is about."""
    name_contains: Texts = ()
    """Plain pieces of text, one of which the facility's name contains; never a pattern."""
    ownership: Annotated[tuple[Ownership, ...], Field(strict=False)] = ()
    """States of ownership that count; without the key every owner counts."""


class _Bounded(_Counting):
    """A clause with a least, a most or both; each bound is inclusive."""

    min: Amount | None = None
    max: Amount | None = None

    @model_validator(mode="after")
    def _some_bound(self) -> Self:
        if self.min is None and self.max is None:
            msg = "gives neither min nor max; add one"
            raise InputError(msg)
        if self.min is not None and self.max is not None and self.min > self.max:
            msg = "contradicts itself: min {min:g} is above max {max:g}"
            raise InputError(msg, min=self.min, max=self.max)
        return self


class PresenceClause(_Counting):
    """So many facilities in each subdistrict, or in the district."""

    scope: Literal["subdistrict", "district"]
    quantity: Literal["presence"]
    min: Annotated[int, Field(ge=1)]
    or_population: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """Where the text says "per subdistrict *or* per so many residents": the fewest residents for
    whom one is due on that second basis."""
    unit_kind: Texts = ()
    """Values of the column ``unit_kind`` that the clause is about, such as ``village``."""
    condition: Slug | None = None
    """A yes/no column of the register; only facilities of which it says yes count."""
    outreach: bool = False
    """Whether rounds, a posted doctor or a neighbour's service count as provision."""
    beyond: Slug | None = None
    """A clause on a circle in this file; one is due only where that circle leaves residents out."""
    state: Literal["existing", "planned"] = "existing"
    """What counts: what exists, or also what is planned."""

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        keys = ("or_population", "unit_kind", "beyond")
        given = [key for key in keys if getattr(self, key)]
        if self.scope == "district" and given:
            msg = "contradicts itself: {keys} is about subdistricts, scope is district"
            raise InputError(msg, keys=", ".join(given))
        return self


class ResidentsClause(_Bounded):
    """So many residents to one facility."""

    scope: Literal["subdistrict", "district"]
    quantity: Literal["residents_per_facility"]
    state: Literal["existing", "planned"] = "existing"
    """What counts: what exists, or also what is planned."""


class MeasureClause(_Bounded):
    """A size that each facility has: a column of the register."""

    scope: Literal["facility", "proposal"]
    quantity: Literal[
        "floor_area_m2",
        "beds",
        "observation_beds",
        "gps",
        "nurses",
        "residents_served",
        "floor_area_m2_per_bed",
    ]
    condition: Slug | None = None
    """A yes/no column of the register; the clause binds only where it says yes."""
    residents_min: Amount | None = None
    """Fewest residents served (column ``residents_served``) of the facilities it is about."""
    residents_max: Amount | None = None
    """Residents served from which on it is no longer about a facility."""
    state: Literal["existing", "planned"] = "existing"
    """Which column is held against it: ``beds``, or ``beds_planned``."""

    @model_validator(mode="after")
    def _some_residents(self) -> Self:
        least, most = self.residents_min or 0.0, self.residents_max
        if most is not None and least >= most:
            msg = "contradicts itself: residents_min {least:g} is not below residents_max {most:g}"
            raise InputError(msg, least=least, most=most)
        return self


class ReachClause(_Counting):
    """A circle: minutes on foot or by car, or metres along the network."""

    scope: Literal["subdistrict"]
    quantity: Literal["walk_minutes", "drive_minutes", "network_m"]
    max: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    share: Annotated[float, Field(gt=0, le=1)] | None = None
    """Share of the residents who must live within it; without the key the study's target."""
    statistic: Literal["share", "achieved_mean"] = "share"
    """A mean that a source reports as achieved binds nobody: it is shown as advice."""
    unit_kind: Texts = ()
    """Values of the column ``unit_kind`` that the clause is about, such as ``town``."""
    mode: Literal["walk", "drive"] | None = None
    """Who moves, for ``network_m``; on foot by default."""
    mode_stated: bool = True
    """Whether the text says who moves; if not, the assumption is told with every finding."""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.mode is not None and self.quantity in _MINUTES:
            msg = "contradicts itself: {quantity} says who moves, mode says it again"
            raise InputError(msg, quantity=self.quantity)
        largest = _MAX_MINUTES if self.quantity in _MINUTES else _MAX_DISTANCE_M
        if self.max > largest:
            msg = "max {max:g} is above {largest:g}, the largest circle that is drawn"
            raise InputError(msg, max=self.max, largest=largest)
        return self

    @property
    def threshold(self) -> Threshold:
        """Return the test that the clause asks for."""
        return Threshold("minutes" if self.quantity in _MINUTES else "metres", self.max)

    @property
    def moves(self) -> Literal["foot", "car"]:
        """Return who moves, as profiles name it."""
        return "car" if "drive" in {self.mode, self.quantity.removesuffix("_minutes")} else "foot"


class SitingClause(_Counting):
    """Where a facility stands: a yes/no column of the register, or beyond the circles of others."""

    scope: Literal["facility", "proposal"]
    quantity: Literal["siting"]
    feature: Slug | None = None
    """A yes/no column of the register that has to say yes."""
    beyond: Slug | None = None
    """A clause on a circle in this file; the facility has to stand outside all of those circles."""
    condition: Slug | None = None
    """A yes/no column of the register; the clause binds only where it says yes."""

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        if (self.feature is None) == (self.beyond is None):
            msg = "needs either feature (a yes/no column) or beyond (a clause on a circle)"
            raise InputError(msg)
        return self


class IndicatorClause(_Bounded):
    """An amount for every 1,000 or 10,000 residents."""

    scope: Literal["district", "subdistrict"]
    quantity: Literal["per_1000", "per_10000"]
    of: Slug
    """The column that is summed over the facilities, or the stated figure of the district."""
    target_year: Annotated[int, Field(ge=1949, le=2100)] | None = None
    """The year in which it is due; an earlier figure that misses it is advised, not failed."""


class GuidanceClause(_Clause):
    """A sentence that no program can measure; it is shown, and never judged."""

    scope: Literal["facility", "subdistrict", "district", "proposal"]
    quantity: Literal["guidance"]


CountingClause = (
    PresenceClause | ResidentsClause | MeasureClause | ReachClause | SitingClause | IndicatorClause
)
Clause = Annotated[CountingClause | GuidanceClause, Field(discriminator="quantity")]


class Standard(_Table):
    """One plan or standard: who issued it, for where, and its clauses."""

    id: Slug
    title: Text
    issuing_body: Text
    year: Annotated[int, Field(ge=1949, le=2100)] | None = None
    """Year of issue; left out where the text does not say it."""
    edition: Text | None = None
    effective: Text | None = None
    """The day from which it is in force, as the source writes it."""
    superseded: bool = False
    """A text that was replaced only advises."""
    source: Text
    note: Text | None = None
    """What a reader of its findings must know."""
    applies_to: Annotated[
        tuple[Code, ...],
        BeforeValidator(_one_or_more, json_schema_input_type=Code | tuple[Code, ...]),
        Field(strict=False, min_length=1),
    ]
    """Division codes of its places: 2, 4 or 6 digits; ``CN`` is the whole country."""
    clauses: Annotated[tuple[Clause, ...], Field(alias="clause", strict=False)]

    @model_validator(mode="after")
    def _some_distinct_clauses(self) -> Self:
        ids = [clause.id for clause in self.clauses]
        if not ids:
            msg = "there is no clause in it; add one"
            raise InputError(msg)
        repeated = sorted({name for name in ids if ids.count(name) > 1})
        if repeated:
            msg = "two clauses share an id: {ids}; rename one"
            raise InputError(msg, ids=", ".join(repeated))
        circles = {clause.id for clause in self.clauses if isinstance(clause, ReachClause)}
        for clause in self.clauses:
            beyond = clause.beyond if isinstance(clause, PresenceClause | SitingClause) else None
            if beyond is not None and beyond not in circles:
                msg = "clause {id!r}: beyond: {beyond!r} is no clause on a circle in it"
                raise InputError(msg, id=clause.id, beyond=beyond)
        return self

    def circle(self, clause_id: str) -> ReachClause:
        """Return a clause on a circle.

        Parameters
        ----------
        clause_id
            What another clause names in ``beyond``.

        Returns
        -------
        ReachClause
            The clause of that id.
        """
        return next(
            clause
            for clause in self.clauses
            if clause.id == clause_id and isinstance(clause, ReachClause)
        )


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
        msg = "standard {name!r}: there is none of that id; choose from {ids}, or name a .toml file"
        raise NotFoundError(msg, name=name, ids=", ".join(standard_ids()))
    absent = Remark("there is no such rule file; correct the path")
    return read_toml(path, Standard, absent=absent, place=_place)


def load_standards(names: tuple[str, ...]) -> tuple[Standard, ...]:
    """Read several standards that are to be held against one district.

    Parameters
    ----------
    names
        As ``load_standard`` takes them; one that is named twice counts once.

    Returns
    -------
    tuple of Standard
        In the order in which they are named.

    Raises
    ------
    NotFoundError
        There is no such standard or file.
    InputError
        A file breaks the contract, or two different files share an id.
    """
    standards = {name: load_standard(name) for name in names}
    of_id: dict[str, str] = {}
    for name, standard in standards.items():
        if standard.id in of_id:
            msg = "{name}: id: {other} has the id {id!r} too; rename one"
            raise InputError(msg, name=name, other=of_id[standard.id], id=standard.id)
        of_id[standard.id] = name
    return tuple(standards.values())


def _place(location: tuple[int | str, ...], table: dict[str, Any]) -> Told:
    """Name the clause by its number and id, and the key in it."""
    match location:
        case ("clause", int(index), *inside):
            clause = table["clause"][index]
            name = clause.get("id", "") if isinstance(clause, dict) else ""
            place = Remark("clause {number} {id}", number=index + 1, id=shortened(str(name)))
            return Joined.of([place, *inside[1:]], ": ")  # inside[0] is the union's tag
        case _:
            return dotted(location, table)
