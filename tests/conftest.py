"""Fixtures for all tests come from the modules named here; those of one app stand by its tests."""

import signal

import pytest

pytest_plugins = [
    "tests.files",
    "tests.personas",
    "tests.leaks",
    "tests.live",
    "tests.browsing",
    "tests.signing",
]


def pytest_configure(config: pytest.Config) -> None:
    """Take SIGTERM as Ctrl-C: the tests end in good order, and so do their servers."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
