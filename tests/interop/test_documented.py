"""What the documentation says of the libraries is said of those that the tests run."""

import json
from importlib.metadata import version

import pytest

from tests.interop.conftest import FOLDER

DOCUMENT = FOLDER.parents[1] / "docs" / "clients.md"


@pytest.mark.parametrize("name", ["requests-oauth2client", "Authlib"])
def test_the_version_from_pypi(name: str) -> None:
    assert f"`{name}` {version(name)}" in DOCUMENT.read_text()


@pytest.mark.parametrize("name", ["openid-client", "oauth4webapi"])
def test_the_version_from_npm(name: str) -> None:
    lock = json.loads((FOLDER / "package-lock.json").read_text())

    installed = lock["packages"][f"node_modules/{name}"]["version"]

    assert f"npm `{name}` {installed}" in DOCUMENT.read_text()
