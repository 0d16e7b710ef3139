"""The installation that is measured: production settings on PostgreSQL and Redis of this run.

Importing this starts both and migrates. Unlike the tests' PostgreSQL, this one keeps its promises
when the power goes: what is measured as durable is durable.
"""

import os
import secrets

import django
import psycopg
from django.core.management import call_command

from portal import local
from tests import servers

PORT = local.free_port()
CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
# The measured process alone on the first core; the load and the databases on the others.
SERVER_CORE, OTHER_CORES = set(CORES[:1]), set(CORES[1:]) or set(CORES)


def pin(cores: set[int]) -> None:
    """Keep this process, and those it starts from now on, on `cores` where that can be said."""
    if CORES:
        os.sched_setaffinity(0, cores)


def pinned() -> set[int]:
    """Return the cores that this process may use now."""
    return os.sched_getaffinity(0) if CORES else set()


def _durable(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = on")
        connection.execute("SELECT pg_reload_conf()")


pin(OTHER_CORES)
SETTINGS = {
    "DEMO": "1",
    "DEBUG": "0",
    "SECRET_KEY": secrets.token_urlsafe(50),
    "BASE_URL": f"http://localhost:{PORT}",
    "DATA_DIR": str(servers.folder()),
    "DATABASE_URL": servers.postgresql(),
    "REDIS_URL": servers.redis(),
    "DJANGO_SETTINGS_MODULE": "portal.settings",
    "STS_REQUESTS_PER_SECOND": "1000000",  # one client makes all the load here
}
os.environ.update(SETTINGS)
_durable(SETTINGS["DATABASE_URL"])
django.setup()
call_command("migrate", verbosity=0)
call_command("collectstatic", verbosity=0, interactive=False)
