"""Files of others are the ones that were looked at."""

import hashlib
import re
from pathlib import Path

VENDOR = Path(__file__).parents[2] / "static" / "vendor"


def test_each_vendored_file_is_as_listed() -> None:
    listed = {
        name: digest
        for digest, name in re.findall(
            r"^([0-9a-f]{64})  (.+)$", (VENDOR / "README.md").read_text(), re.MULTILINE
        )
    }
    found = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path != VENDOR / "README.md"
    }

    assert found
    assert found == listed


def test_each_folder_carries_its_licence() -> None:
    folders = [path for path in VENDOR.iterdir() if path.is_dir()]

    assert folders
    assert [folder.name for folder in folders if not (folder / "LICENSE").is_file()] == []
