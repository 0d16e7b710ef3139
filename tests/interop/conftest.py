"""The portal on a port of its own, and the programs that run outside this process."""

import hashlib
import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from django.conf import settings
from pytest_django.live_server_helper import LiveServer

from tests import servers
from tests.interop.registered import Registered, Rounds, noting

FOLDER = Path(__file__).parents[1] / "clients_js"

Program = Callable[[str, Registered], dict[str, Any]]


@pytest.fixture(autouse=True)
def live(live_server: LiveServer) -> str:
    """The address where the authorization server and the demo API answer."""
    assert live_server.url == settings.BASE_URL
    return str(live_server.url)


@pytest.fixture
def rounds() -> Rounds:
    """What the token requests of `session` were answered, in order."""
    return []


@pytest.fixture
def session(rounds: Rounds) -> Iterator[requests.Session]:
    """A session of requests that fills `rounds`."""
    with requests.Session() as session:
        session.hooks["response"].append(noting(rounds))
        yield session


@pytest.fixture(scope="session")
def packages() -> Path:
    """The folder of the JavaScript clients with the packages that its lock file names."""
    digest = hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()
    stamp = FOLDER / "node_modules" / ".lock-digest"
    if not stamp.exists() or stamp.read_text() != digest:
        command = ["npm", "ci", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        stamp.write_text(digest)
    return FOLDER


@pytest.fixture
def node(packages: Path) -> Program:
    """A function that runs one of the programs, such as openid-client, for a registration."""

    def run(name: str, given: Registered) -> dict[str, Any]:
        done = subprocess.run(
            [*servers.node(), packages / f"{name}.mjs"],
            input=json.dumps(given.as_dict()),
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        said: dict[str, Any] = json.loads(done.stdout)
        return said

    return run
