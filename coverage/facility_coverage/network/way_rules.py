"""Which ways may be used, and in which direction: what the tags of OpenStreetMap say."""

from typing import Literal

Mode = Literal["foot", "bicycle", "car"]
"""Whose signs are read. ``foot`` is definition D0."""

Tags = dict[str, str]

NO_STREET = frozenset(
    {
        "abandoned", "bus_guideway", "construction", "corridor", "elevator", "escalator", "no",
        "planned", "platform", "proposed", "raceway", "razed", "rest_area", "services",
    }
)  # fmt: skip
"""Values of ``highway`` on which nobody moves along: OSMnx 2.x rules, less its sidewalk rule."""

CLOSED_CLASSES: dict[Mode, frozenset[str]] = {
    "foot": NO_STREET | {"motorway", "motorway_link"},
    "bicycle": NO_STREET | {"motorway", "motorway_link", "steps", "via_ferrata"},
    "car": NO_STREET | {"steps", "via_ferrata"},
}
"""Values of ``highway`` that no permission opens."""

OPENS = frozenset({"yes", "designated", "permissive"})
"""Values of a tag of access that open what is closed otherwise."""

_CLOSES = frozenset({"no", "private"})
_CLOSES_VEHICLES = _CLOSES | {"agricultural", "forestry", "use_sidepath", "dismount"}

_VEHICLE_TAGS: dict[Mode, tuple[str, ...]] = {
    "bicycle": ("bicycle", "vehicle", "access"),
    "car": ("motorcar", "motor_vehicle", "vehicle", "access"),
}
"""Tags of access, the most special first: the first that is there decides (OSM wiki, Access)."""

_ONE_WAY_TAGS: dict[Mode, tuple[str, ...]] = {
    "bicycle": ("oneway:bicycle", "oneway"),
    "car": ("oneway:motorcar", "oneway:motor_vehicle", "oneway"),
}
_CYCLEWAY_TAGS = ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")
_ONE_WAY_JUNCTIONS = frozenset({"roundabout", "circular"})


def may_use(mode: Mode, tags: Tags, only_with_permission: frozenset[str]) -> bool:
    """Tell whether a way may be used at all.

    Parameters
    ----------
    mode
        Who moves.
    tags
        The way's tags; ``highway`` is one of them.
    only_with_permission
        Classes that are closed unless a tag of access opens them.

    Returns
    -------
    bool
        True where its class and its tags of access allow it.
    """
    street_class = tags["highway"]
    if tags.get("area") == "yes" or street_class in CLOSED_CLASSES[mode]:
        return False
    if mode == "foot":
        return _may_walk(tags, only_with_permission)
    if mode == "bicycle" and tags.get("motorroad") == "yes":
        return False
    word = next((tags[key] for key in _VEHICLE_TAGS[mode] if key in tags), None)
    if word in OPENS:
        return True
    return (
        word not in _CLOSES_VEHICLES
        and street_class not in only_with_permission
        and tags.get("service") != "private"
    )


def _may_walk(tags: Tags, only_with_permission: frozenset[str]) -> bool:
    """Tell whether a way may be walked (definition D0, less the classes that nobody walks)."""
    foot = tags.get("foot")
    if foot in OPENS:
        return True
    return (
        foot != "no"
        and tags["highway"] not in only_with_permission
        and tags.get("access") not in _CLOSES
        and tags.get("service") != "private"
    )


def directions(mode: Mode, tags: Tags) -> tuple[bool, bool]:
    """Tell in which directions a way may be used.

    Parameters
    ----------
    mode
        Who moves. One-way signs do not bind people on foot.
    tags
        The way's tags.

    Returns
    -------
    tuple of bool
        Along the way as drawn, and against it. A way whose direction changes by the hour
        (``reversible``) is closed in both.
    """
    if mode == "foot":
        return True, True
    if mode == "bicycle" and "oneway:bicycle" not in tags:
        lanes = (tags.get(key, "") for key in _CYCLEWAY_TAGS)
        if any(lane.startswith("opposite") for lane in lanes):
            return True, True
    word = next((tags[key] for key in _ONE_WAY_TAGS[mode] if key in tags), None)
    if word is None:
        implied = tags.get("junction") in _ONE_WAY_JUNCTIONS or tags["highway"] == "motorway"
        return True, not implied
    if word in {"-1", "reverse"}:
        return False, True
    if word == "reversible":
        return False, False
    return True, word not in {"yes", "true", "1"}
