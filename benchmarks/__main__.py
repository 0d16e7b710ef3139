"""All measurements in one run: `make bench`, or `python -m benchmarks tokens lists` for some."""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from cryptography.hazmat.backends.openssl import backend
from django.db import connection

from benchmarks import (
    battery,
    desk,
    engine,
    environment,
    keygen,
    lists,
    onboarding,
    smoke,
    tokens,
    traces,
    uploads,
)

PARTS = {
    "tokens": ("Tokens from one web process on one core", tokens.rows),
    "onboarding": ("Onboarding by API on one web process", onboarding.rows),
    "engine": ("The engine beside bare cryptography", engine.rows),
    "traces": ("What traces cost the token endpoint", traces.rows),
    "keys": ("Making keys in the worker", keygen.rows),
    "uploads": ("Uploading one RSA key", uploads.rows),
    "smoke": ("Token tests by one worker", smoke.rows),
    "battery": ("API checks", battery.rows),
    "lists": ("The main lists at 100 and at 100,000 rows", lists.rows),
    "desk": ("The review desk at 50 and at 5,000 cases", desk.rows),
}


def main(names: list[str]) -> None:
    """Print the report as Markdown, and nothing else."""
    for row in _machine():
        print(row)
    for name in names or PARTS:
        title, rows = PARTS[name]
        print(f"\n## {title}\n", flush=True)
        for row in rows():
            print(row, flush=True)


def _machine() -> Iterator[str]:
    yield "| measured on | |"
    yield "|---|---|"
    yield f"| processor | {_processor()}, {len(environment.CORES)} cores |"
    yield f"| load when it began | {os.getloadavg()[0]:.1f} |"
    yield f"| Python, Django, gunicorn | {_versions('django', 'gunicorn')} |"
    yield f"| OpenSSL of cryptography | {backend.openssl_version_text()} |"
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        yield f"| PostgreSQL | {cursor.fetchone()[0]} |"
    yield f"| Node, oidc-provider | {_peer_versions()} |"


def _processor() -> str:
    """Return what the system calls the processor: Linux says it in a file, others to Python."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _versions(*packages: str) -> str:
    return ", ".join([platform.python_version(), *map(version, packages)])


def _peer_versions() -> str:
    node = subprocess.run(["node", "--version"], check=True, capture_output=True, text=True)
    package = Path(__file__).parent / "node_modules" / "oidc-provider" / "package.json"
    return f"{node.stdout.strip()}, {json.loads(package.read_text())['version']}"


main(sys.argv[1:])
