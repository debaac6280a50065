"""Files of a plan's own figures: what it prints, with the sentence, and how they hang together."""

from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from facility_coverage.errors import InputError, NotFoundError
from facility_coverage.standards.rules import Slug, Text
from facility_coverage.toml_file import dotted, read_toml, shortened
from facility_coverage.words import Joined, Remark, Told

_FOLDER = Path(__file__).parent / "figures"

Number = Annotated[str, Field(pattern=r"^\d{1,15}(?:\.\d{1,9})?$")]
Slugs = Annotated[tuple[Slug, ...], Field(min_length=1, strict=False)]


class _Table(BaseModel):
    """A table of a file of figures: unknown keys are faults, values are frozen."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True
    )


class Figure(_Table):
    """A figure that the plan prints."""

    id: Slug
    value: Number
    """The figure as printed, in quotation marks, so that 6.30 keeps its decimals. One with decimals
    is rounded to the last of them, one without is exact."""
    rounded_to: Number | None = None
    """What it is rounded to where the digits do not show it: "1" for 38 %, "100" for about 7400."""
    up_to: Number | None = None
    """The upper end where the plan prints a range, or "more than 230,000" (up to 240,000)."""
    unit: Text
    quote: Text
    """The passage of the plan, word for word; runs of spaces and line breaks count as one space."""

    @model_validator(mode="after")
    def _one_width(self) -> Self:
        if self.rounded_to is not None and self.up_to is not None:
            msg = "gives both rounded_to and up_to; keep one"
            raise InputError(msg)
        if self.up_to is not None and Fraction(self.up_to) < Fraction(self.value):
            msg = "contradicts itself: value {value} is above up_to {up_to}"
            raise InputError(msg, value=self.value, up_to=self.up_to)
        return self


class _Relation(_Table):
    """What every relation states."""

    id: Slug
    """Its id; later relations may use what it implies as a figure."""
    result: Slug | None = None
    """The printed figure that has to come out; without it the relation only tells what follows."""
    reading: Text | None = None
    """How the plan is understood here, where it leaves a choice."""


class Sum(_Relation):
    """The result is the sum of its parts."""

    kind: Literal["sum"]
    parts: Slugs


class Difference(_Relation):
    """The result is one figure less others."""

    kind: Literal["difference"]
    whole: Slug
    less: Slugs


class Ratio(_Relation):
    """The result is the product of some figures over that of others, times a factor."""

    kind: Literal["ratio"]
    over: Slugs
    """Figures that are multiplied."""
    under: Slugs
    """Figures that they are divided by."""
    times: Number = "1"
    """Such as 100 for per cent, 1000 for per thousand."""


class Same(_Relation):
    """The result is the same thing as another figure, printed elsewhere."""

    kind: Literal["same"]
    result: Slug
    as_: Annotated[Slug, Field(alias="as")]


class LowerBound(_Relation):
    """The result is at least another figure."""

    kind: Literal["at_least"]
    result: Slug
    least: Slug


Relation = Annotated[Sum | Difference | Ratio | Same | LowerBound, Field(discriminator="kind")]


class PlanFigures(_Table):
    """The figures of one plan, and how they hang together."""

    id: Slug
    title: Text
    source: Text
    figures: Annotated[tuple[Figure, ...], Field(alias="figure", min_length=1, strict=False)]
    relations: Annotated[tuple[Relation, ...], Field(alias="relation", min_length=1, strict=False)]

    @model_validator(mode="after")
    def _known_distinct_ids(self) -> Self:
        known = [figure.id for figure in self.figures]
        for relation in self.relations:
            for name in (*operands(relation), *([relation.result] if relation.result else [])):
                if name not in known:
                    msg = "relation {id!r} uses {name!r}, which is no figure before it"
                    raise InputError(msg, id=relation.id, name=name)
            known.append(relation.id)
        repeated = sorted({name for name in known if known.count(name) > 1})
        if repeated:
            msg = "two figures or relations share an id: {ids}; rename one"
            raise InputError(msg, ids=", ".join(repeated))
        return self


def figure_plan_ids() -> tuple[str, ...]:
    """Return the ids of the plans whose figures come with the program.

    Returns
    -------
    tuple of str
        In alphabetical order.
    """
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def load_figures(name: str) -> PlanFigures:
    """Read and validate a file of a plan's figures.

    Parameters
    ----------
    name
        The id of a plan that comes with the program, or the path of a ``.toml`` file.

    Returns
    -------
    PlanFigures
        The figures and their relations.

    Raises
    ------
    NotFoundError
        There is no such plan or file.
    InputError
        The file is not TOML in UTF-8, or breaks the contract; the message has a line for each
        fault.
    """
    path = Path(name) if name.endswith(".toml") else _FOLDER / f"{name}.toml"
    if not name.endswith(".toml") and name not in figure_plan_ids():
        msg = (
            "plan {name!r}: there are no figures of that id; choose from {ids}, or name a .toml "
            "file"
        )
        raise NotFoundError(msg, name=name, ids=", ".join(figure_plan_ids()))
    absent = Remark("there is no such file of figures; correct the path")
    return read_toml(path, PlanFigures, absent=absent, place=_place)


def _place(location: tuple[int | str, ...], table: dict[str, Any]) -> Told:
    """Name the figure or relation by its number and id, and the key in it."""
    match location:
        case ("figure" | "relation" as array, int(index), *inside):
            entry = table[array][index]
            name = entry.get("id", "") if isinstance(entry, dict) else ""
            keys = inside if array == "figure" else inside[1:]  # a relation's begin with its kind
            message = "figure {number} {id}" if array == "figure" else "relation {number} {id}"
            place = Remark(message, number=index + 1, id=shortened(str(name)))
            return Joined.of([place, *keys], ": ")
        case _:
            return dotted(location, table)


def operands(relation: Relation) -> tuple[str, ...]:
    """Return the figures that a relation computes with.

    Parameters
    ----------
    relation
        A relation of any kind.

    Returns
    -------
    tuple of str
        Ids of printed figures or of earlier relations.
    """
    match relation:
        case Sum():
            return relation.parts
        case Difference():
            return (relation.whole, *relation.less)
        case Ratio():
            return relation.over + relation.under
        case Same():
            return (relation.as_,)
        case _:
            return (relation.least,)
