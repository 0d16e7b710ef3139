"""The settings of this test run, put into the environment as an installation does it.

Importing this starts PostgreSQL and Redis: Django reads where they are as soon as it starts.
"""

import os
import secrets
import socket
from contextlib import suppress

from tests import portals, servers


def _port() -> int:
    """Return a free port that the system lends to nobody meanwhile: it lends from higher up."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


# Where the live server listens, so that the addresses the portal gives out lead to it.
PORT = _port()

# Whoever runs the tests may have settings of a portal of his own around.
for name in portals.settings_read():
    os.environ.pop(name, None)
    os.environ.pop(f"{name}_FILE", None)
os.environ.update(
    DEMO="1",
    SECRET_KEY=secrets.token_urlsafe(50),
    BASE_URL=f"http://localhost:{PORT}",
    DATA_DIR=str(servers.folder()),
    DATABASE_URL=servers.postgresql(),
    REDIS_URL=servers.redis(),
    DJANGO_LIVE_TEST_SERVER_ADDRESS=f"localhost:{PORT}",
    # Playwright runs an event loop in the thread of the tests, which ask the database too.
    DJANGO_ALLOW_ASYNC_UNSAFE="1",
)
