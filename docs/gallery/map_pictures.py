# ruff: noqa: INP001  (a script beside its pictures, no package)
"""Pictures of map pages, taken in headless Chromium as a person would see them."""

import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

DESK, PHONE, SHEET = (1440, 900), (390, 844), (1051, 719)
COLOURS = 256
"""A map has few: with so many a picture weighs a third and looks the same."""


def untouched(page: Page) -> None:
    """Leave the page as it opens."""


def in_the_other_language(page: Page) -> None:
    """Switch the language, and open what a click on a subdistrict tells."""
    page.click("#language")
    page.locator("#flagged button").nth(1).click()


def by_streets(page: Page) -> None:
    """Show streets by minutes and circles instead of colours."""
    page.uncheck("[data-layer=coverage]")
    page.check("[data-layer=streets]")
    page.click(".leaflet-control-zoom-in")


def from_here(page: Page) -> None:
    """Ask for the nearest facilities of a place near a facility."""
    box = page.locator(".facility").nth(5).bounding_box()
    page.click("#tool-here")
    page.mouse.click(box["x"] + 14, box["y"] + 10)


def per_centre(page: Page) -> None:
    """Colour by residents per centre or facility."""
    page.select_option("#measure", "per_centre")


def on_paper(page: Page) -> None:
    """Show the sheet that would be printed."""
    page.emulate_media(media="print")


@dataclass(frozen=True)
class Picture:
    """A picture of a map: its name, the size of the window, and what was done before."""

    name: str
    size: tuple[int, int]
    before: Callable[[Page], None]


PICTURES = (
    Picture("map", DESK, untouched),
    Picture("map_other_language", DESK, in_the_other_language),
    Picture("map_streets", DESK, by_streets),
    Picture("map_from_here", DESK, from_here),
    Picture("map_per_centre", DESK, per_centre),
    Picture("map_on_paper", SHEET, on_paper),
    Picture("map_on_a_phone", PHONE, untouched),
)


def map_pictures(page: Path, study: str, folder: Path) -> None:
    """Take the pictures of a map page.

    Parameters
    ----------
    page
        The map page.
    study
        Begins the name of each picture.
    folder
        Where they go.
    """
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for picture in PICTURES:
            image = Image.open(io.BytesIO(_taken(browser, page, picture)))
            light = image.convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=1)
            light.save(folder / f"{study}_{picture.name}.png", optimize=True)
        browser.close()


def _taken(browser: Browser, path: Path, picture: Picture) -> bytes:
    width, height = picture.size
    context = browser.new_context(
        viewport={"width": width, "height": height}, reduced_motion="reduce", offline=True
    )
    page = context.new_page()
    page.goto(path.as_uri())
    picture.before(page)
    page.wait_for_timeout(600)  # popups and tiles fade in
    taken: bytes = page.screenshot()
    context.close()
    return taken
