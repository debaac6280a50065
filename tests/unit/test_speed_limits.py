"""Posted limits: what ``maxspeed`` says, and what says nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from street_scenes import laws

from facility_coverage.network.speed_limits import MAX_LIMIT_KPH, limit_kph

WORDS = {"CN:urban": 50.0, "walk": 6.0}


@pytest.mark.parametrize(
    ("text", "kph"),
    [
        ("50", 50.0),
        ("50.5", 50.5),
        ("50 km/h", 50.0),
        ("50km/h", 50.0),
        ("50 kph", 50.0),
        ("30 mph", 48.28032),
        ("30mph", 48.28032),
        ("10 knots", 18.52),
        ("CN:urban", 50.0),
        ("walk", 6.0),
        ("DE:zone:30", 30.0),
        ("FR:zone30", 30.0),
        ("zone:20", 20.0),
        ("50;30", 30.0),
        ("50; 30 mph", 48.28032),
        ("signals;40", 40.0),
        (" 60 ", 60.0),
        ("160", 160.0),
        ("161", None),
        ("5000", None),
        ("0", None),
        ("-30", None),
        ("none", None),
        ("signals", None),
        ("variable", None),
        ("DE:urban", None),
        ("30 furlongs", None),
        ("fast", None),
        ("5 0", None),
        (";", None),
        ("", None),
    ],
)
def test_what_a_sign_says(text: str, kph: float | None) -> None:
    assert limit_kph(text, WORDS) == (None if kph is None else pytest.approx(kph))


@laws(100)
@given(st.text(alphabet="0123456789.;:mphkw/ -zoneCNDE", max_size=12))
def test_whatever_stands_there_is_a_speed_of_a_road_or_nothing(text: str) -> None:
    kph = limit_kph(text, WORDS)
    assert kph is None or 0 < kph <= MAX_LIMIT_KPH
