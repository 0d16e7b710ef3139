"""What `manage.py run` needs to know and to hold before Django: settings, port and folder."""

import fcntl
import json
import os
import secrets
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from portal.processes import BASE_DIR

REMEMBERED = "environment.json"
NAMES = ("PORT", "DATA_DIR", "DEBUG", "DEMO", "BASE_URL", "SECRET_KEY_FILE", "REDIS_URL")


class NotHere(Exception):
    """The portal cannot run here and now; the message is one sentence for whoever started it."""


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """Return the settings of a portal on this machine, with those `given` left as they are.

    Makes DATA_DIR (for its owner only) and in it a secret key, which stays the same from one
    start to the next. Raises NotHere when PORT is no port or DATA_DIR cannot be made.
    """
    port = given.get("PORT", "8000")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise NotHere(f"PORT must be a number from 1 to 65535, not {port!r}.")
    data_dir = Path(given.get("DATA_DIR") or BASE_DIR / ".data").absolute()
    settings = {
        "PORT": port,
        "DATA_DIR": str(data_dir),
        "DEBUG": given.get("DEBUG", "1"),
        "BASE_URL": given.get("BASE_URL", f"http://localhost:{port}"),
    }
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        (data_dir / "logs").mkdir(mode=0o700, exist_ok=True)
        if "SECRET_KEY" not in given and "SECRET_KEY_FILE" not in given:
            settings["SECRET_KEY_FILE"] = str(_secret_key(data_dir / "secret-key"))
    except OSError as error:
        raise NotHere(f"DATA_DIR {data_dir} cannot be used: {error.strerror}.") from error
    if "REDIS_URL" not in given and "REDIS_URL_FILE" not in given:
        password = secrets.token_urlsafe(24)
        settings["REDIS_URL"] = f"redis://:{password}@127.0.0.1:{free_port()}/0"
        settings["OWN_REDIS"] = "1"
    return settings


def remember(environment: Mapping[str, str]) -> None:
    """Note in DATA_DIR the settings of the portal that runs there, for the commands beside it."""
    path = Path(environment["DATA_DIR"]) / REMEMBERED
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps({name: environment[name] for name in NAMES if name in environment}))


def beside(given: Mapping[str, str]) -> dict[str, str]:
    """Return the settings for a command beside the portal that `run` started in DATA_DIR.

    So `manage.py demo_client` needs no settings on a developer's machine. Nothing is returned
    where the settings are `given`, as in every installation, or no portal was ever run.
    """
    if {"DEBUG", "SECRET_KEY", "SECRET_KEY_FILE"} & given.keys():
        return {}
    path = Path(given.get("DATA_DIR") or BASE_DIR / ".data") / REMEMBERED
    if not path.exists():
        return {}
    found: dict[str, str] = json.loads(path.read_text())
    return {name: value for name, value in found.items() if name not in given}


@contextmanager
def only_one(data_dir: Path) -> Iterator[None]:
    """Hold the folder while the block runs. Raises NotHere if a running portal holds it."""
    with (data_dir / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise NotHere(f"A portal is running on {data_dir} already.") from error
        yield


def refuse_taken_port(port: int) -> None:
    """Raise NotHere if something listens where `localhost` at this port would lead."""
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with socket.socket(family) as probe:
            probe.settimeout(1)
            if probe.connect_ex((address, port)) == 0:
                raise NotHere(f"Port {port} is taken: stop what uses it, or set PORT to another.")


def free_port() -> int:
    """Return a loopback port that nothing uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _secret_key(path: Path) -> Path:
    """Return `path`, with a secret key in it, made the first time."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        # A link, unlike a rename, does not replace the key of one that came first.
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            return path
        finally:
            draft.unlink()
    return path
