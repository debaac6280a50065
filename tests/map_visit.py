"""Opens map pages in headless Chromium, and sees that they neither fail nor ask for anything."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser of this machine; without one tests skip, and in CI they fail."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        reason = "no chromium on this machine: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


class Visit:
    """A page that was opened, and everything it complained about or asked for."""

    def __init__(self, page: Page, path: Path) -> None:
        self.page = page
        self.path = path
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        self.afresh()

    def afresh(self) -> None:
        """Open the page as if for the first time."""
        self.page.goto(self.path.as_uri())

    def popup(self) -> str:
        """Return the text of the popup that is open."""
        return self.page.locator(".leaflet-popup-content").last.inner_text()

    def open_by_key(self, thing: Locator) -> str:
        """Open a thing's popup with the keyboard, and return its text."""
        thing.focus()
        thing.press("Enter")
        return self.popup()

    def open_all(self) -> list[str]:
        """Open every popup there is, and return their texts."""
        texts: list[str] = []
        for selector in ("#flagged button", "#sites button", ".facility"):
            texts += map(self.open_by_key, self.page.locator(selector).all())
        self.page.click("#home")
        self.page.check("[data-layer=gaps]")
        for gap in self.page.locator(".leaflet-gaps-pane path").all():
            gap.dispatch_event("click")
            texts.append(self.popup())
        return texts


@contextmanager
def visit(browser: Browser, path: Path, width: int = 1400, height: int = 900) -> Iterator[Visit]:
    """Open a page without internet; afterwards it has neither failed nor asked for anything."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, reduced_motion="reduce", offline=True
    )
    opened = Visit(context.new_page(), path)
    yield opened
    assert opened.complaints == []
    assert set(opened.requests) == {path.as_uri()}
    assert opened.page.evaluate("window.PWN") is None
    context.close()
