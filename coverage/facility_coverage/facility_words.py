"""The words for kinds of facilities and for who runs them, Chinese ones included."""

from collections.abc import Iterable
from typing import Literal, get_args

Ownership = Literal["government", "hospital_transitional", "armed_police", "private"]
"""Who runs a facility: the district itself, a hospital until it hands over, the armed police."""

CENTRE, STATION = "centre", "station"
GOVERNMENT, UNKNOWN = "government", "unknown"
OWNERSHIPS: tuple[str, ...] = (*get_args(Ownership), UNKNOWN)
OUTREACH_KINDS = ("outreach_rounds", "outreach_posted", "outreach_neighbour")
"""Service without a building: doctors on rounds, a posted doctor, a neighbouring village's."""

_KINDS = {
    "社区卫生服务中心": CENTRE, "中心": CENTRE, "center": CENTRE,
    "社区卫生服务分中心": "subcentre", "分中心": "subcentre",
    "社区卫生服务站": STATION, "站": STATION,
    "乡镇卫生院": "township_hospital", "镇卫生院": "township_hospital",
    "卫生院": "township_hospital",
    "村卫生室": "village_clinic",
    "急救站": "ambulance_station", "院前急救站": "ambulance_station",
    "社区医院": "community_hospital",
    "门诊部": "outpatient",
    "巡诊": "outreach_rounds", "派驻": "outreach_posted",
    "邻村延伸": "outreach_neighbour", "邻（联）村延伸": "outreach_neighbour",
}  # fmt: skip
"""Other words for the kinds that rules speak of; any other kind stays as it is written."""

_OWNERSHIPS = {
    "政府办": GOVERNMENT, "公办": GOVERNMENT, "public": GOVERNMENT,
    "院办院管": "hospital_transitional", "医院承办": "hospital_transitional",
    "武警": "armed_police",
    "民营": "private", "社会办": "private",
    "": UNKNOWN,
}  # fmt: skip


def kind_word(word: str) -> str:
    """Return the one word for a kind of facility.

    Parameters
    ----------
    word
        As a register or a rule file has it.

    Returns
    -------
    str
        In lower case, without blanks around it; ``unknown`` for nothing.
    """
    plain = word.strip().lower()
    return _KINDS.get(plain, plain) or UNKNOWN


def ownership_word(word: str) -> str | None:
    """Return the state of ownership that a word stands for.

    Parameters
    ----------
    word
        As a register has it.

    Returns
    -------
    str or None
        One of ``OWNERSHIPS``; ``unknown`` for nothing, None for a word that nobody defined.
    """
    plain = word.strip().lower()
    return plain if plain in OWNERSHIPS else _OWNERSHIPS.get(plain)


def kind_words(words: Iterable[str]) -> tuple[str, ...]:
    """Return the kinds that some words stand for, each once, in their order.

    Parameters
    ----------
    words
        As a rule file has them.

    Returns
    -------
    tuple of str
        The kinds.
    """
    return tuple(dict.fromkeys(kind_word(word) for word in words))
