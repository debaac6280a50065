# ruff: noqa: INP001  (a script beside its pictures, no package)
"""Pictures of a report: its first page, a subdistrict's page, and the charts as they are."""

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from facility_coverage.result import StudyResult
from facility_coverage_maps import charts
from facility_coverage_maps.report.report import report_html

DESK = (1000, 1300)
COLOURS = 128
"""A page has few: with so many a picture weighs a third and looks the same."""
PARTS = {"report": "section.opening", "report_subdistrict": "#subdistricts"}
CHARTS = {
    "reach": charts.reach_chart,
    "subdistricts": charts.subdistrict_chart,
    "lorenz": charts.lorenz_chart,
    "siting": charts.siting_chart,
}


def report_pictures(result: StudyResult, study: str, folder: Path, gallery: Path) -> None:
    """Take the pictures of a study's report, in the language of the study.

    Parameters
    ----------
    result
        A study's result.
    study
        With what the names of the pictures start.
    folder
        An existing folder for the page.
    gallery
        Where the pictures go.
    """
    page_file = folder / "report.html"
    page_file.write_text(report_html(result), encoding="utf-8")
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path="/usr/bin/chromium")
        page = browser.new_page(viewport={"width": DESK[0], "height": DESK[1]})
        page.goto(page_file.as_uri())
        for name, selector in PARTS.items():
            shot = page.locator(selector).screenshot()
            image = (
                Image.open(io.BytesIO(shot))
                .convert("RGB")
                .quantize(COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=1)
            )
            image.save(gallery / f"{study}_{name}.png", optimize=True)
        browser.close()
    for name, draw in CHARTS.items():
        chart = draw(result, result.study.study.language)
        (gallery / f"{study}_chart_{name}.svg").write_bytes(chart.svg)
