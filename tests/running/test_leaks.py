import subprocess
import sys
from pathlib import Path

import pytest

from portal.processes import BASE_DIR
from tests.leaks import leaks

VALUE = "rIp0ODmEIHDKLyQ9bHFDGO4Qd3fUIRCd0gZrXTKBWzs"  # nobody's key: random letters
KNOWN = "what-a-test-remembered"


@pytest.mark.parametrize(
    "line",
    [
        f'{{"kty": "EC", "d": "{VALUE}"}}',
        f"{{'kty': 'RSA', 'qi':'{VALUE}'}}",
        rf'payload: "{{\"d\": \"{VALUE}\"}}"',
        "-----BEGIN ENCRYPTED PRIVATE KEY-----",
        f"sealed with {KNOWN}",
    ],
)
def test_key_material_in_a_log_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "web.log.1").write_text(f"INFO started\nINFO {line}\n")

    assert [found.split(":")[0] for found in leaks(tmp_path, {KNOWN})] == ["web.log.1"]


def test_key_material_across_two_parts_of_a_long_log_is_found(tmp_path: Path) -> None:
    filling = "x" * ((1 << 20) - 20)
    (tmp_path / "web.log").write_text(filling + VALUE + filling)

    assert leaks(tmp_path, {VALUE}) == ["web.log: holds a secret that a test made"]


def test_what_is_public_is_no_leak(tmp_path: Path) -> None:
    (tmp_path / "web.log").write_text(f'{{"kty": "EC", "x": "{VALUE}", "d": "removed"}}\n')

    assert leaks(tmp_path, set()) == []


@pytest.mark.parametrize(("logged", "status"), [("nothing of note", 0), (VALUE, 1)])
def test_a_leak_turns_the_run_red(tmp_path: Path, logged: str, status: int) -> None:
    (tmp_path / "test_one.py").write_text(
        "import logging\n"
        "from tests.leaks import remember_secret\n"
        "def test_one():\n"
        f"    remember_secret({VALUE!r})\n"
        f"    logging.getLogger('one').warning({logged!r})\n"
    )

    run = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "tests.leaks", "-p", "no:django"),
            *("-p", "no:cacheprovider", "-c", "/dev/null", str(tmp_path)),
        ],
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "1 passed" in run.stdout
    assert run.returncode == status
    assert VALUE not in run.stdout
