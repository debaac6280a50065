"""Figures that a source states for a whole district without naming what it counts."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from facility_coverage.facility_words import kind_words
from facility_coverage.standards.rules import Amount, Slug, Text, Texts
from facility_coverage.toml_file import read_toml
from facility_coverage.words import Remark

FACILITIES, POPULATION = "facilities", "population"
"""What is counted, where it is no column of the register."""


class StatedFigure(BaseModel):
    """One figure, with the sentence that states it."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True
    )

    of: Slug
    """``facilities``, ``population``, or the column of the register whose sum it is."""
    facility_kind: Annotated[Texts, AfterValidator(kind_words)] = ()
    """Kinds that are counted; none for ``population``."""
    value: Amount
    year: Annotated[int, Field(ge=1949, le=2100)] | None = None
    quote: Text
    source: Text


class _StatedFile(BaseModel):
    """The file beside a register of facilities."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    stated: Annotated[tuple[StatedFigure, ...], Field(strict=False)]


def read_stated(register: Path) -> tuple[StatedFigure, ...]:
    """Read the figures that are stated beside a register of facilities.

    Parameters
    ----------
    register
        The register, such as ``tianhe.csv``; the figures are in ``tianhe.stated.toml``.

    Returns
    -------
    tuple of StatedFigure
        None where there is no such file.

    Raises
    ------
    InputError
        The file breaks its contract; the message has a line for each fault.
    """
    path = register.with_suffix(".stated.toml")
    if not path.is_file():
        return ()
    absent = Remark("there is no such file; correct the path")
    return read_toml(path, _StatedFile, absent=absent).stated


def stated_figure(
    figures: tuple[StatedFigure, ...], of: str, kinds: tuple[str, ...] = ()
) -> StatedFigure | None:
    """Find the figure of some kinds of facilities.

    Parameters
    ----------
    figures
        What is stated.
    of
        What is counted.
    kinds
        Exactly these kinds, in any order.

    Returns
    -------
    StatedFigure or None
        The first such figure.
    """
    same = (f for f in figures if f.of == of and set(f.facility_kind) == set(kinds))
    return next(same, None)


def stated_part(
    figures: tuple[StatedFigure, ...], of: str, kinds: tuple[str, ...]
) -> StatedFigure | None:
    """Find the largest figure that counts nothing but some kinds of facilities.

    Parameters
    ----------
    figures
        What is stated.
    of
        What is counted.
    kinds
        All of these kinds, or some of them.

    Returns
    -------
    StatedFigure or None
        A figure that the whole can only exceed.
    """
    parts = [f for f in figures if f.of == of and 0 < len(f.facility_kind) <= len(kinds)]
    within = [f for f in parts if set(f.facility_kind) <= set(kinds)]
    return max(within, key=lambda figure: figure.value, default=None)
