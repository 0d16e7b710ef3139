"""Pictures of every page of the main journey, into docs/screens: `make screens`.

Starts a portal of its own, on data of its own, so that the pictures are the same each time.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, ViewportSize, sync_playwright

from tests import portals, servers
from tests.browser.tour import Tour
from tests.browsing import ARGUMENTS, DESKTOP, PHONE

FOLDER = Path(__file__).parents[1] / "docs" / "screens"
MOST = 300_000  # octets
QUALITIES = (80, 65, 50, 35, 25)
HEAD = """# What the portal looks like

Every page of the main journey, at 1280 and at 390 pixels, as `make screens` finds it on a fresh
demo.

| page | wide | narrow |
|---|---|---|
"""


class Album:
    """Takes the pictures, numbered as the pages come."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.rows: list[str] = []

    def take(self, name: str, says: str) -> None:
        """Picture the page as it is, at both widths; of a client at work one more, for README."""
        stem = f"{len(self.rows) + 1:02d}-{name}"
        wide, narrow = self._picture(stem, DESKTOP), self._picture(stem, PHONE)
        self.rows.append(f"| {says} | [1280]({wide}) | [390]({narrow}) |")
        self.page.set_viewport_size(DESKTOP)
        self.page.evaluate("scrollTo(0, 0)")
        if name == "client":
            self.page.screenshot(path=FOLDER / "portal.jpg", type="jpeg", quality=85)

    def _picture(self, stem: str, size: ViewportSize) -> str:
        file = f"{stem}-{size['width']}.jpg"
        self.page.set_viewport_size(size)
        self.page.evaluate("document.fonts.ready")
        for quality in QUALITIES:
            taken = self.page.screenshot(type="jpeg", quality=quality, full_page=True)
            if len(taken) <= MOST:
                break
        else:
            raise RuntimeError(f"{file} is too large: {len(taken)} octets")
        (FOLDER / file).write_bytes(taken)
        return file


def main() -> None:
    """Walk the journey, and write the pictures and the page that lists them."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with (
        TemporaryDirectory() as folder,
        portals.running(Path(folder) / "data") as portal,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=servers.chromium(),
            args=ARGUMENTS,
            chromium_sandbox=os.geteuid() != 0,  # Chromium has none for root
        )
        page = browser.new_page(viewport=DESKTOP, locale="nb-NO", timezone_id="Europe/Oslo")
        page.emulate_media(reduced_motion="reduce")
        album = Album(page)
        Tour(page, portal.url, Path(folder), album.take).walk()
        browser.close()
    (FOLDER / "README.md").write_text(HEAD + "\n".join(album.rows) + "\n")


if __name__ == "__main__":
    main()
