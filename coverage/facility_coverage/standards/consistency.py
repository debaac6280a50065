"""A plan's own figures held against each other: sums, shares, the same figure printed twice.

A printed figure stands for every true value that may be printed so: 6.03 for anything from 6.025
to 6.035. A relation between figures fails only where no such values satisfy it. Arithmetic is in
fractions, so that nothing is rounded on the way.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple

from facility_coverage.errors import InputError
from facility_coverage.standards.plan_figures import (
    Difference,
    Figure,
    LowerBound,
    PlanFigures,
    Ratio,
    Relation,
    Same,
    Sum,
    operands,
)
from facility_coverage.words import Language, Remark

Verdict = Literal["consistent", "borderline", "inconsistent", "implied"]
"""``borderline``: both sides meet at the very end of their ranges, or would if the last digit had
been cut instead of rounded. ``implied``: the plan prints no figure to compare with."""


class _Amount(NamedTuple):
    """Every value that a figure may stand for: both ends belong to it, equal for an exact one."""

    low: Fraction
    high: Fraction


@dataclass(frozen=True)
class FigureFinding:
    """What one relation says.

    Attributes
    ----------
    plan_id, relation_id
        The relation.
    verdict
        See ``Verdict``.
    stated
        The printed figure with its unit; empty where the plan prints none.
    computed_low, computed_high
        What the other figures come to; equal where they are exact.
    working
        The calculation in printed figures, such as ``2 + 7 + 29``.
    quotes
        The passages of the plan that it rests on, each once.
    reading
        How the plan is understood, or why figures do not compare; may be empty.
    """

    plan_id: str
    relation_id: str
    verdict: Verdict
    stated: str
    computed_low: float
    computed_high: float
    working: str
    quotes: tuple[str, ...]
    reading: str


def check_figures(plan: PlanFigures, language: Language = "en") -> tuple[FigureFinding, ...]:
    """Hold the figures of a plan against each other.

    Parameters
    ----------
    plan
        The figures.
    language
        In which the findings are written.

    Returns
    -------
    tuple of FigureFinding
        One per relation, in the order of the file.

    Raises
    ------
    InputError
        A relation divides by a figure that may be 0.
    """
    printed = {figure.id: figure for figure in plan.figures}
    amounts = {figure.id: _rounded(figure) for figure in plan.figures}
    findings = []
    for relation in plan.relations:
        computed = _computed(relation, amounts)
        findings.append(_finding(plan.id, relation, computed, amounts, printed, language))
        amounts[relation.id] = computed
    return tuple(findings)


def _finding(
    plan_id: str,
    relation: Relation,
    computed: _Amount,
    amounts: Mapping[str, _Amount],
    printed: Mapping[str, Figure],
    language: Language,
) -> FigureFinding:
    """Compare what follows from some figures with the figure that the plan prints."""
    used = [name for name in (*_result(relation), *operands(relation)) if name in printed]
    units = sorted({printed[name].unit for name in used})
    readings = [Remark(relation.reading).told(language)] if relation.reading else []
    verdict: Verdict = "implied"
    if relation.result is not None:
        cut = _cut(printed[relation.result]) if relation.result in printed else None
        verdict = _verdict(relation, amounts[relation.result], cut, computed)
    if len(units) > 1 and not isinstance(relation, Ratio):
        verdict = "inconsistent"
        readings.insert(0, Remark("units differ: {units}", units=", ".join(units)).told(language))
    return FigureFinding(
        plan_id=plan_id,
        relation_id=relation.id,
        verdict=verdict,
        stated=_shown(relation.result, printed) if relation.result else "",
        computed_low=float(computed.low),
        computed_high=float(computed.high),
        working=_working(relation, printed, language),
        quotes=tuple(dict.fromkeys(printed[name].quote for name in used)),
        reading="; ".join(readings),
    )


def _result(relation: Relation) -> tuple[str, ...]:
    return (relation.result,) if relation.result is not None else ()


def _last_place(figure: Figure) -> Fraction:
    """Return the step to which a figure is rounded; 0 for an exact one."""
    if figure.rounded_to is not None:
        return Fraction(figure.rounded_to)
    decimals = len(figure.value.partition(".")[2])
    return Fraction(1, 10**decimals) if decimals else Fraction(0)


def _rounded(figure: Figure) -> _Amount:
    """Return every value that is printed as this figure when it is rounded."""
    value = Fraction(figure.value)
    if figure.up_to is not None:
        return _Amount(value, Fraction(figure.up_to))
    half = _last_place(figure) / 2
    return _Amount(max(value - half, Fraction(0)), value + half)


def _cut(figure: Figure) -> _Amount | None:
    """Return every value that is printed so when digits are cut off; None for a range."""
    value = Fraction(figure.value)
    return None if figure.up_to is not None else _Amount(value, value + _last_place(figure))


def _computed(relation: Relation, amounts: Mapping[str, _Amount]) -> _Amount:
    """Compute a relation for the lowest and the highest values of its figures."""
    match relation:
        case Sum():
            parts = [amounts[name] for name in relation.parts]
            return _Amount(_total(part.low for part in parts), _total(part.high for part in parts))
        case Difference():
            whole, less = amounts[relation.whole], [amounts[name] for name in relation.less]
            low = whole.low - _total(part.high for part in less)
            return _Amount(low, whole.high - _total(part.low for part in less))
        case Ratio():
            over = _product(relation, relation.over, amounts)
            under = _product(relation, relation.under, amounts)
            if under.low == 0:
                msg = "relation {id!r}: divides by a figure that may be 0; correct it"
                raise InputError(msg, id=relation.id)
            times = Fraction(relation.times)
            return _Amount(over.low / under.high * times, over.high / under.low * times)
        case Same():
            return amounts[relation.as_]
        case _:
            return amounts[relation.least]


def _product(relation: Ratio, names: Iterable[str], amounts: Mapping[str, _Amount]) -> _Amount:
    """Multiply figures, none of which may be negative."""
    low = high = Fraction(1)
    for name in names:
        if amounts[name].low < 0:
            msg = "relation {id!r}: {name!r} may be negative; no ratio is taken of it"
            raise InputError(msg, id=relation.id, name=name)
        low, high = low * amounts[name].low, high * amounts[name].high
    return _Amount(low, high)


def _total(values: Iterable[Fraction]) -> Fraction:
    return sum(values, Fraction(0))


def _verdict(
    relation: Relation, stated: _Amount, cut: _Amount | None, computed: _Amount
) -> Verdict:
    """Tell whether some values of both sides agree."""
    if isinstance(relation, LowerBound):
        return "consistent" if stated.high >= computed.low else "inconsistent"
    overlap = _overlap(stated, computed)
    if overlap > 0 or (overlap == 0 and _inside(stated, computed)):
        return "consistent"
    meets = overlap == 0 or (cut is not None and _overlap(cut, computed) >= 0)
    return "borderline" if meets else "inconsistent"


def _inside(one: _Amount, other: _Amount) -> bool:
    """Tell of two that touch whether one is a point within the other, or both are one point."""
    point, around = (one, other) if one.low == one.high else (other, one)
    return point == around or around.low < point.low == point.high < around.high


def _overlap(one: _Amount, other: _Amount) -> Fraction:
    """Return the length that two ranges share; negative where they lie apart."""
    return min(one.high, other.high) - max(one.low, other.low)


def _shown(name: str, printed: Mapping[str, Figure]) -> str:
    """Write a figure as printed, with its unit; the id of one that is only implied."""
    if name not in printed:
        return name
    figure = printed[name]
    return f"{_digits(name, printed)} {figure.unit}"


def _digits(name: str, printed: Mapping[str, Figure]) -> str:
    if name not in printed:
        return name
    figure = printed[name]
    return figure.value if figure.up_to is None else f"{figure.value}–{figure.up_to}"


def _working(relation: Relation, printed: Mapping[str, Figure], language: Language) -> str:
    """Write the calculation in the printed figures."""
    digits = {name: _digits(name, printed) for name in operands(relation)}
    match relation:
        case Sum():
            return " + ".join(digits[name] for name in relation.parts)
        case Difference():
            return " - ".join(digits[name] for name in (relation.whole, *relation.less))
        case Ratio():
            over = " × ".join(digits[name] for name in relation.over)
            under = " / ".join(digits[name] for name in relation.under)
            return f"{over} / {under}" + (f" × {relation.times}" if relation.times != "1" else "")
        case Same():
            return digits[relation.as_]
        case _:
            return Remark("at least {value}", value=digits[relation.least]).told(language)
