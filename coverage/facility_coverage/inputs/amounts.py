"""Amounts as people write them: ``5,000㎡``, ``约5000``, ``1.2万``; a range is refused.

What is read is unambiguous; everything else is refused with a reason, never guessed. A range such
as ``0.5-1.5万`` is refused: either end would be an invention, and so would its middle.
"""

import re
import unicodedata
from dataclasses import dataclass

from facility_coverage.words import Remark

NAN = float("nan")

_NOTHING = frozenset(
    {"", "/", "-", "—", "--", "——", "无", "暂无", "未知", "不详", "n/a", "na", "none"}
)
"""What stands in a cell that says nothing."""

_ABOUT = re.compile(r"^(约为|大约|约|近似|about|ca\.?|approx\.?|~)\s*")
_RANGE = re.compile(r"\d\s*[万亿]?\s*(-|—|–|~|至|到|to)\s*\d")
_BOUND = re.compile(
    r"^(≥|≤|>|<|>=|<=|不少于|不低于|不超过|不大于|超过|多于|少于|至少|最多)|(以上|以下|以内|余|多)"
)
_NUMBER = re.compile(
    r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[+-]?\d+)?)\s*(万|亿)?\s*([^\d,.\s].*)?"
)
_TIMES = {None: 1.0, "万": 1e4, "亿": 1e8}

_UNITS = {
    "area": frozenset({"m2", "平", "平方", "平米", "平方米", "sqm", "sq m", "sq.m"}),
    "beds": frozenset({"张", "床", "张床", "张床位", "个", "beds", "bed"}),
    "people": frozenset({"人", "名", "people", "persons"}),
    "money": frozenset({"元", "yuan", "cny", "rmb"}),
    "year": frozenset({"年"}),
}
_COLUMN_UNITS = {
    "floor_area_m2": "area",
    "beds": "beds",
    "observation_beds": "beds",
    "gps": "people",
    "nurses": "people",
    "residents_served": "people",
    "capacity": "people",
    "cost": "money",
    "earliest_year": "year",
}


@dataclass(frozen=True)
class Amount:
    """What a cell says of an amount.

    Attributes
    ----------
    value
        The amount, NaN where there is none.
    reason
        Why there is none though something stands there; None otherwise.
    """

    value: float
    reason: Remark | None = None


def amount(text: str, column: str = "") -> Amount:
    """Read an amount.

    Parameters
    ----------
    text
        What stands in the cell.
    column
        Our name of the column, such as ``floor_area_m2``: which units may stand behind the
        number. For any other column, none may.

    Returns
    -------
    Amount
        Not negative and finite; NaN where nothing or nothing unambiguous stands there.

    Examples
    --------
    >>> amount("约5,000㎡", "floor_area_m2").value
    5000.0
    >>> amount("1.2万", "residents_served").value
    12000.0
    >>> amount("0.5-1.5万").reason.told("en")
    'is a range; write one number'
    """
    plain = _plain(text)
    if plain in _NOTHING:
        return Amount(NAN)
    plain = _ABOUT.sub("", plain)
    found = _NUMBER.fullmatch(plain)
    if _RANGE.search(plain):
        reason = Remark("is a range; write one number")
    elif _BOUND.search(plain):
        reason = Remark("is a bound; write the number itself")
    elif found is None:
        reason = Remark("is no amount; write plain digits")
    else:
        digits, times, unit = found.groups()
        return _counted(digits, times, unit, column)
    return Amount(NAN, reason)


def _counted(digits: str, times: str | None, unit: str | None, column: str) -> Amount:
    """Return a number in the units of its column."""
    known = _UNITS.get(_COLUMN_UNITS.get(column.removesuffix("_planned"), ""), frozenset())
    if unit and unit not in known:
        message = "is counted in {unit!r}, which is no unit of it; write plain digits"
        return Amount(NAN, Remark(message, unit=unit))
    value = float(digits.replace(",", "")) * _TIMES[times]
    if not 0 <= value < float("inf"):
        return Amount(NAN, Remark("is no amount of 0 or more; correct it"))
    return Amount(value)


def _plain(text: str) -> str:
    """Return a cell in half-width letters, lower case, without blanks around it."""
    return unicodedata.normalize("NFKC", text).strip().lower()
