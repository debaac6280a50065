"""Longitude and latitude as people write them; what cannot be told apart is refused, row by row."""

import numpy as np
import pandas as pd
import pytest

from facility_coverage.coordinates.systems import from_wgs84
from facility_coverage.inputs.positions import Positions, table_positions

PLACE = (113.36, 23.14)


def read(lon: object, lat: object, system: str = "wgs84") -> Positions:
    return table_positions(pd.DataFrame({"a": [lon], "b": [lat]}), "a", "b", system)


@pytest.mark.parametrize(
    ("lon", "lat"),
    [
        (113.36, 23.14),
        ("113.36", " 23.14 "),
        ("１１３．３６", "23.14°"),
        ("113°21′36″E", "23°8′24″N"),
        ("113°21'36\"", "23°8'24\""),
        ("东经113°21′36″", "北纬23°8′24″"),
        ("113度21分36秒", "23度8分24秒"),
        ("E113.36", "N23.14"),
        ("113:21:36", "23:08:24"),
        ("113°21.6′", "23°8.4′"),
        ("113.36,23.14", ""),
        ("", "23.14，113.36"),
        ("N23.14 E113.36", None),
        ("113°21′36″E, 23°8′24″N", float("nan")),
    ],
)
def test_one_place_in_many_spellings(lon: object, lat: object) -> None:
    found = read(lon, lat)
    assert found.reason.tolist() == [""]
    assert found.lonlat[0] == pytest.approx(PLACE, abs=1e-9)


def test_south_and_west_are_negative() -> None:
    assert read("15°24′W", "28.1S").lonlat[0] == pytest.approx((-15.4, -28.1))
    both = table_positions(pd.DataFrame({"坐标": ["15.4W 28.1N"]}), "坐标", "坐标", "wgs84")
    assert both.lonlat[0] == pytest.approx((-15.4, 28.1))


@pytest.mark.parametrize(
    ("lon", "lat", "reason"),
    [
        ("", "", "a, b are no longitude and latitude in degrees; fill them in"),
        (113.36, "", "fill them in"),
        ("here", "there", "fill them in"),
        ("113°61′", "23.14", "fill them in"),
        ("E113.36E", "23.14", "fill them in"),
        (23.14, 113.36, "the two are swapped; exchange them (found 23.14, 113.36)"),
        ("23.14N", "113.36E", "the two are swapped"),
        (437_000, 2_560_000, "name the system of these metres"),
        (200, 300, "exchange them if they are swapped (found 200, 300)"),
        ("15.4,28.1", "", "fill them in"),
    ],
)
def test_what_is_nowhere_says_why(lon: object, lat: object, reason: str) -> None:
    found = read(lon, lat)
    assert np.isnan(found.lonlat).all()
    assert reason in found.reason[0].told("en")
    assert "；请" in found.reason[0].told("zh")


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("15.4,28.1", "does not say which number is the longitude"),
        ("113.36", "no longitude and latitude in one cell"),
        ("113.36,x", "no longitude and latitude in one cell"),
        ("1,2,3", "no longitude and latitude in one cell"),
    ],
)
def test_one_cell_must_tell_its_numbers_apart(cell: str, reason: str) -> None:
    frame = pd.DataFrame({"坐标": [cell, "113.36,23.14", "23.14,113.36"]}, index=[4, 5, 6])
    found = table_positions(frame, "坐标", "坐标", "wgs84")
    assert found.lonlat[1:].tolist() == [list(PLACE)] * 2
    (fault,) = found.faults(frame.index)
    assert fault.told("en").startswith("row 4: 坐标 ")
    assert reason in fault.told("en")
    assert fault.told("zh").startswith("第4行：坐标")


def test_rows_with_one_fault_share_a_line() -> None:
    frame = pd.DataFrame({"lon": [23.1, "", 23.2], "lat": [113.1, "", 113.2]}, index=[2, 3, 4])
    told = [
        fault.told("en")
        for fault in table_positions(frame, "lon", "lat", "wgs84").faults(frame.index)
    ]
    assert told == [
        "row 2, 4: lon, lat are no longitude and latitude: the two are swapped; exchange them",
        "row 3: lon, lat are no longitude and latitude in degrees; fill them in",
    ]


@pytest.mark.parametrize("system", ["gcj02", "bd09", "cgcs2000", "EPSG:4547", "EPSG:4526"])
def test_every_system_leads_to_the_same_place(system: str) -> None:
    x, y = from_wgs84(np.array([PLACE]), system)[0].tolist()
    assert read(x, y, system).lonlat[0] == pytest.approx(PLACE, abs=1e-8)
    swapped = read(y, x, system)
    assert "the two are swapped" in swapped.reason[0].told("en")


def test_degrees_are_no_metres_of_a_zone() -> None:
    found = read(113.36, 23.14, "EPSG:4547")
    assert "lie outside EPSG:4547; correct them" in found.reason[0].told("en")
