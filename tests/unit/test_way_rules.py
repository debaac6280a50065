"""Permissions and one-way streets of vehicles: both sides of every rule."""

import pytest

from facility_coverage.network.way_rules import Mode, directions, may_use

PATHS = frozenset({"footway", "pedestrian"})
BOTH, ALONG, AGAINST, CLOSED = (True, True), (True, False), (False, True), (False, False)


@pytest.mark.parametrize(
    ("mode", "tags", "allowed"),
    [
        ("car", {}, True),
        ("car", {"access": "private"}, False),
        ("car", {"access": "no"}, False),
        ("car", {"access": "no", "motor_vehicle": "yes"}, True),
        ("car", {"access": "no", "motor_vehicle": "destination"}, True),
        ("car", {"access": "yes", "vehicle": "no"}, False),
        ("car", {"vehicle": "no", "motorcar": "permissive"}, True),
        ("car", {"motor_vehicle": "yes", "motorcar": "no"}, False),
        ("car", {"motor_vehicle": "agricultural"}, False),
        ("car", {"motor_vehicle": "forestry"}, False),
        ("car", {"access": "destination"}, True),
        ("car", {"access": "customers"}, True),
        ("car", {"service": "private"}, False),
        ("car", {"service": "private", "motor_vehicle": "yes"}, True),
        ("car", {"service": "driveway"}, True),
        ("car", {"bicycle": "no", "foot": "no"}, True),
        ("car", {"motorroad": "yes"}, True),
        ("car", {"area": "yes"}, False),
        ("car", {"highway": "motorway"}, True),
        ("car", {"highway": "steps", "motor_vehicle": "yes"}, False),
        ("car", {"highway": "pedestrian"}, False),
        ("car", {"highway": "pedestrian", "motor_vehicle": "yes"}, True),
        ("car", {"highway": "pedestrian", "motor_vehicle": "destination"}, False),
        ("car", {"highway": "proposed"}, False),
        ("bicycle", {}, True),
        ("bicycle", {"motor_vehicle": "no"}, True),
        ("bicycle", {"bicycle": "no"}, False),
        ("bicycle", {"bicycle": "use_sidepath"}, False),
        ("bicycle", {"bicycle": "dismount"}, False),
        ("bicycle", {"vehicle": "no", "bicycle": "yes"}, True),
        ("bicycle", {"vehicle": "no"}, False),
        ("bicycle", {"motorroad": "yes"}, False),
        ("bicycle", {"highway": "motorway", "bicycle": "yes"}, False),
        ("bicycle", {"highway": "steps"}, False),
        ("bicycle", {"highway": "path"}, True),
        ("bicycle", {"highway": "cycleway"}, True),
        ("bicycle", {"highway": "footway"}, False),
        ("bicycle", {"highway": "footway", "bicycle": "designated"}, True),
    ],
)
def test_who_may_use_a_way(mode: Mode, tags: dict[str, str], allowed: bool) -> None:  # noqa: FBT001
    assert may_use(mode, {"highway": "residential"} | tags, PATHS) is allowed


@pytest.mark.parametrize(
    ("tags", "car", "bicycle"),
    [
        ({}, BOTH, BOTH),
        ({"oneway": "yes"}, ALONG, ALONG),
        ({"oneway": "true"}, ALONG, ALONG),
        ({"oneway": "1"}, ALONG, ALONG),
        ({"oneway": "-1"}, AGAINST, AGAINST),
        ({"oneway": "reverse"}, AGAINST, AGAINST),
        ({"oneway": "no"}, BOTH, BOTH),
        ({"oneway": "alternating"}, BOTH, BOTH),
        ({"oneway": "reversible"}, CLOSED, CLOSED),
        ({"junction": "roundabout"}, ALONG, ALONG),
        ({"junction": "circular"}, ALONG, ALONG),
        ({"junction": "yes"}, BOTH, BOTH),
        ({"junction": "roundabout", "oneway": "no"}, BOTH, BOTH),
        ({"highway": "motorway"}, ALONG, ALONG),
        ({"highway": "motorway", "oneway": "no"}, BOTH, BOTH),
        ({"highway": "motorway_link"}, BOTH, BOTH),
        ({"oneway": "yes", "oneway:bicycle": "no"}, ALONG, BOTH),
        ({"oneway": "no", "oneway:bicycle": "yes"}, BOTH, ALONG),
        ({"oneway": "yes", "oneway:bicycle": "-1"}, ALONG, AGAINST),
        ({"oneway": "yes", "oneway:motor_vehicle": "no"}, BOTH, ALONG),
        ({"oneway": "yes", "cycleway": "opposite"}, ALONG, BOTH),
        ({"oneway": "yes", "cycleway": "opposite_lane"}, ALONG, BOTH),
        ({"oneway": "yes", "cycleway:left": "opposite_track"}, ALONG, BOTH),
        ({"oneway": "-1", "cycleway:both": "opposite"}, AGAINST, BOTH),
        ({"oneway": "yes", "cycleway": "lane"}, ALONG, ALONG),
        ({"oneway": "yes", "oneway:bicycle": "yes", "cycleway": "opposite"}, ALONG, ALONG),
    ],
)
def test_in_which_directions(
    tags: dict[str, str], car: tuple[bool, bool], bicycle: tuple[bool, bool]
) -> None:
    tagged = {"highway": "residential"} | tags
    assert directions("car", tagged) == car
    assert directions("bicycle", tagged) == bicycle
    assert directions("foot", tagged) == BOTH
