"""After the tests: no log they made may hold private key material. Otherwise the run is red.

What counts is everything in the run's folder of logs: those of servers, workers and portals in
processes of their own, and what this process itself logged.
"""

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import servers

# A private part of a JWK, however quoted or escaped on its way into a log, or a PEM's header.
PRIVATE = re.compile(
    r"""\\*["'](?:d|p|q|dp|dq|qi|k)\\*["']\s*:\s*\\*["'][A-Za-z0-9_-]{16,}|PRIVATE\ KEY-----"""
)
PART = 1 << 20  # characters read at a time
OVERLAP = 16_384  # no secret is longer, so none is lost between two parts

_secrets: set[str] = set()
_found = pytest.StashKey[list[str]]()


def remember_secret(value: str) -> None:
    """Have the logs searched for exactly this value too, such as the `d` of a key just made."""
    if len(value) < 16:
        raise ValueError("a secret so short would be found by chance")
    _secrets.add(value)


def leaks(folder: Path, secrets: set[str]) -> list[str]:
    """Return a line for each log below `folder` that holds key material, without showing it."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if ".log" in path.suffixes):
        kinds = {kind for part in _parts(path) for kind in _kinds(part, secrets)}
        found += [f"{path.name}: {kind}" for kind in sorted(kinds)]
    return found


def _kinds(text: str, secrets: set[str]) -> Iterator[str]:
    if PRIVATE.search(text):
        yield "looks like private key material"
    if any(secret in text for secret in secrets):
        yield "holds a secret that a test made"


def _parts(path: Path) -> Iterator[str]:
    with path.open(errors="replace") as file:
        kept = ""
        while part := file.read(PART):
            yield kept + part
            kept = part[-OVERLAP:]


def pytest_runtestloop(session: pytest.Session) -> None:
    """Keep what the tests' own process logs; this late, since Django sets the root anew."""
    handler = logging.FileHandler(servers.log("tests"), delay=True)
    logging.getLogger().addHandler(handler)
    session.config.add_cleanup(handler.close)


def pytest_sessionfinish(session: pytest.Session) -> None:
    found = leaks(servers.folder(), _secrets)
    session.config.stash[_found] = found
    if found:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if found := config.stash.get(_found, []):
        terminalreporter.section("private key material in the logs", red=True)
        for line in found:
            terminalreporter.line(line, red=True)
