"""Amounts as a reader of a report reads them: people, shares, minutes, metres."""

import math

from facility_coverage.thresholds import Threshold
from facility_coverage.units import SECONDS_PER_MINUTE
from facility_coverage.words import Language, say

NOTHING = "–"
"""Stands where a value is not known."""


def people(count: float | None) -> str:
    """Return a number of people, whole, thousands apart.

    Parameters
    ----------
    count
        People; None or NaN for unknown.

    Returns
    -------
    str
        Such as ``12,345``.
    """
    return NOTHING if count is None or math.isnan(count) else f"{count:,.0f}"


def percent(share: float | None) -> str:
    """Return a share in per cent, cut and never rounded up to a target that is not met.

    Parameters
    ----------
    share
        0 to 1; None or NaN for unknown.

    Returns
    -------
    str
        Such as ``79.9%``.
    """
    if share is None or math.isnan(share):
        return NOTHING
    return f"{math.floor(round(share * 1000.0, 6)) / 10.0:.1f}%"


def minutes(seconds: float | None) -> str:
    """Return a time in minutes.

    Parameters
    ----------
    seconds
        None, NaN or infinite for none.

    Returns
    -------
    str
        Such as ``12.4``.
    """
    if seconds is None or not math.isfinite(seconds):
        return NOTHING
    return f"{seconds / SECONDS_PER_MINUTE:.1f}"


def threshold_text(threshold: Threshold, language: Language) -> str:
    """Return a threshold in words.

    Parameters
    ----------
    threshold
        In minutes or metres.
    language
        Of the words.

    Returns
    -------
    str
        Such as ``15 min``.
    """
    unit = "{value} min" if threshold.kind == "minutes" else "{value} m"
    return say(unit, language).format(value=f"{threshold.value:g}")
