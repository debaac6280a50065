"""Units of measure and the constants that the definitions rest on, each with its source."""

SECONDS_PER_MINUTE = 60.0
METRES_PER_KILOMETRE = 1000.0
SECONDS_PER_HOUR = 3600.0

DEFAULT_WALK_SPEED_KPH = 4.0
"""Adult walking speed: 1000 m in 15 minutes.

Source: 天宁区“十四五”规划, 服务半径约1000米（步行15分钟以内）.
"""

DEFAULT_OFF_STREET_LIMIT_M = 250.0
"""Longest leg between a place and its street; the same for demand, facilities and area."""

DEFAULT_TARGET_SHARE = 0.80
"""Share of residents within reach below which a subdistrict is flagged (Song et al. 2022)."""


def metres_per_second(speed_kph: float) -> float:
    """Return a speed in metres per second.

    Parameters
    ----------
    speed_kph
        Speed in kilometres per hour.

    Returns
    -------
    float
        The same speed in metres per second.
    """
    return speed_kph * METRES_PER_KILOMETRE / SECONDS_PER_HOUR
