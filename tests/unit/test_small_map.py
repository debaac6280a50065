"""Small maps: every text escaped, everything in its place, the scale bar true."""

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import shapely
from toy_result import HOSTILE

from facility_coverage_maps.small_map import Area, Lines, Marks, around, data_url, small_map

SVG = "{http://www.w3.org/2000/svg}"
BOX = shapely.box(0, 0, 1000, 1000)


def drawn(*layers: Area | Lines | Marks, side_m: float = 1000.0) -> ET.Element:
    extent = (0.0, 0.0, side_m, side_m)
    svg = small_map(layers, extent, "a title", "en", width_px=200.0, height_px=200.0)
    return ET.fromstring(str(svg))  # noqa: S314  (our own text)


def texts(svg: ET.Element) -> list[str]:
    return [element.text or "" for element in svg.iter(f"{SVG}text")]


@pytest.mark.parametrize("name", [*HOSTILE, 'quote " and \u202e turned', "x" * 200, "🏥"])
def test_no_name_becomes_markup(name: str) -> None:
    svg = small_map([Area(BOX, label=name)], around([BOX]), name, "zh")
    root = ET.fromstring(str(svg).replace("\u2028", " "))  # noqa: S314
    assert {element.tag for element in root.iter()} <= {
        f"{SVG}{tag}" for tag in ("svg", "rect", "path", "text", "circle")
    }
    assert root.attrib["aria-label"].replace(" ", "") == re.sub(r"[\s\u2028]", "", name)


def test_marks_stand_where_they_are_and_outside_ones_are_left_out() -> None:
    points = shapely.points([(500.0, 500.0), (5000.0, 500.0), (250.0, 750.0)])
    (disc, ring) = (
        drawn(Marks(points, symbol, labels=("1", "2", "3"))) for symbol in ("disc", "ring")
    )
    for svg in (disc, ring):
        found = [
            (float(c.attrib["cx"]), float(c.attrib["cy"]))
            for c in svg.iter(f"{SVG}circle")
            if c.attrib["r"] == "3.5"
        ]
        assert found == [(100.0, 100.0), (50.0, 50.0)]
        assert texts(svg)[:2] == ["1", "3"]


@pytest.mark.parametrize("symbol", ["square", "triangle", "diamond"])
def test_other_symbols_are_polygons_around_their_place(symbol: str) -> None:
    layer = Marks(shapely.points([(500.0, 500.0)]), symbol)  # type: ignore[arg-type]  # any of them
    (polygon,) = drawn(layer).iter(f"{SVG}polygon")
    corners = np.array([pair.split(",") for pair in polygon.attrib["points"].split()], dtype=float)
    assert abs(corners[:, 0].mean() - 100.0) < 0.1
    assert abs(corners[:, 1] - 100.0).max() < 5.0


def test_empty_shapes_are_passed_over() -> None:
    nothing = np.array([shapely.Point(), None], dtype=object)
    svg = drawn(
        Area(shapely.Polygon(), label="nowhere"), Lines(np.empty(0, dtype=object)), Marks(nothing)
    )
    assert texts(svg) == ["200 m", "N"]
    assert len(list(svg.iter(f"{SVG}path"))) == 2


def test_lines_too_short_to_see_are_left_out() -> None:
    lines = shapely.linestrings([[(0, 0), (500, 0)], [(100, 100), (101, 100)]])
    (path, *_) = drawn(Lines(lines, "#123456")).iter(f"{SVG}path")
    assert path.attrib["stroke"] == "#123456"
    assert path.attrib["d"].count("M") == 1


@pytest.mark.parametrize(("side_m", "words"), [(1000.0, "200 m"), (20_000.0, "5 km")])
def test_the_scale_bar_is_as_long_as_it_says(side_m: float, words: str) -> None:
    svg = drawn(side_m=side_m)
    assert words in texts(svg)
    bar = next(p.attrib["d"] for p in svg.iter(f"{SVG}path") if "v4h" in p.attrib["d"])
    length_px = float(re.search(r"h([\d.]+)v", bar)[1])  # type: ignore[index]  # it is there
    value, unit = words.split()
    metres = float(value) * (1000.0 if unit == "km" else 1.0)
    assert length_px == pytest.approx(metres / side_m * 200.0, abs=0.1)


def test_names_do_not_stand_across_each_other() -> None:
    halves = [Area(shapely.box(x, 0, x + 400, 1000), label="a long name") for x in (0, 50, 600)]
    assert len([text for text in texts(drawn(*halves)) if text == "a long name"]) == 2 * 2


def test_dashes_opacity_and_equal_text() -> None:
    layers = [Area(BOX, "#ffffff", opacity=0.5, dashes="3 2")]
    first = small_map(layers, around([BOX]), "t", "en")
    assert 'fill-opacity="0.5"' in first
    assert 'stroke-dasharray="3 2"' in first
    assert first == small_map(layers, around([BOX]), "t", "en")
    assert data_url(b"<svg/>") == "data:image/svg+xml;base64,PHN2Zy8+"
