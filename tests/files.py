"""Where files that people add go in the tests: a folder of the test's own."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def files(tmp_path: Path, settings: Any) -> Path:
    """An empty folder for uploaded files."""
    settings.FILES_DIR = tmp_path / "files"
    return tmp_path / "files"
