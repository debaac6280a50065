"""Who moves, and on which ways: definition D0."""

from dataclasses import dataclass

from facility_coverage.units import DEFAULT_WALK_SPEED_KPH, metres_per_second

NOT_WALKABLE = frozenset(
    {
        "abandoned", "bus_guideway", "construction", "corridor", "elevator", "escalator",
        "motorway", "motorway_link", "no", "planned", "platform", "proposed", "raceway", "razed",
        "rest_area", "services",
    }
)  # fmt: skip
"""Values of ``highway`` that nobody walks: OSMnx 2.x walk rules, less its sidewalk rule."""

FOOT_ALLOWED = frozenset({"yes", "designated", "permissive"})
"""Values of ``foot`` that open a cycleway or a private way."""

CLOSED = frozenset({"private", "no"})


@dataclass(frozen=True)
class Profile:
    """A way of moving. Frozen, so that it can be part of a cache key.

    Attributes
    ----------
    name
        ``"walk"``.
    speed_kph
        Speed on streets and off them, kilometres per hour.
    """

    name: str
    speed_kph: float

    @property
    def speed_m_per_s(self) -> float:
        """Return the speed in metres per second."""
        return metres_per_second(self.speed_kph)

    def accepts(self, tags: dict[str, str]) -> bool:
        """Tell whether a way may be walked (definition D0).

        Parameters
        ----------
        tags
            The way's OSM tags; ``highway`` is one of them.

        Returns
        -------
        bool
            True where people may walk, in both directions.
        """
        street_class, foot = tags["highway"], tags.get("foot")
        if tags.get("area") == "yes" or foot == "no" or street_class in NOT_WALKABLE:
            return False
        if foot in FOOT_ALLOWED:
            return True
        return (
            street_class != "cycleway"
            and tags.get("access") not in CLOSED
            and tags.get("service") != "private"
        )


def walk(speed_kph: float = DEFAULT_WALK_SPEED_KPH) -> Profile:
    """Return the walking profile.

    Parameters
    ----------
    speed_kph
        Kilometres per hour; by default 4.0, which is 1000 m in 15 minutes (天宁区).

    Returns
    -------
    Profile
        The profile.
    """
    return Profile("walk", speed_kph)
