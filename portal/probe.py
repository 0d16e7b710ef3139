"""Ask a web process of this machine for its health: for the container, `run` and the tests.

`python -m portal.probe` asks the one on PORT (8000), and exits 1 if it is not well.
"""

import json
import os
import sys
from http.client import HTTPConnection, HTTPException
from typing import TypedDict


class Health(TypedDict):
    """What /healthz answers, see portal.health."""

    ok: bool
    database: bool
    clock: float | None
    redis: bool
    worker: float | None


def health(port: int, *, patience: float = 3.0) -> Health | None:
    """Return what /healthz at this loopback port says, or None if it says nothing."""
    connection = HTTPConnection("127.0.0.1", port, timeout=patience)
    try:
        connection.request("GET", "/healthz")
        answer: Health = json.loads(connection.getresponse().read())
    except (OSError, HTTPException, json.JSONDecodeError):
        return None
    else:
        return answer
    finally:
        connection.close()


if __name__ == "__main__":
    found = health(int(os.environ.get("PORT", "8000")))
    sys.exit(0 if found and found["ok"] else 1)
