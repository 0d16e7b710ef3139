"""Fixtures with real processes: a worker on the tests' own database, and the demo portal."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection

from portal import processes
from portal.supervisor import Child, Supervisor
from portal.tasks import HEARTBEAT
from tests import portals, servers


class Worker:
    """A Celery worker, and a scheduler if asked, on the database and the Redis of the tests."""

    def __init__(self, *, beat: bool, settings: str) -> None:
        name, self._settings = f"worker-{uuid4().hex[:8]}", settings
        self._scheduler: Child | None = None
        self._supervisor = Supervisor(cwd=processes.BASE_DIR)
        self.child = self._start(name, processes.worker(name=f"{name}@localhost"))
        if beat:
            schedule = servers.folder() / f"{name}-schedule"
            self._scheduler = self._start(
                f"{name}-scheduler", processes.scheduler(schedule=schedule)
            )

    @property
    def log(self) -> str:
        """What it has logged so far."""
        return self.child.log.read_text()

    def kill(self) -> None:
        """End the worker and its pool at once, as a crash or a lack of memory does (SIGKILL)."""
        for child in (self._scheduler, self.child):
            if child is not None:
                child.signal(signal.SIGKILL)
            if child is not None and child.process is not None:
                child.process.wait()

    def stop(self) -> None:
        """End it, and its scheduler, in good order."""
        self._supervisor.stop()

    def _start(self, name: str, command: list[str]) -> Child:
        name_of_database = connection.settings_dict["NAME"]
        url = urlsplit(servers.postgresql())._replace(path=f"/{name_of_database}")
        environment = os.environ | {
            "DATABASE_URL": url.geturl(),
            "DJANGO_SETTINGS_MODULE": self._settings,
        }
        child = Child(name, processes.here(command), environment, servers.log(name))
        return self._supervisor.add(child)


@pytest.fixture
def start_worker(transactional_db: None) -> Iterator[Callable[..., Worker]]:
    """A function that starts a worker (`beat=True`: and a scheduler) and waits until it works.

    The queue is empty to begin with: what earlier tests asked for is none of this one's.
    """
    cache.clear()
    workers: list[Worker] = []

    def start(*, beat: bool = False, settings: str = "portal.settings") -> Worker:
        began = time.time()
        worker = Worker(beat=beat, settings=settings)
        workers.append(worker)
        portals.wait_for(lambda: (cache.get(HEARTBEAT) or 0) >= began)
        return worker

    yield start
    for worker in workers:
        worker.stop()


@pytest.fixture
def worker(start_worker: Callable[..., Worker]) -> Worker:
    """A worker that works, without a scheduler."""
    return start_worker()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[portals.Portal]:
    """The portal as `make run` starts it, on SQLite, once for all tests; nothing may stay behind.

    Its data is shared: a test makes what it changes, and leaves alone what others may look at.
    """
    data_dir = servers.folder() / "demo"
    with portals.running(data_dir) as portal:
        yield portal
    assert portals.processes_with(f"DATA_DIR={data_dir}") == []


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The path of a real Chromium."""
    return servers.chromium()
