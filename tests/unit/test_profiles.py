"""Which ways may be walked: the table of definition D0, both ways of every rule."""

import pytest

from facility_coverage.network.profiles import Profile, walk

CLASSES = (
    "primary", "secondary", "tertiary", "residential", "living_street", "unclassified", "service",
    "track", "path", "footway", "pedestrian", "steps", "bridleway", "trunk", "trunk_link", "road",
    "crossing", "via_ferrata",
)  # fmt: skip
NEVER = (
    "abandoned", "bus_guideway", "construction", "corridor", "elevator", "escalator", "motorway",
    "motorway_link", "no", "planned", "platform", "proposed", "raceway", "razed", "rest_area",
    "services",
)  # fmt: skip
OPENS = ("yes", "designated", "permissive")
OPENS_NOTHING = ("official", "use_sidepath", "private", "destination", "unknown", "")


@pytest.mark.parametrize("street_class", CLASSES)
def test_a_street_is_walked(street_class: str) -> None:
    assert walk().accepts({"highway": street_class})


@pytest.mark.parametrize("street_class", NEVER)
@pytest.mark.parametrize("foot", [None, *OPENS])
def test_some_classes_are_never_walked_not_even_with_permission(
    street_class: str, foot: str | None
) -> None:
    tags = {"highway": street_class} | ({"foot": foot} if foot else {})
    assert not walk().accepts(tags)


@pytest.mark.parametrize(
    ("tags", "walked"),
    [
        ({"area": "yes"}, False),
        ({"area": "no"}, True),
        ({"area": "yes", "foot": "yes"}, False),
        ({"foot": "no"}, False),
        ({"foot": "no", "access": "yes"}, False),
        ({"access": "private"}, False),
        ({"access": "no"}, False),
        ({"access": "customers"}, True),
        ({"access": "permissive"}, True),
        ({"access": "destination"}, True),
        ({"service": "private"}, False),
        ({"service": "driveway"}, True),
        ({"service": "parking_aisle"}, True),
        ({"sidewalk": "separate"}, True),
        ({"oneway": "yes"}, True),
        ({"motor_vehicle": "no"}, True),
    ],
)
def test_one_tag_decides(tags: dict[str, str], walked: bool) -> None:  # noqa: FBT001  (a table)
    assert walk().accepts({"highway": "residential"} | tags) is walked


@pytest.mark.parametrize(
    "closed", [{"access": "private"}, {"access": "no"}, {"service": "private"}]
)
@pytest.mark.parametrize("foot", OPENS)
def test_an_explicit_permission_opens_what_is_private(closed: dict[str, str], foot: str) -> None:
    assert walk().accepts({"highway": "service", "foot": foot} | closed)


@pytest.mark.parametrize(
    "closed", [{"access": "private"}, {"access": "no"}, {"service": "private"}]
)
@pytest.mark.parametrize("foot", OPENS_NOTHING)
def test_any_other_word_opens_nothing(closed: dict[str, str], foot: str) -> None:
    assert not walk().accepts({"highway": "service", "foot": foot} | closed)


@pytest.mark.parametrize("foot", [None, "no", *OPENS_NOTHING])
def test_a_cycleway_is_not_walked_by_itself(foot: str | None) -> None:
    tags = {"highway": "cycleway"} | ({"foot": foot} if foot is not None else {})
    assert not walk().accepts(tags)


@pytest.mark.parametrize("foot", OPENS)
@pytest.mark.parametrize("access", [{}, {"access": "private"}, {"access": "no"}])
def test_a_cycleway_is_walked_with_permission(foot: str, access: dict[str, str]) -> None:
    assert walk().accepts({"highway": "cycleway", "foot": foot} | access)


def test_speed_in_metres_per_second() -> None:
    assert walk(3.6).speed_m_per_s == 1.0
    assert walk().speed_m_per_s == 4000.0 / 3600.0  # 1000 m in 15 minutes
    assert walk(4.0) == walk() == Profile("walk", 4.0)
    assert walk(4.0) != walk(4.5)
