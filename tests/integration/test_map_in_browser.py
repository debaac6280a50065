"""The map as a person meets it, in headless Chromium: what it shows, and what answers."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # has none
from map_visit import Visit, chromium, visit
from playwright.sync_api import Browser
from pypdf import PdfReader
from pyproj import Transformer
from toy_result import HOSTILE, toy_result, toy_study

from facility_coverage.coordinates import gcj02
from facility_coverage_maps.page import write_map
from facility_coverage_maps.theme import COVERAGE_COLOURS, VERDICT_COLOURS

pytestmark = pytest.mark.browser

INK = """(pane) => {
  const canvas = document.querySelector(`${pane} canvas`);
  if (!canvas) {
    return false;
  }
  const { width, height } = canvas;
  const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  return copy.getImageData(0, 0, width, height).data.some((byte) => byte > 0);
}"""
COUNT = "(selector) => document.querySelectorAll(selector).length > 0"
LAYERS = {
    "coverage": (COUNT, ".leaflet-coverage-pane path:not([fill-opacity='0'])"),
    "borders": (COUNT, ".leaflet-borders-pane path"),
    "findings": (COUNT, ".leaflet-findings-pane path"),
    "circles": (COUNT, ".leaflet-circles-pane path"),
    "facility-circles": (INK, ".leaflet-facility-circles-pane"),
    "streets": (INK, ".leaflet-streets-pane"),
    "main-streets": (INK, ".leaflet-main-streets-pane"),
    "facilities": (COUNT, ".facility"),
    "gaps": (COUNT, ".leaflet-gaps-pane path"),
    "sites": (COUNT, ".site"),
    "places": (INK, ".leaflet-places-pane"),
    "unreachable": (INK, ".leaflet-unreachable-pane"),
}
OFF_AT_FIRST = {"findings", "facility-circles", "streets", "gaps", "places", "unreachable"}
CIRCLES_OF_ONE = ".leaflet-facility-circles-pane path"
STOP = """() => { const { id, dataset, name, className } = document.activeElement;
  return id || dataset.layer || name || String(className.baseVal ?? className); }"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def map_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("map") / "map.html"
    study = toy_study(name=HOSTILE[1], synthetic=HOSTILE[0])
    marks = study.map.model_copy(update={"approval": "审图号 1", "data_date": "2026-11"})
    write_map(toy_result(study.model_copy(update={"map": marks})), path)
    return path


@pytest.fixture(scope="module")
def opened(browser: Browser, map_path: Path) -> Iterator[Visit]:
    with visit(browser, map_path) as page:
        yield page


@pytest.fixture
def desk(opened: Visit) -> Visit:
    opened.afresh()
    return opened


@pytest.fixture
def phone(browser: Browser, map_path: Path) -> Iterator[Visit]:
    with visit(browser, map_path, 390, 844) as page:
        yield page


def test_each_layer_is_switched_off_and_on(desk: Visit) -> None:
    for key, (drawn, what) in LAYERS.items():
        box = desk.page.locator(f"[data-layer={key}]")
        first = box.is_checked()
        assert first == (key not in OFF_AT_FIRST)
        for on in (first, not first, first):
            box.set_checked(on)
            desk.page.wait_for_function(
                f"(what) => ({drawn})(what) === {str(on).lower()}", arg=what
            )


def test_subdistricts_are_coloured_by_the_chosen_measure(desk: Visit) -> None:
    def colours() -> list[int]:
        paths = desk.page.locator(".leaflet-coverage-pane path").all()
        fills = [str(path.get_attribute("fill")) for path in paths]
        return [COVERAGE_COLOURS.index(fill) if fill in COVERAGE_COLOURS else -1 for fill in fills]

    # Shares within 15 minutes are 0, 0.2, 0.4, 0.6, 0.8 and 1; classes start at 0, 0.2, ... 0.8.
    assert colours() == [0, 1, 2, 3, 4, 4]
    desk.page.check("#limits label:nth-child(2) input")
    assert colours() == [0, 0, 1, 1, 2, 2]  # within 10 minutes they are half of that
    desk.page.select_option("#measure", "older")
    assert colours() == [2] * 6  # half of the older everywhere
    # Only the first subdistrict has a centre: its residents are the most at one, the darkest.
    desk.page.select_option("#measure", "per_centre")
    assert colours() == [0, -1, -1, -1, -1, -1]
    assert "no centre" in desk.page.inner_text("#layer-coverage")
    options = desk.page.locator("#measure option").evaluate_all("all => all.map(o => o.value)")
    assert options == ["covered", "older", "area", "per_centre"]


def test_subdistricts_answer_clicks_under_streets_and_without_their_colour(desk: Visit) -> None:
    desk.page.check("[data-layer=streets]")
    desk.page.check("[data-layer=facility-circles]")
    desk.page.uncheck("[data-layer=coverage]")
    box = desk.page.locator(".leaflet-coverage-pane path").nth(3).bounding_box()
    assert box is not None
    desk.page.mouse.click(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.4)
    assert desk.popup().startswith(HOSTILE[3])
    desk.page.click("text=From this point")
    assert desk.popup().startswith("From here")


def test_clauses_are_told_with_evidence_that_leads_to_its_facility(desk: Visit) -> None:
    desk.page.check("[data-layer=findings]")
    fills = desk.page.locator(".leaflet-findings-pane path").evaluate_all(
        "paths => paths.map((path) => path.getAttribute('fill'))"
    )
    order = ("fail", "advice", "not_assessable", "pass", "fail", "advice")
    assert fills == [VERDICT_COLOURS[verdict] for verdict in order]
    desk.page.locator("#flagged button").first.click()
    shown = desk.page.locator(".leaflet-popup-content .findings li")
    assert shown.count() == 1
    words = shown.inner_text()
    told = ["Fail", f"own: {HOSTILE[0]}", f"measured 0.5, required {HOSTILE[1]}", HOSTILE[2]]
    assert all(part in words for part in told), words
    assert f"Evidence: {HOSTILE[0]}; f000" in words
    shown.locator("button", has_text="f000").click()
    desk.page.locator(".leaflet-popup-content", has_text="centre · government").wait_for()
    assert desk.page.locator(".leaflet-popup h3").last.inner_text() == HOSTILE[0]


def test_a_facility_shows_its_own_circles_while_its_popup_is_open(desk: Visit) -> None:
    assert desk.page.locator(CIRCLES_OF_ONE).count() == 0
    desk.open_by_key(desk.page.locator(".facility").first)
    assert desk.page.locator(CIRCLES_OF_ONE).count() == 3
    desk.page.locator(".leaflet-popup-close-button").click()
    assert desk.page.locator(CIRCLES_OF_ONE).count() == 0
    desk.page.check("#limits label:nth-child(4) input")
    desk.open_by_key(desk.page.locator(".facility").first)
    assert desk.page.locator(CIRCLES_OF_ONE).count() == 1
    refused = desk.open_by_key(desk.page.locator(".facility").last)
    assert "Refused, not counted" in refused
    assert HOSTILE[0] in refused
    assert desk.page.locator(CIRCLES_OF_ONE).count() == 0


def test_flags_are_listed_with_their_reasons_and_drawn(desk: Visit) -> None:
    entries = desk.page.locator("#flagged > li")
    assert desk.page.inner_text("#flagged-heading") == "3 of 6 subdistricts fall short"
    assert entries.first.locator("li").all_inner_texts() == [
        "No facility in the subdistrict",
        "No government-run centre",
        "Below the target: 80% within 15 min",
    ]
    # Six borders, and a light and a strong line around each of the three that fall short.
    assert desk.page.locator(".leaflet-borders-pane path").count() == 12


def test_a_suggested_site_says_what_it_adds_and_how_good_the_plan_is(desk: Visit) -> None:
    told = " ".join(desk.open_by_key(desk.page.locator(".site").first).split())
    words = [
        "Newly covered residents 800", "If no other were built 800", "Loss if this one fails 750",
        "Mean over every order 775", "within 300 m 50.0%", "Gap of the whole plan 0.10%",
    ]  # fmt: skip
    assert [each for each in words if each not in told] == []
    assert "Gap to the best possible: 0.10%" in desk.page.inner_text("#siting")
    assert "within 300 m" not in desk.open_by_key(desk.page.locator(".site").last)


def test_the_curve_is_drawn_with_its_bound_and_the_sites_on_it(desk: Visit) -> None:
    chart = desk.page.locator("#curve svg.chart")
    assert chart.locator("path[stroke-dasharray='4 3']").count() == 1
    box, dot = chart.bounding_box(), chart.locator("circle").bounding_box()
    assert box is not None
    assert dot is not None
    # two of three sites: between the axis at 42 and the right edge at 326 of 336 units
    middle = (dot["x"] + dot["width"] / 2 - box["x"]) / box["width"] * 336
    assert middle == pytest.approx(42 + (326 - 42) * 2 / 3, abs=1)
    assert chart.locator("text").last.text_content() == "number of new sites"
    assert chart.locator("text").first.text_content() == "60.0%"


def test_a_gap_lets_the_subdistrict_under_it_speak(desk: Visit) -> None:
    desk.page.check("[data-layer=gaps]")
    desk.page.locator(".leaflet-gaps-pane path").last.click()
    titles = desk.page.locator(".leaflet-popup h3").all_inner_texts()
    assert titles == [HOSTILE[1], "Gap 2"]
    assert "none is reached" in desk.page.inner_text(".leaflet-popup")


def test_from_here_tells_the_nearest_facility_and_whose_circles_hold_the_place(desk: Visit) -> None:
    place = desk.page.locator(".facility").nth(1).bounding_box()
    assert place is not None
    desk.page.click("#tool-here")
    desk.page.mouse.click(place["x"] + 5, place["y"] + 5)
    told = " ".join(desk.popup().split())
    # The toy's field: the column of the second facility, 960 s in its southernmost row but one.
    assert f"Nearest: {HOSTILE[1]}, about " in told
    circles = desk.page.locator(".around")
    assert circles.locator("dt").first.inner_text() == "5 min"
    assert HOSTILE[1] in circles.locator("dd").first.inner_text()
    assert "a cell of 500 m" in told
    systems = desk.page.locator(".coordinates tbody th").all_inner_texts()
    assert systems == ["WGS 84", "GCJ-02", "CGCS2000", "EPSG:4547"]
    desk.page.keyboard.press("Escape")
    assert not desk.page.locator("#hint").is_visible()
    desk.page.wait_for_selector(".leaflet-popup-content", state="detached")
    # Far from the district nothing is known; a right click asks without the tool.
    desk.page.mouse.click(700, 120, button="right")
    assert "no street near" in desk.popup()


def test_coordinates_are_those_of_the_program(desk: Visit) -> None:
    rng = np.random.default_rng(5)
    lonlat = rng.uniform((73.6, 18.1), (135.0, 53.5), (200, 2))
    abroad = [(-15.42, 28.1), (2.35, 48.86), (151.2, -33.9)]
    code = (Path(desk.path).read_text("utf-8")).split('"use strict";\n')[1]
    start, end = code.index("const CHINA_BOX"), code.index("// The rows of a table of coordinates")
    read = """([code, points]) => {
      const own = new Function(`${code}; return [gcj02, gaussKruger]`)();
      return points.map(([lon, lat]) => [own[0](lon, lat), own[1](lon, lat)]); }"""
    points = [*lonlat.tolist(), *map(list, abroad)]
    blank = desk.page.context.new_page()
    told = blank.evaluate(read, [code[start:end], points])
    blank.close()
    own = gcj02.from_wgs84(np.array(points))
    np.testing.assert_allclose([shifted for shifted, _ in told], own, atol=1e-9)
    assert [tuple(shifted) for shifted, _ in told[-3:]] == abroad
    assert [plane for _, plane in told[-3:]] == [None] * 3
    for (lon, lat), (_, plane) in zip(lonlat, told[:200], strict=True):
        to_plane = Transformer.from_crs(4490, plane["epsg"], always_xy=True)
        assert to_plane.transform(lon, lat) == pytest.approx(
            (plane["east"], plane["north"]), abs=0.01
        )


def test_tiles_in_gcj02_are_shifted_back_under_the_study(browser: Browser, tmp_path: Path) -> None:
    study = toy_study()
    gaode = study.map.model_copy(update={"basemap": "gaode"})
    result = toy_result(study.model_copy(update={"map": gaode}))
    write_map(result, tmp_path / "map.html")
    context = browser.new_context(viewport={"width": 1400, "height": 900}, offline=True)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((tmp_path / "map.html").as_uri())
    page.evaluate("fetch('https://webrd01.is.autonavi.com/other').catch(() => {})")
    box = page.locator(".facility").first.bounding_box()
    tiles = page.locator(".leaflet-tile").evaluate_all(
        "all => all.map((t) => { const r = t.getBoundingClientRect(); "
        "return [t.src, r.left, r.top, r.width]; })"
    )
    context.close()
    # The policy lets pictures of that server through, and nothing else of it.
    assert {urlsplit(url).netloc for url in asked} == {"", "webrd01.is.autonavi.com"}
    assert not [url for url in asked if url.endswith("/other")]
    # Where a facility is drawn, its tile shows its place in GCJ-02, to a pixel.
    lonlat = np.array([result.facilities.to_crs(4326).geometry[0].coords[0]])
    assert box is not None
    middle = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
    place = gcj02.from_wgs84(lonlat)[0]
    assert marked_on_tiles(tiles, place) == pytest.approx(middle, abs=1.5)
    assert marked_on_tiles(tiles, lonlat[0]) != pytest.approx(middle, abs=10)


def marked_on_tiles(tiles: list[tuple[str, float, float, float]], place: np.ndarray) -> list[float]:
    """Return where on the screen a place lies, by the tile that shows it."""
    for source, left, top, width in tiles:
        at = {name: int(value[0]) for name, value in parse_qs(urlsplit(source).query).items()
              if name in "xyz"}  # fmt: skip
        x = (place[0] / 360 + 0.5) * 2 ** at["z"] - at["x"]
        y = (0.5 - np.arctanh(np.sin(np.radians(place[1]))) / 2 / np.pi) * 2 ** at["z"] - at["y"]
        if 0 <= x < 1 and 0 <= y < 1:
            return [left + x * width, top + y * width]
    pytest.fail("no tile shows the place")


def test_a_distance_is_measured_along_the_clicks(desk: Visit) -> None:
    desk.page.click("#tool-measure")
    boxes = [
        desk.page.locator(".leaflet-coverage-pane path").nth(at).bounding_box() for at in (0, 2)
    ]
    for box in boxes:
        assert box is not None
        desk.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    # From the middle of the first subdistrict to that of the third there are two sides of 2 km.
    told = desk.page.inner_text("#hint").removesuffix(" km")
    assert float(told) == pytest.approx(4.0, abs=0.03)
    desk.page.click("#tool-measure")
    assert not desk.page.locator("#hint").is_visible()
    desk.page.click("#tool-here")
    desk.page.focus("#map_study")
    desk.page.keyboard.press("Enter")
    assert desk.popup().startswith("From here")


def test_search_finds_subdistricts_and_facilities_by_part_of_a_name(desk: Visit) -> None:
    field = desk.page.locator("#search")
    field.fill("U03")
    assert desk.page.locator("#found li").all_inner_texts() == [f"{HOSTILE[3]}\nSubdistrict"]
    field.press("Enter")
    assert desk.popup().startswith(HOSTILE[3])
    field.fill("f00")
    assert desk.page.locator("#found li").count() == 6
    field.press("ArrowDown")
    field.press("ArrowUp")
    field.press("ArrowUp")
    assert desk.page.locator("#found li[aria-selected=true]").get_attribute("id") == "found-5"
    field.press("Enter")
    assert "Refused" in desk.popup()
    field.fill("no such place")
    assert desk.page.inner_text("#found-none") == "nothing found"
    field.press("Escape")
    assert desk.page.inner_text("#found-none") == ""


def test_the_language_changes_everywhere_and_back(desk: Visit) -> None:
    desk.open_by_key(desk.page.locator(".site").first)
    english = desk.page.inner_text("body")
    desk.page.click("#language")
    chinese = desk.page.inner_text("body")
    assert desk.page.get_attribute("html", "lang") == "zh-CN"
    assert "整个方案与最优的差距" in desk.popup()
    assert "6 个街道（镇）中有 3 个未达要求" in chinese
    assert "Suggested site" not in chinese
    desk.page.click("#language")
    assert desk.page.inner_text("body") == english


def test_every_control_is_reached_by_keyboard(desk: Visit) -> None:
    reached: list[str] = []
    while reached.count("language") < 2 and len(reached) < 60:
        desk.page.keyboard.press("Tab")
        reached.append(desk.page.evaluate(STOP))
    wanted = {"language", "search", "limit", "legend-fold", "home", "tool-here", "tool-measure",
              "print", "coverage", "measure", "leaflet-control-zoom-in", "map_study"}  # fmt: skip
    assert wanted - set(reached) == set()
    # Layers and facilities are one stop each: arrow keys go through them.
    assert [stop for stop in reached if stop in LAYERS] == ["coverage"]
    assert len([stop for stop in reached if "facility" in stop.split()]) == 1
    for keys, stop in (("ArrowDown", "borders"), ("End", "sites"), ("ArrowDown", "coverage")):
        if stop == "borders":
            desk.page.focus("[data-layer=coverage]")
        desk.page.keyboard.press(keys)
        assert desk.page.evaluate(STOP) == stop
    desk.page.keyboard.press("Space")
    assert not desk.page.locator("[data-layer=coverage]").is_checked()
    desk.page.locator(".facility").first.focus()
    desk.page.keyboard.press("ArrowRight")
    desk.page.keyboard.press("Enter")
    assert desk.page.inner_text(".leaflet-popup h3") == HOSTILE[1]
    assert desk.page.evaluate("document.activeElement.getAttribute('role')") == "dialog"
    desk.page.keyboard.press("Escape")
    assert desk.page.evaluate("document.activeElement.getAttribute('aria-label')") == HOSTILE[1]


def test_nothing_stands_in_anybodys_way(desk: Visit, phone: Visit) -> None:
    desk.page.check("[data-layer=streets]")
    desk.open_by_key(desk.page.locator(".facility").first)
    phone.page.click("#panel-fold")
    for page in (desk.page, phone.page):
        found = Axe().run(page).response["violations"]
        serious = [each for each in found if each["impact"] in {"serious", "critical"}]
        assert json.dumps(serious, indent=1) == "[]"


def test_a_sheet_of_paper_bears_title_legend_date_and_sources(desk: Visit, tmp_path: Path) -> None:
    desk.page.pdf(path=tmp_path / "map.pdf", prefer_css_page_size=True)
    pages = PdfReader(tmp_path / "map.pdf").pages
    assert len(pages) == 1
    assert [round(float(side)) for side in pages[0].mediabox[2:]] == [842, 595]
    desk.page.emulate_media(media="print")
    shown = desk.page.inner_text("body")
    told = (HOSTILE[1], "15 min: residents covered", "Falls short", "Data of 2026-11", "审图号 1",
            "Sources", HOSTILE[0])  # fmt: skip
    assert [part for part in told if part not in shown] == []
    for part in ("#panel", "#tool-here", ".layers input", "#layer-streets"):
        assert not desk.page.locator(part).first.is_visible(), part
    chart = desk.page.locator("#map_study").bounding_box()
    drawn = desk.page.locator(".leaflet-coverage-pane svg").bounding_box()
    assert chart is not None
    assert drawn is not None
    assert drawn["width"] >= chart["width"]
    desk.page.emulate_media(media="screen")
    assert desk.page.locator("#panel").is_visible()


@pytest.mark.parametrize("screen", ["desk", "phone"])
def test_synthetic_data_is_said_at_all_times(screen: str, request: pytest.FixtureRequest) -> None:
    page = request.getfixturevalue(screen).page
    for _ in range(2):
        box = page.locator("#banner").bounding_box()
        assert box["y"] >= 0
        assert HOSTILE[0] in page.inner_text("#banner")
        page.evaluate("document.getElementById('panel').scrollTop = 10000")
        page.locator("#flagged button").first.dispatch_event("click")


def test_a_phone_shows_the_map_first_and_the_rest_on_demand(phone: Visit) -> None:
    page = phone.page
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    chart = page.locator("#map_study").bounding_box()
    assert chart is not None
    assert chart["height"] > 400
    assert not page.locator("#details").is_visible()
    assert not page.locator("#layers").is_visible()
    page.click("#legend-fold")
    page.uncheck("[data-layer=sites]")
    page.click("#legend-fold")
    page.click("#panel-fold")
    page.locator("#flagged button").first.click()
    assert not page.locator("#details").is_visible()
    assert phone.popup().startswith(HOSTILE[0])
