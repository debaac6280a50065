"""Names that would be code, names that are odd, and districts that are empty or very large."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from map_visit import Visit, chromium, visit
from playwright.sync_api import Browser
from toy_result import CORNER_M, HOSTILE, toy_result, toy_study

from facility_coverage.result import StudyResult
from facility_coverage.study_file import Study
from facility_coverage_maps.page import write_map
from facility_coverage_maps.proposed_change import ProposedChange

pytestmark = pytest.mark.browser

ODD = (
    "\"quoted\" 'twice' `thrice` \\n \\u0041",
    "\u202egnahc ew\u202c \u200e\u200f\u2067",
    "长" * 200,
    "👩🏽\u200d⚕️🏥🇨🇳",
    "&lt;b&gt; &amp; <!-- -->",
    "a\tb\r\nc \u0000",
)
MOST_BYTES = 6_000_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def named(name: str) -> tuple[StudyResult, ProposedChange]:
    """Return a study and a proposal in which every text is one name."""
    study = toy_study(name=name, synthetic=name)
    marks = {"basemap": "tiles/{z}/{x}/{y}.png", "basemap_attribution": name, "approval": name,
             "data_date": name}  # fmt: skip
    study = Study.model_validate(study.model_dump() | {"map": marks})
    result = toy_result(study, (name,) * 6)
    streets = result.streets.assign(street_class=name)
    facilities = result.facilities.assign(kind=name, ownership=name)
    result = replace(result, streets=streets, facilities=facilities)
    return result, ProposedChange.between(name, result, proposal(result))


def proposal(before: StudyResult) -> StudyResult:
    """Return the toy with its first facility closed, its second moved and one added."""
    facilities = before.facilities.iloc[1:].copy()
    facilities.loc[1, "geometry"] = shapely.Point(CORNER_M)
    facilities.loc[5, "facility_id"] = "new"
    shares = {
        column: before.units[column].fillna(0) / 2 + 0.25
        for column in before.units.columns
        if column.startswith("covered_share")
    }
    total = {name: value * 1.1 for name, value in before.total.items()}
    return replace(before, facilities=facilities, units=before.units.assign(**shares), total=total)


@pytest.mark.parametrize("payload", HOSTILE)
def test_no_text_becomes_code_wherever_it_stands(
    browser: Browser, tmp_path: Path, payload: str
) -> None:
    path = tmp_path / "map.html"
    result, change = named(payload)
    write_map(result, path, change=change)
    context = browser.new_context(viewport={"width": 1400, "height": 900}, offline=True)
    page = Visit(context.new_page(), path)
    page.page.click("#language")
    page.page.check("[name=change][value=after]")
    page.page.fill("#search", payload[:5])
    texts = [*page.open_all(), page.page.inner_text("body")]
    page.page.click("#tool-here")
    page.page.mouse.click(700, 450)
    page.page.emulate_media(media="print")
    texts.append(page.page.inner_text("body"))
    assert page.page.evaluate("window.PWN") is None
    for told in (page.page.title(), page.page.inner_text("h1")):
        assert told.split() == payload.split()
    assert page.page.locator("img:not(.leaflet-tile), iframe, object").count() == 0
    assert all(payload.split(maxsplit=1)[0] in text for text in texts)
    # Only the tiles that the study asks for were looked for, and they are not there.
    assert not [e for e in page.complaints if "ERR_FILE_NOT_FOUND" not in e]
    assert {url.rsplit(".", 1)[-1] for url in page.requests} == {"html", "png"}
    context.close()


def test_the_policy_stops_what_slipped_through(browser: Browser, tmp_path: Path) -> None:
    write_map(toy_result(toy_study()), tmp_path / "map.html")
    page = browser.new_page()
    page.goto((tmp_path / "map.html").as_uri())
    assert page.inner_text(".attribution") == "© OpenStreetMap contributors (ODbL) · Leaflet"
    assert not page.locator("#banner").is_visible()
    assert not page.locator("#change").is_visible()
    page.evaluate(
        """() => document.body.insertAdjacentHTML("beforeend",
        '<img src="data:," onerror="window.PWN = 1"><svg onload="window.PWN = 2"></svg>')"""
    )
    page.wait_for_timeout(200)
    assert page.evaluate("window.PWN") is None
    page.close()


def test_odd_names_and_empty_places_read_well(browser: Browser, tmp_path: Path) -> None:
    result = toy_result(toy_study(name=ODD[2], language="zh"), ODD)
    facilities = result.facilities.copy()
    facilities.loc[0, "facility_name"] = ""
    facilities.loc[1, "geometry"] = shapely.Point()
    units = result.units.copy()
    for column in units.columns[units.columns.str.contains("population|share")]:
        units.loc[0, column] = 0.0 if "population" in column else np.nan
    siting = replace(
        result.siting,
        answer={"model": "mclp", "status": "none", "gap": None},
        places=result.siting.places.iloc[:0],
        gains_by_unit=result.siting.gains_by_unit.iloc[:0],
        curve=result.siting.curve.iloc[:0],
        unreachable=result.siting.unreachable.iloc[:0],
    )
    result = replace(
        result, facilities=facilities, units=units, candidates=result.candidates.iloc[:0],
        gaps=result.gaps.iloc[:0], streets=result.streets.iloc[:0],
        findings=result.findings.iloc[:0], siting=siting,
    )  # fmt: skip
    path = tmp_path / "map.html"
    write_map(result, path)
    with visit(browser, path, 390, 844) as phone:
        assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390
        assert phone.page.inner_text("h1") == ODD[2]
        phone.page.fill("#search", "f000")
        assert phone.page.inner_text("#found strong") == "f000"
        phone.page.press("#search", "Enter")
        assert phone.popup().startswith("f000")
        phone.page.fill("#search", "u00")
        phone.page.press("#search", "Enter")
        assert "–" in phone.popup()
        assert "无可选择" in str(phone.page.locator("#siting").text_content())
        assert phone.page.locator("[data-layer=findings]").count() == 0


def test_before_and_after_are_a_toggle(browser: Browser, tmp_path: Path) -> None:
    before = toy_result(toy_study())
    write_map(
        before, tmp_path / "map.html",
        change=ProposedChange.between("Plan B", before, proposal(before)),
    )  # fmt: skip
    with visit(browser, tmp_path / "map.html") as desk:
        page = desk.page

        def look() -> tuple[list[str], int, str]:
            fills = page.locator(".leaflet-coverage-pane path").evaluate_all(
                "paths => paths.map((path) => path.getAttribute('fill'))"
            )
            card = page.inner_text("#limits label:nth-child(3)")
            return fills, page.locator(".facility").count(), card

        today = look()
        assert "60.0%" in today[2]
        page.check("[name=change][value=after]")
        then = look()
        assert then[0] != today[0]
        assert then[1] == today[1] + 2  # one is new, one stands in a new place
        assert "66.0%" in then[2]
        assert "+6.0 points" in then[2]
        labels = page.locator(".facility").evaluate_all("all => all.map((p) => p.tagName)")
        assert set(labels) == {"path"}
        assert "Proposed: to close" in desk.open_by_key(page.locator(".facility").first)
        assert "Plan B" in desk.open_by_key(page.locator(".facility").last)
        page.select_option("#measure", "change")
        assert "from loss to gain" in page.inner_text("#layer-coverage")
        # The first subdistrict goes from nothing to a quarter of its residents.
        desk.open_by_key(page.locator("#flagged button").first)
        assert "+25.0 points" in desk.popup()
        page.select_option("#measure", "covered")
        page.check("[name=change][value=before]")
        assert look() == today


def test_three_thousand_facilities_are_a_light_page_that_says_what_it_leaves_out(
    browser: Browser, tmp_path: Path
) -> None:
    names = tuple(f"Subdistrict {at}" for at in range(30))
    result = toy_result(toy_study(), names, facilities=3000, streets=30_000, circle_points=60)
    path = tmp_path / "map.html"
    write_map(result, path)
    assert path.stat().st_size <= MOST_BYTES
    with visit(browser, path) as desk:
        assert desk.page.locator(".facility").count() == 3000
        assert "simplified for display (circles by up to" in desk.page.inner_text("#notes")
        desk.page.fill("#search", "f2500")
        desk.page.press("#search", "Enter")
        assert "f2500" in desk.popup()
