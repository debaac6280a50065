"""Posted speed limits: what the tag ``maxspeed`` says, in kilometres per hour."""

import re
from collections.abc import Mapping

KPH_PER_UNIT = {"": 1.0, "km/h": 1.0, "kmh": 1.0, "kph": 1.0, "mph": 1.609344, "knots": 1.852}
"""International mile and nautical mile; a number without a unit is in km/h (OSM wiki, maxspeed)."""

MAX_LIMIT_KPH = 160.0
"""No road of the world posts more; a larger number is a slip of the pen."""

_LIMIT = re.compile(r"(\d+(?:\.\d+)?) ?([a-z/]*)")
_ZONE = re.compile(r"(?:[A-Z]{2}:)?zone:?(\d+)")


def limit_kph(text: str, words: Mapping[str, float]) -> float | None:
    """Read a posted limit.

    Parameters
    ----------
    text
        Value of ``maxspeed``: ``50``, ``30 mph``, ``DE:zone:30``, ``CN:urban``, ``walk``; of
        several limits, as in ``50;30``, the lowest counts.
    words
        Limits that are said in words, such as ``CN:urban``, km/h.

    Returns
    -------
    float or None
        Kilometres per hour; None where it says no number (``none``, ``signals``) or one that no
        road posts.
    """
    limits = [_one_limit_kph(part.strip(), words) for part in text.split(";")]
    return min((limit for limit in limits if limit is not None), default=None)


def _one_limit_kph(text: str, words: Mapping[str, float]) -> float | None:
    if text in words:
        return words[text]
    found = _LIMIT.fullmatch(text)
    zone = _ZONE.fullmatch(text)
    if found is not None and found[2] in KPH_PER_UNIT:
        kph = float(found[1]) * KPH_PER_UNIT[found[2]]
    elif zone is not None:
        kph = float(zone[1])
    else:
        return None
    return kph if 0 < kph <= MAX_LIMIT_KPH else None
