"""Whoever reads by ear, by keyboard, large or in the dark: every page of the journey, by axe.

The rules are those of WCAG 2.2 A and AA, and axe's own best practices.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

from tests import portals
from tests.browser.tour import Tour
from tests.browsing import DESKTOP, PHONE, Problems
from tests.portals import Portal

NARROWEST = ViewportSize(width=320, height=800)
# Swagger UI is another's page in ours: what we can do for it is on the outside.
PLACES = {"exclude": [["#swagger"]]}
# Each page in light and dark, wide and narrow: two of the four each, in turn.
TURNS = (
    (("light", DESKTOP), ("dark", PHONE)),
    (("dark", DESKTOP), ("light", PHONE)),
)


class Examiner:
    """Looks at a page as it stands, and notes what is wrong with it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pages = 0
        self.found: list[str] = []

    def look(self, name: str, says: str) -> None:
        """Examine the page called `name`."""
        for scheme, size in TURNS[self.pages % 2]:
            self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # a literal
            self.page.set_viewport_size(size)
            self._ask_axe(f"{name}, {scheme}, {size['width']}")
        self.page.set_viewport_size(NARROWEST)
        width = self.page.evaluate("document.documentElement.scrollWidth")
        if width > NARROWEST["width"]:
            self.found.append(f"{name}: scrolls sideways, {width} pixels in 320")
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size(DESKTOP)
        self.pages += 1

    def _ask_axe(self, where: str) -> None:
        violations = Axe().run(self.page, context=PLACES).response["violations"]
        self.found += [
            f"{where}: {violation['id']} at {node['target']}: {node['failureSummary']}"
            for violation in violations
            for node in violation["nodes"]
        ]


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Portal]:
    """A demo of one's own: the tour begins at the first day."""
    with portals.running(tmp_path / "data") as portal:
        yield portal


def test_every_page_can_be_used_by_everybody(
    page: Page, fresh: Portal, tmp_path: Path, problems: Problems
) -> None:
    problems.allow("status of (404|422)")  # the tour goes there on purpose
    page.emulate_media(reduced_motion="reduce")
    examiner = Examiner(page)

    Tour(page, fresh.url, tmp_path, examiner.look).walk()

    assert examiner.found == []
    assert examiner.pages > 40
