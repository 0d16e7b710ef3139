"""Portals in processes of their own, as people run them: on one machine, and in production."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import redis

from portal import local, probe, processes
from portal.supervisor import Child, Supervisor
from tests import servers

PATIENCE = 60.0
# A setting where the product's code reads it from the environment.
READING = re.compile(r'\b(?:text|flag|choice)\(\s*"([A-Z_]+)"')
# What `run` reads or sets beside the settings of the product.
RUN_ONLY = {"DJANGO_SETTINGS_MODULE", "OWN_REDIS", "PORT"}


def settings_read() -> set[str]:
    """Return the names of the settings that the product reads, as its code says."""
    sources = [processes.BASE_DIR / "portal" / name for name in ("settings.py", "environment.py")]
    return {name for source in sources for name in READING.findall(source.read_text())}


@dataclass
class Portal:
    """One that answers at `url`, with its processes by name."""

    url: str
    port: int
    data_dir: Path
    processes: dict[str, Child]

    def logs(self) -> str:
        """Return all that its processes have logged so far."""
        own = [child.log for child in self.processes.values()]
        return "".join(path.read_text() for path in [*own, *self.data_dir.glob("logs/*.log")])

    def health(self) -> probe.Health | None:
        """Return what /healthz says now, None if nothing does."""
        return probe.health(self.port)


def plain_environment(**settings: str) -> dict[str, str]:
    """Return the environment of this process without any setting of a portal but these."""
    names = settings_read() | RUN_ONLY
    theirs = names | {f"{name}_FILE" for name in names}
    return {name: value for name, value in os.environ.items() if name not in theirs} | settings


@contextmanager
def running(data_dir: Path, *, port: int | None = None, **settings: str) -> Iterator[Portal]:
    """Start the portal as `make run` does, on `data_dir`; stop it as Ctrl-C does."""
    port = port or local.free_port()
    environment = plain_environment(DATA_DIR=str(data_dir), PORT=str(port), **settings)
    command = [sys.executable, "manage.py", "run"]
    child = Child("run", command, environment, servers.log(f"run-{uuid4().hex[:8]}"))
    with Supervisor(cwd=processes.BASE_DIR) as supervisor:
        supervisor.add(child)
        wait_for(lambda: child.has_ended() or "\nready " in "\n" + child.log.read_text())
        if child.has_ended():
            raise RuntimeError(f"`manage.py run` ended: {child.log.read_text()}")
        yield Portal(f"http://localhost:{port}", port, data_dir, {"run": child})


@contextmanager
def production_shape(data_dir: Path) -> Iterator[Portal]:
    """Start the portal as compose.yaml does, without Docker: the same commands, two of most.

    PostgreSQL and Redis are those of the tests, with a database and a queue of its own in them.
    """
    port = local.free_port()
    environment = plain_environment(
        DEMO="1",
        BASE_URL=f"http://localhost:{port}",
        DATA_DIR=str(data_dir),
        SECRET_KEY=uuid4().hex + uuid4().hex,
        DATABASE_URL=_new_database(),
        REDIS_URL=_new_queue(),
    )
    for command in (
        processes.migrate(),
        ["python", "manage.py", "demo_data"],
        ["python", "manage.py", "collectstatic", "--noinput"],
    ):
        run(command, environment)
    commands = {
        "web": processes.web(bind=f"127.0.0.1:{port}", processes=2),
        "worker-1": processes.worker(name="worker-1@localhost"),
        "worker-2": processes.worker(name="worker-2@localhost"),
        "scheduler": processes.scheduler(schedule=data_dir / "schedule"),
    }
    children = {
        name: Child(name, processes.here(command), environment, servers.log(f"shape-{name}"))
        for name, command in commands.items()
    }
    portal = Portal(f"http://localhost:{port}", port, data_dir, children)
    with Supervisor(cwd=processes.BASE_DIR) as supervisor:
        for child in children.values():
            supervisor.add(child)
        wait_for(lambda: _is_whole(portal))
        yield portal


def processes_with(setting: str) -> list[int]:
    """Return the ids of the processes that were started with `setting` (NAME=value)."""
    if not Path("/proc/self/environ").exists():
        return _processes_by_ps(setting)
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if setting.encode() in path.read_bytes().split(b"\0"):
                found.append(int(path.parts[2]))
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue  # it has ended meanwhile, or is another user's
    return sorted(found)


def wait_for(condition: Callable[[], object], patience: float = PATIENCE) -> None:
    """Return as soon as `condition()` holds. Raises TimeoutError after `patience` seconds."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {patience:.0f} s")
        time.sleep(0.05)


def _processes_by_ps(setting: str) -> list[int]:
    said = subprocess.run(["ps", "-AEww", "-o", "pid=,command="], capture_output=True, text=True)
    return [int(line.split()[0]) for line in said.stdout.splitlines() if setting in line.split()]


def _is_whole(portal: Portal) -> bool:
    """Return whether the web answers and every worker has said that it is ready."""
    health = portal.health()
    workers = [child for name, child in portal.processes.items() if name.startswith("worker")]
    are_ready = all(" ready." in child.log.read_text() for child in workers)
    return bool(are_ready and health and health["ok"] and health["worker"] is not None)


def _new_database() -> str:
    name = f"shape_{uuid4().hex[:12]}"
    with psycopg.connect(servers.postgresql(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return urlsplit(servers.postgresql())._replace(path=f"/{name}").geturl()


def _new_queue() -> str:
    url = urlsplit(servers.redis())._replace(path="/1").geturl()
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url


def run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(
        processes.here(command),
        cwd=processes.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
