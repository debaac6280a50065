"""Profiles: the walking rule D0 both ways, what ships, and files of one's own."""

import json
from pathlib import Path

import pytest

from facility_coverage.errors import InputError, NotFoundError
from facility_coverage.network.profiles import (
    SHIPPED,
    Profile,
    chosen_profile,
    load_profile,
    shipped_profile,
    walk,
)
from facility_coverage.study_file import NetworkSection

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


def walked(tags: dict[str, str]) -> bool:
    """Tell whether a way may be walked; if so, both ways at the same speed."""
    along, against = walk().speeds_kph(tags)
    assert along == against
    assert along in {0.0, 4.0}
    return along > 0


@pytest.mark.parametrize("street_class", CLASSES)
def test_a_street_is_walked(street_class: str) -> None:
    assert walked({"highway": street_class})


@pytest.mark.parametrize("street_class", NEVER)
@pytest.mark.parametrize("foot", [None, *OPENS])
def test_some_classes_are_never_walked_not_even_with_permission(
    street_class: str, foot: str | None
) -> None:
    assert not walked({"highway": street_class} | ({"foot": foot} if foot else {}))


@pytest.mark.parametrize(
    ("tags", "allowed"),
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
        ({"oneway": "-1"}, True),
        ({"motor_vehicle": "no"}, True),
        ({"maxspeed": "30"}, True),
        ({"wheelchair": "no"}, True),
    ],
)
def test_one_tag_decides(tags: dict[str, str], allowed: bool) -> None:  # noqa: FBT001  (a table)
    assert walked({"highway": "residential"} | tags) is allowed


@pytest.mark.parametrize(
    "closed", [{"access": "private"}, {"access": "no"}, {"service": "private"}]
)
@pytest.mark.parametrize("foot", OPENS)
def test_an_explicit_permission_opens_what_is_private(closed: dict[str, str], foot: str) -> None:
    assert walked({"highway": "service", "foot": foot} | closed)


@pytest.mark.parametrize(
    "closed", [{"access": "private"}, {"access": "no"}, {"service": "private"}]
)
@pytest.mark.parametrize("foot", OPENS_NOTHING)
def test_any_other_word_opens_nothing(closed: dict[str, str], foot: str) -> None:
    assert not walked({"highway": "service", "foot": foot} | closed)


@pytest.mark.parametrize("foot", [None, "no", *OPENS_NOTHING])
def test_a_cycleway_is_not_walked_by_itself(foot: str | None) -> None:
    assert not walked({"highway": "cycleway"} | ({"foot": foot} if foot is not None else {}))


@pytest.mark.parametrize("foot", OPENS)
@pytest.mark.parametrize("access", [{}, {"access": "private"}, {"access": "no"}])
def test_a_cycleway_is_walked_with_permission(foot: str, access: dict[str, str]) -> None:
    assert walked({"highway": "cycleway", "foot": foot} | access)


def test_the_wheelchair_takes_no_steps_and_nothing_that_is_marked_as_closed_to_it() -> None:
    wheelchair = shipped_profile("wheelchair")
    assert wheelchair.speeds_kph({"highway": "footway"}) == (2.16, 2.16)
    assert wheelchair.speeds_kph({"highway": "footway", "wheelchair": "limited"}) == (2.16, 2.16)
    for closed in ({"highway": "steps"}, {"highway": "footway", "wheelchair": "no"}):
        assert wheelchair.speeds_kph(closed) == (0.0, 0.0)
        assert shipped_profile("older").speeds_kph(closed) == (2.88, 2.88)


def test_what_ships_has_the_speeds_of_the_definitions_and_its_sources() -> None:
    shipped = {name: shipped_profile(name) for name in SHIPPED}
    assert all(profile.name == name for name, profile in shipped.items())
    assert all(profile.source.rstrip().endswith(".") for profile in shipped.values())
    assert not any(profile.has_delays for profile in shipped.values())
    directions = {name: profile.direction for name, profile in shipped.items()}
    assert directions == dict.fromkeys(SHIPPED, "to") | {"car": "from"}
    off_street = {n: profile.off_street_speed_m_per_s for n, profile in shipped.items()}
    assert off_street["walk"] == 4000.0 / 3600.0  # 1000 m in 15 minutes
    assert off_street["older"] == pytest.approx(0.8)
    assert off_street["wheelchair"] == pytest.approx(0.6)
    assert off_street["car"] == off_street["bicycle"] == off_street["walk"]
    assert walk() == shipped["walk"]


def test_a_car_goes_at_the_posted_limit_or_at_that_of_the_class() -> None:
    car = shipped_profile("car")
    assert car.speeds_kph({"highway": "primary"}) == (50.0, 50.0)
    assert car.speeds_kph({"highway": "primary", "maxspeed": "70"}) == (70.0, 70.0)
    assert car.speeds_kph({"highway": "primary", "maxspeed": "CN:rural"}) == (70.0, 70.0)
    assert car.speeds_kph({"highway": "primary", "maxspeed": "none"}) == (50.0, 50.0)
    both = {"highway": "primary", "maxspeed": "70", "maxspeed:backward": "30"}
    assert car.speeds_kph(both) == (70.0, 30.0)
    assert car.speeds_kph(both | {"maxspeed:forward": "20", "oneway": "-1"}) == (0.0, 30.0)
    assert car.speeds_kph({"highway": "footway", "maxspeed": "70"}) == (0.0, 0.0)


def test_another_speed_is_another_profile() -> None:
    slow, fast = walk(4.0), walk(4.5)
    assert slow != fast
    assert len({slow, fast, walk(4.0)}) == 2
    assert fast.off_street_speed_m_per_s == 1.25
    assert shipped_profile("bicycle").with_speed(12.0).off_street_speed_kph == 4.0


def test_speeds_by_class_have_no_single_speed_to_replace() -> None:
    with pytest.raises(InputError, match="profile car has a speed by class, so speed_kph = 30"):
        shipped_profile("car").with_speed(30.0)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_profile_survives_json(name: str) -> None:
    profile = shipped_profile(name)
    again = Profile.model_validate(json.loads(json.dumps(profile.model_dump(mode="json"))))
    assert again == profile
    assert hash(again) == hash(profile)


def test_a_study_chooses_replaces_and_turns_round() -> None:
    assert chosen_profile(NetworkSection(source="a.osm")) == walk()
    section = NetworkSection(source="a.osm", profile="older", speed_kph=3.0, direction="from")
    chosen = chosen_profile(section)
    assert (chosen.name, chosen.speed_kph, chosen.direction) == ("older", 3.0, "from")


def test_there_is_no_such_profile() -> None:
    with pytest.raises(NotFoundError, match="no profile 'skate'; choose one of walk, older"):
        chosen_profile(NetworkSection(source="a.osm", profile="skate"))
    with pytest.raises(NotFoundError, match=r"skate\.toml: there is no such profile file"):
        chosen_profile(NetworkSection(source="a.osm", profile="skate.toml"))


OWN = """\
name = "stretcher"
mode = "foot"
source = "Two bearers, counted on the ward."
speed_kph = 3
step_free = true
slope = "tobler"
[node_delay_s]
crossing = 12
"""


def test_a_profile_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "stretcher.toml"
    path.write_text(OWN, encoding="utf-8")
    chosen = chosen_profile(NetworkSection(source="a.osm", profile=str(path)))
    assert (chosen.name, chosen.speed_kph) == ("stretcher", 3.0)
    assert chosen.node_delay_s == {"crossing": 12.0}
    assert chosen.has_delays
    assert chosen.direction == "to"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("speed_kph = 3", "speed_kph = 0"), "speed_kph"),
        (("speed_kph = 3", "speed_kph = nan"), "speed_kph"),
        (("speed_kph = 3", "speed_kph = 500"), "speed_kph"),
        (("speed_kph = 3", 'speed_kph = "fast"'), "speed_kph"),
        (("speed_kph = 3", ""), "speed_kph: this key is missing"),
        (("speed_kph = 3", "speed_kph = {}"), "names no class"),
        (("speed_kph = 3", "speed_kph = {primary = 50}"), "off_street_speed_kph is needed"),
        (("speed_kph = 3", "speed_kph = {primary = -1}\noff_street_speed_kph = 4"), "primary"),
        (('mode = "foot"', 'mode = "horse"'), "mode"),
        (("source =", "sauce ="), "sauce: there is no such key"),
        (("crossing = 12", "crossing = -1"), "node_delay_s.crossing"),
        (("crossing = 12", "crossing = 601"), "node_delay_s.crossing"),
        (('slope = "tobler"', 'slope = "naismith"'), "slope"),
        (("name =", "name"), "not a TOML file"),
    ],
)
def test_a_bad_profile_file_is_told_by_file_and_key(
    change: tuple[str, str], fault: str, tmp_path: Path
) -> None:
    path = tmp_path / "own.toml"
    path.write_text(OWN.replace(*change), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_profile(path)
    lines = str(caught.value).splitlines()
    assert len(lines) == 1 + fault.startswith("sauce")  # and then source is missing
    assert all(line.startswith(f"{path}: ") for line in lines)
    assert any(fault in line for line in lines)
