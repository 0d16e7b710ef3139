"""`manage.py run`, in processes of its own, as a person at a terminal meets it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from portal import local
from portal.processes import BASE_DIR
from tests import servers
from tests.portals import Portal, plain_environment, processes_with, running, wait_for


def run(data_dir: Path, *, port: int | str) -> subprocess.CompletedProcess[str]:
    """Start it where it is to refuse, and wait for that."""
    return subprocess.run(
        [sys.executable, "manage.py", "run"],
        cwd=BASE_DIR,
        env=plain_environment(DATA_DIR=str(data_dir), PORT=str(port)),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_it_says_that_it_is_ready_and_then_it_is(demo: Portal) -> None:
    said = demo.processes["run"].log.read_text()
    with urlopen(f"{demo.url}/healthz") as answer:  # noqa: S310 - an address of our own
        health = json.load(answer)

    assert said.splitlines()[0] == f"ready {demo.url}"
    assert said.count("ready http") == 1
    assert "  Kari Lund: " in said
    assert (health["ok"], health["database"], health["redis"]) == (True, True, True)
    assert health["worker"] < 60


def test_a_second_start_on_the_same_folder_says_so_and_leaves_the_first_alone(
    demo: Portal,
) -> None:
    before = (demo.data_dir / local.REMEMBERED).read_text()

    second = run(demo.data_dir, port=local.free_port())

    assert second.returncode == 1
    assert second.stderr == f"A portal is running on {demo.data_dir} already.\n"
    assert (demo.data_dir / local.REMEMBERED).read_text() == before
    health = demo.health()
    assert health is not None
    assert health["ok"]


def test_a_worker_that_dies_is_started_again_and_nothing_outlives_a_killed_run(
    tmp_path: Path,
) -> None:
    with running(tmp_path) as portal:
        log = tmp_path / "logs" / "worker.log"
        wait_for(lambda: log.read_text().count(" ready.") == 1)
        (pid,) = workers_of(tmp_path)

        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: log.read_text().count(" ready.") == 2)
        said = portal.processes["run"].log.read_text()
        (successor,) = workers_of(tmp_path)
        assert successor != pid
        assert len(re.findall(r"worker ended with -9 .* it is started again", said)) == 1

        assert len(processes_with(f"DATA_DIR={tmp_path}")) > 5
        portal.processes["run"].signal(signal.SIGKILL)
        wait_for(lambda: processes_with(f"DATA_DIR={tmp_path}") == [], patience=15)


def test_a_run_that_is_stopped_leaves_nothing_behind(tmp_path: Path) -> None:
    with running(tmp_path) as portal:
        child = portal.processes["run"].process
        assert child is not None
        child.terminate()
        status = child.wait(timeout=10)
        left = processes_with(f"DATA_DIR={tmp_path}")

    assert (status, left) == (0, [])


def test_a_taken_port_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = run(tmp_path, port=port)

    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Port {port} is taken: ")
    assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_what_is_no_port_is_refused(tmp_path: Path, port: str) -> None:
    with pytest.raises(local.NotHere, match="PORT must be a number"):
        local.environment({"PORT": port, "DATA_DIR": str(tmp_path)})


def test_the_settings_of_a_run_are_kept_where_only_its_owner_reads(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"

    first = local.environment({"DATA_DIR": str(data_dir)})
    again = local.environment({"DATA_DIR": str(data_dir)})

    key = Path(first["SECRET_KEY_FILE"])
    assert again["SECRET_KEY_FILE"] == str(key)
    assert len(key.read_text()) > 50
    assert oct(data_dir.stat().st_mode & 0o777) == "0o700"
    assert oct(key.stat().st_mode & 0o777) == "0o600"
    assert [path.name for path in sorted(data_dir.iterdir())] == ["logs", "secret-key"]


def test_a_command_beside_a_run_takes_its_settings(tmp_path: Path) -> None:
    settings = local.environment({"DATA_DIR": str(tmp_path), "PORT": "8123"})
    local.remember(settings)

    beside = local.beside({"DATA_DIR": str(tmp_path), "PORT": "9000"})

    names = {"DEBUG", "BASE_URL", "SECRET_KEY_FILE", "REDIS_URL", "DATA_DIR", "PORT"}
    assert beside == {name: settings[name] for name in names - {"DATA_DIR", "PORT"}}
    assert local.beside({"DATA_DIR": str(tmp_path), "SECRET_KEY": "an installation's"}) == {}


def workers_of(data_dir: Path) -> list[int]:
    """Return the main process of each worker of the portal on this folder."""
    found = []
    for pid in processes_with(f"DATA_DIR={data_dir}"):
        command = subprocess.run(
            ["ps", "-o", "pgid=,command=", "-p", str(pid)],
            capture_output=True,
            text=True,
            check=False,
        )
        group, _, line = command.stdout.strip().partition(" ")
        if "-A portal worker" in line and int(group) == pid:
            found.append(pid)
    return found


def test_the_tests_see_what_this_machine_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert servers.missing() == []

    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(servers, "MAC_CHROMIUMS", ())

    assert servers.missing() == [
        "Chromium is missing: install it (Debian: apt-get install chromium).",
        "A JDK is missing: install one (Debian: apt-get install default-jdk-headless).",
    ]
