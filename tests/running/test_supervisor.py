import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from portal.processes import BASE_DIR
from portal.supervisor import Child, Supervisor, rotate
from tests.portals import wait_for

STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
below = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(below.pid, flush=True)
time.sleep(60)
"""


def python(program: str, log: Path) -> Child:
    """A child that runs this program."""
    return Child("program", [sys.executable, "-c", program], {}, log)


def is_running(pid: int) -> bool:
    """Return whether there is such a process, and more than its exit status is left of it."""
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return state.stdout.strip()[:1] not in ("", "Z")


def test_what_does_not_stop_is_killed_with_what_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.supervisor.GRACE", 0.5)
    log = tmp_path / "program.log"

    with Supervisor(cwd=BASE_DIR) as supervisor:
        supervisor.add(python(STUBBORN, log))
        wait_for(lambda: log.read_text().endswith("\n"))
        below = int(log.read_text())
        assert is_running(below)

    assert not is_running(below)


def test_a_child_that_keeps_failing_waits_longer_each_time(tmp_path: Path) -> None:
    with Supervisor(cwd=BASE_DIR) as supervisor:
        child = supervisor.add(python("print('tried')", tmp_path / "program.log"))
        waits = []
        for _ in range(3):
            wait_for(child.has_ended)
            before = time.monotonic()
            supervisor.tend()
            waits.append(child.due - before)
            child.due = 0.0
            supervisor.tend()

    assert [round(wait, 1) for wait in waits] == [0.5, 1.0, 2.0]
    assert child.log.read_text().count("tried") >= 3


def test_settings_reach_a_child_on_its_standard_input(tmp_path: Path) -> None:
    child = python("import sys; print(sys.stdin.read())", tmp_path / "program.log")
    child.settings = "a password"

    with Supervisor(cwd=BASE_DIR) as supervisor:
        supervisor.add(child)
        wait_for(child.has_ended)

    assert child.log.read_text() == "a password\n"


def test_those_that_others_need_are_stopped_last(tmp_path: Path) -> None:
    says_when = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: (print(time.monotonic()), sys.exit()))\n"
        "print('up', flush=True)\n"
        "time.sleep(60)\n"
    )
    needed, other = python(says_when, tmp_path / "a.log"), python(says_when, tmp_path / "b.log")
    needed.is_needed = True

    with Supervisor(cwd=BASE_DIR) as supervisor:
        for child in (needed, other):
            supervisor.add(child)
        wait_for(lambda: all("up" in child.log.read_text() for child in (needed, other)))

    stopped = [float(child.log.read_text().split()[1]) for child in (other, needed)]
    assert stopped == sorted(stopped)
    assert needed.process is not None
    assert needed.process.returncode != -signal.SIGKILL


def test_old_logs_are_kept_three_deep(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    for number in range(6):
        rotate(log)
        log.write_text(str(number))

    kept = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert kept == {"web.log": "5", "web.log.1": "4", "web.log.2": "3", "web.log.3": "2"}
