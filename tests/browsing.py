"""A real browser for tests, which fails them for anything that its console complains of."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    ViewportSize,
    WebError,
    expect,
    sync_playwright,
)
from pytest_django.live_server_helper import LiveServer

if TYPE_CHECKING:  # the pictures of the pages are taken without Django
    from onboarding.accounts.models import User

DESKTOP = ViewportSize(width=1280, height=900)
PHONE = ViewportSize(width=390, height=844)
PATIENCE = 15_000  # milliseconds
ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# A page that is left gives up what it was loading, and a download is no page.
GIVEN_UP = "net::ERR_ABORTED"
Open = Callable[["User"], Page]
expect.set_options(timeout=PATIENCE)


class Problems:
    """What went wrong in the browser during a test: errors, refusals by the CSP, lost requests."""

    def __init__(self) -> None:
        self._seen: list[str] = []
        self._allowed: list[str] = []

    def allow(self, pattern: str) -> None:
        """Expect problems that match this regular expression, such as `status of 422`."""
        self._allowed.append(pattern)

    def unexpected(self) -> list[str]:
        """Return those that no pattern allows."""
        return [
            problem
            for problem in self._seen
            if not any(re.search(pattern, problem) for pattern in self._allowed)
        ]

    def watch(self, context: BrowserContext) -> None:
        """Note from now on what goes wrong in any page of this context."""
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)
        context.on("request", self._on_request)
        context.on("requestfailed", self._on_failure)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            address = message.location.get("url", "")
            self._seen.append(f"console: {message.text} ({address})")

    def _on_error(self, error: WebError) -> None:
        self._seen.append(f"script: {error.error}")

    def _on_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme.startswith("http") and parts.hostname not in ("localhost", "127.0.0.1"):
            self._seen.append(f"request to outside: {request.url}")

    def _on_failure(self, request: Request) -> None:
        if request.failure != GIVEN_UP:
            self._seen.append(f"request failed: {request.url}: {request.failure}")


@pytest.fixture(scope="session")
def browser(chromium: Path) -> Iterator[Browser]:
    """One Chromium for all tests; each has a context, and so cookies, of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=ARGUMENTS,
            chromium_sandbox=os.geteuid() != 0,  # Chromium has none for root
        )
        yield browser
        browser.close()


@pytest.fixture
def problems() -> Problems:
    """What the browser complains of; `problems.allow(pattern)` for what a test provokes."""
    return Problems()


@pytest.fixture
def context(browser: Browser, problems: Problems) -> Iterator[BrowserContext]:
    """A browser as of a new person, Norwegian, on a desktop; problems fail the test at its end."""
    context = browser.new_context(
        viewport=DESKTOP, locale="nb-NO", timezone_id="Europe/Oslo", accept_downloads=True
    )
    context.set_default_timeout(PATIENCE)
    problems.watch(context)
    yield context
    context.close()
    assert problems.unexpected() == []


def log_in(context: BrowserContext, live_server: LiveServer, who: User) -> None:
    """Let a person be logged in in this browser, without the login page."""
    http = Client()
    http.force_login(who)
    session = http.cookies[settings.SESSION_COOKIE_NAME].value
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
    context.add_cookies([cookie])  # type: ignore[list-item]  # a TypedDict with these members


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """An empty page, 1280 by 900."""
    return context.new_page()


@pytest.fixture
def open_as(browser: Browser, problems: Problems, live_server: LiveServer) -> Iterator[Open]:
    """A function that opens a browser of its own in which a person is logged in."""
    contexts: list[BrowserContext] = []

    def open_browser(who: User) -> Page:
        context = browser.new_context(
            viewport=DESKTOP, locale="nb-NO", timezone_id="Europe/Oslo", accept_downloads=True
        )
        context.set_default_timeout(PATIENCE)
        problems.watch(context)
        log_in(context, live_server, who)
        contexts.append(context)
        return context.new_page()

    yield open_browser
    for context in contexts:
        context.close()
    assert problems.unexpected() == []
