"""The map as a person meets it, in headless Chromium: what it shows, runs and asks for."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from toy_result import HOSTILE, toy_result, toy_study

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


class Visit:
    """A page that was opened, and everything it complained about or asked for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    def popup(self) -> str:
        """Return the text of the popup that is open."""
        return self.page.locator(".leaflet-popup-content").last.inner_text()

    def open_all(self) -> list[str]:
        """Open every popup there is, and return their texts."""
        texts = []
        for selector in ("#flagged button", "#sites button", ".facility"):
            for entry in self.page.locator(selector).all():
                entry.focus()
                entry.press("Enter")
                texts.append(self.popup())
        self.page.click("#home")
        self.page.wait_for_timeout(400)
        self.page.check("[data-layer=gaps]")
        for gap in self.page.locator(".leaflet-gaps-pane path").all():
            gap.click()
            texts.append(self.popup())
        return texts


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        reason = "no chromium on this machine: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def map_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("map") / "map.html"
    write_map(toy_result(toy_study(name=HOSTILE[1], synthetic=HOSTILE[0])), path)
    return path


def visit(browser: Browser, path: Path, width: int, height: int) -> Iterator[Visit]:
    """Open a page, and afterwards see that it neither failed nor asked for anything."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, reduced_motion="reduce", offline=True
    )
    opened = Visit(context.new_page())
    opened.page.goto(path.as_uri())
    yield opened
    assert opened.complaints == []
    assert opened.requests == [path.as_uri()]
    assert opened.page.evaluate("window.PWN") is None
    context.close()


@pytest.fixture
def desk(browser: Browser, map_path: Path) -> Iterator[Visit]:
    yield from visit(browser, map_path, 1400, 900)


@pytest.fixture
def phone(browser: Browser, map_path: Path) -> Iterator[Visit]:
    yield from visit(browser, map_path, 390, 844)


@pytest.mark.parametrize("key", LAYERS)
def test_each_layer_is_switched_off_and_on(desk: Visit, key: str) -> None:
    drawn, what = LAYERS[key]
    box = desk.page.locator(f"[data-layer={key}]")
    assert box.is_checked() == (key not in OFF_AT_FIRST)
    for on in (box.is_checked(), not box.is_checked(), box.is_checked()):
        box.set_checked(on)
        desk.page.wait_for_function(f"(what) => ({drawn})(what) === {str(on).lower()}", arg=what)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_hostile_names_are_shown_as_text_in_both_languages(desk: Visit, language: str) -> None:
    if language == "zh":
        desk.page.click("#language")
    texts = desk.open_all()
    # Three flagged subdistricts, two sites, six facilities and two gaps.
    assert len(texts) == 13
    shown = " ".join(" ".join(texts).split())
    assert all(" ".join(name.split()) in shown for name in HOSTILE)
    assert desk.page.title() == HOSTILE[1]
    assert desk.page.inner_text("h1") == HOSTILE[1]
    assert desk.page.locator("img, iframe, object").count() == 0


def test_the_policy_stops_what_slipped_through(browser: Browser, map_path: Path) -> None:
    page = browser.new_page()
    page.goto(map_path.as_uri())
    page.evaluate(
        """() => document.body.insertAdjacentHTML("beforeend",
        '<img src="data:," onerror="window.PWN = 1"><svg onload="window.PWN = 2"></svg>')"""
    )
    page.wait_for_timeout(200)
    assert page.evaluate("window.PWN") is None
    page.close()


def test_subdistricts_are_coloured_by_class_and_the_target_is_inclusive(desk: Visit) -> None:
    def colours() -> list[str]:
        paths = desk.page.locator(".leaflet-coverage-pane path").all()
        return [str(path.get_attribute("fill")) for path in paths]

    # Shares within 15 minutes are 0, 0.2, 0.4, 0.6, 0.8 and 1; classes start at 0, 0.2, ... 0.8.
    assert colours() == [COVERAGE_COLOURS[at] for at in (0, 1, 2, 3, 4, 4)]
    desk.page.check("#limits label:nth-child(2) input")
    # Within 10 minutes they are half of that.
    assert colours() == [COVERAGE_COLOURS[at] for at in (0, 0, 1, 1, 2, 2)]


def test_subdistricts_answer_clicks_under_streets_and_without_their_colour(desk: Visit) -> None:
    desk.page.check("[data-layer=streets]")
    desk.page.check("[data-layer=facility-circles]")
    desk.page.uncheck("[data-layer=coverage]")
    box = desk.page.locator(".leaflet-coverage-pane path").nth(3).bounding_box()
    assert box is not None
    desk.page.mouse.click(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.4)
    assert desk.popup().startswith(HOSTILE[3])


def test_a_click_on_a_subdistrict_tells_what_its_clauses_found(desk: Visit) -> None:
    desk.page.locator("#flagged button").first.click()
    shown = desk.page.locator(".leaflet-popup-content .findings li")
    assert shown.count() == 1
    words = shown.inner_text()
    told = ["Fail", f"own: {HOSTILE[0]}", f"measured 0.5, required {HOSTILE[1]}", HOSTILE[2]]
    assert all(part in words for part in told), words
    assert f"Evidence: {HOSTILE[0]}; f000" in words


def test_subdistricts_are_coloured_by_their_worst_verdict(desk: Visit) -> None:
    desk.page.check("[data-layer=findings]")
    fills = desk.page.locator(".leaflet-findings-pane path").evaluate_all(
        "paths => paths.map((path) => path.getAttribute('fill'))"
    )
    order = ("fail", "advice", "not_assessable", "pass", "fail", "advice")
    assert fills == [VERDICT_COLOURS[verdict] for verdict in order]


def test_a_facility_shows_its_own_circles_while_its_popup_is_open(desk: Visit) -> None:
    assert desk.page.locator(CIRCLES_OF_ONE).count() == 0
    desk.page.locator(".facility").first.press("Enter")
    assert desk.page.locator(CIRCLES_OF_ONE).count() == 3
    desk.page.locator(".leaflet-popup-close-button").click()
    assert desk.page.locator(CIRCLES_OF_ONE).count() == 0
    desk.page.check("#limits label:nth-child(4) input")
    desk.page.locator(".facility").first.press("Enter")
    assert desk.page.locator(CIRCLES_OF_ONE).count() == 1


def test_a_refused_facility_says_why_and_has_no_circle(desk: Visit) -> None:
    desk.page.locator(".facility").last.press("Enter")
    assert "Refused, not counted" in desk.popup()
    assert HOSTILE[0] in desk.popup()
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
    desk.page.locator(".site").first.press("Enter")
    told = " ".join(desk.popup().split())
    words = [
        "Newly covered residents 800", "If no other were built 800", "Loss if this one fails 750",
        "Mean over every order 775", "within 300 m 50.0%", "Gap of the whole plan 0.10%",
    ]  # fmt: skip
    assert [each for each in words if each not in told] == []
    assert "Gap to the best possible: 0.10%" in desk.page.inner_text("#siting")
    desk.page.locator(".site").last.press("Enter")
    assert "within 300 m" not in desk.popup()


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


def test_the_language_changes_everywhere_and_back(desk: Visit) -> None:
    desk.page.locator(".site").first.press("Enter")
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
    reached = set()
    for _ in range(60):
        desk.page.keyboard.press("Tab")
        reached.add(
            desk.page.evaluate(
                """() => { const { id, dataset, name, className } = document.activeElement;
                return id || dataset.layer || name || className; }"""
            )
        )
    wanted = {"language", "limit", "legend-fold", "home", "leaflet-control-zoom-in", "map_study"}
    assert wanted | LAYERS.keys() <= reached
    desk.page.focus("[data-layer=gaps]")
    desk.page.keyboard.press("Space")
    assert desk.page.locator(".leaflet-gaps-pane path").count() == 2


@pytest.mark.parametrize("screen", ["desk", "phone"])
def test_synthetic_data_is_said_at_all_times(screen: str, request: pytest.FixtureRequest) -> None:
    page = request.getfixturevalue(screen).page
    for _ in range(2):
        box = page.locator("#banner").bounding_box()
        assert box["y"] >= 0
        assert HOSTILE[0] in page.inner_text("#banner")
        page.evaluate("document.getElementById('panel').scrollTop = 10000")
        page.locator("#flagged button").first.dispatch_event("click")


def test_real_data_names_its_source_and_has_no_banner(browser: Browser, tmp_path: Path) -> None:
    write_map(toy_result(toy_study()), tmp_path / "map.html")
    page = browser.new_page()
    page.goto((tmp_path / "map.html").as_uri())
    assert page.inner_text(".attribution") == "© OpenStreetMap contributors (ODbL) · Leaflet"
    assert not page.locator("#banner").is_visible()
    page.close()


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
