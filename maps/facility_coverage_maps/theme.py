"""The colours of the map; each scale can be told apart by colour-blind readers and in print."""

import math
from bisect import bisect_right

COVERAGE_COLOURS = ("#00224e", "#3f5f8f", "#8e9cb8", "#d3cba0", "#fee838")
"""From blue to yellow, dark to light, as in cividis but paler in its middle, which would else look
like no data: four equal classes of covered share below the target, one above it."""

CHANGE_COLOURS = (
    "#b35806", "#f1a340", "#fee0b6", "#f7f7f7", "#d8daeb", "#998ec3", "#542788",
)  # fmt: skip
"""PuOr of ColorBrewer, loss to gain: its two ends differ for people who see no red or green too."""

CHANGE_BOUNDS = (-1.0, -0.1, -0.02, -0.0005, 0.0005, 0.02, 0.1)
"""Lower bounds of a change of covered share, as parts of the residents."""

NO_DATA_COLOUR = "#ffffff"
FLAG_COLOUR = "#c8102e"
GAP_COLOUR = "#d55e00"
VERDICT_COLOURS = {
    "fail": "#c8102e",
    "advice": "#e69f00",
    "not_assessable": "#b8c0c8",
    "pass": "#0072b2",
}
"""Verdicts on clauses, worst first; told apart by people who see no red or green."""
"""Of people and streets beyond every circle."""

_BAND_SCALE = ("#440154", "#463480", "#355f8d", "#277f8e", "#1fa088", "#3dbc74")
"""Viridis without its light end, which is lost on a light ground; near to far."""


def band_colours(count: int) -> list[str]:
    """Return the colours of the thresholds of one kind, nearest first.

    Parameters
    ----------
    count
        How many thresholds there are, at most six.

    Returns
    -------
    list of str
        Colours as ``#rrggbb``, as far apart on the scale as they can be.
    """
    if count == 1:
        return [_BAND_SCALE[1]]
    last = len(_BAND_SCALE) - 1
    return [_BAND_SCALE[round(place * last / (count - 1))] for place in range(count)]


def share_classes(target_share: float) -> list[float]:
    """Return the lower bounds of the classes of covered share; the last one meets the target.

    Parameters
    ----------
    target_share
        The share of residents to be covered, 0 to 1.

    Returns
    -------
    list of float
        One bound for each colour of ``COVERAGE_COLOURS``, rising from 0 to the target.
    """
    below = len(COVERAGE_COLOURS) - 1
    # Rounded so that 0.6 is a class of its own below 0.8, not 0.6000000000000001.
    return [*(round(target_share * step / below, 12) for step in range(below)), target_share]


def share_colour(share: float, target_share: float) -> str:
    """Return the colour of a covered share.

    Parameters
    ----------
    share
        0 to 1; NaN for unknown.
    target_share
        What is to be reached.

    Returns
    -------
    str
        As on the map page.
    """
    if math.isnan(share):
        return NO_DATA_COLOUR
    return COVERAGE_COLOURS[bisect_right(share_classes(target_share), share) - 1]
