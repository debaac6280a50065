"""The words for kinds of facilities and for who runs them, Chinese ones included."""

import re
from collections.abc import Iterable
from typing import Literal, get_args

from facility_coverage.words import Remark

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


_TOLD = {
    CENTRE: Remark("centre"),
    "subcentre": Remark("subcentre"),
    STATION: Remark("station"),
    "township_hospital": Remark("township_hospital"),
    "village_clinic": Remark("village_clinic"),
    "ambulance_station": Remark("ambulance_station"),
    "community_hospital": Remark("community_hospital"),
    "outpatient": Remark("outpatient"),
    GOVERNMENT: Remark("government"),
    "hospital_transitional": Remark("hospital_transitional"),
    "armed_police": Remark("armed_police"),
    "private": Remark("private"),
    UNKNOWN: Remark("unknown"),
}
"""Kinds and owners that are guessed, as a reader is told of them."""


def in_words(word: str) -> Remark | str:
    """Return a kind or an owner as it is told.

    Parameters
    ----------
    word
        As ``kind_word``, ``ownership_word`` and their guesses return it.

    Returns
    -------
    Remark or str
        A word of ours in the reader's language; any other as it is.
    """
    return _TOLD.get(word, word)


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


_KINDS_IN_NAMES = (
    ("subcentre", re.compile("社区(卫生|健康)服务分中心|社康分中心|分中心$")),
    (CENTRE, re.compile("社区(卫生|健康)服务中心(?!.*(服务站|分站))|社康中心$")),
    (STATION, re.compile("社区(卫生|健康)服务(分)?站|社康站$|服务站$")),
    ("community_hospital", re.compile("社区医院")),
    ("township_hospital", re.compile("卫生院")),
    ("village_clinic", re.compile("卫生室")),
    ("ambulance_station", re.compile("急救站")),
    ("outpatient", re.compile("门诊部")),
)
"""The surest first: a subcentre's name holds the word for a centre, and many a station's name that
of the centre which runs it."""

_OWNERS_IN_TEXT = (
    ("armed_police", re.compile("武警")),
    ("private", re.compile("民营|民办|社会办|社会力量|私立|个体|有限公司|有限责任公司")),
    ("hospital_transitional", re.compile("院办院管|医院(承办|托管|举办|代管)|由.*医院")),
    (GOVERNMENT, re.compile("政府|公办|公立|卫生健康局|卫健局|卫生局|卫计局|街道办事处")),
)
"""Who runs a facility, read from a text that is none of the defined words."""


def kind_in_name(name: str) -> str | None:
    """Guess the kind of a facility from its name.

    Parameters
    ----------
    name
        As a register has it.

    Returns
    -------
    str or None
        The kind; None where the name tells none.
    """
    plain = "".join(name.split())
    return next((kind for kind, words in _KINDS_IN_NAMES if words.search(plain)), None)


def ownership_in_text(text: str) -> str | None:
    """Guess who runs a facility from what a register says of it.

    Parameters
    ----------
    text
        A cell such as ``天河区卫生健康局``, or a name.

    Returns
    -------
    str or None
        One of ``OWNERSHIPS``; None where the text tells none.
    """
    plain = "".join(text.split())
    return next((owner for owner, words in _OWNERS_IN_TEXT if words.search(plain)), None)


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
